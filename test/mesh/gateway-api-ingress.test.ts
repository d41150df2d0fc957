import { ApiObject, App, Chart, Duration, JsonPatch } from 'cdk8s';
import {
  Answer, Outcome, RequestOptions, Scenario, Step, describeMesh, external, get, managedGateway, runMesh, say, service, sidecar, stream,
} from './mesh';
import {
  Access, AccessLogging, ClientCertificates, Destination, ExternalPort, ExternalService, GatewayApiChannel, GatewayTelemetry, GatewayWorkload,
  HeaderMatch, IngressGateway, IngressListener, IngressRoute, IngressRouteProps, IngressRule, MeshSettings, PathMatch, PathRewrite, PlainHttp,
  QueryParamMatch, RouteAction, RouteApi, RouteMatch, StringMatch,
} from '../../src';

const workloads = [
  service('web', { namespace: 'shop', http: 8080 }),
  service('next', { namespace: 'shop', http: 8080 }),
  service('far', { namespace: 'other', http: 8080 }),
  sidecar('grpc', { namespace: 'shop', service: 'grpc', ports: [{ name: 'grpc', port: 8080, serve: 'http' }] }),
  managedGateway({ name: 'ingress', gateway: 'public', namespace: 'istio-ingress' }),
];

const forward = (name: string, namespace?: string) => RouteAction.forward(Destination.service(name, { port: 8080, namespace }));

/** The platform's gateway, and routes of the shop by their hosts. */
function declare(routes: Record<string, Partial<IngressRouteProps>>, listeners?: IngressListener[], channel?: GatewayApiChannel) {
  const app = new App();
  MeshSettings.of(app, { gatewayApiVersion: '1.6', gatewayApiChannel: channel });
  const gateway = new IngressGateway(new Chart(app, 'edge', { namespace: 'istio-ingress' }), 'gateway', {
    workload: GatewayWorkload.gatewayApi('public', { namespace: 'istio-ingress' }), routeApi: RouteApi.GATEWAY_API, listeners,
  });
  const shop = new Chart(app, 'shop', { namespace: 'shop' });
  const made = Object.entries(routes).map(([host, props]) => [host, new IngressRoute(shop, host.replace('*', 'any'), { gateway, hosts: [host], rules: [{ action: forward('web') }], ...props })] as const);
  return { app, gateway, shop, routes: Object.fromEntries(made) };
}

function run(app: App, steps: Step[], more: Partial<Scenario> = {}) {
  return runMesh({ manifests: app, workloads, steps, ...more, fixtures: [...more.fixtures as object[] ?? [], certificate('shop-cert', 'shop.test')] });
}

function certificate(name: string, host: string, more: Record<string, string> = {}): object {
  return { apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/tls', metadata: { name, namespace: 'istio-ingress' }, data: { 'tls.crt': `\${cert:ingress:${host}}`, 'tls.key': `\${key:ingress:${host}}`, ...more } };
}

const plain = (url: string, more: Partial<RequestOptions> = {}) => get(`http://${url}`, { from: 'outside', connect: 'ingress:80', ...more });
const secure = (url: string, more: Partial<RequestOptions> = {}) => get(`https://${url}`, { from: 'outside', connect: 'ingress:443', trustCA: 'ingress', ...more });
const https = (plainHttp?: PlainHttp, hosts = ['shop.test']) => IngressListener.https({ hosts, credentialName: 'shop-cert', plainHttp });

describeMesh('ingress by the Gateway API: matches', () => {
  type Sent = (host: string) => Step;
  const sent = (path: string, more: Partial<RequestOptions> = {}): Sent => host => plain(`${host}${path}`, more);
  const cases: [string, RouteMatch, Sent, Sent][] = [
    ['an exact path', { path: PathMatch.exact('/a') }, sent('/a?x=1'), sent('/a/')],
    ['an exact path in whatever case', { path: PathMatch.exact('/Login', { ignoreCase: true }) }, sent('/LOGIN'), sent('/login/')],
    ['a path that CRDs refuse as a literal', { path: PathMatch.prefix('/a%2Fb') }, sent('/a%2Fb/c'), sent('/a/b')],
    ['a prefix by segments', { path: PathMatch.prefix('/a') }, sent('/a/b'), sent('/ab')],
    ['a prefix by segments, the path itself', { path: PathMatch.prefix('/a/') }, sent('/a'), sent('/b/a')],
    ['a prefix in whatever case', { path: PathMatch.prefix('/Api', { ignoreCase: true }) }, sent('/aPI/x'), sent('/apix')],
    ['a prefix by characters', { path: PathMatch.rawPrefix('/a') }, sent('/ab'), sent('/b')],
    ['the root', { path: PathMatch.prefix('/'), methods: ['GET'] }, sent('/any'), sent('/any', { method: 'POST' })],
    ['a regular expression', { path: PathMatch.regex('/v[0-9]+/.*') }, sent('/v12/x?y'), sent('/w/v1/x')],
    ['a header', { headers: [HeaderMatch.exact('x-Canary', 'yes')] }, sent('/', { headers: { 'x-canary': 'yes' } }), sent('/', { headers: { 'x-canary': 'YES' } })],
    ['a prefix of a header', { headers: [HeaderMatch.prefix('x-canary', 'y.')] }, sent('/', { headers: { 'x-canary': 'y.es' } }), sent('/', { headers: { 'x-canary': 'yes' } })],
    ['a header by regular expression', { headers: [HeaderMatch.regex('x-canary', 'y.s')] }, sent('/', { headers: { 'x-canary': 'yes' } }), sent('/', { headers: { 'x-canary': 'yesyes' } })],
    ['a header that is present', { headers: [HeaderMatch.present('x-canary')] }, sent('/', { headers: { 'x-canary': '' } }), sent('/')],
    ['a query parameter', { queryParams: [QueryParamMatch.exact('beta', '1')] }, sent('/?a=2&beta=1'), sent('/?beta=12')],
    ['a prefix of a query parameter', { queryParams: [QueryParamMatch.prefix('beta', '1')] }, sent('/?beta=12'), sent('/?beta=2')],
    ['a query parameter by regular expression', { queryParams: [QueryParamMatch.regex('beta', '[0-9]+')] }, sent('/?beta=12'), sent('/?beta=x')],
    ['one of several methods', { methods: ['PUT', 'PATCH'] }, sent('/', { method: 'PATCH' }), sent('/', { method: 'POST' })],
    ['all conditions at once', { path: PathMatch.prefix('/a'), methods: ['GET'] }, sent('/a'), sent('/a', { method: 'POST' })],
  ];
  let outcome: Outcome;
  beforeAll(async () => {
    const { app } = declare(Object.fromEntries(cases.map(([, match], i) => [`case${i}.test`, { rules: [{ matches: [match], action: forward('web') }] }])));
    outcome = await run(app, cases.flatMap(([, , fits, misses], i) => [fits(`case${i}.test`), misses(`case${i}.test`)]));
  });

  test.each(cases.map(([name], i) => [name, i] as const))('%s', (_, i) => {
    expect(outcome.answers[2 * i]).toReach('web');
    expect(outcome.answers[2 * i + 1]).toFail({ status: 404, at: 'ingress', flags: 'NR' });
  });
});

describeMesh('ingress by the Gateway API: order', () => {
  const canary = [HeaderMatch.exact('x-canary', 'yes')];
  const beta = [QueryParamMatch.exact('beta', '1')];
  /** Pairs of matches, and a request that fits both. */
  const pairs: [string, RouteMatch, RouteMatch, string, Partial<RequestOptions>?][] = [
    ['an exact path and a prefix', { path: PathMatch.exact('/a') }, { path: PathMatch.prefix('/a') }, '/a'],
    ['two prefixes', { path: PathMatch.prefix('/a/b') }, { path: PathMatch.prefix('/a') }, '/a/b/c'],
    ['a prefix with a header and a longer one', { path: PathMatch.prefix('/a'), headers: canary }, { path: PathMatch.prefix('/a/b') }, '/a/b', { headers: { 'x-canary': 'yes' } }],
    ['an expression and a prefix', { path: PathMatch.regex('/api/v[0-9]+/.*') }, { path: PathMatch.prefix('/api') }, '/api/v1/x'],
    ['an expression and an exact path', { path: PathMatch.regex('/api/v[0-9]+/.*') }, { path: PathMatch.exact('/api/v1/x') }, '/api/v1/x'],
    ['an expression and everything', { path: PathMatch.regex('/api/v[0-9]') }, { methods: ['GET'] }, '/api/v1'],
    ['a short expression and a longer prefix', { path: PathMatch.regex('/a.*') }, { path: PathMatch.prefix('/a-long-prefix') }, '/a-long-prefix'],
    ['two expressions', { path: PathMatch.regex('/api/.*') }, { path: PathMatch.regex('/api/v[0-9]+/.*') }, '/api/v1/x'],
    ['a prefix by characters and one by segments', { path: PathMatch.rawPrefix('/a') }, { path: PathMatch.prefix('/a') }, '/a/b'],
    ['a method and a header', { methods: ['GET'] }, { headers: canary }, '/', { headers: { 'x-canary': 'yes' } }],
    ['a header and a query parameter', { headers: canary }, { queryParams: beta }, '/?beta=1', { headers: { 'x-canary': 'yes' } }],
    ['two headers', { headers: canary }, { headers: [HeaderMatch.present('x-other')] }, '/', { headers: { 'x-canary': 'yes', 'x-other': '1' } }],
    ['two methods of several', { methods: ['GET', 'PUT'] }, { methods: ['GET', 'POST'] }, '/'],
  ];
  const orders = pairs.flatMap(([name, a, b, path, more], i) => [
    { name, host: `ab${i}.test`, first: a, second: b, path, more },
    { name: `${name}, the other way round`, host: `ba${i}.test`, first: b, second: a, path, more },
  ]);
  const rulesOf = ({ first, second }: typeof orders[number]): IngressRule[] => [{ matches: [first], action: forward('next') }, { matches: [second], action: forward('web') }];
  const accepted = orders.filter(order => {
    try {
      declare({ [order.host]: { rules: rulesOf(order) } });
      return true;
    } catch (e) {
      if ((e as { code?: string }).code !== 'GatewayApiOrder' && (e as { code?: string }).code !== 'RuleUnreachable') throw e;
      return false;
    }
  });
  let outcome: Outcome;
  beforeAll(async () => {
    const { app } = declare(Object.fromEntries(accepted.map(order => [order.host, { rules: rulesOf(order) }])));
    outcome = await run(app, accepted.map(({ host, path, more }) => plain(`${host}${path}`, more)));
  });

  test.each(accepted.map(({ name }, i) => [name, i] as const))('%s: the first decides', (_, i) => {
    expect(outcome.answers[i]).toReach('next');
  });

  test('is refused only where it cannot be kept', () => {
    expect(orders.filter(order => !accepted.includes(order)).map(({ name }) => name)).toMatchInlineSnapshot(`
      [
        "an exact path and a prefix, the other way round",
        "two prefixes, the other way round",
        "a prefix with a header and a longer one",
        "an expression and an exact path",
        "a short expression and a longer prefix",
        "two expressions",
        "a prefix by characters and one by segments",
        "a method and a header, the other way round",
        "a header and a query parameter, the other way round",
      ]
    `);
  });
});

describeMesh('ingress by the Gateway API: rules', () => {
  const SHOP = 'https://shop.example.com';
  const api = { path: PathMatch.prefix('/api') };
  const routes: Record<string, Partial<IngressRouteProps>> = {
    'root.test': { rules: [{ matches: [api], action: forward('web'), rewrite: { path: PathRewrite.prefix('/') } }] },
    'prefix.test': { rules: [{ matches: [api], action: forward('web'), rewrite: { path: PathRewrite.prefix('/v2') } }] },
    'full.test': { rules: [{ matches: [api], action: forward('web'), rewrite: { path: PathRewrite.full('/one') } }] },
    'authority.test': { rules: [{ action: forward('web'), rewrite: { authority: 'inner.test' } }] },
    'headers.test': { rules: [{ action: forward('web'), requestHeaders: { set: { 'x-from': 'ingress' }, add: { 'x-more': '1' }, remove: ['x-debug'] }, responseHeaders: { set: { 'x-served': 'yes' } } }] },
    'timeout.test': { rules: [{ action: forward('web'), timeout: Duration.millis(300) }] },
    'moved.test': { rules: [{ action: RouteAction.redirect({ authority: 'new.test', path: '/moved', status: 308 }) }] },
    'query.test': { rules: [{ matches: [{ path: PathMatch.exact('/') }], action: RouteAction.redirect({ path: '/new?a=1', status: 302 }) }] },
    'port.test': { rules: [{ action: RouteAction.redirect({ authority: 'new.test:8443', scheme: 'https' }) }] },
    'zero.test': { rules: [{ action: RouteAction.split([Destination.service('web', { port: 8080 }).weighted(0), Destination.service('next', { port: 8080 }).weighted(1)]) }] },
    'split.test': { rules: [{ action: RouteAction.split([Destination.service('web', { port: 8080 }).weighted(1), Destination.service('next', { port: 8080 }).weighted(1)]) }] },
    'mirror.test': { rules: [{ action: forward('web'), mirror: { destination: Destination.service('next', { port: 8080 }) } }] },
    'far.test': { rules: [{ action: forward('far', 'other') }] },
    'grpc.test': { rules: [{ matches: [{ path: PathMatch.grpc('shop.v1.Orders') }], action: forward('grpc') }] },
    'method.test': { rules: [{ matches: [{ path: PathMatch.grpc('shop.v1.Orders', 'Place') }], action: forward('grpc') }] },
    'http.test': { rules: [{ matches: [{ path: PathMatch.grpc('shop.v1.Orders') }], action: forward('web') }] },
    'cors.test': { rules: [{ action: forward('web'), cors: { allowOrigins: [StringMatch.exact(SHOP)], allowHeaders: ['x-tenant'], allowCredentials: true, maxAge: Duration.minutes(1) } }] },
    'get.test': { rules: [{ matches: [{ methods: ['GET'] }], action: forward('web'), cors: { allowOrigins: [StringMatch.exact(SHOP)] } }] },
    'open.test': { rules: [{ action: forward('web'), cors: { allowOrigins: [StringMatch.exact('*')] } }] },
  };
  const preflight = (host: string, origin: string, method: string) => plain(`${host}/a`, { name: `${host} ${origin} ${method}`, method: 'OPTIONS', headers: { origin, 'access-control-request-method': method } });
  const allowed = ({ headers = {} }: Answer) => headers['Access-Control-Allow-Origin']?.[0];
  const steps = [
    ...['root.test/api', 'root.test/api/x?y=1', 'prefix.test/api', 'prefix.test/api/x', 'full.test/api/x?y=1', 'authority.test/', 'timeout.test/delay/2s', 'moved.test/x', 'query.test/?b=2', 'port.test/x?y=1', 'zero.test/', 'far.test/'].map(url => plain(url, { name: url })),
    plain('headers.test/', { name: 'headers', headers: { 'x-debug': '1' } }),
    plain('mirror.test/', { name: 'mirror' }),
    stream('grpc://grpc.test/shop.v1.Orders/Place', { name: 'grpc', from: 'outside', connect: 'ingress:80' }),
    stream('grpc://grpc.test/shop.v1.OrdersOld/Place', { name: 'other grpc', from: 'outside', connect: 'ingress:80' }),
    ...['method.test/shop.v1.Orders/Place', 'method.test/shop.v1.Orders/PlaceAll', 'http.test/shop.v1.Orders/Place'].map(url => (
      stream(`grpc://${url}`, { name: url, from: 'outside', connect: 'ingress:80' })
    )),
    preflight('cors.test', SHOP, 'PUT'), preflight('cors.test', 'https://evil.test', 'PUT'), preflight('get.test', SHOP, 'GET'), preflight('get.test', SHOP, 'PUT'),
    preflight('open.test', 'https://any.test', 'GET'),
    ...Array.from({ length: 30 }, (_, i) => plain('split.test/', { name: `split ${i}` })),
  ];
  let named: Outcome['named'];
  beforeAll(async () => {
    ({ named } = await run(declare(routes).app, steps));
  });

  test('paths are rewritten as by Istio', () => {
    const urls = ['root.test/api', 'root.test/api/x?y=1', 'prefix.test/api', 'prefix.test/api/x', 'full.test/api/x?y=1'];
    expect(urls.map(url => named[url].server?.path)).toEqual(['/', '/x?y=1', '/v2', '/v2/x', '/one?y=1']);
  });
  test('the Host header is rewritten', () => expect(named['authority.test/'].server?.host).toBe('inner.test'));
  test('headers are set, added and removed', () => {
    expect(named.headers).toReach('web', { headers: { 'x-from': 'ingress', 'x-more': '1' }, without: ['x-debug'] });
    expect(named.headers.headers?.['X-Served']).toEqual(['yes']);
  });
  test('requests time out', () => expect(named['timeout.test/delay/2s']).toFail({ status: 504, at: 'ingress', flags: 'UT' }));
  test('redirects go where they go by Istio', () => {
    const places = ['moved.test/x', 'query.test/?b=2', 'port.test/x?y=1'].map(url => [named[url].status, named[url].headers?.Location?.[0]]);
    expect(places).toEqual([[308, 'http://new.test/moved'], [302, 'http://query.test/new?a=1'], [301, 'https://new.test:8443/x?y=1']]);
  });
  test('a split distributes requests by weight, and a share of 0 gets nothing', () => {
    expect(new Set(Array.from({ length: 30 }, (_, i) => named[`split ${i}`].server?.server))).toEqual(new Set(['web', 'next']));
    expect(named['zero.test/']).toReach('next');
  });
  test('requests are copied', () => expect(named.mirror).toReach('web'));
  test('gRPC needs no route of its own kind', () => {
    expect(named.grpc).toReach('grpc');
    expect(named['other grpc']).toFail({ at: 'ingress', flags: 'NR' });
    expect(named['method.test/shop.v1.Orders/Place']).toReach('grpc');
    expect(named['method.test/shop.v1.Orders/Place'].messages).toBe(3);
    expect(named['method.test/shop.v1.Orders/PlaceAll']).toFail({ at: 'ingress', flags: 'NR' });
  });
  test('broken: to a port that is not called `grpc`, no stream passes', () => {
    expect(named['http.test/shop.v1.Orders/Place'].messages).toBeUndefined();
  });
  test('a grant lets the route lead to another namespace', () => expect(named['far.test/']).toReach('far'));
  test('the gateway answers preflights of listed origins, and tells strangers nothing', () => {
    expect([named[`cors.test ${SHOP} PUT`], named['cors.test https://evil.test PUT'], named[`get.test ${SHOP} GET`], named['open.test https://any.test GET']].map(allowed))
      .toEqual([SHOP, undefined, SHOP, 'https://any.test']);
    expect(named['cors.test https://evil.test PUT']).toFail({ status: 200 });
    expect(named[`get.test ${SHOP} PUT`]).toFail({ status: 404, flags: 'NR' });
  });

  test('broken: without the grant, the route leads nowhere', async () => {
    const broken = declare({ 'far.test': routes['far.test'] });
    partOf(broken.routes['far.test'], 'ReferenceGrant').addJsonPatch(JsonPatch.replace('/spec/to/0/name', 'web'));
    const { answers: [answer] } = await run(broken.app, [plain('far.test/')]);
    expect(answer).toFail({ status: 500, at: 'ingress' });
  });

  test('broken: a prefix that is rewritten to one with a slash loses it, and the root gets none', async () => {
    const broken = declare({ 'prefix.test': routes['prefix.test'] });
    const rewrite = (value: string) => JsonPatch.replace('/spec/rules/0/filters/0/urlRewrite/path/replacePrefixMatch', value);
    partOf(broken.routes['prefix.test'], 'HTTPRoute').addJsonPatch(rewrite('/v2/'));
    const { answers: [slash] } = await run(broken.app, [plain('prefix.test/api')]);
    expect(slash.server?.path).toBe('/v2');
    partOf(broken.routes['prefix.test'], 'HTTPRoute').addJsonPatch(JsonPatch.replace('/spec/rules/0/matches/0/path/value', '/'), rewrite('/v2'));
    const { answers: [root] } = await run(broken.app, [plain('prefix.test/api')]);
    expect(root.server?.path).toBe('/v2api');
  });

  describe('retries', () => {
    const retried = () => declare({ 'retried.test': { rules: [{ action: forward('web'), retries: { attempts: 2, retryOn: ['503'] } }] }, 'default.test': { rules: [{ action: forward('web'), retries: { attempts: 2 } }] } }, undefined, GatewayApiChannel.EXPERIMENTAL);

    test('need the experimental channel', async () => {
      const { answers } = await run(retried().app, [plain('retried.test/flaky/2'), plain('default.test/flaky/2')], { channel: 'experimental' });
      for (const answer of answers) expect(answer).toReach('web');
    });

    test('broken: without them, the failure arrives', async () => {
      const broken = retried();
      partOf(broken.routes['retried.test'], 'HTTPRoute').addJsonPatch(JsonPatch.remove('/spec/rules/0/retry'));
      const { answers: [answer] } = await run(broken.app, [plain('retried.test/flaky/2')], { channel: 'experimental' });
      expect(answer).toReach('web', { status: 503 });
    });
  });
});

describeMesh('ingress by the Gateway API: several routes', () => {
  const declared = () => {
    const made = declare({ 'shop.test': { rules: [{ matches: [{ path: PathMatch.prefix('/a') }], action: forward('next') }, { action: forward('web') }] } });
    const other = new Chart(made.app, 'other', { namespace: 'other' });
    return { ...made, team: new IngressRoute(other, 'team', { gateway: made.gateway, hosts: ['shop.test'], rules: [{ matches: [{ path: PathMatch.prefix('/a/far') }], action: forward('far', 'other') }] }) };
  };
  const steps = [plain('shop.test/a/far/x'), plain('shop.test/a/x'), plain('shop.test/x')];

  test('the most specific path decides, whichever route has it', async () => {
    const { answers } = await run(declared().app, steps);
    expect(answers.map(({ server }) => server?.server)).toEqual(['far', 'next', 'web']);
  });

  test('broken: a namespace that the listener does not name binds no route', async () => {
    const broken = declared();
    broken.gateway.gateway.addJsonPatch(JsonPatch.replace('/spec/listeners/0/allowedRoutes/namespaces/selector/matchExpressions/0/values', ['shop']));
    const { answers: [answer] } = await run(broken.app, steps);
    expect(answer).toReach('next');
  });
});

describeMesh('ingress by the Gateway API: listeners', () => {
  test('clear text is redirected', async () => {
    const { app } = declare({ 'shop.test': {} }, [https()]);
    const { answers: [served, redirected, port] } = await run(app, [secure('shop.test/x'), plain('shop.test/x?n=1'), plain('shop.test/x', { headers: { host: 'shop.test:8080' } })]);
    expect(served).toReach('web');
    expect([redirected.status, redirected.headers?.Location]).toEqual([301, ['https://shop.test/x?n=1']]);
    expect([port.status, port.headers?.Location]).toEqual([301, ['https://shop.test/x']]);
  });

  test('broken: without a host name, a redirect keeps the port of the client', async () => {
    const broken = declare({ 'shop.test': {} }, [https()]);
    broken.routes['shop.test'].routeObjects[1].addJsonPatch(JsonPatch.remove('/spec/rules/0/filters/0/requestRedirect/hostname'));
    const { answers: [answer] } = await run(broken.app, [plain('shop.test/x', { headers: { host: 'shop.test:8080' } })]);
    expect(answer.headers?.Location).toEqual(['https://shop.test:8080/x']);
  });

  test('broken: without a section, a route serves clear text, too', async () => {
    const { app, routes } = declare({ 'shop.test': {} }, [https()]);
    routes['shop.test'].routeObjects[0].addJsonPatch(JsonPatch.remove('/spec/parentRefs/0/sectionName'));
    const { answers: [answer] } = await run(app, [plain('shop.test/x')]);
    expect(answer).toReach('web');
  });

  test('clear text is served, or not listened for', async () => {
    const [serving, closed] = await Promise.all([PlainHttp.serve(), PlainHttp.closed()].map(plainHttp => run(declare({ 'shop.test': {} }, [https(plainHttp)]).app, [plain('shop.test/x')])));
    expect(serving.answers[0]).toReach('web');
    expect(closed.answers[0]).toFail({ error: /refused/ });
  });

  test('a redirect spares paths, also those that are expressions, and what came by HTTPS', async () => {
    const rules = [
      { matches: [{ path: PathMatch.exact('/Health', { ignoreCase: true }) }], action: forward('next') },
      { matches: [{ path: PathMatch.prefix('/a') }], action: forward('next') },
      { action: forward('web') },
    ];
    const spared = https(PlainHttp.redirect({ exemptPaths: [PathMatch.exact('/health'), PathMatch.prefix('/open')], numTrustedProxies: 1 }));
    const { app } = declare({ 'shop.test': { rules } }, [spared]);
    const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.1' };
    const { answers } = await run(app, [plain('shop.test/health'), plain('shop.test/open/x'), plain('shop.test/a'), plain('shop.test/a', { headers }), plain('shop.test/x', { headers }), secure('shop.test/a')], {
      meshConfig: 'defaultConfig: {gatewayTopology: {numTrustedProxies: 1}}',
    });
    expect(answers.map(({ status, server }) => server?.server ?? status)).toEqual(['next', 'web', 301, 'next', 'web', 'next']);
  });

  describe('a client that reuses its connection', () => {
    const again = get('https://blog.test/', { from: 'outside', connect: 'ingress:443', insecure: true, http2: true, before: 'https://shop.test/' });
    const declared = (listeners: IngressListener[]) => declare({ 'shop.test': {}, 'blog.test': {} }, listeners);

    test('gets the other hosts of a wildcard', async () => {
      const { answers: [answer] } = await run(declared([https(PlainHttp.closed(), ['*.test'])]).app, [again]);
      expect(answer).toReach('web');
    });

    test('broken: a listener for each host of a certificate leads to 404', async () => {
      const broken = declared([https(PlainHttp.closed()), IngressListener.https({ hosts: ['blog.test'], credentialName: 'other-cert', plainHttp: PlainHttp.closed() })]);
      broken.gateway.gateway.addJsonPatch(JsonPatch.replace('/spec/listeners/1/tls/certificateRefs/0/name', 'shop-cert'));
      const { answers: [answer] } = await run(broken.app, [again]);
      expect(answer).toFail({ status: 404, at: 'ingress', flags: 'NR' });
    });
  });

  describe('client certificates', () => {
    const listener = IngressListener.https({ hosts: ['shop.test'], credentialName: 'both-cert', clients: ClientCertificates.required(), cipherSuites: ['ECDHE-ECDSA-AES256-GCM-SHA384'] });
    const fixtures = [certificate('both-cert', 'shop.test', { 'ca.crt': '${ca:client}' })];

    test('are required', async () => {
      const { answers: [known, unknown] } = await run(declare({ 'shop.test': {} }, [listener]).app, [secure('shop.test/', { cert: 'client', tlsMax: '1.2' }), secure('shop.test/', { name: 'without' })], { fixtures });
      expect(known).toReach('web');
      expect(unknown).toFail({ error: /certificate/ });
    });

    test('broken: without the option, nobody asks for them', async () => {
      const broken = declare({ 'shop.test': {} }, [listener]);
      broken.gateway.gateway.addJsonPatch(JsonPatch.remove('/spec/listeners/0/tls/options/gateway.istio.io~1tls-terminate-mode'));
      const { answers: [answer] } = await run(broken.app, [secure('shop.test/')], { fixtures });
      expect(answer).toReach('web');
    });
  });

  describe('what the gateway does not read', () => {
    const opaque = [
      sidecar('vault', { namespace: 'shop', service: 'vault', ports: [{ name: 'tls', port: 8443, serve: 'https', certHost: 'vault.test' }], noProxy: true }),
      sidecar('db', { namespace: 'other', service: 'db', ports: [{ name: 'tcp', port: 5432, serve: 'tcp' }], noProxy: true }),
      managedGateway({ name: 'ingress', gateway: 'public', namespace: 'istio-ingress', ports: { 443: 443, 5432: 5432 } }),
    ];
    const declared = () => declare({
      'vault.test': { rules: undefined, destinations: [Destination.service('vault', { port: 8443 })] },
      'db.test': { hosts: undefined, rules: undefined, tcpPort: 5432, destinations: [Destination.service('db', { port: 5432, namespace: 'other' })] },
    }, [IngressListener.tlsPassthrough({ hosts: ['vault.test'] }), IngressListener.tcp({ port: 5432 })]);
    const steps = [get('https://vault.test/', { from: 'outside', connect: 'ingress:443', insecure: true }), say('tcp://db.test:5432', { from: 'outside', connect: 'ingress:5432' }), get('https://other.test/', { from: 'outside', connect: 'ingress:443', insecure: true })];

    test('is passed on, by server name or port', async () => {
      const { answers: [tls, tcp, other] } = await runMesh({ manifests: declared().app, workloads: opaque, steps });
      expect(tls).toReach('vault');
      expect(tcp).toReach('db');
      expect(other).toFail({ error: /./ });
    });

    test('broken: without the grant, TCP leads nowhere', async () => {
      const broken = declared();
      partOf(broken.routes['db.test'], 'ReferenceGrant').addJsonPatch(JsonPatch.replace('/spec/from/0/kind', 'HTTPRoute'));
      const { answers: [, tcp] } = await runMesh({ manifests: broken.app, workloads: opaque, steps });
      expect(tcp).toFail({ error: /./ });
    });
  });
});

describeMesh('ingress by the Gateway API: access', () => {
  const guarded = { access: [Access.ipBlocks(['203.0.113.0/24'])], openPaths: ['/health'] };
  const declared = () => declare({ 'shop.test': guarded, 'blog.test': {} });
  const steps = [plain('shop.test/x'), plain('shop.test/x', { name: 'port', headers: { host: 'shop.test:8080' } }), plain('shop.test/health'), plain('blog.test/x')];

  test('is checked at the gateway, for the hosts of the route', async () => {
    const { answers: [closed, port, open, other] } = await run(declared().app, steps);
    for (const answer of [closed, port]) expect(answer).toFail({ status: 403, at: 'ingress' });
    for (const answer of [open, other]) expect(answer).toReach('web');
  });

  test('broken: a policy in the namespace of the route guards nothing', async () => {
    const broken = declared();
    const [policy] = broken.routes['shop.test'].accessObjects;
    policy.addJsonPatch(JsonPatch.replace('/metadata/namespace', 'shop'));
    const { answers: [answer] } = await run(broken.app, steps);
    expect(answer).toReach('web');
  });

  describe('what is denied', () => {
    const denied = { deny: [{ methods: ['DELETE'] }, { methods: ['POST'], headers: [HeaderMatch.prefix('x-debug', 'on')] }], access: [Access.ipBlocks(['0.0.0.0/0'])], openPaths: ['/health'] };
    const declaredSo = () => declare({ 'shop.test': denied, 'blog.test': {} });
    const debug = { 'x-debug': 'only' };
    const closed = [
      plain('shop.test/x', { method: 'DELETE' }), plain('shop.test/health', { method: 'DELETE', headers: { host: 'SHOP.test:8080' } }), plain('shop.test/y', { method: 'POST', headers: debug }),
    ];
    const open = [plain('shop.test/a'), plain('shop.test/b', { method: 'POST' }), plain('shop.test/c', { headers: debug }), plain('blog.test/x', { method: 'DELETE' })];

    test('gets 403, whoever sends it and wherever', async () => {
      const { answers } = await run(declaredSo().app, [...closed, ...open]);
      for (const answer of answers.slice(0, 3)) expect(answer).toFail({ status: 403, at: 'ingress', details: /rbac_access_denied/ });
      for (const answer of answers.slice(3)) expect(answer).toReach('web');
    });

    test('broken: for another host, nothing is', async () => {
      const broken = declaredSo();
      broken.routes['shop.test'].accessObjects[1].addJsonPatch(JsonPatch.replace('/spec/rules/0/to/0/operation/hosts', ['other.test']));
      const { answers: [answer] } = await run(broken.app, closed.slice(0, 1));
      expect(answer).toReach('web');
    });
  });

  describe('clients by the names in their certificates', () => {
    const listener = IngressListener.https({ hosts: ['shop.test'], credentialName: 'both-cert', clients: ClientCertificates.required() });
    const fixtures = [certificate('both-cert', 'shop.test', { 'ca.crt': '${ca:client}' })];
    const declaredSo = () => declare({ 'shop.test': { access: [Access.mtls(['spiffe://partner/shop', 'spiffe://partner/ns/a/sa/b'])], openPaths: ['/health'] } }, [listener]);
    const by = (path: string, ...names: string[]) => secure(`shop.test${path}`, { cert: 'client', names, name: `${path} ${names}` });
    const fits = [['spiffe://partner/shop'], ['spiffe://partner/ns/a/sa/b'], ['x.test', 'spiffe://partner/shop', 'y.test'], ['spiffe://other/x', 'spiffe://partner/shop']];
    const misfits = [['x.test'], ['partner/shop'], ['spiffe://partner/shop/x'], ['spiffe://partner/sho'], ['spiffe://Partner/shop'], ['https://partner/shop']];

    test('are admitted if they carry one', async () => {
      const { answers } = await run(declaredSo().app, [...fits.map(names => by('/x', ...names)), by('/health', 'x.test'), ...misfits.map(names => by('/x', ...names))], { fixtures });
      expect(answers.map(({ status }) => status)).toEqual([...fits.map(() => 200), 200, ...misfits.map(() => 403)]);
    });

    test('broken: without the policy, any certificate will do', async () => {
      const broken = declaredSo();
      broken.routes['shop.test'].accessObjects[0].addJsonPatch(JsonPatch.replace('/metadata/namespace', 'shop'));
      const { answers: [answer] } = await run(broken.app, [by('/x', 'x.test')], { fixtures });
      expect(answer).toReach('web');
    });
  });

  describe('a wildcard that is a listener', () => {
    const listeners = [
      ...['*.a.test', 'own.a.test'].map(host => IngressListener.https({ hosts: [host], credentialName: `${host.replace('*', 'wild')}-cert`, plainHttp: PlainHttp.closed() })),
      https(PlainHttp.closed()),
    ];
    const fixtures = [certificate('wild.a.test-cert', '*.a.test'), certificate('own.a.test-cert', 'own.a.test')];
    const declaredSo = () => declare({ '*.a.test': { access: guarded.access, openPaths: ['/health'] }, 'open.a.test': {}, 'own.a.test': {}, 'shop.test': {} }, listeners);
    const to = (sni: string, host = sni, path = '/x') => secure(`${sni}${path}`, { sni: sni.toLowerCase(), headers: { host }, name: `${sni} ${host} ${path}` });
    const closed = [
      to('x.a.test'), to('X.A.test'), ...['x.a.test:443', 'x.a.test:81', 'X.A.TEST:8443', 'x.a.test:', 'x.a.test:x', 'y.a.test:99999'].map(host => to('x.a.test', host)), to('open.a.test', 'x.a.test:81'),
    ];
    const open = [to('x.a.test', 'x.a.test', '/health'), to('open.a.test'), to('open.a.test', 'open.a.test:81'), to('x.a.test', 'open.a.test:81'), to('own.a.test'), to('own.a.test', 'own.a.test:81'), to('shop.test')];

    test('is closed under every port of the Host header, and no host with a route of its own is', async () => {
      const { answers } = await run(declaredSo().app, [...closed, ...open], { fixtures });
      expect(answers.map(({ status }) => status)).toEqual([...closed.map(() => 403), ...open.map(() => 200)]);
    });

    test('broken: told by its hosts, another port opens it', async () => {
      const broken = declaredSo();
      broken.routes['*.a.test'].accessObjects[0].addJsonPatch(JsonPatch.add('/spec/rules/0/to/0/operation/hosts', ['*.a.test', '*.a.test:443']));
      const { answers: [named, other] } = await run(broken.app, [to('x.a.test'), to('x.a.test', 'x.a.test:81')], { fixtures });
      expect(named).toFail({ status: 403, at: 'ingress' });
      expect(other).toReach('web');
    });

    test('broken: without the exception, the policy closes the listener below it', async () => {
      const broken = declaredSo();
      broken.routes['*.a.test'].accessObjects[0].addJsonPatch(JsonPatch.remove('/spec/rules/0/when/0/notValues'));
      broken.routes['*.a.test'].accessObjects[0].addJsonPatch(JsonPatch.remove('/spec/rules/0/to/0/operation/notHosts'));
      const { answers } = await run(broken.app, [to('own.a.test'), to('open.a.test')], { fixtures });
      for (const answer of answers) expect(answer).toFail({ status: 403, at: 'ingress' });
    });
  });

  test('requests are logged as GatewayTelemetry says', async () => {
    const { app } = declare({ 'shop.test': {} });
    new GatewayTelemetry(new Chart(app, 'telemetry', { namespace: 'istio-ingress' }), 'telemetry', { workload: GatewayWorkload.gatewayApi('public', { namespace: 'istio-ingress' }), accessLogging: AccessLogging.off() });
    const { answers: [answer] } = await run(app, [plain('shop.test/x')]);
    expect(answer.hops.filter(({ proxy }) => proxy === 'ingress')).toEqual([]);
  });
});

describeMesh('ingress by the Gateway API: hosts outside', () => {
  const declared = () => {
    const made = declare({});
    const assets = new ExternalService(made.shop, 'assets', { hosts: ['assets.test'], ports: [ExternalPort.httpToHttps()] });
    const route = new IngressRoute(made.shop, 'route', { gateway: made.gateway, hosts: ['shop.test'], rules: [{ action: RouteAction.forward(Destination.external(assets)) }] });
    return { ...made, route };
  };
  const more = { externals: [external('assets.test', { https: 443 })] };

  test('get their own name, and no headers of the mesh', async () => {
    const { answers: [answer] } = await run(declared().app, [plain('shop.test/x')], more);
    expect(answer).toReach('assets.test', { sni: 'assets.test', without: ['x-forwarded-for', 'x-request-id'] });
  });

  test('broken: without the rewrite, they get the name that the client called', async () => {
    const broken = declared();
    const rewrite = 1;
    partOf(broken.route, 'HTTPRoute').addJsonPatch(JsonPatch.remove(`/spec/rules/0/filters/${rewrite}`));
    const { answers: [answer] } = await run(broken.app, [plain('shop.test/x')], more);
    expect(answer).toFail({ status: 503 });
  });
});

function partOf(route: IngressRoute, kind: string): ApiObject {
  return route.parts.find(part => part.kind === kind)!;
}
