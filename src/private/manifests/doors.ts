import { Labels, selects } from './fields';
import { Gateway, Server } from './gateway';
import { KnownPort } from './hosts';
import { serviceOf } from './names';
import { ManifestSet, groupBy } from './set';
import { HostIndex } from '../basics/host-index';

/** A host behind which pods of gateways are: where a leg 1 ends. */
export interface Door {
  readonly host: string;
  /** Of the pods. */
  readonly namespace: string;
  readonly labels: Labels;
  /** Undefined where the Service is not among the objects. */
  readonly ports: readonly KnownPort[] | undefined;
  readonly gateways: readonly Gateway[];
  /** By the port of their own, which is that of the gateway's Service. */
  readonly servers: ReadonlyMap<number | undefined, ServersOfPort>;
  /** What the Service of the pods makes of a server's port: unknown without the Service, and then most likely the same. */
  readonly podPort: ((port: number) => number) | undefined;
}

export interface ServersOfPort {
  readonly all: readonly Server[];
  readonly byHost: HostIndex<{ readonly host: string; readonly server: Server }>;
}

/** The doors of all gateways, by host. */
export interface Doors {
  at(host: string): Door | undefined;
  /** The namespaces of the pods of a gateway, as far as the objects tell. */
  namespacesOf(gateway: Gateway): readonly string[];
  /** The doors of these pods. */
  of(gateway: Gateway): readonly Door[];
}

const made = new WeakMap<ManifestSet, Doors>();

/** Asked for by many rules, found once. */
export function doorsOf(set: ManifestSet): Doors {
  const before = made.get(set);
  if (before) return before;
  const doors = findDoors(set);
  made.set(set, doors);
  return doors;
}

function findDoors(set: ManifestSet): Doors {
  const selecting = gatewaysByLabels(set.gateways);
  const pods = groupBy(set.pods, ({ namespace }) => namespace);
  const doors = new Map<string, Door>();
  const services = groupBy(set.knownHosts.filter(({ entry, selector }) => !entry && selector), ({ object }) => object.namespace);
  const add = (host: string, namespace: string, labels: Labels, ports?: readonly KnownPort[]) => {
    // a Service may ask for fewer labels than its pods have
    const behind = (pods.get(namespace) ?? []).filter(one => selects(labels, one.labels)).map(one => one.labels);
    const found = [...new Set([labels, ...behind].flatMap(selecting))];
    const gateways = set.facts.scopeGatewayToNamespace ? found.filter(({ object }) => object.namespace === namespace) : found;
    if (gateways.length === 0) return;
    const own = (services.get(namespace) ?? []).filter(({ selector }) => selects(selector!, labels) || behind.some(one => selects(selector!, one)));
    const targets = new Map(own.flatMap(one => one.ports.map(({ number, target }) => [number, target ?? number] as const)));
    const podPort = own.length > 0 ? (port: number) => targets.get(port) ?? port : undefined;
    doors.set(host, { host, namespace, labels, ports, gateways, servers: serversOf(gateways), podPort });
  };
  for (const { host, object, selector, ports } of set.knownHosts) if (selector) add(host, object.namespace, selector, ports);
  // the charts of Istio name Services and labels alike
  for (const { routes } of set.virtualServices) {
    for (const { destinations } of routes) {
      for (const { host } of destinations) {
        const service = doors.has(host) || set.known(host).length > 0 ? undefined : serviceOf(host, set.facts.clusterDomain);
        if (service) add(host, service.namespace, { app: service.name, istio: service.name.replace(/^istio-/, '') });
      }
    }
  }
  const byGateway = new Map<Gateway, Door[]>();
  for (const door of doors.values()) for (const gateway of door.gateways) byGateway.set(gateway, [...byGateway.get(gateway) ?? [], door]);
  const placesOf = new Map<Gateway, Set<string>>();
  const place = (gateway: Gateway, namespace: string) => placesOf.set(gateway, (placesOf.get(gateway) ?? new Set()).add(namespace));
  for (const [gateway, all] of byGateway) for (const { namespace } of all) place(gateway, namespace);
  for (const { namespace, labels } of set.pods) {
    const found = selecting(labels).filter(({ object }) => !set.facts.scopeGatewayToNamespace || object.namespace === namespace);
    for (const gateway of found) place(gateway, namespace);
  }
  return {
    at: host => doors.get(host),
    of: gateway => byGateway.get(gateway) ?? [],
    namespacesOf: gateway => [...placesOf.get(gateway) ?? []],
  };
}

/** The Gateways that select pods with given labels. One without a selector would select all, which no rule relies on. */
function gatewaysByLabels(gateways: readonly Gateway[]): (labels: Labels) => Gateway[] {
  const choosy = gateways.filter(({ selector }) => Object.keys(selector).length > 0);
  const byPair = groupBy(choosy, ({ selector }) => Object.entries(selector).sort()[0].join('='));
  return labels => Object.entries(labels).flatMap(pair => byPair.get(pair.join('=')) ?? []).filter(({ selector }) => selects(selector, labels));
}

function serversOf(gateways: readonly Gateway[]): Map<number | undefined, ServersOfPort> {
  const byPort = new Map<number | undefined, Server[]>();
  for (const server of gateways.flatMap(({ servers }) => servers)) {
    const same = byPort.get(server.port);
    if (same) same.push(server);
    else byPort.set(server.port, [server]);
  }
  return new Map([...byPort].map(([port, all]) => [port, {
    all, byHost: new HostIndex(all.flatMap(server => server.hosts.map(({ name }) => ({ host: name, server })))),
  }]));
}

/** The servers at which a connection to a port of a door arrives; undefined where that depends on a Service that is not known. */
export function serversAt({ ports, servers, podPort }: Door, port: number | undefined): ServersOfPort | undefined {
  if (port === undefined) return undefined;
  if (ports === undefined) return servers.get(port) ?? NO_SERVERS;
  const target = ports.find(({ number }) => number === port)?.target;
  if (target === undefined) return undefined;
  if (podPort === undefined) return servers.get(target);
  return [...servers].find(([number]) => number !== undefined && podPort(number) === target)?.[1] ?? NO_SERVERS;
}

const NO_SERVERS: ServersOfPort = { all: [], byHost: new HostIndex() };
