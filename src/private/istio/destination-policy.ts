import { DestinationPolicyIntent } from '../model/destination-policy';
import { Labels } from '../model/labels';
import { DestinationRuleSpec, TrafficPolicySpec } from '../objects/plans';
import { REASON, clientTls } from '../objects/upstream-tls';
import { exportRuleTo } from '../objects/visibility';

/** The namespaces of the proxies that read the policy: those of gateways whose routes lead there, and those that the user listed. */
export function namespacesOfPolicy(policy: DestinationPolicyIntent, gateways: string[]): string[] {
  return [...policy.exportTo, ...gateways];
}

/** Without `tls`, Istio keeps its own mTLS. The policy of a port replaces the general one (R22), so it repeats it. */
export function policyRule(intent: DestinationPolicyIntent, gateways: string[]): DestinationRuleSpec {
  const { target, host, namespace, subsets, traffic, tls } = intent;
  const secured: TrafficPolicySpec | undefined = tls && { ...traffic, tls: clientTls(tls, host, namespace) };
  return {
    host,
    exportTo: exportRuleTo(namespacesOfPolicy(intent, gateways), namespace),
    policy: traffic,
    portPolicies: secured && [{ port: target.port, policy: secured }],
    subsets: subsets.length > 0 ? subsets : undefined,
  };
}

/** The user's reason for insecure TLS, as an annotation. */
export function policyAnnotations({ tls }: DestinationPolicyIntent): Labels | undefined {
  return tls?.reason === undefined ? undefined : { [REASON]: tls.reason };
}
