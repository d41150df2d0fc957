import { escapeRegex } from '../basics/re2';
import { HeaderCondition, Match, PathCondition, trimSlash } from '../model/match';

/* Matches as the Gateway API has them, and which of two comes first there. */

/** What the CRD takes in one HTTPRoute: of all matches as many as its expression counts, one more than its message says. */
export const ROUTE_LIMITS = { rules: 16, matches: 64, allMatches: 128, conditions: 16, edits: 16, headerValue: 4096 } as const;

export const STANDARD_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'];
/** Of query parameters. */
export const STANDARD_NAME = /^[A-Za-z0-9!#$%&'*+\-.^_`|~]{1,256}$/;

/** One match of an HTTPRoute. */
export interface StandardMatch {
  /** Never left out: the API server would add it, and a second apply find a difference. */
  readonly path: StandardPath;
  readonly method?: string;
  readonly headers?: StandardText[];
  readonly queryParams?: StandardText[];
}

export interface StandardPath {
  readonly kind: 'Exact' | 'PathPrefix' | 'RegularExpression';
  readonly value: string;
}

export interface StandardText {
  readonly kind: 'Exact' | 'RegularExpression';
  readonly name: string;
  readonly value: string;
}

/** The matches of an HTTPRoute for one of the user's, one for each method. */
export function standardMatches(match: Match, path: StandardPath = standardPath(match.path)): StandardMatch[] {
  const { headers, queryParams } = match;
  const conditions = { ...headers.length > 0 && { headers: headers.map(text) }, ...queryParams.length > 0 && { queryParams: queryParams.map(text) } };
  const same = { path, ...conditions };
  return match.methods.length === 0 ? [same] : match.methods.map(method => ({ ...same, method }));
}

/** What CRDs of the Gateway API accept as a literal path. */
const LITERAL = /^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+$/;
const UNACCEPTED = /\/\/|\/\.\.?(?:\/|$)|%2f/i;

export function isLiteralPath(value: string): boolean {
  return LITERAL.test(value) && !UNACCEPTED.test(value);
}

export function standardPath(path: PathCondition | undefined): StandardPath {
  if (!path) return { kind: 'PathPrefix', value: '/' };
  const value = path.kind === 'prefix' ? trimSlash(path.value) || '/' : path.value;
  if (value === '/' && path.kind !== 'exact' && path.kind !== 'regex') return { kind: 'PathPrefix', value };
  const literal = isLiteralPath(value) && !path.ignoreCase;
  if (literal && path.kind === 'exact') return { kind: 'Exact', value };
  if (literal && path.kind === 'prefix') return { kind: 'PathPrefix', value };
  return standardExpression(path);
}

export function standardExpression(path: PathCondition | undefined): StandardPath {
  return { kind: 'RegularExpression', value: expression(path) };
}

function expression(path: PathCondition | undefined): string {
  if (!path) return '.*';
  const start = (path.ignoreCase ? '(?i)' : '') + escapeRegex(path.kind === 'prefix' ? trimSlash(path.value) : path.value);
  switch (path.kind) {
    case 'regex': return path.value;
    case 'exact': return start;
    case 'rawPrefix': return `${start}.*`;
    case 'prefix': return trimSlash(path.value) === '' ? '.*' : `${start}(?:/.*)?`;
  }
}

function text({ name, kind, value }: HeaderCondition): StandardText {
  switch (kind) {
    case 'exact': return { kind: 'Exact', name, value: value! };
    case 'prefix': return { kind: 'RegularExpression', name, value: `${escapeRegex(value!)}.*` };
    case 'regex': return { kind: 'RegularExpression', name, value: value! };
    default: return { kind: 'RegularExpression', name, value: '.*' };
  }
}

const RANKS = { Exact: 3, PathPrefix: 2, RegularExpression: 1 };

/** Negative if the first of two matches is tried first, positive if the second is, 0 if their objects decide. As istiod sorts them. */
export function standardOrder(a: StandardMatch, b: StandardMatch): number {
  return RANKS[b.path.kind] - RANKS[a.path.kind]
    || b.path.value.length - a.path.value.length
    || Number(b.method !== undefined) - Number(a.method !== undefined)
    || (b.headers?.length ?? 0) - (a.headers?.length ?? 0)
    || (b.queryParams?.length ?? 0) - (a.queryParams?.length ?? 0);
}
