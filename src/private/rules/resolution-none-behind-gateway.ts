import { readsOf } from './reads';
import { Rule } from './rule';

export const RESOLUTION_NONE_BEHIND_GATEWAY: Rule = {
  code: 'ResolutionNoneBehindGateway',
  cause: 'A gateway leads to a ServiceEntry without resolution, and does not know where the connection was meant to go.',
  effect: '503 `UH` from the gateway.',
  fix: 'Set `resolution: DNS`, or STATIC with endpoints.',
  * find(set) {
    for (const { destination, reader, servers } of readsOf(set)) {
      const known = set.knownIn(destination.host, reader);
      if (servers && known?.entry?.resolution === 'NONE') yield { object: known.object, field: 'spec.resolution', message: `the gateway in ${reader} has no address for ${destination.host}` };
    }
  },
};
