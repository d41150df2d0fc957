import { readsOf } from './reads';
import { Rule } from './rule';

export const DESTINATION_PORT_UNKNOWN: Rule = {
  code: 'DestinationPortUnknown',
  cause: 'A route leads to a port that the Service or ServiceEntry does not have.',
  effect: '503 `NC`, or a connection that is closed.',
  fix: 'Write a port of the Service; `targetPort` is the business of the Service.',
  * find(set) {
    for (const { object, destination, reader } of readsOf(set)) {
      const known = set.knownIn(destination.host, reader);
      if (!known || known.ports.length === 0 || destination.port === undefined) continue;
      // ServiceEntries of one host add up
      const same = set.known(destination.host).filter(({ host }) => host === known.host);
      const ports = new Set(same.flatMap(one => one.ports.map(({ number }) => number)));
      if (!ports.has(destination.port)) yield { object, field: `${destination.field}.port`, message: `${destination.host} has no port ${destination.port}; it has ${[...ports].join(', ')}` };
    }
  },
};
