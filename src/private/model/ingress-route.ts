import { AccessIntent } from './access';
import { Labels } from './labels';
import { ListenedHost } from './listener';
import { Rule, WeightedTarget } from './rule';

/** A checked `IngressRoute`. */
export interface IngressIntent {
  readonly namespace: string;
  /** Empty for a TCP listener, which has no hosts. */
  readonly hosts: string[];
  readonly rules: Rule[];
  /** `namespace/name` of the Gateway. */
  readonly gateway: string;
  /** The pods of the gateway. */
  readonly pods: { readonly namespace: string; readonly selector: Labels };
  /** All listeners for the hosts. */
  readonly listeners: ListenedHost[];
  readonly access?: AccessIntent;
  /** Set if the gateway cannot read what it passes on. */
  readonly opaque?: OpaqueRoute;
}

/** The destinations of connections that the gateway cannot read: TLS passthrough, or TCP. */
export interface OpaqueRoute {
  /** The ports of the TLS listeners, or none. */
  readonly tlsPorts: number[];
  readonly tcpPort?: number;
  readonly to: WeightedTarget[];
}
