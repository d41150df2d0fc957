import fc from 'fast-check';
import { byName, HeaderCondition, Match, PathCondition, TextCondition } from '../../../src/private/model/match';
import { TextMatch } from '../../../src/private/model/rule';
import { HttpMatch } from '../../../src/private/objects/plans';

/** A request as a proxy sees it. */
export interface Request {
  readonly path: string;
  readonly scheme: string;
  readonly method: string;
  readonly authority: string;
  readonly headers: { readonly [name: string]: string };
  readonly query: { readonly [name: string]: string };
}

/** Objects with a prototype, as programs make them. */
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record<T>(model, { noNullPrototype: true }) as fc.Arbitrary<T>;
}

// few values, so that random conditions and requests meet often
const path = fc.constantFrom('/', '/a', '/a/', '/ab', '/ab/', '/a/b', '/a/b/', '/a/bc', '/b', '//', '/a//', '/A', '/A/b', '/a/B', '/AB', '/A/Bc');
const scheme = fc.constantFrom('http', 'https');
const host = fc.constantFrom('x.test', 'x.test:80', 'x.test:8080', 'x.tester', 'y.test');
const text = fc.constantFrom('a', 'ab', 'abc', 'b');
const method = fc.constantFrom('GET', 'HEAD', 'POST');
const name = fc.constantFrom('k', 'l');
const regex = fc.constantFrom('a.*', '.*b.*', '[ab]+', 'ab');

const condition = (value: fc.Arbitrary<string>, expression: fc.Arbitrary<string>): fc.Arbitrary<TextCondition> => fc.oneof(
  record({ kind: fc.constantFrom('exact' as const, 'prefix' as const), value }),
  record({ kind: fc.constant('regex' as const), value: expression }),
);
const header: fc.Arbitrary<Omit<HeaderCondition, 'name'>> = fc.oneof(condition(text, regex), record({ kind: fc.constantFrom('present' as const, 'absent' as const) }));
const pathCondition: fc.Arbitrary<PathCondition> = fc.oneof(
  record({ kind: fc.constantFrom('exact' as const, 'prefix' as const, 'rawPrefix' as const), value: path }),
  record({
    kind: fc.constantFrom('exact' as const, 'prefix' as const, 'rawPrefix' as const),
    value: path.filter(value => /[a-z]/i.test(value)).map(value => value.toLowerCase()),
    ignoreCase: fc.constant(true as const),
  }),
  record({ kind: fc.constant('regex' as const), value: fc.constantFrom('/a.*', '/.*/', '/ab?', '.*') }),
);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const named = <T extends object>(value: fc.Arbitrary<T>) => fc.dictionary(name, value, { maxKeys: 2 })
  .map(pairs => byName(Object.entries(pairs).map(([key, one]) => ({ name: key, ...one }))));
const prefixes = fc.constantFrom('x', 'x.test', 'x.test:', 'x.test:8', 'x.test:x', 'y');

const authority = fc.oneof(
  condition(host, fc.constantFrom('x\\.test', 'x\\.test:8.*', '.*:80', '.\\.test')),
  prefixes.map(value => ({ kind: 'prefix' as const, value })),
);

export const anyMatch: fc.Arbitrary<Match> = record({
  path: maybe(pathCondition),
  headers: named(header),
  queryParams: named(condition(text, regex)),
  methods: fc.uniqueArray(method, { maxLength: 2 }),
  authority: maybe(authority),
  scheme: maybe(scheme),
});

export const anyRequest: fc.Arbitrary<Request> = fc.record({
  path, scheme, method, authority: host, headers: fc.dictionary(name, text, { maxKeys: 2 }), query: fc.dictionary(name, text, { maxKeys: 2 }),
});

/** What a match means, as its documentation says it. */
export function fits(match: Match, request: Request): boolean {
  return (match.path === undefined || fitsPath(match.path, request.path))
    && (match.methods.length === 0 || match.methods.includes(request.method))
    && (match.scheme === undefined || match.scheme === request.scheme)
    && (match.authority === undefined || fitsAuthority(match.authority, request.authority))
    && match.headers.every(c => fitsHeader(c, request.headers[c.name]))
    && match.queryParams.every(c => fitsHeader(c, request.query[c.name]));
}

function fitsPath({ kind, value, ignoreCase }: PathCondition, written: string): boolean {
  const actual = ignoreCase ? written.toLowerCase() : written;
  if (kind === 'rawPrefix') return actual.startsWith(value);
  if (kind !== 'prefix') return fitsText({ kind, value }, actual);
  const segments = value.replace(/\/*$/, '');
  return actual === segments || actual.startsWith(segments + '/');
}

function fitsAuthority(c: TextCondition, actual: string): boolean {
  return fitsText(c, actual) || (c.kind === 'exact' && !c.value.includes(':') && actual.replace(/:\d+$/, '') === c.value);
}

function fitsHeader(c: HeaderCondition, actual: string | undefined): boolean {
  if (c.kind === 'absent') return actual === undefined;
  return actual !== undefined && (c.kind === 'present' || fitsText(c as TextCondition, actual));
}

function fitsText({ kind, value }: TextCondition, actual: string): boolean {
  switch (kind) {
    case 'exact': return actual === value;
    case 'prefix': return actual.startsWith(value);
    case 'regex': return new RegExp(`^(?:${value})$`).test(actual);
  }
}

/** What one of Istio's matches means: https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest */
export function istioFits(match: HttpMatch, request: Request): boolean {
  return fitsIstioText(match.uri, match.ignoreUriCase ? request.path.toLowerCase() : request.path)
    && fitsIstioText(match.scheme, request.scheme)
    && fitsIstioText(match.method, request.method)
    && fitsIstioText(match.authority, request.authority)
    && Object.entries(match.headers ?? {}).every(([key, t]) => request.headers[key] !== undefined && fitsIstioText(t, request.headers[key]))
    && Object.entries(match.withoutHeaders ?? {}).every(([key, t]) => request.headers[key] === undefined || !fitsIstioText(t, request.headers[key]))
    && Object.entries(match.queryParams ?? {}).every(([key, t]) => request.query[key] !== undefined && fitsIstioText(t, request.query[key]));
}

function fitsIstioText(t: TextMatch | undefined, actual: string): boolean {
  if (t === undefined || Object.keys(t).length === 0) return true;
  return Object.entries(t).every(([kind, value]) => fitsText({ kind: kind as TextCondition['kind'], value }, actual));
}
