import { HEADER_VALUES, NO_HEADER_VALUES, NO_REGEXES, REGEXES } from './values';
import { HeaderMatch, PathMatch, PathRewrite, RouteAction, RouteRule } from '../../src';
import { IstioValidationError, refuser } from '../../src/private/basics/errors';
import { regexMatches } from '../../src/private/basics/re2';
import { checkRules } from '../../src/private/check/rule';
import { mesh } from '../fixtures';
import { expectRefusal } from '../refusal';

const check = (rule: RouteRule) => {
  const { shop } = mesh();
  return checkRules(shop, [rule], 'rules', refuser(shop));
};

/** The code of the refusal. */
function codeOf(rule: RouteRule): string | undefined {
  try {
    check(rule);
    return undefined;
  } catch (e) {
    return (e as IstioValidationError).code;
  }
}

const edits = (value: string): RouteRule[] => [
  { requestHeaders: { set: { 'x-a': value } } }, { requestHeaders: { add: { 'x-a': value } } }, { responseHeaders: { set: { 'x-a': value } } }, { responseHeaders: { add: { 'x-a': value } } },
];

describe('the value of a header', () => {
  test('is taken', () => {
    for (const [value] of HEADER_VALUES) expect([value, ...edits(value).map(codeOf)]).toEqual([value, undefined, undefined, undefined, undefined]);
  });

  test('is refused', () => {
    for (const value of NO_HEADER_VALUES) expect([value, ...edits(value).map(codeOf)]).toEqual([value, ...Array(4).fill('HeaderInvalid')]);
  });

  test.each([
    ['', '""; allowed: a non-empty string; fix: set a value, or list the header in `remove`: proxies omit an empty one'],
    ['a\nb', '""a\\nb""; allowed: a string without line breaks or other control characters; fix: remove them'],
    ['a ', '"a "; allowed: a string that neither begins nor ends with a space; fix: remove the space: HTTP does not carry it'],
    ['x'.repeat(16385), '"16385 bytes"; allowed: up to 16384 bytes; fix: shorten it'],
  ])('is refused with a fix: %j', (value, rest) => {
    expectRefusal(() => check({ requestHeaders: { set: { 'x-a': value } } }), `[HeaderInvalid] shop: rules[0].requestHeaders.set[x-a] is ${rest}`);
  });

  test('names the commands that there are', () => {
    expect(() => check({ responseHeaders: { add: { 'x-a': '100%' } } })).toThrow(
      /^\[HeaderInvalid\] shop: rules\[0\]\.responseHeaders\.add\[x-a\] is "100%"; allowed: %% for a percent sign, and the Envoy commands %REQ\(name\)%, .*%HOSTNAME%.*; fix: write %% for a percent sign, or correct the command$/);
  });

  test('frames no messages', () => {
    expectRefusal(() => check({ requestHeaders: { set: { 'Content-Length': '3' } } }),
      '[HeaderInvalid] shop: rules[0].requestHeaders.set is "Content-Length"; allowed: headers other than content-length, transfer-encoding; fix: leave it out: proxies set it themselves');
  });

  test('that is matched is one that a header may have', () => {
    expect(['a b', 'zw\u00f6lf', '%', 'a\tb'].map(value => codeOf({ matches: [{ headers: [HeaderMatch.exact('x-a', value)] }] }))).toEqual([undefined, undefined, undefined, undefined]);
    expect([' a', 'a ', 'a\n', '\u0001'].map(value => codeOf({ matches: [{ headers: [HeaderMatch.exact('x-a', value)] }] }))).toEqual(Array(4).fill('HeaderInvalid'));
    expect(['a ', ' a'].map(value => codeOf({ matches: [{ headers: [HeaderMatch.prefix('x-a', value)] }] }))).toEqual([undefined, 'HeaderInvalid']);
  });
});

describe('an expression', () => {
  test.each(REGEXES)('is taken: %.30s', (regex, path) => {
    expect(codeOf({ matches: [{ path: PathMatch.regex(regex) }] })).toBeUndefined();
    expect(regexMatches(regex, path)).toBe(true);
  });

  test.each(NO_REGEXES)('is refused: %.30s', regex => {
    expect(codeOf({ matches: [{ path: PathMatch.regex(regex) }] })).toBe('RegexInvalid');
  });

  test('fits bytes', () => {
    expect([regexMatches('a.', 'a\u00e9'), regexMatches('a..', 'a\u00e9'), regexMatches('a\\xc3\\xa9', 'a\u00e9')]).toEqual([false, true, true]);
  });

  test('says what Envoy does not know', () => {
    expectRefusal(() => check({ matches: [{ path: PathMatch.regex('/\\p{Greek}') }] }),
      '[RegexInvalid] shop: rules[0].matches[0].path is "/\\p{Greek}"; allowed: RE2 syntax (\\p is about characters, where Envoy compares bytes); fix: rewrite it without look-around and back-references; it must match the whole value');
  });
});

describe('a path', () => {
  test.each([
    ['/caf\u00e9', '/caf%C3%A9'], ['/100%', '/100%25'], ['/a\u0001', '/a%01'],
  ])('is refused as requests do not carry it: %j', (path, instead) => {
    expectRefusal(() => check({ matches: [{ path: PathMatch.exact(path) }] }),
      `[PathInvalid] shop: rules[0].matches[0].path is "${path}"; allowed: a path as sent in requests: in ASCII, with each % followed by two hexadecimal digits; fix: write "${instead}"`);
  });

  test('is taken as requests carry it', () => {
    expect(['/caf%C3%A9', '/a!$&\'()*+,;=:@[]"<>^`{|}~b'].map(path => codeOf({ matches: [{ path: PathMatch.exact(path) }] }))).toEqual([undefined, undefined]);
    expect(codeOf({ matches: [{ path: PathMatch.rawPrefix('/a%') }] })).toBeUndefined();
  });

  test.each([['/\\1', undefined], ['/\\0', undefined], ['/\\2', 'PathInvalid'], ['/\\9', 'PathInvalid'], ['/\\x', 'PathInvalid'], ['/\\', 'PathInvalid'], ['/\\\\', 'PathInvalid'],
    ['', 'PathInvalid'], ['/a b', 'PathInvalid'], ['/a\n', 'PathInvalid'], ['/\u00e9', 'PathInvalid'], ['/%\\1', 'PathInvalid'], ['/%20', undefined], ['/\\10', undefined]])('is made by a substitution: %j', (substitution, code) => {
    expect(codeOf({ rewrite: { path: PathRewrite.regex('^/(.*)$', substitution) } })).toBe(code);
  });

  test('is not made of a group that there is not', () => {
    expectRefusal(() => check({ rewrite: { path: PathRewrite.regex('^/(.*)$', '/\\9') } }),
      '[PathInvalid] shop: rules[0].rewrite.path is "/\\9"; allowed: groups up to \\1, the last one in the expression; fix: correct the number: otherwise Envoy leaves the path unchanged');
    expectRefusal(() => check({ rewrite: { path: PathRewrite.regex('^/(.*)$', '/\\x') } }),
      '[PathInvalid] shop: rules[0].rewrite.path is "/\\x"; allowed: part of a path, with groups written as \\1; fix: correct the substitution; PathRewrite.full replaces the whole path');
  });
});

test('an answer has up to 1 MiB', () => {
  expect(codeOf({ action: RouteAction.respond(200, '\u00e9'.repeat(2 ** 19)) } as RouteRule)).toBeUndefined();
  expectRefusal(() => check({ action: RouteAction.respond(200, '\u00e9'.repeat(2 ** 19) + 'x') } as RouteRule),
    '[BodyTooLarge] shop: rules[0].action.body is "1048577 bytes"; allowed: up to 1048576 bytes; fix: serve the response from a Service');
});
