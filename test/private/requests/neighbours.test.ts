import fc from 'fast-check';
import { arrange, besideOf, takesAll, verdictOn } from './naive-neighbours';
import { Refuse } from '../../../src/private/basics/errors';
import { checkIngressRouteConflicts } from '../../../src/private/check/ingress-route-conflicts';
import { Match, orEverything } from '../../../src/private/model/match';
import { RoutePart } from '../../../src/private/model/route-part';
import { CorsSpec, Rule } from '../../../src/private/model/rule';
import { EarlierRules } from '../../../src/private/requests/earlier-rules';
import { Neighbours } from '../../../src/private/requests/neighbours';
import { precedence } from '../../../src/private/requests/order';
import { answersForLater } from '../../../src/private/requests/preflights';
import { anyMatch } from '../plan/requests';

const none: Match = { headers: [], queryParams: [], methods: [] };
const pathOnly = anyMatch.map(({ path }): Match => ({ ...none, path }));
const pathAndMethod = anyMatch.map(({ path, methods }): Match => ({ ...none, path, methods }));
const match = fc.oneof({ weight: 6, arbitrary: pathOnly }, { weight: 2, arbitrary: pathAndMethod }, anyMatch);
const cors = fc.constantFrom('a', 'b').map((origin): CorsSpec => ({ allowOrigins: [{ exact: `https://${origin}.test` }], allowCredentials: false }));
const ruleOf = (matches: fc.Arbitrary<Match[]>) => fc.tuple(matches, fc.option(cors, { nil: undefined, freq: 6 }), fc.integer({ min: 0, max: 9 }))
  .map(([list, withCors, kind]): Rule => ({
    matches: list, ...(withCors && { cors: withCors }), ...(kind === 0 && { action: { kind: 'delegate', name: 'd', namespace: 'n' } }),
  }));
const rule = ruleOf(fc.oneof({ weight: 12, arbitrary: fc.array(match, { minLength: 1, maxLength: 2 }) }, fc.constant<Match[]>([])));
const inside = fc.tuple(fc.constantFrom('/a', '/b', '/a/b', '/ab'), fc.nat(30), fc.constantFrom('exact' as const, 'prefix' as const))
  .map(([base, i, kind]): Match => ({ ...none, path: { kind, value: i < 4 ? base : `${base}/${i}` } }));
const nested = fc.tuple(fc.constantFrom('/a', '/a/b', '/a/b/c', '/a/b/c/d', '/a/b/c/d/e', '/a/b/c/d/e/f'), fc.boolean()).map(([value, marked]): Match => (
  { ...none, headers: marked ? [{ name: 'x', kind: 'present' }] : [], path: { kind: 'prefix', value } }
));
const chained = nested.map((one): Rule => ({ matches: [one] }));
const tame = ruleOf(fc.oneof({ weight: 2, arbitrary: inside }, nested).map(one => [one]));

const batches = (rules: fc.Arbitrary<Rule>, hosts: fc.Arbitrary<string[]>) => fc.array(
  fc.record({ hosts, batches: fc.array(fc.array(rules, { maxLength: 3 }), { minLength: 1, maxLength: 3 }) }), { minLength: 1, maxLength: 4 },
);
const sameHosts = fc.constant<string[]>(['a.test', 'b.test']);
const anyHosts = fc.constantFrom<string[][]>(['a.test'], ['b.test'], ['a.test', 'b.test'], ['b.test', 'c.test'], ['b.test', 'a.test']);

/** What the errors say, in short. */
const refuse: Refuse = ({ code, prop, got, allowed, fix }) => {
  const [, theirs, id] = /rules\[(\d+)\] of (route\d+)/.exec(`${got} ${allowed} ${fix}`) ?? [];
  const mine = /\d+/.exec(prop)?.[0] ?? /rule (\d+)/.exec(fix)?.[1];
  if (code === 'CorsAmbiguous') throw new Error(`preflights ${mine} ${theirs} of ${id}`);
  if (prop === 'access') throw new Error('access');
  if (fix.includes('delegating rule')) throw new Error(`hands over ${/(route\d+)/.exec(allowed)![1]}`);
  const why = fix.startsWith('distinguish the two') ? 'order' : fix.startsWith('reorder') ? 'circle' : 'hosts';
  throw new Error(`${why} ${mine} ${theirs} of ${id}`);
};

function verdict(own: RoutePart, from: number, neighbours: Neighbours): string {
  try {
    checkIngressRouteConflicts({ own, neighbours, added: neighbours.take(own, from) }, index => `rule ${index}`, refuse);
    return 'fine';
  } catch (e) {
    return (e as Error).message;
  }
}

describe('the routes beside each other', () => {
  const seen = new Map<string, number>();

  test.each([
    ['of the same hosts', rule, sameHosts], ['of different hosts', rule, anyHosts],
    ['with rules that mostly fit', tame, sameHosts], ['of different hosts, with rules that mostly fit', tame, anyHosts],
    ['with paths within each other', chained, sameHosts],
  ])('%s are arranged and refused as if all pairs were compared', (_, rules, hosts) => {
    fc.assert(fc.property(batches(rules, hosts), fc.boolean(), (routes, backwards) => {
      const neighbours = new Neighbours();
      const parts = routes.map((route, i): RoutePart => ({ id: `route${backwards ? 9 - i : i}`, hosts: route.hosts, rules: [] }));
      for (let round = 0; round < 3; round++) {
        for (const [i, own] of parts.entries()) {
          if (round === 0) neighbours.join(own);
          const joined = round === 0 ? parts.slice(0, i + 1) : parts;
          const from = own.rules.length;
          own.rules.push(...routes[i].batches[round] ?? []);
          const found = verdict(own, from, neighbours);
          expect(found).toBe(verdictOn(own, joined));
          seen.set(found.split(' ')[0], (seen.get(found.split(' ')[0]) ?? 0) + 1);
          if (found !== 'fine') return;
          for (const part of joined) expect(neighbours.arrange(part)).toEqual(arrange(part, besideOf(part, joined)));
        }
      }
      seen.set('together', (seen.get('together') ?? 0) + 1);
    }), { numRuns: 200 });
  });

  test('have met in every way', () => {
    expect(Object.fromEntries([...seen].map(([what, times]) => [what, times > 5]))).toEqual(
      { fine: true, together: true, order: true, hosts: true, circle: true, hands: true, preflights: true },
    );
  });

  test('say which rules stand before another and may take some of its requests', () => {
    fc.assert(fc.property(batches(rule, sameHosts), anyMatch, (routes, asked) => {
      const neighbours = new Neighbours();
      const parts = routes.map((route, i): RoutePart => ({ id: `route${i}`, hosts: route.hosts, rules: route.batches.flat() }));
      for (const part of parts) {
        neighbours.join(part);
        neighbours.take(part, 0);
      }
      for (const part of parts) {
        part.rules.forEach((own, i) => {
          const all = [...part.rules.slice(0, i), ...besideOf(part, parts).flatMap(other => other.rules).filter(other => precedence(other, own) === 'first')];
          const found = neighbours.before(part, i, asked);
          expect(all).toEqual(expect.arrayContaining(found));
          expect(all.filter(one => takesAll([one], asked) && !found.includes(one))).toEqual([]);
        });
        expect(neighbours.answersPreflights(part)).toBe(parts.some(({ rules }) => rules.some(({ cors: some }) => some)));
      }
    }), { numRuns: 100 });
  });
});

describe('the rules of a route so far', () => {
  test('answer as if all pairs were compared', () => {
    let taken = 0;
    let answered = 0;
    fc.assert(fc.property(fc.array(rule, { maxLength: 15 }), rule, (rules, later) => {
      const earlier = new EarlierRules();
      for (const one of rules) earlier.add(one);
      for (const one of orEverything(later.matches)) {
        const expected = takesAll(rules, one);
        if (expected) taken++;
        expect(earlier.takeAll(one)).toBe(expected);
      }
      const expected = rules.some(one => answersForLater(one, later));
      if (expected) answered++;
      expect(earlier.answerFor(later)).toBe(expected);
    }), { numRuns: 1000 });
    expect(Math.min(taken, answered)).toBeGreaterThan(20);
  });
});
