import { GatewaySpec } from './objects';
import { exportTo } from './visibility';
import { covers } from '../basics/hosts';
import { labelOf } from '../basics/names';
import { Labels } from '../model/labels';
import { BoundRoute, certificatesOf, ListenedHost } from '../model/listener';

export interface IngressGatewayIntent {
  readonly selector: Labels;
  readonly namespace: string;
  readonly listened: ListenedHost[];
  readonly routes: BoundRoute[];
  /** Namespaces of routes that other apps declare; `*` for every namespace. */
  readonly guests: string[];
}

/** The servers of an ingress gateway: one a port, and for HTTPS one a port and certificate. */
export function ingressGateway(intent: IngressGatewayIntent): GatewaySpec {
  const { selector, listened } = intent;
  const servers = new Map<string, ListenedHost[]>();
  for (const one of listened) {
    const name = serverName(one);
    servers.set(name, [...servers.get(name) ?? [], one]);
  }
  return {
    selector,
    servers: [...servers].map(([name, [first, ...others]]) => ({
      name,
      number: first.port,
      protocol: first.protocol,
      hosts: [first, ...others].flatMap(one => (one.tls ? [one.host] : boundHosts(one, intent))),
      tls: first.tls,
    })),
  };
}

/** Istio names the routes of an HTTPS server after its port name, which must therefore differ within a Gateway. */
function serverName(one: ListenedHost): string {
  const { port, protocol } = one;
  const certificates = certificatesOf(one);
  return certificates.length > 0 ? labelOf('https', port, ...certificates) : `${protocol.toLowerCase()}-${port}`;
}

/**
 * A host of a clear-text server, open only to the namespaces that have a route for it: a bare host could be taken by any namespace.
 * TLS servers keep bare hosts, because Envoy refuses the whole port when two namespaces qualify the same one (R15).
 */
function boundHosts({ host, port, protocol }: ListenedHost, { namespace, routes, guests }: IngressGatewayIntent): string[] {
  if (guests.includes('*')) return [host];
  const hosted = routes
    .filter(r => r.tcpPort === (protocol === 'TCP' ? port : undefined) && r.hosts.some(h => covers(host, h)))
    .map(r => r.namespace);
  const namespaces = [...hosted, ...guests];
  return exportTo(namespaces.length > 0 ? namespaces : [namespace], namespace).map(ns => `${ns}/${host}`);
}
