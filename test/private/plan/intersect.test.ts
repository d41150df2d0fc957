import fc from 'fast-check';
import { anyMatch, anyRequest, fits } from './requests';
import { PathMatch, RouteMatch, StringMatch } from '../../../src';
import { checkMatches } from '../../../src/private/check/match';
import { Match } from '../../../src/private/model/match';
import { intersect } from '../../../src/private/requests/intersect';

const refuse = () => { throw new Error('the test is wrong'); };
const one = (match: RouteMatch) => checkMatches([match], 'match', refuse)[0];
const both = (a: RouteMatch, b: RouteMatch) => intersect(one(a), one(b));

describe('the match for requests that fit two matches', () => {
  test('a request fits it where the request fits both, and only there', () => {
    fc.assert(fc.property(anyMatch, anyMatch, fc.array(anyRequest, { minLength: 20, maxLength: 20 }), (a, b, requests) => {
      const joined = intersect(a, b);
      fc.pre(typeof joined !== 'string');
      return requests.every(request => fits(joined as Match, request) === (fits(a, request) && fits(b, request)));
    }), { numRuns: 3000 });
  });

  test('there is none only where no request fits both', () => {
    fc.assert(fc.property(anyMatch, anyMatch, fc.array(anyRequest, { minLength: 20, maxLength: 20 }), (a, b, requests) => {
      fc.pre(intersect(a, b) === 'never');
      return !requests.some(request => fits(a, request) && fits(b, request));
    }), { numRuns: 3000 });
  });

  test('the order of the two does not matter for whether there is one', () => {
    const verdict = (joined: ReturnType<typeof intersect>) => (typeof joined === 'string' ? joined : 'a match');
    fc.assert(fc.property(anyMatch, anyMatch, (a, b) => verdict(intersect(a, b)) === verdict(intersect(b, a))), { numRuns: 3000 });
  });

  test('that of a match and itself is itself', () => {
    fc.assert(fc.property(anyMatch, match => expect(intersect(match, match)).toEqual(match)));
  });

  test.each([
    ['/a', '/a/b', '/a/b'],
    ['/a/', '/a', '/a/'],
    ['/', '/a', '/a'],
    ['/a', '/ab', 'never'],
  ])('prefixes %s and %s: %s', (a, b, expected) => {
    const joined = both({ path: PathMatch.prefix(a) }, { path: PathMatch.prefix(b) });
    expect(typeof joined === 'string' ? joined : joined.path!.value).toBe(expected);
  });

  test.each<[string, StringMatch, string]>([
    ['with any port', StringMatch.prefix('a.test'), 'a match'],
    ['with some ports', StringMatch.prefix('a.test:8'), 'inexpressible'],
    ['with no port that there is', StringMatch.prefix('a.test:a8'), 'never'],
    ['with what begins like a port', StringMatch.prefix('a.test:8a'), 'never'],
  ])('a host %s', (_, authority, expected) => {
    const joined = both({ authority: StringMatch.exact('a.test') }, { authority });
    expect(typeof joined === 'string' ? joined : 'a match').toBe(expected);
  });

  const any = (path: string) => PathMatch.prefix(path, { ignoreCase: true });
  test.each([
    ['within the other', PathMatch.prefix('/A/b'), any('/a'), '/A/b'],
    ['around the other', any('/a/b'), PathMatch.prefix('/'), '/a/b'],
    ['around the other, where case matters', any('/a/b'), PathMatch.prefix('/A'), 'inexpressible'],
    ['beside the other', any('/a'), PathMatch.prefix('/b'), 'never'],
    ['exact', PathMatch.exact('/A/B', { ignoreCase: true }), any('/a'), '/a/b'],
    ['and the same', any('/a'), any('/A'), '/a'],
  ])('prefixes in whatever case: %s', (_, a, b, expected) => {
    for (const joined of [both({ path: a }, { path: b }), both({ path: b }, { path: a })]) {
      expect(typeof joined === 'string' ? joined : joined.path!.value).toBe(expected);
    }
  });

  test.each([
    ['two expressions', PathMatch.regex('/a.*'), PathMatch.regex('.*b')],
    ['an expression and a prefix', PathMatch.regex('/a.*'), PathMatch.prefix('/a')],
  ])('%s cannot be joined', (_, a, b) => {
    expect(both({ path: a }, { path: b })).toBe('inexpressible');
  });

  test.each([
    ['a host and the same with a port', StringMatch.exact('x.test:80'), 'x.test:80'],
    ['a host and a prefix of it', StringMatch.prefix('x.'), 'x.test'],
    ['a host and a prefix that takes some ports', StringMatch.prefix('x.test:80'), 'inexpressible'],
    ['a host and a prefix of something else', StringMatch.prefix('x.test.'), 'never'],
    ['a host and an expression that could tell ports apart', StringMatch.regex('x\\.test(:80)?'), 'inexpressible'],
    ['a host and another with a port', StringMatch.exact('y.test:80'), 'never'],
  ])('%s', (_, authority, expected) => {
    for (const joined of [both({ authority: StringMatch.exact('x.test') }, { authority }), both({ authority }, { authority: StringMatch.exact('x.test') })]) {
      expect(typeof joined === 'string' ? joined : joined.authority!.value).toBe(expected);
    }
  });
});
