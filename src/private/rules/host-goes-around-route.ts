import { isAtWaypoint, namespacesOfApplications } from './directs';
import { Rule } from './rule';
import { KnownPort } from '../manifests/hosts';
import { bindingsOf, legsOf } from '../manifests/legs';
import { titleOf } from '../manifests/manifest';
import { groupBy } from '../manifests/set';
import { MESH, VirtualService, isRouteOf, matchesAt } from '../manifests/virtual-service';
import { namedReaders, sees } from '../manifests/visible';

const HTTP = new Set(['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB']);

export const HOST_GOES_AROUND_ROUTE: Rule = {
  code: 'HostGoesAroundRoute',
  cause: 'A namespace knows an external host whose requests shall go through a gateway, but no route there takes them, or none takes this port.',
  effect: 'Requests leave the mesh without the gateway.',
  fix: 'Export the VirtualService to the namespace, or add a route for the port; or hide the ServiceEntry from it by `exportTo`.',
  * find(set) {
    const isOfApplications = namespacesOfApplications(set);
    const legs = groupBy(legsOf(set).flatMap(({ service }) => service.hosts.map(host => ({ host, service }))), ({ host }) => host);
    // leg 2 without leg 1
    const leading = bindingsOf(set).filter(({ service, routes }) =>
      routes.some(({ destinations }) => destinations.some(({ host }) => service.hosts.includes(host))));
    const atGateways = groupBy(leading.flatMap(({ service }) => service.hosts.map(host => ({ host, service }))), ({ host }) => host);
    for (const known of set.knownHosts) {
      const routed = legs.get(known.host) ?? (set.facts.isComplete ? atGateways.get(known.host) : undefined);
      if (!known.entry?.isOutside || !routed || isAtWaypoint(known)) continue;
      for (const reader of namedReaders(known).filter(isOfApplications)) {
        const routes = set.inMesh(known.host).filter(service => sees(reader, service));
        if (routes.length === 0) {
          yield { object: known.object, field: 'spec.exportTo', message: `${reader} knows ${known.host}, but not ${titleOf(routed[0].service.object)}` };
          continue;
        }
        for (const port of known.ports.filter(one => !routes.some(service => takesPort(one, service)))) {
          yield { object: known.object, field: 'spec.ports', message: `no route of ${routes.map(({ object }) => titleOf(object)).join(', ')} takes port ${port.number} of ${known.host}` };
        }
      }
    }
  },
};

function takesPort({ number, protocol }: KnownPort, { routes }: VirtualService): boolean {
  return routes.filter(route => isRouteOf(MESH, route)).some(route => {
    const isOfKind = HTTP.has(protocol) ? route.kind === 'http' : route.kind !== 'http' || protocol === '';
    const matches = matchesAt(MESH, route);
    return isOfKind && (matches.length === 0 || matches.some(({ port }) => port === undefined || port === number));
  });
}
