import { readsOf } from './reads';
import { Rule } from './rule';
import { knowsCallers } from '../manifests/gateway';

const HEADER = 'x-forwarded-client-cert';

export const CALLER_CERTIFICATE_LEAVES: Rule = {
  code: 'CallerCertificateLeaves',
  cause: 'A gateway that learns by mutual TLS who calls sends that on to an external host, in the header `x-forwarded-client-cert`.',
  effect: 'The host outside receives the identity and certificate of the caller.',
  fix: `Add \`${HEADER}\` to \`headers.request.remove\` of the route.`,
  * find(set) {
    for (const { object, route, destination, reader, servers } of readsOf(set)) {
      if (route.kind !== 'http' || !servers?.some(server => server.takes === 'http' && knowsCallers(server))) continue;
      if (!set.knownIn(destination.host, reader)?.entry?.isOutside || [...route.removes, ...destination.removes].includes(HEADER)) continue;
      yield { object, field: `${route.field}.headers`, message: `${destination.host} receives ${HEADER}` };
    }
  },
};
