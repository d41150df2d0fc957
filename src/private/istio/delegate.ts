import { At, inRewrites, matchesAt, ruleRoute } from './http';
import { HttpMatch, HttpRoute, VirtualServiceSpec } from './objects';
import { exportTo } from './visibility';
import { escapeRegex } from '../basics/re2';
import { Match, trimSlash } from '../model/match';
import { Rule } from '../model/rule';

/** Rules to which a route of another namespace may hand over. Ports and gateways are those of that route. */
export function delegateVirtualService({ namespace, routeNamespace, rules }: {
  readonly namespace: string; readonly routeNamespace: string; readonly rules: Rule[];
}): VirtualServiceSpec {
  const says = (match: HttpMatch) => Object.keys(match).length > 0;
  return {
    exportTo: exportTo([routeNamespace], namespace),
    http: rules.flatMap(inRewrites).map(rule => ruleRoute(rule, [{}])).map(route => ({ ...route, matches: route.matches.filter(says) })),
    tls: [],
    tcp: [],
  };
}

/**
 * What is handed over, and 404 for what comes back: requests that the other rules do not take, or all of them while those rules
 * are not there or not visible, would otherwise fall to the next rule.
 */
export function delegateRoutes(rule: Rule, at: At[]): HttpRoute[] {
  return [ruleRoute(rule, at), { matches: matchesAt(rule.matches.map(asExpression), at), action: { kind: 'respond', status: 404 } }];
}

/** Istio warns of the same match twice, and knows `.*` for everything. */
function asExpression(match: Match): Match {
  const prefix = trimSlash(match.path!.value);
  return { ...match, path: { kind: 'regex', value: prefix === '' ? '.*' : `${escapeRegex(prefix)}(/.*)?` } };
}
