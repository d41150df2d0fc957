import { EVERY_NAMESPACE } from '../../basics/names';
import { NetworkPeer, NetworkPolicySpec, NetworkRule } from '../plans';

/** The label that the API server itself keeps, so that nobody can give it to another namespace. */
const NAMESPACE_NAME = 'kubernetes.io/metadata.name';

/** Kubernetes' own; there are no imports for it. */
export function networkPolicySpec({ selector, ingress, egress }: NetworkPolicySpec): object {
  return {
    podSelector: labelSelector(selector),
    policyTypes: [...ingress ? ['Ingress'] : [], ...egress ? ['Egress'] : []],
    ingress: ingress?.map(rule => ({ from: rule.peers.map(peer), ports: ports(rule) })),
    egress: egress?.map(rule => ({ to: rule.peers.map(peer), ports: ports(rule) })),
  };
}

function ports({ ports: list }: NetworkRule) {
  return list?.map(({ number, protocol }) => ({ port: number, protocol }));
}

function peer({ namespaces, pods, block, except }: NetworkPeer): object {
  if (block !== undefined) return { ipBlock: { cidr: block, except: except?.length ? except : undefined } };
  return {
    namespaceSelector: namespaces && namespaceSelector(namespaces),
    podSelector: pods && labelSelector(pods),
  };
}

export function namespaceSelector(namespaces: string[]): object {
  if (namespaces.includes(EVERY_NAMESPACE)) return {};
  if (namespaces.length === 1) return { matchLabels: { [NAMESPACE_NAME]: namespaces[0] } };
  return { matchExpressions: [{ key: NAMESPACE_NAME, operator: 'In', values: namespaces }] };
}

function labelSelector(labels: object): object {
  return Object.keys(labels).length > 0 ? { matchLabels: labels } : {};
}
