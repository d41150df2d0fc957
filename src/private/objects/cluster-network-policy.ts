import { ClusterNetworkPolicySpec, ClusterNetworkRule, NetworkPeer, NetworkRule } from './plans';
import { LockIntent } from '../model/lock';

const EVERYWHERE = ['0.0.0.0/0', '::/0'];

/** What an object of the kind takes of peers, and of ports. */
const MAX_ITEMS = 25;

/**
 * What the NetworkPolicy of a locked namespace allows, above the NetworkPolicies of the namespace: `Pass` leaves what is allowed to these, and the rest is
 * denied whatever they say. The first rule that fits decides.
 */
export function callersClusterPolicy(rules: NetworkRule[], namespace: string, lock: LockIntent, priority: number): ClusterNetworkPolicySpec {
  const outside = rules.filter(({ peers }) => peers.some(({ except }) => except !== undefined));
  const known = rules.filter(rule => !outside.includes(rule));
  return {
    namespace,
    priority,
    egress: [
      ...byPorts(known, namespace).flatMap(rule => parted('allowed', 'Pass', rule)),
      // no rule has exceptions: what is not outside is denied before
      ...outside.length > 0 ? parted('cluster', 'Deny', { peers: lock.clusterRanges.map(block => ({ block })) }) : [],
      ...outside.flatMap(({ ports }) => parted('outside', 'Pass', { peers: EVERYWHERE.map(block => ({ block })), ports })),
      { name: 'everything-else', action: 'Deny', peers: [{}, ...EVERYWHERE.map(block => ({ block }))] },
    ],
  };
}

/** One rule for all peers that are reached on the same ports, because there may be 25 rules. */
function byPorts(rules: NetworkRule[], namespace: string): NetworkRule[] {
  const joined = new Map<string, NetworkRule>();
  for (const { peers, ports } of rules) {
    const key = JSON.stringify(ports ?? 'every port');
    joined.set(key, { peers: [...joined.get(key)?.peers ?? [], ...peers.map(peer => named(peer, namespace))], ports });
  }
  return [...joined.values()];
}

/** The policy has no namespace of its own that peers could leave out. */
function named(peer: NetworkPeer, namespace: string): NetworkPeer {
  if (peer.block !== undefined) return peer;
  const { namespaces = [namespace], pods } = peer;
  return pods && Object.keys(pods).length > 0 ? { namespaces, pods } : { namespaces };
}

function parted(name: string, action: ClusterNetworkRule['action'], { peers, ports }: NetworkRule): ClusterNetworkRule[] {
  return inParts(peers).flatMap(part => (ports ? inParts(ports) : [undefined]).map(some => ({ name, action, peers: part, ports: some })));
}

function inParts<T>(items: T[]): T[][] {
  return items.length > MAX_ITEMS ? [items.slice(0, MAX_ITEMS), ...inParts(items.slice(MAX_ITEMS))] : [items];
}
