import { GatewaySpec, Labels, Server, ServerTls } from './objects';
import { exportTo } from './visibility';
import { covers } from '../hosts';
import { PathCondition } from '../intent/match';
import { labelOf } from '../names';

/** One host on one port of an ingress gateway, and what becomes of requests for it. */
export interface ListenedHost {
  readonly host: string;
  readonly port: number;
  /** The port of the pods behind it, where servers meet. */
  readonly podPort: number;
  readonly protocol: Server['protocol'];
  readonly tls?: ServerTls;
  /** Requests are served where it is left out. */
  readonly redirect?: Redirect;
}

/** Requests are sent away to HTTPS. */
export interface Redirect {
  /** The port of HTTPS. */
  readonly to: number;
  /** Paths that are served all the same. */
  readonly except: PathCondition[];
  /** What a proxy in front received by HTTPS, as its header says, is served all the same. */
  readonly trustsProxies: boolean;
}

/** Whether a listener serves any requests. */
export function serves({ redirect }: ListenedHost): boolean {
  return !redirect || redirect.except.length > 0 || redirect.trustsProxies;
}

/** A route as the gateway needs to know it. */
export interface BoundRoute {
  readonly namespace: string;
  readonly hosts: string[];
  /** Set for routes of a TCP listener. */
  readonly tcpPort?: number;
}

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

/** The names of the Secrets. */
export function certificatesOf({ tls }: ListenedHost): string[] {
  return tls?.credentialNames ?? (tls?.credentialName ? [tls.credentialName] : []);
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

/** What listens for a host: on each port the most specific listener. TCP knows no hosts. */
export function listenersOf(host: string, listened: ListenedHost[]): ListenedHost[] {
  const byPort = new Map<number, ListenedHost>();
  for (const candidate of listened) {
    if (candidate.protocol === 'TCP' || !covers(candidate.host, host)) continue;
    const best = byPort.get(candidate.port);
    if (!best || covers(best.host, candidate.host)) byPort.set(candidate.port, candidate);
  }
  return [...byPort.values()].sort((a, b) => a.port - b.port);
}
