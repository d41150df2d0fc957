import { DestinationRuleSpec } from '../plans';
import { trafficPolicy } from './traffic-policy';
import { Wire } from './wire';
import type * as imported from '../../../../imports/networking.istio.io';

export function destinationRuleSpec({ host, exportTo, workloadSelector, policy, portPolicies, subsets }: DestinationRuleSpec): object {
  const ports = portPolicies?.map(p => ({ port: { number: p.port }, ...trafficPolicy(p.policy) }));
  return {
    host,
    exportTo,
    workloadSelector: workloadSelector && { matchLabels: workloadSelector },
    trafficPolicy: policy || ports ? { ...(policy && trafficPolicy(policy)), portLevelSettings: ports } : undefined,
    subsets: subsets?.map(subset => ({ name: subset.name, labels: subset.labels, trafficPolicy: subset.policy && trafficPolicy(subset.policy) })),
  } satisfies Loose<Wire<imported.DestinationRuleSpec>>;
}

/** Policies are checked against Istio's fields where they are rendered; the imports spell one of these fields differently. */
type Loose<T extends { trafficPolicy?: unknown; subsets?: { trafficPolicy?: unknown }[] }> =
  Omit<T, 'trafficPolicy' | 'subsets'> & { readonly trafficPolicy?: object; readonly subsets?: object[] };
