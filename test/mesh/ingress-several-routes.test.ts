import { Chart, JsonPatch } from 'cdk8s';
import { enter, entrance, forward } from './entering';
import { describeMesh, ingressGateway, runMesh, service } from './mesh';
import { IngressRoute, PathMatch, RouteAction, Destination } from '../../src';

const workloads = [
  service('web', { namespace: 'shop', http: 8080 }), service('api', { namespace: 'shop', http: 8080 }), service('next', { namespace: 'team', http: 8080 }), ingressGateway(),
];
const paths = { '/api/v2/x': 'next', '/api/x': 'api', '/api': 'api', '/catalog/x': 'next', '/x': 'web' };

/** The shop's route and that of a team for the same host. Istio goes through objects of one age by their names. */
function declare(shopName: string, teamName: string) {
  const { app, shop, gateway } = entrance();
  const team = new Chart(app, 'team', { namespace: 'team' });
  const hosts = ['shop.test'];
  const ofShop = new IngressRoute(shop, 'route', {
    gateway, hosts, metadata: { name: shopName }, rules: [{ matches: [{ path: PathMatch.prefix('/api') }], action: forward('api') }, { action: forward('web') }],
  });
  const next = RouteAction.forward(Destination.service('next', { port: 8080 }));
  new IngressRoute(team, 'route', { gateway, hosts, metadata: { name: teamName }, rules: ['/api/v2', '/catalog'].map(path => ({ matches: [{ path: PathMatch.prefix(path) }], action: next })) });
  return { app, ofShop };
}

const run = async ({ app }: ReturnType<typeof declare>) => {
  const { named } = await runMesh({ manifests: app, workloads, steps: Object.keys(paths).map(path => enter(`http://shop.test${path}`, { name: path })) });
  return named;
};

describeMesh('ingress: several routes', () => {
  describe('two routes of one host', () => {
    test.each([['the wider one first', 'a', 'b'], ['the narrower one first', 'b', 'a']])('the most specific path decides, with %s', async (_, shop, team) => {
      const answers = await run(declare(shop, team));
      for (const [path, name] of Object.entries(paths)) expect(answers[path]).toReach(name);
    });

    test('broken: without the narrower rule before it, the wider one takes everything if its object comes first', async () => {
      const broken = declare('a', 'b');
      broken.ofShop.virtualService!.addJsonPatch(JsonPatch.remove('/spec/http/0'));
      const answers = await run(broken);
      expect(answers['/api/v2/x']).toReach('api');
      expect(answers['/catalog/x']).toReach('next');
    });
  });
});
