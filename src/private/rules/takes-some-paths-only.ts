import { Rule } from './rule';
import { bindingsOf, legsOf } from '../manifests/legs';
import { ManifestSet } from '../manifests/set';
import { MESH, Route, VirtualService, isBoundTo, isRouteOf, matchesAt } from '../manifests/virtual-service';

export const MESH_ROUTE_TAKES_SOME_PATHS_ONLY: Rule = {
  code: 'MeshRouteTakesSomePathsOnly',
  cause: 'A VirtualService for sidecars has no rule for the remaining requests to its host; it decides about all of them.',
  effect: 'Other requests get 404 `NR` from the sidecar.',
  fix: 'Add a last rule without conditions, or one that answers 403 if other requests shall not pass.',
  * find(set) {
    for (const service of set.virtualServices.filter(one => isBoundTo(MESH, one))) yield* narrow(MESH, service);
  },
};

export const LEG_TWO_TAKES_SOME_PATHS_ONLY: Rule = {
  code: 'LegTwoTakesSomePathsOnly',
  cause: 'A route of an egress gateway takes some requests to a host only, and nothing says what becomes of the others that sidecars send there.',
  effect: 'Other requests get 404 `NR` from the gateway, as if the route were missing.',
  fix: 'Add a last rule without conditions, or one that answers 403 if other requests shall not pass.',
  * find(set) {
    const sent = sentToGateways(set);
    for (const { service, ref } of bindingsOf(set)) {
      const others = set.boundTo(ref.id).filter(other => other !== service && other.hosts.some(host => service.hosts.includes(host)));
      if (service.hosts.some(host => sent.has(host)) && others.length === 0) yield* narrow(ref.id, service);
    }
    // a Gateway that is not found has another rule, and this fault besides
    for (const service of set.virtualServices) {
      for (const { id } of service.gateways) {
        if (id !== MESH && !set.gateway(id) && isBoundTo(MESH, service) && service.hosts.some(host => sent.has(host))) yield* narrow(id, service);
      }
    }
  },
};

function sentToGateways(set: ManifestSet): Set<string> {
  return new Set(legsOf(set).filter(({ route }) => route.kind === 'http').flatMap(({ service }) => service.hosts));
}

/** The first rule of HTTP, if all of them want something of the request. */
function* narrow(gateway: string, { object, routes }: VirtualService) {
  const rules = routes.filter(route => route.kind === 'http' && isRouteOf(gateway, route));
  if (rules.length > 0 && rules.every(route => isNarrow(gateway, route))) {
    yield { object, field: rules[0].field, message: `${gateway === MESH ? 'sidecars' : gateway}: every rule has a condition on the request` };
  }
}

function isNarrow(gateway: string, route: Route): boolean {
  return route.matches.length > 0 && matchesAt(gateway, route).every(match => match.isNarrow);
}
