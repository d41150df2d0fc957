import { isIP } from 'node:net';
import { AppModel, EgressGatewayModel, EgressLockModel, ExternalServiceModel } from '../model/app-model';
import { LegOneIntent } from '../model/leg-one';
import { legsOf } from '../model/legs';
import { DnsIntent, LockIntent, PeerIntent } from '../model/lock';
import { callersOf, directFrom, gatewayAt, namespacesBehind } from '../model/locked';
import { block, networkTargets } from '../model/network';
import { callersThrough, routesFrom } from '../model/visibility';
import { NetworkPeer, NetworkPolicySpec, NetworkRule } from '../objects/plans';

/** The ports of a gateway's pods at which Prometheus reads. */
const METRICS = [15020, 15090];

/** What pods of a locked namespace may reach. */
export function callersNetworkPolicy(app: AppModel, namespace: string, lock: LockIntent): NetworkPolicySpec {
  return {
    selector: {},
    egress: present([
      ...controlRules(lock),
      ...gatewayRules(app, namespace),
      { peers: [{ pods: {} }] },
      ...[...lock.calls, ...lock.telemetry].filter(peer => peer.namespace !== namespace).map(peerRule),
      ...serviceRules(app.directRoutes.with('caller', namespace), lock),
      ...lock.kubeApi ? [{ peers: lock.kubeApi.addresses.map(address => ({ block: block(address) })), ports: tcp([lock.kubeApi.port]) }] : [],
      ...outsideRules(directFrom(app, namespace).filter(({ proxy }) => proxy === undefined), namespace, lock),
    ]),
  };
}

/** Who may reach the pods of a gateway, and what these may reach. */
export function gatewayNetworkPolicy(app: AppModel, model: EgressLockModel, { gateway, workload }: EgressGatewayModel): NetworkPolicySpec {
  const { lock } = model;
  const routes = app.egressRoutes.with('gateway', model.gateway);
  const upstreams = [...new Set(routes.flatMap(route => route.upstreams.map(({ service }) => service)))]
    .flatMap(path => app.externalServices.with('path', path));
  const callers = callersOf(app, model);
  const own = callersThrough(app, model.gateway);
  const foreign = callers.filter(caller => !own.includes(caller));
  return {
    selector: gateway.selector,
    ingress: present([
      { peers: namespacePeers(own), ports: tcp(enteredPorts(app, model.gateway)) },
      // which port routes of other apps use is not known
      { peers: namespacePeers(foreign), ports: tcp(workload.ports.map(({ targetPort }) => targetPort)) },
      ...lock.scrapers.map(({ namespace, pods }) => ({ peers: [{ namespaces: [namespace], pods }], ports: tcp(METRICS) })),
    ]),
    egress: present([
      ...controlRules(lock),
      ...lock.telemetry.map(peerRule),
      ...serviceRules(routes, lock),
      ...outsideRules(upstreams, undefined, lock),
    ]),
  };
}

function namespacePeers(namespaces: string[]): NetworkPeer[] {
  return namespaces.length > 0 ? [{ namespaces }] : [];
}

/** The ports of a gateway's pods at which routes of the app enter. */
function enteredPorts(app: AppModel, gateway: string): number[] {
  const legs = [...app.egressRoutes.with('gateway', gateway).map(({ route }) => route), ...app.egressCallers.with('gateway', gateway).map(({ leg }) => leg)];
  return legs.flatMap(leg => podPorts(app, gateway, leg));
}

/** NetworkPolicies judge connections to pods, behind the Service. */
function podPorts(app: AppModel, gateway: string, leg: LegOneIntent): number[] {
  const ports = gatewayAt(app, gateway)?.workload.ports;
  return legsOf(leg).map(({ legOne, podPort, serverPort }) => (legOne === 'plaintext' && ports?.find(({ number }) => number === serverPort)?.targetPort) || podPort);
}

/** Without these no proxy becomes ready. */
function controlRules({ dns, istiod }: LockIntent): NetworkRule[] {
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

/** The pods of the gateways that routes of the app lead to from a namespace. */
function gatewayRules(app: AppModel, namespace: string): NetworkRule[] {
  const legs = [
    ...routesFrom(app, namespace).map(({ route, gateway }) => ({ leg: route as LegOneIntent, gateway })),
    ...app.egressCallers.with('caller', namespace),
  ];
  return legs.map(({ leg, gateway }) => ({
    peers: [{ namespaces: [leg.gateway.namespace], pods: leg.gateway.selector }], ports: tcp(podPorts(app, gateway, leg)),
  }));
}

function peerRule({ namespace, pods, ports }: PeerIntent): NetworkRule {
  return { peers: [{ namespaces: [namespace], pods }], ports: ports && tcp(ports) };
}

/** Whole namespaces, because no more is known of their pods. */
function serviceRules(routes: Parameters<typeof namespacesBehind>[0], { clusterDomain }: LockIntent): NetworkRule[] {
  return namespacesBehind(routes, clusterDomain).map(({ namespace }) => ({ peers: [{ namespaces: [namespace] }] }));
}

/** Where connections to external services go: to their addresses, or, where only names are known, to anywhere outside of the cluster. */
function outsideRules(services: ExternalServiceModel[], namespace: string | undefined, { clusterRanges, outsidePorts }: LockIntent): NetworkRule[] {
  const targets = services.flatMap(model => networkTargets(model.service).map(target => ({ ...target, home: model.namespace })));
  const anywhere = targets.filter(({ blocks, pods }) => !blocks && !pods).flatMap(({ ports }) => ports);
  const outside = [...anywhere, ...namespace === undefined ? outsidePorts ?? [] : []];
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

function tcp(numbers: number[]): NonNullable<NetworkRule['ports']> {
  return [...new Set(numbers)].sort((a, b) => a - b).map(number => ({ number, protocol: 'TCP' }));
}

/** Each rule once, and none without peers: to Kubernetes that would mean everybody. */
function present(rules: NetworkRule[]): NetworkRule[] {
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
