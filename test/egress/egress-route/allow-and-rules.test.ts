import { Duration } from 'cdk8s';
import { Destination, EgressRule, ExternalPort, HeaderMatch, PathMatch, RouteAction, RouteMatch } from '../../../src';
import { routed } from '../../fixtures';
import { find } from '../../synth';
import { CASES } from '../cases';

const LEG_2 = 'egress-api-example-com-80-leg-2';
const originated = { hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps()] };
const gatewayLeg = (name: keyof typeof CASES) => [find(CASES[name]().manifests(), 'VirtualService', LEG_2)];
const routes = (rules: EgressRule[], allow?: RouteMatch[]) => find(routed(originated, { rules, allow }).manifests(), 'VirtualService', LEG_2).spec.http;

describe('egress route › allow', () => {
  test('what is not allowed gets 403', () => {
    expect(gatewayLeg('allowed requests')).toMatchInlineSnapshot(`
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata:
        name: egress-api-example-com-80-leg-2
        namespace: istio-system
      spec:
        exportTo:
          - "."
        gateways:
          - istio-system/egress
        hosts:
          - api.example.com
        http:
          - headers:
              request:
                remove:
                  - x-envoy-attempt-count
                  - x-envoy-decorator-operation
                  - x-envoy-expected-rq-timeout-ms
                  - x-envoy-external-address
                  - x-envoy-peer-metadata
                  - x-envoy-peer-metadata-id
                  - x-forwarded-client-cert
                  - x-forwarded-for
                  - x-forwarded-proto
                  - x-request-id
            match:
              - headers:
                  x-forwarded-client-cert:
                    regex: .*;URI=spiffe://cluster\\.local/(?:ns/shop/sa/[^;,/]+)(?:;[^,]*)?
                method:
                  regex: GET|HEAD
                port: 443
                uri:
                  exact: /v1
              - headers:
                  x-forwarded-client-cert:
                    regex: .*;URI=spiffe://cluster\\.local/(?:ns/shop/sa/[^;,/]+)(?:;[^,]*)?
                method:
                  regex: GET|HEAD
                port: 443
                uri:
                  prefix: /v1/
              - headers:
                  x-forwarded-client-cert:
                    regex: .*;URI=spiffe://cluster\\.local/(?:ns/shop/sa/[^;,/]+)(?:;[^,]*)?
                port: 443
                uri:
                  exact: /health
            route:
              - destination:
                  host: api.example.com
                  port:
                    number: 80
          - directResponse:
              body:
                string: not allowed by the egress route to api.example.com
              status: 403
            match:
              - port: 443
    `);
  });

  test('callers\' sidecars do not know what is allowed', () => {
    expect(CASES['allowed requests']().manifests()[1]).toEqual(CASES['https origination']().manifests()[1]);
  });
});

describe('egress route › rules', () => {
  test('they stand before what is forwarded unchanged', () => {
    expect(gatewayLeg('rules')).toMatchInlineSnapshot(`
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata:
        name: egress-api-example-com-80-leg-2
        namespace: istio-system
      spec:
        exportTo:
          - "."
        gateways:
          - istio-system/egress
        hosts:
          - api.example.com
        http:
          - match:
              - headers:
                  x-forwarded-client-cert:
                    regex: .*;URI=spiffe://cluster\\.local/(?:ns/shop/sa/[^;,/]+)(?:;[^,]*)?
                port: 443
                uri:
                  exact: /old
            redirect:
              redirectCode: 301
              uri: /new
          - directResponse:
              body:
                string: not from here
              status: 403
            match:
              - headers:
                  x-forwarded-client-cert:
                    regex: .*;URI=spiffe://cluster\\.local/(?:ns/shop/sa/[^;,/]+)(?:;[^,]*)?
                port: 443
                uri:
                  prefix: /admin
          - headers:
              request:
                remove:
                  - x-envoy-attempt-count
                  - x-envoy-decorator-operation
                  - x-envoy-expected-rq-timeout-ms
                  - x-envoy-external-address
                  - x-envoy-peer-metadata
                  - x-envoy-peer-metadata-id
                  - x-forwarded-client-cert
                  - x-forwarded-for
                  - x-forwarded-proto
                  - x-request-id
            match:
              - headers:
                  x-forwarded-client-cert:
                    regex: .*;URI=spiffe://cluster\\.local/(?:ns/shop/sa/[^;,/]+)(?:;[^,]*)?
                  x-slow: {}
                port: 443
                withoutHeaders:
                  x-fast: {}
            route:
              - destination:
                  host: api.example.com
                  port:
                    number: 80
            timeout: 30s
          - headers:
              request:
                remove:
                  - x-envoy-attempt-count
                  - x-envoy-decorator-operation
                  - x-envoy-expected-rq-timeout-ms
                  - x-envoy-external-address
                  - x-envoy-peer-metadata
                  - x-envoy-peer-metadata-id
                  - x-forwarded-client-cert
                  - x-forwarded-for
                  - x-forwarded-proto
                  - x-request-id
            match:
              - authority:
                  regex: api\\.example\\.com(:[0-9]+)?
                headers:
                  x-forwarded-client-cert:
                    regex: .*;URI=spiffe://cluster\\.local/(?:ns/shop/sa/[^;,/]+)(?:;[^,]*)?
                port: 443
                queryParams:
                  debug:
                    exact: "on"
            route:
              - destination:
                  host: api.example.com
                  port:
                    number: 80
            timeout: 1.5s
          - headers:
              request:
                remove:
                  - x-envoy-attempt-count
                  - x-envoy-decorator-operation
                  - x-envoy-expected-rq-timeout-ms
                  - x-envoy-external-address
                  - x-envoy-peer-metadata
                  - x-envoy-peer-metadata-id
                  - x-forwarded-client-cert
                  - x-forwarded-for
                  - x-forwarded-proto
                  - x-request-id
            match:
              - headers:
                  x-forwarded-client-cert:
                    regex: .*;URI=spiffe://cluster\\.local/(?:ns/shop/sa/[^;,/]+)(?:;[^,]*)?
                port: 443
            route:
              - destination:
                  host: api.example.com
                  port:
                    number: 80
          - directResponse:
              body:
                string: not allowed by the egress route to api.example.com
              status: 403
            match:
              - port: 443
    `);
  });

  test('they do not widen what is allowed', () => {
    expect(gatewayLeg('rules within allowed requests')).toMatchInlineSnapshot(`
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata:
        name: egress-api-example-com-80-leg-2
        namespace: istio-system
      spec:
        exportTo:
          - "."
        gateways:
          - istio-system/egress
        hosts:
          - api.example.com
        http:
          - headers:
              request:
                remove:
                  - x-envoy-attempt-count
                  - x-envoy-decorator-operation
                  - x-envoy-expected-rq-timeout-ms
                  - x-envoy-external-address
                  - x-envoy-peer-metadata
                  - x-envoy-peer-metadata-id
                  - x-forwarded-client-cert
                  - x-forwarded-for
                  - x-forwarded-proto
                  - x-request-id
            match:
              - headers:
                  x-forwarded-client-cert:
                    regex: .*;URI=spiffe://cluster\\.local/(?:ns/shop/sa/[^;,/]+)(?:;[^,]*)?
                method:
                  exact: POST
                port: 443
                uri:
                  exact: /v1
              - headers:
                  x-forwarded-client-cert:
                    regex: .*;URI=spiffe://cluster\\.local/(?:ns/shop/sa/[^;,/]+)(?:;[^,]*)?
                method:
                  exact: POST
                port: 443
                uri:
                  prefix: /v1/
            route:
              - destination:
                  host: api.example.com
                  port:
                    number: 80
            timeout: 5s
          - headers:
              request:
                remove:
                  - x-envoy-attempt-count
                  - x-envoy-decorator-operation
                  - x-envoy-expected-rq-timeout-ms
                  - x-envoy-external-address
                  - x-envoy-peer-metadata
                  - x-envoy-peer-metadata-id
                  - x-forwarded-client-cert
                  - x-forwarded-for
                  - x-forwarded-proto
                  - x-request-id
            match:
              - headers:
                  x-forwarded-client-cert:
                    regex: .*;URI=spiffe://cluster\\.local/(?:ns/shop/sa/[^;,/]+)(?:;[^,]*)?
                port: 443
                uri:
                  exact: /v1
              - headers:
                  x-forwarded-client-cert:
                    regex: .*;URI=spiffe://cluster\\.local/(?:ns/shop/sa/[^;,/]+)(?:;[^,]*)?
                port: 443
                uri:
                  prefix: /v1/
            route:
              - destination:
                  host: api.example.com
                  port:
                    number: 80
          - directResponse:
              body:
                string: not allowed by the egress route to api.example.com
              status: 403
            match:
              - port: 443
    `);
  });

  test('a rule without matches is for all that is allowed', () => {
    const [tuned] = routes([{ timeout: Duration.seconds(1) }], [{ methods: ['GET'] }]);
    expect(tuned).toMatchObject({ timeout: '1s', match: [{ port: 443, method: { exact: 'GET' } }] });
  });

  test('a rule for everything leaves nothing to forward unchanged', () => {
    expect(routes([{ timeout: Duration.seconds(1) }]).map((r: any) => r.directResponse?.status)).toEqual([undefined, 403]);
    expect(routes([{ timeout: Duration.seconds(1) }], [{ methods: ['GET'] }]).map((r: any) => Object.keys(r.directResponse ?? r.route[0])))
      .toEqual([['destination'], ['body', 'status']]);
  });

  test('what a rule takes is not forwarded a second time', () => {
    const allow = [{ path: PathMatch.exact('/a') }, { path: PathMatch.exact('/b') }];
    const tuned = { matches: [{ path: PathMatch.prefix('/a') }], timeout: Duration.seconds(1) };
    expect(routes([tuned], allow).map((r: any) => r.match.map((m: any) => m.uri?.exact))).toEqual([['/a'], ['/b'], [undefined]]);
  });

  test('what two matches let through is matched once', () => {
    const matches = [{ path: PathMatch.prefix('/a') }, { path: PathMatch.prefix('/a/b') }];
    const [tuned] = routes([{ matches, timeout: Duration.seconds(1) }], [{ path: PathMatch.exact('/a/b/c') }]);
    expect(tuned.match.map((m: any) => m.uri)).toEqual([{ exact: '/a/b/c' }]);
  });

  test('of several matches those stay that meet what is allowed', () => {
    const [tuned] = routes(
      [{ matches: [{ path: PathMatch.prefix('/v1/orders') }, { path: PathMatch.prefix('/v2') }], timeout: Duration.seconds(1) }],
      [{ path: PathMatch.prefix('/v1') }],
    );
    expect(tuned.match.map((m: any) => m.uri)).toEqual([{ exact: '/v1/orders' }, { prefix: '/v1/orders/' }]);
  });

  test('an error says which rule it is', () => {
    expect(() => routes([], [{ methods: ['GET'] }, {}])).toThrow('[MatchEmpty] shop/route: allow[1] is {}');
    expect(() => routes([{}, { timeout: Duration.millis(0) }])).toThrow('[TimeoutInvalid] shop/route: rules[1].timeout is "0 ms"');
  });

  test('requests may be split among services of the mesh', () => {
    const [split] = routes([{
      matches: [{ headers: [HeaderMatch.exact('x-canary', 'yes')] }],
      action: RouteAction.split([
        Destination.service('cache', { port: 8080 }).weighted(9),
        Destination.service('cache', { port: 8081, namespace: 'lab' }).weighted(1),
      ]),
    }]);
    expect(split.route).toEqual([
      { destination: { host: 'cache.shop.svc.cluster.local', port: { number: 8080 } }, weight: 9 },
      { destination: { host: 'cache.lab.svc.cluster.local', port: { number: 8081 } }, weight: 1 },
    ]);
  });
});
