import { isDeepStrictEqual } from 'node:util';
import { intersect } from './intersect';
import { preflightsOf } from './preflights';
import { Match, NO_CONDITION, orEverything, PathCondition, trimSlash } from '../model/match';
import { RoutePart } from '../model/route-part';
import { Rule } from '../model/rule';

/** Why two routes cannot share a host. */
export interface Clash {
  /** `order`: both rules take some requests, and neither is more specific. `circle`: the order as written contradicts. `hosts`: a rule must stand before one of a host that its route does not have. */
  readonly why: 'order' | 'circle' | 'hosts';
  readonly own: number;
  readonly other: RoutePart;
  readonly index: number;
}

export type Precedence = 'first' | 'second' | 'either' | 'undecided';

/** Which of two rules of different routes comes first, the most specific path first; `either` if no request fits both. */
export function precedence(a: Rule, b: Rule): Precedence {
  return precedenceOf(taken(a), taken(b));
}

/** Like `precedence`, for the requests that the rules match. */
export function precedenceOf(a: Match[], b: Match[]): Precedence {
  const verdicts = new Set(a.flatMap(x => b.map(y => matchPrecedence(x, y))));
  verdicts.delete('either');
  return verdicts.size === 0 ? 'either' : verdicts.size === 1 ? [...verdicts][0] : 'undecided';
}

function matchPrecedence(a: Match, b: Match): Precedence {
  const joined = intersect(a, b);
  if (joined === 'never') return 'either';
  if (isDeepStrictEqual(a, b)) return 'undecided';
  const path = intersect(pathOnly(a), pathOnly(b));
  if (typeof path === 'string') return 'undecided';
  const [isA, isB] = [isDeepStrictEqual(path.path, a.path), isDeepStrictEqual(path.path, b.path)];
  if (isA !== isB) return isA ? 'first' : 'second';
  return isDeepStrictEqual(joined, a) ? 'first' : isDeepStrictEqual(joined, b) ? 'second' : 'undecided';
}

function pathOnly({ path }: Match): Match {
  return { ...NO_CONDITION, path };
}

/** The requests that a rule matches, in a form in which equal conditions compare as equal. */
export function taken({ matches, cors }: Rule): Match[] {
  const all = [...orEverything(matches), ...(cors ? preflightsOf(matches) : [])];
  return all.map(match => ({ ...match, path: bare(match.path), methods: [...match.methods].sort() }));
}

function bare(path: PathCondition | undefined): PathCondition | undefined {
  if (path?.kind === 'rawPrefix') return path.value === '/' ? undefined : path;
  if (path?.kind !== 'prefix') return path;
  const value = trimSlash(path.value);
  return value === '' ? undefined : { ...path, value };
}

/** Istio puts these after all others of a host, whatever objects they come from. */
export function isCatchAll(matches: Match[]): boolean {
  return matches.every(match => isDeepStrictEqual(match, NO_CONDITION));
}
