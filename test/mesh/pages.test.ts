import { describeMesh } from './mesh';
import { entering, leaving } from './promise';
import { ask, unbound } from './promised';
import { manifestsOf, snippetsOf } from '../pages';
import { objectsOf } from '../synth';

describeMesh('charts of the pages', () => {
  describe.each([
    ['docs/egress.md', leaving],
    ['docs/ingress.md', entering],
  ])('%s', (page, promiseOf) => {
    const snippets = snippetsOf(page).filter(({ promises }) => promises.length > 0);

    test.each(snippets.map(s => [s.title, s] as const))('%s does what the page says', async (_, snippet) => {
      const promises = snippet.promises.map(promiseOf);
      const answers = await ask(objectsOf(manifestsOf(snippet)), promises);
      promises.forEach(({ check }, i) => check(answers[i]));
    });

    test.each(snippets.map(s => [s.title, s] as const))('broken: %s without its gateway does nothing', async (_, snippet) => {
      const promises = snippet.promises.map(promiseOf).filter(({ reaches }) => reaches);
      for (const answer of await ask(unbound(objectsOf(manifestsOf(snippet))), promises)) expect(answer).toFail();
    });
  });
});
