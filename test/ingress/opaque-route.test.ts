import { LISTENERS } from './listener-cases';
import { Destination, GatewayWorkload, IngressListener, IngressRoute, IngressRouteProps, RouteAction } from '../../src';
import { ingress } from '../fixtures';
import { expectRefusal } from '../refusal';
import { find, manifestsOf } from '../synth';

const to = (name: string, weight = 1) => Destination.service(name, { port: 8443 }).weighted(weight);
const rules = [{ action: RouteAction.forward(Destination.service('web', { port: 8080 })) }];
const workload = GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress', ports: [80, 443, 5432, 6379].map(number => ({ number })) });
const twoPorts = GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress', ports: [443, 8443].map(number => ({ number })) });
const passthrough = IngressListener.tlsPassthrough({ hosts: ['a.test', 'b.test'] });
const https = IngressListener.https({ hosts: ['www.test'], credentialName: 'cert' });
const tcp = [5432, 6379].map(port => IngressListener.tcp({ port }));

describe('a route for what the gateway cannot read', () => {
  test('TLS: the objects', () => {
    expect(LISTENERS['tls passthrough']().manifests()).toMatchInlineSnapshot(`
      apiVersion: networking.istio.io/v1
      kind: Gateway
      metadata:
        name: shop-gateway-c82d0dab
        namespace: shop
      spec:
        selector:
          app: istio-ingressgateway
          istio: ingressgateway
        servers:
          - hosts:
              - "*.example.com"
            port:
              name: tls-443
              number: 443
              protocol: TLS
            tls:
              mode: PASSTHROUGH
      ---
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata:
        name: shop-route-virtual-service-c86d6581
        namespace: shop
      spec:
        exportTo:
          - istio-ingress
        gateways:
          - shop/shop-gateway-c82d0dab
        hosts:
          - shop.example.com
        tls:
          - match:
              - port: 443
                sniHosts:
                  - shop.example.com
            route:
              - destination:
                  host: web.shop.svc.cluster.local
                  port:
                    number: 8443
                weight: 9
              - destination:
                  host: next.shop.svc.cluster.local
                  port:
                    number: 8443
                weight: 1
    `);
  });

  test('TCP: the objects', () => {
    expect(LISTENERS.tcp().manifests()).toMatchInlineSnapshot(`
      apiVersion: networking.istio.io/v1
      kind: Gateway
      metadata:
        name: shop-gateway-c82d0dab
        namespace: shop
      spec:
        selector:
          app: istio-ingressgateway
          istio: ingressgateway
        servers:
          - hosts:
              - ./*
            port:
              name: tcp-5432
              number: 5432
              protocol: TCP
      ---
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata:
        name: shop-route-virtual-service-c86d6581
        namespace: shop
      spec:
        exportTo:
          - istio-ingress
        gateways:
          - shop/shop-gateway-c82d0dab
        hosts:
          - "*"
        tcp:
          - match:
              - port: 5432
            route:
              - destination:
                  host: web.shop.svc.cluster.local
                  port:
                    number: 8443
    `);
  });

  test('a TCP listener is open to the namespace of its route alone, and to none without one', () => {
    const servers = find(LISTENERS['tcp to several']().manifests(), 'Gateway').spec.servers;
    expect(servers.map((s: any) => [s.port.name, s.hosts])).toEqual([['tcp-5432', ['./*']], ['tcp-6379', ['./*']]]);
  });

  test('hosts that end in the gateway and hosts that are passed on share a port', () => {
    const servers = find(LISTENERS['tls passthrough beside https']().manifests(), 'Gateway').spec.servers;
    expect(servers.map((s: any) => [s.port.number, s.tls?.mode, s.hosts])).toEqual([
      [443, 'SIMPLE', ['www.example.com']], [80, undefined, ['./www.example.com']], [443, 'PASSTHROUGH', ['shop.example.com']],
    ]);
  });

  test.each<{ when: string; listeners?: IngressListener[]; props: Omit<IngressRouteProps, 'gateway'>; message: string }>([
    { when: 'rules are for TLS that is passed on', props: { hosts: ['a.test'], rules }, message: '[RulesOnOpaqueTraffic] shop/route: hosts[0] is "a.test"; allowed: hosts of HTTP and HTTPS listeners; shop/gateway passes this one through unread; fix: set `destinations` instead of rules' },
    { when: 'rules are for TCP', listeners: tcp, props: { hosts: ['a.test'], rules }, message: '[RulesOnOpaqueTraffic] shop/route: hosts[0] is "a.test"; allowed: hosts of HTTP and HTTPS listeners; shop/gateway passes this one through unread; fix: set `destinations` instead of rules' },
    { when: 'rules are for the port of a TCP listener', listeners: tcp, props: { tcpPort: 5432, rules }, message: '[RulesOnOpaqueTraffic] shop/route: rules is "set"; allowed: only `destinations`, for TLS passthrough and TCP; fix: set `destinations`, and create another route for HTTP' },
    { when: 'rules stand beside destinations', props: { hosts: ['a.test'], rules, destinations: [to('web')] }, message: '[RulesOnOpaqueTraffic] shop/route: rules is "set"; allowed: only `destinations`, for TLS passthrough and TCP; fix: set `destinations`, and create another route for HTTP' },
    { when: 'access is asked of what cannot be read', props: { hosts: ['a.test'], openPaths: ['/health'], destinations: [to('web')] }, message: '[RulesOnOpaqueTraffic] shop/route: openPaths is "set"; allowed: only `destinations`, for TLS passthrough and TCP; fix: set `destinations`, and create another route for HTTP' },
    { when: 'destinations are for HTTP', props: { hosts: ['www.test'], destinations: [to('web')] }, message: '[DestinationsOnHttp] shop/route: hosts[0] is "www.test"; allowed: hosts of IngressListener.tlsPassthrough; shop/gateway reads the HTTP of this one; fix: set `rules` instead of destinations' },
    { when: 'nothing listens for its host', props: { hosts: ['c.test'], destinations: [to('web')] }, message: '[HostNotCovered] shop/route: hosts[0] is "c.test"; allowed: hosts of the listeners: a.test (port 443), b.test (port 443), www.test (port 443), www.test (port 80); fix: add the host to a listener of shop/gateway' },
    { when: 'a route for TLS names no hosts', props: { destinations: [to('web')] }, message: '[TcpListenerUnclear] shop/route: tcpPort is not set; allowed: hosts, because shop/gateway has no TCP listener; fix: list hosts for a TLS passthrough listener, or add IngressListener.tcp(...) to the gateway' },
    { when: 'one TCP listener of several is meant', listeners: tcp, props: { destinations: [to('web')] }, message: '[TcpListenerUnclear] shop/route: tcpPort is not set; allowed: a port of the TCP listeners of shop/gateway: 5432, 6379; fix: set the port, or list hosts for a TLS passthrough listener' },
    { when: 'no TCP listener has its port', listeners: tcp, props: { tcpPort: 443, destinations: [to('web')] }, message: '[TcpListenerUnclear] shop/route: tcpPort is 443; allowed: a port of the TCP listeners of shop/gateway: 5432, 6379; fix: set the port, or list hosts for a TLS passthrough listener' },
    { when: 'hosts are for TCP', listeners: tcp, props: { hosts: ['a.test'], destinations: [to('web')] }, message: '[TcpHostsIgnored] shop/route: hosts is "a.test"; allowed: no hosts for a TCP listener; fix: remove them: TCP carries no host name' },
    { when: 'hosts stand beside a TCP port', props: { hosts: ['a.test'], tcpPort: 5432, destinations: [to('web')] }, message: '[TcpHostsIgnored] shop/route: hosts is "a.test"; allowed: no hosts for a TCP listener; fix: remove them: TCP carries no host name' },
    { when: 'no TLS listener has its port', props: { hosts: ['a.test'], tlsPort: 5432, destinations: [to('web')] }, message: '[HostNotCovered] shop/route: tlsPort is 5432; allowed: a port on which shop/gateway passes a.test through: 443; fix: use such a port, or add IngressListener.tlsPassthrough(...) to the gateway' },
    { when: 'its port ends TLS', props: { hosts: ['www.test'], tlsPort: 443, destinations: [to('web')] }, message: '[HostNotCovered] shop/route: tlsPort is 443; allowed: a port on which shop/gateway passes www.test through: it has none; fix: use such a port, or add IngressListener.tlsPassthrough(...) to the gateway' },
    { when: 'the port of TLS has no hosts', props: { tlsPort: 443, destinations: [to('web')] }, message: '[RuleOptionUnused] shop/route: tlsPort is 443; allowed: `tlsPort` together with `hosts`; fix: list the hosts; to set the port of a TCP listener, use `tcpPort`' },
    { when: 'rules are for the port of TLS', props: { hosts: ['a.test'], tlsPort: 443, rules }, message: '[RulesOnOpaqueTraffic] shop/route: rules is "set"; allowed: only `destinations`, for TLS passthrough and TCP; fix: set `destinations`, and create another route for HTTP' },
    { when: 'there are no destinations', listeners: tcp, props: { tcpPort: 5432, destinations: [] }, message: '[WeightInvalid] shop/route: destinations is empty; allowed: whole numbers from 0, at least one of them above 0; fix: give each destination its share, for example stable.weighted(90) and next.weighted(10)' },
    { when: 'nothing is said of HTTP hosts', props: { rules }, message: '[HostsEmpty] shop/route: hosts is not set; allowed: at least one host; fix: list the hosts, for example api.example.com' },
  ])('is refused when $when', ({ listeners = [passthrough, https], props, message }) => {
    expectRefusal(() => ingress({ workload, listeners }, props), message);
  });

  test('is refused when another route has its TCP listener, of which Istio would take one', () => {
    const { shop, gateway } = ingress({ workload, listeners: tcp }, { tcpPort: 5432, destinations: [to('web')] });
    const other = new IngressRoute(shop, 'other port', { gateway, tcpPort: 6379, destinations: [to('web')] });
    expect(other.virtualService!.toJson().spec.tcp[0].match).toEqual([{ port: 6379 }]);
    expectRefusal(() => new IngressRoute(shop, 'second', { gateway, tcpPort: 5432, destinations: [to('web')] }),
      '[TcpAlreadyRouted] shop/second: tcpPort is 5432; allowed: a TCP listener that shop/route does not use; fix: put the destinations in shop/route: Istio uses only the first of two routes');
  });

  test('is refused when another route has its host', () => {
    const { shop, gateway } = ingress({ workload, listeners: [passthrough] }, { hosts: ['a.test'], destinations: [to('web')] });
    expectRefusal(() => new IngressRoute(shop, 'second', { gateway, hosts: ['a.test'], destinations: [to('web')] }),
      '[HostAlreadyRouted] shop/second: hosts[0] is "a.test"; allowed: hosts that shop/route does not use on port 443; fix: give each of the two a separate listener with `tlsPort`, or put the destinations in shop/route: Istio uses only the first of two routes');
  });

  test('is for one listener of several, if it says so', () => {
    const listeners = [443, 8443].map(port => IngressListener.tlsPassthrough({ hosts: ['a.test'], port }));
    const made = ingress({ workload: twoPorts, listeners }, { hosts: ['a.test'], tlsPort: 8443, destinations: [to('next')] });
    const second = new IngressRoute(made.shop, 'second', { gateway: made.gateway, hosts: ['a.test'], tlsPort: 443, destinations: [to('web')] });
    const routes = manifestsOf(made.app, [made.route.virtualService!, second.virtualService!]);
    const leads = routes.map(({ spec }) => spec.tls.map((t: any) => [t.match[0].port, t.route[0].destination.host]));
    expect(leads).toEqual([[[8443, 'next.shop.svc.cluster.local']], [[443, 'web.shop.svc.cluster.local']]]);
    expectRefusal(() => new IngressRoute(made.shop, 'third', { gateway: made.gateway, hosts: ['a.test'], destinations: [to('web')] }),
      '[HostAlreadyRouted] shop/third: hosts[0] is "a.test"; allowed: hosts that shop/route does not use on port 8443; fix: give each of the two a separate listener with `tlsPort`, or put the destinations in shop/route: Istio uses only the first of two routes');
  });

  test('is for all listeners otherwise', () => {
    const listeners = [443, 8443].map(port => IngressListener.tlsPassthrough({ hosts: ['a.test'], port }));
    const { manifests } = ingress({ workload: twoPorts, listeners }, { hosts: ['a.test'], destinations: [to('next')] });
    expect(find(manifests(), 'VirtualService').spec.tls.map((t: any) => t.match[0].port)).toEqual([443, 8443]);
  });

  test('takes no rules later', () => {
    const { route } = ingress({ workload, listeners: [passthrough] }, { hosts: ['a.test'], destinations: [to('web')] });
    expectRefusal(() => route.addRule(rules[0]),
      '[RulesOnOpaqueTraffic] shop/route: rule is "set"; allowed: rules only for routes without destinations; fix: create another route for HTTP');
  });

  test.each([
    { when: 'TLS passthrough has no hosts', listeners: [IngressListener.tlsPassthrough({ hosts: [] })], message: '[HostsEmpty] shop/gateway: listeners[0].hosts is empty; allowed: at least one host; fix: list the hosts, for example api.example.com' },
    { when: 'a TCP listener has no port of the Service', listeners: [IngressListener.tcp({ port: 3306 })], message: '[IngressGatewayPortMissing] shop/gateway: listeners[0].port is "port 3306"; allowed: ports 80, 443, 5432, 6379 of Service istio-ingress/istio-ingressgateway; fix: add port 3306 to the Service and to the GatewayWorkload, or listen on another port' },
    { when: 'a TCP listener shares a port with TLS', listeners: [passthrough, IngressListener.tcp({ port: 443 })], message: '[ListenerProtocolConflict] shop/gateway: listeners is "TCP on port 443"; allowed: TLS, which port 443 already uses; fix: listen on another port' },
    { when: 'two TCP listeners have one port', listeners: [tcp[0], tcp[0]], message: '[ListenerConflict] shop/gateway: listeners is "* on port 5432"; allowed: each host once per port; fix: delete one of the two listeners, or set PlainHttp.closed() on the HTTPS listener' },
    { when: 'a host is passed on and ends here', listeners: [https, IngressListener.tlsPassthrough({ hosts: ['www.test'] })], message: '[ListenerConflict] shop/gateway: listeners is "www.test on port 443"; allowed: each host once per port; fix: delete one of the two listeners; to use two certificates for a host, list both in `credentials` of one listener' },
  ])('a gateway is refused when $when', ({ listeners, message }) => {
    expectRefusal(() => ingress({ workload, listeners }, { hosts: ['a.test'], rules }), message);
  });
});
