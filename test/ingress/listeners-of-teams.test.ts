import { App, Chart } from 'cdk8s';
import {
  Access, Destination, EgressGateway, GatewayWorkload, IngressGateway, IngressGatewayProps, IngressListener, IngressRoute, IngressRouteProps,
  MeshSettings, MeshSettingsOptions, PlainHttp, RouteAction, RouteApi,
} from '../../src';
import { expectRefusal } from '../refusal';
import { manifestsOf, synth } from '../synth';

const forward = (name: string) => ({ rules: [{ action: RouteAction.forward(Destination.service(name, { port: 8080 })) }] });
const https = (host: string, credentialName = 'cert') => IngressListener.https({ hosts: [host], credentialName, plainHttp: PlainHttp.closed() });

/** An app of the platform and a team, whose gateways can be made in any order. */
function empty(settings: MeshSettingsOptions = {}) {
  const app = new App();
  MeshSettings.of(app, settings);
  const [edge, shop, blog] = [['edge', 'istio-ingress'], ['shop', 'shop'], ['blog', 'blog']].map(([id, namespace]) => new Chart(app, id, { namespace }));
  const gateway = (props: Partial<IngressGatewayProps> = {}) => new IngressGateway(edge, 'gateway', {
    workload: GatewayWorkload.gatewayApi('public', { namespace: 'istio-ingress' }), routeApi: RouteApi.GATEWAY_API, listeners: [https('*.a.test')], listenerNamespaces: ['shop'], ...props,
  });
  const team = (props: Partial<IngressGatewayProps> = {}, chart = shop) => new IngressGateway(chart, 'own', {
    workload: GatewayWorkload.gatewayApi('public', { namespace: 'istio-ingress', existing: true }), routeApi: RouteApi.GATEWAY_API, listeners: [https('b.test')], ...props,
  });
  const route = (of: IngressGateway, props: Partial<IngressRouteProps> = {}) => new IngressRoute(shop, 'route', { gateway: of, hosts: ['b.test'], ...forward('web'), ...props });
  return { app, edge, shop, blog, gateway, team, route };
}

describe('listeners of teams', () => {
  test('are a ListenerSet in the namespace of the chart, which the Gateway admits', () => {
    const { app, gateway, team, route } = empty();
    const [platform, own] = [gateway(), team()];
    const [httpRoute] = route(own).routeObjects;
    expect(manifestsOf(app, [platform.gateway, own.gateway, httpRoute])).toMatchInlineSnapshot(`
      apiVersion: gateway.networking.k8s.io/v1
      kind: Gateway
      metadata:
        name: public
        namespace: istio-ingress
      spec:
        allowedListeners:
          namespaces:
            from: Selector
            selector:
              matchExpressions:
                - key: kubernetes.io/metadata.name
                  operator: In
                  values:
                    - shop
        gatewayClassName: istio
        listeners:
          - allowedRoutes:
              namespaces:
                from: Selector
                selector:
                  matchExpressions:
                    - key: kubernetes.io/metadata.name
                      operator: In
                      values:
                        - istio-ingress
            hostname: "*.a.test"
            name: https-443---a-test
            port: 443
            protocol: HTTPS
            tls:
              certificateRefs:
                - group: ""
                  kind: Secret
                  name: cert
              mode: Terminate
      ---
      apiVersion: gateway.networking.k8s.io/v1
      kind: ListenerSet
      metadata:
        name: shop-own-gateway-c897e2fc
        namespace: shop
      spec:
        listeners:
          - allowedRoutes:
              namespaces:
                from: Selector
                selector:
                  matchExpressions:
                    - key: kubernetes.io/metadata.name
                      operator: In
                      values:
                        - shop
            hostname: b.test
            name: https-443-b-test
            port: 443
            protocol: HTTPS
            tls:
              certificateRefs:
                - group: ""
                  kind: Secret
                  name: cert
              mode: Terminate
        parentRef:
          group: gateway.networking.k8s.io
          kind: Gateway
          name: public
          namespace: istio-ingress
      ---
      apiVersion: gateway.networking.k8s.io/v1
      kind: HTTPRoute
      metadata:
        name: shop-route-http-route-c808a952
        namespace: shop
      spec:
        hostnames:
          - b.test
        parentRefs:
          - group: gateway.networking.k8s.io
            kind: ListenerSet
            name: shop-own-gateway-c897e2fc
            namespace: shop
            sectionName: https-443-b-test
        rules:
          - backendRefs:
              - group: ""
                kind: Service
                name: web
                port: 8080
                weight: 1
            matches:
              - path:
                  type: PathPrefix
                  value: /
    `);
    expect([own.gatewayName, own.managedGateway, own.parts]).toEqual([`shop/${own.gateway.name}`, undefined, [own.gateway]]);
  });

  test('are admitted from every namespace where the gateway says so', () => {
    const { app, gateway, team, blog } = empty();
    const made = gateway({ listenerNamespaces: ['*'] });
    team({}, blog);
    expect(synth(app, { set: 'listeners of a team, from every namespace' }).find(({ metadata }) => metadata.name === made.gateway.name)!.spec.allowedListeners).toEqual({ namespaces: { from: 'All' } });
  });

  test('are admitted from nowhere by default', () => {
    const { app, gateway } = empty();
    gateway({ listenerNamespaces: [] });
    expect(synth(app, { set: 'no listeners of teams' })[0].spec).not.toHaveProperty('allowedListeners');
  });

  test('can have the name of a certificate of the Gateway, because it is another Secret', () => {
    const { gateway, team } = empty();
    expect(() => [gateway({ listeners: [https('*.a.test', 'same')] }), team({ listeners: [https('b.test', 'same')] })]).not.toThrow();
  });

  test('have the name that the user chose', () => {
    expect(empty().team({ metadata: { name: 'listeners' } }).gatewayName).toBe('shop/listeners');
  });

  const inBothOrders: [string, (made: ReturnType<typeof empty>) => (() => unknown)[], string, string][] = [
    ['in a namespace that the Gateway does not name', ({ gateway, team, blog }) => [() => gateway(), () => team({}, blog)],
      '[ListenerSetNotAllowed] blog/own: workload is "Gateway istio-ingress/public"; allowed: a Gateway that takes listeners of namespace blog; this one takes those of shop; fix: add blog to `listenerNamespaces` of edge/gateway',
      '[ListenerSetNotAllowed] edge/gateway: listenerNamespaces is "shop"; allowed: also blog, where blog/own has listeners for this Gateway; fix: add blog to `listenerNamespaces` of edge/gateway'],
    ['where the Gateway takes none', ({ gateway, team }) => [() => gateway({ listenerNamespaces: undefined }), () => team()],
      '[ListenerSetNotAllowed] shop/own: workload is "Gateway istio-ingress/public"; allowed: a Gateway that takes listeners of namespace shop; this one takes none; fix: add shop to `listenerNamespaces` of edge/gateway',
      '[ListenerSetNotAllowed] edge/gateway: listenerNamespaces is empty; allowed: also shop, where shop/own has listeners for this Gateway; fix: add shop to `listenerNamespaces` of edge/gateway'],
    ['for a host of the Gateway', ({ gateway, team }) => [() => gateway({ listeners: [https('b.test')] }), () => team()],
      '[ListenerConflict] shop/own: listeners is "b.test on port 443"; allowed: hosts and ports that edge/gateway does not use on the same pods; fix: add the listener to edge/gateway, and use that gateway in the routes: Istio serves only one of the two',
      '[ListenerConflict] edge/gateway: listeners is "b.test on port 443"; allowed: hosts and ports that shop/own does not use on the same pods; fix: add the listener to shop/own, and use that gateway in the routes: Istio serves only one of the two'],
    ['for a host of another team', ({ team, blog }) => [() => team({}), () => team({}, blog)],
      '[ListenerConflict] blog/own: listeners is "b.test on port 443"; allowed: hosts and ports that shop/own does not use on the same pods; fix: add the listener to shop/own, and use that gateway in the routes: Istio serves only one of the two',
      '[ListenerConflict] shop/own: listeners is "b.test on port 443"; allowed: hosts and ports that blog/own does not use on the same pods; fix: add the listener to blog/own, and use that gateway in the routes: Istio serves only one of the two'],
    ['of another protocol on a port of the Gateway', ({ gateway, team }) => [() => gateway(), () => team({ listeners: [IngressListener.http({ port: 443, hosts: ['b.test'] })] })],
      '[ListenerProtocolConflict] shop/own: listeners is "clear-text HTTP on port 443"; allowed: TLS, for which edge/gateway uses the port on the same pods; fix: listen on another port',
      '[ListenerProtocolConflict] edge/gateway: listeners is "TLS on port 443"; allowed: clear-text HTTP, for which shop/own uses the port on the same pods; fix: listen on another port'],
    ['for a host of an imported Gateway', ({ edge, team }) => [
      () => IngressGateway.fromIngressGatewayAttributes(edge, 'gateway', { name: 'public', namespace: 'istio-ingress', workload: GatewayWorkload.gatewayApi('public', { namespace: 'istio-ingress' }), listeners: [https('b.test')], routeApi: RouteApi.GATEWAY_API }),
      () => team(),
    ],
    '[ListenerConflict] shop/own: listeners is "b.test on port 443"; allowed: hosts and ports that edge/gateway does not use on the same pods; fix: add the listener to edge/gateway, and use that gateway in the routes: Istio serves only one of the two',
    '[ListenerConflict] edge/gateway: listeners is "b.test on port 443"; allowed: hosts and ports that shop/own does not use on the same pods; fix: add the listener to shop/own, and use that gateway in the routes: Istio serves only one of the two'],
    ['for a Gateway whose servers are written in Istio\'s own API', ({ edge, team }) => [
      () => new EgressGateway(edge, 'gateway', { workload: GatewayWorkload.gatewayApi('public', { namespace: 'istio-ingress' }) }),
      () => team(),
    ],
    '[RouteApiWorkload] shop/own: workload is "Gateway istio-ingress/public"; allowed: a Gateway that edge/gateway does not use, whose servers are written in another API; fix: choose another name',
    '[RouteApiWorkload] edge/gateway: workload is "Gateway istio-ingress/public"; allowed: a Gateway that shop/own does not use, whose servers are written in another API; fix: choose another name'],
  ];
  test.each(inBothOrders)('are refused %s, whichever comes first', (_, make, last, first) => {
    for (const [order, message] of [[[0, 1], last], [[1, 0], first]] as const) {
      const makers = make(empty());
      makers[order[0]]();
      expectRefusal(makers[order[1]], message);
    }
  });

  const alone: [string, (made: ReturnType<typeof empty>) => unknown, string, MeshSettingsOptions?][] = [
    ['without listeners', ({ team }) => team({ listeners: undefined }), '[ListenersEmpty] shop/own: listeners is not set; allowed: at least one listener, because the Gateway is shared; fix: list the hosts that this app adds to it, for example with IngressListener.https'],
    ['by old CRDs', ({ team }) => team(), '[GatewayApiVersionTooOld] shop/own: workload is "`existing`, for which a ListenerSet is needed, with Gateway API 1.4"; allowed: Gateway API 1.5 or later; fix: leave it out, or raise gatewayApiVersion in MeshSettings.of once the CRDs are upgraded', { gatewayApiVersion: '1.4' }],
    ['by an old Istio', ({ team }) => team(), '[IstioVersionTooOld] shop/own: workload is "`existing`, for which a ListenerSet is needed, with Istio 1.29"; allowed: Istio 1.30 or later; fix: leave it out, or raise istioVersion in MeshSettings.of once the mesh is upgraded', { istioVersion: '1.29' }],
    ['that could not be admitted by old CRDs', ({ gateway }) => gateway(), '[GatewayApiVersionTooOld] edge/gateway: listenerNamespaces is "set, with Gateway API 1.4"; allowed: Gateway API 1.5 or later; fix: leave it out, or raise gatewayApiVersion in MeshSettings.of once the CRDs are upgraded', { gatewayApiVersion: '1.4' }],
    ['that could not be admitted by an old Istio', ({ gateway }) => gateway(), '[IstioVersionTooOld] edge/gateway: listenerNamespaces is "set, with Istio 1.29"; allowed: Istio 1.30 or later; fix: leave it out, or raise istioVersion in MeshSettings.of once the mesh is upgraded', { istioVersion: '1.29' }],
    ['that others could add to', ({ team }) => team({ listenerNamespaces: ['blog'] }), '[ListenerNamespacesUnused] shop/own: listenerNamespaces is "blog"; allowed: no namespaces where `workload` exists already: its maker says whose listeners it takes; fix: leave it out, and name the namespaces in the gateway that makes it'],
    ['at a gateway in Istio\'s own API', ({ gateway }) => gateway({ routeApi: RouteApi.ISTIO }), '[ListenerNamespacesUnused] edge/gateway: listenerNamespaces is "shop"; allowed: no namespaces in Istio\'s own API, where any Gateway can add servers to pods; fix: leave it out, or set `routeApi` to RouteApi.GATEWAY_API'],
    ['of namespaces that cannot be', ({ gateway }) => gateway({ listenerNamespaces: ['Shop'] }), '[NameInvalid] edge/gateway: listenerNamespaces[0] is "Shop"; allowed: a DNS label of at most 63 characters; fix: correct the name'],
    ['where Gateways are heard of in their own namespace alone', ({ team }) => team(), '[GatewayNamespaceMismatch] shop/own: workload.namespace is "istio-ingress"; allowed: shop, the namespace of the chart, because this mesh looks for the pods of a Gateway in its own namespace only; fix: create the gateway in a chart with namespace istio-ingress, and name the namespaces of routes in `routeNamespaces`', { scopeGatewayToNamespace: true }],
  ];
  test.each(alone)('are refused %s', (_, make, message, settings = {}) => {
    expectRefusal(() => make(empty(settings)), message);
  });

  const lost: [string, Partial<IngressRouteProps>, (made: ReturnType<typeof empty>) => [IngressGateway, IngressGateway], string][] = [
    ['of the Gateway', { hosts: ['b.a.test'] }, ({ gateway, team }) => { const own = team({ listeners: [https('b.a.test')] }); return [gateway(), own]; },
      '[HostNotCovered] shop/route: hosts[0] is "b.a.test on port 443"; allowed: hosts that shop/own does not listen for on the same pods: its listener for b.a.test takes these requests; fix: use shop/own as `gateway` of the route'],
    ['of a team', { hosts: ['c.a.test', 'b.a.test'] }, ({ gateway, team }) => { const own = team({ listeners: [https('*.a.test')] }); return [own, gateway({ listeners: [https('b.a.test')] })]; },
      '[HostNotCovered] shop/route: hosts[1] is "b.a.test on port 443"; allowed: hosts that edge/gateway does not listen for on the same pods: its listener for b.a.test takes these requests; fix: use edge/gateway as `gateway` of the route'],
  ];
  test.each(lost)('take a host from a wildcard %s, whose route for it is refused', (_, props, make, message) => {
    const made = empty();
    made.route(make(made)[0], props);
    expectRefusal(() => made.app.synthYaml(), message);
  });

  test('leave a wildcard the hosts that they do not list, and ports that they do not use', () => {
    const { app, shop, gateway, team, route } = empty();
    const platform = gateway({ listeners: [https('*.a.test'), IngressListener.https({ port: 8443, hosts: ['b.a.test'], credentialName: 'other', plainHttp: PlainHttp.closed() })] });
    const own = team({ listeners: [https('c.a.test')] });
    route(platform, { hosts: ['*.a.test'] });
    new IngressRoute(shop, 'b', { gateway: platform, hosts: ['b.a.test'], ...forward('web') });
    new IngressRoute(shop, 'c', { gateway: own, hosts: ['c.a.test'], ...forward('web') });
    expect(() => synth(app, { set: 'listeners of a team beside a wildcard' })).not.toThrow();
  });

  test('keep the policy of a wildcard to the requests that come to it, by the names in TLS', () => {
    const { app, shop, edge, gateway, team, route } = empty();
    const platform = gateway({ listeners: [https('*.a.test'), https('b.a.test', 'other')] });
    const own = team({ listeners: [https('c.a.test')] });
    const [policy] = new IngressRoute(edge, 'wild', { gateway: platform, hosts: ['*.a.test'], access: [Access.ipBlocks(['192.0.2.0/24'])], ...forward('home') }).accessObjects;
    route(platform, { hosts: ['b.a.test'] });
    new IngressRoute(shop, 'c', { gateway: own, hosts: ['c.a.test'], ...forward('web') });
    new IngressRoute(shop, 'd', { gateway: platform, hosts: ['d.a.test'], ...forward('web') });
    // d has no listener of its own, and its requests come to that of the wildcard; those of b and c never do, whatever their Host header says
    expect(manifestsOf(app, [policy], { set: 'access of a wildcard beside listeners of a team' })[0].spec.rules).toEqual([{
      to: [{ operation: { notHosts: ['d.a.test', 'd.a.test:*'], ports: ['443'] } }],
      when: [{ key: 'connection.sni', values: ['*.a.test'], notValues: ['b.a.test', 'c.a.test'] }, { key: 'source.ip', notValues: ['192.0.2.0/24'] }],
    }]);
  });
});
