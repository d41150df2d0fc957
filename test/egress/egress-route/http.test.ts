import { find } from '../../synth';
import { CASES } from '../cases';

describe('egress route › http', () => {
  const objects = () => CASES.http().manifests();

  test('the objects', () => {
    expect(objects()).toMatchInlineSnapshot(`
      apiVersion: networking.istio.io/v1
      kind: ServiceEntry
      metadata:
        name: shop-service-service-entry-c889bf87
        namespace: shop
      spec:
        exportTo:
          - istio-system
        hosts:
          - api.example.com
        location: MESH_EXTERNAL
        ports:
          - name: http-80
            number: 80
            protocol: HTTP
        resolution: DNS
      ---
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
          - api.example.com
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
      ---
      apiVersion: security.istio.io/v1
      kind: AuthorizationPolicy
      metadata:
        name: egress-api-example-com-80-declared
        namespace: istio-system
      spec:
        action: ALLOW
        rules:
          - to:
              - operation:
                  hosts:
                    - api.example.com
                    - api.example.com:*
                  ports:
                    - "443"
            when:
              - key: connection.sni
                values:
                  - egress.istio-system.mesh.internal
        selector:
          matchLabels:
            app: istio-egressgateway
            istio: egressgateway
      ---
      apiVersion: security.istio.io/v1
      kind: AuthorizationPolicy
      metadata:
        name: egress-api-example-com-80-callers
        namespace: istio-system
      spec:
        action: DENY
        rules:
          - from:
              - source:
                  notNamespaces:
                    - shop
            to:
              - operation:
                  hosts:
                    - api.example.com
                    - api.example.com:*
                  ports:
                    - "443"
            when:
              - key: connection.sni
                values:
                  - egress.istio-system.mesh.internal
        selector:
          matchLabels:
            app: istio-egressgateway
            istio: egressgateway
    `);
  });

  test('there is no rule for TLS, and no server beside the shared one', () => {
    expect(objects().map(o => o.kind)).not.toContain('DestinationRule');
    expect(objects().map(o => o.kind)).not.toContain('Gateway');
  });

  test('callers do not know the service, so that they have no way around the gateway', () => {
    expect(find(objects(), 'ServiceEntry').spec.exportTo).toEqual(['istio-system']);
  });

  test('another port than 80 needs a listener in the callers\' sidecars', () => {
    const entry = find(CASES['http on another port']().manifests(), 'ServiceEntry');
    expect(entry.spec.exportTo).toEqual(['.', 'istio-system']);
  });

  test('gRPC goes to the gateway as HTTP/2', () => {
    const [, mesh, gateway] = CASES.grpc().manifests();
    expect([mesh, gateway]).toMatchInlineSnapshot(`
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
          - api.example.com
        http:
          - match:
              - port: 50051
            retries:
              attempts: 2
              retryOn: connect-failure,refused-stream,reset-before-request
            route:
              - destination:
                  host: egress.istio-system.mesh.internal
                  port:
                    number: 15443
      ---
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata:
        name: egress-api-example-com-50051-leg-2
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
                port: 443
            route:
              - destination:
                  host: api.example.com
                  port:
                    number: 50051
          - directResponse:
              body:
                string: not allowed by the egress route to api.example.com
              status: 403
            match:
              - port: 443
    `);
  });

  test('only the named headers of the mesh leave it', () => {
    const [route] = find(CASES['kept headers']().manifests(), 'VirtualService', 'egress-api-example-com-80-leg-2').spec.http;
    expect(route.headers.request.remove).toEqual([
      'x-envoy-attempt-count', 'x-envoy-decorator-operation', 'x-envoy-expected-rq-timeout-ms', 'x-envoy-external-address', 'x-envoy-peer-metadata',
      'x-envoy-peer-metadata-id', 'x-forwarded-client-cert', 'x-forwarded-for', 'x-forwarded-proto',
    ]);
  });
});
