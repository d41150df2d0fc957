import { ClientTls, tlsOf } from './destination-rule';
import { Door, doorsOf } from './doors';
import { Gateway, Server, hostsFor } from './gateway';
import { ManifestSet } from './set';
import { Destination, GatewayRef, MESH, Route, VirtualService, isBoundTo, isRouteOf, matchesAt } from './virtual-service';
import { namedReaders } from './visible';
import { HostIndex } from '../basics/host-index';

/** A route of sidecars that leads to a gateway. */
export interface LegOne {
  readonly service: VirtualService;
  readonly route: Route;
  readonly destination: Destination;
  readonly door: Door;
  readonly port: number | undefined;
  /** A namespace whose sidecars take it. */
  readonly client: string;
  readonly tls: ClientTls | undefined;
  /** Whether the DestinationRules that count are known. */
  readonly isSure: boolean;
}

/** A VirtualService at a gateway. */
export interface Binding {
  readonly service: VirtualService;
  readonly ref: GatewayRef;
  readonly gateway: Gateway;
  /** The servers that have one of its hosts. */
  readonly servers: readonly Server[];
  readonly routes: readonly Route[];
}

interface Ways { readonly legs: readonly LegOne[]; readonly bindings: readonly Binding[] }

const made = new WeakMap<ManifestSet, Ways>();

/** Asked for by many rules, found once. */
function waysOf(set: ManifestSet): Ways {
  const before = made.get(set);
  if (before) return before;
  const ways = { legs: findLegs(set), bindings: findBindings(set) };
  made.set(set, ways);
  return ways;
}

export function legsOf(set: ManifestSet): readonly LegOne[] {
  return waysOf(set).legs;
}

export function bindingsOf(set: ManifestSet): readonly Binding[] {
  return waysOf(set).bindings;
}

function findLegs(set: ManifestSet): LegOne[] {
  const doors = doorsOf(set);
  return set.virtualServices.filter(service => isBoundTo(MESH, service)).flatMap(service => {
    const client = namedReaders(service)[0];
    return service.routes.filter(route => isRouteOf(MESH, route)).flatMap(route => route.destinations.flatMap(destination => {
      const door = doors.at(destination.host);
      if (!door || client === undefined) return [];
      const ports = new Set(matchesAt(MESH, route).map(match => match.port));
      const port = destination.port ?? (ports.size === 1 ? [...ports][0] : undefined);
      const found = set.rulesFor(destination.host, client);
      const isSure = found.isSure && (destination.subset === undefined || found.subsets.has(destination.subset));
      return [{ service, route, destination, door, port, client, tls: tlsOf(found, port, destination.subset), isSure }];
    }));
  });
}

function findBindings(set: ManifestSet): Binding[] {
  const indexes = new Map<Gateway, HostIndex<{ readonly host: string; readonly server: Server }>>();
  const indexOf = (gateway: Gateway) => {
    const index = indexes.get(gateway) ?? new HostIndex(gateway.servers.flatMap(server => server.hosts.map(({ name }) => ({ host: name, server }))));
    indexes.set(gateway, index);
    return index;
  };
  return set.virtualServices.flatMap(service => service.gateways.flatMap(ref => {
    const gateway = ref.id === MESH ? undefined : set.gateway(ref.id);
    if (!gateway) return [];
    const index = indexOf(gateway);
    const { namespace } = service.object;
    const near = service.hosts.flatMap(host => [...index.over(host), ...index.under(host)]);
    const servers = [...new Set(near.filter(({ host, server }) => hostsFor(server, namespace).includes(host)).map(({ server }) => server))];
    return [{ service, ref, gateway, servers, routes: service.routes.filter(route => isRouteOf(ref.id, route)) }];
  }));
}
