import { Rule } from './rule';
import { titleOf } from '../manifests/manifest';
import { groupBy, ManifestSet } from '../manifests/set';
import { Sidecar, importsHost } from '../manifests/sidecar';
import { MESH, VirtualService, isBoundTo, isRouteOf } from '../manifests/virtual-service';
import { namedReaders, sees } from '../manifests/visible';

/** A Sidecar with the routes that are meant for its namespace: its own, and those that are exported to it by name. */
function* scoped(set: ManifestSet): Iterable<{ readonly sidecar: Sidecar; readonly service: VirtualService }> {
  const byReader = new Map<string, VirtualService[]>();
  for (const service of set.virtualServices.filter(one => isBoundTo(MESH, one))) {
    for (const reader of namedReaders(service)) byReader.set(reader, [...byReader.get(reader) ?? [], service]);
  }
  for (const sidecar of set.sidecars) {
    for (const service of byReader.get(sidecar.object.namespace) ?? []) if (sees(sidecar.object.namespace, service)) yield { sidecar, service };
  }
}

export const SIDECAR_HIDES_ROUTE: Rule = {
  code: 'SidecarHidesRoute',
  cause: 'A Sidecar does not import the host of a VirtualService that is meant for its namespace, so its proxies do not heed the route.',
  effect: 'Requests leave without the gateway, or are refused: 502 `BlackHoleCluster`.',
  fix: 'Add the host, or the namespace of the VirtualService, to `egress.hosts`.',
  * find(set) {
    for (const { sidecar, service } of scoped(set)) {
      const hidden = service.hosts.filter(host => host !== '*' && !importsHost(sidecar, host, service.object.namespace));
      if (hidden.length === 0) continue;
      yield { object: sidecar.object, field: 'spec.egress', message: `it imports no ${hidden.join(', ')} from ${service.object.namespace}, where ${titleOf(service.object)} stands`, fix: `Add "${service.object.namespace}/${hidden[0]}" to \`egress.hosts\`.` };
    }
  },
};

export const SIDECAR_HIDES_DESTINATION: Rule = {
  code: 'SidecarHidesDestination',
  cause: 'A Sidecar imports a VirtualService for a host that its proxies do not know, and not the host to which it leads: nothing then listens on the port.',
  effect: '502 `BlackHoleCluster` where only known hosts are allowed; else requests leave without the gateway.',
  fix: 'Add the destination, such as the gateway\'s namespace, to `egress.hosts`.',
  * find(set) {
    const imported = new Map(set.sidecars.map(sidecar => [sidecar, importedHosts(sidecar, set)]));
    for (const { sidecar, service } of scoped(set)) {
      const { namespace } = sidecar.object;
      const known = imported.get(sidecar)!;
      const isHeeded = service.hosts.some(host => importsHost(sidecar, host, service.object.namespace));
      if (!isHeeded || service.hosts.some(host => known.hosts.has(host))) continue;
      for (const { destinations, matches } of service.routes.filter(route => route.kind === 'http' && isRouteOf(MESH, route))) {
        for (const { host, port } of destinations) {
          const home = set.homeOf(host, namespace);
          const isListening = [...matches.map(match => match.port), port].some(number => number !== undefined && known.ports.has(number));
          if (home === undefined || importsHost(sidecar, host, home) || isListening) continue;
          yield { object: sidecar.object, field: 'spec.egress', message: `it imports no ${host} from ${home}, to which ${titleOf(service.object)} leads`, fix: `Add "${home}/${host}" to \`egress.hosts\`.` };
        }
      }
    }
  },
};

export const SIDECARS_COMPETE: Rule = {
  code: 'SidecarsCompete',
  cause: 'A namespace has two Sidecars without a workload selector, and Istio heeds only the older one.',
  effect: 'What the other one locks or allows does not count.',
  fix: 'Merge them, or give one a `workloadSelector`.',
  * find(set) {
    for (const [first, ...others] of groupBy(set.sidecars.filter(({ selector }) => !selector), ({ object }) => object.namespace).values()) {
      for (const { object } of others) yield { object, field: 'spec', message: `${titleOf(first.object)} is for all workloads of ${object.namespace} too` };
    }
  },
};


/** What the proxies of a Sidecar know, and the ports on which they listen for it. */
function importedHosts(sidecar: Sidecar, set: ManifestSet): { readonly hosts: ReadonlySet<string>; readonly ports: ReadonlySet<number> } {
  const all = set.knownHosts.filter(known => sees(sidecar.object.namespace, known) && importsHost(sidecar, known.host, known.object.namespace));
  return { hosts: new Set(all.map(({ host }) => host)), ports: new Set(all.flatMap(({ ports }) => ports.map(({ number }) => number))) };
}
