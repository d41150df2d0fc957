import { VirtualServiceSpec } from './objects';
import { exportTo } from './visibility';
import { OpaqueRoute } from '../model/opaque-route';

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
