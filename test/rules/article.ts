import { HTTP_PORT, istio, serviceEntry } from '../mesh/recipes';

/** The egress sample as printed: the VirtualService carries no namespace, and names the Gateway without one. */
export const ARTICLE = [
  { ...serviceEntry('httpbin.org', [HTTP_PORT]), metadata: { name: 'httpbin-ext' } },
  istio('Gateway', 'istio-system', 'istio-egressgateway', {
    selector: { istio: 'egressgateway' }, servers: [{ port: HTTP_PORT, hosts: ['httpbin.org'] }],
  }),
  {
    apiVersion: 'networking.istio.io/v1beta1',
    kind: 'VirtualService',
    metadata: { name: 'route-via-egressgateway' },
    spec: {
      hosts: ['httpbin.org'],
      gateways: ['mesh', 'istio-egressgateway'],
      http: [
        { match: [{ port: 80, gateways: ['mesh'] }], route: [{ destination: { host: 'istio-egressgateway.istio-system.svc.cluster.local' } }] },
        { match: [{ uri: { prefix: '/get' } }], route: [{ destination: { host: 'httpbin.org', port: { number: 80 } } }] },
      ],
    },
  },
];
