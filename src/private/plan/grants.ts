import { CallerIdentity } from './callers';
import { NoMatch, intersect } from './intersect';
import { Match, orEverything } from '../intent/match';

/** Who may send which requests; no match at all stands for every request. */
export interface Grant {
  readonly callers: CallerIdentity[];
  readonly allow: Match[];
}

/** What of some matches lies within others; in both lists none at all stands for every request. */
export function within(matches: Match[], allow: Match[]): (Match | NoMatch)[] {
  return orEverything(matches).flatMap(match => orEverything(allow).map(allowed => intersect(match, allowed)));
}

/** As `within`, without those that no request fits: here no match at all stands for no request. */
export function granted(matches: Match[], allow: Match[]): Match[] {
  return within(matches, allow).filter((match): match is Match => typeof match !== 'string');
}
