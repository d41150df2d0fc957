import { Chart, Duration } from 'cdk8s';
import {
  AppTls, Caller, CaSource, ClientCertificate, Destination, EgressCaller, EgressRoute, Endpoint, ExternalPort, ExternalService, HashKey,
  HeaderMatch, LegOne, LoadBalancer, LocalityLoadBalancing, PathMatch, QueryParamMatch, Resolution, RouteAction, ServiceLocation, StringMatch,
  UpstreamTls, VirtualServiceLayout,
} from '../../src';
import { direct, directlyProxied, mesh, proxied, routed, routedDirectly } from '../fixtures';
import { manifestsOf } from '../synth';

const hosts = ['api.example.com'];
const files = ClientCertificate.files({ certificate: '/etc/certs/tls.crt', privateKey: '/etc/certs/tls.key' });
const database = { hosts: ['db.example.com'], addresses: ['192.0.2.10'] };
const securedProxy = ExternalPort.tcp({ number: 3128, targetPort: 3129, tls: UpstreamTls.simple() });
const originated = { hosts, ports: [ExternalPort.httpToHttps()] };

/** Each way out of the mesh, once. What holds for all manifests is tested over all of these. */
export const CASES = {
  'http': () => routed({ hosts, ports: [ExternalPort.http()] }),
  'http on another port': () => routed({ hosts, ports: [ExternalPort.http({ number: 8080 })] }),
  'grpc': () => routed({ hosts, ports: [ExternalPort.grpc({ number: 50051 })] }),
  'https origination': () => routed(originated),
  'https origination with an authority of its own': () => routed({
    hosts, ports: [ExternalPort.httpToHttps({ tls: UpstreamTls.simple({ ca: CaSource.secret('partner-ca'), subjectAltNames: ['partner.example.com'] }) })],
  }),
  'https origination with authorities of a ConfigMap': () => routed({ hosts, ports: [ExternalPort.httpToHttps({ tls: UpstreamTls.simple({ ca: CaSource.configMap('partner-ca') }) })] }),
  'https origination that refuses revoked certificates': () => routed({ hosts, ports: [ExternalPort.httpToHttps({ tls: UpstreamTls.simple({ crl: '/etc/certs/partner.crl' }) })] }),
  'https origination by HTTP/2': () => routed({ hosts, ports: [ExternalPort.httpToHttps({ http2: true })], connectionPool: { maxConcurrentStreams: 50 } }),
  'https origination to whoever answers': () => routed({ hosts, ports: [ExternalPort.httpToHttps({ tls: UpstreamTls.insecure('a lab without certificates') })] }),
  'mutual origination, certificate in a Secret': () => routed({
    hosts, ports: [ExternalPort.httpToHttps({ tls: UpstreamTls.mutual({ clientCertificate: ClientCertificate.secret('partner-cert') }) })],
  }),
  'mutual origination, certificate in files': () => routed({
    hosts, ports: [ExternalPort.httpToHttps({ tls: UpstreamTls.mutual({ clientCertificate: files, ca: CaSource.file('/etc/certs/ca.crt') }) })],
  }),
  'app TLS, wrapped': () => routed({ hosts, ports: [ExternalPort.https()] }),
  'app TLS, passed through': () => routed({ hosts, ports: [ExternalPort.https()] }, { appTls: AppTls.PASSTHROUGH }),
  'app TLS, passed through beside TCP': () => routed(
    { ...database, ports: [ExternalPort.https(), ExternalPort.tcp({ number: 5432 })] }, { appTls: AppTls.PASSTHROUGH },
  ),
  'app TLS on another port': () => routed({ hosts, ports: [ExternalPort.tls({ number: 8883, targetPort: 8884 })] }),
  'tcp': () => routed({ ...database, ports: [ExternalPort.tcp({ number: 5432 })] }),
  'tcp, wrapped in TLS': () => routed({ ...database, ports: [ExternalPort.tcp({ number: 6379, targetPort: 6380, tls: UpstreamTls.simple() })] }),
  'tcp where sidecars answer DNS': () => routed({ hosts: database.hosts, ports: [ExternalPort.tcp({ number: 5432 })] }, {}, { dnsCapture: true }),
  'plaintext leg 1': () => routed(originated, { legOne: LegOne.plaintext('the gateway runs outside the mesh') }),
  'several hosts': () => routed({ hosts: ['a.example.com', 'b.example.com'], ports: [ExternalPort.httpToHttps()] }),
  'several ports': () => routed({ hosts: database.hosts, addresses: database.addresses, ports: [ExternalPort.http(), ExternalPort.https(), ExternalPort.tcp({ number: 5432 })] }),
  'single layout': () => routed(originated, { layout: VirtualServiceLayout.SINGLE }),
  'single layout, several ports': () => routed({ hosts, ports: [ExternalPort.httpToHttps(), ExternalPort.https()] }, { layout: VirtualServiceLayout.SINGLE }),
  'single layout, several hosts': () => routed(
    { hosts: ['a.example.com', 'b.example.com'], ports: [ExternalPort.httpToHttps()] },
    { layout: VirtualServiceLayout.SINGLE, metadata: { name: 'partners' } },
  ),
  'allowed requests': () => routed(originated, {
    allow: [{ path: PathMatch.prefix('/v1'), methods: ['GET', 'HEAD'] }, { path: PathMatch.exact('/health') }],
  }),
  'rules': () => routed(originated, {
    rules: [
      { matches: [{ path: PathMatch.exact('/old') }], action: RouteAction.redirect({ path: '/new' }) },
      { matches: [{ path: PathMatch.rawPrefix('/admin') }], action: RouteAction.respond(403, 'not from here') },
      { matches: [{ headers: [HeaderMatch.present('x-slow'), HeaderMatch.absent('x-fast')] }], timeout: Duration.seconds(30) },
      { matches: [{ queryParams: [QueryParamMatch.exact('debug', 'on')], authority: StringMatch.exact('api.example.com') }], timeout: Duration.millis(1500) },
    ],
  }),
  'rules within allowed requests': () => routed(originated, {
    allow: [{ path: PathMatch.prefix('/v1') }],
    rules: [{ matches: [{ methods: ['POST'] }], timeout: Duration.seconds(5) }],
  }),
  'callers by namespace': () => routed(originated, { callers: [Caller.namespace('shop'), Caller.namespace('billing')] }),
  'callers by service account': () => routed(originated, { callers: [Caller.serviceAccount('shop', 'checkout'), Caller.namespace('billing')] }),
  'callers of any namespace': () => routed({ ...originated, ports: [ExternalPort.httpToHttps(), ExternalPort.https()] }, { callers: [Caller.anyNamespace('public documentation')] }),
  'callers of any namespace, with a list': () => routed(originated, {
    callers: [Caller.anyNamespace('public documentation', { allow: [{ methods: ['GET'] }] }), Caller.namespace('billing')], layout: VirtualServiceLayout.SINGLE,
  }),
  'a list of one caller': () => routed(originated, {
    callers: [Caller.namespace('shop'), Caller.serviceAccount('audit', 'reader', { allow: [{ path: PathMatch.prefix('/reports'), methods: ['GET'] }] })],
  }),
  'a caller with a leg of its own': () => {
    const world = routed(originated, { callers: [Caller.namespace('billing', { ownLeg: true })] });
    new EgressCaller(new Chart(world.app, 'billing', { namespace: 'billing' }), 'caller', { service: world.service, gateway: world.egress });
    return world;
  },
  'a ServiceEntry beside the gateway': () => {
    const world = mesh();
    const service = new ExternalService(world.shop, 'service', { hosts, ports: [ExternalPort.httpToHttps(), ExternalPort.https()], besideGateway: world.egress });
    const route = new EgressRoute(world.shop, 'route', { service, gateway: world.egress });
    return { ...world, service, route, manifests: () => manifestsOf(world.app, [service.serviceEntry, ...route.parts]) };
  },
  'split over external services': () => {
    const world = mesh();
    const [api, next] = ['api', 'next'].map(name => new ExternalService(world.shop, name, { hosts: [`${name}.example.com`], ports: [ExternalPort.httpToHttps()] }));
    const shares = [Destination.external(api).weighted(90), Destination.external(next).weighted(10)];
    const route = new EgressRoute(world.shop, 'route', { service: api, gateway: world.egress, rules: [{ action: RouteAction.split(shares) }] });
    return { ...world, service: api, route, manifests: () => manifestsOf(world.app, [api.serviceEntry, next.serviceEntry, ...route.parts]) };
  },
  'kept headers': () => routed(originated, { keepHeaders: ['X-Request-Id'] }),
  'endpoints instead of DNS': () => routed({
    hosts,
    ports: [ExternalPort.http()],
    resolution: Resolution.endpoints([
      Endpoint.ip('192.0.2.1', { ports: { 80: 8080 }, locality: 'eu/west', weight: 3, labels: { tier: 'gold' } }), Endpoint.ip('2001:db8::1'),
    ]),
  }),
  'other names to resolve': () => routed({ hosts, ports: [ExternalPort.http()], resolution: Resolution.dns([Endpoint.host('origin.example.net')]) }),
  'wildcard, served by one host': () => routed({ hosts: ['*.example.com'], ports: [ExternalPort.httpToHttps()], resolution: Resolution.servedBy('www.example.com') }),
  'wildcard app TLS, served by one host': () => routed({ hosts: ['*.example.com'], ports: [ExternalPort.https()], resolution: Resolution.servedBy('www.example.com') }),
  'wildcard app TLS, passed through': () => routed(
    { hosts: ['*.example.com'], ports: [ExternalPort.https()], resolution: Resolution.servedBy('www.example.com') }, { appTls: AppTls.PASSTHROUGH },
  ),
  'wildcard beside a name under it, single layout': () => {
    const world = routed(
      { hosts: ['*.example.com'], ports: [ExternalPort.http(), ExternalPort.https()], resolution: Resolution.servedBy('www.example.com') },
      { layout: VirtualServiceLayout.SINGLE },
    );
    const service = new ExternalService(world.shop, 'api', { hosts, ports: [ExternalPort.http(), ExternalPort.https()] });
    new EgressRoute(world.shop, 'api-route', { service, gateway: world.egress, callers: [Caller.namespace('billing')], layout: VirtualServiceLayout.SINGLE });
    return world;
  },
  'direct by wildcard, served by one host': () => direct({ hosts: ['*.example.com'], ports: [ExternalPort.httpToHttps(), ExternalPort.https()], resolution: Resolution.servedBy('www.example.com') }),
  'connections by a port of the gateway': () => routed(
    { ...database, ports: [ExternalPort.postgres(), ExternalPort.https(), ExternalPort.http()] }, { gatewayPort: 5432 }, {},
    [{ number: 443 }, { number: 5432, targetPort: 15432 }],
  ),
  'by a forward proxy': () => proxied({ hosts, ports: [ExternalPort.https(), ExternalPort.tls({ number: 8883, targetPort: 8884 })] }),
  'by a forward proxy that is spoken to by TLS': () => proxied({ ...database, ports: [ExternalPort.postgres(), ExternalPort.https()] }, { ports: [securedProxy], connectionPool: { maxConnections: 10 } }),
  'by a forward proxy without an address': () => proxied({ hosts, ports: [ExternalPort.https()] }, { addresses: undefined }),
  'by a forward proxy, passed through': () => proxied({ hosts, ports: [ExternalPort.https()] }, {}, { appTls: AppTls.PASSTHROUGH }),
  'by a forward proxy, single layout': () => proxied({ hosts, ports: [ExternalPort.https()] }, {}, { layout: VirtualServiceLayout.SINGLE }),
  'direct by a forward proxy': () => directlyProxied({ ...database, ports: [ExternalPort.postgres(), ExternalPort.https()] }, { ports: [securedProxy] }),
  'dns round robin': () => routed({ hosts, ports: [ExternalPort.http()], resolution: Resolution.dnsRoundRobin() }),
  'traffic policies': () => routed({
    ...originated,
    connectionPool: { maxConnections: 10, idleTimeout: Duration.minutes(5) },
    outlierDetection: { consecutiveServerErrors: 5 },
    loadBalancer: LoadBalancer.consistentHash(HashKey.header('x-user')),
  }),
  'failover between endpoints': () => routed({
    hosts,
    ports: [ExternalPort.http()],
    resolution: Resolution.endpoints([Endpoint.ip('192.0.2.1', { locality: 'eu/west' }), Endpoint.ip('192.0.2.2', { locality: 'us/east' })]),
    outlierDetection: { consecutiveGatewayErrors: 3 },
    loadBalancer: LoadBalancer.roundRobin({ locality: LocalityLoadBalancing.failover({ eu: 'us' }) }),
  }),
  'direct with traffic policies': () => direct({ ...database, ports: [ExternalPort.tcp({ number: 5432 })], connectionPool: { maxConnections: 10 } }),
  'direct route': () => routedDirectly(originated, { rules: [{ matches: [{ path: PathMatch.prefix('/slow') }], timeout: Duration.seconds(9) }] }),
  'direct route, allowed requests': () => routedDirectly({ hosts: ['a.example.com', 'b.example.com'], ports: [ExternalPort.http(), ExternalPort.http({ number: 8080 })] }, {
    allow: [{ methods: ['GET'] }], keepHeaders: ['x-request-id'],
  }),
  'direct route by wildcard': () => routedDirectly({ hosts: ['*.example.com'], ports: [ExternalPort.http(), ExternalPort.tls({ number: 443 })], resolution: Resolution.dynamicDns() }),
  'direct': () => direct({ hosts, ports: [ExternalPort.https()] }),
  'direct with TLS origination': () => direct(originated),
  'direct with authorities of a ConfigMap': () => direct({ hosts, ports: [ExternalPort.httpToHttps({ tls: UpstreamTls.simple({ ca: CaSource.configMap('partner-ca') }) })] }),
  'direct with a Secret of selected workloads': () => direct({
    hosts,
    ports: [ExternalPort.httpToHttps({ tls: UpstreamTls.mutual({ clientCertificate: ClientCertificate.secret('partner') }) }), ExternalPort.http({ number: 8080 })],
    workloadSelector: { app: 'checkout' },
    connectionPool: { maxConnections: 10 },
  }),
  'direct to workloads in the mesh': () => direct({
    hosts: ['vm.mesh.internal'], ports: [ExternalPort.http()], resolution: Resolution.workloads({ app: 'vm' }), location: ServiceLocation.MESH_INTERNAL, subjectAltNames: ['spiffe://cluster.local/ns/shop/sa/vm'],
  }),
  'direct to endpoints in the mesh': () => direct({
    hosts: ['vm.mesh.internal'], ports: [ExternalPort.http()], resolution: Resolution.endpoints([Endpoint.ip('192.0.2.1', { serviceAccount: 'vm' })]), location: ServiceLocation.MESH_INTERNAL,
  }),
  'direct with names of certificates': () => direct({ ...originated, subjectAltNames: ['partner.example.com'] }),
  'direct with TLS for TCP': () => direct({ ...database, ports: [ExternalPort.tcp({ number: 6379, targetPort: 6380, tls: UpstreamTls.simple() })] }),
  'direct by wildcard': () => direct({ hosts: ['*.example.com'], ports: [ExternalPort.tls({ number: 443 })], resolution: Resolution.dynamicDns() }),
  'direct without resolution': () => direct({ hosts: ['*.example.com'], ports: [ExternalPort.https()], resolution: Resolution.none() }),
  'direct to a unix socket': () => direct({ hosts, ports: [ExternalPort.http()], resolution: Resolution.endpoints([Endpoint.unixSocket('/var/run/api.sock')]) }),
};
