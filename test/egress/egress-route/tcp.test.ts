import { find } from '../../synth';
import { CASES } from '../cases';

describe('egress route › tcp', () => {
  const objects = () => CASES.tcp().manifests();

  test('the objects', () => {
    expect(objects()).toMatchInlineSnapshot(`
      apiVersion: networking.istio.io/v1
      kind: ServiceEntry
      metadata:
        name: shop-service-service-entry-c889bf87
        namespace: shop
      spec:
        addresses:
          - 192.0.2.10
        exportTo:
          - "."
          - istio-system
        hosts:
          - db.example.com
        location: MESH_EXTERNAL
        ports:
          - name: tcp-5432
            number: 5432
            protocol: TCP
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
          - db.example.com
        tcp:
          - match:
              - port: 5432
            route:
              - destination:
                  host: db.example.com-5432.egress.istio-system.mesh.internal
                  port:
                    number: 443
      ---
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata:
        name: egress-db-example-com-5432-leg-2
        namespace: istio-system
      spec:
        exportTo:
          - "."
        gateways:
          - istio-system/egress-db-example-com-5432
        hosts:
          - db.example.com-5432.egress.istio-system.mesh.internal
        tcp:
          - match:
              - port: 443
            route:
              - destination:
                  host: db.example.com
                  port:
                    number: 5432
      ---
      apiVersion: networking.istio.io/v1
      kind: Gateway
      metadata:
        name: egress-db-example-com-5432
        namespace: istio-system
      spec:
        selector:
          app: istio-egressgateway
          istio: egressgateway
        servers:
          - hosts:
              - ./db.example.com-5432.egress.istio-system.mesh.internal
            port:
              name: tls-443
              number: 443
              protocol: TLS
            tls:
              mode: ISTIO_MUTUAL
      ---
      apiVersion: networking.istio.io/v1
      kind: ServiceEntry
      metadata:
        name: egress-db-example-com-5432-leg-1
        namespace: istio-system
      spec:
        exportTo:
          - "."
          - shop
        hosts:
          - db.example.com-5432.egress.istio-system.mesh.internal
        location: MESH_INTERNAL
        ports:
          - name: tls
            number: 443
            protocol: TLS
            targetPort: 443
        resolution: STATIC
        workloadSelector:
          labels:
            app: istio-egressgateway
            istio: egressgateway
      ---
      apiVersion: networking.istio.io/v1
      kind: DestinationRule
      metadata:
        name: egress-db-example-com-5432-leg-1-mtls
        namespace: istio-system
      spec:
        exportTo:
          - istio-system
          - shop
        host: db.example.com-5432.egress.istio-system.mesh.internal
        trafficPolicy:
          tls:
            mode: ISTIO_MUTUAL
            sni: db.example.com-5432.egress.istio-system.mesh.internal
      ---
      apiVersion: security.istio.io/v1
      kind: AuthorizationPolicy
      metadata:
        name: egress-db-example-com-5432-declared
        namespace: istio-system
      spec:
        action: ALLOW
        rules:
          - to:
              - operation:
                  ports:
                    - "443"
            when:
              - key: connection.sni
                values:
                  - db.example.com-5432.egress.istio-system.mesh.internal
        selector:
          matchLabels:
            app: istio-egressgateway
            istio: egressgateway
      ---
      apiVersion: security.istio.io/v1
      kind: AuthorizationPolicy
      metadata:
        name: egress-db-example-com-5432-callers
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
                  ports:
                    - "443"
            when:
              - key: connection.sni
                values:
                  - db.example.com-5432.egress.istio-system.mesh.internal
        selector:
          matchLabels:
            app: istio-egressgateway
            istio: egressgateway
    `);
  });

  test('TLS that the gateway adds verifies the name of the host', () => {
    const rule = find(CASES['tcp, wrapped in TLS']().manifests(), 'DestinationRule', 'egress-db-example-com-tls');
    expect([rule]).toMatchInlineSnapshot(`
      apiVersion: networking.istio.io/v1
      kind: DestinationRule
      metadata:
        name: egress-db-example-com-tls
        namespace: istio-system
      spec:
        exportTo:
          - "."
        host: db.example.com
        trafficPolicy:
          portLevelSettings:
            - port:
                number: 6379
              tls:
                caCertificates: system
                mode: SIMPLE
                sni: db.example.com
                subjectAltNames:
                  - db.example.com
        workloadSelector:
          matchLabels:
            app: istio-egressgateway
            istio: egressgateway
    `);
  });

  test('where sidecars answer DNS no addresses are needed', () => {
    const entry = CASES['tcp where sidecars answer DNS']().manifests()[0];
    expect(entry.spec).not.toHaveProperty('addresses');
  });
});
