import { Chart } from 'cdk8s';
import { Caller, EgressRoute, ExternalPort, ExternalService, Resolution, TunnelProtocol, UpstreamTls } from '../../src';
import { directlyProxied, proxied } from '../fixtures';
import { expectRefusal } from '../refusal';
import { find } from '../synth';

const hosts = ['api.example.com'];
const ports = [ExternalPort.https()];
const secure = { ports: [ExternalPort.tcp({ number: 3128, targetPort: 3129, tls: UpstreamTls.simple() })], connectionPool: { maxConnections: 10 } };

describe('a forward proxy', () => {
  test('needs no address where gateways alone connect to it', () => {
    const { proxy, manifests } = proxied({ hosts, ports }, { addresses: undefined });
    const entry = find(manifests(), 'ServiceEntry', proxy.serviceEntry.name).spec;
    expect(entry.ports).toEqual([{ name: 'tcp-3128', number: 3128, protocol: 'TLS' }]);
    expect(entry).not.toHaveProperty('addresses');
  });

  test('is all that the gateway knows: a subset of it says for which host', () => {
    const objects = proxied({ hosts, ports }, secure).manifests();
    const parts = [...objects.filter(o => o.kind === 'ServiceEntry' && !o.spec.hosts[0].endsWith('internal')), find(objects, 'DestinationRule', 'egress-api-example-com-tunnel')];
    expect(parts).toMatchInlineSnapshot(`
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
          - name: https-443
            number: 443
            protocol: HTTPS
        resolution: DNS
      ---
      apiVersion: networking.istio.io/v1
      kind: ServiceEntry
      metadata:
        name: platform-proxy-service-entry-c864535f
        namespace: istio-system
      spec:
        addresses:
          - 192.0.2.20
        exportTo:
          - "."
        hosts:
          - proxy.example.com
        location: MESH_EXTERNAL
        ports:
          - name: tcp-3128
            number: 3128
            protocol: TCP
            targetPort: 3129
        resolution: DNS
      ---
      apiVersion: networking.istio.io/v1
      kind: DestinationRule
      metadata:
        name: egress-api-example-com-tunnel
        namespace: istio-system
      spec:
        exportTo:
          - "."
        host: proxy.example.com
        subsets:
          - name: api-example-com-443
            trafficPolicy:
              tunnel:
                protocol: CONNECT
                targetHost: api.example.com
                targetPort: 443
        trafficPolicy:
          portLevelSettings:
            - connectionPool:
                tcp:
                  maxConnections: 10
              port:
                number: 3128
              tls:
                caCertificates: system
                mode: SIMPLE
                sni: proxy.example.com
                subjectAltNames:
                  - proxy.example.com
        workloadSelector:
          matchLabels:
            app: istio-egressgateway
            istio: egressgateway
    `);
    expect(find(objects, 'VirtualService', 'egress-api-example-com-443-leg-2').spec.tcp[0].route).toEqual([
      { destination: { host: 'proxy.example.com', port: { number: 3128 }, subset: 'api-example-com-443' } },
    ]);
  });

  test('is where sidecars go, with a route of their own', () => {
    expect(directlyProxied({ hosts, ports }).manifests()).toMatchInlineSnapshot(`
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
          - name: https-443
            number: 443
            protocol: HTTPS
        resolution: DNS
      ---
      apiVersion: networking.istio.io/v1
      kind: DestinationRule
      metadata:
        name: api-example-com-tunnel
        namespace: shop
      spec:
        exportTo:
          - "."
        host: proxy.example.com
        subsets:
          - name: api-example-com-443
            trafficPolicy:
              tunnel:
                protocol: CONNECT
                targetHost: api.example.com
                targetPort: 443
      ---
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata:
        name: shop-service-virtual-service-c8c06e26
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
                  host: proxy.example.com
                  port:
                    number: 3128
                  subset: api-example-com-443
    `);
  });

  test('carries connections in POST, to the port of the host', () => {
    const { proxy, shop, egress } = proxied({ hosts, ports });
    const service = new ExternalService(shop, 'other', { hosts: ['auth.example.com'], ports: [ExternalPort.tls({ number: 8883, targetPort: 8884 })] });
    const route = new EgressRoute(shop, 'other-route', { service, gateway: egress, connectProxy: { service: proxy, port: 3128, protocol: TunnelProtocol.POST } });
    expect(route.parts.find(p => p.name === 'egress-auth-example-com-tunnel')!.toJson().spec.subsets).toEqual([
      { name: 'auth-example-com-8883', trafficPolicy: { tunnel: { protocol: 'POST', targetHost: 'auth.example.com', targetPort: 8884 } } },
    ]);
  });

  test.each([
    ['requests that the mesh reads', () => proxied({ hosts, ports: [ExternalPort.httpToHttps()] }), '[ConnectProxyUnsuited] shop/route: connectProxy is "a service with port 80 (HTTP)"; allowed: services with only ExternalPort.https(), tls() or tcp() ports: Istio tunnels connections, not requests; fix: have the application call https://, and declare the port with ExternalPort.https(); or declare clear text with ExternalPort.tcp()'],
    ['TLS that begins at the gateway', () => proxied({ hosts, addresses: ['192.0.2.1'], ports: [ExternalPort.redis({ tls: UpstreamTls.simple() })] }), '[ConnectProxyUnsuited] shop/route: connectProxy is "a service with `tls` on port 6379"; allowed: ports without `tls`: the mesh cannot originate TLS inside a tunnel; fix: leave out `tls`, and have the application speak TLS; for TLS to the proxy, set `tls` on the proxy\'s port'],
    ['a wildcard', () => proxied({ hosts: ['*.example.com'], ports, resolution: Resolution.servedBy('www.example.com') }), '[ConnectProxyUnsuited] shop/route: connectProxy is "a service with the host *.example.com"; allowed: full names: the proxy is given one name; fix: list each host'],
    ['policies of the host', () => proxied({ hosts, ports, connectionPool: { maxConnections: 1 } }), '[TrafficPolicyUnused] shop/route: connectProxy is "a service with a traffic policy"; allowed: a traffic policy on the service of the proxy, which receives the connections; fix: move connectionPool, outlierDetection and loadBalancer to the service of the proxy'],
    ['several proxies in one service', () => proxied({ hosts, ports }, { hosts: ['a.example.com', 'b.example.com'], ports }), '[ConnectProxyInvalid] shop/route: connectProxy.service is "a.example.com, b.example.com with DNS"; allowed: a service with one full name, resolved by DNS or with endpoints; fix: declare the proxy in a separate service'],
    ['a proxy without a TCP port', () => proxied({ hosts, ports }, { ports: [ExternalPort.http({ number: 3128 })] }), '[ConnectProxyInvalid] shop/route: connectProxy.port is not set; allowed: one TCP port of proxy.example.com; its ports are 3128 (HTTP); fix: declare the proxy with ExternalPort.tcp()'],
    ['one of several ports, unnamed', () => proxied({ hosts, ports }, { ports: [ExternalPort.tcp({ number: 3128 }), ExternalPort.tcp({ number: 3129 })] }), '[ConnectProxyInvalid] shop/route: connectProxy.port is not set; allowed: one TCP port of proxy.example.com; its ports are 3128 (TCP), 3129 (TCP); fix: name the port'],
    ['an unknown way to carry', () => proxied({ hosts, ports }, {}, {}, 'SOCKS' as TunnelProtocol), '[ValueUnknown] shop/route: connectProxy.protocol is "SOCKS"; allowed: CONNECT, POST; fix: use a member of the enum'],
    ['a service that is not direct', () => directlyProxied({ hosts, ports, direct: false }), '[RuleOptionUnused] shop/service: connectProxy is "set"; allowed: a direct service; fix: set connectProxy on the EgressRoute, or set `direct: true` if workloads may bypass the gateway'],
    ['a direct service for other namespaces', () => directlyProxied({ hosts, ports, exportTo: ['billing'] }), '[ConnectProxyUnsuited] shop/service: exportTo is "billing"; allowed: no namespaces beside `connectProxy`: sidecars in others would go around the proxy; fix: leave it out, and declare the service in each namespace'],
    ['a direct service by a proxy for some workloads', () => directlyProxied({ hosts, ports }, { connectionPool: { maxConnections: 1 }, workloadSelector: { app: 'a' } }), '[ConnectProxyInvalid] shop/service: connectProxy.service is "a service with `workloadSelector`"; allowed: a service for all workloads of the namespace; fix: leave out workloadSelector: tunnel rules apply to all sidecars'],
    ['a direct service by a proxy that is not', () => directlyProxied({ hosts, ports }, { direct: false }), '[ConnectProxyInvalid] shop/service: connectProxy.service is "shop/proxy"; allowed: a direct service, because sidecars connect to it themselves; fix: set `direct: true` on the service of the proxy'],
  ])('refuses %s', (_, make, message) => {
    expectRefusal(make, message);
  });

  test('has one declaration behind a gateway', () => {
    const { shop, egress } = proxied({ hosts, ports });
    const other = new ExternalService(shop, 'other-proxy', { hosts: ['proxy.example.com'], addresses: ['192.0.2.20'], ...secure });
    const service = new ExternalService(shop, 'other', { hosts: ['auth.example.com'], ports });
    expectRefusal(() => new EgressRoute(shop, 'other-route', { service, gateway: egress, connectProxy: { service: other } }), '[UpstreamTlsConflict] shop/other-route: connectProxy.service is "proxy.example.com"; allowed: hosts that platform/proxy does not declare for istio-system/egress; fix: declare the host in one service, and pass that service to all routes');
  });

  test('of sidecars is no second way beside a route', () => {
    const { app } = proxied({ hosts, ports }, {}, { callers: [Caller.namespace('billing')] });
    const billing = new Chart(app, 'billing', { namespace: 'billing' });
    const proxy = new ExternalService(billing, 'proxy', { hosts: ['proxy-2.example.com'], addresses: ['192.0.2.21'], ports: [ExternalPort.tcp({ number: 3128 })], direct: true });
    expectRefusal(() => new ExternalService(billing, 'service', { hosts, ports, direct: true, connectProxy: { service: proxy } }), '[MeshHostConflict] billing/service: connectProxy is "api.example.com from billing"; allowed: hosts that shop/route does not use; fix: use only one route per host and calling namespace');
  });
});
