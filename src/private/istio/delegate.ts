import { escapeRegex } from '../basics/re2';
import { Match, trimSlash } from '../model/match';
import { Rule } from '../model/rule';
import { At, inRewrites, matchesAt, ruleRoute } from '../objects/http';
import { HttpMatch, HttpRoute, VirtualServiceSpec } from '../objects/plans';
import { exportTo } from '../objects/visibility';

/** Rules to which a route in another namespace may delegate. Ports and gateways are those of that route. */
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
 * The delegated requests, and 404 for those that come back: requests that the delegate's rules do not match, or all of them while the delegate
 * is missing or not visible, would otherwise fall through to the next rule.
 */
export function delegateRoutes(rule: Rule, at: At[]): HttpRoute[] {
  return [ruleRoute(rule, at), { matches: matchesAt(rule.matches.map(asExpression), at), action: { kind: 'respond', status: 404 } }];
}

/** Istio warns about duplicate matches, and recognizes `.*` as everything. */
function asExpression(match: Match): Match {
  const prefix = trimSlash(match.path!.value);
  return { ...match, path: { kind: 'regex', value: prefix === '' ? '.*' : `${escapeRegex(prefix)}(/.*)?` } };
}
