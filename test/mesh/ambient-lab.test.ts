import { admit } from './admission';
import { bound, callers, DEFAULT_DENY, gatewayApi, GATEWAY_REF, hygiene, SECRET_READERS, upstream, WAYPOINT } from './ambient-recipes';
import { toYaml } from './manifests';
import {
  ambient, apply, describeMesh, external, External, finish, get, ingressGateway, kill, load, managedGateway, remove, runMesh, say, Scenario, service,
  sidecar, start, Step, waypoint,
} from './mesh';
import { iptables } from './prerequisites';
import { edit, HTTP_PORT, istio, MESH_HEADERS, Recipe, security, TLS_PORT } from './recipes';
import { size } from './size';
import { surroundings } from './surroundings';
import { ambientWorkloads } from './world';
import { judge } from '../generate/judge';
import { Manifest } from '../synth';

const plainApi = [external('api.test', { http: 80 })];
const secureApi = [external('api.test', { https: 443 })];
const database = [external('db.test', { tcp: 5432 })];

const TO_TLS = { ...HTTP_PORT, targetPort: 443 };
const TCP_PORT = { number: 5432, name: 'tcp', protocol: 'TCP' };
const fromApp = { from: 'app' };
const fromStranger = { from: 'stranger' };
const closed = { error: /EOF|reset/ };
const denied = { status: 403, at: 'egress', details: /rbac_access_denied/ };

const plain = bound('api.test', HTTP_PORT);
const originated = { ...bound('api.test', TO_TLS), upstream: upstream('api.test', 80, { mode: 'SIMPLE', caCertificates: 'system' }) };
const call = (from = 'app') => get('http://api.test/get', { from });

async function run(recipe: Recipe, externals: External[], steps: Step[], more: Partial<Scenario> = {}) {
  return runMesh({ manifests: Object.values(recipe), workloads: ambientWorkloads, externals, steps, ...more });
}

async function ask(recipe: Recipe, externals: External[], step: Step, more?: Partial<Scenario>) {
  const { answers: [answer] } = await run(recipe, externals, [step], more);
  return answer;
}

describeMesh('a waypoint in the lab', () => {
  describe('HTTP', () => {
    test('leaves by the waypoint', async () => {
      expect(await ask(plain, plainApi, call())).toReach('api.test', { leftBy: 'egress', host: 'api.test', port: 80 });
    });

    test.each<[string, Recipe]>([
      ['without the label of the waypoint', edit(plain, 'entry.metadata.labels', undefined)],
      ['with a label that names no Gateway', edit(plain, 'entry.metadata.labels', { 'istio.io/use-waypoint': 'egres' })],
      ['with a Gateway for workloads', edit(plain, 'waypoint.metadata.labels', { 'istio.io/waypoint-for': 'workload' })],
      ['with a ServiceEntry of another namespace that the Gateway does not take', edit(plain, 'entry.metadata', {
        name: 'api-test', namespace: 'shop', labels: { 'istio.io/use-waypoint': 'egress', 'istio.io/use-waypoint-namespace': 'istio-egress' },
      })],
    ])('broken: %s, ztunnel sends it straight out', async (_, recipe) => {
      expect(await ask(recipe, plainApi, call())).toReach('api.test', { leftBy: 'app' });
    });

    test('broken: a pod of a namespace that is not enrolled goes by itself', async () => {
      const { answers: [answer] } = await run(plain, plainApi, [call()], { workloads: [{ ...sidecar('app', { namespace: 'shop' }), noProxy: true }, waypoint()] });
      expect(answer).toReach('api.test', { leftBy: 'app' });
    });

    test('broken: a sidecar does not know of waypoints', async () => {
      const exported = edit(plain, 'entry.spec.exportTo', ['*']);
      const { answers: [answer] } = await run(exported, plainApi, [call()], { workloads: [sidecar('app', { namespace: 'shop' }), waypoint()] });
      expect(answer).toReach('api.test', { leftBy: 'app' });
    });

    test('fails while the waypoint is down', async () => {
      const { answers: [down, up] } = await run(plain, plainApi, [kill('egress'), call(), start('egress'), call()]);
      expect(down).toFail({ error: /refused/ });
      expect(up).toReach('api.test', { leftBy: 'egress' });
    });
  });

  describe('HTTPS origination', () => {
    test('leaves as TLS with the name of the host', async () => {
      expect(await ask(originated, secureApi, call())).toReach('api.test', { leftBy: 'egress', sni: 'api.test', port: 443 });
    });

    test('refuses a certificate for another name', async () => {
      expect(await ask(originated, [external('api.test', { https: 443 }, { certHost: 'other.test' })], call())).toFail({ status: 503, at: 'egress', details: /verify_SAN_list/ });
    });

    test.each<[string, Recipe]>([
      ['in the namespace of the caller', edit(originated, 'upstream.metadata.namespace', 'shop')],
      ['with a workloadSelector', edit(originated, 'upstream.spec.workloadSelector', { matchLabels: { 'gateway.networking.k8s.io/gateway-name': 'egress' } })],
    ])('broken: with the rule %s, clear text goes to the TLS port', async (_, recipe) => {
      expect(await ask(recipe, secureApi, call())).toFail({ status: 400, at: 'egress', details: /HTTP request to an HTTPS server/ });
    });
  });

  describe('client certificate', () => {
    const mutual = { ...bound('api.test', TO_TLS), upstream: upstream('api.test', 80, { mode: 'MUTUAL', credentialName: 'client' }), ...SECRET_READERS };
    const data = { 'tls.crt': '${cert:client:client.shop.test}', 'tls.key': '${key:client:client.shop.test}', 'ca.crt': '${ca:public}' };
    const fixtures = [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'client', namespace: 'istio-egress' }, data }];
    const partner = [external('api.test', { https: 443 }, { clientAuth: true })];

    test('is shown to the host', async () => {
      expect(await ask(mutual, partner, call(), { fixtures })).toReach('api.test', { leftBy: 'egress', clientSAN: 'client.shop.test' });
    });

    test('broken: without the Role, the waypoint waits for it', async () => {
      const { role, ...without } = mutual;
      const { troubles } = await run(without, partner, [], { fixtures, readyS: 1, troubled: true });
      expect(troubles[0]).toMatch('proxy egress is not ready');
    });
  });

  describe('the application\'s own TLS', () => {
    const passing = { ...bound('api.test', TLS_PORT), callers: callers('api.test', ['shop']) };
    const tls = (from: string) => get('https://api.test/get', { from });

    test('goes through untouched, for callers alone', async () => {
      const { answers: [app, stranger] } = await run(passing, secureApi, [tls('app'), tls('stranger')]);
      expect(app).toReach('api.test', { leftBy: 'egress', sni: 'api.test' });
      expect(stranger).toFail(closed);
    });

    test('broken: a field of HTTP in the policy closes the port', async () => {
      expect(await ask(edit(passing, 'callers.spec.rules.0.to', [{ operation: { methods: ['GET'] } }]), secureApi, tls('app'))).toFail(closed);
    });

    const any = edit(bound('*.api.test', TLS_PORT), 'entry.spec.resolution', 'DYNAMIC_DNS');
    const below = [external('*.api.test', { https: 443 }, { certHost: 'a.api.test' })];

    test('goes to any name below a wildcard, with the flag of istiod', async () => {
      const answer = await ask(any, below, get('https://a.api.test/get', fromApp), { env: { ENABLE_WILDCARD_HOST_SERVICE_ENTRIES_FOR_TLS: 'true' } });
      expect(answer).toReach('*.api.test', { leftBy: 'egress', sni: 'a.api.test' });
    });

    test('broken: without the flag, the wildcard is closed', async () => {
      expect(await ask(any, below, get('https://a.api.test/get', fromApp))).toFail(closed);
    });
  });

  describe('TCP', () => {
    const two = {
      ...bound('db.test', TCP_PORT), callers: callers('db.test', ['shop']), other: bound('ledger.test', TCP_PORT).entry, otherCallers: callers('ledger.test', ['other']),
    };

    test('tells hosts on one port apart by their addresses', async () => {
      const { answers } = await run(two, [...database, external('ledger.test', { tcp: 5432 })], [
        say('tcp://db.test:5432', fromApp), say('tcp://ledger.test:5432', fromStranger), say('tcp://ledger.test:5432', fromApp),
      ]);
      expect(answers[0]).toReach('db.test', { leftBy: 'egress' });
      expect(answers[1]).toReach('ledger.test', { leftBy: 'egress' });
      expect(answers[2]).toFail(closed);
    });

    test('broken: without an address it never comes to the waypoint', async () => {
      expect(await ask(edit(two, 'entry.spec.resolution', 'NONE'), database, say('tcp://db.test:5432', fromApp))).toReach('db.test', { leftBy: 'app' });
    });
  });

  describe('policies', () => {
    const open = { ...plain, deny: DEFAULT_DENY };
    const guarded = { ...open, callers: callers('api.test', ['shop'], { methods: ['GET'], paths: ['/v1', '/v1/*'], ports: ['80'] }) };
    const requests = [get('http://api.test/v1/orders', fromApp), get('http://api.test/v2', fromApp), get('http://api.test/v1/orders', fromStranger)];

    test('a host that no policy opens is closed', async () => {
      expect(await ask(open, plainApi, call())).toFail(denied);
    });

    test('callers may what they may', async () => {
      const { answers: [may, another, stranger] } = await run(guarded, plainApi, requests);
      expect(may).toReach('api.test', { leftBy: 'egress' });
      expect(another).toFail(denied);
      expect(stranger).toFail(denied);
    });

    const { deny, ...undefended } = guarded;
    test.each<[string, Recipe]>([
      ['without targetRefs', edit(undefended, 'callers.spec.targetRefs', undefined)],
      ['with a selector', edit(edit(undefended, 'callers.spec.targetRefs', undefined), 'callers.spec.selector', { matchLabels: { 'gateway.networking.k8s.io/gateway-name': 'egress' } })],
      ['in another namespace', edit(undefended, 'callers.metadata.namespace', 'shop')],
    ])('broken: a policy %s holds nobody', async (_, recipe) => {
      const { answers } = await run(recipe, plainApi, requests);
      for (const answer of answers) expect(answer).toReach('api.test', { leftBy: 'egress' });
    });
  });

  describe('headers', () => {
    const clean = { ...plain, route: hygiene('api.test', 80, MESH_HEADERS) };

    test('a route takes them away, though its match is the default', async () => {
      const { answers: [answer], conditions } = await run(clean, plainApi, [call()]);
      expect(answer).toReach('api.test', { leftBy: 'egress', without: MESH_HEADERS });
      expect(conditions).toEqual([]);
    });

    test('broken: a route of another namespace is not read', async () => {
      expect(await ask(edit(clean, 'route.metadata.namespace', 'shop'), plainApi, call())).toReach('api.test', { headers: { 'x-request-id': /./ } });
    });
  });

  describe('what ztunnel is told', () => {
    const rival = istio('ServiceEntry', 'other', 'api-test', { hosts: ['api.test'], location: 'MESH_EXTERNAL', resolution: 'DNS', ports: [HTTP_PORT] });
    const aged = (recipe: Recipe, part: string, created: string) => edit(recipe, `${part}.metadata.creationTimestamp`, created);
    const older = (part: string) => aged(aged({ ...plain, rival }, 'rival', '2026-02-01T00:00:00Z'), part, '2026-01-01T00:00:00Z');
    const third = [...ambientWorkloads, ambient('third', { namespace: 'third' })];
    const all = ['app', 'stranger', 'third'].map(call);
    const ways = async (recipe: Recipe, meshConfig?: string) => {
      const { answers } = await run(recipe, plainApi, all, { workloads: third, meshConfig });
      return answers.map(({ server }) => server?.peer);
    };

    test('a ServiceEntry of the caller\'s own namespace comes first, then the oldest', async () => {
      expect(await ways(older('entry'))).toEqual(['egress', 'stranger', 'egress']);
      expect(await ways(older('rival'))).toEqual(['app', 'stranger', 'third']);
    });

    test('serviceEntryVisibility keeps a ServiceEntry to its namespace', async () => {
      const selector = { matchLabels: { 'kubernetes.io/metadata.name': 'istio-egress' } };
      const visibility = { defaultVisibility: 'NAMESPACE', policies: [{ visibility: 'PUBLIC', matchingRules: [{ namespaceSelector: selector }] }] };
      expect(await ways(older('rival'), `serviceEntryVisibility: ${JSON.stringify(visibility)}`)).toEqual(['egress', 'stranger', 'egress']);
    });

    test('changes during a run', async () => {
      const shop = (labels: object) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels } });
      const { answers } = await run({ ...plain, callers: callers('api.test', ['shop']) }, plainApi, [
        call(),
        apply([edit(plain, 'entry.metadata.labels', {}).entry]), call(),
        apply([plain.entry]), call(),
        remove([{ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', metadata: { name: 'egress', namespace: 'istio-egress' } }]), call(),
        apply([WAYPOINT]), call(),
        apply([shop({})]), call(),
        apply([shop({ 'istio.io/dataplane-mode': 'ambient' })]), call(),
      ]);
      expect(answers.map(({ server }) => server?.peer)).toEqual(['egress', 'app', 'egress', 'app', 'egress', 'app', 'egress']);
    });
  });

  describe('what nobody declares', () => {
    const step = get('http://undeclared.test/', fromApp);
    const outside = [external('undeclared.test', { http: 80 }), ...plainApi];
    const to = (namespace: string, port: object) => ({ to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } }], ports: [port] });
    const lock = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'lock', namespace: 'shop' },
      spec: {
        podSelector: {},
        policyTypes: ['Egress'],
        egress: [to('kube-system', { protocol: 'UDP', port: 53 }), to('istio-egress', { protocol: 'TCP', port: 15008 })],
      },
    };

    beforeAll(iptables);

    test('passes', async () => {
      expect(await ask(plain, outside, step)).toReach('undeclared.test', { leftBy: 'app' });
    });

    test('is held by a NetworkPolicy, which lets tunnels pass to the waypoint', async () => {
      const { answers: [undeclared, declared] } = await run({ ...plain, lock }, outside, [step, call()]);
      expect(undeclared).toFail({ error: /prohibited|no route to host|refused/ });
      expect(undeclared.denied).toMatchObject([{ from: 'app', to: 'undeclared.test', port: 80 }]);
      expect(declared).toReach('api.test', { leftBy: 'egress' });
    });
  });

  test('carries a load', async () => {
    const { loads } = await run(plain, plainApi, [load('calls', 'http://api.test/get', { ...fromApp, count: 200, concurrency: 4 }), finish('calls')]);
    expect(loads.calls).toMatchObject({ sent: 200, tally: { '200 api.test': 200 } });
  });

  test('a waypoint holds one cluster a host, and callers none', async () => {
    const entries = (hosts: string[]) => hosts.map(host => bound(host, HTTP_PORT).entry);
    const sizes = async (hosts: string[]) => size({ manifests: [WAYPOINT, ...entries(hosts)], workloads: ambientWorkloads });
    const [none, three] = [await sizes([]), await sizes(['a.test', 'b.test', 'c.test'])];
    expect(three.egress.clusters - none.egress.clusters).toBe(3);
    expect(Object.keys(three)).toEqual(['egress']);
  });
});

describeMesh('pods of a Gateway in the lab', () => {
  const pods = { 'gateway.networking.k8s.io/gateway-name': 'egress' };
  const legOne = 'egress.istio-egress.mesh.internal';
  const hybrid = {
    managed: gatewayApi('Gateway', 'istio-egress', 'egress', {
      gatewayClassName: 'istio',
      listeners: [{ name: 'mtls', port: 443, protocol: 'TLS', hostname: 'unused.invalid', tls: { mode: 'Passthrough' }, allowedRoutes: { namespaces: { from: 'Same' } } }],
    }),
    gateway: istio('Gateway', 'istio-egress', 'egress', {
      selector: pods, servers: [{ port: { number: 443, name: 'https', protocol: 'HTTPS' }, hosts: ['*/*'], tls: { mode: 'ISTIO_MUTUAL' } }],
    }),
    legOne: istio('ServiceEntry', 'istio-egress', 'egress-leg-1', {
      hosts: [legOne], location: 'MESH_INTERNAL', resolution: 'STATIC', exportTo: ['.', 'shop'], workloadSelector: { labels: pods }, ports: [TO_TLS],
    }),
    legOneTls: istio('DestinationRule', 'istio-egress', 'egress-leg-1', { host: legOne, exportTo: ['.', 'shop'], trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL', sni: legOne } } }),
    entry: istio('ServiceEntry', 'shop', 'api-test', { hosts: ['api.test'], location: 'MESH_EXTERNAL', resolution: 'DNS', exportTo: ['istio-egress'], ports: [TO_TLS] }),
    meshRoute: istio('VirtualService', 'shop', 'api-test', { hosts: ['api.test'], exportTo: ['.'], http: [{ route: [{ destination: { host: legOne, port: { number: 80 } } }] }] }),
    gatewayRoute: istio('VirtualService', 'istio-egress', 'api-test', {
      hosts: ['api.test'], gateways: ['istio-egress/egress'], exportTo: ['.'], http: [{ match: [{ port: 443 }], route: [{ destination: { host: 'api.test', port: { number: 80 } } }] }],
    }),
    upstream: edit({ rule: upstream('api.test', 80, { mode: 'SIMPLE', caCertificates: 'system' }) }, 'rule.spec.workloadSelector', { matchLabels: pods }).rule,
  };
  const workloads = [sidecar('app', { namespace: 'shop' }), managedGateway({ ports: { 443: 443 } })];

  test('carry Istio\'s own Gateway', async () => {
    expect(await ask(hybrid, secureApi, call(), { workloads })).toReach('api.test', { leftBy: 'egress', sni: 'api.test' });
  });

  const elsewhere = edit(edit(hybrid, 'gateway.metadata.namespace', 'shop'), 'gatewayRoute.spec.gateways', ['shop/egress']);

  test('broken: an Istio Gateway of another namespace listens nowhere', async () => {
    expect(await ask(elsewhere, secureApi, call(), { workloads })).toFail({ status: 503, at: 'app' });
  });

  test('it does, where strict merging is off', async () => {
    const env = { PILOT_ENABLE_STRICT_GATEWAY_MERGING: 'false' };
    expect(await ask(elsewhere, secureApi, call(), { workloads, env })).toReach('api.test', { leftBy: 'egress' });
  });

  test('policies find them by their Gateway', async () => {
    const nobody = security('AuthorizationPolicy', 'istio-egress', 'nobody', { targetRefs: [GATEWAY_REF], action: 'DENY', rules: [{}] });
    expect(await ask({ ...hybrid, nobody }, secureApi, call(), { workloads })).toFail(denied);
  });
});

describeMesh('routes of the Gateway API in the lab', () => {
  const from = (...namespaces: string[]) => ({
    namespaces: { from: 'Selector', selector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: namespaces }] } },
  });
  const recipe = {
    gateway: gatewayApi('Gateway', 'istio-ingress', 'public', {
      gatewayClassName: 'istio', listeners: [{ name: 'http', port: 80, protocol: 'HTTP', hostname: 'shop.test', allowedRoutes: from('shop') }],
    }),
    route: gatewayApi('HTTPRoute', 'shop', 'shop', {
      parentRefs: [{ name: 'public', namespace: 'istio-ingress', sectionName: 'http' }],
      hostnames: ['shop.test'],
      rules: [{ matches: [{ path: { type: 'PathPrefix', value: '/cart' } }], backendRefs: [{ name: 'web', port: 8080 }] }],
    }),
  };
  const workloads = [
    service('web', { namespace: 'shop', http: 8080 }),
    service('stock', { namespace: 'depot', http: 8080 }),
    managedGateway({ name: 'ingress', gateway: 'public', namespace: 'istio-ingress', ports: { 80: 80 } }),
  ];
  const enter = (path: string) => get(`http://shop.test${path}`, { from: 'outside', connect: 'ingress:80' });
  const elsewhere = edit(recipe, 'route.spec.rules.0.backendRefs', [{ name: 'stock', namespace: 'depot', port: 8080 }]);

  test('lead requests to a Service', async () => {
    const { answers: [cart, other], conditions } = await run(recipe, [], [enter('/cart/1'), enter('/carts')], { workloads });
    expect(cart).toReach('web', { path: '/cart/1' });
    expect(other).toFail({ status: 404, at: 'ingress' });
    expect(conditions).toEqual([]);
  });

  test('broken: a listener that takes no routes of the namespace', async () => {
    const closedTo = edit(recipe, 'gateway.spec.listeners.0.allowedRoutes', from('blog'));
    const { answers: [answer], conditions } = await run(closedTo, [], [enter('/cart')], { workloads });
    expect(answer).toFail({ status: 404, at: 'ingress' });
    expect(conditions).toEqual([expect.stringContaining('HTTPRoute shop/shop at public: Accepted is False, NotAllowedByListeners: ')]);
  });

  test('lead to another namespace by a ReferenceGrant', async () => {
    const grant = gatewayApi('ReferenceGrant', 'depot', 'shop', {
      from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'shop' }], to: [{ group: '', kind: 'Service', name: 'stock' }],
    });
    expect(await ask({ ...elsewhere, grant }, [], enter('/cart'), { workloads })).toReach('stock');
  });

  test('broken: without it, the answer is 500', async () => {
    const { answers: [answer], conditions } = await run(elsewhere, [], [enter('/cart')], { workloads });
    expect(answer).toFail({ status: 500, at: 'ingress' });
    expect(conditions).toEqual([expect.stringContaining('HTTPRoute shop/shop at public: ResolvedRefs is False, RefNotPermitted: ')]);
  });

  test('an object that its CRD refuses does not come into the cluster', async () => {
    await expect(run(edit(recipe, 'route.spec.rules.0.retry', { attempts: 2 }), [], [], { workloads })).rejects.toThrow(/unknown fields \[spec.rules\[0\].retry\]/);
  });
});

describeMesh('ambient pods that serve in the lab', () => {
  beforeAll(iptables);

  const labelled = (labels: Record<string, string>) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels } });
  const workloads = [
    { ...service('web', { namespace: 'shop', http: 8080 }), ambient: true }, ambient('app', { namespace: 'shop' }), waypoint({ name: 'shop-waypoint', namespace: 'shop' }),
    ingressGateway(),
  ];
  const gateway = edit({ gateway: WAYPOINT }, 'gateway.metadata', { name: 'shop-waypoint', namespace: 'shop' }).gateway;
  const post = security('AuthorizationPolicy', 'shop', 'web', { targetRefs: [{ kind: 'Service', group: '', name: 'web' }], rules: [{ to: [{ operation: { methods: ['POST'] } }] }] });
  const enrolled = labelled({ 'istio.io/use-waypoint': 'shop-waypoint' });

  test('are asked through the waypoint of their namespace', async () => {
    const steps = ['POST', 'GET'].map(method => get('http://web.shop:8080/', { from: 'app', method }));
    const { answers: [posted, got] } = await run({ gateway, post, enrolled }, [], steps, { workloads });
    expect(posted).toReach('web');
    expect(got).toFail({ status: 403, at: 'shop-waypoint' });
  });

  test('are reached by tunnels alone, from sidecars too', async () => {
    const among = [...workloads.slice(0, 2), sidecar('till', { namespace: 'billing' }), { ...sidecar('bare', { namespace: 'billing' }), noProxy: true }];
    const tunnels = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'tunnels', namespace: 'shop' },
      spec: { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Ingress'], ingress: [{ ports: [{ protocol: 'TCP', port: 15008 }] }] },
    };
    const steps = ['app', 'till', 'bare'].map(from => get('http://web.shop:8080/', { from }));
    const { answers: [app, till, bare] } = await run({ tunnels }, [], steps, { workloads: among });
    expect(app).toReach('web');
    expect(till).toReach('web');
    expect(bare.denied).toMatchObject([{ from: 'bare', to: 'web', port: 8080 }]);
  });

  describe('from an ingress gateway', () => {
    const entering = {
      public: istio('Gateway', 'istio-ingress', 'public', {
        selector: { istio: 'ingressgateway' }, servers: [{ port: HTTP_PORT, hosts: ['*/shop.test'] }],
      }),
      web: istio('VirtualService', 'shop', 'web', {
        hosts: ['shop.test'], gateways: ['istio-ingress/public'], http: [{ route: [{ destination: { host: 'web.shop.svc.cluster.local', port: { number: 8080 } } }] }],
      }),
    };
    const enter = (method: string) => get('http://shop.test/', { from: 'outside', connect: 'ingress:80', method });

    test('are asked through the waypoint, if the namespace says so', async () => {
      const through = labelled({ 'istio.io/use-waypoint': 'shop-waypoint', 'istio.io/ingress-use-waypoint': 'true' });
      const { answers: [posted, got] } = await run({ gateway, post, enrolled: through, ...entering }, [], [enter('POST'), enter('GET')], { workloads });
      expect(posted).toReach('web');
      expect(got).toFail({ status: 403, at: 'shop-waypoint' });
    });

    test('broken: without that, they are asked past it', async () => {
      expect(await ask({ gateway, post, enrolled, ...entering }, [], enter('GET'), { workloads })).toReach('web');
    });
  });
});

describeMesh('admission of the Gateway API', () => {
  const workloads = ambientWorkloads;
  const good = { ...originated, deny: DEFAULT_DENY, callers: callers('api.test', ['shop']), route: hygiene('api.test', 80, MESH_HEADERS) };
  const set = (name: string, recipe: Recipe, channel?: Scenario['channel']) => ({ name, manifests: Object.values(recipe), workloads, channel });
  const filtered = (f: object) => edit(good, 'route.spec.rules.0.filters', [f]);

  test('knows the kinds, by the schemas and rules of each channel', async () => {
    const retry = edit(good, 'route.spec.rules.0.retry', { attempts: 2 });
    const findings = await admit([
      set('right', good),
      set('retry in the standard channel', retry),
      set('retry in the experimental channel', retry, 'experimental'),
      set('no field of the type', filtered({ type: 'RequestMirror' })),
      set('unknown field', edit(good, 'waypoint.spec.listener', [])),
      set('policy for a route', edit(good, 'callers.spec.targetRefs.0', { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'api-test' })),
    ]);
    expect(findings.filter(({ source }) => source !== 'analyze').map(({ set: name, source, object }) => `${name}: ${source} ${object}`)).toEqual([
      'retry in the standard channel: schema HTTPRoute istio-egress/api-test',
      'no field of the type: schema HTTPRoute istio-egress/api-test',
      'unknown field: schema Gateway istio-egress/egress',
      'policy for a route: webhook AuthorizationPolicy istio-egress/api-test',
    ]);
    expect(findings.filter(({ set: name }) => name === 'right')).toEqual([]);
  });

  test('finds around objects what they speak of', async () => {
    const objects = Object.values(good) as Manifest[];
    expect(await admit([{ name: 'surrounded', manifests: objects, ...surroundings(objects) }])).toEqual([]);
    const filter = {
      targetRefs: [GATEWAY_REF], configPatches: [{ applyTo: 'CLUSTER', patch: { operation: 'MERGE', value: { connect_timeout: '-1s' } } }],
    };
    const bad = { ...istio('EnvoyFilter', 'istio-egress', 'bad', filter), apiVersion: 'networking.istio.io/v1alpha3' };
    const [right, wrong] = await judge([objects, [...objects, bad]].map(toYaml), ['envoy']);
    expect(right).toEqual([]);
    expect(wrong).toMatchObject([{ judge: 'envoy', message: expect.stringContaining('gateway-egress-istio-egress') }]);
  });
});
