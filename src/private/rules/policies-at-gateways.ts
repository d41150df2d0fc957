import { Rule } from './rule';
import { AccessRule, AuthorizationPolicy } from '../manifests/authorization-policy';
import { Door, doorsOf } from '../manifests/doors';
import { selects } from '../manifests/fields';
import { Server, knowsCallers } from '../manifests/gateway';
import { ManifestSet } from '../manifests/set';

/** The servers of the pods that a policy selects, as far as they are known. */
function serversUnder({ object, selector, hasTargets }: AuthorizationPolicy, set: ManifestSet): Server[] {
  if (!selector || hasTargets) return [];
  const doors = doorsOf(set);
  const isGuarded = ({ namespace, labels }: Door) => [namespace, set.facts.rootNamespace].includes(object.namespace) && selects(selector, labels);
  const guarded = set.gateways.filter(gateway => doors.of(gateway).some(isGuarded));
  return guarded.flatMap(({ servers }) => servers);
}

/** Those to which a rule is not limited by its ports do not matter. Policies know the port of the pod, of which the server's is only the usual one. */
function under({ ports }: AccessRule, servers: readonly Server[]): readonly Server[] {
  if (!ports) return servers;
  return servers.filter(({ port }) => port !== undefined && ports.includes(port));
}

export const IDENTITY_OVER_CLEAR_TEXT: Rule = {
  code: 'IdentityOverClearText',
  cause: 'A policy at a gateway asks who calls, but no server to which it applies has `tls.mode: ISTIO_MUTUAL`, by which alone the gateway learns that.',
  effect: 'ALLOW allows nobody; DENY denies nobody, or everybody if it lists who is not meant.',
  fix: 'Use servers with `tls.mode: ISTIO_MUTUAL`, and a DestinationRule of that mode for leg 1.',
  * find(set) {
    for (const policy of set.authorizationPolicies) {
      const servers = serversUnder(policy, set);
      for (const rule of policy.rules) {
        const applied = under(rule, servers);
        if (!rule.needsIdentity || applied.length === 0 || applied.some(knowsCallers)) continue;
        yield { object: policy.object, field: rule.field, message: `none of the servers ${namesOf(applied)} knows who calls` };
      }
    }
  },
};

export const HTTP_POLICY_ON_TCP: Rule = {
  code: 'HttpPolicyOnTcp',
  cause: 'A policy at a gateway asks for something of HTTP on connections that the gateway does not read. ALLOW then never allows, and DENY ignores the condition.',
  effect: 'Connections are closed that the policy does not mean.',
  fix: 'Limit the rule by `ports` or `connection.sni` to servers that take HTTP, or match `connection.sni` instead.',
  * find(set) {
    for (const policy of set.authorizationPolicies) {
      const servers = serversUnder(policy, set);
      for (const rule of policy.rules) {
        if (!rule.needsHttp || rule.sni) continue;
        const applied = under(rule, servers);
        const opaque = applied.filter(({ takes }) => takes !== 'http');
        if (opaque.length === 0 || (policy.action !== 'DENY' && opaque.length < applied.length)) continue;
        yield { object: policy.object, field: rule.field, message: `the gateway does not read what comes to ${namesOf(opaque)}` };
      }
    }
  },
};

function namesOf(servers: readonly Server[]): string {
  const names = servers.map(({ gateway, port, protocol }) => `${gateway.id} ${port}/${protocol}`);
  return [...new Set(names)].slice(0, 3).join(', ');
}
