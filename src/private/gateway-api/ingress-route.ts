import { isOutside } from './backend';
import { referenceGrants } from './grants';
import { StandardIngress } from './opaque-route';
import { standardRule } from './rule';
import { parentsOf } from './section';
import { isWildcard } from '../basics/hosts';
import { labelOf } from '../basics/names';
import { ListenedHost, listenersOf, serves } from '../model/listener';
import { targetsOf } from '../model/rule';
import { ObjectPlan, StandardRouteSpec, StandardRule } from '../objects/plans';
import { sparedRules } from '../requests/exempt-paths';
import { standardObjects, StandardPart } from '../requests/standard-rules';

/** The most that an HTTPRoute can have. */
const MAX_HOSTS = 16;
const MAX_PARENTS = 32;

/** Hosts, and the listeners for them. */
interface Place {
  readonly hosts: string[];
  readonly at: ListenedHost[];
}

/**
 * The HTTPRoutes: as many as the rules and hosts take. Listeners that serve everything, that spare something from a redirect, and that redirect
 * have HTTPRoutes of their own, because all rules of an HTTPRoute hold for all of its listeners.
 */
export function ingressRouteObjects(route: StandardIngress): ObjectPlan[] {
  const { path, namespace, rules } = route;
  const targets = rules.flatMap(targetsOf).filter(target => !isOutside(target));
  return [...served(route), ...spared(route), ...redirected(route), ...referenceGrants({ path, namespace, kind: 'HTTPRoute', targets })];
}

function served(route: StandardIngress): ObjectPlan[] {
  return objectsAt(route, 'http-route', placesOf(route, l => !l.redirect), standardObjects(route.rules));
}

/** What redirecting listeners serve nevertheless: paths, and what came to a proxy in front by HTTPS. */
function spared(route: StandardIngress): ObjectPlan[] {
  const places = placesOf(route, l => l.redirect !== undefined && serves(l));
  return places.length === 0 ? [] : objectsAt(route, 'clear-text', places, standardObjects(sparedRules(route.rules, places[0].at[0].redirect!)));
}

/**
 * The redirects to HTTPS. Without a host name, Istio keeps the port that the client wrote into the Host header; a wildcard has no name to write.
 * Where something is spared, the match is an expression, because these come last.
 */
function redirected(route: StandardIngress): ObjectPlan[] {
  const isMeant = (l: ListenedHost) => l.redirect !== undefined;
  const exact = route.hosts.filter(host => !isWildcard(host)).flatMap(host => placesOf({ ...route, hosts: [host] }, isMeant));
  const wild = placesOf({ ...route, hosts: route.hosts.filter(isWildcard) }, isMeant);
  return [...exact, ...wild].map((place, i) => {
    const [host] = place.hosts;
    const [listener] = place.at;
    const { to } = listener.redirect!;
    const rule: StandardRule = {
      matches: [{ path: serves(listener) ? { kind: 'RegularExpression', value: '.*' } : { kind: 'PathPrefix', value: '/' } }],
      redirect: { scheme: 'https', hostname: isWildcard(host) ? undefined : host, port: to === 443 ? undefined : to, code: 301 },
      backends: [],
    };
    return plan(route, `redirect${i > 0 ? `-${i + 1}` : ''}`, place, [rule]);
  });
}

/** The hosts in groups that an HTTPRoute can hold. Host `*` is one by itself: only an HTTPRoute without host names has it. */
function placesOf({ hosts, listened }: StandardIngress, isMeant: (listener: ListenedHost) => boolean): Place[] {
  const places: Place[] = [];
  for (const host of hosts) {
    const at = listenersOf(host, listened).filter(l => (l.protocol === 'HTTP' || l.protocol === 'HTTPS') && isMeant(l));
    const last = places[places.length - 1];
    const fits = last && last.hosts[0] !== '*' && host !== '*' && last.hosts.length < MAX_HOSTS && last.at.length + at.length <= MAX_PARENTS;
    if (at.length > 0 && fits) {
      last.hosts.push(host);
      last.at.push(...at);
    } else if (at.length > 0) {
      places.push({ hosts: [host], at });
    }
  }
  return places;
}

function objectsAt(route: StandardIngress, id: string, places: Place[], objects: StandardPart[][]): ObjectPlan[] {
  return places.flatMap((place, i) => objects.map((parts, j) => (
    plan(route, `${id}${i > 0 ? `-hosts-${i + 1}` : ''}${j > 0 ? `-${j + 1}` : ''}`, place, parts.map(part => standardRule(part, route.namespace)))
  )));
}

function plan(route: StandardIngress, id: string, { hosts, at }: Place, rules: StandardRule[]): ObjectPlan {
  const { namespace, name } = route;
  const spec: StandardRouteSpec = { parents: parentsOf(route, at), hostnames: hosts[0] === '*' ? undefined : hosts, rules };
  return { kind: 'HTTPRoute', id, namespace, name: name === undefined || id === 'http-route' ? name : labelOf(name, id), spec };
}
