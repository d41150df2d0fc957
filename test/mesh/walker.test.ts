import { entrance, forward, shopWorkloads } from './entering';
import { certificate, secret } from './listening';
import { Scenario, Step, describeMesh, egressGateway, external, get, runMesh, say, sidecar } from './mesh';
import { Recipe, edit, originate, passthrough, plain, security, tcp } from './recipes';
import { declare, declareDirect, workloads as declared } from './world';
import {
  Access, AppTls, Caller, Destination, ExternalPort, HeaderMatch, IngressDelegate, IngressListener, IngressRoute,
  IngressRule, PathMatch, PathRewrite, RouteAction, StringMatch,
} from '../../src';
import { Comparison, beside } from '../walk/beside';
import { Istiod } from '../walk/istiod';

const istiod = new Istiod();
const externals = [external('api.test', { http: 80, https: 443 }), external('198.19.7.7', { tcp: 5432 }), external('db.test', { tcp: 5432 })];

async function walkBeside(scenario: Omit<Scenario, 'externals'>): Promise<Comparison[]> {
  const whole = { externals, ...scenario };
  const { answers } = await runMesh(whole);
  return beside(whole, answers, istiod);
}

/** Everything was walked, and nothing else happened. */
function expectAlike(compared: readonly Comparison[], requests: number): void {
  expect(compared.filter(({ notConsidered, unlike }) => notConsidered !== undefined || unlike.length > 0)).toEqual([]);
  expect(compared).toHaveLength(requests);
}

describeMesh('the walker tells what Envoys do', () => {
  afterAll(() => istiod.stop());

  const everybody = (...urls: string[]): Step[] => urls.flatMap(url => ['app', 'stranger'].map(from => get(url, { from, timeoutS: 3 })));

  test.each<[string, () => ReturnType<typeof declare>, string[]]>([
    ['HTTP', () => declare(), ['http://api.test/get', 'http://api.test:8080/', 'https://api.test/']],
    ['HTTPS origination', () => declare({ ports: [ExternalPort.httpToHttps()] }, { keepHeaders: ['x-request-id'] }), ['http://api.test/get?a=b', 'https://api.test/get']],
    ['wrapped TLS', () => declare({ ports: [ExternalPort.https()] }), ['https://api.test/get', 'http://api.test/get']],
    ['TLS that is passed through', () => declare({ ports: [ExternalPort.https()] }, { appTls: AppTls.PASSTHROUGH }), ['https://api.test/get']],
    ['TCP', () => declare({ hosts: ['db.test'], addresses: ['198.19.1.12'], ports: [ExternalPort.tcp({ number: 5432 })] }), ['tcp://db.test:5432']],
    ['some callers and requests', () => declare({}, { callers: [Caller.serviceAccount('shop', 'app')], allow: [{ path: PathMatch.prefix('/v1'), methods: ['GET'] }] }), ['http://api.test/v1/x', 'http://api.test/v10', 'http://api.test/%76%31/']],
    ['rules', () => declare({}, {
      rules: [
        { matches: [{ path: PathMatch.exact('/old') }], action: RouteAction.redirect({ path: '/new' }) },
        { matches: [{ path: PathMatch.prefix('/v2') }], rewrite: { path: PathRewrite.prefix('/api') } },
        { matches: [{ headers: [HeaderMatch.exact('x-beta', 'yes')] }], action: RouteAction.respond(418, 'tea') },
      ],
    }), ['http://api.test/old?x=1', 'http://api.test/v2/items?y=2', 'http://api.test/v2']],
    ['redirects by HTTP/2', () => declare({ ports: [ExternalPort.http2({ number: 80 })] }, {
      rules: [{ matches: [{ path: PathMatch.exact('/old') }], action: RouteAction.redirect({ path: '/new' }) }, {}],
    }), ['http://api.test/old', 'http://api.test/']],
  ])('a gateway: %s', async (_, declare_, urls) => {
    expectAlike(await walkBeside({ manifests: declare_().app, workloads: declared, steps: everybody(...urls) }), urls.length * 2);
  });

  test('sidecars that go by themselves', async () => {
    const { app } = declareDirect({ ports: [ExternalPort.httpToHttps(), ExternalPort.https()] });
    const steps = [...everybody('http://api.test/get', 'https://api.test/get'), get('http://api.test/get', { from: 'app', uid: 1337 })];
    expectAlike(await walkBeside({ manifests: app, workloads: declared, steps }), 5);
  });

  const twoHosts = [...Object.values(originate('api.test'))];
  const twins: [string, object[], string?][] = [
    ['none', twoHosts],
    ['the gateway expects another name', Object.values(edit(originate(), 'gateway.spec.servers.0.hosts', ['other.test']))],
    ['leg 1 names another SNI', Object.values(edit(originate(), 'legOne.spec.subsets.0.trafficPolicy.tls.sni', 'other.test'))],
    ['leg 1 is clear text', Object.values(edit(originate(), 'legOne.spec.subsets.0.trafficPolicy.tls', { mode: 'DISABLE' }))],
    ['the subset is misspelt', Object.values(edit(originate(), 'legOne.spec.subsets.0.name', 'typo'))],
    ['leg 2 is for another port', Object.values(edit(originate(), 'gatewayRoute.spec.http.0.match.0.port', 80))],
    ['TLS to the host is missing', Object.values(edit(originate(), 'upstream.spec.trafficPolicy', undefined))],
    ['the server\'s name is wrong', Object.values(edit(originate(), 'upstream.spec.trafficPolicy.portLevelSettings.0.tls.subjectAltNames', ['other.test']))],
    ['the ServiceEntry is hidden', Object.values(edit(originate(), 'entry.spec.exportTo', ['.']))],
    ['a policy denies', [...twoHosts, security('AuthorizationPolicy', 'istio-system', 'deny', { action: 'DENY', rules: [{ to: [{ operation: { paths: ['/get'] } }] }] })]],
    ['a policy wants another caller', [...twoHosts, security('AuthorizationPolicy', 'istio-system', 'allow', { rules: [{ from: [{ source: { namespaces: ['other'] } }] }] })]],
    ['only what is registered', Object.values(plain()), 'outboundTrafficPolicy: {mode: REGISTRY_ONLY}'],
    ['passthrough', Object.values(passthrough())],
    ['a server for TCP', Object.values(edit(tcp('db.test') as Recipe, 'entry.spec.addresses', ['198.19.7.7']))],
  ];

  test.each(twins.map(([mistake, ...set]) => ({ mistake, set })))('objects by hand, the mistake: $mistake', async ({ set: [manifests, meshConfig] }) => {
    const steps = [...everybody('http://api.test/get', 'https://api.test/get'), say('tcp://198.19.7.7:5432', { from: 'app', timeoutS: 3 })];
    expectAlike(await walkBeside({ manifests, meshConfig, workloads: [sidecar('app', { namespace: 'shop' }), sidecar('stranger', { namespace: 'other' }), egressGateway()], steps }), 5);
  });

  test('an ingress gateway', async () => {
    const listeners = [IngressListener.https({ hosts: ['shop.test', '*.apps.test'], credentialName: 'shop-cert' }), IngressListener.tlsPassthrough({ hosts: ['pass.test'] })];
    const { app, shop, gateway } = entrance(listeners);
    const delegate = new IngressDelegate(shop, 'delegate', { routeNamespace: 'shop', prefixes: ['/team'], rules: [{ matches: [{ path: PathMatch.prefix('/team/x') }], action: forward('next') }] });
    const rules: IngressRule[] = [
      { matches: [{ path: PathMatch.prefix('/team') }], action: RouteAction.delegate(delegate) },
      { matches: [{ path: PathMatch.prefix('/api', { ignoreCase: true }), methods: ['GET', 'PUT'] }], action: forward('next'), cors: { allowOrigins: [StringMatch.exact('https://a.test')], allowHeaders: ['x-a'] } },
      { matches: [{ path: PathMatch.exact('/gone') }], action: RouteAction.respond(410) },
      { matches: [{ path: PathMatch.exact('/moved') }], action: RouteAction.redirect({ authority: 'new.test', path: '/' }) },
      { action: RouteAction.split([Destination.service('web', { port: 8080 }).weighted(50), Destination.service('next', { port: 8080 }).weighted(50)]) },
    ];
    new IngressRoute(shop, 'route', { gateway, hosts: ['shop.test'], rules, deny: [{ path: PathMatch.prefix('/admin') }] });
    new IngressRoute(shop, 'apps', { gateway, hosts: ['*.apps.test'], rules: [{ action: forward('web') }], access: [Access.ipBlocks(['198.18.0.0/24'])], openPaths: ['/open'] });
    const ask = (url: string, more: object = {}) => get(url, { from: 'outside', connect: url.startsWith('http:') ? 'ingress:80' : 'ingress:443', trustCA: 'ingress', ...more });
    const preflight = { method: 'OPTIONS', headers: { 'origin': 'https://a.test', 'access-control-request-method': 'PUT' } };
    const steps = [
      ask('https://shop.test/'), ask('https://shop.test/API/x?a=1'), ask('https://shop.test/api', { method: 'POST' }), ask('https://shop.test/api', preflight), ask('https://shop.test/gone'),
      ask('https://shop.test/moved'), ask('https://shop.test/team/x'), ask('https://shop.test/team/y'), ask('https://shop.test/admin/x'), ask('https://shop.test//a/./b/%61'),
      ask('http://shop.test/x?y=1'), ask('http://other.test/'), ask('https://other.test/'), ask('https://a.apps.test/'), ask('https://a.b.apps.test/open'),
      ask('https://apps.test/'), ask('https://shop.test/', { headers: { host: 'a.apps.test' } }), ask('https://shop.test/', { trustCA: 'public' }), ask('https://pass.test/'),
    ];
    const scenario = { manifests: app, workloads: shopWorkloads, fixtures: [secret('shop-cert', certificate('shop.test,*.apps.test,a.b.apps.test,apps.test'))], steps };
    expectAlike(await walkBeside(scenario), steps.length);
  });

  test('broken: what happened in another mesh is not what it tells', async () => {
    const steps = everybody('http://api.test/get');
    const { answers } = await runMesh({ externals, manifests: declare().app, workloads: declared, steps });
    const other = declare({ ports: [ExternalPort.httpToHttps()] }, { callers: [Caller.namespace('other')] });
    const compared = await beside({ externals, manifests: other.app, workloads: declared, steps }, answers, istiod);
    expect(compared.map(({ unlike }) => unlike.length > 0)).toEqual([true, true]);
  });

  test('broken: what it does not know, it does not tell', async () => {
    const patch = { operation: 'INSERT_BEFORE', value: { name: 'lua', typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua' } } };
    const match = { context: 'SIDECAR_OUTBOUND', listener: { filterChain: { filter: { name: 'envoy.filters.network.http_connection_manager', subFilter: { name: 'envoy.filters.http.router' } } } } };
    const filter = { apiVersion: 'networking.istio.io/v1alpha3', kind: 'EnvoyFilter', metadata: { name: 'lua', namespace: 'shop' }, spec: { configPatches: [{ applyTo: 'HTTP_FILTER', match, patch }] } };
    const [compared] = await walkBeside({ manifests: [...Object.values(plain()), filter], workloads: declared, steps: [get('http://api.test/get', { from: 'app' })] });
    expect(compared).toMatchObject({ notConsidered: 'HTTP filter lua' });
  });
});
