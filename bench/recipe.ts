const GATEWAY = 'istio-egressgateway';
const GATEWAY_HOST = `${GATEWAY}.istio-system.svc.cluster.local`;

/**
 * Istio's own recipe for one host, visible everywhere, as its documentation leaves it.
 *
 * @see https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway-tls-origination/
 */
export function documentedRecipe(host: string): object[] {
  const name = host.replace(/\./g, '-');
  const gateway = `istio-system/${name}`;
  return [
    istio('ServiceEntry', 'shop', name, {
      hosts: [host],
      ports: [{ number: 80, name: 'http', protocol: 'HTTP' }, { number: 443, name: 'https', protocol: 'HTTPS' }],
      resolution: 'DNS',
    }),
    istio('Gateway', 'istio-system', name, {
      selector: { istio: 'egressgateway' },
      servers: [{ port: { number: 443, name: `https-${name}`, protocol: 'HTTPS' }, hosts: [host], tls: { mode: 'ISTIO_MUTUAL' } }],
    }),
    istio('DestinationRule', 'istio-system', `gateway-for-${name}`, {
      host: GATEWAY_HOST,
      subsets: [{
        name,
        trafficPolicy: { loadBalancer: { simple: 'ROUND_ROBIN' }, portLevelSettings: [{ port: { number: 443 }, tls: { mode: 'ISTIO_MUTUAL', sni: host } }] },
      }],
    }),
    istio('VirtualService', 'shop', name, {
      hosts: [host],
      gateways: [gateway, 'mesh'],
      http: [
        { match: [{ gateways: ['mesh'], port: 80 }], route: [{ destination: { host: GATEWAY_HOST, subset: name, port: { number: 443 } }, weight: 100 }] },
        { match: [{ gateways: [gateway], port: 443 }], route: [{ destination: { host, port: { number: 443 } }, weight: 100 }] },
      ],
    }),
    istio('DestinationRule', 'istio-system', `originate-tls-for-${name}`, {
      host,
      trafficPolicy: { loadBalancer: { simple: 'ROUND_ROBIN' }, portLevelSettings: [{ port: { number: 443 }, tls: { mode: 'SIMPLE', sni: host } }] },
    }),
  ];
}

function istio(kind: string, namespace: string, name: string, spec: object): object {
  return { apiVersion: 'networking.istio.io/v1', kind, metadata: { name, namespace }, spec };
}
