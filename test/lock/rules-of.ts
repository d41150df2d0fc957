import { Manifest, find } from '../synth';

/* NetworkPolicies in words, a line for each rule: `kube-system (k8s-app=kube-dns): 53/UDP 53/TCP`. */

export function waysIn(policy: Manifest): string[] {
  return policy.spec.ingress.map((rule: any) => line(rule.from, rule.ports));
}

export function waysOut(policy: Manifest): string[] {
  return policy.spec.egress.map((rule: any) => line(rule.to, rule.ports));
}

/** That of the pods of a namespace. */
export function policyOf(objects: Manifest[], namespace: string): Manifest {
  return find(objects.filter(o => o.metadata.namespace === namespace), 'NetworkPolicy');
}

export function sidecarOf(objects: Manifest[], namespace: string): Manifest {
  return find(objects.filter(o => o.metadata.namespace === namespace), 'Sidecar');
}

function line(peers: any[], ports?: any[]): string {
  return `${peers.map(peer).join(', ')}: ${ports?.map(p => `${p.port}/${p.protocol}`).join(' ') ?? 'every port'}`;
}

function peer({ ipBlock, namespaceSelector, podSelector }: any): string {
  if (ipBlock) return ipBlock.except ? `${ipBlock.cidr} without ${ipBlock.except.join(' ')}` : ipBlock.cidr;
  const namespaces = namespaceSelector ? namesIn(namespaceSelector).join(' ') : 'own';
  const labels = Object.entries(podSelector?.matchLabels ?? {}).map(label => label.join('=')).join(',');
  return labels ? `${namespaces} (${labels})` : namespaces;
}

function namesIn({ matchLabels, matchExpressions }: any): unknown[] {
  if (matchLabels) return Object.values(matchLabels);
  return matchExpressions ? matchExpressions[0].values : ['every namespace'];
}
