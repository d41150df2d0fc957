import { readFileSync } from 'node:fs';
import { describeMesh, get } from './mesh';
import { entering, leaving } from './promise';
import { UNBOUND, ask, unbound } from './promised';
import { Row, tablesIn } from '../pages';
import { runFile } from '../program';
import { Manifest, objectsOf } from '../synth';

const chart = (example: string) => objectsOf(runFile(`examples/${example}/main.ts`));
const promises = (example: string) => {
  const rows = tablesIn(readFileSync(`examples/${example}/README.md`, 'utf8')).find(([row]) => 'request' in row) as Row[];
  return rows.map('from' in rows[0] ? leaving : entering);
};

describeMesh('examples', () => {
  describe.each(['api-over-https', 'database-over-tcp', 'locked-proxy', 'canary', 'two-teams', 'jwt'])('%s', example => {
    test('does what its page says', async () => {
      const all = promises(example);
      expect(all.length).toBeGreaterThan(1);
      const answers = await ask(chart(example), all);
      all.forEach(({ check }, i) => check(answers[i]));
    });

    test('broken: unbound from its gateway it does nothing', async () => {
      const answers = await ask(unbound(chart(example)), promises(example).filter(({ reaches }) => reaches));
      expect(answers.length).toBeGreaterThan(0);
      for (const answer of answers) expect(answer).toFail(...UNBOUND);
    });
  });

  describe('locked-proxy', () => {
    // as the proxy's own user, whose traffic no sidecar captures
    const around = (objects: Manifest[]) => {
      const step = get('https://payments.example.com/v1/charges', { from: 'shop', uid: 1337, timeoutS: 2 });
      return ask(objects, [{ from: 'shop', step, reaches: false, check: () => {} }], { isolated: false });
    };

    test('a workload that goes around its sidecar gets nowhere', async () => {
      const [answer] = await around(chart('locked-proxy'));
      expect(answer.server).toBeUndefined();
      expect(answer.denied).toContainEqual(expect.objectContaining({ from: 'shop', to: 'payments.example.com' }));
    });

    test('broken: without the NetworkPolicy of its namespace, it does', async () => {
      const open = chart('locked-proxy').filter(({ kind, metadata }) => kind !== 'NetworkPolicy' || metadata.namespace !== 'shop');
      const [answer] = await around(open);
      expect(answer.server?.peer).toBe('shop');
    });
  });

  describe('jwt', () => {
    test('broken: without its policies everybody comes in', async () => {
      const open = chart('jwt').filter(({ kind }) => kind !== 'AuthorizationPolicy');
      const step = get('https://admin.example.com/', { from: 'outside', connect: 'ingress:443', trustCA: 'ingress' });
      const [answer] = await ask(open, [{ from: 'outside', step, reaches: true, check: () => {} }]);
      expect(answer).toReach('admin');
    });
  });

  describe('canary', () => {
    test('one request in twenty meets the new version', async () => {
      const step = get('https://shop.example.com/cart', { from: 'outside', connect: 'ingress:443', trustCA: 'ingress' });
      const answers = await ask(chart('canary'), Array.from({ length: 400 }, () => ({ from: 'outside', step, reaches: true, check: () => {} })));
      const next = answers.filter(({ server }) => server?.server === 'web-next').length;
      expect(next).toBeGreaterThanOrEqual(1);
      expect(next).toBeLessThanOrEqual(60);
    });
  });
});
