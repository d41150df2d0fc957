import { find } from '../../synth';
import { CASES } from '../cases';

describe('egress route › app TLS, wrapped', () => {
  const objects = () => CASES['app TLS, wrapped']().manifests();
  const gatewayLeg = () => find(objects(), 'VirtualService', 'egress-api-example-com-443-leg-2');

  test('the objects', () => {
    expect(objects()).toMatchInlineSnapshot(`
      apiVersion: networking.istio.io/v1
      kind: ServiceEntry
      metadata:
        name: shop-service-service-entry-c889bf87
        namespace: shop
      spec:
        exportTo:
          - "."
          - istio-system
        hosts:
          - api.example.com
        location: MESH_EXTERNAL
        ports:
          - name: https-443
            number: 443
            protocol: HTTPS
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
        tls:
          - match:
              - port: 443
                sniHosts:
                  - api.example.com
            route:
              - destination:
                  host: api.example.com-443.egress.istio-system.mesh.internal
                  port:
                    number: 443
      ---
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata:
        name: egress-api-example-com-443-leg-2
        namespace: istio-system
      spec:
        exportTo:
          - "."
        gateways:
          - istio-system/egress-api-example-com-443
        hosts:
          - api.example.com-443.egress.istio-system.mesh.internal
        tcp:
          - match:
              - port: 443
            route:
              - destination:
                  host: api.example.com
                  port:
                    number: 443
      ---
      apiVersion: networking.istio.io/v1
      kind: Gateway
      metadata:
        name: egress-api-example-com-443
        namespace: istio-system
      spec:
        selector:
          app: istio-egressgateway
          istio: egressgateway
        servers:
          - hosts:
              - ./api.example.com-443.egress.istio-system.mesh.internal
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
        name: egress-api-example-com-443-leg-1
        namespace: istio-system
      spec:
        exportTo:
          - "."
          - shop
        hosts:
          - api.example.com-443.egress.istio-system.mesh.internal
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
        name: egress-api-example-com-443-leg-1-mtls
        namespace: istio-system
      spec:
        exportTo:
          - istio-system
          - shop
        host: api.example.com-443.egress.istio-system.mesh.internal
        trafficPolicy:
          tls:
            mode: ISTIO_MUTUAL
            sni: api.example.com-443.egress.istio-system.mesh.internal
      ---
      apiVersion: security.istio.io/v1
      kind: AuthorizationPolicy
      metadata:
        name: egress-api-example-com-443-declared
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
                  - api.example.com-443.egress.istio-system.mesh.internal
        selector:
          matchLabels:
            app: istio-egressgateway
            istio: egressgateway
      ---
      apiVersion: security.istio.io/v1
      kind: AuthorizationPolicy
      metadata:
        name: egress-api-example-com-443-callers
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
                  - api.example.com-443.egress.istio-system.mesh.internal
        selector:
          matchLabels:
            app: istio-egressgateway
            istio: egressgateway
    `);
  });

  test('the gateway leg is a tcp route', () => {
    expect(gatewayLeg().spec).toHaveProperty('tcp');
    expect(gatewayLeg().spec).not.toHaveProperty('tls');
    expect(gatewayLeg().spec).not.toHaveProperty('http');
  });

  test('no TLS is added where it leaves', () => {
    expect(objects().filter(o => o.kind === 'DestinationRule').map(o => o.spec.host)).toEqual(['api.example.com-443.egress.istio-system.mesh.internal']);
  });

  test('another port has objects of its own', () => {
    const names = CASES['app TLS on another port']().manifests().slice(2).map(o => `${o.kind} ${o.metadata.name}`);
    expect(names).toEqual([
      'VirtualService egress-api-example-com-8883-leg-2',
      'Gateway egress-api-example-com-8883',
      'ServiceEntry egress-api-example-com-8883-leg-1',
      'DestinationRule egress-api-example-com-8883-leg-1-mtls',
      'AuthorizationPolicy egress-api-example-com-8883-declared',
      'AuthorizationPolicy egress-api-example-com-8883-callers',
    ]);
  });
});

describe('egress route › app TLS, passed through', () => {
  const objects = () => CASES['app TLS, passed through']().manifests();

  test('the objects', () => {
    expect(objects()).toMatchInlineSnapshot(`
      apiVersion: networking.istio.io/v1
      kind: ServiceEntry
      metadata:
        name: shop-service-service-entry-c889bf87
        namespace: shop
      spec:
        exportTo:
          - "."
          - istio-system
        hosts:
          - api.example.com
        location: MESH_EXTERNAL
        ports:
          - name: https-443
            number: 443
            protocol: HTTPS
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
        tls:
          - match:
              - port: 443
                sniHosts:
                  - api.example.com
            route:
              - destination:
                  host: istio-egressgateway.istio-system.svc.cluster.local
                  port:
                    number: 443
      ---
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata:
        name: egress-api-example-com-443-leg-2
        namespace: istio-system
      spec:
        exportTo:
          - "."
        gateways:
          - istio-system/egress-api-example-com-443
        hosts:
          - api.example.com
        tls:
          - match:
              - port: 443
                sniHosts:
                  - api.example.com
            route:
              - destination:
                  host: api.example.com
                  port:
                    number: 443
      ---
      apiVersion: networking.istio.io/v1
      kind: Gateway
      metadata:
        name: egress-api-example-com-443
        namespace: istio-system
      spec:
        selector:
          app: istio-egressgateway
          istio: egressgateway
        servers:
          - hosts:
              - api.example.com
            port:
              name: tls-443
              number: 443
              protocol: TLS
            tls:
              mode: PASSTHROUGH
      ---
      apiVersion: security.istio.io/v1
      kind: AuthorizationPolicy
      metadata:
        name: egress-api-example-com-443-declared
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
                  - api.example.com
        selector:
          matchLabels:
            app: istio-egressgateway
            istio: egressgateway
    `);
  });

  test('nobody is refused, because nobody is known', () => {
    expect(objects().filter(o => o.kind === 'AuthorizationPolicy').map(o => o.spec.action)).toEqual(['ALLOW']);
  });

  test('what is no TLS is wrapped all the same, and its callers are known', () => {
    const beside = CASES['app TLS, passed through beside TCP']().manifests();
    expect(beside.filter(o => o.kind === 'Gateway').map(o => o.spec.servers[0].tls.mode)).toEqual(['PASSTHROUGH', 'ISTIO_MUTUAL']);
    expect(beside.filter(o => o.spec.action === 'DENY').map(o => o.metadata.name)).toEqual(['egress-db-example-com-5432-callers']);
  });
});
