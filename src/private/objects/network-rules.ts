import { isIP } from 'node:net';
import { NetworkPeer, NetworkRule } from './plans';
import { AppModel, ExternalServiceModel, Upstream } from '../model/app-model';
import { podsOfWaypoint, waypointRoutesFrom } from '../model/at-waypoints';
import { DnsIntent, LockIntent, PeerIntent } from '../model/lock';
import { directFrom, namespacesBehind } from '../model/locked';
import { block, networkTargets } from '../model/network';

/** The port of every tunnel of an ambient mesh: to waypoints, and to pods that ztunnel serves. */
export const HBONE = 15008;

/** The ports of a gateway's pods at which Prometheus reads. */
const METRICS = [15020, 15090];

/**
 * What pods of a locked namespace may reach.
 *
 * @param legs where their sidecars find gateways
 */
export function callersRules(app: AppModel, namespace: string, lock: LockIntent, legs: NetworkRule[]): NetworkRule[] {
  const waypoints = waypointRoutesFrom(app, namespace).map(({ route }) => podsOfWaypoint(route.waypoint));
  // what ztunnel carries has the port of its tunnel
  const tunnels = waypoints.length > 0 ? tcp([HBONE]) : [];
  const tunnelled = ({ peers, ports }: NetworkRule): NetworkRule => ({ peers, ports: ports && [...ports, ...tunnels] });
  return present([
    ...controlRules(lock),
    ...legs,
    ...waypoints.map(({ namespace: home, selector }) => ({ peers: [{ namespaces: [home], pods: selector }], ports: tcp([HBONE]) })),
    { peers: [{ pods: {} }] },
    ...[...lock.calls, ...lock.telemetry].filter(peer => peer.namespace !== namespace).map(peerRule).map(tunnelled),
    ...serviceRules(app.directRoutes.with('caller', namespace), lock),
    ...lock.kubeApi ? [{ peers: lock.kubeApi.addresses.map(address => ({ block: block(address) })), ports: tcp([lock.kubeApi.port]) }] : [],
    ...outsideRules(directFrom(app, namespace).filter(({ proxy }) => proxy === undefined), lock),
  ]);
}

/** The services to which gateways connect by routes. */
export function upstreamServices(app: AppModel, routes: readonly { readonly upstreams: Upstream[] }[]): ExternalServiceModel[] {
  return [...new Set(routes.flatMap(({ upstreams }) => upstreams.map(({ service }) => service)))].flatMap(path => app.externalServices.with('path', path));
}

/** Who reads metrics of a gateway's pods. */
export function scraperRules({ scrapers }: LockIntent): NetworkRule[] {
  return scrapers.map(({ namespace, pods }) => ({ peers: [{ namespaces: [namespace], pods }], ports: tcp(METRICS) }));
}

export function namespacePeers(namespaces: string[]): NetworkPeer[] {
  return namespaces.length > 0 ? [{ namespaces }] : [];
}

/** Without these no proxy becomes ready. */
export function controlRules({ dns, istiod }: LockIntent): NetworkRule[] {
  return [
    ...dnsRules(dns),
    { peers: [{ namespaces: [istiod.namespace], pods: istiod.pods }], ports: tcp([istiod.port]) },
  ];
}

function dnsRules({ namespace, pods, ports, addresses }: DnsIntent): NetworkRule[] {
  const both = (numbers: number[]) => numbers.flatMap(number => [{ number, protocol: 'UDP' as const }, { number, protocol: 'TCP' as const }]);
  return [
    { peers: [{ namespaces: [namespace], pods }], ports: both(ports) },
    { peers: addresses.map(address => ({ block: block(address) })), ports: both([53]) },
  ];
}

export function peerRule({ namespace, pods, ports }: PeerIntent): NetworkRule {
  return { peers: [{ namespaces: [namespace], pods }], ports: ports && tcp(ports) };
}

/** Whole namespaces, because no more is known of their pods. */
export function serviceRules(routes: Parameters<typeof namespacesBehind>[0], { clusterDomain }: LockIntent): NetworkRule[] {
  return namespacesBehind(routes, clusterDomain).map(({ namespace }) => ({ peers: [{ namespaces: [namespace] }] }));
}

/** Where connections to external services go: to their addresses, or, where only names are known, to anywhere outside of the cluster. */
export function outsideRules(services: ExternalServiceModel[], { clusterRanges }: LockIntent, outsidePorts: number[] = []): NetworkRule[] {
  const targets = services.flatMap(model => networkTargets(model.service).map(target => ({ ...target, home: model.namespace })));
  const anywhere = targets.filter(({ blocks, pods }) => !blocks && !pods).flatMap(({ ports }) => ports);
  const outside = [...anywhere, ...outsidePorts];
  return [
    ...targets.filter(({ blocks, pods }) => blocks || pods).map(({ blocks, pods, home, ports }) => ({
      peers: blocks ? blocks.map(one => ({ block: one })) : [{ namespaces: [home], pods }], ports: tcp(ports),
    })),
    ...outside.length > 0 ? [{ peers: outsideOf(clusterRanges), ports: tcp(outside) }] : [],
  ];
}

function outsideOf(ranges: string[]): NetworkPeer[] {
  const ofFamily = (family: number) => ranges.filter(range => isIP(range.split('/')[0]) === family);
  return [{ block: '0.0.0.0/0', except: ofFamily(4) }, { block: '::/0', except: ofFamily(6) }];
}

export function tcp(numbers: number[]): NonNullable<NetworkRule['ports']> {
  return [...new Set(numbers)].sort((a, b) => a - b).map(number => ({ number, protocol: 'TCP' }));
}

/** Each rule once, and none without peers: to Kubernetes that would mean everybody. */
export function present(rules: NetworkRule[]): NetworkRule[] {
  const byPeers = new Map<string, NetworkRule>();
  for (const rule of rules) {
    if (rule.peers.length === 0) continue;
    const key = JSON.stringify(rule.peers);
    const known = byPeers.get(key);
    byPeers.set(key, known ? { ...rule, ports: joined(known, rule) } : rule);
  }
  return [...byPeers.values()];
}

function joined({ ports: a }: NetworkRule, { ports: b }: NetworkRule): NetworkRule['ports'] {
  // without a list, every port
  if (!a || !b) return undefined;
  return [...new Map([...a, ...b].map(port => [`${port.number} ${port.protocol}`, port])).values()].sort((x, y) => x.number - y.number);
}
