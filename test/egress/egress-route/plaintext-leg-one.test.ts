import { find } from '../../synth';
import { CASES } from '../cases';

describe('egress route › plaintext leg 1', () => {
  const objects = () => CASES['plaintext leg 1']().manifests();

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
            targetPort: 443
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
                  host: istio-egressgateway.istio-system.svc.cluster.local
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
          - istio-system/egress-api-example-com-80
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
              - port: 80
            route:
              - destination:
                  host: api.example.com
                  port:
                    number: 80
      ---
      apiVersion: networking.istio.io/v1
      kind: Gateway
      metadata:
        annotations:
          cdk8s-istio/plaintext-leg-one-reason: the gateway runs outside the mesh
        name: egress-api-example-com-80
        namespace: istio-system
      spec:
        selector:
          app: istio-egressgateway
          istio: egressgateway
        servers:
          - hosts:
              - ./api.example.com
            port:
              name: http-80
              number: 80
              protocol: HTTP
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
                    - "80"
        selector:
          matchLabels:
            app: istio-egressgateway
            istio: egressgateway
      ---
      apiVersion: networking.istio.io/v1
      kind: DestinationRule
      metadata:
        name: egress-api-example-com-tls
        namespace: istio-system
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
        workloadSelector:
          matchLabels:
            app: istio-egressgateway
            istio: egressgateway
    `);
  });

  test('nobody is refused, because nobody is known', () => {
    expect(objects().filter(o => o.kind === 'AuthorizationPolicy').map(o => o.spec.action)).toEqual(['ALLOW']);
  });

  test('the reason stands at the server that takes clear text', () => {
    expect(find(objects(), 'Gateway').metadata.annotations).toEqual({ 'cdk8s-istio/plaintext-leg-one-reason': 'the gateway runs outside the mesh' });
  });
});
