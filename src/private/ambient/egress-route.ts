import { callersPolicy, callersPolicyHead } from './callers-policy';
import { isWildcard } from '../basics/hosts';
import { labelOf } from '../basics/names';
import { Overlap } from '../model/at-waypoints';
import { OutboundRequests } from '../model/egress-route';
import { isHttp, Port } from '../model/external-service';
import { MESH_HEADERS } from '../model/mesh-headers';
import { RenderedObject } from '../model/rendered-object';
import { Rule } from '../model/rule';
import { entryName, WaypointRouteIntent } from '../model/waypoint';
import { besideSelected } from '../objects/external';
import { hostExpression, onlyHost, withoutHosts } from '../objects/host-conditions';
import { rendered, renderedLate } from '../objects/manifest/object';
import { outboundRoutes } from '../objects/outbound-routes';
import { HttpMatch, ObjectPlan, StandardRule } from '../objects/plans';
import { distinctRules, fitsStandardRoute, isInStandardOrder, standardRules } from '../objects/standard-http';
import { directTunnels, tunnelRule } from '../objects/tunnel';
import { areInPolicy } from '../requests/sayable';
import { StandardMatch } from '../requests/standard-match';

/** Where each field of a route takes effect: a field that has no entry does not compile. */
export const HEEDED: { readonly [K in keyof Required<WaypointRouteIntent>]: 'policy' | 'policy and routes' | 'routes' | 'heads of objects' } = {
  trustDomain: 'policy',
  grants: 'policy and routes',
  service: 'policy and routes',
  rules: 'routes',
  keepHeaders: 'routes',
  proxy: 'routes',
  waypoint: 'heads of objects',
  name: 'heads of objects',
  anyNamespaceReason: 'heads of objects',
  serviceName: 'heads of objects',
};

/**
 * Every object of a route, all in the namespace of the waypoint, in the order in which they should be applied. The ServiceEntries, which lead callers
 * to the waypoint, belong to the service, as do the rules by which the waypoint reaches the hosts.
 *
 * @param overlapOf how a host and those of other services cover each other, once all of these are known
 */
export function planWaypointRoute(route: WaypointRouteIntent, overlapOf: (host: string) => Overlap): RenderedObject[] {
  const { waypoint, service: { hosts, ports }, proxy, name: own } = route;
  const { name, namespace } = waypoint;
  const head = (host: string) => ({ namespace, name: [name, host], exportTo: besideSelected(namespace) });
  const tunnels = proxy ? hosts.map(host => tunnelRule(proxy, host, ports, head(host))) : [];
  const routes = hosts.flatMap(host => hostRoutes(route, host).map(plan => ({ host, plan })));
  return [
    ...hosts.map(host => (
      isWildcard(host)
        ? renderedLate(callersPolicyHead(route, host), () => callersPolicy(route, host, overlapOf(host).narrower))
        : rendered({ ...callersPolicyHead(route, host), spec: callersPolicy(route, host, []) })
    )),
    ...tunnels.map(rendered),
    // the name of the user goes to what the waypoint reads for the first host and port
    ...routes.map(({ host, plan }, i) => besideOthers(i === 0 && own !== undefined ? { ...plan, name: own } : plan, host, () => overlapOf(host))),
  ];
}

/**
 * Routes of a wildcard and of a name under it exclude each other by the Host header: Istio gives both to either of them, in the order of their age.
 */
function besideOthers(plan: HostRoute, host: string, overlap: () => Overlap): RenderedObject {
  if (plan.kind === 'HTTPRoute') {
    const only = (rule: StandardRule) => ({ ...rule, matches: rule.matches.map(match => onlyStandardHost(match, host)) });
    return renderedLate(plan, () => (overlap().isCovered ? { ...plan.spec, rules: plan.spec.rules.map(only) } : plan.spec));
  }
  return renderedLate(plan, () => {
    const { isCovered, narrower } = overlap();
    const only = (match: HttpMatch) => withoutHosts(isCovered ? onlyHost(match, host) : match, narrower);
    return { ...plan.spec, http: plan.spec.http.map(rule => ({ ...rule, matches: rule.matches.map(only) })) };
  });
}

/** An HTTPRoute for services has no hosts of its own. */
function onlyStandardHost(match: StandardMatch, host: string): StandardMatch {
  return { ...match, headers: [...match.headers ?? [], { kind: 'RegularExpression', name: 'Host', value: hostExpression([host]) }] };
}

type HostRoute = Extract<ObjectPlan, { readonly kind: 'HTTPRoute' | 'VirtualService' }>;

/**
 * How the waypoint treats requests and tunnels to a host: by one HTTPRoute a port or, where these cannot say it, by one VirtualService. Istio merges
 * the two kinds for one host in no defined way. An HTTPRoute cannot leave names to others, as a wildcard may have to. A port that the waypoint does not
 * read needs neither.
 */
function hostRoutes(route: WaypointRouteIntent, host: string): HostRoute[] {
  const { service: { ports }, waypoint, proxy } = route;
  const http = ports.filter(isHttp);
  if (http.length === 0 && !proxy) return [];
  const standard = http.map(port => ({ port, rules: isWildcard(host) ? undefined : standardRulesOf(route, host, port) }));
  if (!proxy && standard.every(({ rules }) => rules)) return standard.map(({ port, rules }) => httpRoute(route, host, port, rules!));
  const requests = readByRoutes(route);
  return [{
    kind: 'VirtualService',
    id: `${host}-virtual-service`,
    namespace: waypoint.namespace,
    name: labelOf(waypoint.name, host),
    spec: {
      hosts: [host],
      gateways: ['mesh'],
      exportTo: ['.'],
      http: http.flatMap(({ number: port }) => outboundRoutes(requests, { port }, { host, port }, {})),
      ...proxy ? pickTunnels(proxy, route, host) : { tls: [], tcp: [] },
    },
  }];
}

function pickTunnels(proxy: NonNullable<WaypointRouteIntent['proxy']>, { service }: WaypointRouteIntent, host: string) {
  const { tls, tcp } = directTunnels(proxy, { ...service, hosts: [host] });
  return { tls, tcp };
}

/** What is left to routes: who may send what is up to the policy, but for what it cannot express. */
function readByRoutes({ rules, keepHeaders, grants }: WaypointRouteIntent): OutboundRequests {
  return { rules, keepHeaders, grants: [{ callers: [], allow: grants.find(({ allow }) => !areInPolicy(allow))?.allow ?? [] }] };
}

/** The rules of an HTTPRoute, if it can express all of them, the last of which forwards everything else. */
function standardRulesOf(route: WaypointRouteIntent, host: string, { number }: Port): StandardRule[] | undefined {
  const { rules, keepHeaders, grants } = route;
  if (!grants.every(({ allow }) => areInPolicy(allow))) return undefined;
  const all: Rule[] = [...rules, { matches: [] }];
  const remove = MESH_HEADERS.filter(header => !keepHeaders.includes(header));
  const standard = all.map(rule => {
    const to = destinationOf(rule, host, number);
    return to && standardRules(rule, to.backend, to.hostname, remove);
  });
  if (!standard.every(Boolean) || !isInStandardOrder(all)) return undefined;
  const distinct = distinctRules((standard as StandardRule[][]).flat());
  return fitsStandardRoute(distinct) ? distinct : undefined;
}

/** One host outside, by its own name. Shares need a name each, and Services of the mesh may have subsets: HTTPRoutes know neither. */
function destinationOf({ action }: Rule, host: string, port: number): { readonly backend: StandardRule['backends'][number]; readonly hostname?: string } | undefined {
  if (action?.kind !== 'forward') return { backend: { kind: 'Hostname', name: host, port } };
  const [to, ...others] = action.to;
  const hostname = to.requestHeaders?.set?.host;
  return others.length > 0 || hostname === undefined ? undefined : { backend: { kind: 'Hostname', name: to.host, port: to.port }, hostname };
}

function httpRoute(route: WaypointRouteIntent, host: string, { number }: Port, rules: StandardRule[]): HostRoute {
  const { waypoint, service, serviceName } = route;
  return {
    kind: 'HTTPRoute',
    id: `${host}-${number}-http-route`,
    namespace: waypoint.namespace,
    name: labelOf(waypoint.name, host, number),
    // without the port, the rules would lead all HTTP ports of the host to this one
    spec: { parents: [{ kind: 'ServiceEntry', name: entryName(waypoint, service, host, serviceName), port: number }], rules },
  };
}
