import { intersect, NoMatch } from './intersect';
import { MatchIndex } from './match-index';
import { Match, orEverything } from '../model/match';

/** The intersections of two lists of matches, without most of the empty ones; in both lists, no match at all means every request. */
export function within(matches: Match[], allow: Match[]): (Match | NoMatch)[] {
  if (allow.length === 0) return orEverything(matches);
  return orEverything(matches).flatMap(match => indexOf(allow).overlapping(match).map(({ value }) => value).sort((a, b) => a - b)
    .map(i => intersect(match, allow[i])));
}

const indices = new WeakMap<Match[], MatchIndex<number>>();

function indexOf(allow: Match[]): MatchIndex<number> {
  const known = indices.get(allow);
  if (known) return known;
  const index = new MatchIndex<number>();
  allow.forEach((match, i) => index.add(match, i));
  indices.set(allow, index);
  return index;
}

/** Like `within`, without those that match no request: here, no match at all means no request. */
export function granted(matches: Match[], allow: Match[]): Match[] {
  return within(matches, allow).filter((match): match is Match => typeof match !== 'string');
}
