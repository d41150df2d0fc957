import { ApiObject, App, Chart } from 'cdk8s';
import {
  AppTls, Caller, ClientCertificate, Destination, EgressCaller, EgressGateway, EgressGatewayProps, EgressLock, EgressRoute, EgressRouteProps,
  ExternalPort, ExternalService, ExternalServiceProps, GatewayWorkload, IEgressGateway, IngressGateway, IngressListener, IngressRoute, LegOne,
  PathMatch, Resolution, RouteAction, ServiceEntryVisibility, UpstreamTls, VirtualServiceLayout,
} from '../../src';
import { ambientMesh, atWaypoint, mesh, migrating } from '../fixtures';
import { expectRefusal } from '../refusal';
import { Manifest, synth } from '../synth';

const hosts = ['api.example.com'];
const originated: ExternalServiceProps = { hosts, ports: [ExternalPort.httpToHttps()] };
const everyWay: ExternalServiceProps = {
  hosts: ['a.example.com', 'b.example.com'],
  ports: [ExternalPort.httpToHttps({ tls: UpstreamTls.mutual({ clientCertificate: ClientCertificate.secret('partner') }) }), ExternalPort.https()],
};

type World = ReturnType<typeof migrating>;

function routed({ shop, egress }: Pick<World, 'shop' | 'egress'>, props: ExternalServiceProps = originated, route: Partial<EgressRouteProps> = {}) {
  const service = new ExternalService(shop, 'service', props);
  return { service, route: new EgressRoute(shop, 'route', { service, gateway: egress, ...route }) };
}

const idOf = ({ kind, metadata: { namespace, name } }: Manifest) => `${kind} ${namespace}/${name}`;
const isEntry = ({ kind, spec }: Manifest) => kind === 'ServiceEntry' && spec.hosts[0].endsWith('example.com');
const entriesOf = (app: App) => synth(app, { admissible: false }).filter(isEntry);

describe('a route through a waypoint beside a gateway for sidecars', () => {
  test.each<[string, ExternalServiceProps, Partial<EgressRouteProps>]>([
    ['HTTP', { hosts, ports: [ExternalPort.http()] }, {}],
    ['TLS origination with lists of callers', originated, { callers: [Caller.namespace('shop', { allow: [{ methods: ['GET'] }] }), Caller.serviceAccount('audit', 'reader')] }],
    ['several hosts and ports, with a client certificate', everyWay, {}],
    ['rules of a VirtualService', originated, { rules: [{ action: RouteAction.respond(503) }] }],
    ['TCP', { hosts, ports: [ExternalPort.postgres()], addresses: ['192.0.2.1'] }, {}],
  ])('%s: has all objects of either, but for its ServiceEntries', (name, service, route) => {
    const objectsOf = (world: Pick<World, 'app' | 'shop' | 'egress'>, set: string) => {
      routed(world, service, route);
      return synth(world.app, { set: `migration › ${name} › ${set}` });
    };
    const [sidecars, both, ambient] = [objectsOf(mesh(), 'sidecars'), objectsOf(migrating(), 'both'), objectsOf(ambientMesh({}, { metadata: { name: 'waypoint' } }), 'ambient')];
    const others = (all: Manifest[]) => Object.fromEntries(all.filter(object => !isEntry(object)).map(object => [idOf(object), object]));
    expect(others(both)).toEqual({ ...others(sidecars), ...others(ambient) });
    // which stand at the waypoint, and are seen beyond it
    const seen = both.filter(isEntry).map(entry => ({ ...entry, spec: { ...entry.spec, exportTo: ['.'] } }));
    expect(seen).toEqual(ambient.filter(isEntry));
    expect(both.filter(isEntry).map(({ spec }) => spec.exportTo)).not.toContainEqual(['.']);
  });

  test('has a ServiceEntry at the waypoint that the gateway for sidecars sees', () => {
    const world = migrating();
    routed(world);
    expect(entriesOf(world.app)).toMatchInlineSnapshot(`
      apiVersion: networking.istio.io/v1
      kind: ServiceEntry
      metadata:
        labels:
          istio.io/use-waypoint: waypoint
        name: waypoint-api-example-com
        namespace: istio-egress
      spec:
        exportTo:
          - "."
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
    `);
  });

  test('has ServiceEntries that callers see where their sidecars need a listener', () => {
    const world = migrating();
    routed(world, everyWay, { callers: [Caller.namespace('shop'), Caller.namespace('blog')] });
    expect(entriesOf(world.app).map(({ metadata: { name }, spec }) => [name, spec.exportTo])).toEqual([
      ['waypoint-a-example-com', ['.', 'blog', 'istio-system', 'shop']],
      ['waypoint-b-example-com', ['.', 'blog', 'istio-system', 'shop']],
    ]);
  });

  test('is seen by what else its service is exported to', () => {
    const world = migrating();
    routed(world, { ...originated, exportTo: ['other-egress'] });
    expect(entriesOf(world.app)[0].spec.exportTo).toEqual(['.', 'istio-system', 'other-egress']);
  });

  test('has the parts of both, those for sidecars first', () => {
    const world = migrating();
    const { route } = routed(world);
    expect(ApiObject.of(route)).toBe(route.meshVirtualService);
    expect([route.meshVirtualService, route.gatewayVirtualService, ...route.httpRoutes].map(({ metadata: { namespace } }) => namespace)).toEqual(['shop', 'istio-system', 'istio-egress']);
    expect(route.parts.map(({ kind, metadata: { namespace } }) => `${kind} ${namespace}`)).toEqual([
      'VirtualService shop', 'VirtualService istio-system', 'HTTPRoute istio-egress',
      'AuthorizationPolicy istio-system', 'AuthorizationPolicy istio-system', 'AuthorizationPolicy istio-egress',
      'DestinationRule istio-system', 'DestinationRule istio-egress',
    ]);
    expect(world.egress.legOneHost).toBe(world.sidecarGateway.legOneHost);
  });

  test('has a ServiceEntry of TLS for a forward proxy without an address, which is not every connection to its port', () => {
    const world = migrating();
    const proxy = new ExternalService(world.platform, 'proxy', { hosts: ['proxy.example.com'], ports: [ExternalPort.tcp({ number: 3128 })] });
    routed(world, { hosts, ports: [ExternalPort.https()] }, { connectProxy: { service: proxy } });
    const protocolOf = (app: App) => synth(app, { set: 'migration › forward proxy' }).find(o => isEntry(o) && o.spec.hosts[0] === 'proxy.example.com')!.spec.ports[0].protocol;
    expect(protocolOf(world.app)).toBe('TLS');
  });

  test.each<[string, ExternalServiceProps, Partial<EgressRouteProps>]>([
    ['layout', originated, { layout: VirtualServiceLayout.SINGLE }],
    ['gatewayPort', { hosts, ports: [ExternalPort.https()] }, { gatewayPort: 80 }],
    ['ownLeg', originated, { callers: [Caller.namespace('shop'), Caller.namespace('blog', { ownLeg: true })] }],
  ])('heeds `%s` for sidecars', (_, service, route) => {
    const virtualServices = (world: Pick<World, 'app' | 'shop' | 'egress'>) => {
      routed(world, service, route);
      return synth(world.app, { admissible: false }).filter(o => ['VirtualService', 'Gateway'].includes(o.kind) && o.metadata.namespace !== 'istio-egress');
    };
    const both = virtualServices(migrating());
    expect(both).toEqual(virtualServices(mesh()));
    const without = migrating();
    routed(without, service);
    expect(both).not.toEqual(synth(without.app, { admissible: false }));
  });

  test('is what callers with legs of their own lead to', () => {
    const world = migrating();
    const { service } = routed(world, originated, { callers: [Caller.namespace('blog', { ownLeg: true })] });
    const caller = new EgressCaller(new Chart(world.app, 'blog', { namespace: 'blog' }), 'caller', { service, gateway: world.egress });
    const leg = synth(world.app, { set: 'migration › EgressCaller' }).find(o => o.kind === 'VirtualService' && o.metadata.namespace === 'blog')!;
    expect(caller.virtualService.kind).toBe('VirtualService');
    expect(leg.spec.http[0].route[0].destination.host).toBe('egress.istio-system.mesh.internal');
  });

  test('is locked by the gateway for sidecars', () => {
    const locked = (by: (world: World) => IEgressGateway) => {
      const world = migrating();
      routed(world);
      new EgressLock(world.platform, 'lock', { gateway: by(world) });
      return synth(world.app, { admissible: false });
    };
    expect(locked(({ egress }) => egress)).toEqual(locked(({ sidecarGateway }) => sidecarGateway));
  });

  test('has its ServiceEntry where it belongs again if only the gateway for sidecars is left', () => {
    const world = migrating();
    const { service } = routed(world);
    expect(entriesOf(world.app).map(({ metadata: { namespace } }) => namespace)).toEqual(['istio-egress']);
    world.shop.node.tryRemoveChild('route');
    new EgressRoute(world.shop, 'again', { service, gateway: world.sidecarGateway });
    expect(entriesOf(world.app).map(({ metadata: { namespace, labels }, spec }) => [namespace, labels, spec.exportTo])).toEqual([['shop', undefined, ['istio-system']]]);
    expect(synth(world.app, { admissible: false }).filter(({ metadata: { namespace } }) => namespace === 'istio-egress').map(({ kind }) => kind)).toEqual(['Gateway', 'AuthorizationPolicy']);
  });

  test('may be of other apps', () => {
    const app = new App();
    const shop = new Chart(app, 'shop', { namespace: 'shop' });
    const sidecarGateway = EgressGateway.fromEgressGatewayAttributes(shop, 'sidecars', { name: 'egress', workload: GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' }) });
    const egress = EgressGateway.fromEgressGatewayAttributes(shop, 'waypoint', { name: 'waypoint', workload: GatewayWorkload.waypoint('waypoint', { namespace: 'istio-egress' }), sidecarGateway });
    routed({ shop, egress: egress as EgressGateway });
    const world = migrating();
    routed(world);
    const ofShop = (of: App) => (of.node.findChild('shop') as Chart).toJson().map(idOf);
    expect(ofShop(app)).toEqual(ofShop(world.app));
  });

  test('is applied before its ServiceEntry', () => {
    const world = migrating();
    routed(world);
    expect((world.shop.toJson() as Manifest[]).map(({ kind, metadata: { namespace } }) => `${kind} ${namespace}`).at(-1)).toBe('ServiceEntry istio-egress');
  });
});

describe('a gateway for sidecars beside a waypoint is refused', () => {
  const sidecars = GatewayWorkload.helmRelease('second-egress', { namespace: 'istio-system' });
  test.each<[string, (world: ReturnType<typeof mesh>) => Partial<EgressGatewayProps>, string]>([
    ['if the gateway is none for ambient workloads', ({ egress }) => ({ workload: sidecars, sidecarGateway: egress }), '[SidecarGatewayUnused] platform/next: sidecarGateway is "platform/egress"; allowed: a second gateway for a waypoint alone: this one serves workloads with sidecars itself; fix: leave it out, or use GatewayWorkload.waypoint'],
    ['if it is a waypoint itself', ({ platform }) => ({ sidecarGateway: new EgressGateway(platform, 'other', { workload: GatewayWorkload.waypoint('other', { namespace: 'istio-egress' }) }) }), '[WaypointUnsuited] platform/next: sidecarGateway is "platform/other"; allowed: an EgressGateway for workloads with sidecars; fix: pass the gateway that serves them now'],
    ['if its objects would have the same names', ({ egress }) => ({ workload: GatewayWorkload.waypoint('waypoint', { namespace: 'istio-system' }), metadata: { name: 'egress' }, sidecarGateway: egress }), '[NameCollision] platform/next: sidecarGateway is "istio-system/egress"; allowed: a gateway of another name, or in another namespace, because the names of objects begin with that of their gateway; fix: set metadata.name of the waypoint'],
    ['if it is of another app', () => ({ sidecarGateway: mesh().egress }), '[OtherApp] platform/next: sidecarGateway is the EgressGateway platform/egress; allowed: an EgressGateway of the same App; fix: create it in this App, or import it with EgressGateway.fromEgressGatewayAttributes'],
    ['if it is something else', ({ shop }) => ({ sidecarGateway: new ExternalService(shop, 'service', originated) as unknown as IEgressGateway }), '[TypeInvalid] platform/next: sidecarGateway is the ExternalService shop/service; allowed: an EgressGateway; fix: pass the construct itself, created with new EgressGateway(...)'],
  ])('%s', (_, props, message) => {
    const world = mesh();
    expectRefusal(() => new EgressGateway(world.platform, 'next', { workload: GatewayWorkload.waypoint('waypoint', { namespace: 'istio-egress' }), ...props(world) }), message);
  });

  test('if it has been removed', () => {
    const world = migrating();
    routed(world);
    world.platform.node.tryRemoveChild('egress');
    expectRefusal(() => synth(world.app), '[ConstructRemoved] platform/waypoint: sidecarGateway is "platform/egress"; allowed: an EgressGateway that is part of the App; fix: leave it out, or keep the gateway until no caller has a sidecar');
  });
});

describe('a route for sidecars and a waypoint is refused', () => {
  test.each<[string, ExternalServiceProps, Partial<EgressRouteProps>, string]>([
    ['in clear text', originated, { legOne: LegOne.plaintext('no mesh') }, '[WaypointOptionUnused] shop/route: legOne is "plaintext"; allowed: mTLS: ztunnel speaks nothing else to a waypoint; fix: leave it out'],
    ['passed through', { hosts, ports: [ExternalPort.https()] }, { appTls: AppTls.PASSTHROUGH }, '[WaypointOptionUnused] shop/route: appTls is "PASSTHROUGH"; allowed: WRAP: ztunnel wraps every connection to a waypoint in mTLS, and callers are always enforced; fix: leave it out'],
    ['for a wildcard whose names sidecars cannot be led to', { hosts: ['*.example.com'], ports: [ExternalPort.http()], resolution: Resolution.dynamicDns() }, {}, '[WildcardThroughGateway] shop/route: service.hosts[0] is "*.example.com"; allowed: full names, or wildcards whose names are all served by known hosts or endpoints; fix: list each host; or name the host that serves them all with Resolution.servedBy(host); or declare the service as direct with Resolution.dynamicDns(), bypassing the gateway'],
    ['for a wildcard that ztunnel cannot be told of', { hosts: ['*.example.com'], ports: [ExternalPort.http()], resolution: Resolution.servedBy('www.example.com') }, {}, '[WaypointAddressMissing] shop/route: service.addresses is not set; allowed: an address for *.example.com, which istiod allocates to names and to Resolution.dynamicDns() alone; fix: set one that nothing else in the mesh has, or use Resolution.dynamicDns()'],
    ['for TCP without an address', { hosts, ports: [ExternalPort.postgres()] }, {}, '[TcpAddressMissing] shop/route: service.addresses is not set; allowed: the addresses at which the application reaches TCP port 5432; fix: list the IP addresses of the host, or set dnsCapture in MeshSettings if sidecars answer DNS'],
    ['with a Secret of one namespace', { hosts, ports: [ExternalPort.httpToHttps({ tls: UpstreamTls.mutual({ clientCertificate: ClientCertificate.secret('partner', { namespace: 'istio-system' }) }) })] }, {}, '[ClientCertificateNamespace] shop/route: service.ports[0].tls.clientCertificate is "istio-system/partner"; allowed: a Secret in istio-egress, where the pods of the gateway run; fix: create the Secret partner in istio-egress'],
  ])('%s', (_, service, route, message) => {
    expectRefusal(() => routed(migrating(), service, route), message);
  });

  test('in one VirtualService, if the waypoint would read it too', () => {
    const { platform, shop } = mesh();
    const sidecarGateway = new EgressGateway(platform, 'next', { workload: GatewayWorkload.helmRelease('next', { namespace: 'istio-egress' }) });
    const egress = new EgressGateway(platform, 'waypoint', { workload: GatewayWorkload.waypoint('waypoint', { namespace: 'istio-egress' }), sidecarGateway });
    expectRefusal(() => routed({ shop, egress }, originated, { layout: VirtualServiceLayout.SINGLE }),
      '[WaypointReadsMeshRoute] shop/route: layout is "SINGLE"; allowed: SPLIT, because istio-egress/waypoint would read the VirtualService for sidecars as well; fix: leave it out');
  });

  test.each([['that namespace', Caller.namespace('istio-egress')], ['every namespace', Caller.anyNamespace('public documentation')]])('from the namespace of the waypoint for callers in %s', (_, caller) => {
    const { app, egress } = migrating();
    const shop = new Chart(app, 'beside', { namespace: 'istio-egress' });
    expectRefusal(() => routed({ shop, egress }, originated, { callers: [caller] }),
      '[WaypointReadsMeshRoute] beside/route: callers is "istio-egress"; allowed: callers in other namespaces, because istio-egress/waypoint would read the VirtualService for sidecars as well; fix: declare the route in the namespace of its callers, or leave these out while there is a sidecarGateway');
  });

  test('but not from there for callers elsewhere, nor from elsewhere for callers there', () => {
    const { app, egress, shop } = migrating();
    routed({ shop: new Chart(app, 'beside', { namespace: 'istio-egress' }), egress }, originated, { callers: [Caller.namespace('shop')] });
    routed({ shop, egress }, { ...originated, hosts: ['other.example.com'] }, { callers: [Caller.namespace('istio-egress')] });
    expect(entriesOf(app)).toHaveLength(2);
  });

  test('if a caller in the namespace of the waypoint has a leg of its own', () => {
    const world = migrating();
    const { service } = routed(world, originated, { callers: [Caller.namespace('istio-egress', { ownLeg: true })] });
    new EgressCaller(new Chart(world.app, 'beside', { namespace: 'istio-egress' }), 'caller', { service, gateway: world.egress });
    expectRefusal(() => synth(world.app), '[WaypointHostConflict] shop/service: hosts is "api.example.com"; allowed: hosts that only routes through istio-egress/waypoint lead to; beside/caller leads to them too; fix: lead to a service through one gateway');
  });

  test.each<[string, (world: World, service: ExternalService) => unknown, string]>([
    ['another egress gateway', ({ platform, shop }, service) => new EgressRoute(shop, 'second', {
      service, gateway: new EgressGateway(platform, 'next', { workload: GatewayWorkload.helmRelease('next', { namespace: 'istio-system' }) }), callers: [Caller.namespace('blog')],
    }), 'shop/second'],
    ['an ingress gateway', ({ platform, shop }, service) => {
      const gateway = new IngressGateway(platform, 'public', { workload: GatewayWorkload.helmRelease('public', { namespace: 'istio-system' }), listeners: [IngressListener.http({ hosts: ['*'] })] });
      return new IngressRoute(shop, 'second', { gateway, hosts: ['shop.example.org'], rules: [{ matches: [{ path: PathMatch.prefix('/') }], action: RouteAction.forward(Destination.external(service)) }] });
    }, 'shop/second'],
  ])('if %s leads to its service', (_, add, other) => {
    const world = migrating();
    add(world, routed(world).service);
    expectRefusal(() => synth(world.app), `[WaypointHostConflict] shop/service: hosts is "api.example.com"; allowed: hosts that only routes through istio-egress/waypoint lead to; ${other} leads to them too; fix: lead to a service through one gateway`);
  });

  test('if the gateway for sidecars has a route for its host', () => {
    const world = migrating();
    const { service } = routed(world);
    expectRefusal(() => new EgressRoute(world.shop, 'second', { service, gateway: world.sidecarGateway, callers: [Caller.namespace('blog')] }),
      '[HostAlreadyRouted] shop/second: service.hosts[0] is "api.example.com"; allowed: hosts that shop/route does not route through istio-system/egress; fix: add the callers of this route to shop/route');
  });

  test('if the mesh hides its ServiceEntry', () => {
    const world = migrating({ serviceEntryVisibility: ServiceEntryVisibility.NAMESPACE });
    routed(world);
    expect(() => synth(world.app)).toThrow('ServiceEntryHidden');
  });

  test('if a Sidecar by hand hides its ServiceEntry, by the namespace of the waypoint', () => {
    const world = migrating();
    routed(world, { hosts, ports: [ExternalPort.https()] });
    new ApiObject(world.shop, 'sidecar', { apiVersion: 'networking.istio.io/v1', kind: 'Sidecar', spec: { egress: [{ hosts: ['./*', 'istio-system/*'] }] } });
    expectRefusal(() => synth(world.app), '[SidecarHidesRoute] shop/sidecar: spec.egress[0].hosts is "./*", "istio-system/*"; allowed: a list that imports istio-egress/api.example.com (for shop/route); fix: add what is missing to `hosts`: sidecars refuse requests for hosts that they do not know, or let them leave directly and in clear text');
  });
});

test('a route through a waypoint is refused for workloads of another namespace', () => {
  expectRefusal(() => atWaypoint({ hosts, ports: [ExternalPort.http()], resolution: Resolution.workloads({ app: 'vm' }) }),
    '[WaypointWorkloadsElsewhere] shop/route: service.resolution is {"app":"vm"}; allowed: workloads in istio-egress, because the ServiceEntry is there and finds no others; fix: use Resolution.endpoints()');
});
