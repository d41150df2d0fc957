import { DestinationRuleSpec, TrafficPolicySpec } from './objects';
import { REASON, clientTls } from './upstream-tls';
import { exportTo } from './visibility';
import { DestinationPolicyIntent } from '../model/destination-policy';
import { Labels } from '../model/labels';

/** The namespaces of the proxies that read the policy: the gateways whose routes lead there, and those that the user named. */
export function namespacesOfPolicy(policy: DestinationPolicyIntent, gateways: string[]): string[] {
  return [...policy.exportTo, ...gateways];
}

/** Without `tls` Istio keeps its own mTLS. The policy of a port stands alone (R22), so that it repeats the others. */
export function policyRule(intent: DestinationPolicyIntent, gateways: string[]): DestinationRuleSpec {
  const { target, host, namespace, subsets, traffic, tls } = intent;
  const secured: TrafficPolicySpec | undefined = tls && { ...traffic, tls: clientTls(tls, host, namespace) };
  return {
    host,
    exportTo: exportTo(namespacesOfPolicy(intent, gateways), namespace),
    policy: traffic,
    portPolicies: secured && [{ port: target.port, policy: secured }],
    subsets: subsets.length > 0 ? subsets : undefined,
  };
}

/** The reason that the user gave for insecure TLS, as it is kept. */
export function policyAnnotations({ tls }: DestinationPolicyIntent): Labels | undefined {
  return tls?.reason === undefined ? undefined : { [REASON]: tls.reason };
}
