import { HttpMatch, HttpRoute } from './plans';
import { escapeRegex } from '../basics/re2';
import { inParts, isTooLong } from '../basics/regex-limit';
import { HeaderCondition, isBareHost, Match, PathCondition, TextCondition, trimSlash } from '../model/match';
import { Action, RewriteIntent, Rule, TextMatch } from '../model/rule';
import { preflightsOf } from '../requests/preflights';

/** Where a route applies: a port number, and the gateway that serves it, if the object is also for others. */
export interface At {
  readonly port?: number;
  readonly gateway?: string;
  /** Further conditions for the requests. */
  readonly headers?: { readonly [name: string]: TextMatch };
}

/** Splits a rule if the regular expression of its rewrite would be too long. How a path is rewritten does not depend on the part. */
export function inRewrites(rule: Rule): Rule[] {
  const { matches, rewrite } = rule;
  if (rewrite?.path?.kind !== 'prefix') return [rule];
  const { value, prefixes = [] } = rewrite.path;
  if (!isTooLong(prefixRewrite(value, prefixes).regex)) return [rule];
  const reached = (part: Match[]) => prefixes.filter(prefix => part.some(({ path }) => mayOverlap(path!, prefix)));
  return inParts(matches, part => prefixRewrite(value, reached(part)).regex)
    .map(part => ({ ...rule, matches: part, rewrite: { ...rewrite, path: { ...rewrite.path!, prefixes: reached(part) } } }));
}

/** Whether a path may match both; if that is uncertain, yes. */
function mayOverlap(path: PathCondition, prefix: PathCondition): boolean {
  const [a, b] = [path, prefix].map(({ value }) => trimSlash(value).toLowerCase());
  return path.kind === 'regex' || a.startsWith(b) || b.startsWith(a);
}

/** A rule at some ports as one HTTP route, with `otherwise` as the action if the user set none. */
export function ruleRoute(rule: Rule, at: At[], otherwise?: Action): HttpRoute {
  const { matches, action, rewrite, ...same } = rule;
  const preflights = rule.cors ? preflightsOf(matches) : [];
  return { ...same, matches: matchesAt([...matches, ...preflights], at), action: (action ?? otherwise)!, rewrite: rewrite && rewriteOf(rewrite) };
}

/** Paths are rewritten by regular expressions: Istio's own prefix rewrite doubles or loses slashes, and cannot replace whole paths. */
function rewriteOf({ path, authority }: RewriteIntent): HttpRoute['rewrite'] {
  if (!path) return { authority };
  switch (path.kind) {
    case 'regex': return { authority, path: { regex: path.regex!, substitution: path.value } };
    case 'full': return { authority, path: { regex: '^.*$', substitution: path.value } };
    case 'prefix': return { authority, path: prefixRewrite(path.value, path.prefixes!) };
  }
}

/** After a prefix of whole segments, exactly one slash separates the substitute from the rest; a character prefix may end within a segment. */
function prefixRewrite(to: string, prefixes: PathCondition[]) {
  const slash = to.endsWith('/');
  const segments = prefixes.filter(endsSegment).map(p => ({ ...p, value: trimSlash(p.value) }));
  const characters = prefixes.filter(p => !endsSegment(p));
  const forms = [
    ...(segments.length > 0 ? [anyOf(segments) + (slash ? '(?:/(.*))?' : '(/.*)?')] : []),
    ...(characters.length > 0 ? [anyOf(characters) + (slash ? '/?(.*)' : '(.*)')] : []),
  ];
  return { regex: `^(?:${forms.join('|')})$`, substitution: to + forms.map((_, i) => `\\${i + 1}`).join('') };
}

function endsSegment({ kind, value }: PathCondition): boolean {
  return kind === 'prefix' || value.endsWith('/');
}

/** Longer texts come first, because the first matching alternative wins. */
function anyOf(prefixes: PathCondition[]): string {
  const longestFirst = [...prefixes].sort((a, b) => b.value.length - a.value.length);
  return `(?:${[...new Set(longestFirst.map(p => (p.ignoreCase ? `(?i:${escapeRegex(p.value)})` : escapeRegex(p.value))))].join('|')})`;
}

/** Istio's matches for the user's, at each of the ports; without matches, every request. */
export function matchesAt(matches: Match[], at: At[]): HttpMatch[] {
  if (matches.length === 0) return at.map(a => ({ ...a }));
  return at.flatMap(a => matches.flatMap(m => paths(m.path).map(path => ({ ...a, ...conditions(m, a.headers), ...path }))));
}

/** A prefix of whole segments needs two of Istio's matches: the path itself, and everything below it. */
function paths(path: PathCondition | undefined): Pick<HttpMatch, 'uri' | 'ignoreUriCase'>[] {
  if (!path) return [{}];
  return uris(path).map(uri => (path.ignoreCase ? { uri, ignoreUriCase: true } : { uri }));
}

function uris(path: PathCondition): TextMatch[] {
  switch (path.kind) {
    case 'rawPrefix': return [{ prefix: path.value }];
    case 'prefix': {
      const segments = trimSlash(path.value);
      return segments === '' ? [{ prefix: '/' }] : [{ exact: segments }, { prefix: `${segments}/` }];
    }
    default: return [text({ kind: path.kind, value: path.value })];
  }
}

function conditions(match: Match, more: At['headers']): Omit<HttpMatch, 'port' | 'gateway' | 'uri'> {
  const present = match.headers.filter(c => c.kind !== 'absent');
  const absent = match.headers.filter(c => c.kind === 'absent');
  return {
    ...(match.methods.length > 0 && { method: match.methods.length === 1 ? { exact: match.methods[0] } : { regex: match.methods.join('|') } }),
    ...(match.authority && { authority: authorityMatch(match.authority) }),
    ...(match.scheme && { scheme: { exact: match.scheme } }),
    ...(present.length > 0 && { headers: { ...Object.fromEntries(present.map(c => [c.name, header(c)])), ...more } }),
    ...(absent.length > 0 && { withoutHeaders: Object.fromEntries(absent.map(({ name }) => [name, {}])) }),
    ...(match.queryParams.length > 0 && { queryParams: Object.fromEntries(match.queryParams.map(c => [c.name, text(c)])) }),
  };
}

function text({ kind, value }: TextCondition): TextMatch {
  return { [kind]: value };
}

function header({ kind, value }: HeaderCondition): TextMatch {
  return kind === 'present' ? {} : { [kind]: value };
}

/** A client may write a port into the Host header, which an exact match of Istio's would miss. */
export function authorityMatch(condition: TextCondition): TextMatch {
  if (!isBareHost(condition)) return text(condition);
  return { regex: `${escapeRegex(condition.value)}(:[0-9]+)?` };
}
