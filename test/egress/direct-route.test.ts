import { Chart, Duration } from 'cdk8s';
import { DirectRoute, DirectRouteProps, ExternalPort, ExternalService, ExternalServiceProps, PathMatch, RouteAction } from '../../src';
import { mesh, routedDirectly } from '../fixtures';
import { expectRefusal } from '../refusal';

const hosts = ['api.example.com'];
const service = { hosts, ports: [ExternalPort.httpToHttps()] };

describe('direct route', () => {
  test('lets the sidecars of the namespace tune and forward requests', () => {
    const { manifests } = routedDirectly(service, {
      allow: [{ path: PathMatch.prefix('/v1') }],
      rules: [{ matches: [{ path: PathMatch.exact('/v1/slow') }], timeout: Duration.seconds(30), retries: { attempts: 1 } }],
      keepHeaders: ['X-Request-Id'],
    });
    expect(manifests()).toMatchInlineSnapshot(`
      apiVersion: networking.istio.io/v1
      kind: ServiceEntry
      metadata:
        name: shop-service-service-entry-c889bf87
        namespace: shop
      spec:
        exportTo:
          - "."
        hosts:
          - api.example.com
        location: MESH_EXTERNAL
        ports:
          - name: http-80
            number: 80
            protocol: HTTP
            targetPort: 443
        resolution: DNS
      ---
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata:
        name: api-example-com-direct
        namespace: shop
      spec:
        exportTo:
          - "."
        gateways:
          - mesh
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
            match:
              - port: 80
                uri:
                  exact: /v1/slow
            retries:
              attempts: 1
              retryOn: gateway-error,reset,connect-failure,refused-stream
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
            match:
              - port: 80
                uri:
                  exact: /v1
              - port: 80
                uri:
                  prefix: /v1/
            route:
              - destination:
                  host: api.example.com
                  port:
                    number: 80
          - directResponse:
              body:
                string: not allowed by the direct route to api.example.com
              status: 403
            match:
              - port: 80
      ---
      apiVersion: networking.istio.io/v1
      kind: DestinationRule
      metadata:
        name: api-example-com-tls
        namespace: shop
      spec:
        exportTo:
          - "."
        host: api.example.com
        trafficPolicy:
          portLevelSettings:
            - port:
                number: 80
              tls:
                caCertificates: system
                mode: SIMPLE
    `);
  });

  test('has an object for each host, named after it', () => {
    const { route } = routedDirectly({ ...service, hosts: ['a.example.com', 'b.example.com'] }, { metadata: { name: 'partners', labels: { team: 'shop' } } });
    expect(route.virtualServices.map(o => o.name)).toEqual(['partners-a-example-com', 'partners-b-example-com']);
    expect(route.virtualServices[0].metadata.getLabel('team')).toBe('shop');
  });

  test('sends the requests of each HTTP port to that port, and leaves others alone', () => {
    const ports = [ExternalPort.http(), ExternalPort.http({ number: 8080 }), ExternalPort.https()];
    const { manifests } = routedDirectly({ hosts, ports }, { rules: [{ timeout: Duration.seconds(1) }] });
    const [, { spec }] = manifests();
    expect(spec.http.map((r: any) => [r.match, r.route[0].destination.port.number])).toEqual([[[{ port: 80 }], 80], [[{ port: 8080 }], 8080]]);
    expect(spec.tls).toBeUndefined();
  });
});

describe('a direct route is refused when', () => {
  const refused: { when: string; service?: Partial<ExternalServiceProps>; props?: Partial<DirectRouteProps>; message: string }[] = [
    { when: 'it leads to nothing that it could tune', service: { ports: [ExternalPort.https()] }, message: '[RulesOnOpaqueTraffic] shop/route: service.ports is "443 (HTTPS)"; allowed: a service with an HTTP port; fix: delete the route, because a direct service needs none; or use ExternalPort.httpToHttps() and have the application call http://' },
    { when: 'requests are allowed beside what sidecars cannot read', service: { ports: [ExternalPort.http(), ExternalPort.https()] }, props: { allow: [{ methods: ['GET'] }] }, message: '[RulesOnOpaqueTraffic] shop/route: allow is "a service with port 443 (HTTPS)"; allowed: only HTTP ports, where a proxy reads requests; fix: use ExternalPort.httpToHttps() and have the application call http://' },
    { when: 'a rule is for nothing that is allowed', props: { allow: [{ methods: ['GET'] }], rules: [{ matches: [{ methods: ['PUT'] }], action: RouteAction.respond(405) }] }, message: '[RuleNeverAllowed] shop/route: rules[0].matches is "matches outside `allow`"; allowed: requests that `allow` permits; fix: add them to `allow`, or delete the rule' },
    { when: 'a kept header is none of the mesh', props: { keepHeaders: ['cookie'] }, message: '[HeaderInvalid] shop/route: keepHeaders[0] is "cookie"; allowed: x-envoy-attempt-count, x-envoy-decorator-operation, x-envoy-expected-rq-timeout-ms, x-envoy-external-address, x-envoy-peer-metadata, x-envoy-peer-metadata-id, x-forwarded-client-cert, x-forwarded-for, x-forwarded-proto, x-request-id; fix: leave it out: headers of the application always pass' },
    { when: 'the service is not direct', service: { direct: false }, message: '[ServiceNotDirect] shop/route: service is "shop/service"; allowed: a service with `direct: true`; fix: set `direct: true` on the service, or use an EgressRoute' },
  ];
  test.each(refused)('$when', ({ service: more, props, message }) => {
    expectRefusal(() => routedDirectly({ ...service, ...more }, props), message);
  });

  test('the service is of another namespace', () => {
    const { app, shop } = mesh();
    const direct = new ExternalService(shop, 'service', { ...service, direct: true });
    expectRefusal(() => new DirectRoute(new Chart(app, 'billing', { namespace: 'billing' }), 'route', { service: direct }),
      '[DirectRouteNamespace] billing/route: service is "shop/service of namespace shop"; allowed: a service of namespace billing; fix: create the route in a chart of that namespace: a direct service is visible only there');
  });

  test('the host has a route already', () => {
    const { shop, service: direct } = routedDirectly(service);
    expectRefusal(() => new DirectRoute(shop, 'second', { service: direct }),
      '[MeshHostConflict] shop/second: service.hosts[0] is "api.example.com"; allowed: hosts that shop/route does not use; fix: put the rules in shop/route: Istio uses only one of two routes for a host');
  });
});
