import { Outcome, Step, apply, describeMesh, external, get, remove, runMesh, stop } from './mesh';
import * as recipes from './recipes';
import { Manifest, applyEach, count, lost, objectsOf, routesTo, traffic, workloads } from './traffic';
import { Caller, ExternalPort, UndeclaredTraffic } from '../../src';

const externals = [external('api.test', { http: 80, https: 443 }), external('auth.test', { http: 80, https: 443 })];
const callers = [Caller.namespace('shop')];

const byHand = UndeclaredTraffic.allowed('some routes are still by hand');

/** Ours, with a gateway of another name than theirs. */
const declared = (ports: ExternalPort[], undeclared?: UndeclaredTraffic) => objectsOf(routesTo({ 'api.test': ports }, { callers }, 'exit', undeclared));

/** Theirs, in the order in which they go: first what sends callers that way, last what makes the host known. */
function inOrder(recipe: recipes.Recipe): Manifest[] {
  const { meshRoute, entry, ...rest } = recipe as Record<string, Manifest>;
  return [meshRoute, ...Object.values(rest), entry];
}

type Steps = (theirs: Manifest[], ours: Manifest[], closed: Manifest[]) => Step[];

async function run(recipe: recipes.Recipe, ports: ExternalPort[], url: string, steps: Steps): Promise<Outcome> {
  const moved = [traffic('app', url), get(url, { from: 'app' }), ...steps(inOrder(recipe), declared(ports, byHand), declared(ports)), get(url, { from: 'app' }), stop('app')];
  const outcome = await runMesh({ manifests: Object.values(recipe), workloads, externals, steps: moved });
  count(outcome);
  return outcome;
}

const removeEach = (objects: Manifest[]) => objects.map(object => remove([object]));

describeMesh('egress: migration of a hand-written route', () => {
  const modes: [string, recipes.Recipe, ExternalPort[], string][] = [
    ['HTTP over a plaintext leg 1', recipes.plain(), [ExternalPort.http()], 'http://api.test/get'],
    ['TLS origination', recipes.originate(), [ExternalPort.httpToHttps()], 'http://api.test/get'],
    ['TLS passthrough to wrapped TLS', recipes.passthrough(), [ExternalPort.https()], 'https://api.test/get'],
  ];

  describe.each(modes)('%s', (_, recipe, ports, url) => {
    test('applied beside it and then replacing it, ours loses no request', async () => {
      const outcome = await run(recipe, ports, url, (theirs, ours, closed) => [...applyEach(ours), ...removeEach(theirs), ...applyEach(closed)]);
      const [before, after] = outcome.answers;
      expect(before).toReach('api.test', { leftBy: 'egress' });
      expect(after).toReach('api.test', { leftBy: 'egress' });
      expect(lost(outcome.loads.app)).toBe(0);
      expect(outcome).toKeepInside('app');
    });

    test('broken: if it is removed before ours is there, requests are lost or bypass the gateway', async () => {
      const outcome = await run(recipe, ports, url, (theirs, ours) => [...removeEach(theirs), get(url, { from: 'app' }), ...applyEach(ours)]);
      const around = outcome.seen.filter(({ peer }) => peer !== 'egress').length;
      expect(lost(outcome.loads.app) + around).toBeGreaterThan(0);
    });
  });

  const beside = (ours: Manifest[]) => runMesh({
    manifests: Object.values(recipes.originate('auth.test')),
    workloads,
    externals,
    steps: [
      traffic('auth', 'http://auth.test/get'), apply(ours), get('http://api.test/get', { from: 'app' }), get('http://auth.test/get', { from: 'app' }),
      // routes first: while one is there, only the gateway's policy lets others through
      ...removeEach([...ours].reverse()), stop('auth'),
    ],
  });

  test('a hand-written route for another host keeps working beside ours', async () => {
    const outcome = await beside(declared([ExternalPort.httpToHttps()], byHand));
    count(outcome);
    expect(outcome.answers[0]).toReach('api.test', { leftBy: 'egress' });
    expect(outcome.answers[1]).toReach('auth.test', { leftBy: 'egress' });
    expect(lost(outcome.loads.auth)).toBe(0);
    expect(outcome).toKeepInside('app');
  });

  test('broken: it is refused, if the gateway serves only what is declared', async () => {
    const { answers } = await beside(declared([ExternalPort.httpToHttps()]));
    expect(answers[0]).toReach('api.test', { leftBy: 'egress' });
    expect(answers[1]).toFail({ status: 403, at: 'egress' });
  });
});
