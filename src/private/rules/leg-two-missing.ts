import { Rule } from './rule';
import { HostIndex } from '../basics/host-index';
import { covers } from '../basics/hosts';
import { serversAt } from '../manifests/doors';
import { LegOne, legsOf } from '../manifests/legs';
import { MESH, VirtualService } from '../manifests/virtual-service';
import { sees } from '../manifests/visible';

export const LEG_TWO_MISSING: Rule = {
  code: 'LegTwoMissing',
  cause: 'Sidecars send requests for a host to a gateway that has no route for it.',
  effect: 'The gateway answers 404 `NR`, or closes the connection.',
  fix: 'Add a VirtualService for the host with the Gateway in `gateways`, visible in the namespace of the gateway\'s pods.',
  * find(set) {
    const ofGateways = set.virtualServices.filter(({ gateways }) => gateways.some(({ id }) => id !== MESH));
    const atGateways = new HostIndex(ofGateways.flatMap(service => service.hosts.map(host => ({ host, service }))));
    for (const leg of legsOf(set)) {
      const { service, route, destination, door } = leg;
      if (!serversAt(door, leg.port)?.all.length || !leg.isSure || route.rewritesHost) continue;
      const ids = new Set(door.gateways.map(({ id }) => id));
      for (const name of namesOf(leg)) {
        const candidates = [...atGateways.over(name), ...atGateways.under(name)].map(one => one.service);
        // one of a Gateway that does not exist, or that hides, is told of by other rules
        const isLost = (other: VirtualService) => !sees(door.namespace, other) || other.gateways.some(({ id }) => id !== MESH && !set.gateway(id));
        if (candidates.some(other => isBoundToAny(ids, other) || isLost(other))) continue;
        yield { object: service.object, field: destination.field, message: `no VirtualService of ${[...ids].slice(0, 3).join(', ')} has a route for ${name}` };
        break;
      }
    }
  },
};

function isBoundToAny(ids: ReadonlySet<string>, { gateways }: VirtualService): boolean {
  return gateways.some(({ id }) => ids.has(id));
}

/** The names by which the gateway knows where the request shall go. */
function namesOf({ route, tls, service }: LegOne): readonly string[] {
  if (route.kind === 'http') return service.hosts;
  if (tls?.mode === 'ISTIO_MUTUAL') return tls.sni === undefined ? [] : [tls.sni];
  if (route.kind === 'tcp') return [];
  const sniHosts = route.matches.flatMap(match => match.sniHosts);
  return sniHosts.filter(name => service.hosts.some(host => covers(host, name)));
}
