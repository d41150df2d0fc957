import { App } from 'cdk8s';
import {
  LoadReport, Outcome, Scenario, Step, apply, describeMesh, down, egressGateway, external, finish, get, kill, load, runMesh, start, stop, up,
} from './mesh';
import { count, externals, lost, lostSince, objectsOf, routesTo, traffic, workloads } from './traffic';
import { ClientCertificate, ExternalPort, UpstreamTls } from '../../src';

const FROM_APP = { from: 'app' };

async function run(manifests: App, steps: Step[], more: Partial<Scenario> = {}): Promise<Outcome> {
  const outcome = await runMesh({ manifests, workloads, externals, steps, ...more });
  count(outcome);
  expect(outcome).toKeepInside('app');
  expect(outcome).toKeepInside('till');
  return outcome;
}

/** How many requests meet the short trouble depends on the machine: what the trouble looks like is asked of a request of its own. */
function expectOnly({ tally }: LoadReport, ...outcomes: string[]): void {
  expect(outcomes).toEqual(expect.arrayContaining(Object.keys(tally)));
  expect(tally).toHaveProperty(['200 api.test']);
}

describeMesh('egress: under load', () => {
  test('both legs carry thousands of requests of two callers without an error', async () => {
    const routes = routesTo({ 'api.test': [ExternalPort.httpToHttps(), ExternalPort.https()] });
    const load1000 = (from: string, scheme: string) => load(`${from}-${scheme}`, `${scheme}://api.test/get`, { from, count: 1000, concurrency: 4 });
    const loads = ['app', 'till'].flatMap(from => ['http', 'https'].map(scheme => ({ from, scheme, name: `${from}-${scheme}` })));
    const outcome = await run(routes, [
      ...loads.map(({ from, scheme }) => load1000(from, scheme)),
      ...loads.map(({ name }) => finish(name)),
    ]);
    for (const { name } of loads) expect(outcome.loads[name].tally).toEqual({ '200 api.test': 1000 });
    for (const from of ['app', 'till']) {
      expect(outcome.loads[`${from}-http`].access).toEqual({ [from]: { '200 - via_upstream': 1000 }, egress: { '200 - via_upstream': 1000 } });
    }
    expect(outcome.seen.filter(({ peer, sni }) => peer === 'egress' && sni === 'api.test')).toHaveLength(4000);
  });

  test('only requests sent while the gateway is dead are lost', async () => {
    const outcome = await run(routesTo({ 'api.test': [ExternalPort.http()] }), [
      traffic('app', 'http://api.test/get'),
      traffic('till', 'http://api.test/get', 'till'),
      kill('egress'),
      get('http://api.test/get', FROM_APP),
      start('egress'),
      load('after', 'http://api.test/get', { from: 'app', count: 300, concurrency: 4 }),
      finish('after'), stop('app'), stop('till'),
    ]);
    expect(outcome.answers[0]).toFail({ status: 503, at: 'app', flags: 'URX,UF' });
    expect(outcome.loads.after.tally).toEqual({ '200 api.test': 300 });
    for (const name of ['app', 'till']) {
      expectOnly(outcome.loads[name], '200 api.test', '503');
      expect(lostSince(5, outcome.loads[name])).toBe(0);
    }
  });

  test('requests to one host continue while another is down', async () => {
    const outcome = await run(routesTo({ 'api.test': [ExternalPort.http()], 'auth.test': [ExternalPort.http()] }), [
      traffic('api', 'http://api.test/get'),
      traffic('auth', 'http://auth.test/get', 'till'),
      down('api.test'),
      get('http://api.test/get', FROM_APP),
      up('api.test'),
      load('after', 'http://api.test/get', { from: 'app', count: 300, concurrency: 4 }),
      finish('after'), stop('api'), stop('auth'),
    ]);
    expect(outcome.answers[0]).toFail({ status: 503, at: 'egress', flags: 'URX,UF' });
    expectOnly(outcome.loads.api, '200 api.test', '503');
    expect(lostSince(5, outcome.loads.api)).toBe(0);
    expect(outcome.loads.after.tally).toEqual({ '200 api.test': 300 });
    expect(lost(outcome.loads.auth)).toBe(0);
  });

  test('next to nothing is lost when one of two gateways dies', async () => {
    const outcome = await run(routesTo({ 'api.test': [ExternalPort.http()] }), [
      load('app', 'http://api.test/get', { ...FROM_APP, count: 1000, concurrency: 4, rate: 1000 }),
      kill('egress'),
      finish('app'),
    ], { workloads: [...workloads, egressGateway({ name: 'egress-2' })] });
    expect(lost(outcome.loads.app)).toBeLessThan(50);
    expect(outcome.loads.app.access['egress-2']['200 - via_upstream']).toBeGreaterThan(900);
  });

  test('a missing client certificate holds up only its own host', async () => {
    const tls = UpstreamTls.mutual({ clientCertificate: ClientCertificate.secret('api-client', { namespace: 'istio-system' }) });
    const data = { 'tls.crt': '${cert:client:shop.example}', 'tls.key': '${key:client:shop.example}', 'ca.crt': '${ca:public}' };
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'api-client', namespace: 'istio-system' }, data };
    const auth = { 'auth.test': [ExternalPort.http()] };
    const request = get('http://api.test/get', FROM_APP);
    const outcome = await run(routesTo(auth), [
      traffic('auth', 'http://auth.test/get', 'till'),
      apply(objectsOf(routesTo({ ...auth, 'api.test': [ExternalPort.httpToHttps({ tls })] }))),
      request,
      apply([secret]),
      request,
      load('api', 'http://api.test/get', { ...FROM_APP, count: 300, concurrency: 4 }),
      finish('api'), stop('auth'),
    ], { externals: [external('api.test', { https: 443 }, { clientAuth: true }), externals[1]], troubled: true, readyS: 3 });
    const [missing, present] = outcome.answers;
    expect(missing).toFail({ status: 503, at: 'egress' });
    expect(present).toReach('api.test', { leftBy: 'egress', clientSAN: 'shop.example' });
    expect(outcome.loads.api.tally).toEqual({ '200 api.test': 300 });
    expect(lost(outcome.loads.auth)).toBe(0);
    expect(outcome.troubles).toEqual([expect.stringMatching(/^apply: not converged .*egress.istio-system has not answered on Cluster$/)]);
  });
});
