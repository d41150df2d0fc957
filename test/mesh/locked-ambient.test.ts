import { App, JsonPatch } from 'cdk8s';
import { ambient, apply, describeMesh, external, get, Outcome, Scenario, say, service, Step, waypoint } from './mesh';
import { istio } from './recipes';
import { declare, run } from './world';
import { Caller, EgressLock, EgressLockProps, EgressRoute, ExternalPort, ExternalService, GatewayWorkload, MeshPeer } from '../../src';

const workload = GatewayWorkload.waypoint('egress', { namespace: 'istio-egress' });
const serving = (name: string, namespace: string) => ({ ...service(name, { namespace, http: 8080 }), ambient: true });
const workloads = [
  ambient('app', { namespace: 'shop' }), ambient('till', { namespace: 'billing' }), ambient('stranger', { namespace: 'other' }), waypoint(),
  serving('ledger', 'shop'), serving('stock', 'stock'), serving('wiki', 'wiki'),
];
const externals = [
  external('api.test', { https: 443, http: 80 }), external('cdn.test', { https: 443 }), external('db.test', { tcp: 5432 }),
  external('evil.test', { http: 80, https: 443, tcp: 9999, udp: 9999 }),
];

function locked(props: Partial<EgressLockProps> = {}, edit: (lock: EgressLock) => void = () => {}): App {
  const callers = [Caller.namespace('shop'), Caller.namespace('billing')];
  const { app, shop, gateway } = declare({ ports: [ExternalPort.httpToHttps()] }, { callers }, { workload });
  for (const [name, port] of [['cdn', ExternalPort.https()], ['db', ExternalPort.postgres()]] as const) {
    new EgressRoute(shop, `${name}-route`, { service: new ExternalService(shop, name, { hosts: [`${name}.test`], ports: [port] }), gateway, callers });
  }
  edit(new EgressLock(shop, 'lock', { gateway, calls: [MeshPeer.service('stock', { namespace: 'stock', pods: { app: 'stock' }, ports: [8080] })], ...props }));
  return app;
}

const unlocked = { omit: { networkPolicy: 'it is tried without' } };
const declared = (from: string) => [get('http://api.test/', { from }), get('https://cdn.test/', { from }), say('tcp://db.test:5432', { from })];
const undeclared = (from: string, timeoutS = 3) => [
  get('http://evil.test/', { from, timeoutS }), get('https://evil.test/', { from, timeoutS }), say('tcp://evil.test:9999', { from, timeoutS }), say('udp://evil.test:9999', { from, timeoutS }),
];
const inside = (name: string, namespace = name) => get(`http://${name}.${namespace}.svc.cluster.local:8080/`, { from: 'app', timeoutS: 3 });
const ask = (app: App, steps: Step[], more: Partial<Pick<Scenario, 'fixtures'>> = {}): Promise<Outcome> => run({ app }, externals, steps, { workloads, ...more });
const policyOf = (lock: EgressLock, namespace: string) => lock.parts.find(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.namespace === namespace)!;

describeMesh('namespaces locked in ambient', () => {
  test.each(['app', 'till'])('%s reaches what is declared by the waypoint, and nothing else outside', async from => {
    const { answers } = await ask(locked(), [...declared(from), ...undeclared(from)]);
    ['api.test', 'cdn.test', 'db.test'].forEach((host, i) => expect(answers[i]).toReach(host, { leftBy: 'egress' }));
    for (const answer of answers.slice(3)) {
      expect(answer.seen).toEqual([]);
      expect(answer.denied).toContainEqual(expect.objectContaining({ from, to: 'evil.test' }));
    }
  });

  test('broken: without its NetworkPolicy, all of this leaves', async () => {
    const { answers } = await ask(locked({ ...unlocked, calls: [] }), undeclared('app'));
    for (const answer of answers) expect(answer.server).toMatchObject({ peer: 'app' });
  });

  test('its own namespace and what it calls are reached, and no other', async () => {
    const { answers: [own, called, other] } = await ask(locked(), [inside('ledger', 'shop'), inside('stock'), inside('wiki')]);
    expect([own.status, called.status]).toEqual([200, 200]);
    expect(other.denied).toContainEqual(expect.objectContaining({ from: 'app', to: 'wiki' }));
  });

  test('broken: with the port of the pods alone, what is called is not reached, because ztunnel comes by its own', async () => {
    const narrow = (lock: EgressLock) => policyOf(lock, 'shop').addJsonPatch(JsonPatch.test('/spec/egress/4/ports/1/port', 15008), JsonPatch.remove('/spec/egress/4/ports/1'));
    const { answers: [called] } = await ask(locked({}, narrow), [inside('stock')]);
    expect(called.denied).toContainEqual(expect.objectContaining({ from: 'app', to: 'stock', port: 15008 }));
  });

  test('broken: without the port of tunnels, what is declared is not reached', async () => {
    const narrow = (lock: EgressLock) => policyOf(lock, 'shop').addJsonPatch(JsonPatch.replace('/spec/egress/2/ports/0/port', 443));
    const { answers: [api] } = await ask(locked({}, narrow), declared('app').slice(0, 1));
    expect(api.denied).toContainEqual(expect.objectContaining({ from: 'app', to: 'egress', port: 15008 }));
  });

  describe('the pods of the waypoint', () => {
    test('are reached by callers alone', async () => {
      const { answers: [stranger] } = await ask(locked(), [get('http://api.test/', { from: 'stranger', timeoutS: 3 })]);
      expect(stranger.denied).toContainEqual(expect.objectContaining({ from: 'stranger', to: 'egress', port: 15008 }));
    });

    test('broken: without their NetworkPolicy, their policies alone refuse strangers', async () => {
      const { answers: [stranger] } = await ask(locked({ omit: { gatewayNetworkPolicy: 'it is tried without' } }), [get('http://api.test/', { from: 'stranger' })]);
      expect(stranger).toFail({ status: 403, at: 'egress' });
    });

    test('do not leave to ports that nothing declares', async () => {
      const bound = { hosts: ['evil.test'], location: 'MESH_EXTERNAL', resolution: 'DNS', ports: [{ number: 9999, name: 'tcp', protocol: 'TCP' }] };
      const byHand = { ...istio('ServiceEntry', 'istio-egress', 'evil', bound), metadata: { name: 'evil', namespace: 'istio-egress', labels: { 'istio.io/use-waypoint': 'egress' } } };
      const targetRefs = [{ group: 'networking.istio.io', kind: 'ServiceEntry', name: 'evil' }];
      const opened = { apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata: { name: 'evil', namespace: 'istio-egress' }, spec: { targetRefs, rules: [{}] } };
      const step = say('tcp://evil.test:9999', { from: 'app', timeoutS: 3 });
      const { answers: [held] } = await ask(locked(), [step], { fixtures: [byHand, opened] });
      expect(held.denied).toContainEqual(expect.objectContaining({ from: 'egress', to: 'evil.test', port: 9999 }));
      const { answers: [out] } = await ask(locked({ omit: { gatewayNetworkPolicy: 'it is tried without' } }), [step], { fixtures: [byHand, opened] });
      expect(out).toReach('evil.test', { leftBy: 'egress' });
    });
  });

  describe('a ServiceEntry of others', () => {
    const evil = { hosts: ['api.test'], location: 'MESH_EXTERNAL', resolution: 'DNS', ports: [{ number: 80, name: 'http', protocol: 'HTTP' }], endpoints: [{ address: 'evil.test' }] };
    const entry = (namespace: string) => {
      const made = istio('ServiceEntry', namespace, 'evil', evil);
      return { ...made, metadata: { name: 'evil', namespace, creationTimestamp: '2020-01-01T00:00:00Z' } };
    };

    test.each(['shop', 'other'])('in %s leads nobody out, though it is older', async namespace => {
      const { answers: [answer] } = await ask(locked(), declared('app').slice(0, 1), { fixtures: [entry(namespace)] });
      expect(answer.seen.filter(({ server }) => server !== 'api.test')).toEqual([]);
    });

    test.each(['shop', 'other'])('broken: in %s, without the NetworkPolicy, it does', async namespace => {
      const { answers: [answer] } = await ask(locked({ ...unlocked, calls: [] }), declared('app').slice(0, 1), { fixtures: [entry(namespace)] });
      expect(answer).toReach('evil.test', { leftBy: 'app' });
    });
  });

  test('a namespace that is no longer enrolled gets nowhere', async () => {
    const left = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: { 'istio.io/dataplane-mode': 'none' } } };
    const bare = workloads.map(one => (one.name === 'app' ? { ...one, ambient: false, noProxy: true } : one));
    const { answers } = await run({ app: locked() }, externals, [apply([left]), ...declared('app').slice(0, 2), ...undeclared('app')], { workloads: bare });
    for (const answer of answers) expect(answer.seen).toEqual([]);
  });
});
