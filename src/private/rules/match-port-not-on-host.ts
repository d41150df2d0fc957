import { Rule } from './rule';
import { MESH, isBoundTo, isRouteOf, matchesAt } from '../manifests/virtual-service';

/** Sidecars route HTTP at this port to any host, known or not. */
const ANY_HOST = 80;

export const MATCH_PORT_NOT_ON_HOST: Rule = {
  code: 'MatchPortNotOnHost',
  cause: 'A match of a route for sidecars has a port that the host does not have.',
  effect: 'The match never counts: requests to the other ports are not routed, and leave without the gateway.',
  fix: 'Write a port of the ServiceEntry or Service, or add the port there.',
  * find(set) {
    for (const service of set.virtualServices.filter(one => isBoundTo(MESH, one))) {
      const known = service.hosts.flatMap(host => set.known(host));
      const ports = new Set(known.flatMap(one => one.ports.map(({ number }) => number)));
      if (ports.size === 0 || service.hosts.some(host => set.known(host).length === 0)) continue;
      for (const match of service.routes.filter(route => isRouteOf(MESH, route)).flatMap(route => matchesAt(MESH, route))) {
        if (match.port === undefined || ports.has(match.port) || match.port === ANY_HOST || match.gateways.some(({ id }) => id !== MESH)) continue;
        if (match.gateways.length === 0 && service.gateways.length > 1) continue;
        yield { object: service.object, field: `${match.field}.port`, message: `${service.hosts.join(', ')} has no port ${match.port}; there are ${[...ports].join(', ')}` };
      }
    }
  },
};
