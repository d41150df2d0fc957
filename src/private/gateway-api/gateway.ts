import { sectionOf } from './section';
import { BoundRoute, certificatesOf, ListenedHost } from '../model/listener';
import { routesByListener } from '../objects/bound-namespaces';
import { ListenerTls, ManagedGatewaySpec } from '../objects/plans';

export interface StandardGatewayIntent {
  readonly namespace: string;
  readonly listened: ListenedHost[];
  readonly routes: BoundRoute[];
  /** Namespaces of routes that other apps declare; `*` for every namespace. */
  readonly routeNamespaces: string[];
}

/** The Gateway, with a listener for each host and port. Each is open to the namespaces that have a route for it. */
export function standardGateway({ namespace, listened, routes, routeNamespaces }: StandardGatewayIntent): ManagedGatewaySpec {
  const namespacesAt = routesByListener(routes);
  return {
    className: 'istio',
    listeners: listened.map(one => {
      const open = [...new Set([...namespacesAt(one), ...routeNamespaces])].sort();
      return {
        name: sectionOf(one),
        port: one.port,
        protocol: one.protocol,
        hostname: one.host === '*' ? undefined : one.host,
        tls: tlsOf(one),
        namespaces: open.includes('*') ? ['*'] : open.length > 0 ? open : [namespace],
      };
    }),
  };
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
