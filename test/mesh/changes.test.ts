import { App, Chart } from 'cdk8s';
import { Outcome, Step, apply, describeMesh, finish, get, load, remove, runMesh, stop } from './mesh';
import {
  Manifest, REGISTRY_ONLY, applyEach, change, count, externals, gone, lost, lostSince, objectsOf, routesTo, traffic, workloads,
} from './traffic';
import {
  Caller, EgressGateway, EgressLock, EgressRoute, ExternalPort, ExternalService, GatewayWorkload, VirtualServiceLayout,
} from '../../src';

const http = { 'api.test': [ExternalPort.http()] };
const secure = { 'api.test': [ExternalPort.httpToHttps()] };
const request = get('http://api.test/get', { from: 'app' });

async function run(manifests: App, steps: Step[], meshConfig?: string): Promise<Outcome> {
  const outcome = await runMesh({ manifests, workloads, externals, steps, meshConfig });
  count(outcome);
  return outcome;
}

const ofApi = ({ spec }: Manifest) => spec.host === 'api.test' || spec.hosts?.includes('api.test');

describeMesh('egress: changes under load', () => {
  test('a second host is added without disturbing the first', async () => {
    const both = routesTo({ ...http, 'auth.test': [ExternalPort.http()] });
    const steps = change(routesTo(http), both);
    const auth = get('http://auth.test/get', { from: 'app' });
    const outcome = await run(routesTo(http), [traffic('api', 'http://api.test/get'), ...steps, auth, stop('api')]);
    expect(outcome.answers[0]).toReach('auth.test', { leftBy: 'egress' });
    expect(lost(outcome.loads.api)).toBe(0);
    expect(outcome).toKeepInside('app');
  });

  test('TLS is switched on, and no clear text reaches a TLS port', async () => {
    const steps = change(routesTo(http), routesTo(secure));
    const outcome = await run(routesTo(http), [traffic('api', 'http://api.test/get'), ...steps, request, stop('api')]);
    expect(outcome.answers[0]).toReach('api.test', { leftBy: 'egress', sni: 'api.test' });
    expect(Object.keys(outcome.loads.api.tally).filter(o => !['200 api.test', '503'].includes(o))).toEqual([]);
    expect(lostSince(steps.length + 1, outcome.loads.api)).toBe(0);
    expect(lost(outcome.loads.api)).toBeLessThan(outcome.loads.api.sent / 2);
    expect(outcome).toKeepInside('app');
  });

  test('callers come and go without disturbing the others', async () => {
    const alone = routesTo(http, { callers: [Caller.namespace('shop')] });
    const together = routesTo(http);
    const asTill = get('http://api.test/get', { from: 'till' });
    // the gateway judges a connection by the policy under which it was made, and ends it with the next answer
    const meanwhile = [load('meanwhile', 'http://api.test/get', { from: 'till', count: 100, concurrency: 4, rate: 500 }), finish('meanwhile')];
    const outcome = await run(alone, [
      traffic('app', 'http://api.test/get'), traffic('till', 'http://api.test/get', 'till'),
      asTill, ...change(alone, together), ...meanwhile, asTill, ...change(together, alone), asTill, stop('app'), stop('till'),
    ], REGISTRY_ONLY);
    const [before, invited, after] = outcome.answers;
    expect(before).toFail({ status: 502 });
    expect(invited).toReach('api.test', { leftBy: 'egress' });
    expect(after).toFail({ status: 502 });
    expect(lost(outcome.loads.app)).toBe(0);
    expect(outcome).toKeepInside('app');
    expect(outcome).toKeepInside('till');
  });

  describe('the layout changes', () => {
    const split = routesTo(http);
    const single = routesTo(http, { layout: VirtualServiceLayout.SINGLE });

    test.each([['from split to single', split, single], ['from single to split', single, split]])('%s, without disturbance', async (_, from, to) => {
      const loads = [traffic('app', 'http://api.test/get'), traffic('till', 'http://api.test/get', 'till')];
      const outcome = await run(from, [...loads, ...change(from, to), request, stop('app'), stop('till')]);
      expect(outcome.answers[0]).toReach('api.test', { leftBy: 'egress' });
      for (const name of ['app', 'till']) expect(lost(outcome.loads[name])).toBe(0);
      expect(outcome).toKeepInside('app');
      expect(outcome).toKeepInside('till');
    });

    test('broken: old objects are pruned before new ones are applied', async () => {
      const prune = gone(split, single).map(object => remove([object]));
      const outcome = await run(split, [traffic('app', 'http://api.test/get'), ...prune, request, ...applyEach(objectsOf(single)), stop('app')]);
      expect(outcome.answers[0]).toReach('api.test', { leftBy: 'app' });
      expect(outcome).not.toKeepInside('app');
    });
  });

  describe('a ServiceEntry moves beside the gateway', () => {
    /** Objects have ages, because gateways use the older of two ServiceEntries: those that are there, and what is new. */
    const aged = (objects: Manifest[], isOld: (object: Manifest) => boolean) => objects.map(object => (
      { ...object, metadata: { ...object.metadata, creationTimestamp: `${isOld(object) ? 2024 : 2026}-01-01T00:00:00Z` } }
    ));
    const id = ({ kind, metadata }: Manifest) => `${kind} ${metadata.namespace}/${metadata.name}`;

    /** The shop's route by both kinds of leg 1, and a lock; its ServiceEntry stands in one place or the other. */
    function placed(isBeside: boolean, isLocked: boolean): App {
      const app = new App();
      const platform = new Chart(app, 'platform', { namespace: 'istio-system' });
      const gateway = new EgressGateway(platform, 'egress', { workload: GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' }) });
      if (isLocked) new EgressLock(platform, 'lock', { gateway });
      const shop = new Chart(app, 'shop', { namespace: 'shop' });
      const service = new ExternalService(shop, 'api', { hosts: ['api.test'], ports: [ExternalPort.httpToHttps(), ExternalPort.https()], ...isBeside && { besideGateway: gateway } });
      new EgressRoute(shop, 'route', { service, gateway });
      return app;
    }

    async function move(from: App, to: App, inOrder: (applied: Step[], pruned: Step[]) => Step[]): Promise<Outcome> {
      const there = aged(objectsOf(from), () => true);
      const known = new Set(there.map(id));
      const steps = inOrder(applyEach(aged(objectsOf(to), object => known.has(id(object)))), gone(from, to).map(object => remove([object])));
      const loads = ['http', 'https'].map(scheme => traffic(scheme, `${scheme}://api.test/get`));
      const outcome = await runMesh({ manifests: there, workloads, externals, steps: [...loads, ...steps, request, stop('http'), stop('https')], meshConfig: REGISTRY_ONLY });
      count(outcome);
      return outcome;
    }

    test.each([
      ['and there is no lock', placed(false, false), placed(true, false)],
      ['under a lock', placed(false, true), placed(true, true)],
      ['and back, without a lock', placed(true, false), placed(false, false)],
    ])('%s: applied and then pruned, no request is lost', async (_, from, to) => {
      expect(gone(from, to).map(({ kind }) => kind)).toEqual(['ServiceEntry']);
      const outcome = await move(from, to, (applied, pruned) => [...applied, ...pruned]);
      expect(outcome.answers[0]).toReach('api.test', { leftBy: 'egress', sni: 'api.test' });
      for (const scheme of ['http', 'https']) {
        expect(outcome.loads[scheme].sent).toBeGreaterThan(100);
        expect(lost(outcome.loads[scheme])).toBe(0);
      }
      expect(outcome).toKeepInside('app');
    });

    test('broken: if the old one is pruned first, requests are lost', async () => {
      const outcome = await move(placed(false, true), placed(true, true), (applied, pruned) => [...pruned, request, ...applied]);
      expect(outcome.answers[0].server).toBeUndefined();
      expect(lost(outcome.loads.http)).toBeGreaterThan(0);
    });
  });

  describe('a route is created', () => {
    test.each([
      ['https origination', 'http', ExternalPort.httpToHttps()],
      ['wrapped TLS', 'https', ExternalPort.https()],
    ])('%s: before it is complete, nothing leaves by another way', async (_, scheme, port) => {
      const steps = applyEach(objectsOf(routesTo({ 'api.test': [port] })));
      const url = `${scheme}://api.test/get`;
      const outcome = await run(routesTo({}), [traffic('app', url), ...steps, get(url, { from: 'app' }), stop('app')], REGISTRY_ONLY);
      expect(outcome.answers[0]).toReach('api.test', { leftBy: 'egress', sni: 'api.test' });
      expect(outcome.loads.app.tally).not.toHaveProperty('400');
      expect(outcome).toKeepInside('app');
    });

    test('broken: with the ServiceEntry before the DestinationRule, clear text goes to the TLS port', async () => {
      const early = objectsOf(routesTo(secure)).filter(object => !(object.kind === 'DestinationRule' && ofApi(object)));
      const outcome = await run(routesTo({}), [...applyEach(early), request], REGISTRY_ONLY);
      expect(outcome.answers[0]).toFail({ status: 400 });
      expect(outcome.answers[0].body).toContain('HTTP request to an HTTPS server');
    });

    test('broken: with the ServiceEntry before the VirtualService, sidecars connect by themselves', async () => {
      const early = objectsOf(routesTo({ 'api.test': [ExternalPort.https()] })).filter(object => object.kind === 'ServiceEntry' && ofApi(object));
      const outcome = await run(routesTo({}), [apply(early), get('https://api.test/get', { from: 'app' })], REGISTRY_ONLY);
      expect(outcome.answers[0]).toReach('api.test', { leftBy: 'app' });
      expect(outcome).not.toKeepInside('app');
    });
  });

  describe('a route to the gateway is lost', () => {
    const meshLeg = objectsOf(routesTo(http)).filter(({ spec }) => spec.gateways?.includes('mesh'));
    const steps = [traffic('app', 'http://api.test/get'), remove(meshLeg), request, stop('app')];

    test('the application then has no other way, because only the gateway knows the host', async () => {
      const outcome = await run(routesTo(http), steps, REGISTRY_ONLY);
      expect(outcome.answers[0]).toFail({ status: 502, at: 'app' });
      expect(outcome).toKeepInside('app');
    });

    test('broken: a ServiceEntry that everybody sees opens a way around the gateway', async () => {
      const [entry] = objectsOf(routesTo(http)).filter(object => object.kind === 'ServiceEntry' && ofApi(object));
      const open = apply([{ ...entry, spec: { ...entry.spec, exportTo: ['*'] } }]);
      const outcome = await run(routesTo(http), [open, ...steps], REGISTRY_ONLY);
      expect(outcome.answers[0]).toReach('api.test', { leftBy: 'app' });
      expect(outcome).not.toKeepInside('app');
    });
  });
});
