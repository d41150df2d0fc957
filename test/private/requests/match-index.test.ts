import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { Match } from '../../../src/private/model/match';
import { intersect } from '../../../src/private/requests/intersect';
import { MatchIndex } from '../../../src/private/requests/match-index';
import { anyMatch } from '../plan/requests';

const covers = (wide: Match, match: Match) => isDeepStrictEqual(intersect(match, wide), match);
const indexOf = (matches: Match[]) => {
  const index = new MatchIndex<number>();
  matches.forEach((match, i) => index.add(match, i));
  return index;
};
const values = (entries: { readonly value: number }[]) => entries.map(({ value }) => value).sort((a, b) => a - b);
const where = (matches: Match[], fits: (match: Match) => boolean) => matches.flatMap((match, i) => (fits(match) ? [i] : []));
const several = fc.array(anyMatch, { minLength: 1, maxLength: 40 });
// as most matches are
const none: Match = { headers: [], queryParams: [], methods: [] };
const pathOnly = anyMatch.map(({ path }): Match => ({ ...none, path }));
const lists = fc.oneof(several, fc.array(pathOnly, { minLength: 1, maxLength: 40 }));

describe('an index of matches', () => {
  test('finds every match that has requests in common with another, and each once', () => {
    fc.assert(fc.property(lists, fc.oneof(anyMatch, pathOnly), (matches, match) => {
      const found = values(indexOf(matches).overlapping(match));
      expect(new Set(found).size).toBe(found.length);
      expect(found.filter(i => intersect(match, matches[i]) !== 'never')).toEqual(where(matches, other => intersect(match, other) !== 'never'));
    }), { numRuns: 3000 });
  });

  test('finds every match that covers another, and each once', () => {
    fc.assert(fc.property(lists, fc.oneof(anyMatch, pathOnly), (matches, match) => {
      const found = values(indexOf(matches).covering(match));
      expect(new Set(found).size).toBe(found.length);
      expect(found.filter(i => covers(matches[i], match))).toEqual(where(matches, other => covers(other, match)));
    }), { numRuns: 3000 });
  });

  const many = Array.from({ length: 1000 }, (_, i) => i);
  test.each<[string, (i: number) => Match]>([
    ['exact paths', i => ({ ...none, path: { kind: 'exact', value: `/items/${i}` } })],
    ['prefixes', i => ({ ...none, path: { kind: 'prefix', value: `/items/${i}/` } })],
    ['prefixes by characters', i => ({ ...none, path: { kind: 'rawPrefix', value: `/items/${i}/` } })],
    ['prefixes by characters within a segment', i => ({ ...none, path: { kind: 'rawPrefix', value: `/items/${i}_` } })],
    ['values of a header beside that of another', i => ({ ...none, headers: [{ name: 'a', kind: 'exact', value: 'x' }, { name: 'tenant', kind: 'exact', value: `${i}` }] })],
    ['values of a parameter on one path', i => ({ ...none, path: { kind: 'prefix', value: '/' }, queryParams: [{ name: 'q', kind: 'exact', value: `${i}` }] })],
    ['authorities', i => ({ ...none, authority: { kind: 'exact', value: `h${i}.test` } })],
  ])('looks at few of many %s', (_, matchOf) => {
    const index = indexOf(many.map(matchOf));
    for (const i of [0, 500, 999]) {
      expect(values(index.overlapping(matchOf(i)))).toContain(i);
      expect(index.overlapping(matchOf(i)).length).toBeLessThan(5);
      expect(index.covering(matchOf(i)).length).toBeLessThan(5);
    }
  });
});
