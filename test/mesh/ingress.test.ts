import { App, Chart, Duration, JsonPatch } from 'cdk8s';
import { Outcome, RequestOptions, Step, describeMesh, get, ingressGateway, runMesh, service } from './mesh';
import {
  Destination, GatewayWorkload, HeaderMatch, IngressGateway, IngressListener, IngressRoute, IngressRule, PathMatch, PlainHttp, QueryParamMatch,
  RouteAction, RouteMatch, StringMatch,
} from '../../src';

const workloads = [
  service('web', { namespace: 'shop', http: 8080 }),
  service('next', { namespace: 'shop', http: 8080 }),
  service('intruder', { namespace: 'other', http: 8080 }),
  ingressGateway(),
];

const forward = (name: string) => RouteAction.forward(Destination.service(name, { port: 8080 }));

interface Declared { readonly app: App; readonly gateway: IngressGateway; readonly route: IngressRoute }

/** The shop's gateway and route in the namespace of the application; the pods of the gateway run in another. */
function declare(listeners: IngressListener[], rules: IngressRule[] = [{ action: forward('web') }], hosts = ['shop.test']): Declared {
  const app = new App();
  const shop = new Chart(app, 'shop', { namespace: 'shop' });
  const workload = GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' });
  const gateway = new IngressGateway(shop, 'gateway', { workload, listeners });
  return { app, gateway, route: new IngressRoute(shop, 'route', { gateway, hosts, rules }) };
}

function run({ app }: Declared, steps: Step[], fixtures: object[] = []) {
  return runMesh({ manifests: app, workloads, steps, fixtures: [...fixtures, certificate('shop-cert', 'shop.test'), certificate('blog-cert', 'blog.test')] });
}

function certificate(name: string, host: string): object {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'istio-ingress' }, data: { 'tls.crt': `\${cert:ingress:${host}}`, 'tls.key': `\${key:ingress:${host}}` } };
}

const plain = (path: string, more: Partial<RequestOptions> = {}) => get(`http://shop.test${path}`, { from: 'outside', connect: 'ingress:80', ...more });
type Sent = (host: string) => Step;
const sent = (path: string, more: Partial<RequestOptions> = {}): Sent => host => get(`http://${host}${path}`, { from: 'outside', connect: 'ingress:80', ...more });
const secure = (url: string) => get(url, { from: 'outside', connect: 'ingress:443', trustCA: 'ingress' });
const http = [IngressListener.http({ hosts: ['shop.test'] })];
const https = (plainHttp?: PlainHttp) => [IngressListener.https({ hosts: ['shop.test'], credentialName: 'shop-cert', plainHttp })];

describeMesh('ingress: routes', () => {
  describe('matches', () => {
    // each case has a host of its own, so that one mesh serves them all
    const cases: [string, RouteMatch, Sent, Sent][] = [
      ['an exact path', { path: PathMatch.exact('/a') }, sent('/a?x=1'), sent('/a/')],
      ['a prefix by segments', { path: PathMatch.prefix('/a') }, sent('/a/b'), sent('/ab')],
      ['a prefix by segments, the path itself', { path: PathMatch.prefix('/a/') }, sent('/a'), sent('/b/a')],
      ['a prefix by characters', { path: PathMatch.rawPrefix('/a') }, sent('/ab'), sent('/b')],
      ['the root', { path: PathMatch.prefix('/'), methods: ['GET'] }, sent('/any'), sent('/any', { method: 'POST' })],
      ['a regular expression', { path: PathMatch.regex('/v[0-9]+/.*') }, sent('/v12/x'), sent('/w/v1/x')],
      ['a header', { headers: [HeaderMatch.exact('x-Canary', 'yes')] }, sent('/', { headers: { 'x-canary': 'yes' } }), sent('/', { headers: { 'x-canary': 'YES' } })],
      ['a prefix of a header', { headers: [HeaderMatch.prefix('x-canary', 'y')] }, sent('/', { headers: { 'x-canary': 'yes' } }), sent('/', { headers: { 'x-canary': 'no' } })],
      ['a header by regular expression', { headers: [HeaderMatch.regex('x-canary', 'y.s')] }, sent('/', { headers: { 'x-canary': 'yes' } }), sent('/', { headers: { 'x-canary': 'yesyes' } })],
      ['a header that is present', { headers: [HeaderMatch.present('x-canary')] }, sent('/', { headers: { 'x-canary': 'x' } }), sent('/')],
      ['a header that is absent', { headers: [HeaderMatch.absent('x-canary')] }, sent('/'), sent('/', { headers: { 'x-canary': 'x' } })],
      ['a query parameter', { queryParams: [QueryParamMatch.exact('beta', '1')] }, sent('/?a=2&beta=1'), sent('/?beta=12')],
      ['a prefix of a query parameter', { queryParams: [QueryParamMatch.prefix('beta', '1')] }, sent('/?beta=12'), sent('/?beta=2')],
      ['a query parameter by regular expression', { queryParams: [QueryParamMatch.regex('beta', '[0-9]+')] }, sent('/?beta=12'), sent('/?beta=x')],
      ['a method', { methods: ['PUT'] }, sent('/', { method: 'PUT' }), sent('/')],
      ['one of several methods', { methods: ['PUT', 'PATCH'] }, sent('/', { method: 'PATCH' }), sent('/', { method: 'POST' })],
      ['a Host header, with or without its port', { authority: StringMatch.exact('case16.test') }, sent('/', { headers: { host: 'case16.test:80' } }), sent('/', { headers: { host: 'case16.test:x' } })],
      ['all conditions at once', { path: PathMatch.prefix('/a'), methods: ['GET'] }, sent('/a'), sent('/a', { method: 'POST' })],
      ['a value that YAML reads as a boolean', { headers: [HeaderMatch.exact('x-canary', 'on')] }, sent('/', { headers: { 'x-canary': 'on' } }), sent('/', { headers: { 'x-canary': 'true' } })],
    ];

    let outcome: Outcome;
    beforeAll(async () => {
      const app = new App();
      const shop = new Chart(app, 'shop', { namespace: 'shop' });
      const gateway = new IngressGateway(shop, 'gateway', { workload: GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' }) });
      cases.forEach(([, match], i) => new IngressRoute(shop, `route-${i}`, { gateway, hosts: [`case${i}.test`], rules: [{ matches: [match], action: forward('web') }] }));
      outcome = await runMesh({ manifests: app, workloads, steps: cases.flatMap(([, , fits, misses], i) => [fits(`case${i}.test`), misses(`case${i}.test`)]) });
    });

    test.each(cases.map(([name], i) => [name, i] as const))('%s', (_, i) => {
      expect(outcome.answers[2 * i]).toReach('web');
      expect(outcome.answers[2 * i + 1]).toFail({ status: 404, at: 'ingress', flags: 'NR' });
    });

    test('the first matching rule decides', async () => {
      const rules = [{ matches: [{ path: PathMatch.prefix('/a') }], action: forward('next') }, { action: forward('web') }];
      const { answers: [a, rest] } = await run(declare(http, rules), [plain('/a/b'), plain('/b')]);
      expect(a).toReach('next');
      expect(rest).toReach('web');
    });
  });

  describe('actions', () => {
    test('a split distributes requests by weight', async () => {
      const split = RouteAction.split([Destination.service('web', { port: 8080 }).weighted(1), Destination.service('next', { port: 8080 }).weighted(1)]);
      const { answers } = await run(declare(http, [{ action: split }]), Array.from({ length: 40 }, () => plain('/')));
      expect(new Set(answers.map(a => a.server?.server))).toEqual(new Set(['web', 'next']));
    });

    test('a share of 0 gets nothing', async () => {
      const split = RouteAction.split([Destination.service('web', { port: 8080 }).weighted(0), Destination.service('next', { port: 8080 }).weighted(1)]);
      const { answers } = await run(declare(http, [{ action: split }]), Array.from({ length: 20 }, () => plain('/')));
      for (const answer of answers) expect(answer).toReach('next');
    });

    test('a redirect', async () => {
      const { answers: [answer] } = await run(declare(http, [{ action: RouteAction.redirect({ authority: 'new.test', path: '/moved', status: 308 }) }]), [plain('/x')]);
      expect([answer.status, answer.headers?.Location]).toEqual([308, ['http://new.test/moved']]);
    });

    test('a response from the gateway itself', async () => {
      const { answers: [answer] } = await run(declare(http, [{ action: RouteAction.respond(503, 'closed today') }]), [plain('/x')]);
      expect([answer.status, answer.body]).toEqual([503, 'closed today']);
    });

    test('a timeout', async () => {
      const { answers: [answer] } = await run(declare(http, [{ action: forward('web'), timeout: Duration.millis(200) }]), [plain('/delay/2s')]);
      expect(answer).toFail({ status: 504, at: 'ingress', flags: 'UT' });
    });

    test('broken: without its namespace, the gateway does not find a destination', async () => {
      const broken = declare(http);
      broken.route.virtualService!.addJsonPatch(JsonPatch.replace('/spec/http/0/route/0/destination/host', 'web.shop'));
      const { answers: [answer] } = await run(broken, [plain('/')]);
      expect(answer).toFail({ status: 503, at: 'ingress', flags: 'NC' });
    });
  });

  describe('visibility', () => {
    test('broken: only its own namespace sees the route', async () => {
      const broken = declare(http);
      broken.route.virtualService!.addJsonPatch(JsonPatch.replace('/spec/exportTo/0', '.'));
      const { answers: [answer] } = await run(broken, [plain('/')]);
      expect(answer).toFail({ status: 404, at: 'ingress', flags: 'NR' });
    });

    const takeover = (gateway: string) => ({
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'aaa', namespace: 'other' },
      spec: { hosts: ['shop.test'], gateways: [gateway], http: [{ match: [{ uri: { prefix: '/admin' } }], route: [{ destination: { host: 'intruder.other.svc.cluster.local', port: { number: 8080 } } }] }] },
    });

    test('another namespace cannot take over a host', async () => {
      const declared = declare(http);
      const { answers: [answer] } = await run(declared, [plain('/admin')], [takeover(declared.gateway.gatewayName)]);
      expect(answer).toReach('web');
    });

    test('broken: it can if the host is bare', async () => {
      const broken = declare(http);
      broken.gateway.gateway.addJsonPatch(JsonPatch.replace('/spec/servers/0/hosts/0', 'shop.test'));
      const { answers: [answer] } = await run(broken, [plain('/admin')], [takeover(broken.gateway.gatewayName)]);
      expect(answer).toReach('intruder');
    });

    test('a route in another namespace is admitted once it is declared', async () => {
      const app = new App();
      const platform = new Chart(app, 'platform', { namespace: 'platform' });
      const workload = GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' });
      const gateway = new IngressGateway(platform, 'gateway', { workload });
      for (const [namespace, name, host] of [['shop', 'web', 'shop.test'], ['other', 'intruder', 'other.test']]) {
        new IngressRoute(new Chart(app, namespace, { namespace }), 'route', { gateway, hosts: [host], rules: [{ action: forward(name) }] });
      }
      const { answers: [shop, other] } = await runMesh({ manifests: app, workloads, steps: [plain('/'), get('http://other.test/', { from: 'outside', connect: 'ingress:80' })] });
      expect(shop).toReach('web');
      expect(other).toReach('intruder');
    });
  });
});

describeMesh('ingress: listeners', () => {
  describe('https', () => {
    test('is terminated at the gateway, and clear text is redirected', async () => {
      const { answers: [tls, clear] } = await run(declare(https()), [secure('https://shop.test/x'), plain('/x?y=1')]);
      expect(tls).toReach('web');
      expect([clear.status, clear.headers?.Location]).toEqual([301, ['https://shop.test/x?y=1']]);
    });

    test('works beside clear text that is served', async () => {
      const { answers } = await run(declare(https(PlainHttp.serve())), [secure('https://shop.test/x'), plain('/x')]);
      for (const answer of answers) expect(answer).toReach('web');
    });

    test('works alone if clear text is closed', async () => {
      const { answers: [tls, clear] } = await run(declare(https(PlainHttp.closed())), [secure('https://shop.test/x'), plain('/x')]);
      expect(tls).toReach('web');
      expect(clear).toFail({ error: /refused|EOF|reset/ });
    });

    test('several hosts of one route are redirected each to itself', async () => {
      const listeners = [IngressListener.https({ hosts: ['shop.test'], credentialName: 'shop-cert' }), IngressListener.https({ hosts: ['blog.test'], credentialName: 'blog-cert' })];
      const { answers: [shop, blog, clear] } = await run(declare(listeners, undefined, ['shop.test', 'blog.test']), [
        secure('https://shop.test/'), secure('https://blog.test/'), get('http://blog.test:8080/x', { from: 'outside', connect: 'ingress:80' }),
      ]);
      expect(shop).toReach('web');
      expect(blog).toReach('web');
      expect(clear.headers?.Location).toEqual(['https://blog.test/x']);
    });

    test('the most specific listener decides what happens to clear text', async () => {
      const listeners = [IngressListener.http({ hosts: ['*'] }), ...https()];
      const { answers: [clear] } = await run(declare(listeners), [plain('/x')]);
      expect(clear.status).toBe(301);
    });

    test('broken: with another Secret name, the host is closed', async () => {
      const broken = declare(https());
      broken.gateway.gateway.addJsonPatch(JsonPatch.replace('/spec/servers/0/tls/credentialName', 'another'));
      const { answers: [answer] } = await runMesh({ manifests: broken.app, workloads, troubled: true, readyS: 2, steps: [secure('https://shop.test/')] });
      expect(answer).toFail({ error: /./ });
    });
  });
});
