import { isDeepStrictEqual } from 'node:util';
import { Chart } from 'cdk8s';
import { IConstruct } from 'constructs';
import { needDeclared } from './declared';
import { Cors } from '../../http/cors';
import { RouteRule } from '../../http/rule';
import { IIngressDelegate } from '../../ingress/i-ingress-delegate';
import { Refuse } from '../basics/errors';
import { Match, NO_CONDITION, trimSlash } from '../model/match';
import { Action, Rule } from '../model/rule';

/** A rule that delegates may match only prefixes: they are the only conditions that combine with every rule of the delegate. */
export function checkDelegateAction(scope: IConstruct, delegate: IIngressDelegate, matches: Match[], prop: string, refuse: Refuse): Action {
  const { path, delegateName, handedOver: known } = needDeclared(scope, delegate, 'ingressDelegates', `${prop}.action`, refuse);
  const prefixes = matches.map(prefixOf);
  const odd = prefixes.indexOf(undefined);
  if (matches.length === 0 || odd >= 0) {
    refuse({ code: 'DelegateInvalid', prop: `${prop}.matches`, got: odd < 0 ? undefined : `another condition at [${odd}]`, allowed: 'matches with only a case-sensitive PathMatch.prefix', fix: 'delegate whole prefixes, and add the other conditions in the delegate' });
  }
  const own = Chart.of(scope).namespace;
  if (known && known.routeNamespace !== own) {
    refuse({ code: 'DelegateInvalid', prop: `${prop}.action`, got: `a route of namespace ${own}`, allowed: `routes of namespace ${known.routeNamespace}, the only ones that see ${path}`, fix: `say routeNamespace: '${own}' there` });
  }
  if (known && !isDeepStrictEqual([...prefixes].sort(), known.prefixes)) {
    refuse({ code: 'DelegateInvalid', prop: `${prop}.matches`, got: prefixes.map(p => p || '/'), allowed: `the prefixes of ${path}, ${known.prefixes.map(p => p || '/').join(', ')}`, fix: 'use the same prefixes in both' });
  }
  const [namespace, name] = delegateName.split('/');
  return { kind: 'delegate', name, namespace };
}

function prefixOf({ path, ...others }: Match): string | undefined {
  const alone = isDeepStrictEqual({ ...NO_CONDITION, ...others }, NO_CONDITION);
  return alone && path?.kind === 'prefix' && !path.ignoreCase ? trimSlash(path.value) : undefined;
}

const hasHeaders = ({ requestHeaders, responseHeaders }: Rule) => requestHeaders !== undefined || responseHeaders !== undefined;

/** The options of the route that its delegate's rules inherit: Istio hands each option to the rules that do not set it themselves. */
const TAKES: { readonly [option in keyof RouteRule]?: (rule: Rule) => boolean } = {
  timeout: rule => forwards(rule) && rule.timeoutMs === undefined,
  retries: rule => forwards(rule) && rule.retries === undefined,
  rewrite: rule => forwards(rule) && rule.rewrite === undefined,
  mirror: rule => forwards(rule) && rule.mirror === undefined,
  requestHeaders: rule => forwards(rule) && !hasHeaders(rule),
  responseHeaders: rule => !hasHeaders(rule),
  fault: rule => rule.fault === undefined,
};

function forwards({ action }: Rule): boolean {
  return action?.kind === 'forward';
}

/** The options beside a delegate, which its rules inherit. */
export function checkHandedOn(
  scope: IConstruct, rule: RouteRule & { readonly cors?: Cors }, delegate: IIngressDelegate, prop: string, refuse: Refuse,
): void {
  if (rule.cors !== undefined) {
    refuse({ code: 'RuleOptionUnused', prop: `${prop}.cors`, got: 'set', allowed: 'cors in the rules of the delegate', fix: 'set it there: rules for only some methods would not answer preflights' });
  }
  const { path, handedOver } = needDeclared(scope, delegate, 'ingressDelegates', `${prop}.action`, refuse);
  if (!handedOver) return;
  for (const [option, takes] of Object.entries(TAKES)) {
    if (rule[option as keyof RouteRule] !== undefined && !handedOver.rules.some(takes)) {
      refuse({ code: 'RuleOptionUnused', prop: `${prop}.${option}`, got: 'set', allowed: `an option that the rules of ${path} do not set`, fix: 'set it in only one of the two: the rules of the delegate take precedence' });
    }
  }
}
