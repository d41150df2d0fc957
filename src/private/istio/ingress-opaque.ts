import { VirtualServiceSpec } from './objects';
import { exportTo } from './visibility';
import { IngressIntent } from '../model/ingress-route';

/** A route for what the gateway cannot read: TLS that it passes on, told by the server name that clients ask for, or any bytes. */
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
