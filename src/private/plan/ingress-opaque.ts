import { VirtualServiceSpec, WeightedTarget } from './objects';
import { exportTo } from './visibility';

/** A route for what the gateway cannot read: TLS that it passes on, or any bytes. */
export interface OpaqueRoute {
  /** Told by the server name that clients of TLS ask for; `*` for TCP. */
  readonly hosts: string[];
  /** The ports of the TLS listeners, or none. */
  readonly tlsPorts: number[];
  readonly tcpPort?: number;
  readonly to: WeightedTarget[];
}

export interface OpaqueRouteIntent extends OpaqueRoute {
  readonly namespace: string;
  /** `namespace/name` of the Gateway. */
  readonly gateway: string;
  readonly podNamespace: string;
}

export function opaqueVirtualService({ namespace, hosts, tlsPorts, tcpPort, to, gateway, podNamespace }: OpaqueRouteIntent): VirtualServiceSpec {
  return {
    hosts,
    gateways: [gateway],
    exportTo: exportTo([podNamespace], namespace),
    http: [],
    tls: tlsPorts.map(port => ({ port, sniHosts: hosts, to })),
    tcp: tcpPort === undefined ? [] : [{ port: tcpPort, to }],
  };
}
