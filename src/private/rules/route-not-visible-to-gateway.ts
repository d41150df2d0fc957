import { Rule } from './rule';
import { doorsOf } from '../manifests/doors';
import { bindingsOf } from '../manifests/legs';
import { sees } from '../manifests/visible';

export const ROUTE_NOT_VISIBLE_TO_GATEWAY: Rule = {
  code: 'RouteNotVisibleToGateway',
  cause: 'A VirtualService is bound to a gateway, but not exported to the namespace of the gateway\'s pods.',
  effect: 'The gateway has no route for the host: 404 `NR`.',
  fix: 'Add the namespace of the gateway\'s pods to `exportTo`.',
  * find(set) {
    const doors = doorsOf(set);
    for (const { service, gateway } of bindingsOf(set)) {
      const places = doors.namespacesOf(gateway);
      if (places.length === 0 || places.some(namespace => sees(namespace, service))) continue;
      yield {
        object: service.object,
        field: 'spec.exportTo',
        message: `the pods of Gateway ${gateway.id} are in ${places.join(', ')}, and the object is exported to ${service.exportTo.join(', ')}`,
        fix: `Add ${places.map(place => `"${place}"`).join(', ')} to \`exportTo\`.`,
      };
    }
  },
};
