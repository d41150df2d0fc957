import { App, Chart, JsonPatch } from 'cdk8s';
import { Outcome, Scenario, Step, apply, describeMesh, egressGateway, external, get, remove, runMesh, say, service, sidecar, stop } from './mesh';
import { istio } from './recipes';
import { size } from './size';
import { count, lost, traffic } from './traffic';
import {
  Caller, EgressGateway, EgressLock, EgressLockProps, EgressRoute, ExternalPort, ExternalService, GatewayWorkload, LockPhase, MeshPeer, SidecarScope,
} from '../../src';

const workloads = [
  sidecar('app', { namespace: 'shop' }), sidecar('till', { namespace: 'billing' }), egressGateway(),
  service('ledger', { namespace: 'shop', http: 8080 }), service('stock', { namespace: 'stock', http: 8080 }), service('wiki', { namespace: 'wiki', http: 8080 }),
];
const externals = [
  external('payments.test', { http: 80, https: 443 }), external('cdn.test', { https: 443 }), external('db.test', { tcp: 5432 }),
  external('evil.test', { http: 80, https: 443, tcp: 9999 }),
];

/** The shop pays by HTTP, and billing as well; both fetch from a mirror by TLS of their own. */
function routes(callers = [Caller.namespace('shop'), Caller.namespace('billing')]): { app: App; platform: Chart; shop: Chart; gateway: EgressGateway } {
  const app = new App();
  const platform = new Chart(app, 'platform', { namespace: 'istio-system' });
  const workload = GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' });
  const gateway = new EgressGateway(platform, 'egress', { workload });
  const shop = new Chart(app, 'shop', { namespace: 'shop' });
  const services = { 'payments.test': ExternalPort.httpToHttps(), 'cdn.test': ExternalPort.https(), 'db.test': ExternalPort.tcp({ number: 5432 }) };
  for (const [host, port] of Object.entries(services)) {
    const addresses = port.portNumber === 5432 ? ['240.0.0.9'] : undefined;
    new EgressRoute(shop, `${host}-route`, { service: new ExternalService(shop, host, { hosts: [host], ports: [port], addresses }), gateway, callers });
  }
  return { app, platform, shop, gateway };
}

function locked(props: Partial<EgressLockProps> = {}, edit?: (lock: EgressLock) => void): App {
  const { app, platform, gateway } = routes();
  const lock = new EgressLock(platform, 'lock', { gateway, calls: [MeshPeer.namespace('stock')], ...props });
  edit?.(lock);
  return app;
}

const parts = (app: App) => app.charts.flatMap(chart => chart.toJson() as Manifest[]);
interface Manifest { readonly kind: string; readonly metadata: { readonly name: string; readonly namespace: string } }

const declared = (from = 'app') => [
  get('http://payments.test/', { from }), get('https://cdn.test/', { from }), say('tcp://240.0.0.9:5432', { from, connect: '240.0.0.9:5432' }),
  get('http://stock.stock.svc.cluster.local:8080/', { from }),
];
const undeclared = (from = 'app', timeoutS = 3) => [
  get('http://evil.test/', { from, timeoutS }), get('https://evil.test/', { from, timeoutS }), say('tcp://evil.test:9999', { from, timeoutS }),
  get('https://payments.test/', { from, timeoutS }),
];

const wiki = get('http://wiki.wiki.svc.cluster.local:8080/', { from: 'app' });

async function run(manifests: App | readonly object[], steps: Step[], more: Partial<Scenario> = {}): Promise<Outcome> {
  const outcome = await runMesh({ manifests: manifests as App, workloads, externals, steps, ...more });
  if (Object.keys(outcome.loads).length > 0) count(outcome);
  return outcome;
}

describeMesh('locked namespaces', () => {
  describe('a Sidecar of a lock', () => {
    test.each(['app', 'till'])('lets %s reach what is declared', async from => {
      const outcome = await run(locked(), declared(from));
      const [payments, cdn, db, stock] = outcome.answers;
      expect(payments).toReach('payments.test', { leftBy: 'egress', sni: 'payments.test' });
      expect(cdn).toReach('cdn.test', { leftBy: 'egress', sni: 'cdn.test' });
      expect(db).toReach('db.test', { leftBy: 'egress' });
      expect(stock.status).toBe(200);
      expect(outcome).toKeepInside(from);
    });

    test.each(['app', 'till'])('refuses %s what is not', async from => {
      const outcome = await run(locked(), undeclared(from));
      const [http, tls, tcp, around] = outcome.answers;
      expect(http).toFail({ status: 502, at: from });
      for (const answer of [tls, tcp, around]) expect(answer).toFail({ at: from, cluster: 'BlackHoleCluster', flags: 'UH' });
      expect(outcome).toKeepInside(from);
    });

    test('broken: without a lock all of this leaves by the sidecar', async () => {
      const outcome = await run(routes().app, undeclared());
      for (const answer of outcome.answers) expect(answer.server).toMatchObject({ peer: 'app' });
    });

    test('knows the namespaces that are called, and no others', async () => {
      const inside = (name: string) => get(`http://${name}.${name}.svc.cluster.local:8080/`, { from: 'app' });
      const [stock, other, own] = (await run(locked(), [inside('stock'), inside('wiki'), get('http://ledger.shop.svc.cluster.local:8080/', { from: 'app' })])).answers;
      expect([stock.status, own.status]).toEqual([200, 200]);
      expect(other).toFail({ status: 502, at: 'app' });
    });

    test('broken: without the name of leg 1 clear text leaves while the lock observes', async () => {
      const blind = (lock: EgressLock) => lock.parts.find(({ kind, metadata }) => kind === 'Sidecar' && metadata.namespace === 'shop')!
        .addJsonPatch(JsonPatch.replace('/spec/egress/0/hosts', ['./*', 'kube-system/*']));
      const pays = get('http://payments.test/', { from: 'app' });
      const [right] = (await run(locked({ phase: LockPhase.OBSERVE }), [pays], { workloads: workloads.slice(0, 3) })).answers;
      expect(right).toReach('payments.test', { leftBy: 'egress', sni: 'payments.test' });
      const [wrong] = (await run(locked({ phase: LockPhase.OBSERVE }, blind), [pays], { workloads: workloads.slice(0, 3) })).answers;
      expect(wrong).toReach('payments.test', { leftBy: 'app', port: 80 });
    });
  });

  describe('a lock that observes', () => {
    const steps = [...declared(), ...undeclared(), wiki];
    const logged = ({ answers }: Outcome) => answers.map(({ hops }) => hops.some(({ proxy }) => proxy === 'app'));

    test('lets everything pass, and logs exactly what one that enforces refuses and logs', async () => {
      const observed = await run(locked({ phase: LockPhase.OBSERVE }), steps);
      const enforced = await run(locked(), steps);
      expect(observed.answers.map(({ status, server }) => status === 200 || server !== undefined)).toEqual(steps.map(() => true));
      const refused = [...declared().map(() => false), ...undeclared().map(() => true), true];
      expect(enforced.answers.map(({ status, server }) => !(status === 200 || server !== undefined))).toEqual(refused);
      expect(logged(observed)).toEqual(refused);
      expect(logged(enforced)).toEqual(refused);
    });

    test('broken: with the attribute that Envoy has for this, nothing is logged', async () => {
      const filter = (lock: EgressLock) => lock.parts.filter(({ kind }) => kind === 'Telemetry')
        .forEach(part => part.addJsonPatch(JsonPatch.replace('/spec/accessLogging/0/filter/expression', "upstream.cluster_name == 'PassthroughCluster'")));
      expect(logged(await run(locked({ phase: LockPhase.OBSERVE }, filter), undeclared()))).toEqual(undeclared().map(() => false));
    });
  });

  describe('the same clients in clear text', () => {
    const bare = [...workloads, sidecar('legacy', { namespace: 'wiki', noProxy: true })];
    const asks = get('http://ledger.shop.svc.cluster.local:8080/', { from: 'legacy', timeoutS: 3 });
    const mesh = get('http://ledger.shop.svc.cluster.local:8080/', { from: 'app' });

    test('are refused by a locked namespace, and pods with a reason accept them', async () => {
      const [refused, own] = (await run(locked(), [asks, mesh], { workloads: bare })).answers;
      expect(refused.status).toBe(0);
      expect(own.status).toBe(200);
      const plaintextPorts = [{ namespace: 'shop', pods: { app: 'ledger' }, port: 8080, reason: 'its clients have no sidecars' }];
      const answers = (await run(locked({ plaintextPorts }), [asks, mesh], { workloads: bare })).answers;
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    });

    test('broken: without a lock they are served', async () => {
      expect((await run(routes().app, [asks], { workloads: bare })).answers[0].status).toBe(200);
    });
  });

  describe('under load', () => {
    const loads = [traffic('pays', 'http://payments.test/'), traffic('fetches', 'https://cdn.test/'), traffic('counts', 'http://stock.stock.svc.cluster.local:8080/')];
    const stops = ['pays', 'fetches', 'counts'].map(stop);
    const ofLock = (app: App) => parts(app).filter(({ kind }) => ['Sidecar', 'PeerAuthentication', 'Telemetry', 'NetworkPolicy'].includes(kind));

    test('it is applied, watches, enforces and is taken away, and no declared request is lost', async () => {
      const [observing, enforcing] = [ofLock(locked({ phase: LockPhase.OBSERVE })), ofLock(locked())];
      const [evil] = undeclared();
      const outcome = await run(routes().app, [
        ...loads, evil, ...observing.map(one => apply([one])), evil, ...enforcing.map(one => apply([one])), evil,
        ...[...enforcing].reverse().map(one => remove([one])), evil, ...stops,
      ]);
      const [before, watched, enforced, after] = outcome.answers;
      for (const answer of [before, watched, after]) expect(answer).toReach('evil.test', { leftBy: 'app' });
      expect(enforced).toFail({ status: 502 });
      for (const name of ['pays', 'fetches', 'counts']) {
        expect(outcome.loads[name].sent).toBeGreaterThan(100);
        expect(lost(outcome.loads[name])).toBe(0);
      }
    });

    test('broken: a Sidecar without a called namespace is noticed', async () => {
      const narrow = ofLock(locked({ calls: [] })).filter(({ kind }) => kind === 'Sidecar');
      const outcome = await run(routes().app, [...loads, apply(narrow), get('http://payments.test/', { from: 'app' }), ...stops]);
      expect(lost(outcome.loads.counts)).toBeGreaterThan(0);
    });
  });

  describe('what an app cannot see', () => {
    const open = istio('Sidecar', 'shop', 'another', { outboundTrafficPolicy: { mode: 'ALLOW_ANY' }, egress: [{ hosts: ['*/*'] }] });

    test('another Sidecar of the namespace wins if it is older or its name comes first, and the NetworkPolicy holds what passes', async () => {
      const [http] = undeclared();
      const held = await run([], [apply([open]), apply(parts(locked())), http]);
      expect(held.answers[0].denied).toContainEqual(expect.objectContaining({ from: 'app', to: 'evil.test' }));
      const alone = locked({ omit: { networkPolicy: 'to see the Sidecar alone' } });
      const left = await run([], [apply([open]), apply(parts(alone)), http]);
      expect(left.answers[0]).toReach('evil.test', { leftBy: 'app' });
    });
  });

  describe('a lock over routes for every namespace', () => {
    /** Locks the shop, and not billing. */
    function some(edit?: (lock: EgressLock) => void): App {
      const { app, platform, gateway } = routes([Caller.anyNamespace('everybody pays')]);
      const lock = new EgressLock(platform, 'lock', { gateway, namespaces: ['shop'], calls: [MeshPeer.namespace('stock')] });
      edit?.(lock);
      return app;
    }

    test('locks those that it lists, and all of them call', async () => {
      const { answers } = await run(some(), [...declared(), ...undeclared(), ...declared('till').slice(0, 3)]);
      for (const [i, host] of ['payments.test', 'cdn.test', 'db.test'].entries()) {
        for (const answer of [answers[i], answers[i + 8]]) expect(answer).toReach(host, { leftBy: 'egress' });
      }
      expect(answers[3].status).toBe(200);
      expect(answers[4]).toFail({ status: 502, at: 'app' });
      for (const answer of answers.slice(5, 8)) expect(answer).toFail({ at: 'app', cluster: 'BlackHoleCluster' });
    });

    test('broken: with a gateway whose NetworkPolicy names the locked namespace, the others cannot call', async () => {
      const narrow = (lock: EgressLock) => lock.parts.find(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.namespace === 'istio-system')!
        .addJsonPatch(JsonPatch.replace('/spec/ingress/0/from/0/namespaceSelector', { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } }));
      const { answers: [invited, held] } = await run(some(narrow), ['app', 'till'].map(from => get('http://payments.test/', { from, timeoutS: 3 })));
      expect(invited).toReach('payments.test', { leftBy: 'egress' });
      expect(held.denied).toContainEqual(expect.objectContaining({ from: 'till', to: 'egress' }));
    });
  });

  describe('a scope of sidecars', () => {
    test('leaves out what is not called, and what is declared works', async () => {
      const { app, shop } = routes();
      new SidecarScope(shop, 'scope', { calls: [MeshPeer.service('stock', { namespace: 'stock' })] });
      const [payments, cdn, db, stock, other] = (await run(app, [...declared(), wiki])).answers;
      expect(payments).toReach('payments.test', { leftBy: 'egress', sni: 'payments.test' });
      expect(cdn).toReach('cdn.test', { leftBy: 'egress' });
      expect(db).toReach('db.test', { leftBy: 'egress' });
      expect([stock.status, other.status]).toEqual([200, 200]);
      const [all, scoped] = await Promise.all([routes().app, app].map(manifests => size({ manifests, workloads })));
      expect(all.app.clusters - scoped.app.clusters).toBeGreaterThan(1);
    });

    test('leaves a mesh closed that is', async () => {
      const { app, shop } = routes();
      new SidecarScope(shop, 'scope', {});
      const meshConfig = 'outboundTrafficPolicy: { mode: REGISTRY_ONLY }';
      expect((await run(app, [undeclared()[0]], { meshConfig })).answers[0]).toFail({ status: 502, at: 'app' });
    });
  });
});
