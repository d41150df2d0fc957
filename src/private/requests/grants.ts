import { intersect, NoMatch } from './intersect';
import { Match, orEverything } from '../model/match';

/** What of some matches lies within others; in both lists none at all stands for every request. */
export function within(matches: Match[], allow: Match[]): (Match | NoMatch)[] {
  return orEverything(matches).flatMap(match => orEverything(allow).map(allowed => intersect(match, allowed)));
}

/** As `within`, without those that no request fits: here no match at all stands for no request. */
export function granted(matches: Match[], allow: Match[]): Match[] {
  return within(matches, allow).filter((match): match is Match => typeof match !== 'string');
}
