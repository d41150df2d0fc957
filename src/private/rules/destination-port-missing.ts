import { Rule } from './rule';
import { legsOf } from '../manifests/legs';

export const DESTINATION_PORT_MISSING: Rule = {
  code: 'DestinationPortMissing',
  cause: 'A route leads to the Service of a gateway without naming a port, although such a Service has several.',
  effect: 'The request goes to the port at which it came, which only by chance is one that the gateway serves.',
  fix: 'Write `port.number`.',
  * find(set) {
    for (const { service, destination, door } of legsOf(set)) {
      if (destination.port !== undefined || (door.ports && door.ports.length < 2)) continue;
      yield { object: service.object, field: destination.field, message: `no port of ${door.host} is named` };
    }
  },
};
