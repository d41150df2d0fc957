import { delegateRoutes } from './delegate';
import { guards } from './guards';
import { isWildcard } from '../basics/hosts';
import { AccessIntent, RoutedHosts } from '../model/access';
import { IngressIntent } from '../model/ingress-route';
import { ListenedHost, serves } from '../model/listener';
import { MESH_HEADERS } from '../model/mesh-headers';
import { Action, Rule } from '../model/rule';
import { withoutHosts } from '../objects/host-conditions';
import { authorityMatch, inRewrites, ruleRoute } from '../objects/http';
import { HttpRoute, VirtualServiceSpec } from '../objects/plans';
import { exportTo } from '../objects/visibility';
import { rulesOnPaths } from '../requests/exempt-paths';
import { narrowerHosts } from '../requests/narrower-hosts';

/** A route, with what it needs to know about the gateway and other routes. */
export interface SurroundedRoute extends IngressIntent {
  readonly access: AccessIntent;
  /** All listeners of the gateway. */
  readonly listened: ListenedHost[];
  /** All routes of the app through the same pods. */
  readonly routed: () => RoutedHosts[];
  /** Whether preflights are answered. */
  readonly cors: boolean;
}

/** The route, visible only to the gateway's pods. */
export function ingressVirtualService(intent: SurroundedRoute): VirtualServiceSpec {
  const served = intent.listeners.filter(serves);
  const at = served.filter(l => !l.redirect || l.redirect.trustsProxies).map(({ port }) => ({ port }));
  return {
    hosts: intent.hosts,
    gateways: [intent.gateway],
    exportTo: exportTo([intent.pods.namespace], intent.namespace),
    http: withoutNarrowerHosts(intent, [
      ...intent.listeners.filter(l => !serves(l)).flatMap(l => redirects(l, intent.hosts)),
      ...guards({ ...intent, served }),
      ...served.flatMap(l => [...exemptRoutes(l, intent.rules), ...redirects(l, intent.hosts)]),
      ...intent.rules.flatMap(inRewrites).flatMap(rule => (rule.action?.kind === 'delegate' ? delegateRoutes(rule, at) : [withoutMeshHeaders(ruleRoute(rule, at))])),
    ]),
    tls: [],
    tcp: [],
  };
}

/** Routes that leave narrower hosts, below a wildcard among these hosts, to the routes of those. */
function withoutNarrowerHosts({ hosts, listeners, listened, routed }: SurroundedRoute, http: HttpRoute[]): HttpRoute[] {
  const narrower = new Map(listeners.map(({ port }) => [port, narrowerHosts(hosts, port, listened, routed)]));
  return http.map(route => ({ ...route, matches: route.matches.map(match => withoutHosts(match, narrower.get(match.port!)!)) }));
}

/** The routes for the paths that a redirecting listener serves nevertheless. */
function exemptRoutes({ port, redirect }: ListenedHost, rules: Rule[]): HttpRoute[] {
  return redirect ? rulesOnPaths(rules, redirect.exemptPaths).flatMap(inRewrites).map(rule => withoutMeshHeaders(ruleRoute(rule, [{ port }]))) : [];
}

/** Requests to external hosts must not carry headers of the mesh. */
function withoutMeshHeaders(route: HttpRoute): HttpRoute {
  if (route.action.kind !== 'forward') return route;
  const to = route.action.to.map(({ requestHeaders: edits, ...target }) => (
    edits ? { ...target, requestHeaders: { ...edits, remove: MESH_HEADERS } } : target
  ));
  return { ...route, action: { kind: 'forward', to } };
}

/**
 * Without an authority, Envoy keeps the port that the client wrote into the Host header, even if Istio's `port` is 443.
 * A wildcard cannot name an authority, so it comes last and keeps that port.
 */
function redirects({ port, redirect }: ListenedHost, hosts: string[]): HttpRoute[] {
  if (!redirect) return [];
  const at = { port, ...(redirect.trustsProxies && { withoutHeaders: { 'x-forwarded-proto': { exact: 'https' } } }) };
  const exact = hosts.filter(host => !isWildcard(host));
  const away = (authority?: string): Action => ({ kind: 'redirect', scheme: 'https', authority, port: redirect.to === 443 ? undefined : redirect.to, code: 301 });
  return [
    ...exact.map(host => ({ matches: [{ ...at, ...(hosts.length > 1 && { authority: authorityMatch({ kind: 'exact', value: host }) }) }], action: away(host) })),
    ...(exact.length < hosts.length ? [{ matches: [at], action: away() }] : []),
  ];
}
