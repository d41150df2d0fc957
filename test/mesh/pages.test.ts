import { describeMesh } from './mesh';
import { eitherWay, entering, leaving } from './promise';
import { UNBOUND, ask, unbound } from './promised';
import { manifestsOf, snippetsOf } from '../pages';
import { objectsOf } from '../synth';

describeMesh('charts of the pages', () => {
  describe.each([
    ['docs/egress.md', leaving, 23],
    ['docs/ingress.md', entering, 20],
    ['docs/lockdown.md', leaving, 3],
    ['docs/gateway-api.md', eitherWay, 4],
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

    test.each(reached.map(s => [s.title, s] as const))('broken: %s without its gateway does nothing', async (_, { objects, promises }) => {
      const answers = await ask(unbound(objects()), promises);
      expect(answers).toHaveLength(promises.length);
      for (const answer of answers) expect(answer).toFail(...UNBOUND);
    });
  });
});
