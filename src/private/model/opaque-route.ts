import { WeightedTarget } from './rule';

/** A route for what the gateway cannot read: TLS that it passes on, or any bytes. */
export interface OpaqueRoute {
  /** Told by the server name that clients of TLS ask for; `*` for TCP. */
  readonly hosts: string[];
  /** The ports of the TLS listeners, or none. */
  readonly tlsPorts: number[];
  readonly tcpPort?: number;
  readonly to: WeightedTarget[];
}
