import { Outcome, Step, apply, describeMesh, external, get, remove, runMesh, stop } from './mesh';
import * as recipes from './recipes';
import { Manifest, applyEach, count, lost, objectsOf, routesTo, traffic, workloads } from './traffic';
import { Caller, ExternalPort } from '../../src';

const externals = [external('api.test', { http: 80, https: 443 }), external('auth.test', { http: 80, https: 443 })];
const callers = [Caller.namespace('shop')];

/** Ours, with a gateway of another name than theirs. */
const declared = (ports: ExternalPort[]) => objectsOf(routesTo({ 'api.test': ports }, { callers }, 'exit'));

/** Theirs, in the order in which they go: first what sends callers that way, last what makes the host known. */
function inOrder(recipe: recipes.Recipe): Manifest[] {
  const { meshRoute, entry, ...rest } = recipe as Record<string, Manifest>;
  return [meshRoute, ...Object.values(rest), entry];
}

type Steps = (theirs: Manifest[], ours: Manifest[]) => Step[];

async function run(recipe: recipes.Recipe, ports: ExternalPort[], url: string, steps: Steps): Promise<Outcome> {
  const ours = declared(ports);
  const moved = [traffic('app', url), get(url, { from: 'app' }), ...steps(inOrder(recipe), ours), get(url, { from: 'app' }), stop('app')];
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
    test('applied beside it and then put in its place, ours loses no request', async () => {
      const outcome = await run(recipe, ports, url, (theirs, ours) => [...applyEach(ours), ...removeEach(theirs)]);
      const [before, after] = outcome.answers;
      expect(before).toReach('api.test', { leftBy: 'egress' });
      expect(after).toReach('api.test', { leftBy: 'egress' });
      expect(lost(outcome.loads.app)).toBe(0);
      expect(outcome).toKeepInside('app');
    });

    test('broken: taken away before ours is there, requests are lost or leave around the gateway', async () => {
      const outcome = await run(recipe, ports, url, (theirs, ours) => [...removeEach(theirs), get(url, { from: 'app' }), ...applyEach(ours)]);
      const around = outcome.seen.filter(({ peer }) => peer !== 'egress').length;
      expect(lost(outcome.loads.app) + around).toBeGreaterThan(0);
    });
  });

  test('a hand-written route of another host goes on beside ours', async () => {
    const ours = declared([ExternalPort.httpToHttps()]);
    const outcome = await runMesh({
      manifests: Object.values(recipes.originate('auth.test')),
      workloads,
      externals,
      steps: [traffic('auth', 'http://auth.test/get'), apply(ours), get('http://api.test/get', { from: 'app' }), get('http://auth.test/get', { from: 'app' }), remove(ours), stop('auth')],
    });
    count(outcome);
    expect(outcome.answers[0]).toReach('api.test', { leftBy: 'egress' });
    expect(outcome.answers[1]).toReach('auth.test', { leftBy: 'egress' });
    expect(lost(outcome.loads.auth)).toBe(0);
    expect(outcome).toKeepInside('app');
  });
});
