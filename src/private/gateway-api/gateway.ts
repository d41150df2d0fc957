import { sectionOf } from './section';
import { BoundRoute, certificatesOf, ListenedHost } from '../model/listener';
import { routesByListener } from '../objects/bound-namespaces';
import { ListenerSetSpec, ListenerTls, ManagedGatewaySpec, ManagedListener } from '../objects/plans';

/** Whose listeners they are, and who uses them. */
export interface ListenersIntent {
  readonly namespace: string;
  readonly listened: ListenedHost[];
  readonly routes: BoundRoute[];
  /** Namespaces of routes that other apps declare; `*` for every namespace. */
  readonly routeNamespaces: string[];
}

export interface StandardGatewayIntent extends ListenersIntent {
  /** Namespaces whose ListenerSets may add listeners. */
  readonly listenerNamespaces: string[];
}

/** The Gateway. Where no namespace may add listeners, it says nothing of that: nothing is the default. */
export function standardGateway(intent: StandardGatewayIntent): ManagedGatewaySpec {
  const namespaces = [...new Set(intent.listenerNamespaces)].sort();
  return { className: 'istio', listeners: listeners(intent), listenerNamespaces: namespaces.length > 0 ? namespaces : undefined };
}

/** Listeners for a Gateway that somebody else makes. */
export function listenerSet(gateway: ListenerSetSpec['gateway'], intent: ListenersIntent): ListenerSetSpec {
  return { gateway, listeners: listeners(intent) };
}

/** A listener for each host and port. Each is open to the namespaces that have a route for it. */
function listeners({ namespace, listened, routes, routeNamespaces }: ListenersIntent): ManagedListener[] {
  const namespacesAt = routesByListener(routes);
  return listened.map(one => {
    const open = [...new Set([...namespacesAt(one), ...routeNamespaces])].sort();
    return {
      name: sectionOf(one),
      port: one.port,
      protocol: one.protocol,
      hostname: one.host === '*' ? undefined : one.host,
      tls: tlsOf(one),
      namespaces: open.includes('*') ? ['*'] : open.length > 0 ? open : [namespace],
    };
  });
}

function tlsOf(listened: ListenedHost): ListenerTls | undefined {
  const { tls } = listened;
  if (!tls) return undefined;
  if (tls.mode === 'PASSTHROUGH') return { mode: 'Passthrough' };
  const options = {
    ...(tls.mode !== 'SIMPLE' && { 'gateway.istio.io/tls-terminate-mode': tls.mode }),
    ...(tls.cipherSuites && { 'gateway.istio.io/tls-cipher-suites': tls.cipherSuites.join(',') }),
  };
  return { mode: 'Terminate', certificates: certificatesOf(listened), options: Object.keys(options).length > 0 ? options : undefined };
}
