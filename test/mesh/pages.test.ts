import { describeMesh } from './mesh';
import { eitherWay, entering, leaving } from './promise';
import { UNBOUND, ask, expectStraightOut, isWaypoint, unbound } from './promised';
import { manifestsOf, snippetsOf } from '../pages';
import { objectsOf } from '../synth';

describeMesh('charts of the pages', () => {
  describe.each([
    ['docs/ingress.md', entering, 20],
    ['docs/lockdown.md', leaving, 3],
    ['docs/gateway-api.md', eitherWay, 5],
    ['docs/ambient.md', leaving, 9],
  ] as const)('%s', (page, promiseOf, atLeast) => {
    const all = snippetsOf(page).filter(({ promises }) => promises.length > 0)
      .map(snippet => ({ title: snippet.title, objects: () => objectsOf(manifestsOf(snippet)), promises: snippet.promises.map(promiseOf) }));
    const reached = all.flatMap(snippet => {
      const promises = snippet.promises.filter(({ reaches }) => reaches);
      return promises.length > 0 ? [{ ...snippet, promises }] : [];
    });

    test('are all there, and most of them lead somewhere', () => {
      expect(all.length).toBeGreaterThanOrEqual(atLeast);
      expect(reached.length).toBeGreaterThanOrEqual(atLeast - 1);
    });

    test.each(all.map(s => [s.title, s] as const))('%s does what the page says', async (_, { objects, promises }) => {
      const answers = await ask(objects(), promises);
      promises.forEach(({ check }, i) => check(answers[i]));
    });

    test.each(reached.map(s => [s.title, s] as const))('broken: %s without its gateway leads nothing through it', async (_, { objects, promises }) => {
      const made = objects();
      const past = made.some(isWaypoint);
      const answers = await ask(unbound(made), promises);
      expect(answers).toHaveLength(promises.length);
      answers.forEach((answer, i) => past ? expectStraightOut(answer, promises[i].from) : expect(answer).toFail(...UNBOUND));
    });
  });
});
