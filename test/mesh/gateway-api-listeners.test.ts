import { App, Chart, JsonPatch } from 'cdk8s';
import { RequestOptions, Scenario, Step, describeMesh, get, ingressGateway, managedGateway, runMesh, say, service, sidecar } from './mesh';
import {
  Access, ClientCertificates, Destination, GatewayWorkload, IngressGateway, IngressGatewayProps, IngressListener, IngressRoute, IngressRouteProps,
  MeshSettings, RouteAction, RouteApi,
} from '../../src';

const workloads = [
  service('web', { namespace: 'shop', http: 8080 }),
  service('home', { namespace: 'istio-ingress', http: 8080 }),
  managedGateway({ name: 'ingress', gateway: 'public', namespace: 'istio-ingress' }),
];

const forward = (name: string) => ({ rules: [{ action: RouteAction.forward(Destination.service(name, { port: 8080 })) }] });
const https = (host: string, credentialName = 'own-cert', more = {}) => IngressListener.https({ hosts: [host], credentialName, ...more });

interface Declared {
  readonly platform?: Partial<IngressGatewayProps>;
  readonly team?: IngressListener[];
  readonly hosts?: string[];
  readonly route?: Partial<IngressRouteProps>;
}

/** The platform's Gateway for `*.home.test`, and the listeners that the shop adds to it. They are in apps of their own. */
function declare({ platform = {}, team = [https('shop.test')], hosts = ['shop.test'], route = {} }: Declared = {}) {
  const [edgeApp, shopApp] = [new App(), new App()];
  for (const app of [edgeApp, shopApp]) MeshSettings.of(app, { gatewayApiVersion: '1.6' });
  const edge = new Chart(edgeApp, 'edge', { namespace: 'istio-ingress' });
  const gateway = new IngressGateway(edge, 'gateway', {
    workload: GatewayWorkload.gatewayApi('public', { namespace: 'istio-ingress' }),
    routeApi: RouteApi.GATEWAY_API,
    listeners: [https('*.home.test', 'home-cert')],
    listenerNamespaces: ['shop'],
    ...platform,
  });
  if (!platform.listeners) new IngressRoute(edge, 'home', { gateway, hosts: ['*.home.test'], ...forward('home') });
  const shop = new Chart(shopApp, 'shop', { namespace: 'shop' });
  const listeners = new IngressGateway(shop, 'listeners', {
    workload: GatewayWorkload.gatewayApi('public', { namespace: 'istio-ingress', existing: true }), routeApi: RouteApi.GATEWAY_API, listeners: team,
  });
  const made = new IngressRoute(shop, 'route', { gateway: listeners, hosts, ...forward('web'), ...route });
  return { apps: [edgeApp, shopApp], edge, shop, gateway, listeners, route: made };
}

function run({ apps }: { readonly apps: App[] }, steps: Step[], fixtures: object[] = [], more: Partial<Scenario> = {}) {
  const certificates = [certificate('home-cert', '*.home.test', 'istio-ingress'), certificate('own-cert', 'shop.test', 'shop'), ...fixtures];
  return runMesh({ manifests: apps.map(app => app.synthYaml()).join('---\n'), workloads, steps, fixtures: certificates, ...more });
}

function certificate(name: string, host: string, namespace: string, more: Record<string, string> = {}): object {
  return { apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/tls', metadata: { name, namespace }, data: { 'tls.crt': `\${cert:ingress:${host}}`, 'tls.key': `\${key:ingress:${host}}`, ...more } };
}

const plain = (url: string, more: Partial<RequestOptions> = {}) => get(`http://${url}`, { from: 'outside', connect: 'ingress:80', ...more });
const secure = (url: string, more: Partial<RequestOptions> = {}) => get(`https://${url}`, { from: 'outside', connect: 'ingress:443', trustCA: 'ingress', ...more });
const steps = [secure('shop.test/x'), plain('shop.test/x?n=1'), secure('a.home.test/x')];

describeMesh('ingress by the Gateway API: listeners of teams', () => {
  const nobody = { error: /./ };

  test('serve a host with a certificate in the namespace of the team, beside those of the Gateway', async () => {
    const { answers: [own, redirected, home] } = await run(declare(), steps);
    expect(own).toReach('web');
    expect([redirected.status, redirected.headers?.Location]).toEqual([301, ['https://shop.test/x?n=1']]);
    expect(home).toReach('home');
  });

  test.each<[string, (made: ReturnType<typeof declare>) => void]>([
    ['the Gateway admits none', ({ gateway }) => gateway.gateway.addJsonPatch(JsonPatch.remove('/spec/allowedListeners'))],
    ['the Gateway admits those of another namespace', ({ gateway }) => gateway.gateway.addJsonPatch(JsonPatch.replace('/spec/allowedListeners/namespaces/selector/matchExpressions/0/values', ['blog']))],
    ['they are in another namespace', ({ listeners }) => listeners.gateway.addJsonPatch(JsonPatch.replace('/metadata/namespace', 'blog'))],
    ['they name no namespace of the Gateway', ({ listeners }) => listeners.gateway.addJsonPatch(JsonPatch.remove('/spec/parentRef/namespace'))],
    ['they have no certificate beside them', ({ listeners }) => listeners.gateway.addJsonPatch(JsonPatch.replace('/spec/listeners/0/tls/certificateRefs/0/name', 'home-cert'))],
  ])('broken: nothing listens where %s', async (_, damage) => {
    const broken = declare();
    damage(broken);
    const { answers: [own, , home] } = await run(broken, steps);
    expect(own).toFail(nobody);
    expect(home).toReach('home');
  });

  test.each<[string, (parent: string) => JsonPatch]>([
    ['to the Gateway', parent => JsonPatch.replace(`${parent}/kind`, 'Gateway')],
    ['to no listener of it', parent => JsonPatch.replace(`${parent}/sectionName`, 'https-443-home-test')],
  ])('broken: a route that is bound %s serves nothing', async (_, damage) => {
    const broken = declare();
    broken.route.routeObjects[0].addJsonPatch(damage('/spec/parentRefs/0'));
    const { answers: [own] } = await run(broken, steps);
    expect(own).toFail({ status: 404, at: 'ingress', flags: 'NR' });
  });

  test('broken: a route in a namespace that the listener does not name serves nothing', async () => {
    const broken = declare();
    broken.listeners.gateway.addJsonPatch(JsonPatch.replace('/spec/listeners/0/allowedRoutes/namespaces/selector/matchExpressions/0/values', ['blog']));
    const { answers: [own] } = await run(broken, steps);
    expect(own).toFail({ status: 404, at: 'ingress', flags: 'NR' });
  });

  test('get nothing of a host that the Gateway lists, too', async () => {
    const { answers: [own] } = await run(declare({ platform: { listeners: [https('shop.test', 'own-cert')] } }), [secure('shop.test/x')], [certificate('own-cert', 'shop.test', 'istio-ingress')]);
    expect(own).toFail({ status: 404, at: 'ingress', flags: 'NR' });
  });

  test('take a host from a wildcard of the Gateway, whatever its routes say', async () => {
    const made = declare({ team: [https('shop.home.test', 'shop-cert')], hosts: ['shop.home.test'] });
    // the two are in different apps: in one, the route of the Gateway would be refused
    new IngressRoute(made.edge, 'lost', { gateway: made.gateway, hosts: ['shop.home.test'], ...forward('home') });
    const { answers: [own, home] } = await run(made, [secure('shop.home.test/x'), secure('a.home.test/x')], [certificate('shop-cert', 'shop.home.test', 'shop')]);
    expect(own).toReach('web');
    expect(home).toReach('home');
  });

  test('ask for certificates of clients', async () => {
    const fixtures = [certificate('both-cert', 'shop.test', 'shop', { 'ca.crt': '${ca:client}' })];
    const { answers: [known, unknown] } = await run(declare({ team: [https('shop.test', 'both-cert', { clients: ClientCertificates.required() })] }), [secure('shop.test/', { cert: 'client' }), secure('shop.test/', { name: 'without' })], fixtures);
    expect(known).toReach('web');
    expect(unknown).toFail({ error: /certificate/ });
  });

  describe('with access', () => {
    const requests = [secure('shop.test/x'), secure('shop.test/health'), secure('a.home.test/x')];
    const guarded = () => declare({ route: { access: [Access.ipBlocks(['203.0.113.0/24'])], openPaths: ['/health'] } });

    test('refuse strangers, for the hosts of the route alone', async () => {
      const { answers: [closed, open, home] } = await run(guarded(), requests);
      expect(closed).toFail({ status: 403, at: 'ingress' });
      expect(open).toReach('web');
      expect(home).toReach('home');
    });

    test('broken: a policy in the namespace of the team guards nothing', async () => {
      const broken = guarded();
      const [policy] = broken.route.accessObjects;
      policy.addJsonPatch(JsonPatch.replace('/metadata/namespace', 'shop'));
      const { answers: [answer] } = await run(broken, requests);
      expect(answer).toReach('web');
    });
  });

  describe('for what the gateway does not read', () => {
    const opaque = [
      service('home', { namespace: 'istio-ingress', http: 8080 }),
      sidecar('vault', { namespace: 'shop', service: 'vault', ports: [{ name: 'tls', port: 8443, serve: 'https', certHost: 'vault.test' }], noProxy: true }),
      sidecar('db', { namespace: 'shop', service: 'db', ports: [{ name: 'tcp', port: 5432, serve: 'tcp' }], noProxy: true }),
      managedGateway({ name: 'ingress', gateway: 'public', namespace: 'istio-ingress', ports: { 443: 443, 5432: 5432 } }),
    ];
    const declared = () => {
      const made = declare({ team: [IngressListener.tlsPassthrough({ hosts: ['vault.test'] }), IngressListener.tcp({ port: 5432 })], hosts: ['vault.test'], route: { rules: undefined, destinations: [Destination.service('vault', { port: 8443 })] } });
      return { ...made, db: new IngressRoute(made.shop, 'db', { gateway: made.listeners, destinations: [Destination.service('db', { port: 5432 })], tcpPort: 5432 }) };
    };
    const connections = [get('https://vault.test/', { from: 'outside', connect: 'ingress:443', insecure: true }), say('tcp://db.test:5432', { from: 'outside', connect: 'ingress:5432' })];

    test('pass it on, by server name or port', async () => {
      const { answers: [tls, tcp] } = await run(declared(), connections, [], { workloads: opaque });
      expect(tls).toReach('vault');
      expect(tcp).toReach('db');
    });

    test('broken: not where the Gateway admits none', async () => {
      const broken = declared();
      broken.gateway.gateway.addJsonPatch(JsonPatch.remove('/spec/allowedListeners'));
      const { answers } = await run(broken, connections, [], { workloads: opaque });
      for (const answer of answers) expect(answer).toFail(nobody);
    });
  });
});

describeMesh('the access of a wildcard', () => {
  const on = (existing = false) => ({ routeApi: RouteApi.GATEWAY_API, workload: GatewayWorkload.gatewayApi('public', { namespace: 'istio-ingress', existing }) });
  const helm = { workload: GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' }) };
  const [wild, name] = [https('*.home.test', 'home-cert'), https('shop.home.test', 'shop-cert')];
  const requests = [
    secure('a.home.test/x'), secure('a.home.test/x', { name: 'Host of the other', headers: { host: 'shop.home.test' } }), secure('a.home.test/x', { name: 'with a port', headers: { host: 'shop.home.test:443' } }),
    secure('shop.home.test/x'), secure('shop.home.test/x', { name: 'Host of the wildcard', headers: { host: 'a.home.test' } }),
  ];

  describe.each<[string, object, object | undefined]>([
    ['a ListenerSet', on(), on(true)],
    ['the same Gateway', on(), undefined],
    ['another Gateway of Istio on the same pods', helm, helm],
  ])('beside a name of %s', (_, platform, team) => {
    const guarded = () => {
      const app = new App();
      const [edge, shop] = [new Chart(app, 'edge', { namespace: 'istio-ingress' }), new Chart(app, 'shop', { namespace: 'shop' })];
      const gateway = new IngressGateway(edge, 'gateway', { ...platform as typeof helm, listeners: team ? [wild] : [wild, name], ...team !== helm && { listenerNamespaces: ['shop'] } });
      const own = team ? new IngressGateway(shop, 'listeners', { ...team as typeof helm, listeners: [name] }) : gateway;
      new IngressRoute(shop, 'route', { gateway: own, hosts: ['shop.home.test'], ...forward('web') });
      const home = new IngressRoute(edge, 'home', { gateway, hosts: ['*.home.test'], access: [Access.ipBlocks(['203.0.113.0/24'])], ...forward('home') });
      return { apps: [app], home };
    };
    const fixtures = [certificate('shop-cert', 'shop.home.test', team === undefined || team === helm ? 'istio-ingress' : 'shop')];
    const more = platform === helm ? { workloads: [...workloads.slice(0, 2), ingressGateway()] } : {};

    test('holds whatever a Host header says, and for no request to the name', async () => {
      const { answers: [closed, host, port, open, foreign] } = await run(guarded(), requests, fixtures, more);
      for (const answer of [closed, host, port]) expect(answer).toFail({ status: 403, at: 'ingress' });
      expect(open).toReach('web');
      expect(foreign).toFail({ status: 404, at: 'ingress', flags: 'NR' });
    });

    test('broken: a policy that leaves out the name is walked around', async () => {
      const broken = guarded();
      broken.home.accessObjects[0].addJsonPatch(JsonPatch.add('/spec/rules/0/to/0/operation/notHosts', ['shop.home.test', 'shop.home.test:*']));
      const { answers: [, host] } = await run(broken, requests, fixtures, more);
      expect(host).toReach('home');
    });

    test('broken: a policy that holds for its server name closes the name', async () => {
      const broken = guarded();
      broken.home.accessObjects[0].addJsonPatch(JsonPatch.remove('/spec/rules/0/when/0/notValues'));
      const { answers } = await run(broken, requests, fixtures, more);
      expect(answers[3]).toFail({ status: 403, at: 'ingress' });
    });
  });
});
