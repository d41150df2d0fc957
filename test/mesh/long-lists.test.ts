import { App, JsonPatch } from 'cdk8s';
import { admit } from './admission';
import { enter, entrance, forward, routesFor, shopWorkloads } from './entering';
import { ask, certificate, listening, secret, send } from './listening';
import { Outcome, describeMesh, external, get, runMesh, sidecar } from './mesh';
import { run as runShop, statuses } from './shop-routes';
import { declare, part, workloads } from './world';
import { Access, Caller, ClientCertificates, Destination, IngressListener, IngressRoute, PathMatch, PathRewrite, RouteAction } from '../../src';
import { standardIngress } from '../fixtures';

const many = (count: number, name: (n: number) => string) => Array.from({ length: count }, (_, n) => name(n));

/** What the schemas and the webhook refuse; the cluster that the analyzer wants to see is not there. */
const refused = async (app: App) => (await admit([{ name: 'a long list', manifests: app }])).filter(({ level, source }) => level === 'Error' && source !== 'analyze');

describeMesh('limits: long lists', () => {
  describe('matches of a route of the Gateway API', () => {
    const declared = (count: number) => standardIngress({}, {
      hosts: ['a.test'],
      rules: [RouteAction.forward(Destination.service('web', { port: 80 })), RouteAction.redirect({ path: '/' })].map((action, i) => (
        { matches: many(i === 0 ? 64 : count - 64, n => `/${i}/${n}`).map(path => ({ path: PathMatch.exact(path) })), action }
      )),
    });
    const routesOf = ({ route }: ReturnType<typeof declared>) => route.routeObjects.map(object => (
      object.toJson().spec.rules.flatMap(({ matches }: { matches: object[] }) => matches).length
    ));

    test('128 are one HTTPRoute, more are another', async () => {
      const [one, two] = [declared(128), declared(129)];
      expect([routesOf(one), routesOf(two)]).toEqual([[128], [128, 1]]);
      for (const { app } of [one, two]) expect(await refused(app)).toEqual([]);
    });

    test('broken: the CRD refuses one more in the same HTTPRoute', async () => {
      const broken = declared(127);
      const more = ['/x', '/y'].map(value => ({ path: { type: 'Exact', value } }));
      broken.route.routeObjects[0].addJsonPatch(JsonPatch.add('/spec/rules/-', { matches: more }));
      expect(await refused(broken.app)).toEqual([expect.objectContaining({ source: 'schema', message: expect.stringContaining('less than 128') })]);
    });
  });

  describe('callers', () => {
    const callers = [
      ...many(499, n => `team-${n}`).map(name => Caller.namespace(name)), Caller.namespace('shop'),
      ...many(499, n => `job-${n}`).map(name => Caller.serviceAccount('other', name)), Caller.serviceAccount('other', 'worker'),
    ];
    const others = [sidecar('worker', { namespace: 'other' }), sidecar('first', { namespace: 'team-0' })];
    const call = (app: App): Promise<Outcome> => runMesh({
      manifests: app,
      workloads: [...workloads, ...others],
      externals: [external('api.test', { http: 80 })],
      steps: ['first', 'app', 'worker', 'stranger'].map(from => get('http://api.test/get', { from })),
    });

    test('500 namespaces and 500 service accounts call, and a stranger does not', async () => {
      const { app } = declare({}, { callers });
      const { answers } = await call(app);
      for (const answer of answers.slice(0, 3)) expect(answer).toReach('api.test', { leftBy: 'egress' });
      expect(answers[3]).toFail({ status: 403, at: 'egress' });
      expect(await refused(app)).toEqual([]);
    });

    test('broken: without the match that has the last of them, those may not call', async () => {
      const broken = declare({}, { callers });
      const leg = part(broken, 'VirtualService', 'leg-2');
      const last = leg.toJson().spec.http[0].match.length - 1;
      leg.addJsonPatch(JsonPatch.remove(`/spec/http/0/match/${last}`));
      const { answers: [first, , worker] } = await call(broken.app);
      expect(first).toReach('api.test', { leftBy: 'egress' });
      expect(worker).toFail({ status: 403, at: 'egress' });
    });
  });

  describe('names of certificates and open paths', () => {
    const names = many(60, n => `partner-${n}.example.test`);
    const paths = ['/health', ...many(80, n => `/public/page-${n}.html`)];
    const fixtures = [secret('cert', { ...certificate('a.test'), 'ca.crt': '${ca:client}' })];
    const listeners = [IngressListener.https({ hosts: ['a.test'], credentialName: 'cert', clients: ClientCertificates.optional() })];
    const at = (path: string, name?: string) => ask(`https://a.test${path}`, { cert: name ? 'client' : undefined, names: name ? [name] : undefined });

    test('60 names and 81 paths open the door, and nothing else does', async () => {
      const outcome = await runShop({ 'a.test': { access: [Access.mtls(names)], openPaths: paths } }, [
        at('/', names[0]), at('/', names[59]), at('/health'), at('/public/page-0.html'), at('/public/page-79.html?a=b'),
        at('/', 'partner-60.example.test'), at('/'), at('/public/page-80.html'), at('/public/page-7'), at('/public/'), at('/healthy'), at('/x'),
      ], { fixtures, listeners });
      expect(statuses(outcome)).toEqual([200, 200, 200, 200, 200, 403, 403, 403, 403, 403, 403, 403]);
    });

    test('broken: without the other spellings of the header, all names but the first ones are refused', async () => {
      const { app, shop, gateway } = entrance(listeners);
      const route = new IngressRoute(shop, 'route', { gateway, hosts: ['a.test'], rules: [{ action: forward('web') }], access: [Access.mtls(names)] });
      const { 'x-forwarded-client-cert': first } = route.virtualService!.toJson().spec.http[1].match[0].withoutHeaders;
      route.virtualService!.addJsonPatch(JsonPatch.replace('/spec/http/1/match/0/withoutHeaders', { 'x-forwarded-client-cert': first }));
      const outcome = await runMesh({ manifests: app, workloads: shopWorkloads, fixtures, steps: [at('/', names[0]), at('/', names[59])] });
      expect(statuses(outcome)).toEqual([200, 403]);
    });
  });

  test('80 prefixes of one rule are replaced', async () => {
    const prefixes = many(80, n => `/services/version-${n}`);
    const { app } = routesFor({
      'a.test': [{ matches: [...prefixes, '/services/version-0/old'].map(path => ({ path: PathMatch.prefix(path) })), rewrite: { path: PathRewrite.prefix('/new') }, action: forward('web') }],
    });
    const { answers } = await runMesh({
      manifests: app,
      workloads: shopWorkloads,
      steps: ['/services/version-0/x', '/services/version-79/y', '/services/version-0/old/z', '/services/version-80/x'].map(path => enter(`http://a.test${path}`)),
    });
    expect(answers.map(answer => answer.server?.path)).toEqual(['/new/x', '/new/y', '/new/z', undefined]);
  });

  test('a wildcard leaves 100 names to their routes', async () => {
    const hosts = many(100, n => `name-${n}.shop.test`);
    const fixtures = [secret('wild', certificate('*.shop.test')), secret('names', certificate('*.shop.test'))];
    const declared = () => listening(
      [IngressListener.https({ hosts: ['*.shop.test'], credentialName: 'wild' }), IngressListener.https({ hosts, credentialName: 'names' })],
      { hosts: ['*.shop.test'], rules: [{ action: RouteAction.respond(418) }] }, { hosts, rules: [{ action: forward('next') }] },
    );
    const steps = ['name-0', 'NAME-99', 'name-100'].map(name => ask(`https://${name}.shop.test/`));
    const good = declared();
    expect(statuses(await send(good, steps, { fixtures }))).toEqual([200, 200, 418]);
    expect(await refused(good.app)).toEqual([]);
    const broken = declared();
    const { ':authority': first } = broken.routes[0].virtualService!.toJson().spec.http[1].match[0].withoutHeaders;
    broken.routes[0].virtualService!.addJsonPatch(JsonPatch.replace('/spec/http/1/match/0/withoutHeaders', { ':authority': first }));
    expect(statuses(await send(broken, steps, { fixtures }))).toEqual([200, 418, 418]);
  });
});
