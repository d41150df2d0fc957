import fc from 'fast-check';
import { anyMatch, anyRequest, fits, Request } from './requests';
import { HeaderMatch, PathMatch, RouteMatch } from '../../../src';
import { checkMatches } from '../../../src/private/check/match';
import { Match } from '../../../src/private/model/match';
import { RoutePart } from '../../../src/private/model/route-part';
import { Rule } from '../../../src/private/model/rule';
import { Neighbours } from '../../../src/private/requests/neighbours';
import { precedence } from '../../../src/private/requests/order';

const refuse = () => { throw new Error('the test is wrong'); };
const ruleOf = (...matches: RouteMatch[]): Rule => ({ matches: checkMatches(matches, 'matches', refuse) });
const takes = ({ matches }: Rule, request: Request) => matches.length === 0 || matches.some(match => fits(match, request));
const isRoot = ({ path }: Match) => path === undefined || path.kind === 'prefix' && /^\/*$/.test(path.value) || path.kind === 'rawPrefix' && path.value === '/';
const everything = (match: Match) => {
  const { authority, scheme, headers, queryParams, methods } = match;
  return !authority && !scheme && headers.length + queryParams.length + methods.length === 0 && isRoot(match);
};

/** As Envoy reads it: the matches of all objects one behind the other, those for everything last. */
function winner(objects: Rule[][], request: Request): Rule | undefined {
  const root = ruleOf({ path: PathMatch.prefix('/') }).matches;
  const matchesOf = ({ matches }: Rule) => (matches.length === 0 ? root : matches);
  const all = objects.flat().flatMap(rule => matchesOf(rule).map(m => ({ rule, m })));
  const last = all.filter(({ m }) => everything(m));
  return [...all.filter(one => !last.includes(one)), ...last].find(({ m }) => fits(m, request))?.rule;
}

function permutations<T>(list: T[]): T[][] {
  if (list.length <= 1) return [list];
  return list.flatMap(item => permutations(list.filter(other => other !== item)).map(rest => [item, ...rest]));
}

// paths alone most of the time, so that many routes can stand side by side
const pathOnly = anyMatch.map((m): Match => ({ ...m, headers: [], queryParams: [], authority: undefined, scheme: undefined }));
const match = fc.oneof({ weight: 4, arbitrary: pathOnly }, anyMatch);
const rule = fc.oneof({ weight: 6, arbitrary: fc.array(match, { minLength: 1, maxLength: 2 }) }, fc.constant<Match[]>([]))
  .map((matches): Rule => ({ matches }));
/** Nothing stands behind a rule for everything: that is refused before. */
const rulesOfOne = fc.array(rule, { minLength: 1, maxLength: 3 }).map(rules => {
  const end = rules.findIndex(({ matches }) => matches.length === 0 || matches.some(everything));
  return end < 0 ? rules : rules.slice(0, end + 1);
});
const routes = fc.array(rulesOfOne, { minLength: 2, maxLength: 3 })
  .map(all => all.map((rules, i): RoutePart => ({ id: `route${i}`, hosts: ['a.test'], rules })));
const arranged = (parts: RoutePart[]) => {
  const neighbours = new Neighbours();
  for (const part of parts) {
    neighbours.join(part);
    neighbours.take(part, 0);
  }
  return parts.map(part => neighbours.arrange(part));
};
const fine = (results: ReturnType<typeof arranged>): results is Rule[][] => results.every(Array.isArray);

describe('rules of several routes for a host', () => {
  let stoodTogether = 0;

  test('whatever the order of objects, the same rule decides; it is the first of its own route, and none of another route is more specific', () => {
    fc.assert(fc.property(routes, fc.array(anyRequest, { minLength: 20, maxLength: 20 }), (parts, requests) => {
      const objects = arranged(parts);
      fc.pre(fine(objects));
      if (objects.some((rules, i) => rules.length > parts[i].rules.length)) stoodTogether++;
      for (const request of requests) {
        const winners = new Set(permutations(objects).map(order => winner(order, request)));
        expect(winners.size).toBe(1);
        const [decides] = winners;
        const part = parts.find(p => p.rules.includes(decides!));
        expect(decides).toBe(part?.rules.find(r => takes(r, request)));
        const beaten = parts.filter(p => p !== part).flatMap(p => p.rules.filter(r => takes(r, request)).slice(0, 1));
        for (const other of beaten) expect(precedence(decides!, other)).toBe('first');
      }
    }), { numRuns: 500 });
    expect(stoodTogether).toBeGreaterThan(10);
  });

  test('whether they can stand together does not depend on which is asked first', () => {
    const opposite = { first: 'second', second: 'first', either: 'either', undecided: 'undecided' };
    fc.assert(fc.property(rule, rule, (a, b) => precedence(a, b) === opposite[precedence(b, a)]), { numRuns: 3000 });
  });

  test('a route alone stays as it is', () => {
    fc.assert(fc.property(routes, ([part]) => expect(arranged([part])).toEqual([part.rules])));
  });

  const path = (p: PathMatch) => ruleOf({ path: p });
  test.each<[string, Rule, Rule, string]>([
    ['an exact path before a prefix', path(PathMatch.exact('/a')), path(PathMatch.prefix('/a')), 'first'],
    ['an exact path before an expression', path(PathMatch.regex('/a.*')), path(PathMatch.exact('/a')), 'second'],
    ['a longer prefix before a shorter one', path(PathMatch.prefix('/a')), path(PathMatch.prefix('/a/b')), 'second'],
    ['segments before characters', path(PathMatch.prefix('/a')), path(PathMatch.rawPrefix('/a')), 'first'],
    ['a path before none', ruleOf({ path: PathMatch.prefix('/a') }), ruleOf({ methods: ['GET'] }), 'first'],
    ['a path before the root', path(PathMatch.prefix('/')), path(PathMatch.regex('/a')), 'second'],
    ['a longer path, though the other asks for more', ruleOf({ path: PathMatch.prefix('/a'), methods: ['GET'] }), path(PathMatch.prefix('/a/b')), 'second'],
    ['on the same path the one that asks for more', ruleOf({ path: PathMatch.prefix('/a'), methods: ['GET'] }), path(PathMatch.prefix('/a')), 'first'],
    ['different paths', path(PathMatch.prefix('/a')), path(PathMatch.prefix('/b')), 'either'],
    ['different methods', ruleOf({ methods: ['GET'] }), ruleOf({ methods: ['PUT'] }), 'either'],
    ['the same', path(PathMatch.prefix('/a')), path(PathMatch.prefix('/a')), 'undecided'],
    ['everything twice', ruleOf(), path(PathMatch.prefix('/')), 'undecided'],
    ['two expressions', path(PathMatch.regex('/a.*')), path(PathMatch.regex('.*b')), 'undecided'],
    ['an expression and a prefix', path(PathMatch.regex('/a.*')), path(PathMatch.prefix('/a')), 'undecided'],
    ['a method and a header', ruleOf({ methods: ['GET'] }), ruleOf({ headers: [HeaderMatch.present('x')] }), 'undecided'],
    ['each is more specific in something', ruleOf({ path: PathMatch.prefix('/a') }, { path: PathMatch.exact('/b/c') }), ruleOf({ path: PathMatch.exact('/a/b') }, { path: PathMatch.prefix('/b') }), 'undecided'],
  ])('%s', (_, a, b, expected) => {
    expect(precedence(a, b)).toBe(expected);
  });
});
