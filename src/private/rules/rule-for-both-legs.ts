import { Rule } from './rule';
import { doorsOf } from '../manifests/doors';
import { MESH, isBoundTo } from '../manifests/virtual-service';

export const RULE_FOR_BOTH_LEGS: Rule = {
  code: 'RuleForBothLegs',
  cause: 'A VirtualService for sidecars and for a gateway has a rule without `gateways` that leads to the external host itself, so it counts at sidecars too.',
  effect: 'What the rule of leg 1 does not match leaves the mesh without the gateway.',
  fix: 'Name the gateway in each match of the rule, or write a VirtualService for each leg.',
  * find(set) {
    const doors = doorsOf(set);
    for (const service of set.virtualServices) {
      if (!isBoundTo(MESH, service) || service.gateways.length < 2) continue;
      const leads = (hosts: readonly string[]) => hosts.some(host => doors.at(host));
      if (!service.routes.some(({ destinations }) => leads(destinations.map(({ host }) => host)))) continue;
      for (const { field, matches, destinations } of service.routes) {
        const isOut = destinations.some(({ host }) => service.hosts.includes(host));
        if (isOut && (matches.length === 0 || matches.some(({ gateways }) => gateways.length === 0))) yield { object: service.object, field, message: 'it names no gateway, and sidecars heed it as well' };
      }
    }
  },
};
