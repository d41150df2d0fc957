import { ofCallers } from './callers';
import { At, inRewrites, matchesAt, ruleRoute } from './http';
import { HttpMatch, HttpRoute } from './plans';
import { OutboundRequests } from '../model/egress-route';
import { Match } from '../model/match';
import { MESH_HEADERS } from '../model/mesh-headers';
import { Action, Target } from '../model/rule';
import { granted } from '../requests/grants';

/** How requests that may leave are recognized, besides the port at which they arrive. */
export interface Signs {
  /** The headers that leg 1 wrote into them, only for the gateway. */
  readonly mark?: HttpMatch['headers'];
  /** The trust domain of callers' identities; undefined if callers cannot be identified. */
  readonly trustDomain?: string;
}

/** The HTTP routes by which requests leave: first the rules, then everything else that is allowed; all other requests are refused. */
export function outboundRoutes(intent: OutboundRequests, port: At, to: Target, { mark, trustDomain }: Signs, by = 'egress'): HttpRoute[] {
  const marked: At = { ...port, headers: mark };
  const matchesOf = (matches: Match[]) => intent.grants.flatMap(({ callers, allow }) => {
    const at = trustDomain === undefined ? [marked] : ofCallers(callers, trustDomain).map(sign => ({ ...port, headers: { ...mark, ...sign } }));
    const left = granted(matches, allow);
    return left.length > 0 ? matchesAt(left, at) : [];
  });
  const forward: Action = { kind: 'forward', to: [to] };
  const mesh = [...MESH_HEADERS.filter(h => !intent.keepHeaders.includes(h)), ...Object.keys(mark ?? {})];
  const rules = intent.rules.flatMap(inRewrites).map(rule => distinct({ ...ruleRoute(rule, [], forward), matches: matchesOf(rule.matches) }, []));
  const rest = distinct({ action: forward, matches: matchesOf([]) }, rules.flatMap(route => route.matches));
  const leaving = [...rules, rest]
    .filter(route => route.matches.length > 0)
    .map(route => (route.action.kind === 'forward' ? withoutHeaders(route, mesh) : route));
  if (trustDomain === undefined && intent.grants.some(grant => grant.allow.length === 0)) return leaving;
  return [...leaving, { matches: matchesAt([], [marked]), action: { kind: 'respond', status: 403, body: `not allowed by the ${by} route to ${to.host}` } }];
}

/** Omits matches that occur earlier: they would never apply, and Istio warns about them. */
function distinct(route: HttpRoute, before: HttpMatch[]): HttpRoute {
  if (before.length === 0 && route.matches.length <= 1) return route;
  const seen = new Set(before.map(match => JSON.stringify(match)));
  const isNew = (text: string) => !seen.has(text) && seen.add(text);
  return { ...route, matches: route.matches.filter(match => isNew(JSON.stringify(match))) };
}

/** Headers that the user sets or adds still leave, because Envoy removes first. */
function withoutHeaders(route: HttpRoute, mesh: string[]): HttpRoute {
  const edits = route.requestHeaders;
  return { ...route, requestHeaders: { ...edits, remove: [...new Set([...mesh, ...(edits?.remove ?? [])])] } };
}
