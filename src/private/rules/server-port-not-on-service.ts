import { Rule } from './rule';
import { doorsOf } from '../manifests/doors';

export const SERVER_PORT_NOT_ON_SERVICE: Rule = {
  code: 'ServerPortNotOnService',
  cause: 'A server has a port that no Service of the gateway\'s pods has.',
  effect: 'Nothing can reach the server.',
  fix: 'Write the port of the Service, or add the port to the Service.',
  * find(set) {
    const doors = doorsOf(set);
    for (const gateway of set.gateways) {
      const all = doors.of(gateway);
      if (all.length === 0 || all.some(({ ports }) => ports === undefined || ports.length === 0)) continue;
      // one that is for some callers alone, as those of a leg 1 are, says nothing of the others
      if (!all.some(({ host }) => host.includes('.svc.'))) continue;
      const ports = new Set(all.flatMap(door => door.ports!.flatMap(({ number, target }) => [number, target])));
      for (const { field, port } of gateway.servers) {
        if (port !== undefined && !ports.has(port)) yield { object: gateway.object, field: `${field}.port`, message: `${all.map(({ host }) => host).join(', ')} has no port ${port}` };
      }
    }
  },
};
