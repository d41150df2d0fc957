import { DestinationRuleSpec, ObjectHead, ObjectPlan, ServiceEntrySpec, TrafficPolicySpec } from './plans';
import { clientTls, REASON } from './upstream-tls';
import { exportRuleTo, exportTo } from './visibility';
import { labelOf } from '../basics/names';
import { ExternalIntent, Port, portName, TlsIntent } from '../model/external-service';
import { GatewayFacts } from '../model/gateway';
import { Labels } from '../model/labels';

/** The namespace of a host's rule, and the first parts of its name. */
export interface UpstreamRuleHead { readonly namespace: string; readonly name: string[]; readonly exportTo?: string[] }

/** The ServiceEntry of an external service, visible to the namespaces that must know it. */
export function externalServiceEntry(intent: ExternalIntent, namespace: string, viewers: Iterable<string>): ServiceEntrySpec {
  return {
    hosts: intent.hosts,
    location: intent.location,
    resolution: intent.resolution,
    exportTo: exportTo(viewers, namespace),
    ports: intent.ports.map(p => ({
      name: portName(p), number: p.number, protocol: protocolOf(p, intent), targetPort: p.targetPort === p.number ? undefined : p.targetPort,
    })),
    addresses: intent.addresses.length > 0 ? intent.addresses : undefined,
    endpoints: intent.endpoints.length > 0 ? intent.endpoints : undefined,
    workloadSelector: intent.workloads,
    subjectAltNames: intent.subjectAltNames,
  };
}

/** In the namespace of a gateway, where services of several apps meet: by what it is for, as of all objects there. */
export function nameBeside({ name }: GatewayFacts, { hosts: [host] }: ExternalIntent): string {
  return labelOf(name, host, 'entry');
}

/**
 * A gateway connects to a TLS port in the same way as to a TCP port. Sidecars in its namespace see the service as well; they would capture all
 * connections to a TCP port without addresses, but to a TLS port only those that ask for the host.
 */
function protocolOf({ protocol }: Port, { gatewaysOnly }: ExternalIntent): Port['protocol'] {
  return gatewaysOnly && protocol === 'TCP' ? 'TLS' : protocol;
}

/**
 * How sidecars connect to one external host. Workloads that the selector does not match would find no rule and send clear text to the TLS port
 * (R18), so a second rule makes them speak TLS too, without the Secrets. So would namespaces to which the service is exported, and the rule is not.
 */
export function directRules(host: string, intent: ExternalIntent, namespace: string, exportedTo: string[]): ObjectPlan[] {
  if (!intent.selector) {
    return upstreamRules(host, intent,
      { namespace, name: [host], exportTo: exportRuleTo([namespace, ...exportedTo], namespace) });
  }
  const own = upstreamRules(host, intent, { namespace, name: [host] }, intent.selector);
  const ports = intent.ports.map(port => ({ ...port, tls: port.tls && withoutSecrets(port.tls) }));
  const others = upstreamRules(host, { ...intent, ports, traffic: undefined }, { namespace, name: [host, 'others'], exportTo: [...new Set([...besideSelected(namespace), ...exportedTo])].sort() });
  return [...own, ...others.map(rule => ({ ...rule, id: `${rule.id}-others` }))];
}

/**
 * Where a rule without a selector is seen if another of its namespace has one: by the name of the namespace and not as `.`, because Istio merges a
 * rule into one with a selector and the same exportTo, and all other workloads would lose it.
 */
export function besideSelected(namespace: string): string[] {
  return [namespace];
}

function withoutSecrets({ sni, subjectAltNames, opaque }: TlsIntent): TlsIntent {
  return { mode: 'SIMPLE', sni, subjectAltNames, opaque };
}

/**
 * How proxies connect to one external host: those that a selector matches, or all of the namespace. No rule if nothing was configured.
 * TLS belongs to the port that the application calls (not `targetPort`), and the policy of a port replaces the general one (R22).
 */
export function upstreamRules(host: string, intent: ExternalIntent, head: UpstreamRuleHead, workloadSelector?: Labels): ObjectPlan[] {
  const { namespace, name, exportTo: seenBy = ['.'] } = head;
  if (!tellsHow(intent)) return [];
  const secured = intent.ports.some(p => p.tls);
  const suffix = secured ? 'tls' : 'policy';
  return [{
    kind: 'DestinationRule',
    id: `${host}-${suffix}`,
    namespace,
    name: labelOf(...name, suffix),
    annotations: insecureReasons(intent),
    spec: { host, exportTo: seenBy, workloadSelector, ...upstreamPolicies(host, intent, namespace) },
  }];
}

/** Whether there is more to say of how to connect than where. */
export function tellsHow({ ports, traffic }: ExternalIntent): boolean {
  return traffic !== undefined || ports.some(port => port.tls);
}

/** A rule for one host that says nothing, and keeps that of a wildcard from it. */
export function bareRule(host: string, { namespace, name, exportTo: seenBy = ['.'] }: UpstreamRuleHead, workloadSelector?: Labels): ObjectHead<'DestinationRule'> & { readonly spec: DestinationRuleSpec } {
  return { kind: 'DestinationRule', id: `${host}-bare`, namespace, name: labelOf(...name, 'bare'), spec: { host, exportTo: seenBy, workloadSelector } };
}

export function upstreamPolicies(host: string, { ports, traffic }: ExternalIntent, namespace: string): Pick<DestinationRuleSpec, 'policy' | 'portPolicies'> {
  const secured = ports.filter(p => p.tls);
  return {
    policy: secured.length < ports.length ? traffic : undefined,
    portPolicies: secured.length > 0
      ? secured.map(p => ({ port: p.number, policy: { ...traffic, ...upgraded(p, traffic), tls: clientTls(p.tls!, host, namespace) } }))
      : undefined,
  };
}

/** The user's reasons for insecure TLS, as annotations. */
export function insecureReasons({ ports }: ExternalIntent): Labels | undefined {
  const reasons = ports.flatMap(p => p.tls?.reason ?? []).join('; ');
  return reasons ? { [REASON]: reasons } : undefined;
}

function upgraded({ upgrade }: Port, traffic: ExternalIntent['traffic']): Pick<TrafficPolicySpec, 'connectionPool'> | undefined {
  return upgrade ? { connectionPool: { ...traffic?.connectionPool, http2: true } } : undefined;
}
