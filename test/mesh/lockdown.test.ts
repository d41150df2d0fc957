import { ATTEMPTS, Holder, resultOf, stepsOf } from './attempts';
import { DECLARED, Layer, LockOptions, externals, locked, workloads } from './locked';
import { NODE_DNS, Outcome, Step, describeMesh, get, lookUp, runMesh, say } from './mesh';
import { iptables } from './prerequisites';
import { istio } from './recipes';

const COLUMNS: readonly (readonly [string, readonly Layer[]])[] = [
  ['nothing', []],
  ['Sidecar', ['Sidecar']],
  ['NetworkPolicy', ['NetworkPolicy']],
  ['both', ['Sidecar', 'NetworkPolicy']],
  ['both, and authorization', ['Sidecar', 'NetworkPolicy', 'authorization']],
];

/** A Gateway for everybody's hosts, as many clusters have one. */
const PUBLIC = istio('Gateway', 'istio-ingress', 'public', {
  selector: { istio: 'ingressgateway' }, servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }],
});

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

function run(layers: readonly Layer[], steps: readonly Step[], options: LockOptions = {}, troubled = false): Promise<Outcome> {
  return runMesh({ manifests: locked(layers, options), fixtures: [PUBLIC], workloads, externals, steps, troubled, name: layers.join(' ') });
}

describeMesh('lockdown', () => {
  beforeAll(iptables);

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
      const present: Holder[] = ['the gateway', 'the route', ...layers];
      expect(resultOf(attempt, outcome.named[what])).toBe(attempt.heldBy.find(holder => present.includes(holder)) ?? 'OUT');
    });
  });
});
