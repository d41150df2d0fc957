import { App, Chart, Duration, JsonPatch } from 'cdk8s';
import { enter, entrance, forward } from './entering';
import { Outcome, describeMesh, ingressGateway, runMesh, service } from './mesh';
import { Destination, IngressDelegate, IngressRoute, IngressRule, PathMatch, PathRewrite, RouteAction } from '../../src';

const workloads = [
  service('web', { namespace: 'shop', http: 8080 }), ...['api', 'next'].map(name => service(name, { namespace: 'team', http: 8080 })), ingressGateway(),
];
const team = (name: string) => RouteAction.forward(Destination.service(name, { port: 8080, namespace: 'team' }));

/** The shop has a host, and a team the part of it under /api. */
function declare() {
  const { app, shop, gateway } = entrance();
  const delegate = new IngressDelegate(new Chart(app, 'team', { namespace: 'team' }), 'delegate', {
    routeNamespace: 'shop',
    prefixes: ['/api'],
    rules: [{ matches: [{ path: PathMatch.prefix('/api/v2') }], action: team('next') }, { matches: [{ path: PathMatch.prefix('/api'), methods: ['GET'] }], action: team('api') }],
  });
  const route = new IngressRoute(shop, 'route', {
    gateway, hosts: ['shop.test'], rules: [{ matches: [{ path: PathMatch.prefix('/api') }], action: RouteAction.delegate(delegate) }, { action: forward('web') }],
  });
  return { app, delegate, route };
}

const run = async ({ app }: ReturnType<typeof declare>): Promise<Outcome['named']> => (await runMesh({
  manifests: app,
  workloads,
  steps: [...['/api/v2/x', '/api', '/api/x', '/apix', '/admin'].map(path => enter(`http://shop.test${path}`, { name: path })), enter('http://shop.test/api/x', { name: 'put', method: 'PUT' })],
})).named;

describeMesh('ingress: delegates', () => {
  describe('a part of a host that belongs to a team', () => {
    test('is routed by the rules of the team, and the rest by those of the host', async () => {
      const answers = await run(declare());
      expect(answers['/api/v2/x']).toReach('next');
      for (const path of ['/api', '/api/x']) expect(answers[path]).toReach('api');
      for (const path of ['/apix', '/admin']) expect(answers[path]).toReach('web');
    });

    test('answers 404 to requests that the team\'s rules do not match', async () => {
      expect((await run(declare())).put).toFail({ status: 404, at: 'ingress' });
    });

    test('answers 404 while the team\'s rules are not visible', async () => {
      const hidden = declare();
      hidden.delegate.virtualService.addJsonPatch(JsonPatch.replace('/spec/exportTo/0', '.'));
      const answers = await run(hidden);
      expect(answers['/api/x']).toFail({ status: 404, at: 'ingress' });
      expect(answers['/admin']).toReach('web');
    });

    test('broken: without the 404 after it, requests fall through to the next rule', async () => {
      const broken = declare();
      broken.delegate.virtualService.addJsonPatch(JsonPatch.replace('/spec/exportTo/0', '.'));
      broken.route.virtualService!.addJsonPatch(JsonPatch.remove('/spec/http/1'));
      expect((await run(broken))['/api/x']).toReach('web');
    });

    test('broken: a rule of the team that reaches beyond its part is dropped', async () => {
      const broken = declare();
      broken.delegate.virtualService.addJsonPatch(JsonPatch.replace('/spec/http/1/match', [{ uri: { prefix: '/' } }]));
      const answers = await run(broken);
      expect(answers['/api/x']).toFail({ status: 404, at: 'ingress' });
      expect(answers['/admin']).toReach('web');
    });
  });

  describe('options of the route beside a delegate', () => {
    const aside: Partial<IngressRule> = {
      timeout: Duration.millis(500),
      retries: { attempts: 2, retryOn: ['503'] },
      rewrite: { path: PathRewrite.prefix('/'), authority: 'inner.test' },
      requestHeaders: { set: { 'x-route': 'yes' } },
      responseHeaders: { set: { 'x-back': 'yes' } },
      mirror: { destination: Destination.service('copy', { port: 8080 }) },
    };

    /** The rules of the team say something themselves under /api/own, and nothing elsewhere. */
    function besides(more: Partial<IngressRule> = aside) {
      const { app, shop, gateway } = entrance();
      const own: IngressRule = { matches: [{ path: PathMatch.prefix('/api/own') }], action: team('api'), timeout: Duration.seconds(9), rewrite: { authority: 'own.test' }, responseHeaders: { set: { 'x-own': 'yes' } } };
      const delegate = new IngressDelegate(new Chart(app, 'team', { namespace: 'team' }), 'delegate', { routeNamespace: 'shop', prefixes: ['/api'], rules: [own, { action: team('next') }] });
      const route = new IngressRoute(shop, 'route', { gateway, hosts: ['shop.test'], rules: [{ ...more, matches: [{ path: PathMatch.prefix('/api') }], action: RouteAction.delegate(delegate) }] });
      return { app, route, delegate };
    }
    const ask = async ({ app }: { readonly app: App }, ...paths: string[]) => (await runMesh({
      manifests: app, workloads: [...workloads, service('copy', { namespace: 'shop', http: 8080 })], steps: paths.map(path => enter(`http://shop.test${path}`, { name: path })),
    })).answers;

    test('apply to rules that do not set them', async () => {
      const [plain, slow, failing, ...more] = await ask(besides(), '/api/x', '/api/delay/2s', '/api/status/503', '/api/y', '/api/z');
      expect(plain).toReach('next', { path: '/x', host: 'inner.test', headers: { 'x-route': 'yes' } });
      expect(plain.headers).toMatchObject({ 'X-Back': ['yes'] });
      // a copy is sent without a look at whether it arrives, and on a busy machine one may not
      expect([plain, ...more].flatMap(({ hops }) => hops.map(({ proxy }) => proxy))).toContain('copy');
      expect(slow).toFail({ status: 504, at: 'ingress' });
      expect(failing.hops.filter(({ proxy }) => proxy === 'next')).toHaveLength(3);
    });

    test('do not change what a rule sets itself', async () => {
      const [own, slow] = await ask(besides(), '/api/own', '/api/own/delay/1s');
      expect(own).toReach('api', { path: '/api/own', host: 'own.test', without: ['x-route'] });
      expect(own.headers).toMatchObject({ 'X-Own': ['yes'] });
      expect(own.headers).not.toHaveProperty('X-Back');
      expect(slow).toReach('api');
    });

    test('may include a fault', async () => {
      const [one, other] = await ask(besides({ fault: { abort: { percent: 100, status: 418 } } }), '/api/x', '/api/own');
      for (const answer of [one, other]) expect(answer).toFail({ status: 418, at: 'ingress' });
    });

    test('broken: without the rewrite, the team sees the path of the route', async () => {
      const broken = besides();
      broken.route.virtualService!.addJsonPatch(JsonPatch.remove('/spec/http/0/rewrite'));
      const [answer] = await ask(broken, '/api/x');
      expect(answer).toReach('next', { path: '/api/x', host: 'shop.test' });
    });

    test('broken: `cors` of a rule for one method answers no preflight', async () => {
      const broken = besides({ timeout: Duration.seconds(9) });
      broken.route.virtualService!.addJsonPatch(JsonPatch.add('/spec/http/0/corsPolicy', { allowOrigins: [{ exact: 'https://a.test' }], allowMethods: ['GET'] }));
      for (const i of [0, 1]) broken.delegate.virtualService.addJsonPatch(JsonPatch.add(`/spec/http/${i}/match`, [{ method: { exact: 'GET' }, uri: { prefix: i === 0 ? '/api/own' : '/api/' } }]));
      const preflight = enter('http://shop.test/api/x', { method: 'OPTIONS', headers: { 'origin': 'https://a.test', 'access-control-request-method': 'GET' } });
      const { answers: [answer] } = await runMesh({ manifests: broken.app, workloads: [...workloads], steps: [preflight] });
      expect(answer).toFail({ status: 404, at: 'ingress' });
    });
  });
});
