import { PathCondition } from './match';
import { HostIndex } from '../basics/host-index';

/** What a listener speaks. */
export type ListenerProtocol = 'HTTP' | 'HTTPS' | 'TLS' | 'TCP';

/** One host on one port of an ingress gateway, and what becomes of requests for it. */
export interface ListenedHost {
  readonly host: string;
  readonly port: number;
  /** The port of the pods behind it, where servers meet. */
  readonly podPort: number;
  readonly protocol: ListenerProtocol;
  readonly tls?: ServerTls;
  /** Requests are served where it is left out. */
  readonly redirect?: Redirect;
}

/** Requests are sent away to HTTPS. */
export interface Redirect {
  /** The port of HTTPS. */
  readonly to: number;
  /** Paths that are served all the same. */
  readonly exemptPaths: PathCondition[];
  /** What a proxy in front received by HTTPS, as its header says, is served all the same. */
  readonly trustsProxies: boolean;
}

/** Whether a listener serves any requests. */
export function serves({ redirect }: ListenedHost): boolean {
  return !redirect || redirect.exemptPaths.length > 0 || redirect.trustsProxies;
}

/** A route as the gateway needs to know it. */
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

/** Everything that a gateway listens for, by hosts. It does not change. */
export function byHost(listened: ListenedHost[]): HostIndex<ListenedHost> {
  const known = indices.get(listened);
  if (known) return known;
  const index = new HostIndex(listened);
  indices.set(listened, index);
  return index;
}

/** What listens for a host: on each port the most specific listener. TCP knows no hosts. */
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
