import { readsOf } from './reads';
import { Rule } from './rule';
import { nearest } from '../basics/nearest';
import { KnownHost } from '../manifests/hosts';
import { titleOf } from '../manifests/manifest';
import { serviceOf } from '../manifests/names';
import { ManifestSet, groupBy } from '../manifests/set';

export const DESTINATION_UNKNOWN: Rule = {
  code: 'DestinationUnknown',
  cause: 'A route leads to a host that the proxies which read it do not know: there is no such Service or ServiceEntry, or it is not exported to their namespace.',
  effect: '503 `NC`, or a connection that is closed.',
  fix: 'Correct the host, or export the ServiceEntry to the namespace of the proxies.',
  * find(set) {
    const services = groupBy(set.knownHosts.filter(({ entry }) => !entry), ({ object }) => object.namespace);
    for (const { object, reader, destination } of readsOf(set)) {
      const { host, field } = destination;
      if (set.knownIn(host, reader)) continue;
      const hidden = set.known(host)[0];
      if (hidden) {
        const title = titleOf(hidden.object);
        yield { object, field: `${field}.host`, message: `${host} is not known in ${reader}, because ${title} is exported to ${hidden.exportTo.join(', ')}`, fix: `Add "${reader}" to \`exportTo\` of ${title}.` };
        continue;
      }
      const near = nearService(host, services, set);
      if (near || set.facts.isComplete) yield { object, field: `${field}.host`, message: `${host} is not known${near ? `; there is ${near}` : ''}`, ...near && { fix: `Write "${near}".` } };
    }
  },
};

/** A Service whose name was probably meant. One that only looks alike may be another, of which nothing is known. */
function nearService(host: string, services: ReadonlyMap<string, readonly KnownHost[]>, { facts }: ManifestSet): string | undefined {
  const wanted = serviceOf(host, facts.clusterDomain);
  if (!wanted) return undefined;
  const own = services.get(wanted.namespace) ?? [];
  const near = nearest(wanted.name, own.map(({ object }) => object.name));
  const isLike = near !== undefined && near.length > 3 && Math.abs(near.length - wanted.name.length) < 2;
  return isLike ? own.find(({ object }) => object.name === near)!.host : undefined;
}
