import { isDeepStrictEqual } from 'node:util';
import { IConstruct } from 'constructs';
import { externalDestinations } from './external-destination';
import { checkPath } from './match';
import { checkRules } from './rule';
import { IngressRule } from '../../http/rule';
import { Refuse } from '../basics/errors';
import { Match, NO_CONDITION, trimSlash } from '../model/match';
import { Rule } from '../model/rule';
import { intersect } from '../requests/intersect';

export function checkPrefixes(prefixes: string[], refuse: Refuse): string[] {
  if (prefixes.length === 0) {
    refuse({ code: 'DelegateInvalid', prop: 'prefixes', got: prefixes, allowed: 'at least one path', fix: 'list the paths that the route hands over' });
  }
  prefixes.forEach((prefix, i) => checkPath('prefix', prefix, `prefixes[${i}]`, refuse));
  return prefixes.map(trimSlash).sort();
}

/** Istio drops rules that it cannot prove to lie within the delegated prefixes. */
export function checkDelegateRules(scope: IConstruct, rules: IngressRule[], prefixes: string[], refuse: Refuse): Rule[] {
  if (rules.length === 0) {
    refuse({ code: 'RulesEmpty', prop: 'rules', got: rules, allowed: 'at least one rule', fix: 'add a rule' });
  }
  const checked = checkRules(scope, rules, 'rules', refuse);
  const around = prefixes.map((value): Match => ({ ...NO_CONDITION, path: { kind: 'prefix', value } }));
  const outside = rules.findIndex(rule => externalDestinations([rule]).length > 0);
  if (outside >= 0) {
    refuse({ code: 'ExternalDestinationInvalid', prop: `rules[${outside}].action`, got: externalDestinations(rules)[0].path, allowed: 'Services in the mesh', fix: 'use it in a rule of the IngressRoute, which makes the host visible to its gateway' });
  }
  checked.forEach(({ matches, action }, i) => {
    if (!action || action.kind === 'delegate') {
      refuse({ code: 'DelegateInvalid', prop: `rules[${i}].action`, got: action?.kind, allowed: 'an action other than delegate', fix: 'set another action: Istio delegates only once' });
    }
    matches.forEach((match, j) => {
      if (match.path && !around.some(whole => isDeepStrictEqual(intersect(match, whole), match))) {
        refuse({ code: 'DelegateInvalid', prop: `rules[${i}].matches[${j}].path`, got: match.path.value, allowed: `case-sensitive exact paths and prefixes within ${prefixes.join(', ') || '/'}`, fix: 'correct the path, or add it to prefixes and to the delegating rule: Istio drops a rule that matches more' });
      }
    });
  });
  return checked;
}
