import { App, Chart, Duration, JsonPatch } from 'cdk8s';
import { gatewayApi } from './ambient-recipes';
import { Answer, Outcome, describeMesh, external, get, say, service as podsBehind, waypoint } from './mesh';
import { security } from './recipes';
import { ambientWorkloads, declare, part, run } from './world';
import {
  AccessLogging, Caller, CaSource, ClientCertificate, Destination, EgressGateway, EgressRoute, EgressRouteProps, ExternalPort, ExternalService,
  ExternalServiceProps, GatewayTelemetry, GatewayTelemetryProps, GatewayWorkload, HeaderMatch, MeshSettings, MeshSettingsOptions, Metrics,
  PathMatch, PathRewrite, Resolution, RouteAction, Tracing, UpstreamTls,
} from '../../src';
import { MESH_HEADERS } from '../../src/private/model/mesh-headers';

const workload = GatewayWorkload.waypoint('egress', { namespace: 'istio-egress' });
const plainApi = [external('api.test', { http: 80 })];
const secureApi = [external('api.test', { https: 443 })];
const [fromApp, fromStranger] = [{ from: 'app' }, { from: 'stranger' }];
const denied = { status: 403, at: 'egress', details: /rbac_access_denied/ };
const closed = { error: /EOF|reset/ };
const originated = { ports: [ExternalPort.httpToHttps()] };
const call = (from = fromApp, path = '/get') => get(`http://api.test${path}`, from);

/** The same declarations as for sidecars, in an ambient mesh. */
const atWaypoint = (service: Partial<ExternalServiceProps> = {}, route: Partial<EgressRouteProps> = {}, settings: MeshSettingsOptions = {}) => {
  const app = new App();
  MeshSettings.of(app, settings);
  return declare(service, route, { app, workload });
};

const ask: typeof run = (declared, externals, steps, more) => run(declared, externals, steps, { workloads: ambientWorkloads, ...more });

describeMesh('waypoint: modes', () => {
  describe('HTTP', () => {
    test('leaves through the waypoint, without headers of the mesh', async () => {
      const { answers: [answer] } = await ask(atWaypoint(), plainApi, [call()]);
      expect(answer).toReach('api.test', { leftBy: 'egress', host: 'api.test', path: '/get', without: MESH_HEADERS });
    });

    test('broken: without the route, headers of the mesh leave', async () => {
      const broken = atWaypoint();
      broken.route.httpRoutes[0].addJsonPatch(JsonPatch.replace('/spec/parentRefs/0/name', 'other'));
      const { answers: [answer] } = await ask(broken, plainApi, [call()]);
      expect(answer).toReach('api.test', { leftBy: 'egress', headers: { 'x-request-id': /./ } });
    });

    test('broken: without the label, it goes straight out', async () => {
      const broken = atWaypoint();
      broken.service.serviceEntry.addJsonPatch(JsonPatch.remove('/metadata/labels'));
      const { answers: [answer] } = await ask(broken, plainApi, [call()]);
      expect(answer).toReach('api.test', { leftBy: 'app' });
    });

    test('keeps the headers that it is told to keep', async () => {
      const { answers: [answer] } = await ask(atWaypoint({}, { keepHeaders: ['x-request-id'] }), plainApi, [call()]);
      expect(answer).toReach('api.test', { headers: { 'x-request-id': /./ }, without: MESH_HEADERS.filter(h => h !== 'x-request-id') });
    });

    test('leaves to a port that is set', async () => {
      const declared = atWaypoint({ ports: [ExternalPort.http({ number: 8080, targetPort: 9000 })] });
      const { answers: [answer] } = await ask(declared, [external('api.test', { http: 9000 })], [get('http://api.test:8080/get', fromApp)]);
      expect(answer).toReach('api.test', { leftBy: 'egress', port: 9000 });
    });
  });

  describe('HTTPS origination', () => {
    test('leaves as TLS with the name of the host', async () => {
      const { answers: [answer] } = await ask(atWaypoint(originated), secureApi, [call()]);
      expect(answer).toReach('api.test', { leftBy: 'egress', sni: 'api.test', without: MESH_HEADERS });
    });

    test('refuses a certificate for another name', async () => {
      const { answers: [answer] } = await ask(atWaypoint(originated), [external('api.test', { https: 443 }, { certHost: 'other.test' })], [call()]);
      expect(answer).toFail({ status: 503, at: 'egress', details: /verify_SAN_list/ });
    });

    test('refuses a certificate from an unknown authority', async () => {
      const { answers: [answer] } = await ask(atWaypoint(originated), [external('api.test', { https: 443 }, { certCA: 'private' })], [call()]);
      expect(answer).toFail({ status: 503, at: 'egress', details: /CERTIFICATE_VERIFY_FAILED/ });
    });

    test('requests the server name that is set', async () => {
      const other = atWaypoint({ ports: [ExternalPort.httpToHttps({ tls: UpstreamTls.simple({ sni: 'other.test' }) })] });
      const { answers: [answer] } = await ask(other, [external('api.test', { https: 443 }, { certHost: 'other.test' })], [call()]);
      expect(answer).toReach('api.test', { leftBy: 'egress', sni: 'other.test' });
    });

    test('trusts the certificate authority in a Secret', async () => {
      const privately = atWaypoint({ ports: [ExternalPort.httpToHttps({ tls: UpstreamTls.simple({ ca: CaSource.secret('api-ca') }) })] });
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'api-ca', namespace: 'istio-egress' }, data: { 'ca.crt': '${ca:private}' } };
      const { answers: [answer] } = await ask(privately, [external('api.test', { https: 443 }, { certCA: 'private' })], [call()], { fixtures: [secret] });
      expect(answer).toReach('api.test', { leftBy: 'egress', sni: 'api.test' });
    });

    test('broken: with a selector in the rule, clear text goes to the TLS port', async () => {
      const broken = atWaypoint(originated);
      part(broken, 'DestinationRule').addJsonPatch(JsonPatch.add('/spec/workloadSelector', { matchLabels: { 'gateway.networking.k8s.io/gateway-name': 'egress' } }));
      const { answers: [answer] } = await ask(broken, secureApi, [call()]);
      expect(answer.status).toBe(400);
      expect(answer.server).toBeUndefined();
    });
  });

  describe('HTTPS origination with a client certificate', () => {
    const tls = UpstreamTls.mutual({ clientCertificate: ClientCertificate.secret('api-client', { namespace: 'istio-egress' }) });
    const declared = () => atWaypoint({ ports: [ExternalPort.httpToHttps({ tls })] });
    const api = [external('api.test', { https: 443 }, { clientAuth: true })];
    const data = { 'tls.crt': '${cert:client:shop.example}', 'tls.key': '${key:client:shop.example}', 'ca.crt': '${ca:public}' };
    const fixtures = [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'api-client', namespace: 'istio-egress' }, data }];

    test('presents the certificate from a Secret, which the waypoint may read', async () => {
      const { answers: [answer] } = await ask(declared(), api, [call()], { fixtures });
      expect(answer).toReach('api.test', { leftBy: 'egress', sni: 'api.test', clientSAN: 'shop.example' });
    });

    test('broken: without the Role it is not given to the waypoint', async () => {
      const broken = declared();
      broken.app.synthYaml();
      broken.gateway.parts.find(({ kind }) => kind === 'Role')!.addJsonPatch(JsonPatch.replace('/rules/0/verbs', ['get']));
      const { troubles } = await ask(broken, api, [], { fixtures, troubled: true, readyS: 2 });
      expect(troubles[0]).toMatch('proxy egress is not ready');
    });
  });

  describe('the application\'s own TLS', () => {
    const declared = () => atWaypoint({ ports: [ExternalPort.https()] });
    const tls = (from = fromApp, more = {}) => get('https://api.test/get', { ...from, ...more });

    test('leaves as it is, for callers alone', async () => {
      const { answers: [app, stranger] } = await ask(declared(), secureApi, [tls(), tls(fromStranger)]);
      expect(app).toReach('api.test', { leftBy: 'egress', sni: 'api.test' });
      expect(stranger).toFail(closed);
    });

    test('is closed to another server name at the address of the host', async () => {
      const { answers: [answer] } = await ask(declared(), secureApi, [tls(fromApp, { sni: 'other.test' })]);
      expect(answer).toFail(closed);
    });
  });

  describe('TCP', () => {
    const database = { hosts: ['db.test'], ports: [ExternalPort.tcp({ number: 5432 })] };

    test('needs no address, and is for callers alone', async () => {
      const { answers: [app, stranger] } = await ask(atWaypoint(database), [external('db.test', { tcp: 5432 })], [say('tcp://db.test:5432', fromApp), say('tcp://db.test:5432', fromStranger)]);
      expect(app).toReach('db.test', { leftBy: 'egress' });
      expect(stranger).toFail(closed);
    });

    const secured = { hosts: ['db.test'], ports: [ExternalPort.tcp({ number: 5432, tls: UpstreamTls.simple() })] };
    test('is wrapped in verified TLS', async () => {
      const { answers: [answer] } = await ask(atWaypoint(secured), [external('db.test', { tls: 5432 })], [say('tcp://db.test:5432', fromApp)]);
      expect(answer).toReach('db.test', { leftBy: 'egress', sni: 'db.test' });
    });

    test('refuses a certificate for another name', async () => {
      const { answers: [answer] } = await ask(atWaypoint(secured), [external('db.test', { tls: 5432 }, { certHost: 'other.test' })], [say('tcp://db.test:5432', fromApp)]);
      expect(answer).toFail(closed);
    });
  });

  test('gRPC leaves as HTTP/2 with TLS', async () => {
    const declared = atWaypoint({ ports: [ExternalPort.grpcToGrpcs()] });
    const { answers: [answer] } = await ask(declared, secureApi, [get('http://api.test/shop.Orders/Place', { ...fromApp, http2: true })]);
    expect(answer).toReach('api.test', { leftBy: 'egress', protocol: 'HTTP/2.0', sni: 'api.test', without: MESH_HEADERS });
  });

  test('several hosts and ports are told apart by their addresses', async () => {
    const declared = atWaypoint({ hosts: ['api.test', 'eu.test'], ports: [ExternalPort.httpToHttps(), ExternalPort.http({ number: 8080 }), ExternalPort.https()] });
    const externals = ['api.test', 'eu.test'].map(host => external(host, { https: 443, http: 8080 }));
    const { answers } = await ask(declared, externals, ['api.test', 'eu.test'].flatMap(host => (
      [get(`http://${host}/get`, fromApp), get(`http://${host}:8080/get`, fromApp), get(`https://${host}/get`, fromApp), get(`http://${host}/get`, fromStranger)]
    )));
    ['api.test', 'eu.test'].forEach((host, i) => {
      expect(answers[4 * i]).toReach(host, { leftBy: 'egress', port: 443, sni: host, without: MESH_HEADERS });
      expect(answers[4 * i + 1]).toReach(host, { leftBy: 'egress', port: 8080, without: MESH_HEADERS });
      expect(answers[4 * i + 2]).toReach(host, { leftBy: 'egress', port: 443, sni: host });
      expect(answers[4 * i + 3]).toFail(denied);
    });
  });
});

describeMesh('waypoint: who may send what', () => {
  test('a stranger gets 403, whatever it claims', async () => {
    const forged = { 'x-forwarded-client-cert': 'By=x;Hash=0;Subject="";URI=spiffe://cluster.local/ns/shop/sa/shop' };
    const { answers } = await ask(atWaypoint(), plainApi, [call(fromStranger), get('http://api.test/get', { ...fromStranger, headers: forged })]);
    for (const answer of answers) expect(answer).toFail(denied);
  });

  test('broken: with the policy on another ServiceEntry, the default deny closes the host to all', async () => {
    const broken = atWaypoint();
    part(broken, 'AuthorizationPolicy').addJsonPatch(JsonPatch.replace('/spec/targetRefs/0/name', 'other'));
    const { answers: [answer] } = await ask(broken, plainApi, [call()]);
    expect(answer).toFail(denied);
  });

  test('what no route declares is closed, if somebody binds it to the waypoint', async () => {
    const byHand = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'ServiceEntry',
      metadata: { name: 'other', namespace: 'istio-egress', labels: { 'istio.io/use-waypoint': 'egress' } },
      spec: { hosts: ['other.test'], location: 'MESH_EXTERNAL', resolution: 'DNS', ports: [{ number: 80, name: 'http', protocol: 'HTTP' }] },
    };
    const { answers: [answer] } = await ask(atWaypoint(), [...plainApi, external('other.test', { http: 80 })], [get('http://other.test/', fromApp)], { fixtures: [byHand] });
    expect(answer).toFail(denied);
  });

  test('the address of a host leads to no other host behind it', async () => {
    const { answers: [answer] } = await ask(atWaypoint(), plainApi, [get('http://api.test/get', { ...fromApp, headers: { host: 'other.test' } })]);
    expect(answer).toFail(denied);
  });

  test('a Host header with a port is the same host', async () => {
    const { answers: [answer] } = await ask(atWaypoint(), plainApi, [get('http://api.test/get', { ...fromApp, headers: { host: 'api.test:80' } })]);
    expect(answer).toReach('api.test', { leftBy: 'egress' });
  });

  test('each caller has its own list within that of the route', async () => {
    const declared = atWaypoint({}, {
      allow: [{ path: PathMatch.prefix('/v1'), methods: ['GET', 'POST'] }],
      callers: [Caller.namespace('shop'), Caller.namespace('other', { allow: [{ path: PathMatch.prefix('/v1/reports'), headers: [HeaderMatch.exact('x-team', 'audit')], methods: ['GET'] }] })],
    });
    const audit = { ...fromStranger, headers: { 'x-team': 'audit' } };
    const { answers } = await ask(declared, plainApi, [
      call(fromApp, '/v1/orders'), call(audit, '/v1/reports/7'), call(fromApp, '/v1x'), call(audit, '/v1/orders'), call(fromStranger, '/v1/reports'), get('http://api.test/v1/orders', { ...fromApp, method: 'PUT' }),
    ]);
    for (const answer of answers.slice(0, 2)) expect(answer).toReach('api.test', { leftBy: 'egress', without: MESH_HEADERS });
    for (const answer of answers.slice(2)) expect(answer).toFail(denied);
  });

  test('a list that no policy can say is left to the routes', async () => {
    const declared = atWaypoint({}, { allow: [{ path: PathMatch.regex('/v[0-9]+') }] });
    const { answers: [may, mayNot, stranger] } = await ask(declared, plainApi, [call(fromApp, '/v1'), call(fromApp, '/vx'), call(fromStranger, '/v1')]);
    expect(may).toReach('api.test', { leftBy: 'egress', without: MESH_HEADERS });
    expect(mayNot).toFail({ status: 403, at: 'egress' });
    expect(mayNot.body).toBe('not allowed by the egress route to api.test');
    expect(stranger).toFail(denied);
  });
});

describeMesh('waypoint: rules', () => {
  test('in the words of HTTPRoutes', async () => {
    const declared = atWaypoint(originated, {
      rules: [
        { matches: [{ path: PathMatch.prefix('/old') }], rewrite: { path: PathRewrite.prefix('/new') }, requestHeaders: { set: { 'x-by': 'rule' } } },
        { matches: [{ path: PathMatch.exact('/gone'), methods: ['GET', 'HEAD'] }], action: RouteAction.redirect({ path: '/new', status: 302 }) },
        { matches: [{ path: PathMatch.exact('/delay/3s') }], timeout: Duration.millis(1500) },
      ],
    });
    expect(declared.route.httpRoutes).toHaveLength(1);
    const { answers: [rewritten, redirected, late, rest] } = await ask(declared, secureApi, [call(fromApp, '/old/x'), call(fromApp, '/gone'), call(fromApp, '/delay/3s'), call()]);
    expect(rewritten).toReach('api.test', { path: '/new/x', headers: { 'x-by': /^rule$/ }, without: MESH_HEADERS });
    expect(redirected).toFail({ status: 302, at: 'egress' });
    expect(late).toFail({ status: 504, at: 'egress' });
    expect(rest).toReach('api.test', { path: '/get', without: MESH_HEADERS });
  });

  test('in the words of a VirtualService where HTTPRoutes have none', async () => {
    const declared = atWaypoint(originated, {
      rules: [
        { matches: [{ path: PathMatch.exact('/gone') }], action: RouteAction.respond(410, 'gone') },
        { matches: [{ path: PathMatch.regex('/item/[0-9]+') }], rewrite: { path: PathRewrite.regex('/item/([0-9]+)', '/items?id=\\1') } },
        { matches: [{ path: PathMatch.exact('/fault') }], fault: { abort: { percent: 100, status: 418 } } },
      ],
    });
    expect(declared.route.httpRoutes).toEqual([]);
    const { answers: [answered, broken, rest] } = await ask(declared, secureApi, [call(fromApp, '/gone'), call(fromApp, '/fault'), call()]);
    expect(answered).toFail({ status: 410, at: 'egress' });
    expect(broken).toFail({ status: 418, at: 'egress' });
    expect(rest).toReach('api.test', { path: '/get', sni: 'api.test', without: MESH_HEADERS });
  });

  test('the rule that is written first decides, though another is more specific', async () => {
    const declared = atWaypoint({}, {
      rules: [
        { matches: [{ path: PathMatch.prefix('/v1') }], requestHeaders: { set: { 'x-by': 'first' } } },
        { matches: [{ path: PathMatch.exact('/v1/x') }, { path: PathMatch.exact('/v2') }], requestHeaders: { set: { 'x-by': 'second' } } },
      ],
    });
    const { answers: [first, second] } = await ask(declared, plainApi, [call(fromApp, '/v1/x'), call(fromApp, '/v2')]);
    expect(first).toReach('api.test', { headers: { 'x-by': /^first$/ } });
    expect(second).toReach('api.test', { headers: { 'x-by': /^second$/ } });
  });

  test.each<[string, (next: Destination) => RouteAction]>([
    ['an HTTPRoute', next => RouteAction.forward(next)],
    ['a VirtualService', next => RouteAction.split([next.weighted(1)])],
  ])('lead to another host outside by %s, which nobody may call by itself', async (_, action) => {
    const world = atWaypoint();
    const next = new ExternalService(world.shop, 'next', { hosts: ['next.test'], ...originated });
    const api = new ExternalService(world.shop, 'old', { hosts: ['old.test'], ...originated });
    new EgressRoute(world.shop, 'moving', { service: api, gateway: world.gateway, rules: [{ matches: [{ path: PathMatch.prefix('/v2') }], action: action(Destination.external(next)) }] });
    const externals = [...plainApi, external('old.test', { https: 443 }), external('next.test', { https: 443 })];
    const { answers: [led, stays, alone] } = await ask(world, externals, [get('http://old.test/v2/x', fromApp), get('http://old.test/get', fromApp), get('http://next.test/v2/x', fromApp)]);
    expect(led).toReach('next.test', { leftBy: 'egress', sni: 'next.test', host: 'next.test', without: MESH_HEADERS });
    expect(stays).toReach('old.test', { leftBy: 'egress', sni: 'old.test' });
    expect(alone).toFail(denied);
  });
});

describeMesh('waypoint: wildcards', () => {
  const wild = { hosts: ['*.wild.test'], resolution: Resolution.dynamicDns() };

  test('each name is reached by its Host', async () => {
    const { answers: [x, y, stranger] } = await ask(atWaypoint({ ...wild, ports: [ExternalPort.http()] }), [external('*.wild.test', { http: 80 })],
      [get('http://x.wild.test/', fromApp), get('http://y.wild.test/', fromApp), get('http://x.wild.test/', fromStranger)]);
    expect(x).toReach('*.wild.test', { leftBy: 'egress', host: 'x.wild.test', without: MESH_HEADERS });
    expect(y).toReach('*.wild.test', { host: 'y.wild.test' });
    expect(stranger).toFail(denied);
  });

  test('by TLS, each name is verified', async () => {
    const { answers: [x, y] } = await ask(atWaypoint({ ...wild, ...originated }), [external('*.wild.test', { https: 443 }, { certHost: 'x.wild.test' })],
      [get('http://x.wild.test/', fromApp), get('http://y.wild.test/', fromApp)]);
    expect(x).toReach('*.wild.test', { leftBy: 'egress', sni: 'x.wild.test', without: MESH_HEADERS });
    expect(y).toFail({ status: 503, at: 'egress', details: /verify_SAN_list/ });
  });

  test('by a VirtualService too', async () => {
    const answering = { rules: [{ matches: [{ path: PathMatch.exact('/gone') }], action: RouteAction.respond(410) }] };
    const { answers: [gone, x] } = await ask(atWaypoint({ ...wild, ...originated }, answering), [external('*.wild.test', { https: 443 }, { certHost: '*.wild.test' })],
      [get('http://x.wild.test/gone', fromApp), get('http://x.wild.test/', fromApp)]);
    expect(gone).toFail({ status: 410, at: 'egress' });
    expect(x).toReach('*.wild.test', { leftBy: 'egress', sni: 'x.wild.test', without: MESH_HEADERS });
  });

  describe.each<[string, string, string]>([['at one waypoint', 'egress', 'istio-egress'], ['in another namespace', 'narrow', 'narrow-egress']])('beside a name under it, %s', (_, narrow, namespace) => {
    type Kinds = Pick<EgressRouteProps, 'rules'>;
    /** The stranger may call all names but the one that is for the app alone. */
    const both = (port = ExternalPort.http(), ports = [ExternalPort.http()], wide: Kinds = {}, named: Kinds = {}) => {
      const world = atWaypoint({ ...wild, ports: [port, ExternalPort.tls({ number: 443 })] }, { callers: [Caller.namespace('other')], ...wide }, { wildcardTlsAtWaypoints: true });
      const service = new ExternalService(world.shop, 'x', { hosts: ['x.wild.test'], ports });
      const gateway = narrow === 'egress' ? world.gateway : new EgressGateway(world.shop, 'narrow', { workload: GatewayWorkload.waypoint('narrow', { namespace }) });
      return { ...world, named: new EgressRoute(world.shop, 'x-route', { service, gateway, ...named }) };
    };
    const externals = [external('x.wild.test', { http: 80, https: 443 }), external('*.wild.test', { http: 80, https: 443 }, { certHost: '*.wild.test' })];
    const workloads = narrow === 'egress' ? ambientWorkloads : [...ambientWorkloads, waypoint({ name: narrow, namespace })];
    const env = { ENABLE_WILDCARD_HOST_SERVICE_ENTRIES_FOR_TLS: 'true' };
    const around = [
      get('http://y.wild.test/', { ...fromStranger, headers: { host: 'x.wild.test' } }),
      get('http://y.wild.test/', { ...fromStranger, headers: { host: 'X.wild.TEST:80' } }),
      get('https://y.wild.test/', { ...fromStranger, sni: 'x.wild.test' }),
      get('http://x.wild.test/', { ...fromApp, headers: { host: 'y.wild.test' } }),
    ];
    const by = (name: string) => ({ rules: [{ matches: [{ path: PathMatch.prefix('/a') }], requestHeaders: { set: { 'x-by': name } } }] });
    const answered = { rules: [...by('x').rules, { matches: [{ path: PathMatch.exact('/gone') }], action: RouteAction.respond(410) }] };

    test.each<[string, Kinds]>([['HTTPRoute', by('x')], ['VirtualService', answered]])('each has its own callers and its own rules, the name by %s', async (kind, named) => {
      const world = both(ExternalPort.http(), [ExternalPort.http()], by('wild'), named);
      expect(world.named.parts.map(p => p.kind)).toContain(kind);
      const { answers: [y, tls, x, shouted, stranger, wide, ...others] } = await ask(world, externals, [
        get('http://y.wild.test/a', fromStranger), get('https://y.wild.test/', fromStranger), get('http://x.wild.test/a', fromApp),
        get('http://x.wild.test/a', { ...fromApp, headers: { host: 'X.wild.TEST:80' } }), get('http://x.wild.test/', fromStranger), get('http://y.wild.test/', fromApp), ...around,
      ], { env, workloads });
      expect(y).toReach('*.wild.test', { leftBy: 'egress', host: 'y.wild.test', headers: { 'x-by': /^wild$/ }, without: MESH_HEADERS });
      expect(tls).toReach('*.wild.test', { leftBy: 'egress', sni: 'y.wild.test' });
      expect(x).toReach('x.wild.test', { leftBy: narrow, headers: { 'x-by': /^x$/ }, without: MESH_HEADERS });
      expect(shouted).toReach('x.wild.test', { leftBy: narrow, headers: { 'x-by': /^x$/ } });
      expect(stranger).toFail({ ...denied, at: narrow });
      expect(wide).toFail(denied);
      expect(others[0]).toFail(denied);
      expect(others[1]).toFail(denied);
      expect(others[2]).toFail(closed);
      expect(others[3]).toFail({ ...denied, at: narrow });
    });

    test.each<[string, ExternalPort, ExternalPort, number, number]>([
      ['the wildcard', ExternalPort.httpToHttps(), ExternalPort.http(), 443, 80], ['the name', ExternalPort.http(), ExternalPort.httpToHttps(), 80, 443],
    ])('TLS is for %s alone', async (_name, port, own, reached, ownReached) => {
      const { answers: [y, x] } = await ask(both(port, [own]), externals, [get('http://y.wild.test/', fromStranger), get('http://x.wild.test/', fromApp)], { env, workloads });
      expect(y).toReach('*.wild.test', { leftBy: 'egress', port: reached });
      expect(x).toReach('x.wild.test', { leftBy: narrow, port: ownReached });
    });

    test('broken: without its exception, the policy of the wildcard lets them', async () => {
      const broken = both();
      part(broken, 'AuthorizationPolicy').addJsonPatch(JsonPatch.remove('/spec/rules/0/to/0/operation/notHosts'));
      const { answers: [answer] } = await ask(broken, externals, around.slice(0, 1), { env, workloads });
      expect(answer.status).not.toBe(403);
    });

    if (narrow !== 'egress') return;

    describe('whichever of the two is older', () => {
      const [older, younger] = ['2020-01-01T00:00:00Z', '2021-01-01T00:00:00Z'].map(date => JsonPatch.add('/metadata/creationTimestamp', date));
      const aged = (isNameOlder: boolean) => {
        const world = both(ExternalPort.http(), [ExternalPort.http()], by('wild'), answered);
        const [wildRoute, nameRoute] = [part(world, 'VirtualService'), world.named.gatewayVirtualService];
        wildRoute.addJsonPatch(isNameOlder ? younger : older);
        nameRoute.addJsonPatch(isNameOlder ? older : younger);
        return { world, wildRoute, nameRoute };
      };
      const steps = [get('http://y.wild.test/a', fromStranger), get('http://x.wild.test/a', fromApp)];

      test.each(['the name', 'the wildcard'])('each has its own rules (%s)', async which => {
        const { answers: [y, x] } = await ask(aged(which === 'the name').world, externals, steps, { env });
        expect(y).toReach('*.wild.test', { headers: { 'x-by': /^wild$/ } });
        expect(x).toReach('x.wild.test', { headers: { 'x-by': /^x$/ } });
      });

      test('broken: if the wildcard does not leave names to others, an older one decides for them', async () => {
        const { world, wildRoute } = aged(false);
        wildRoute.addJsonPatch(JsonPatch.remove('/spec/http/0/match/0/withoutHeaders'), JsonPatch.remove('/spec/http/0/match/1/withoutHeaders'));
        const { answers: [, x] } = await ask(world, externals, steps, { env });
        expect(x).toReach('x.wild.test', { headers: { 'x-by': /^wild$/ } });
      });

      test('broken: if the name does not ask for itself, an older one decides for the wildcard', async () => {
        const { world, nameRoute } = aged(true);
        nameRoute.addJsonPatch(JsonPatch.remove('/spec/http/0/match/0/headers'), JsonPatch.remove('/spec/http/0/match/1/headers'));
        const { answers: [y] } = await ask(world, externals, steps, { env });
        expect(y).toReach('x.wild.test', { headers: { 'x-by': /^x$/ } });
      });
    });
  });

  test('served by one host, at an address', async () => {
    const declared = atWaypoint({ hosts: ['*.wild.test'], resolution: Resolution.servedBy('front.test'), addresses: ['198.19.9.9'], ports: [ExternalPort.httpToHttps(), ExternalPort.https()] });
    const { answers: [http, tls] } = await ask(declared, [external('front.test', { https: 443 }, { certHost: '*.wild.test' })],
      [get('http://x.wild.test/', fromApp), get('https://x.wild.test/', fromApp)]);
    expect(http).toReach('front.test', { leftBy: 'egress', sni: 'x.wild.test', host: 'x.wild.test', without: MESH_HEADERS });
    expect(tls).toReach('front.test', { leftBy: 'egress', sni: 'x.wild.test' });
  });
});

describeMesh('waypoint: forward proxy', () => {
  test('connects on behalf of the waypoint, and is closed to callers', async () => {
    const world = atWaypoint();
    const proxy = new ExternalService(world.shop, 'proxy', { hosts: ['proxy.test'], ports: [ExternalPort.tcp({ number: 3128 })] });
    const far = new ExternalService(world.shop, 'far', { hosts: ['far.test'], ports: [ExternalPort.https()] });
    new EgressRoute(world.shop, 'far-route', { service: far, gateway: world.gateway, connectProxy: { service: proxy } });
    const externals = [...plainApi, external('far.test', { https: 443 }), external('proxy.test', { connect: 3128 })];
    const { answers: [app, stranger, itself] } = await ask(world, externals, [get('https://far.test/', fromApp), get('https://far.test/', fromStranger), say('tcp://proxy.test:3128', fromApp)]);
    expect(app).toReach('far.test', { leftBy: 'proxy.test', sni: 'far.test' });
    expect(stranger).toFail(closed);
    expect(itself).toFail(closed);
  });
});

describeMesh('waypoint: rules that lead into the mesh', () => {
  const cache = podsBehind('cache', { namespace: 'shop', http: 8080 });
  const led = { matches: [{ path: PathMatch.prefix('/local') }], action: RouteAction.forward(Destination.service('cache', { namespace: 'shop', port: 8080 })) };
  const asked = [call(fromApp, '/local/x'), call(), call(fromStranger, '/local/x')];
  const strict = security('PeerAuthentication', 'shop', 'strict', { mtls: { mode: 'STRICT' } });
  const proxies = ({ hops }: Answer) => hops.map(({ proxy }) => proxy).sort();

  test.each([
    ['with sidecars, by mTLS', cache, ['cache', 'egress'], [strict]],
    ['in ambient', { ...cache, ambient: true }, ['egress'], []],
    ['without proxies', { ...cache, noProxy: true }, ['egress'], []],
  ])('come to the pods of a Service %s, for callers alone', async (_, pod, passed, fixtures) => {
    const around = { fixtures, workloads: [...ambientWorkloads, pod] };
    const { answers: [inside, rest, stranger] } = await ask(atWaypoint(originated, { rules: [led] }), secureApi, asked, around);
    expect([inside.status, proxies(inside), inside.seen]).toEqual([200, passed, []]);
    expect(rest).toReach('api.test', { leftBy: 'egress', sni: 'api.test' });
    expect(stranger).toFail(denied);
  });

  test('broken: without the VirtualService, they leave', async () => {
    const broken = atWaypoint(originated, { rules: [led] });
    part(broken, 'VirtualService').addJsonPatch(JsonPatch.replace('/spec/hosts/0', 'other.test'));
    const { answers: [answer] } = await ask(broken, secureApi, asked.slice(0, 1), { workloads: [...ambientWorkloads, cache] });
    expect(answer).toReach('api.test', { leftBy: 'egress', path: '/local/x' });
  });

  test('go past the waypoint of a Service, and its policies do not hold', async () => {
    const fixtures = [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: { 'istio.io/dataplane-mode': 'ambient', 'istio.io/use-waypoint': 'shop' } } },
      gatewayApi('Gateway', 'shop', 'shop', { gatewayClassName: 'istio-waypoint', listeners: [{ name: 'mesh', port: 15008, protocol: 'HBONE' }] }),
      security('AuthorizationPolicy', 'shop', 'closed', { targetRefs: [{ group: '', kind: 'Service', name: 'cache' }], action: 'ALLOW', rules: [] }),
    ];
    const pods = [...ambientWorkloads, { ...cache, ambient: true }, waypoint({ name: 'waypoint', gateway: 'shop', namespace: 'shop' })];
    const itself = get('http://cache.shop.svc.cluster.local:8080/', fromApp);
    const around = { fixtures, workloads: pods };
    const { answers: [inside, direct] } = await ask(atWaypoint(originated, { rules: [led] }), secureApi, [asked[0], itself], around);
    expect([inside.status, proxies(inside)]).toEqual([200, ['egress']]);
    expect(direct).toFail({ status: 403, at: 'waypoint', details: /rbac_access_denied/ });
  });
});

describeMesh('waypoint: telemetry', () => {
  const observed = (props: Partial<GatewayTelemetryProps> | undefined, more: Parameters<typeof run>[3] = {}, broken?: JsonPatch) => {
    const declared = atWaypoint(originated);
    if (props) {
      const { telemetry } = new GatewayTelemetry(new Chart(declared.app, 'observed', { namespace: 'istio-egress' }), 'telemetry', { workload, ...props });
      if (broken) telemetry.addJsonPatch(broken);
    }
    return ask(declared, secureApi, [call(), call(fromApp, '/status/404')], more);
  };
  const other = JsonPatch.replace('/spec/targetRefs/0/name', 'other');

  describe('access log', () => {
    const logged = ({ answers }: Outcome) => answers.flatMap(({ hops }) => hops.filter(({ proxy }) => proxy === 'egress').map(({ line }) => line.response_code));

    test.each<[string, AccessLogging | undefined, number[]]>([
      ['follows mesh config without the construct', undefined, [200, 404]],
      ['records every request', AccessLogging.all(), [200, 404]],
      ['records only errors', AccessLogging.matching('response.code >= 400'), [404]],
      ['can be off', AccessLogging.off(), []],
    ])('%s', async (_, accessLogging, wanted) => {
      expect(logged(await observed(accessLogging && { accessLogging }))).toEqual(wanted);
    });

    test('broken: for another Gateway, it has no effect', async () => {
      expect(logged(await observed({ accessLogging: AccessLogging.off() }, {}, other))).toEqual([200, 404]);
    });
  });

  describe('traces', () => {
    const workloads = [...ambientWorkloads, podsBehind('collector', { namespace: 'observability', http: 9411, noProxy: true })];
    const extensionProviders = 'extensionProviders: [{name: ours, zipkin: {service: collector.observability.svc.cluster.local, port: 9411}}]';
    const meshConfig = `${extensionProviders}\ndefaultProviders: {tracing: [ours]}`;
    const sampled = ({ answers }: Outcome) => answers.map(({ seen: [{ headers }] }) => headers?.['X-B3-Sampled']?.[0]);

    test.each([['of all requests', 100, '1'], ['of none', 0, '0']])('%s', async (_, percent, wanted) => {
      const tracing = Tracing.sampled({ provider: 'ours', percent });
      expect(sampled(await observed({ tracing }, { workloads, meshConfig: extensionProviders }))).toEqual([wanted, wanted]);
    });

    test('are off', async () => {
      expect(sampled(await observed({ tracing: Tracing.off() }, { workloads, meshConfig }))).toEqual([undefined, undefined]);
    });

    test('broken: for another Gateway, they follow mesh config', async () => {
      expect(sampled(await observed({ tracing: Tracing.off() }, { workloads, meshConfig }, other))).toEqual([expect.any(String), expect.any(String)]);
    });
  });

  describe('metrics', () => {
    // the lab's Envoy does not have Istio's filter for them, and refuses to serve with it
    const counting = { meshConfig: 'defaultProviders: {metrics: [prometheus]}', troubled: true, readyS: 2 };
    const isRefused = ({ troubles }: Outcome) => troubles.some(trouble => trouble.includes('istio.stats'));

    test('are off', async () => {
      expect(isRefused(await observed({ metrics: Metrics.off() }, counting))).toBe(false);
    });

    test('broken: for another Gateway, there are some', async () => {
      expect(isRefused(await observed({ metrics: Metrics.off() }, counting, other))).toBe(true);
    });
  });
});
