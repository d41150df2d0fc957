import { doorsOf } from '../manifests/doors';
import { Labels } from '../manifests/fields';
import { Server } from '../manifests/gateway';
import { bindingsOf } from '../manifests/legs';
import { Manifest } from '../manifests/manifest';
import { ManifestSet } from '../manifests/set';
import { Destination, MESH, Route, VirtualService, isBoundTo, isRouteOf, matchesAt } from '../manifests/virtual-service';
import { namedReaders } from '../manifests/visible';

/** A destination as proxies of a namespace see it. */
export interface Read {
  readonly object: Manifest;
  readonly service: VirtualService;
  readonly route: Route;
  readonly destination: Destination;
  readonly reader: string;
  /** Of a gateway's pods. */
  readonly labels: Labels | undefined;
  /** The ports at which the request may have come. */
  readonly ports: readonly (number | undefined)[];
  /** The gateway's servers, or none for sidecars. */
  readonly servers: readonly Server[] | undefined;
}

const made = new WeakMap<ManifestSet, readonly Read[]>();

/** Every destination, for each kind of proxy that is known to read it. */
export function readsOf(set: ManifestSet): readonly Read[] {
  const before = made.get(set);
  if (before) return before;
  const reads = [...readsOfSidecars(set), ...readsOfGateways(set)];
  made.set(set, reads);
  return reads;
}

function readsOfSidecars(set: ManifestSet): Read[] {
  return set.virtualServices.filter(service => isBoundTo(MESH, service)).flatMap(service => (
    service.routes.filter(route => isRouteOf(MESH, route)).flatMap(route => route.destinations.flatMap(destination => (
      namedReaders(service).map(reader => ({
        object: service.object,
        service,
        route,
        destination,
        reader,
        labels: undefined,
        servers: undefined,
        ports: matchesAt(MESH, route).map(({ port }) => port),
      }))
    )))
  ));
}

function readsOfGateways(set: ManifestSet): Read[] {
  const doors = doorsOf(set);
  return bindingsOf(set).flatMap(({ service, ref, gateway, routes, servers }) => doors.namespacesOf(gateway).flatMap(reader => {
    const labels = doors.of(gateway).find(({ namespace }) => namespace === reader)?.labels ?? gateway.selector;
    return routes.flatMap(route => {
      const asked = matchesAt(ref.id, route).map(({ port }) => port);
      const ports = asked.length > 0 ? asked : [undefined];
      const own = servers.filter(({ port }) => ports.includes(port) || ports.includes(undefined));
      return route.destinations.map(destination => ({ object: service.object, service, route, destination, reader, labels, ports, servers: own }));
    });
  }));
}
