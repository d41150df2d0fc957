import { intersect } from './intersect';
import { Match, NO_CONDITION, PathCondition } from '../intent/match';
import { Rule } from '../intent/rule';

/** A rule for spared paths alone; undefined if it takes none of them, `inexpressible` if no match of Istio's says both. */
export function onPaths(rule: Rule, spared: PathCondition[]): Rule | 'inexpressible' | undefined {
  const taken = rule.matches.length === 0 ? [NO_CONDITION] : rule.matches;
  const joined = taken.flatMap(match => spared.map(path => intersect(withoutRoot(match), { ...NO_CONDITION, path })));
  if (joined.includes('inexpressible')) return 'inexpressible';
  const matches = joined.filter((match): match is Match => typeof match !== 'string');
  return matches.length > 0 ? { ...rule, matches } : undefined;
}

function withoutRoot(match: Match): Match {
  return match.path?.kind === 'prefix' && match.path.value === '/' ? { ...match, path: undefined } : match;
}
