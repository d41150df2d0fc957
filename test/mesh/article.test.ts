import { describeMesh, egressGateway, external, get, runMesh, sidecar } from './mesh';
import { istio, serviceEntry, HTTP_PORT } from './recipes';

/** The egress sample as printed: the VirtualService carries no namespace, and names the Gateway without one. */
const printed = [
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

describeMesh('the egress sample that the project started from', () => {
  const scenario = {
    manifests: printed,
    workloads: [sidecar('app', { namespace: 'default' }), egressGateway()],
    externals: [external('httpbin.org', { http: 80 })],
  };

  test('answers 404 to the application: the gateway has no route for the host', async () => {
    const outcome = await runMesh({ ...scenario, steps: [get('http://httpbin.org/get', { from: 'app' })] });
    expect(outcome.answers[0]).toFail({ status: 404, at: 'egress', flags: 'NR', details: /route_not_found/ });
    expect(outcome).toKeepInside('app');
  });

  test('passes its own check, which runs as the proxy and so bypasses the mesh', async () => {
    const { answers: [check] } = await runMesh({ ...scenario, steps: [get('http://httpbin.org/get', { from: 'app', uid: 1337 })] });
    expect(check).toReach('httpbin.org', { leftBy: 'app' });
    expect(check.hops).toEqual([]);
  });
});
