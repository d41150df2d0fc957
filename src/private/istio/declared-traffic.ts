import { labelOf } from '../basics/names';
import { GatewayFacts } from '../model/gateway';
import { Leg } from '../model/legs';
import { ListenedHost } from '../model/listener';
import { RenderedObject } from '../model/rendered-object';
import { rendered, renderedLate } from '../objects/manifest/object';
import { AuthorizationRule, Condition, ObjectPlan } from '../objects/plans';
import { authorities } from '../requests/sayable';

const REASON = 'cdk8s-istio/undeclared-traffic-reason';

/**
 * Default deny. Istio lets a Gateway object of any namespace open servers on these pods, and a VirtualService beside it send their traffic
 * anywhere. An ALLOW policy refuses all that no ALLOW policy names, so that what no route declares gets nowhere.
 *
 * @param allowedReason why it is let through all the same. The policy exists nevertheless: those of routes would refuse what is by hand
 * @param ingress what ingress gateways listen for on the same pods
 */
export function undeclaredTraffic(gateway: GatewayFacts, allowedReason: string | undefined, ingress: () => ListenedHost[]): RenderedObject {
  const { name, namespace, selector } = gateway;
  const head = { kind: 'AuthorizationPolicy' as const, id: 'undeclared', namespace, name: `${name}-undeclared` };
  const spec = { selector, action: 'ALLOW' as const };
  if (allowedReason !== undefined) return rendered({ ...head, annotations: { [REASON]: allowedReason }, spec: { ...spec, rules: [{}] } });
  return renderedLate(head, () => ({ ...spec, rules: ingress().map(listened) }));
}

function listened({ protocol, host, port, podPort }: ListenedHost): AuthorizationRule {
  const everyHost = host === '*' || protocol === 'TCP';
  if (everyHost) return { to: [{ ports: [podPort] }] };
  return protocol === 'HTTP' ? { to: [{ hosts: authorities(host, [port]), ports: [podPort] }] } : { to: [{ ports: [podPort] }], when: bySni(host) };
}

/** What tells the requests of a leg from all others that reach the pods. */
export interface Mark {
  /** Left out where leg 1 is in clear text. */
  readonly sni?: string;
  /** Whether the gateway reads requests, or only connections. */
  readonly requests: boolean;
}

/** Lets the traffic of one leg through. Who may send it is up to other policies. */
export function declaredTraffic({ name, namespace, selector }: GatewayFacts, { host, port, podPort }: Leg, { sni, requests }: Mark): ObjectPlan {
  const rule: AuthorizationRule = {
    to: [{ hosts: requests ? authorities(host, [port.number]) : undefined, ports: [podPort] }],
    when: sni === undefined ? undefined : bySni(sni),
  };
  return {
    kind: 'AuthorizationPolicy',
    id: `${host}-${port.number}-declared`,
    namespace,
    name: labelOf(name, host, port.number, 'declared'),
    spec: { selector, action: 'ALLOW', rules: [rule] },
  };
}

export function bySni(sni: string): Condition[] {
  return [{ key: 'connection.sni', values: [sni] }];
}
