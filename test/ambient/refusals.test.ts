import { ApiObject, Chart } from 'cdk8s';
import {
  AccessLogging, AppTls, Caller, CaSource, ClientCertificate, Destination, DirectRoute, EgressAdmission, EgressCaller, EgressGateway,
  EgressLock, EgressLockProps, EgressRoute, EgressRouteProps, EgressVerification, Endpoint, ExternalPort, ExternalService,
  ExternalServiceProps, GatewayWorkload, HeaderMatch, IngressGateway, IngressListener, LegOne, LockPhase, PathMatch, QueryParamMatch,
  Resolution, RouteAction, RouteMatch, ServiceEntryVisibility, UndeclaredTraffic, UpstreamTls, VirtualServiceLayout,
} from '../../src';
import { ambientMesh, atWaypoint } from '../fixtures';
import { expectRefusal } from '../refusal';
import { synth } from '../synth';

const hosts = ['api.example.com'];
const originated = { hosts, ports: [ExternalPort.httpToHttps()] };
const workload = GatewayWorkload.waypoint('waypoint', { namespace: 'istio-egress' });
const wild = { hosts: ['*.example.com'], resolution: Resolution.dynamicDns() };

describe('an egress gateway on a waypoint is refused', () => {
  test.each<[string, Partial<ConstructorParameters<typeof EgressGateway>[2]>, string]>([
    ['with a port', { port: 443 }, '[WaypointOptionUnused] platform/egress: port is 443; allowed: no port: ztunnel knows where a waypoint listens; fix: leave it out'],
    ['with namespaces of callers', { exportTo: ['shop'] }, '[WaypointOptionUnused] platform/egress: exportTo is "shop"; allowed: no namespaces: every ambient workload reaches a waypoint, and the callers of each route decide; fix: leave it out'],
    ['if it lets through what nobody declares', { undeclared: UndeclaredTraffic.allowed('routes by hand') }, '[UndeclaredAtWaypoint] platform/egress: undeclared is "allowed"; allowed: UndeclaredTraffic.denied(): a policy that allowed everything would also open the hosts of routes to everybody; fix: leave it out, and give each ServiceEntry that was written by hand an AuthorizationPolicy of its own'],
    ['with an odd namespace', { workload: GatewayWorkload.waypoint('waypoint', { namespace: 'a.b' }) }, '[WorkloadInvalid] platform/egress: workload.namespace is "a.b"; allowed: a DNS label of at most 63 characters; fix: set the namespace of the waypoint'],
    ['with an odd name', { workload: GatewayWorkload.waypoint('a.b', { namespace: 'a' }) }, '[WorkloadInvalid] platform/egress: workload.name is "a.b"; allowed: a DNS label of at most 63 characters; fix: set the name of the Gateway'],
    ['with an odd name of its own', { metadata: { name: 'a.b' } }, '[GatewayNameNotALabel] platform/egress: metadata.name is "a.b"; allowed: a DNS label: at most 63 lower-case letters, digits and dashes; fix: set metadata.name to a name without dots or capitals'],
  ])('%s', (_, props, message) => {
    expectRefusal(() => ambientMesh({}, props), message);
  });

  test('before Istio has what it needs', () => {
    expectRefusal(() => ambientMesh({ istioVersion: '1.25' }),
      '[IstioVersionTooOld] platform/egress: workload is "a waypoint with Istio 1.25"; allowed: Istio 1.26 or later; fix: use a gateway for sidecars, or raise istioVersion in MeshSettings.of once the mesh is upgraded');
    expect(() => ambientMesh({ istioVersion: '1.26' })).not.toThrow();
  });

  test('before the Gateway API has what it needs', () => {
    expectRefusal(() => ambientMesh({ gatewayApiVersion: '1.1' }),
      '[GatewayApiVersionTooOld] platform/egress: workload is "a waypoint with Gateway API 1.1"; allowed: Gateway API 1.2 or later; fix: upgrade the CRDs, and raise gatewayApiVersion in MeshSettings.of');
  });

  test('if another one has the waypoint', () => {
    const { platform } = ambientMesh();
    expectRefusal(() => new EgressGateway(platform, 'second', { workload }),
      '[EgressGatewayDuplicate] platform/second: workload is "the waypoint istio-egress/waypoint"; allowed: a waypoint that platform/egress does not use; fix: use platform/egress for all routes');
  });
});

describe('a waypoint is refused as the workload or gateway', () => {
  test.each<[string, (world: ReturnType<typeof ambientMesh>) => unknown, string]>([
    ['of an ingress gateway', ({ platform }) => new IngressGateway(platform, 'public', { workload, listeners: [IngressListener.http({ hosts: ['*'] })] }), '[WaypointUnsuited] platform/public: workload is "the waypoint istio-egress/waypoint"; allowed: a gateway with pods and a Service of its own; a waypoint can only be the workload of an EgressGateway; fix: use GatewayWorkload.helmRelease, istioctl, of or fromService'],
    ['of a caller', ({ shop, egress }) => new EgressCaller(shop, 'caller', { service: new ExternalService(shop, 'api', originated), gateway: egress }), '[WaypointUnsuited] shop/caller: gateway is "platform/egress"; allowed: an EgressGateway for workloads with sidecars, because callers reach a waypoint without an object of their own; fix: use a gateway on another GatewayWorkload, or delete the EgressCaller'],
  ])('%s', (_, make, message) => {
    expectRefusal(() => make(ambientMesh()), message);
  });

  test.each<[string, (world: ReturnType<typeof ambientMesh>, lock: EgressLock) => unknown, string]>([
    ['admission', ({ platform }, lock) => new EgressAdmission(platform, 'extra', { lock }), 'EgressAdmission'],
    ['verification', ({ platform }, lock) => new EgressVerification(platform, 'extra', { lock }), 'EgressVerification'],
  ])('of the lock of an %s', (_, make, name) => {
    const { platform, egress, ...world } = atWaypoint(originated);
    const lock = new EgressLock(platform, 'lock', { gateway: egress });
    expectRefusal(() => make({ platform, egress, ...world }, lock), `[WaypointUnsuited] platform/extra: lock is "platform/lock"; allowed: a lock over workloads with sidecars: what it knows of pods and objects is about these; fix: delete the ${name}, and have other policies keep namespaces enrolled and ServiceEntries out`);
  });

  test.each<[string, Partial<EgressLockProps>, string]>([
    ['observes', { phase: LockPhase.OBSERVE }, '[WaypointOptionUnused] platform/lock: phase is "OBSERVE"; allowed: ENFORCE: callers have no sidecars that could log what they would refuse; fix: create the lock once all that is called is declared'],
    ['leaves out Sidecars', { omit: { sidecar: 'none' } }, '[WaypointOptionUnused] platform/lock: omit.sidecar is "none"; allowed: parts that a lock at a waypoint has: networkPolicy, gatewayNetworkPolicy; fix: leave it out'],
    ['leaves out PeerAuthentications', { omit: { peerAuthentication: 'none' } }, '[WaypointOptionUnused] platform/lock: omit.peerAuthentication is "none"; allowed: parts that a lock at a waypoint has: networkPolicy, gatewayNetworkPolicy; fix: leave it out'],
    ['leaves out all that it has', { omit: { networkPolicy: 'a', gatewayNetworkPolicy: 'b' } }, '[LockEmpty] platform/lock: omit is "networkPolicy, gatewayNetworkPolicy"; allowed: a lock with NetworkPolicies: at a waypoint it has nothing else; fix: delete one of the two, or remove the lock'],
    ['lets in clear text', { plaintextPorts: [] }, '[WaypointOptionUnused] platform/lock: plaintextPorts is "set"; allowed: no exceptions: a lock at a waypoint has no PeerAuthentications; fix: leave it out'],
    ['logs', { accessLogging: AccessLogging.all() }, '[WaypointOptionUnused] platform/lock: accessLogging is "set"; allowed: none: callers have no sidecars that could log; fix: leave it out'],
    ['knows of routes of others', { outsidePorts: [443] }, '[WaypointOptionUnused] platform/lock: outsidePorts is 443; allowed: no ports: the NetworkPolicy of a waypoint is for routes of this app alone; fix: set omit.gatewayNetworkPolicy if other apps have routes through the waypoint'],
    ['locks its own namespace', { namespaces: ['istio-egress'] }, '[LockOnGateway] platform/lock: namespaces[0] is "istio-egress"; allowed: namespaces other than that of the gateway, whose pods must connect to the outside; fix: run the gateway in a namespace of its own, or list the namespaces to lock'],
  ])('of a lock that %s', (_, props, message) => {
    const { platform, egress } = atWaypoint(originated);
    expectRefusal(() => new EgressLock(platform, 'lock', { gateway: egress, ...props }), message);
  });

  test('for VirtualServices that it does not read', () => {
    const { route } = atWaypoint(originated);
    expectRefusal(() => route.meshVirtualService,
      '[WaypointUnsuited] shop/route: meshVirtualService is not set; allowed: a gateway for workloads with sidecars, because callers read nothing of a route through a waypoint; fix: use `httpRoutes` or `parts`');
    expectRefusal(() => route.gatewayVirtualService,
      '[WaypointUnsuited] shop/route: gatewayVirtualService is not set; allowed: a gateway for workloads with sidecars, because the waypoint reads HTTPRoutes for this route, if anything; fix: use `httpRoutes` or `parts`');
  });
});

describe('a route through a waypoint is refused', () => {
  test.each<[string, ExternalServiceProps, Partial<EgressRouteProps>, string]>([
    ['in clear text', originated, { legOne: LegOne.plaintext('no mesh') }, '[WaypointOptionUnused] shop/route: legOne is "plaintext"; allowed: mTLS: ztunnel speaks nothing else to a waypoint; fix: leave it out'],
    ['passed through', { hosts, ports: [ExternalPort.https()] }, { appTls: AppTls.PASSTHROUGH }, '[WaypointOptionUnused] shop/route: appTls is "PASSTHROUGH"; allowed: WRAP: ztunnel wraps every connection to a waypoint in mTLS, and callers are always enforced; fix: leave it out'],
    ['in one VirtualService', originated, { layout: VirtualServiceLayout.SINGLE }, '[WaypointOptionUnused] shop/route: layout is "SINGLE"; allowed: SPLIT: no VirtualService leads callers to a waypoint; fix: leave it out'],
    ['by a port of the gateway', { hosts, ports: [ExternalPort.https()] }, { gatewayPort: 8443 }, '[WaypointOptionUnused] shop/route: gatewayPort is 8443; allowed: no port: a waypoint has one for everything; fix: leave it out'],
    ['with a leg of a caller', originated, { callers: [Caller.namespace('billing', { ownLeg: true })] }, '[WaypointOptionUnused] shop/route: callers[0].ownLeg is true; allowed: callers without a leg of their own: they need no object to reach a waypoint; fix: leave it out, and delete the EgressCaller'],
    ['without callers', originated, { callers: [] }, '[CallersEmpty] shop/route: callers is empty; allowed: at least one caller; fix: leave it out to allow the namespace of the chart'],
    ['to a service that is exported', { ...originated, exportTo: ['blog'] }, {}, '[WaypointOptionUnused] shop/route: service.exportTo is "blog"; allowed: no namespaces: a service at a waypoint is hidden from sidecars, and all ambient workloads know it; fix: leave it out'],
    ['to a direct service', { ...originated, direct: true }, {}, '[DirectServiceRouted] shop/route: service is "shop/service"; allowed: a service that is not direct; fix: remove `direct` from the service, or choose another service'],
    ['to whatever address is called', { hosts, ports: [ExternalPort.http()], addresses: ['192.0.2.1'], resolution: Resolution.none() }, {}, '[ResolutionNoneBehindGateway] shop/route: service.resolution is "NONE"; allowed: DNS, DNS_ROUND_ROBIN, STATIC, DYNAMIC_DNS; fix: use Resolution.dns(), endpoints() or dynamicDns()'],
    ['with a list on TLS', { hosts, ports: [ExternalPort.https()] }, { callers: [Caller.namespace('shop', { allow: [{ methods: ['GET'] }] })] }, '[RulesOnOpaqueTraffic] shop/route: callers[0].allow is "a service with port 443 (HTTPS)"; allowed: only HTTP ports, where a proxy reads requests; fix: use ExternalPort.httpToHttps() and have the application call http://'],
    ['with a certificate in a file', { hosts, ports: [ExternalPort.httpToHttps({ tls: UpstreamTls.mutual({ clientCertificate: ClientCertificate.files({ certificate: '/a/crt', privateKey: '/a/key' }) }) })] }, {}, '[WaypointFileMissing] shop/route: service.ports[0].tls is "/a/crt"; allowed: Secrets, and ConfigMaps with authorities, in the namespace of the waypoint; fix: use ClientCertificate.secret, CaSource.secret or CaSource.configMap'],
    ['with authorities in a file', { hosts, ports: [ExternalPort.httpToHttps({ tls: UpstreamTls.simple({ ca: CaSource.file('/a/ca') }) })] }, {}, '[WaypointFileMissing] shop/route: service.ports[0].tls is "/a/ca"; allowed: Secrets, and ConfigMaps with authorities, in the namespace of the waypoint; fix: use ClientCertificate.secret, CaSource.secret or CaSource.configMap'],
    ['with revocations in a file', { hosts, ports: [ExternalPort.httpToHttps({ tls: UpstreamTls.simple({ crl: '/a/crl' }) })] }, {}, '[WaypointFileMissing] shop/route: service.ports[0].tls is "/a/crl"; allowed: Secrets, and ConfigMaps with authorities, in the namespace of the waypoint; fix: use ClientCertificate.secret, CaSource.secret or CaSource.configMap'],
    ['with a Secret elsewhere', { hosts, ports: [ExternalPort.httpToHttps({ tls: UpstreamTls.mutual({ clientCertificate: ClientCertificate.secret('cert', { namespace: 'shop' }) }) })] }, {}, '[ClientCertificateNamespace] shop/route: service.ports[0].tls.clientCertificate is "shop/cert"; allowed: a Secret in istio-egress, where the pods of the gateway run; fix: create the Secret cert in istio-egress'],
    ['to a wildcard without an address', { hosts: wild.hosts, ports: [ExternalPort.http()], resolution: Resolution.servedBy('www.example.com') }, {}, '[WaypointAddressMissing] shop/route: service.addresses is not set; allowed: an address for *.example.com, which istiod allocates to names and to Resolution.dynamicDns() alone; fix: set one that nothing else in the mesh has, or use Resolution.dynamicDns()'],
    ['to TLS under a wildcard without the setting', { ...wild, ports: [ExternalPort.tls({ number: 443 })] }, {}, '[WildcardTlsDisabled] shop/route: service.ports[0] is "TLS for *.example.com"; allowed: HTTP ports, unless MeshSettings say that waypoints serve TLS under wildcards; fix: set ENABLE_WILDCARD_HOST_SERVICE_ENTRIES_FOR_TLS at istiod, and wildcardTlsAtWaypoints in MeshSettings'],
    ['to another port under a wildcard', { ...wild, ports: [ExternalPort.http({ number: 8080 })] }, {}, '[DynamicDnsPort] shop/route: service.ports[0].targetPort is 8080; allowed: 80, to which a waypoint sends requests without TLS for *.example.com; fix: list each host in a service with Resolution.dns()'],
    ['to another TLS port under a wildcard', { ...wild, ports: [ExternalPort.httpToHttps({ targetPort: 8443 })] }, {}, '[DynamicDnsPort] shop/route: service.ports[0].targetPort is 8443; allowed: 443, to which a waypoint sends requests with TLS for *.example.com; fix: list each host in a service with Resolution.dns()'],
  ])('%s', (_, service, props, message) => {
    expectRefusal(() => atWaypoint(service, props), message);
  });

  test.each<[string, RouteMatch]>([
    ['an expression for the path', { path: PathMatch.regex('/v.') }],
    ['a path in any case', { path: PathMatch.prefix('/v', { ignoreCase: true }) }],
    ['a path that ends in a star', { path: PathMatch.exact('/v*') }],
    ['a path with braces', { path: PathMatch.exact('/{a}') }],
    ['a query parameter', { queryParams: [QueryParamMatch.exact('a', '1')] }],
    ['an expression for a header', { headers: [HeaderMatch.regex('a', '.')] }],
    ['a header that ends in a star', { headers: [HeaderMatch.exact('a', 'b*')] }],
    ['a header that begins with a star', { headers: [HeaderMatch.prefix('a', '*b')] }],
  ])('if the list of a caller has %s', (_, match) => {
    expectRefusal(() => atWaypoint(originated, { callers: [Caller.namespace('shop'), Caller.namespace('audit', { allow: [match] })] }),
      '[CallerListInexpressible] shop/route: callers[1].allow is "a list with a condition that no AuthorizationPolicy has"; allowed: methods, exact paths, prefixes, headers by their exact value, prefix, presence or absence, and exact authorities, without `*` at an end or braces; fix: express it by these, within those of `allow`; or give the caller a route and a gateway of its own');
    expect(() => atWaypoint(originated, { allow: [match] })).not.toThrow();
  });

  test('if another app declares the service', () => {
    const { shop, egress } = ambientMesh();
    const service = ExternalService.fromExternalServiceAttributes(shop, 'api', originated);
    expectRefusal(() => new EgressRoute(shop, 'route', { service, gateway: egress }),
      '[WaypointServiceImported] shop/route: service is "shop/api"; allowed: a service that this App declares, because its ServiceEntry names the waypoint; fix: declare the service beside the route, as an ExternalService');
  });

  test('if another app declares a destination of its rules', () => {
    const { shop, egress } = ambientMesh();
    const next = ExternalService.fromExternalServiceAttributes(shop, 'next', { hosts: ['next.example.com'], ports: originated.ports });
    const service = new ExternalService(shop, 'api', originated);
    expectRefusal(() => new EgressRoute(shop, 'route', { service, gateway: egress, rules: [{ action: RouteAction.forward(Destination.external(next)) }] }),
      '[WaypointServiceImported] shop/route: rules is "shop/next"; allowed: a service that this App declares, because its ServiceEntry names the waypoint; fix: declare the service beside the route, as an ExternalService');
  });

  test('if the service has one already', () => {
    const { shop, service, egress } = atWaypoint(originated);
    expectRefusal(() => new EgressRoute(shop, 'second', { service, gateway: egress }),
      '[HostAlreadyRouted] shop/second: service.hosts[0] is "api.example.com"; allowed: hosts that shop/route does not route through istio-egress/waypoint; fix: add the callers of this route to shop/route');
  });

  test('if another service with the host has one', () => {
    const { app, egress } = atWaypoint(originated);
    const blog = new Chart(app, 'blog', { namespace: 'blog' });
    const service = new ExternalService(blog, 'api', { hosts, ports: [ExternalPort.http({ number: 8080 })] });
    expectRefusal(() => new EgressRoute(blog, 'route', { service, gateway: egress }),
      '[WaypointHostConflict] blog/route: service.hosts[0] is "api.example.com"; allowed: hosts that shop/route does not route through istio-egress/waypoint; fix: add the ports to shop/service, and the callers of this route to shop/route');
  });
});

describe('an app with waypoints is refused', () => {
  const sidecars = GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' });
  type World = ReturnType<typeof atWaypoint>;
  test.each<[string, (world: World) => unknown, string]>([
    ['if a gateway for sidecars leads to a service as well', ({ platform, shop, service }) => {
      new EgressRoute(shop, 'also', { service, gateway: new EgressGateway(platform, 'old', { workload: sidecars }) });
    }, '[WaypointHostConflict] shop/service: hosts is "api.example.com"; allowed: hosts that only routes through istio-egress/waypoint lead to; shop/also leads to them too; fix: lead to a service through one gateway'],
    ['if another waypoint leads to a service as well', ({ platform, shop, service }) => {
      const gateway = new EgressGateway(platform, 'second', { workload: GatewayWorkload.waypoint('second', { namespace: 'istio-egress' }) });
      const api = new ExternalService(shop, 'second', { hosts: ['second.example.com'], ports: [ExternalPort.http()] });
      new EgressRoute(shop, 'also', { service: api, gateway, rules: [{ matches: [{ path: PathMatch.exact('/') }], action: RouteAction.forward(Destination.external(service)) }] });
    }, '[WaypointHostConflict] shop/service: hosts is "api.example.com"; allowed: hosts that only routes through istio-egress/second lead to; shop/route leads to them too; fix: lead to a service through one gateway'],
    ['if another service has the host', ({ app }) => new ExternalService(new Chart(app, 'blog', { namespace: 'blog' }), 'api', { hosts, ports: [ExternalPort.https()], direct: true }),
      '[WaypointHostConflict] shop/service: hosts[0] is "api.example.com"; allowed: hosts that no other service of the App declares; blog/api declares this one; fix: declare each host once, with all of its ports, and lead to it through one waypoint'],
    ['if a direct service needs a proxy', ({ shop }) => new ExternalService(shop, 'other', { hosts: ['other.example.com'], ports: [ExternalPort.httpToHttps()], direct: true }),
      '[DirectInAmbient] shop/other: direct is "TLS origination in shop"; allowed: services to which applications connect as they are, because shop calls by a waypoint, and its workloads have no sidecars; fix: route the service through the waypoint'],
    ['if a direct service has limits', ({ shop }) => new ExternalService(shop, 'other', { hosts: ['other.example.com'], ports: [ExternalPort.http()], direct: true, connectionPool: { maxConnections: 1 } }),
      '[DirectInAmbient] shop/other: direct is "traffic policies in shop"; allowed: services to which applications connect as they are, because shop calls by a waypoint, and its workloads have no sidecars; fix: route the service through the waypoint'],
    ['if a direct service has a route', ({ shop }) => new DirectRoute(shop, 'direct', { service: new ExternalService(shop, 'other', { hosts: ['other.example.com'], ports: [ExternalPort.http()], direct: true }), keepHeaders: ['x-request-id'] }),
      '[DirectInAmbient] shop/other: direct is "the rules of shop/direct in shop"; allowed: services to which applications connect as they are, because shop calls by a waypoint, and its workloads have no sidecars; fix: route the service through the waypoint'],
  ])('%s', (_, add, message) => {
    const world = atWaypoint(originated);
    add(world);
    expectRefusal(() => synth(world.app), message);
  });

  test('if hosts have one address', () => {
    const { app } = atWaypoint({ ...originated, hosts: ['a.example.com', 'b.example.com'], addresses: ['192.0.2.1'] });
    expectRefusal(() => synth(app), '[WaypointAddressConflict] shop/service: addresses is "192.0.2.1"; allowed: addresses for one host; the service has a.example.com, b.example.com; fix: leave them out, because istiod allocates one to each host, or declare each host in a service of its own');
  });

  test('if a wildcard and a name under it share a port that leads to a forward proxy', () => {
    const { app, shop, egress } = atWaypoint({ ...wild, ports: [ExternalPort.tls({ number: 443 })] }, {}, { wildcardTlsAtWaypoints: true });
    const [proxy, service] = [['proxy.other.test', 3128], [hosts[0], 443]].map(([host, number], i) => new ExternalService(shop, `tcp-${i}`, { hosts: [String(host)], ports: [ExternalPort.tcp({ number: Number(number) })] }));
    new EgressRoute(shop, 'api-route', { service, gateway: egress, connectProxy: { service: proxy } });
    expectRefusal(() => synth(app), '[WaypointWildcardConflict] shop/tcp-1: hosts[0] is "api.example.com"; allowed: hosts that *.example.com of shop/service does not cover on port 443, where a forward proxy connects by the port alone, through waypoints in istio-egress; fix: lead to one of the two through a waypoint in another namespace');
  });

  test('if services have one address', () => {
    const { app, shop, egress } = atWaypoint({ ...originated, addresses: ['192.0.2.1'] });
    const service = new ExternalService(shop, 'also', { hosts: ['b.example.com'], ports: [ExternalPort.http()], addresses: ['192.0.2.0/24'], resolution: Resolution.endpoints([Endpoint.ip('192.0.2.9')]) });
    new EgressRoute(shop, 'also-route', { service, gateway: egress });
    expectRefusal(() => synth(app), '[WaypointAddressConflict] shop/service: addresses[0] is "192.0.2.1"; allowed: addresses that shop/also does not have; fix: give each host addresses of its own, or leave them out to have one allocated');
  });

  test('if a service has a label of its own', () => {
    const { app } = atWaypoint({ ...originated, metadata: { labels: { 'istio.io/use-waypoint': 'none' } } });
    expectRefusal(() => synth(app), '[WaypointOptionUnused] shop/service: metadata.labels[istio.io/use-waypoint] is "none"; allowed: no such label: the gateway of the route decides; fix: leave it out');
  });

  test('if a ServiceEntry by hand has the host', () => {
    const { app, shop } = atWaypoint(originated);
    new ApiObject(shop, 'by-hand', { apiVersion: 'networking.istio.io/v1', kind: 'ServiceEntry', metadata: { namespace: 'blog' }, spec: { hosts: ['a.example.com', ...hosts], exportTo: ['.'] } });
    expectRefusal(() => synth(app), '[ServiceEntryConflict] shop/by-hand: spec.hosts[1] is "api.example.com"; allowed: hosts that shop/service does not declare, because some callers would be led by this one, past the waypoint; fix: delete it: shop/service makes a ServiceEntry for the host beside the waypoint');
  });

  test('if the mesh hides the ServiceEntry from other namespaces', () => {
    const { app } = atWaypoint(originated, {}, { serviceEntryVisibility: ServiceEntryVisibility.NAMESPACE });
    expectRefusal(() => synth(app), '[ServiceEntryHidden] App: serviceEntryVisibility is "NAMESPACE"; allowed: PUBLIC, because shop/service/service-entry must be visible in every namespace; fix: add a policy to `meshConfig.serviceEntryVisibility` that makes ServiceEntries of namespace istio-egress PUBLIC, and leave the setting out');
  });

  test('but not if a direct service is left as it is', () => {
    const { app, shop } = atWaypoint(originated);
    new ExternalService(shop, 'other', { hosts: ['other.example.com'], ports: [ExternalPort.https()], direct: true });
    expect(synth(app, { set: 'direct in ambient' }).length).toBeGreaterThan(0);
  });
});
