import { Rule } from './rule';
import { serversAt } from '../manifests/doors';
import { legsOf } from '../manifests/legs';

export const LEG_ONE_HAS_NO_SERVER: Rule = {
  code: 'LegOneHasNoServer',
  cause: 'Sidecars send requests to a port of a gateway at which no Gateway has a server; the port of a server is that of the gateway\'s Service.',
  effect: 'The connection is refused: 503 `UF`.',
  fix: 'Send to the port of a server, or give the server this port.',
  * find(set) {
    for (const { service, destination, door, port } of legsOf(set)) {
      if (serversAt(door, port)?.all.length !== 0) continue;
      const served = [...door.servers.keys()].join(', ');
      yield { object: service.object, field: `${destination.field}.port`, message: `no Gateway has a server at port ${port} of ${door.host}; there are servers at ${served || 'no port'}` };
    }
  },
};
