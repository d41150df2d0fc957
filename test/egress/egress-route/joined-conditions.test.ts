import { Duration } from 'cdk8s';
import { ExternalPort, HeaderMatch, PathMatch, QueryParamMatch, RouteMatch, StringMatch } from '../../../src';
import { routed } from '../../fixtures';
import { find } from '../../synth';

/** Istio's matches for a rule within what is allowed. */
function joined(rule: RouteMatch, allowed: RouteMatch): object[] {
  const { manifests } = routed(
    { hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps()] },
    { allow: [allowed], rules: [{ matches: [rule], timeout: Duration.seconds(1) }] },
  );
  const { spec } = find(manifests(), 'VirtualService', 'egress-api-example-com-80-leg-2');
  return spec.http[0].match.map(({ port, headers: { 'x-forwarded-client-cert': callers, ...headers }, ...conditions }: any) => (
    { ...conditions, ...(Object.keys(headers).length > 0 && { headers }) }
  ));
}

const { exact, prefix, regex, present, absent } = HeaderMatch;

describe('a rule and what is allowed › conditions on one header', () => {
  test.each<[string, HeaderMatch, HeaderMatch, object]>([
    ['the same condition twice', regex('a', 'x+'), regex('a', 'x+'), { headers: { a: { regex: 'x+' } } }],
    ['the longer of two prefixes', prefix('a', 'xy'), prefix('a', 'x'), { headers: { a: { prefix: 'xy' } } }],
    ['a value and its prefix', exact('a', 'xy'), prefix('a', 'x'), { headers: { a: { exact: 'xy' } } }],
    ['a value and an expression that takes it', exact('a', 'xy'), regex('a', 'x.'), { headers: { a: { exact: 'xy' } } }],
    ['any value and a prefix', present('a'), prefix('a', 'x'), { headers: { a: { prefix: 'x' } } }],
    ['any value twice', present('a'), present('a'), { headers: { a: {} } }],
    ['absence twice', absent('a'), absent('a'), { withoutHeaders: { a: {} } }],
    ['conditions on different headers', exact('a', 'x'), absent('b'), { headers: { a: { exact: 'x' } }, withoutHeaders: { b: {} } }],
  ])('%s', (_, one, other, expected) => {
    expect(joined({ headers: [one] }, { headers: [other] })).toEqual([expected]);
    expect(joined({ headers: [other] }, { headers: [one] })).toEqual([expected]);
  });

  test.each<[string, HeaderMatch, HeaderMatch, string]>([
    ['two values', exact('a', 'x'), exact('a', 'y'), 'RuleNeverAllowed'],
    ['two prefixes apart', prefix('a', 'x'), prefix('a', 'y'), 'RuleNeverAllowed'],
    ['a value and another prefix', exact('a', 'x'), prefix('a', 'y'), 'RuleNeverAllowed'],
    ['a value and an expression that does not take all of it', exact('a', 'xyz'), regex('a', 'xy'), 'RuleNeverAllowed'],
    ['absence and presence', absent('a'), present('a'), 'RuleNeverAllowed'],
    ['absence and a value', absent('a'), exact('a', 'x'), 'RuleNeverAllowed'],
    ['two expressions', regex('a', 'x.*'), regex('a', '.*y'), 'RulesCannotCombine'],
    ['an expression and a prefix', regex('a', 'x.*'), prefix('a', 'x'), 'RulesCannotCombine'],
  ])('not %s', (_, one, other, code) => {
    expect(() => joined({ headers: [one] }, { headers: [other] })).toThrow(`[${code}]`);
    expect(() => joined({ headers: [other] }, { headers: [one] })).toThrow(`[${code}]`);
  });

  test('where one header can never fit, it does not matter that another cannot be joined', () => {
    const rule = { headers: [regex('a', 'x.*'), exact('b', 'x')] };
    expect(() => joined(rule, { headers: [regex('a', '.*y'), exact('b', 'y')] })).toThrow('[RuleNeverAllowed]');
  });
});

describe('a rule and what is allowed › conditions on different things', () => {
  test('all hold', () => {
    const rule = { path: PathMatch.prefix('/v1/orders'), methods: ['GET', 'POST'], queryParams: [QueryParamMatch.exact('a', 'x')] };
    const allowed = { path: PathMatch.rawPrefix('/v1'), methods: ['POST', 'PUT'], authority: StringMatch.exact('api.example.com:80') };
    const expected = { method: { exact: 'POST' }, queryParams: { a: { exact: 'x' } }, authority: { exact: 'api.example.com:80' } };
    expect(joined(rule, allowed)).toEqual([{ uri: { exact: '/v1/orders' }, ...expected }, { uri: { prefix: '/v1/orders/' }, ...expected }]);
  });

  test('no method in common is no request in common', () => {
    expect(() => joined({ methods: ['GET'] }, { methods: ['PUT'] })).toThrow('[RuleNeverAllowed]');
  });
});

describe('a rule and what is allowed › paths', () => {
  test.each<[string, PathMatch, PathMatch, object[]]>([
    ['a path and its prefix', PathMatch.exact('/a/b'), PathMatch.prefix('/a'), [{ uri: { exact: '/a/b' } }]],
    ['a path and its prefix by characters', PathMatch.exact('/ab'), PathMatch.rawPrefix('/a'), [{ uri: { exact: '/ab' } }]],
    ['a path and an expression', PathMatch.exact('/ab'), PathMatch.regex('/a.'), [{ uri: { exact: '/ab' } }]],
    ['segments within characters', PathMatch.prefix('/ab'), PathMatch.rawPrefix('/a'), [{ uri: { exact: '/ab' } }, { uri: { prefix: '/ab/' } }]],
    ['characters within segments', PathMatch.rawPrefix('/a/b'), PathMatch.prefix('/a'), [{ uri: { prefix: '/a/b' } }]],
    ['segments and the same characters', PathMatch.prefix('/a'), PathMatch.rawPrefix('/a'), [{ uri: { exact: '/a' } }, { uri: { prefix: '/a/' } }]],
    ['anything', PathMatch.prefix('/'), PathMatch.exact('/a'), [{ uri: { exact: '/a' } }]],
  ])('%s', (_, one, other, expected) => {
    expect(joined({ path: one }, { path: other })).toEqual(expected);
    expect(joined({ path: other }, { path: one })).toEqual(expected);
  });

  test.each<[string, PathMatch, PathMatch]>([
    ['a path and another prefix', PathMatch.exact('/ab'), PathMatch.prefix('/a')],
    ['two prefixes by segments, of which one is longer by characters', PathMatch.prefix('/ab'), PathMatch.prefix('/a')],
    ['a path with the prefix inside', PathMatch.exact('/b/a'), PathMatch.rawPrefix('/a')],
    ['characters with the segments inside', PathMatch.rawPrefix('/b/a/c'), PathMatch.prefix('/a')],
    ['characters that leave the segments', PathMatch.rawPrefix('/ab'), PathMatch.prefix('/a')],
  ])('not %s', (_, one, other) => {
    expect(() => joined({ path: one }, { path: other })).toThrow('[RuleNeverAllowed]');
    expect(() => joined({ path: other }, { path: one })).toThrow('[RuleNeverAllowed]');
  });
});
