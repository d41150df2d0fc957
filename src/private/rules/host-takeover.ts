import { Rule } from './rule';
import { bindingsOf } from '../manifests/legs';
import { titleOf } from '../manifests/manifest';
import { groupEach } from '../manifests/set';
import { Route, VirtualService, matchesAt } from '../manifests/virtual-service';

export const HOST_TAKEOVER: Rule = {
  code: 'HostTakeover',
  cause: 'VirtualServices of two namespaces take every request for one host at one gateway, and Istio heeds the older one.',
  effect: 'One namespace receives the requests that are meant for the other.',
  fix: 'Write the hosts of the server as `namespace/host`, so that only this namespace can have routes for them.',
  * find(set) {
    const claims = groupEach(
      bindingsOf(set).filter(({ routes, ref }) => routes.some(route => takesAll(ref.id, route))),
      ({ service, ref }) => service.hosts.map(host => `${ref.id} ${host}`),
    );
    const told = new Set<VirtualService>();
    for (const [claim, [first, ...others]] of claims) {
      for (const { service, ref, routes } of others) {
        if (service.object.namespace === first.service.object.namespace || told.has(service) || !overlap(ref.id, routes, first.routes)) continue;
        told.add(service);
        yield { object: service.object, field: 'spec.hosts', message: `${titleOf(first.service.object)} takes all requests for ${claim.split(' ')[1]} at ${ref.id} too` };
      }
    }
  },
};

function takesAll(gateway: string, route: Route): boolean {
  return route.kind === 'http' && (route.matches.length === 0 || matchesAt(gateway, route).some(({ isNarrow }) => !isNarrow));
}

/** At the same port, or at any. */
function overlap(gateway: string, some: readonly Route[], others: readonly Route[]): boolean {
  const portsOf = (routes: readonly Route[]) => routes.filter(route => takesAll(gateway, route)).flatMap(route => (
    route.matches.length === 0 ? [undefined] : matchesAt(gateway, route).filter(({ isNarrow }) => !isNarrow).map(({ port }) => port)
  ));
  const mine = portsOf(some);
  const theirs = portsOf(others);
  return mine.includes(undefined) || theirs.includes(undefined) || mine.some(port => theirs.includes(port));
}
