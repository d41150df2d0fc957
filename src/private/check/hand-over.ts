import { isDeepStrictEqual } from 'node:util';
import { Chart } from 'cdk8s';
import { IConstruct } from 'constructs';
import { needDeclared } from './declared';
import { IIngressDelegate } from '../../ingress/i-ingress-delegate';
import { Refuse } from '../basics/errors';
import { Match, NO_CONDITION, trimSlash } from '../model/match';
import { Action } from '../model/rule';

/** A rule that hands over tells requests by prefixes alone: of all conditions these alone combine with every rule of the other side. */
export function checkHandOver(scope: IConstruct, delegate: IIngressDelegate, matches: Match[], prop: string, refuse: Refuse): Action {
  const { path, delegateName, handedOver: known } = needDeclared(scope, delegate, 'ingressDelegates', `${prop}.action`, refuse);
  const prefixes = matches.map(prefixOf);
  const odd = prefixes.indexOf(undefined);
  if (matches.length === 0 || odd >= 0) {
    refuse({ code: 'DelegateInvalid', prop: `${prop}.matches`, got: odd < 0 ? undefined : `another condition at [${odd}]`, allowed: 'matches with a PathMatch.prefix and nothing else, which does not ignore case', fix: 'hand over whole prefixes, and tell requests further apart in the delegate' });
  }
  const own = Chart.of(scope).namespace;
  if (known && known.rootNamespace !== own) {
    refuse({ code: 'DelegateInvalid', prop: `${prop}.action`, got: `a route of namespace ${own}`, allowed: `routes of namespace ${known.rootNamespace}, which alone see ${path}`, fix: `say rootNamespace: '${own}' there` });
  }
  if (known && !isDeepStrictEqual([...prefixes].sort(), known.prefixes)) {
    refuse({ code: 'DelegateInvalid', prop: `${prop}.matches`, got: prefixes.map(p => p || '/'), allowed: `the prefixes of ${path}, ${known.prefixes.map(p => p || '/').join(', ')}`, fix: 'write the same in both' });
  }
  const [namespace, name] = delegateName.split('/');
  return { kind: 'delegate', name, namespace };
}

function prefixOf({ path, ...others }: Match): string | undefined {
  const alone = isDeepStrictEqual({ ...NO_CONDITION, ...others }, NO_CONDITION);
  return alone && path?.kind === 'prefix' && !path.ignoreCase ? trimSlash(path.value) : undefined;
}
