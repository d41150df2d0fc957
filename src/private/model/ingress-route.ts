import { AccessIntent } from './access';
import { Labels } from './labels';
import { ListenedHost } from './listener';
import { Rule, WeightedTarget } from './rule';

/** What an `IngressRoute` says, checked. */
export interface IngressIntent {
  readonly namespace: string;
  /** Empty for a TCP listener, which knows no hosts. */
  readonly hosts: string[];
  readonly rules: Rule[];
  /** `namespace/name` of the Gateway. */
  readonly gateway: string;
  /** Those of the gateway. */
  readonly pods: { readonly namespace: string; readonly selector: Labels };
  /** Everything that listens for the hosts. */
  readonly listeners: ListenedHost[];
  readonly access?: AccessIntent;
  /** Set where the gateway cannot read what it passes on. */
  readonly opaque?: OpaqueRoute;
}

/** Where connections go that the gateway cannot read: TLS that it passes on, or any bytes. */
export interface OpaqueRoute {
  /** The ports of the TLS listeners, or none. */
  readonly tlsPorts: number[];
  readonly tcpPort?: number;
  readonly to: WeightedTarget[];
}
