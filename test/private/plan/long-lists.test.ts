import fc from 'fast-check';
import { PathMatch, RouteAction } from '../../../src';
import { objectRefusals } from '../../../src/private/app/object-limits';
import { refuser } from '../../../src/private/basics/errors';
import { regexMatches } from '../../../src/private/basics/re2';
import { MAX_REGEX_BYTES, inParts, isTooLong } from '../../../src/private/basics/regex-limit';
import { closedPaths } from '../../../src/private/istio/closed-paths';
import { noneOf } from '../../../src/private/objects/none-of';
import { ingress, mesh } from '../../fixtures';
import { expectRefusal } from '../../refusal';
import { synth } from '../../synth';

const segments = fc.array(fc.constantFrom('a', 'ab', 'b', 'health', 'page-1', '.well-known', 'x'.repeat(90)), { minLength: 1, maxLength: 4 });
const anyPath = segments.map(parts => `/${parts.join('/')}`);

describe('paths that are not open', () => {
  const closed = (open: string[], path: string) => closedPaths(open).some(({ uri, withoutHeaders }) => (
    path.replace(/\?.*/, '').startsWith(uri?.prefix ?? '') && !regexMatches(withoutHeaders![':path'].regex!, path)
  ));

  test('are all but the open ones, however many these are', () => {
    let split = 0;
    fc.assert(fc.property(fc.uniqueArray(anyPath, { minLength: 1, maxLength: 40, size: 'max' }), fc.array(anyPath), fc.boolean(), (open, others, query) => {
      split += closedPaths(open).length > 1 ? 1 : 0;
      const written = (path: string) => (query ? `${path}?a=/b` : path);
      return open.every(path => !closed(open, written(path))) && others.every(path => closed(open, written(path)) === !open.includes(path));
    }), { numRuns: 100 });
    expect(split).toBeGreaterThan(20);
  });

  test('take expressions that Istio takes', () => {
    const open = Array.from({ length: 300 }, (_, i) => `/public/page-${i}.html`);
    for (const { withoutHeaders } of closedPaths([...open, '/public', '/'])) expect(isTooLong(withoutHeaders![':path'].regex!)).toBe(false);
  });
});

describe('conditions that none of several expressions fits a header', () => {
  test('have spellings of their own', () => {
    expect(noneOf('x-a', ['1', '2', '3', '4'])).toEqual({ 'x-a': { regex: '1' }, 'X-a': { regex: '2' }, 'x-A': { regex: '3' }, 'X-A': { regex: '4' } });
    expect(Object.keys(noneOf(':authority', ['1', '2', '3']))).toEqual([':authority', 'host', 'Host']);
  });

  test('lose nothing where spellings run out', () => {
    expect(noneOf('x', ['1', '2', '3', '4'])).toEqual({ x: { regex: '1' }, X: { regex: '2|3|4' } });
    expect(noneOf(':path', ['1', '2'])).toEqual({ ':path': { regex: '1|2' } });
  });
});

describe('a list in parts', () => {
  test('is the list, in parts that fit but for those that are too long alone', () => {
    const items = fc.array(fc.integer({ min: 1, max: 1500 }).map(length => 'x'.repeat(length)), { maxLength: 30 });
    fc.assert(fc.property(items, list => {
      const parts = inParts(list, part => part.join('|'));
      return parts.flat().join() === list.join() && parts.every(part => part.length === 1 || !isTooLong(part.join('|')));
    }));
  });
});

describe('the size of an object', () => {
  const { shop } = mesh();
  const checkSize = (kind: string, spec: object) => objectRefusals(kind, spec).forEach(refusal => refuser(shop)(refusal));
  const match = (length: number) => ({ http: [{ match: [{ uri: { regex: 'x'.repeat(length) } }] }] });
  const rewrite = (length: number) => ({ http: [{ rewrite: { uriRegexRewrite: { match: 'x'.repeat(length), rewrite: '/' } } }] });

  test('is refused where Istio takes no such expression', () => {
    checkSize('VirtualService', match(MAX_REGEX_BYTES));
    checkSize('VirtualService', rewrite(MAX_REGEX_BYTES));
    const rest = `"${'x'.repeat(60)}... (1025 bytes)"; allowed: 1024 bytes; fix: shorten the path, name or list from which it is generated`;
    expectRefusal(() => checkSize('VirtualService', match(MAX_REGEX_BYTES + 1)), `[RegexTooLong] shop: VirtualService spec.http[0].match[0].uri.regex is ${rest}`);
    expectRefusal(() => checkSize('VirtualService', rewrite(MAX_REGEX_BYTES + 1)), `[RegexTooLong] shop: VirtualService spec.http[0].rewrite.uriRegexRewrite.match is ${rest}`);
  });

  test('is refused where a policy has more rules than Istio takes', () => {
    checkSize('AuthorizationPolicy', { rules: Array(512).fill({}) });
    expectRefusal(() => checkSize('AuthorizationPolicy', { rules: Array(513).fill({}) }),
      '[ListTooLong] shop: AuthorizationPolicy spec.rules is 513; allowed: up to 512 rules; fix: use fewer alternatives, or serve the hosts on fewer ports');
  });

  test('is refused when the app is synthesized, with its code', () => {
    const { app } = ingress({}, { hosts: ['a.example.com'], rules: [{ action: RouteAction.respond(200) }], deny: [{ path: PathMatch.prefix('/deep'.repeat(40)) }] });
    expect(() => synth(app)).toThrow(expect.objectContaining({ code: 'RegexTooLong' }));
  });
});

describe('the texts of an object', () => {
  const { shop } = mesh();
  const checkTexts = (value: object) => objectRefusals('Gateway', value).forEach(refusal => refuser(shop)(refusal));

  test.each(['\x7f', '\x80', '\x85', '\u2028', '\u2029', '\ufffe', '\uffff', '\ud800', 'a\udc00b'])('are refused where YAML does not carry them: %j', text => {
    expectRefusal(() => checkTexts({ a: [{ b: text }] }),
      `[TextInvalid] shop: spec.a[0].b is "${JSON.stringify(text)}"; allowed: strings without DEL, C1 control characters, line separators or lone surrogates; fix: remove the character`);
    expect(() => checkTexts({ [text]: 'a' })).toThrow(/TextInvalid/);
  });

  test('are refused in what users write', () => {
    const hosts = ['a.example.com'];
    const route = (body: string, reason: string) => (
      ingress({}, { hosts, rules: [{ action: RouteAction.respond(200, body) }], metadata: { annotations: { reason } } })
    );
    expect(() => route('fine', 'a\u2028b')).toThrow(/^\[TextInvalid\] shop\/route: metadata\.annotations\[reason\] is /);
    expect(() => route('a\x80b', 'fine')).toThrow(/^\[TextInvalid\] RouteAction\.respond: body is /);
    expect(synth(route('\x00\x1b\r\n\ufeff\ud83d\ude00', 'fine').app)).toHaveLength(2);
  });

  test('are annotations of up to 256 KiB together', () => {
    const rules = [{ action: RouteAction.respond(200) }];
    const annotated = (length: number) => ingress({}, { hosts: ['a.example.com'], rules, metadata: { annotations: { a: 'x'.repeat(9), b: 'x'.repeat(length) } } });
    annotated(2 ** 18 - 11);
    expectRefusal(() => annotated(2 ** 18 - 10), '[LabelInvalid] shop/route: metadata.annotations is "262145 bytes"; allowed: at most 262144 bytes, names and values together; fix: shorten them');
  });
});
