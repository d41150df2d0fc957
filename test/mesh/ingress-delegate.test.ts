import { Chart, JsonPatch } from 'cdk8s';
import { enter, entrance, forward } from './entering';
import { Outcome, describeMesh, ingressGateway, runMesh, service } from './mesh';
import { Destination, IngressDelegate, IngressRoute, PathMatch, RouteAction } from '../../src';

const workloads = [
  service('web', { namespace: 'shop', http: 8080 }), ...['api', 'next'].map(name => service(name, { namespace: 'team', http: 8080 })), ingressGateway(),
];
const team = (name: string) => RouteAction.forward(Destination.service(name, { port: 8080, namespace: 'team' }));

/** The shop has a host, and a team the part of it under /api. */
function declare() {
  const { app, shop, gateway } = entrance();
  const delegate = new IngressDelegate(new Chart(app, 'team', { namespace: 'team' }), 'delegate', {
    rootNamespace: 'shop',
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
  describe('a part of a host that a team has', () => {
    test('is routed by the rules of the team, and the rest by those of the host', async () => {
      const answers = await run(declare());
      expect(answers['/api/v2/x']).toReach('next');
      for (const path of ['/api', '/api/x']) expect(answers[path]).toReach('api');
      for (const path of ['/apix', '/admin']) expect(answers[path]).toReach('web');
    });

    test('answers 404 to what the team does not take', async () => {
      expect((await run(declare())).put).toFail({ status: 404, at: 'ingress' });
    });

    test('answers 404 while the rules of the team are not to be seen', async () => {
      const hidden = declare();
      hidden.delegate.virtualService.addJsonPatch(JsonPatch.replace('/spec/exportTo/0', '.'));
      const answers = await run(hidden);
      expect(answers['/api/x']).toFail({ status: 404, at: 'ingress' });
      expect(answers['/admin']).toReach('web');
    });

    test('broken: without the 404 behind it, requests fall to the next rule', async () => {
      const broken = declare();
      broken.delegate.virtualService.addJsonPatch(JsonPatch.replace('/spec/exportTo/0', '.'));
      broken.route.virtualService.addJsonPatch(JsonPatch.remove('/spec/http/1'));
      expect((await run(broken))['/api/x']).toReach('web');
    });

    test('broken: a rule of the team that reaches beyond is dropped', async () => {
      const broken = declare();
      broken.delegate.virtualService.addJsonPatch(JsonPatch.replace('/spec/http/1/match', [{ uri: { prefix: '/' } }]));
      const answers = await run(broken);
      expect(answers['/api/x']).toFail({ status: 404, at: 'ingress' });
      expect(answers['/admin']).toReach('web');
    });
  });
});
