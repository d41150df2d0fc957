import { ExternalPort, UpstreamTls } from '../../../src';
import { routed } from '../../fixtures';
import { find } from '../../synth';
import { CASES } from '../cases';

const tlsOf = (tls?: UpstreamTls) => {
  const objects = routed({ hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps({ tls })] }).manifests();
  return find(objects, 'DestinationRule').spec.trafficPolicy.portLevelSettings[0].tls;
};

describe('egress route › https origination', () => {
  const objects = () => CASES['https origination']().manifests();

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

  test('leg 1 tries again only what never reached the gateway', () => {
    const [route] = objects()[1].spec.http;
    expect(route.retries).toEqual({ attempts: 2, retryOn: 'connect-failure,refused-stream,reset-before-request' });
  });

  test('leg 2 has no retries and no timeout of its own', () => {
    const [route] = objects()[2].spec.http;
    expect(route).not.toHaveProperty('retries');
    expect(route).not.toHaveProperty('timeout');
  });

  test('with an authority of its own, which the Secret holds', () => {
    const rule = find(CASES['https origination with an authority of its own']().manifests(), 'DestinationRule');
    expect([rule]).toMatchInlineSnapshot(`
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
                credentialName: partner-ca
                mode: SIMPLE
                sni: api.example.com
                subjectAltNames:
                  - partner.example.com
        workloadSelector:
          matchLabels:
            app: istio-egressgateway
            istio: egressgateway
    `);
  });

  test('to whoever answers, with the reason', () => {
    const rule = find(CASES['https origination to whoever answers']().manifests(), 'DestinationRule');
    expect([rule]).toMatchInlineSnapshot(`
      apiVersion: networking.istio.io/v1
      kind: DestinationRule
      metadata:
        annotations:
          cdk8s-istio/insecure-reason: a lab without certificates
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
                insecureSkipVerify: true
                mode: SIMPLE
        workloadSelector:
          matchLabels:
            app: istio-egressgateway
            istio: egressgateway
    `);
  });

  test.each([
    ['neither by default, because the name of each request is verified', undefined, undefined, undefined],
    ['both for a server name', UpstreamTls.simple({ sni: 'a.example.com' }), 'a.example.com', ['a.example.com']],
    ['both for names to accept', UpstreamTls.simple({ subjectAltNames: ['a.example.com'] }), 'api.example.com', ['a.example.com']],
    ['both as given', UpstreamTls.simple({ sni: 'a.example.com', subjectAltNames: ['b.example.com'] }), 'a.example.com', ['b.example.com']],
  ])('sni and subjectAltNames: %s', (_, tls, sni, subjectAltNames) => {
    expect(tlsOf(tls)).toEqual({ mode: 'SIMPLE', caCertificates: 'system', sni, subjectAltNames });
  });
});
