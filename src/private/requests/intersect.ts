import { isDeepStrictEqual } from 'node:util';
import { regexMatches } from '../basics/re2';
import { byName, HeaderCondition, isBareHost, Match, PathCondition, PORT, TextCondition, trimSlash } from '../model/match';

/** Why two matches have no intersection: no request fits both, or Istio cannot express both in one match. */
export type NoMatch = 'never' | 'inexpressible';

/** The match for requests that fit both. */
export function intersect(a: Match, b: Match): Match | NoMatch {
  const path = both(a.path, b.path, paths);
  const authority = both(a.authority, b.authority, authorities);
  const scheme = both(a.scheme, b.scheme, (one, other) => (one === other ? one : 'never'));
  const headers = joined(a.headers, b.headers);
  const queryParams = joined(a.queryParams, b.queryParams);
  const methods = a.methods.length && b.methods.length ? a.methods.filter(m => b.methods.includes(m)) : [...a.methods, ...b.methods];
  const never = a.methods.length > 0 && b.methods.length > 0 && methods.length === 0;
  const parts = [path, authority, scheme, headers, queryParams];
  if (never || parts.includes('never')) return 'never';
  if (parts.includes('inexpressible')) return 'inexpressible';
  return { path, authority, headers, queryParams, methods, scheme } as Match;
}

function both<T>(a: T | undefined, b: T | undefined, combine: (a: T, b: T) => T | NoMatch): T | NoMatch | undefined {
  return a === undefined ? b : b === undefined ? a : combine(a, b);
}

function joined<T extends HeaderCondition>(a: T[], b: T[]): T[] | NoMatch {
  if (a.length === 0 || b.length === 0) return a.length === 0 ? b : a;
  const out = new Map(a.map(condition => [condition.name, condition]));
  let inexpressible = false;
  for (const condition of b) {
    const combined = both(out.get(condition.name), condition, texts) as T | NoMatch;
    if (combined === 'never') return 'never';
    if (combined === 'inexpressible') inexpressible = true;
    else out.set(condition.name, combined);
  }
  return inexpressible ? 'inexpressible' : byName(out.values());
}

function texts<T extends Omit<HeaderCondition, 'name'>>(a: T, b: T): T | NoMatch {
  if (a.kind === b.kind && a.value === b.value) return a;
  if (a.kind === 'absent' || b.kind === 'absent') return 'never';
  if (a.kind === 'present') return b;
  if (b.kind === 'present') return a;
  if (a.kind === 'exact') return textMatches(b as unknown as TextCondition, a.value!) ? a : 'never';
  if (b.kind === 'exact') return texts(b, a);
  if (a.kind === 'prefix' && b.kind === 'prefix') {
    return a.value!.startsWith(b.value!) ? a : b.value!.startsWith(a.value!) ? b : 'never';
  }
  return 'inexpressible';
}

/** A host without a port also covers the host with any port. */
function authorities(a: TextCondition, b: TextCondition): TextCondition | NoMatch {
  if (!isBareHost(a)) return isBareHost(b) ? authorities(b, a) : texts(a, b);
  switch (b.kind) {
    case 'exact': return b.value.replace(PORT, '') === a.value ? b : 'never';
    case 'prefix':
      if (a.value.startsWith(b.value)) return a;
      return b.value.startsWith(`${a.value}:`) && /^\d*$/.test(b.value.slice(a.value.length + 1)) ? 'inexpressible' : 'never';
    case 'regex': return 'inexpressible';
  }
}

function paths(a: PathCondition, b: PathCondition): PathCondition | NoMatch {
  if (isDeepStrictEqual(a, b)) return a;
  if (a.kind === 'exact' && !a.ignoreCase) return pathMatches(b, a.value) ? a : 'never';
  if (b.kind === 'exact' && !b.ignoreCase) return paths(b, a);
  if (a.kind === 'regex' || b.kind === 'regex') return 'inexpressible';
  if (a.ignoreCase === b.ignoreCase) return inside(a, b) ? a : inside(b, a) ? b : 'never';
  return a.ignoreCase ? mixedCase(a, b) : mixedCase(b, a);
}

/** Istio cannot ignore the case of a part of a path. */
function mixedCase(ignoring: PathCondition, strict: PathCondition): PathCondition | NoMatch {
  const folded = { ...strict, value: strict.value.toLowerCase() };
  if (inside(folded, ignoring)) return strict;
  if (!inside(ignoring, folded)) return 'never';
  return /[a-z]/.test(folded.value) ? 'inexpressible' : ignoring;
}

function inside(inner: PathCondition, outer: PathCondition): boolean {
  if (inner.kind === 'exact') return pathMatches(outer, inner.value);
  return outer.kind !== 'exact' && within(inner, outer);
}

/** Whether one prefix covers all paths of another. */
function within(inner: PathCondition, outer: PathCondition): boolean {
  if (outer.kind === 'rawPrefix') return (inner.kind === 'prefix' ? trimSlash(inner.value) || '/' : inner.value).startsWith(outer.value);
  const segments = trimSlash(outer.value);
  return segments === '' || `${inner.kind === 'prefix' ? trimSlash(inner.value) + '/' : inner.value}`.startsWith(`${segments}/`);
}

export function pathMatches(condition: PathCondition, written: string): boolean {
  const path = condition.ignoreCase ? written.toLowerCase() : written;
  switch (condition.kind) {
    case 'prefix': return within({ kind: 'prefix', value: path }, condition);
    case 'rawPrefix': return path.startsWith(condition.value);
    case 'exact': return condition.value === path;
    case 'regex': return textMatches({ kind: 'regex', value: condition.value }, path);
  }
}

export function textMatches(condition: TextCondition, value: string): boolean {
  switch (condition.kind) {
    case 'exact': return condition.value === value;
    case 'prefix': return value.startsWith(condition.value);
    case 'regex': return regexMatches(condition.value, value);
  }
}
