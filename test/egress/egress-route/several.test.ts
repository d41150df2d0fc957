import { Caller, EgressGateway, EgressRoute, ExternalPort, GatewayWorkload, VirtualServiceLayout } from '../../../src';
import { routed } from '../../fixtures';
import { find, manifestsOf } from '../../synth';
import { CASES } from '../cases';

const virtualServices = (name: keyof typeof CASES) => CASES[name]().manifests().filter(o => o.kind === 'VirtualService');
const named = (name: keyof typeof CASES) => CASES[name]().manifests().map(o => `${o.kind} ${o.metadata.namespace}/${o.metadata.name}`);

describe('egress route › several hosts', () => {
  test('callers read one object, the gateway one a host', () => {
    expect(virtualServices('several hosts')).toMatchInlineSnapshot(`
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata:
        name: shop-route-mesh-virtual-service-c8faafa8
        namespace: shop
      spec:
        exportTo:
          - "."
        gateways:
          - mesh
        hosts:
          - a.example.com
          - b.example.com
        http:
          - match:
              - port: 80
            retries:
              attempts: 2
              retryOn: connect-failure,refused-stream,reset-before-request
            route:
              - destination:
                  host: egress.istio-system.mesh.internal
                  port:
                    number: 80
      ---
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata:
        name: egress-a-example-com-80-leg-2
        namespace: istio-system
      spec:
        exportTo:
          - "."
        gateways:
          - istio-system/egress
        hosts:
          - a.example.com
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
                port: 443
            route:
              - destination:
                  host: a.example.com
                  port:
                    number: 80
          - directResponse:
              body:
                string: not allowed by the egress route to a.example.com
              status: 403
            match:
              - port: 443
      ---
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata:
        name: egress-b-example-com-80-leg-2
        namespace: istio-system
      spec:
        exportTo:
          - "."
        gateways:
          - istio-system/egress
        hosts:
          - b.example.com
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
                port: 443
            route:
              - destination:
                  host: b.example.com
                  port:
                    number: 80
          - directResponse:
              body:
                string: not allowed by the egress route to b.example.com
              status: 403
            match:
              - port: 443
    `);
  });

  test('each has its policy and its TLS', () => {
    expect(named('several hosts').slice(4)).toEqual([
      'AuthorizationPolicy istio-system/egress-a-example-com-80-declared',
      'AuthorizationPolicy istio-system/egress-b-example-com-80-declared',
      'AuthorizationPolicy istio-system/egress-a-example-com-80-callers',
      'AuthorizationPolicy istio-system/egress-b-example-com-80-callers',
      'DestinationRule istio-system/egress-a-example-com-tls',
      'DestinationRule istio-system/egress-b-example-com-tls',
    ]);
  });
});

describe('egress route › several ports', () => {
  test('callers read http, tls and tcp in one object', () => {
    expect(virtualServices('several ports').slice(0, 1)).toMatchInlineSnapshot(`
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata:
        name: shop-route-mesh-virtual-service-c8faafa8
        namespace: shop
      spec:
        exportTo:
          - "."
        gateways:
          - mesh
        hosts:
          - db.example.com
        http:
          - match:
              - port: 80
            retries:
              attempts: 2
              retryOn: connect-failure,refused-stream,reset-before-request
            route:
              - destination:
                  host: egress.istio-system.mesh.internal
                  port:
                    number: 80
        tcp:
          - match:
              - port: 5432
            route:
              - destination:
                  host: db.example.com-5432.egress.istio-system.mesh.internal
                  port:
                    number: 443
        tls:
          - match:
              - port: 443
                sniHosts:
                  - db.example.com
            route:
              - destination:
                  host: db.example.com-443.egress.istio-system.mesh.internal
                  port:
                    number: 443
    `);
  });

  test('the gateway reads one object a port', () => {
    expect(virtualServices('several ports').slice(1).map(o => [o.metadata.name, o.spec.gateways, Object.keys(o.spec).slice(3)])).toEqual([
      ['egress-db-example-com-80-leg-2', ['istio-system/egress'], ['http']],
      ['egress-db-example-com-443-leg-2', ['istio-system/egress-db-example-com-443'], ['tcp']],
      ['egress-db-example-com-5432-leg-2', ['istio-system/egress-db-example-com-5432'], ['tcp']],
    ]);
  });
});

describe('egress route › single layout', () => {
  test('one object holds both legs', () => {
    expect(virtualServices('single layout')).toMatchInlineSnapshot(`
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata:
        name: egress-api-example-com
        namespace: istio-system
      spec:
        exportTo:
          - "."
          - shop
        gateways:
          - mesh
          - istio-system/egress
        hosts:
          - api.example.com
        http:
          - match:
              - gateways:
                  - mesh
                port: 80
            retries:
              attempts: 2
              retryOn: connect-failure,refused-stream,reset-before-request
            route:
              - destination:
                  host: egress.istio-system.mesh.internal
                  port:
                    number: 80
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
              - gateways:
                  - istio-system/egress
                headers:
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
              - gateways:
                  - istio-system/egress
                port: 443
    `);
  });

  test('one object holds both legs of every port', () => {
    expect(virtualServices('single layout, several ports')).toMatchInlineSnapshot(`
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata:
        name: egress-api-example-com
        namespace: istio-system
      spec:
        exportTo:
          - "."
          - shop
        gateways:
          - mesh
          - istio-system/egress
          - istio-system/egress-api-example-com-443
        hosts:
          - api.example.com
          - api.example.com-443.egress.istio-system.mesh.internal
        http:
          - match:
              - gateways:
                  - mesh
                port: 80
            retries:
              attempts: 2
              retryOn: connect-failure,refused-stream,reset-before-request
            route:
              - destination:
                  host: egress.istio-system.mesh.internal
                  port:
                    number: 80
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
              - gateways:
                  - istio-system/egress
                headers:
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
              - gateways:
                  - istio-system/egress
                port: 443
        tcp:
          - match:
              - gateways:
                  - istio-system/egress-api-example-com-443
                port: 443
            route:
              - destination:
                  host: api.example.com
                  port:
                    number: 443
        tls:
          - match:
              - gateways:
                  - mesh
                port: 443
                sniHosts:
                  - api.example.com
            route:
              - destination:
                  host: api.example.com-443.egress.istio-system.mesh.internal
                  port:
                    number: 443
    `);
  });

  test('on the shared server the policy guards every host of the object', () => {
    const policy = find(CASES['single layout, several ports']().manifests(), 'AuthorizationPolicy', 'egress-api-example-com-80-callers');
    const inner = 'api.example.com-443.egress.istio-system.mesh.internal';
    expect(policy.spec.rules[0].to[0].operation.hosts).toEqual(['api.example.com', 'api.example.com:*', inner, `${inner}:*`]);
  });

  test('each host has an object, for otherwise all would be answered by the routes of the first', () => {
    expect(virtualServices('single layout, several hosts').map(o => [o.metadata.name, o.spec.hosts])).toEqual([
      ['partners-a-example-com', ['a.example.com']], ['partners-b-example-com', ['b.example.com']],
    ]);
  });

  test('the object may have a name, as the one that callers read has with the split layout', () => {
    const service = { hosts: ['api.example.com'], ports: [ExternalPort.http()] };
    const nameIn = (layout: VirtualServiceLayout) => routed(service, { layout, metadata: { name: 'api' } }).route.meshVirtualService.name;
    expect([nameIn(VirtualServiceLayout.SINGLE), nameIn(VirtualServiceLayout.SPLIT)]).toEqual(['api', 'api']);
  });

  test('everything but the routes and that policy is as with the split layout', () => {
    const others = (name: keyof typeof CASES) => CASES[name]().manifests().filter(o => o.kind !== 'VirtualService');
    expect(others('single layout')).toEqual(others('https origination'));
  });
});

describe('egress route › two gateways of one namespace', () => {
  test('may lead to one host, for callers of their own', () => {
    const { app, platform, shop, service } = routed({ hosts: ['api.example.com'], ports: [ExternalPort.https()] });
    const gateway = new EgressGateway(platform, 'second', { workload: GatewayWorkload.helmRelease('egress', { namespace: 'istio-system' }) });
    const route = new EgressRoute(shop, 'second-route', { service, gateway, callers: [Caller.namespace('billing')] });
    const names = manifestsOf(app, route.parts).map(o => o.metadata.name).filter(name => name.startsWith('second'));
    expect(names.sort()).toEqual([
      'second-api-example-com-443', 'second-api-example-com-443-callers', 'second-api-example-com-443-declared',
      'second-api-example-com-443-leg-1', 'second-api-example-com-443-leg-1-mtls', 'second-api-example-com-443-leg-2',
    ]);
  });
});
