import { PathCondition } from './match';
import { HostIndex } from '../basics/host-index';

/** The protocol of a listener. */
export type ListenerProtocol = 'HTTP' | 'HTTPS' | 'TLS' | 'TCP';

/** One host on one port of an ingress gateway, and what happens to requests for it. */
export interface ListenedHost {
  readonly host: string;
  readonly port: number;
  /** The port of the pods behind it, which servers of several Gateways may share. */
  readonly podPort: number;
  readonly protocol: ListenerProtocol;
  readonly tls?: ServerTls;
  /** If undefined, requests are served. */
  readonly redirect?: Redirect;
}

/** A redirect of requests to HTTPS. */
export interface Redirect {
  /** The port of HTTPS. */
  readonly to: number;
  /** Paths that are served nevertheless. */
  readonly exemptPaths: PathCondition[];
  /** Whether requests that a proxy in front received over HTTPS, according to its header, are served nevertheless. */
  readonly trustsProxies: boolean;
}

/** Whether a listener serves any requests. */
export function serves({ redirect }: ListenedHost): boolean {
  return !redirect || redirect.exemptPaths.length > 0 || redirect.trustsProxies;
}

/** A route, as the gateway needs it. */
export interface BoundRoute {
  readonly namespace: string;
  readonly hosts: string[];
  /** Set for routes of a TCP listener. */
  readonly tcpPort?: number;
}

/** The names of the Secrets. */
export function certificatesOf({ tls }: ListenedHost): string[] {
  return tls?.credentialNames ?? (tls?.credentialName ? [tls.credentialName] : []);
}

const indices = new WeakMap<ListenedHost[], HostIndex<ListenedHost>>();

/** The listeners of a gateway by host; they never change. */
export function byHost(listened: ListenedHost[]): HostIndex<ListenedHost> {
  const known = indices.get(listened);
  if (known) return known;
  const index = new HostIndex(listened);
  indices.set(listened, index);
  return index;
}

/** The listeners for a host: the most specific one on each port. TCP has no hosts. */
export function listenersOf(host: string, listened: ListenedHost[]): ListenedHost[] {
  const byPort = new Map<number, ListenedHost>();
  for (const candidate of byHost(listened).over(host)) {
    if (candidate.protocol !== 'TCP' && !byPort.has(candidate.port)) byPort.set(candidate.port, candidate);
  }
  return [...byPort.values()].sort((a, b) => a.port - b.port);
}

export interface ServerTls {
  readonly mode: 'SIMPLE' | 'MUTUAL' | 'OPTIONAL_MUTUAL' | 'ISTIO_MUTUAL' | 'PASSTHROUGH';
  readonly credentialName?: string;
  /** Instead of one name, two. */
  readonly credentialNames?: string[];
  readonly caCertCredentialName?: string;
  readonly minProtocolVersion?: 'TLSV1_0' | 'TLSV1_1' | 'TLSV1_2' | 'TLSV1_3';
  readonly cipherSuites?: string[];
}
