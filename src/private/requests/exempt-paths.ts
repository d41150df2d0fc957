import { isDeepStrictEqual } from 'node:util';
import { intersect } from './intersect';
import { MatchIndex } from './match-index';
import { Match, NO_CONDITION, orEverything, PathCondition } from '../model/match';
import { Rule } from '../model/rule';

/** The rules for spared paths alone, without what an earlier one takes. */
export function rulesOnPaths(rules: Rule[], spared: PathCondition[]): Rule[] {
  const before = new MatchIndex<Match>();
  return rules.flatMap(rule => {
    const joined = joinedWith(rule, spared).filter((match): match is Match => typeof match !== 'string');
    const matches = joined.filter(match => !before.covering(match).some(({ value: wide }) => isDeepStrictEqual(intersect(match, wide), match)));
    for (const match of matches) before.add(match, match);
    return matches.length > 0 ? [{ ...rule, matches }] : [];
  });
}

/** Whether no match of Istio's says which of the paths that a rule takes are spared. */
export function isInexpressible(rule: Rule, spared: PathCondition[]): boolean {
  return joinedWith(rule, spared).includes('inexpressible');
}

function joinedWith(rule: Rule, spared: PathCondition[]) {
  return orEverything(rule.matches).flatMap(match => spared.map(path => intersect(withoutRoot(match), { ...NO_CONDITION, path })));
}

function withoutRoot(match: Match): Match {
  return match.path?.kind === 'prefix' && match.path.value === '/' ? { ...match, path: undefined } : match;
}
