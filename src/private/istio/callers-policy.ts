import { bySni, Mark } from './declared-traffic';
import { labelOf } from '../basics/names';
import { CallerIdentity, EgressIntent } from '../model/egress-route';
import { Leg } from '../model/legs';
import { identitiesOf } from '../objects/callers';
import { ObjectPlan, Source } from '../objects/plans';
import { authorities } from '../requests/sayable';

/**
 * Refuses everybody except the callers. Without the SNI it would also refuse traffic that enters by other servers of the gateway.
 *
 * @param hosts those of the requests, where the gateway reads any
 */
export function callersPolicy({ gateway, callers, trustDomain }: EgressIntent, leg: Leg, { sni, requests }: Mark, hosts: string[]): ObjectPlan {
  return {
    kind: 'AuthorizationPolicy',
    id: `${leg.host}-${leg.port.number}-callers`,
    namespace: gateway.namespace,
    name: labelOf(gateway.name, leg.host, leg.port.number, 'callers'),
    spec: {
      selector: gateway.selector,
      action: 'DENY',
      rules: [{
        from: [othersThan(callers, trustDomain)],
        to: [{ hosts: requests ? hosts.flatMap(host => authorities(host, [leg.port.number])) : undefined, ports: [leg.podPort] }],
        when: sni === undefined ? undefined : bySni(sni),
      }],
    },
  };
}

function othersThan(callers: CallerIdentity[], trustDomain: string): Source {
  const { namespaces: notNamespaces, principals: notPrincipals } = identitiesOf(callers, trustDomain);
  return { ...notNamespaces && { notNamespaces }, ...notPrincipals && { notPrincipals } };
}
