import { mesh, routed } from '../fixtures';
import { Caller, ExternalPort, PathMatch, RequestEnding, RequestExplanation } from '../../src';

const worker = Caller.serviceAccount('shop', 'worker');

describe('a request through the gateway', () => {
  const { app } = routed({ hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps()] }, { allow: [{ path: PathMatch.prefix('/v1') }] });
  const from = (caller: Caller) => RequestExplanation.of(app).from(caller);

  test('leaves with TLS to the host', () => {
    const answer = from(worker).get('http://api.example.com/v1/orders?a=1');
    expect(answer).toMatchObject({ ending: RequestEnding.LEAVES, leavesBy: 'istio-system/egress', leavesTo: ['api.example.com:443'], status: undefined, decidedUnless: [], conditions: [], nearMisses: [] });
    expect(answer.toText()).toMatchInlineSnapshot(`
"GET http://api.example.com/v1/orders?a=1 from shop/worker
=> leaves the mesh by istio-system/egress to api.example.com:443
1. sidecar shop/worker, port 80, host api.example.com
   decided by VirtualService shop/shop-route-mesh-virtual-service-c8faafa8: leg 1 of shop/route
   to egress.istio-system.mesh.internal:80 by mesh mTLS, SNI egress.istio-system.mesh.internal
2. egress gateway istio-system/egress, port 443, host api.example.com
   passes AuthorizationPolicy istio-system/egress-api-example-com-80-callers: callers of shop/route
   passes AuthorizationPolicy istio-system/egress-api-example-com-80-declared: declared of shop/route
   decided by VirtualService istio-system/egress-api-example-com-80-leg-2: everything allowed of shop/route
   to api.example.com:443 by TLS, SNI api.example.com, certificate verified for api.example.com
out to api.example.com:443 by TLS, SNI api.example.com, certificate verified for api.example.com
removed: x-envoy-attempt-count, x-envoy-decorator-operation, x-envoy-expected-rq-timeout-ms, x-envoy-external-address, x-envoy-peer-metadata, x-envoy-peer-metadata-id, x-forwarded-client-cert, x-forwarded-for, x-forwarded-proto, x-request-id"
`);
  });

  test('is refused if the route does not allow it, and told what it lacks', () => {
    const answer = from(worker).get('http://api.example.com/v2');
    expect(answer).toMatchObject({ ending: RequestEnding.ANSWERED, status: 403, deniedBy: 'VirtualService istio-system/egress-api-example-com-80-leg-2', leavesBy: undefined });
    expect(answer.nearMisses).toEqual(['allow of shop/route: path is /v2, and not below /v1']);
  });

  test('of a namespace that is no caller is up to the mesh', () => {
    expect(from(Caller.namespace('blog')).get('http://api.example.com/v1')).toMatchObject({ ending: RequestEnding.UNDECIDED });
  });
});
void mesh;
