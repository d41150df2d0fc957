import { isDeepStrictEqual } from 'node:util';
import { intersect } from './intersect';
import { MatchIndex } from './match-index';
import { Redirect } from '../model/listener';
import { Match, NO_CONDITION, orEverything, PathCondition } from '../model/match';
import { Rule } from '../model/rule';

/** The rules for what a redirecting listener serves nevertheless: its exempt paths, and what came to a proxy in front by HTTPS. */
export function sparedRules(rules: Rule[], { exemptPaths, trustsProxies }: Redirect): Rule[] {
  return [...rulesOnPaths(rules, exemptPaths), ...trustsProxies ? rules.flatMap(fromProxy) : []];
}

const FROM_PROXY: Match = { ...NO_CONDITION, headers: [{ name: 'x-forwarded-proto', kind: 'exact', value: 'https' }] };

function fromProxy(rule: Rule): Rule[] {
  const matches = orEverything(rule.matches).map(match => intersect(match, FROM_PROXY)).filter((match): match is Match => typeof match !== 'string');
  return matches.length > 0 ? [{ ...rule, matches }] : [];
}

/** The rules restricted to the exempt paths, without what an earlier rule matches. */
export function rulesOnPaths(rules: Rule[], exempt: PathCondition[]): Rule[] {
  const before = new MatchIndex<Match>();
  return rules.flatMap(rule => {
    const joined = joinedWith(rule, exempt).filter((match): match is Match => typeof match !== 'string');
    const matches = joined.filter(match => !before.covering(match).some(({ value: wide }) => isDeepStrictEqual(intersect(match, wide), match)));
    for (const match of matches) before.add(match, match);
    return matches.length > 0 ? [{ ...rule, matches }] : [];
  });
}

/** Whether no match of Istio's can express which of a rule's paths are exempt. */
export function isInexpressible(rule: Rule, exempt: PathCondition[]): boolean {
  return joinedWith(rule, exempt).includes('inexpressible');
}

function joinedWith(rule: Rule, exempt: PathCondition[]) {
  return orEverything(rule.matches).flatMap(match => exempt.map(path => intersect(withoutRoot(match), { ...NO_CONDITION, path })));
}

function withoutRoot(match: Match): Match {
  return match.path?.kind === 'prefix' && match.path.value === '/' ? { ...match, path: undefined } : match;
}
