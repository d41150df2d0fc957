import { Rule } from './rule';
import { bindingsOf } from '../manifests/legs';
import { MESH, VirtualService, isMatchOf } from '../manifests/virtual-service';

export const MATCH_PORT_NOT_ON_SERVER: Rule = {
  code: 'MatchPortNotOnServer',
  cause: 'A match has a port that no server of the gateway has for this host; the port is the number at the server, not that of the destination.',
  effect: 'The match never counts: 404 `NR`, or a closed connection.',
  fix: 'Write the `port.number` of the server.',
  * find(set) {
    const bound = new Map<VirtualService, ReturnType<typeof bindingsOf>[number][]>();
    for (const binding of bindingsOf(set)) bound.set(binding.service, [...bound.get(binding.service) ?? [], binding]);
    for (const [service, bindings] of bound) {
      // a gateway that is not among the objects may have the port
      const isKnown = new Set(bindings.map(({ ref }) => ref.id));
      for (const match of service.routes.flatMap(({ matches }) => matches)) {
        const ids = service.gateways.filter(({ id }) => isMatchOf(id, match)).map(({ id }) => id);
        if (match.port === undefined || ids.length === 0 || ids.some(id => id === MESH || !isKnown.has(id))) continue;
        const servers = bindings.filter(({ ref }) => ids.includes(ref.id)).flatMap(binding => binding.servers);
        if (servers.length === 0 || servers.some(({ port }) => port === match.port)) continue;
        yield { object: service.object, field: `${match.field}.port`, message: `${match.port} is none of the ports ${[...new Set(servers.map(({ port }) => port))].join(', ')} at which ${ids.join(', ')} has the host` };
      }
    }
  },
};
