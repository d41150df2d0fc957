import { labelOf } from '../basics/names';
import { Labels } from '../model/labels';
import { BoundRoute, certificatesOf, ListenedHost } from '../model/listener';
import { routesByListener } from '../objects/bound-namespaces';
import { GatewaySpec } from '../objects/plans';
import { exportTo } from '../objects/visibility';

export interface IngressGatewayIntent {
  readonly selector: Labels;
  readonly namespace: string;
  readonly listened: ListenedHost[];
  readonly routes: BoundRoute[];
  /** Namespaces of routes that other apps declare; `*` for every namespace. */
  readonly routeNamespaces: string[];
}

/** The servers of an ingress gateway: one per port, and for HTTPS one per port and certificate. */
export function ingressGateway(intent: IngressGatewayIntent): GatewaySpec {
  const { selector, listened } = intent;
  const servers = new Map<string, ListenedHost[]>();
  for (const one of listened) {
    const name = serverName(one);
    const server = servers.get(name);
    if (server) server.push(one);
    else servers.set(name, [one]);
  }
  const namespacesAt = routesByListener(intent.routes);
  return {
    selector,
    servers: [...servers].map(([name, [first, ...others]]) => ({
      name,
      number: first.port,
      protocol: first.protocol,
      hosts: [first, ...others].flatMap(one => (one.tls ? [one.host] : boundHosts(one, intent, namespacesAt))),
      tls: first.tls,
    })),
  };
}

/** Istio names the routes of an HTTPS server after its port name, which must therefore be unique in a Gateway. */
function serverName(one: ListenedHost): string {
  const { port, protocol } = one;
  const certificates = certificatesOf(one);
  return certificates.length > 0 ? labelOf('https', port, ...certificates) : `${protocol.toLowerCase()}-${port}`;
}

/**
 * A host of a clear-text server, open only to the namespaces that have a route for it: any namespace could take over a bare host.
 * TLS servers keep bare hosts, because Envoy refuses the whole port if two namespaces qualify the same host (R15).
 */
function boundHosts(listened: ListenedHost, gateway: IngressGatewayIntent, namespacesAt: (listened: ListenedHost) => string[]): string[] {
  const { host } = listened;
  const { namespace, routeNamespaces } = gateway;
  if (routeNamespaces.includes('*')) return [host];
  const namespaces = [...namespacesAt(listened), ...routeNamespaces];
  return exportTo(namespaces.length > 0 ? namespaces : [namespace], namespace).map(ns => `${ns}/${host}`);
}
