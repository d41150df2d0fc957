import { Match, NO_CONDITION, PathCondition } from '../../../src/private/model/match';
import { Rule } from '../../../src/private/model/rule';
import { distinctRules, fitsStandardRoute, isInStandardOrder, standardMatches, standardRules } from '../../../src/private/objects/standard-http';

const match = (conditions: Partial<Match>): Match => ({ ...NO_CONDITION, ...conditions });
const path = (kind: PathCondition['kind'], value: string): Match => match({ path: { kind, value } });
const backend = { kind: 'Hostname', name: 'api.example.com', port: 80 } as const;
const rulesOf = (rule: Partial<Rule>, hostname?: string) => standardRules({ matches: [], ...rule }, backend, hostname, ['x-request-id']);

describe('matches of the Gateway API', () => {
  test('always have a path, and one method each', () => {
    expect(standardMatches(NO_CONDITION)).toEqual([{ path: { kind: 'PathPrefix', value: '/' } }]);
    expect(standardMatches(match({ methods: ['GET', 'PUT'] }))).toEqual([
      { path: { kind: 'PathPrefix', value: '/' }, method: 'GET' }, { path: { kind: 'PathPrefix', value: '/' }, method: 'PUT' },
    ]);
    expect(standardMatches(path('prefix', '/v1/'))).toEqual([{ path: { kind: 'PathPrefix', value: '/v1' } }]);
  });

  test('compare texts, or expressions for the whole of them', () => {
    expect(standardMatches(match({ headers: [{ name: 'a', kind: 'present' }, { name: 'b', kind: 'prefix', value: 'x.' }], queryParams: [{ name: 'c', kind: 'exact', value: '1' }] }))).toEqual([{
      path: { kind: 'PathPrefix', value: '/' },
      headers: [{ name: 'a', kind: 'RegularExpression', value: '.*' }, { name: 'b', kind: 'RegularExpression', value: 'x\\..*' }],
      queryParams: [{ name: 'c', kind: 'Exact', value: '1' }],
    }]);
  });

  test.each<[string, Match]>([
    ['a prefix within a segment', path('rawPrefix', '/v')],
    ['a path in any case', match({ path: { kind: 'exact', value: '/v', ignoreCase: true } })],
    ['a path with empty segments', path('exact', '/a//b')],
    ['a path that goes up', path('prefix', '/a/..')],
    ['a path with an encoded slash', path('exact', '/a%2Fb')],
    ['a path with a character that the CRD refuses', path('exact', '/a"b')],
    ['a long path', path('exact', `/${'a'.repeat(1024)}`)],
    ['another host', match({ authority: { kind: 'exact', value: 'a.test' } })],
    ['a scheme', match({ scheme: 'http' })],
    ['an unknown method', match({ methods: ['PURGE'] })],
    ['a header that must be absent', match({ headers: [{ name: 'a', kind: 'absent' }] })],
    ['many headers', match({ headers: Array.from({ length: 17 }, (_, i) => ({ name: `a${i}`, kind: 'present' as const })) })],
    ['an odd name of a parameter', match({ queryParams: [{ name: 'a[]', kind: 'exact', value: '1' }] })],
    ['a long parameter', match({ queryParams: [{ name: 'a', kind: 'exact', value: 'b'.repeat(1025) }] })],
  ])('cannot say %s', (_, unsaid) => {
    expect(standardMatches(unsaid)).toBeUndefined();
    expect(rulesOf({ matches: [NO_CONDITION, unsaid] })).toBeUndefined();
  });
});

describe('rules of the Gateway API', () => {
  test('forward without headers of the mesh', () => {
    expect(rulesOf({ requestHeaders: { set: { a: 'b' }, remove: ['c'] } })).toEqual([{
      matches: [{ path: { kind: 'PathPrefix', value: '/' } }], requestHeaders: { set: { a: 'b' }, remove: ['x-request-id', 'c'] }, backends: [backend],
    }]);
  });

  test('replace a prefix in one match each', () => {
    const rewritten = rulesOf({ matches: [path('prefix', '/a'), path('prefix', '/b')], rewrite: { path: { kind: 'prefix', value: '/c' } } }, 'next.test')!;
    expect(rewritten.map(({ matches, rewrite }) => [matches[0].path.value, matches.length, rewrite])).toEqual([
      ['/a', 1, { hostname: 'next.test', path: { prefix: '/c' } }], ['/b', 1, { hostname: 'next.test', path: { prefix: '/c' } }],
    ]);
  });

  const redirect = { kind: 'redirect', code: 302 } as const;
  test.each<[string, Partial<Rule>, string?]>([
    ['an answer', { action: { kind: 'respond', status: 403 } }],
    ['a fault', { fault: { abort: { percent: 1, status: 500 } } }],
    ['a mirror', { mirror: { to: { host: 'a', port: 80 }, percent: 100 } }],
    ['retries', { retries: { attempts: 1 } }],
    ['a timeout of years', { timeoutMs: 100_000 * 3_600_000 }],
    ['a host with a port', {}, 'next.test:8443'],
    ['an expression for the path', { rewrite: { path: { kind: 'regex', value: '/', regex: '.*' } } }],
    ['a prefix that ends with a slash', { matches: [path('prefix', '/a')], rewrite: { path: { kind: 'prefix', value: '/b/' } } }],
    ['a prefix of characters', { matches: [path('rawPrefix', '/a')], rewrite: { path: { kind: 'prefix', value: '/b' } } }],
    ['a redirect with a later status', { action: { ...redirect, code: 308, uri: '/a' } }],
    ['a redirect with a query', { action: { ...redirect, uri: '/a?b' } }],
    ['a redirect to a host with a port', { action: { ...redirect, authority: 'a.test:8080' } }],
    ['an empty header', { requestHeaders: { set: { a: '' } } }],
    ['many headers', { requestHeaders: { remove: Array.from({ length: 16 }, (_, i) => `a${i}`) } }],
  ])('cannot say %s', (_, rule, ...[hostname]) => {
    expect(rulesOf(rule, hostname)).toBeUndefined();
  });

  test.each<[string, Match[], boolean]>([
    ['exact before prefix', [path('exact', '/a'), path('prefix', '/')], true],
    ['a short prefix before a long one', [path('prefix', '/a'), path('prefix', '/a/b')], false],
    ['two that share nothing', [path('prefix', '/a'), path('prefix', '/long')], true],
    ['a prefix before an expression', [path('prefix', '/'), path('regex', '/a.*')], true],
    ['an expression before a prefix', [path('regex', '/a.*'), path('prefix', '/')], false],
    ['no method before one', [match({}), match({ methods: ['GET'] })], false],
    ['a method before none', [match({ methods: ['GET'] }), match({})], true],
    ['fewer headers before more', [match({ headers: [{ name: 'a', kind: 'present' }] }), match({ headers: [{ name: 'a', kind: 'present' }, { name: 'b', kind: 'present' }] })], false],
    ['fewer parameters before more', [match({}), match({ queryParams: [{ name: 'a', kind: 'exact', value: '1' }] })], false],
    ['equals, as written', [match({ headers: [{ name: 'a', kind: 'present' }] }), match({ headers: [{ name: 'b', kind: 'present' }] })], true],
  ])('decide in the order as written, or not: %s', (_, matches, is) => {
    expect(isInStandardOrder(matches.map(one => ({ matches: [one] })))).toBe(is);
  });

  test('are as many as the CRD takes', () => {
    const [all] = standardMatches(NO_CONDITION)!;
    const rules = (count: number, matches: number) => Array(count).fill({ matches: Array(matches).fill(all), backends: [backend] });
    expect([rules(16, 8), rules(17, 1), rules(1, 65), rules(3, 43)].map(fitsStandardRoute)).toEqual([true, false, false, false]);
    expect(distinctRules(rules(2, 1))).toHaveLength(1);
  });
});
