import { ATTEMPTS, Holder, OUT, podOf, resultOf, stepsOf, takenBy } from './attempts';
import { API_ADDRESS, DECLARED, ELSEWHERE, Layer, LockOptions, admissionOf, externals, locked, lockOf, workloads } from './locked';
import { Cases, LockedApi } from './locked-api';
import { NODE_DNS, Outcome, Scenario, Step, apply, describeMesh, external, finish, get, load, lookUp, remove, runMesh, say, stop } from './mesh';
import { iptables } from './prerequisites';
import { istio } from './recipes';
import { lost, traffic } from './traffic';
import { PodUsers } from '../../src';
import { expectBlock } from '../pages';

const COLUMNS: readonly (readonly [string, readonly Layer[]])[] = [
  ['nothing', []],
  ['Sidecar', ['Sidecar']],
  ['NetworkPolicy', ['NetworkPolicy']],
  ['Sidecar and NetworkPolicy', ['Sidecar', 'NetworkPolicy']],
  ['all, and authorization', ['Sidecar', 'NetworkPolicy', 'authorization']],
];
const ALL = COLUMNS[COLUMNS.length - 1][1];

/** A Gateway for everybody's hosts, as many clusters have one. */
const PUBLIC = istio('Gateway', 'istio-ingress', 'public', {
  selector: { istio: 'ingressgateway' }, servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }],
});

const API_SERVICE = [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubernetes', namespace: 'default' },
    spec: { clusterIP: '10.96.0.1', clusterIPs: ['10.96.0.1'], ports: [{ name: 'https', port: 443, targetPort: 6443, protocol: 'TCP' }] },
  },
  {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: 'IPv4',
    ports: [{ name: 'https', port: 6443, protocol: 'TCP' }],
    endpoints: [{ addresses: [API_ADDRESS], conditions: { ready: true } }],
  },
];

const FROM_SHOP = { from: 'shop', timeoutS: 2 };
const ask = (name: string, url: string, more: object = {}) => get(url, { ...FROM_SHOP, name, ...more });

/** What the shop needs, and must keep. */
const NEEDS = [
  ask('http', `http://${DECLARED.payments}/`),
  ask('tls', `https://${DECLARED.cdn}/`),
  say(`tcp://${DECLARED.db}:5432`, { ...FROM_SHOP, name: 'tcp' }),
  ask('own namespace', 'http://cart.shop:8080/'),
  ask('called namespace', 'http://stock.stock:8080/'),
  lookUp(DECLARED.payments, { ...FROM_SHOP, name: 'dns' }),
  lookUp(DECLARED.payments, { ...FROM_SHOP, name: 'node dns', server: NODE_DNS }),
  ask('probe', 'http://cart:8080/', { from: 'node', connect: 'cart:8080' }),
];
const AS_PROXY = { ...FROM_SHOP, uid: 1337 };

function run(layers: readonly Layer[], steps: readonly Step[], options: LockOptions = {}, more: Partial<Scenario> = {}): Promise<Outcome> {
  return runMesh({ manifests: locked(layers, options), fixtures: [PUBLIC], workloads, externals, steps, name: `locked by ${layers.join(', ')}`, ...more });
}

describeMesh('lockdown', () => {
  beforeAll(iptables);

  describe('ways out', () => {
    const seen = new Map<string, string[]>();

    describe.each(COLUMNS)('with %s', (_, layers) => {
      let outcome: Outcome;
      beforeAll(async () => {
        outcome = await run(layers, [...NEEDS, ...ATTEMPTS.flatMap(stepsOf)]);
      });

      test('what is declared works', () => {
        const { named } = outcome;
        expect(named.http).toReach(DECLARED.payments, { leftBy: 'egress' });
        expect(named.tls).toReach(DECLARED.cdn, { leftBy: 'egress' });
        expect(named.tcp).toReach(DECLARED.db, { leftBy: 'egress' });
        for (const [name, server] of [['own namespace', 'cart'], ['called namespace', 'stock'], ['probe', 'cart']]) expect(named[name].server?.server).toBe(server);
        for (const name of ['dns', 'node dns']) expect(named[name].body).toMatch(/^NOERROR 198\.19\./);
      });

      test.each(ATTEMPTS.map(attempt => [attempt.what, attempt] as const))('%s', (what, attempt) => {
        const result = resultOf(attempt, outcome);
        seen.set(what, [...seen.get(what) ?? [], result === OUT ? '**out**' : result]);
        const present: Holder[] = ['the gateway', 'the route', ...layers];
        expect(result).toBe(attempt.heldBy.find(holder => present.includes(holder)) ?? OUT);
      });
    });

    /** Without traffic: what is refused is not there, and what is admitted does what it did without admission. */
    describe('with all, authorization and admission', () => {
      const named = (what: string, cases: Cases) => Object.entries(cases).map(([name, object]) => [`${what}: ${name}`, object] as const);
      const all: Cases = Object.fromEntries(ATTEMPTS.flatMap(attempt => {
        const { pods, objects } = takenBy(attempt);
        return named(attempt.what, { ...pods, ...objects });
      }));
      const policed = ['a pod with hostNetwork: a pod', 'own Sidecar: Sidecar own', "own Gateway on the egress gateway's pods: Gateway rogue"];
      let api: LockedApi;
      let unguarded: Map<string, string>;
      let guarded: Map<string, string>;

      beforeAll(async () => {
        // the range of the lab's Services
        api = await LockedApi.start('--service-cluster-ip-range=10.202.0.0/16');
        unguarded = api.refusals(all);
        await api.guard(admissionOf(), Object.fromEntries(policed.map(name => [name, all[name]])));
        guarded = api.refusals(all);
      }, 900_000);
      afterAll(() => api.stop());

      test('what is declared is admitted', () => {
        const objects = Object.fromEntries(locked(ALL).map((object, i) => [`object ${i}`, object]));
        expect([...api.refusals(objects, 'deployer').values()].join('')).toBe('');
        const pods = Object.fromEntries(['shop', 'cart', 'stock', 'billing'].map(name => [name, podOf(name)]));
        expect([...api.refusals(pods).values()].join('')).toBe('');
      });

      test('broken: without its policies, all that attempts take is admitted', () => {
        expect([...unguarded].filter(([, text]) => text !== '')).toEqual([]);
      });

      test.each(ATTEMPTS.map(attempt => [attempt.what, attempt] as const))('%s', (what, attempt) => {
        const { pods, objects } = takenBy(attempt);
        const said = (cases: Cases) => named(what, cases).map(([name]) => guarded.get(name)!);
        const isRefused = said(pods).every(text => text !== '') || said(objects).some(text => text !== '');
        const results = seen.get(what) ?? [];
        seen.set(what, [...results, isRefused ? 'admission' : results[results.length - 1]]);
        expect(isRefused).toBe(attempt.heldBy[0] === 'admission');
        for (const text of said({ ...pods, ...objects })) expect(text).toMatch(/^$|ValidatingAdmissionPolicy 'egress-lock-\w+' with binding 'egress-lock-\w+' denied request/);
      });

      test('with PodUsers.REFUSE, no pod is admitted either that may become user 1337', async () => {
        const become = Object.keys(all).filter(name => /: a pod of (user 1337|root)$/.test(name));
        expect(become.filter(name => guarded.get(name) === '')).toEqual(become.filter(name => name.endsWith('root')));
        await api.guard(admissionOf(PodUsers.REFUSE), Object.fromEntries(become.map(name => [name, all[name]])));
        expect(api.refusals({ shop: podOf('shop') }).get('shop')).toBe('');
      });
    });

    test('are what docs/lockdown.md lists', () => {
      const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
      const columns = [...COLUMNS.map(([name]) => name), 'and admission'];
      const head = line(['attempt', ...columns]) + line(['---', ...columns.map(() => '---')]);
      expectBlock('docs/lockdown.md', 'ways out', head + [...seen].map(([what, results]) => line([what, ...results])).join(''));
    });
  });

  describe('NetworkPolicies', () => {
    test("broken: with the gateway's Service port instead of its pod port, every route is cut off", async () => {
      const { named } = await run(['NetworkPolicy'], NEEDS, { gatewayPort: 443 });
      for (const name of ['http', 'tls', 'tcp']) {
        expect(named[name].server).toBeUndefined();
        expect(named[name].denied).toContainEqual({ from: 'shop', to: 'egress', protocol: 'TCP', port: 8443 });
      }
      expect(named.dns.body).toMatch(/^NOERROR/);
    });

    test('broken: without the address of node-local DNS, pods that use it resolve nothing', async () => {
      const { named } = await run(['NetworkPolicy'], NEEDS, { without: 'node DNS' });
      expect(named['node dns'].denied).toContainEqual({ from: 'shop', to: 'node-local-dns', protocol: 'UDP', port: 53 });
      expect(named.dns.body).toMatch(/^NOERROR/);
    });

    describe('the API server', () => {
      const toIt = (cidr: string, port: number) => ({
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'api', namespace: 'shop' },
        spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{ to: [{ ipBlock: { cidr } }], ports: [{ port }] }] },
      });
      const calls = (policy: object) => run(['NetworkPolicy'], [AS_PROXY, FROM_SHOP].map(from => get('https://kubernetes.default.svc/', { ...from, connect: '10.96.0.1:443' })), {}, {
        fixtures: [PUBLIC, policy, ...API_SERVICE], externals: [...externals, external(API_ADDRESS, { https: 6443 }, { certHost: 'kubernetes.default.svc' })],
      });

      test('is reached if its own address and port are allowed', async () => {
        const { answers } = await calls(toIt(`${API_ADDRESS}/32`, 6443));
        for (const answer of answers) expect(answer).toReach(API_ADDRESS, { port: 6443, leftBy: 'shop' });
      });

      test('broken: with the address and port of its Service it is not', async () => {
        const { answers } = await calls(toIt('10.96.0.1/32', 443));
        for (const answer of answers) expect(answer.denied).toContainEqual({ from: 'shop', to: API_ADDRESS, protocol: 'TCP', port: 6443 });
      });
    });

    test('broken: without cluster DNS, the gateway resolves no host', async () => {
      const { named } = await run(['NetworkPolicy'], NEEDS, { without: 'DNS' });
      expect(named.http).toFail({ status: 503, at: 'egress', flags: 'UH' });
      expect(named.dns.denied).toContainEqual({ from: 'shop', to: 'cluster-dns', protocol: 'UDP', port: 53 });
    });

    test('broken: without istiod, no proxy that they select becomes ready', async () => {
      const { troubles } = await run(['NetworkPolicy'], [], { without: 'istiod' }, { troubled: true, readyS: 3 });
      for (const held of ['shop', 'cart', 'egress']) expect(troubles).toContainEqual(expect.stringMatching(`^proxy ${held} is not ready`));
      expect(troubles).not.toContainEqual(expect.stringMatching('^proxy stock '));
    });
  });

  describe('ClusterNetworkPolicies', () => {
    const others = { ...ATTEMPTS.find(({ what }) => what === 'own NetworkPolicy')! };
    const held = [...ATTEMPTS.filter(({ heldBy, objects }) => heldBy.includes('NetworkPolicy') && !objects), { ...others, heldBy: ['NetworkPolicy'] as Holder[] }];

    test('hold what NetworkPolicies hold, and those of others, and keep what is declared', async () => {
      const cluster = lockOf(['NetworkPolicy'], { cluster: true }).filter(({ kind }) => kind === 'ClusterNetworkPolicy');
      expect(cluster).toHaveLength(1);
      // alone, because the NetworkPolicies beside them say the same
      const alone = [...locked([]), ...cluster];
      const outcome = await run([], [...NEEDS, ...held.flatMap(stepsOf)], {}, { manifests: alone as object[] });
      const { named } = outcome;
      expect(named.http).toReach(DECLARED.payments, { leftBy: 'egress' });
      expect(named.tls).toReach(DECLARED.cdn, { leftBy: 'egress' });
      expect(named.tcp).toReach(DECLARED.db, { leftBy: 'egress' });
      for (const [name, server] of [['own namespace', 'cart'], ['called namespace', 'stock'], ['probe', 'cart']]) expect(named[name].server?.server).toBe(server);
      for (const name of ['dns', 'node dns']) expect(named[name].body).toMatch(/^NOERROR 198\.19\./);
      const results = held.map(attempt => `${attempt.what}: ${resultOf(attempt, outcome)}`);
      expect(results).toEqual(held.map(({ what }) => `${what}: NetworkPolicy`));
    });

    test('broken: with its last rule first, one denies what is declared', async () => {
      const [policy] = lockOf(['NetworkPolicy'], { cluster: true }).filter(({ kind }) => kind === 'ClusterNetworkPolicy') as any[];
      const turned = { ...policy, spec: { ...policy.spec, egress: [...policy.spec.egress].reverse() } };
      // proxies come up first: without istiod none becomes ready
      const { named } = await run([], [apply([turned]), ask('http', `http://${DECLARED.payments}/`)]);
      expect(named.http.denied).toContainEqual({ from: 'shop', to: 'egress', protocol: 'TCP', port: 8443 });
    });
  });

  describe('under load', () => {
    const objects = lockOf(ALL);
    const past = (name: string) => get(`https://${ELSEWHERE}/`, { ...AS_PROXY, name });

    test('the lock is applied and removed object by object without losing a declared request', async () => {
      const outcome = await run([], [
        traffic('http', `http://${DECLARED.payments}/`, 'shop'),
        traffic('tls', `https://${DECLARED.cdn}/`, 'shop'),
        past('before'), ...objects.map(object => apply([object])), past('locked'), ...objects.map(object => remove([object])), past('after'),
        stop('http'), stop('tls'),
      ]);
      for (const name of ['before', 'after']) expect(outcome.named[name]).toReach(ELSEWHERE, { leftBy: 'shop' });
      expect(outcome.named.locked.denied).toHaveLength(1);
      for (const name of ['http', 'tls']) expect(lost(outcome.loads[name])).toBe(0);
    });

    test('open connections stay open, new ones are held', async () => {
      const outcome = await run([], [
        load('kept', `https://${ELSEWHERE}/`, { ...AS_PROXY, count: 400, rate: 400 }),
        apply(objects), past('new'), finish('kept'),
      ]);
      expect(outcome.loads.kept.tally).toEqual({ [`200 ${ELSEWHERE}`]: 400 });
      expect(outcome.named.new.denied).toHaveLength(1);
    });
  });
});
