import { DestinationRuleSpec, TrafficPolicySpec } from './objects';
import { clientTls } from './upstream-tls';
import { exportTo } from './visibility';
import { DestinationPolicyIntent } from '../intent/destination-policy';

/** The namespaces of the proxies that read the policy: the gateways whose routes lead there, and those that the user named. */
export function policyReaders({ namespaces }: DestinationPolicyIntent, gateways: string[]): string[] {
  return [...namespaces, ...gateways];
}

/** Without `tls` Istio keeps its own mTLS. The policy of a port stands alone (R22), so that it repeats the others. */
export function policyRule(intent: DestinationPolicyIntent, gateways: string[]): DestinationRuleSpec {
  const { target, host, namespace, subsets, traffic, tls } = intent;
  const secured: TrafficPolicySpec | undefined = tls && { ...traffic, tls: clientTls(tls, host, namespace) };
  return {
    host,
    exportTo: exportTo(policyReaders(intent, gateways), namespace),
    policy: traffic,
    portPolicies: secured && [{ port: target.port, policy: secured }],
    subsets: subsets.length > 0 ? subsets : undefined,
  };
}
