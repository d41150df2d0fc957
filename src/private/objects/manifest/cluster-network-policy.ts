import { namespaceSelector } from './network-policy';
import { Wire } from './wire';
import type * as imported from '../../../../imports/policy.networking.k8s.io';
import { ClusterNetworkPolicySpec, ClusterNetworkRule, NetworkPeer } from '../plans';

export function clusterNetworkPolicySpec({ namespace, priority, egress }: ClusterNetworkPolicySpec): object {
  return {
    tier: 'Admin',
    priority,
    subject: { namespaces: namespaceSelector([namespace]) },
    egress: egress.map(({ name, action, peers, ports }) => ({ name, action, to: to(peers), protocols: ports?.map(protocol) })),
  } satisfies Wire<imported.ClusterNetworkPolicySpec>;
}

/** All blocks of addresses are one peer. */
function to(peers: NetworkPeer[]) {
  const networks = peers.flatMap(({ block }) => block ?? []);
  return [...peers.filter(({ block }) => block === undefined).map(pods), ...networks.length > 0 ? [{ networks }] : []];
}

/** The pods of every namespace where none is named. */
function pods({ namespaces, pods: labels }: NetworkPeer) {
  const selector = namespaces ? namespaceSelector(namespaces) : {};
  return labels ? { pods: { namespaceSelector: selector, podSelector: { matchLabels: labels } } } : { namespaces: selector };
}

function protocol({ number, protocol: name }: NonNullable<ClusterNetworkRule['ports']>[number]) {
  const destinationPort = { destinationPort: { number } };
  return name === 'UDP' ? { udp: destinationPort } : { tcp: destinationPort };
}
