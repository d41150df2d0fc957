import { intersect, NoMatch } from './intersect';
import { MatchIndex } from './match-index';
import { Match, orEverything } from '../model/match';

/** What of some matches lies within others, without most of those that have nothing in common; in both lists none at all stands for every request. */
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

/** As `within`, without those that no request fits: here no match at all stands for no request. */
export function granted(matches: Match[], allow: Match[]): Match[] {
  return within(matches, allow).filter((match): match is Match => typeof match !== 'string');
}
