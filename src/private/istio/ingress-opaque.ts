import { IngressIntent } from '../model/ingress-route';
import { VirtualServiceSpec } from '../objects/plans';
import { exportTo } from '../objects/visibility';

/** A route for traffic that the gateway cannot read: TLS passthrough, selected by server name, or TCP. */
export function opaqueVirtualService({ namespace, hosts, gateway, pods, opaque }: IngressIntent): VirtualServiceSpec {
  const { tlsPorts, tcpPort, to } = opaque!;
  return {
    hosts: tcpPort === undefined ? hosts : ['*'],
    gateways: [gateway],
    exportTo: exportTo([pods.namespace], namespace),
    http: [],
    tls: tlsPorts.map(port => ({ port, sniHosts: hosts, to })),
    tcp: tcpPort === undefined ? [] : [{ port: tcpPort, to }],
  };
}
