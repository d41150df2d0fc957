import { callersClusterPolicy } from './cluster-network-policy';
import { renderedLate } from './manifest/object';
import { callersRules } from './network-rules';
import { NetworkRule } from './plans';
import { labelOf } from '../basics/names';
import { AppModel } from '../model/app-model';
import { Labels } from '../model/labels';
import { hasPart, LockIntent } from '../model/lock';
import { RenderedObject } from '../model/rendered-object';

const OMITTED = 'cdk8s-istio/egress-lock-omits';

/**
 * The NetworkPolicy of a locked namespace, and that of the cluster for it.
 *
 * @param legs where sidecars of the namespace find gateways
 */
export function lockedNetwork(app: AppModel, namespace: string, lock: LockIntent, name: string, legs: () => NetworkRule[]): RenderedObject[] {
  if (!hasPart(lock, 'networkPolicy')) return [];
  const rules = () => callersRules(app, namespace, lock, legs());
  const head = { kind: 'NetworkPolicy', id: `${namespace}.network-policy`, namespace, name, annotations: reasonsOf(lock) } as const;
  return [renderedLate(head, () => ({ selector: {}, egress: rules() })), ...clusterPolicies(rules, namespace, lock, name)];
}

function clusterPolicies(rules: () => NetworkRule[], namespace: string, lock: LockIntent, name: string): RenderedObject[] {
  const { clusterPriority: priority } = lock;
  if (priority === undefined) return [];
  const head = { kind: 'ClusterNetworkPolicy', id: `${namespace}.cluster-network-policy`, name: labelOf(name, namespace), annotations: reasonsOf(lock) } as const;
  return [renderedLate(head, () => callersClusterPolicy(rules(), namespace, lock, priority))];
}

/** Why parts are left out, as annotations. */
export function reasonsOf({ omits }: LockIntent): Labels | undefined {
  const reasons = Object.entries(omits).map(([part, reason]) => `${part}: ${reason}`);
  return reasons.length > 0 ? { [OMITTED]: reasons.join('; ') } : undefined;
}
