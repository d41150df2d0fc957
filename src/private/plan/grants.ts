import { CallerIdentity } from './callers';
import { NoMatch, intersect } from './intersect';
import { Match } from '../intent/match';

/** Who may send which requests; no match at all stands for every request. */
export interface Grant {
  readonly callers: CallerIdentity[];
  readonly allow: Match[];
}

/** What of some matches lies within others; in both lists none at all stands for every request. */
export function within(matches: Match[], allow: Match[]): (Match | NoMatch)[] | 'everything' {
  if (allow.length === 0) return matches.length === 0 ? 'everything' : matches;
  return matches.length === 0 ? allow : matches.flatMap(match => allow.map(allowed => intersect(match, allowed)));
}

/** As `within`, without those that no request fits; undefined where none is left. */
export function granted(matches: Match[], allow: Match[]): Match[] | undefined {
  const found = within(matches, allow);
  if (found === 'everything') return [];
  const left = found.filter((match): match is Match => typeof match !== 'string');
  return left.length > 0 ? left : undefined;
}
