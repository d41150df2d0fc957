import { Chart, Duration } from 'cdk8s';
import {
  Caller, CaSource, ClientCertificate, Destination, EgressGateway, EgressRoute, ExternalPort, ExternalService, GatewayWorkload, HashKey,
  HeaderMatch, LoadBalancer, PathMatch, PathRewrite, Resolution, RouteAction, UpstreamTls,
} from '../../src';
import { ambientMesh, atWaypoint } from '../fixtures';

const hosts = ['api.example.com'];
const originated = { hosts, ports: [ExternalPort.httpToHttps()] };
const partner = UpstreamTls.mutual({ clientCertificate: ClientCertificate.secret('partner-cert') });
const wild = { hosts: ['*.example.com'], resolution: Resolution.dynamicDns() };

/** Each way out of an ambient mesh, once. */
export const CASES = {
  'http': () => atWaypoint({ hosts, ports: [ExternalPort.http()] }),
  'grpc': () => atWaypoint({ hosts, ports: [ExternalPort.grpcToGrpcs()] }),
  'https origination': () => atWaypoint(originated),
  'https origination with authorities of a ConfigMap': () => atWaypoint({ hosts, ports: [ExternalPort.httpToHttps({ tls: UpstreamTls.simple({ ca: CaSource.configMap('partner-ca') }) })] }),
  'mutual origination': () => atWaypoint({ hosts, ports: [ExternalPort.httpToHttps({ tls: partner })] }),
  'mutual origination through a waypoint of another app': () => {
    const world = ambientMesh();
    const workload = GatewayWorkload.waypoint('shared', { namespace: 'istio-egress', existing: true });
    const gateway = EgressGateway.fromEgressGatewayAttributes(world.platform, 'shared', { name: 'shared', workload });
    const service = new ExternalService(world.shop, 'service', { hosts, ports: [ExternalPort.httpToHttps({ tls: partner })] });
    return { ...world, service, route: new EgressRoute(world.shop, 'route', { service, gateway }) };
  },
  'app TLS': () => atWaypoint({ hosts, ports: [ExternalPort.https()] }),
  'tcp without an address': () => atWaypoint({ hosts: ['db.example.com'], ports: [ExternalPort.postgres()] }),
  'tcp, wrapped in TLS': () => atWaypoint({ hosts: ['db.example.com'], addresses: ['192.0.2.10'], ports: [ExternalPort.tcp({ number: 6379, targetPort: 6380, tls: UpstreamTls.simple() })] }),
  'several hosts and ports': () => atWaypoint(
    { hosts: ['a.example.com', 'b.example.com'], ports: [ExternalPort.httpToHttps(), ExternalPort.http({ number: 8080 }), ExternalPort.https()] },
    { callers: [Caller.namespace('shop'), Caller.serviceAccount('audit', 'reader')] },
  ),
  'allowed requests': () => atWaypoint(originated, {
    allow: [{ path: PathMatch.prefix('/v1'), methods: ['GET', 'HEAD'] }, { path: PathMatch.rawPrefix('/health') }, { headers: [HeaderMatch.prefix('x-team', 'shop'), HeaderMatch.absent('x-debug')] }],
  }),
  'a list of one caller': () => atWaypoint(originated, {
    callers: [Caller.namespace('shop'), Caller.serviceAccount('audit', 'reader', { allow: [{ path: PathMatch.exact('/reports'), methods: ['GET'] }] })],
  }),
  'allowed requests that no policy can say': () => atWaypoint(originated, { allow: [{ path: PathMatch.regex('/v[0-9]+') }] }),
  'rules of HTTPRoutes': () => atWaypoint(originated, {
    rules: [
      { matches: [{ path: PathMatch.prefix('/old'), methods: ['GET', 'POST'] }], rewrite: { path: PathRewrite.prefix('/new') } },
      { matches: [{ path: PathMatch.exact('/gone') }], action: RouteAction.redirect({ path: '/new' }) },
      { matches: [{ headers: [HeaderMatch.present('x-slow')] }], timeout: Duration.millis(90_500), responseHeaders: { set: { 'x-slow': 'yes' } } },
    ],
  }),
  'rules of a VirtualService': () => atWaypoint(originated, {
    rules: [
      { matches: [{ path: PathMatch.exact('/gone') }], action: RouteAction.respond(410) },
      { matches: [{ path: PathMatch.prefix('/flaky') }], retries: { attempts: 2 } },
    ],
  }),
  'to another host outside': () => {
    const world = ambientMesh();
    const [service, next] = ['api', 'next'].map(name => new ExternalService(world.shop, name, { hosts: [`${name}.example.com`], ports: [ExternalPort.httpToHttps()] }));
    const route = new EgressRoute(world.shop, 'route', { service, gateway: world.egress, rules: [{ matches: [{ path: PathMatch.prefix('/v2') }], action: RouteAction.forward(Destination.external(next)) }] });
    return { ...world, service, route };
  },
  'wildcard': () => atWaypoint({ ...wild, ports: [ExternalPort.httpToHttps()] }),
  'wildcard app TLS': () => atWaypoint({ ...wild, ports: [ExternalPort.tls({ number: 443 })] }, {}, { wildcardTlsAtWaypoints: true }),
  'wildcard, served by one host': () => atWaypoint({ hosts: wild.hosts, addresses: ['192.0.2.30'], ports: [ExternalPort.httpToHttps()], resolution: Resolution.servedBy('www.example.com') }),
  'wildcard beside a name under it': () => {
    const world = atWaypoint({ ...wild, ports: [ExternalPort.http(), ExternalPort.tls({ number: 443 })] }, {}, { wildcardTlsAtWaypoints: true });
    const service = new ExternalService(world.shop, 'api', { hosts, ports: [ExternalPort.http()] });
    const gateway = new EgressGateway(world.platform, 'narrow', { workload: GatewayWorkload.waypoint('narrow', { namespace: 'narrow-egress' }) });
    new EgressRoute(world.shop, 'api-route', { service, gateway, callers: [Caller.namespace('billing')] });
    return world;
  },
  'wildcard beside a name under it, at one waypoint': () => {
    const ports = [ExternalPort.httpToHttps(), ExternalPort.tls({ number: 443 })];
    const world = atWaypoint({ ...wild, ports }, {}, { wildcardTlsAtWaypoints: true });
    for (const [id, host, port] of [['api', hosts[0], ExternalPort.http()], ['eu', '*.eu.example.com', ExternalPort.httpToHttps()]] as const) {
      const service = new ExternalService(world.shop, id, { hosts: [host], ports: [port], resolution: host.startsWith('*') ? Resolution.dynamicDns() : Resolution.dns() });
      new EgressRoute(world.shop, `${id}-route`, { service, gateway: world.egress, callers: [Caller.namespace('billing')] });
    }
    return world;
  },
  'by a forward proxy': () => {
    const world = ambientMesh();
    const proxy = new ExternalService(world.platform, 'proxy', { hosts: ['proxy.example.com'], ports: [ExternalPort.tcp({ number: 3128 })] });
    const service = new ExternalService(world.shop, 'service', { hosts, ports: [ExternalPort.https()] });
    return { ...world, service, route: new EgressRoute(world.shop, 'route', { service, gateway: world.egress, connectProxy: { service: proxy } }) };
  },
  'traffic policies': () => atWaypoint({
    ...originated, connectionPool: { maxConnections: 10 }, outlierDetection: { consecutiveServerErrors: 5 }, loadBalancer: LoadBalancer.consistentHash(HashKey.header('x-user')),
  }),
  'a waypoint that is there already': () => {
    const world = ambientMesh({}, { workload: GatewayWorkload.waypoint('waypoint', { namespace: 'istio-egress', existing: true }) });
    const service = new ExternalService(new Chart(world.app, 'blog', { namespace: 'blog' }), 'service', originated);
    return { ...world, service, route: new EgressRoute(world.shop, 'route', { service, gateway: world.egress }) };
  },
};
