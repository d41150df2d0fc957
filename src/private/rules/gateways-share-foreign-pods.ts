import { Rule } from './rule';
import { doorsOf } from '../manifests/doors';

export const GATEWAYS_SHARE_FOREIGN_PODS: Rule = {
  code: 'GatewaysShareForeignPods',
  cause: 'A Gateway selects pods of its own namespace and those of another one with the same labels, because Istio does not limit a Gateway to its own namespace.',
  effect: 'Each gateway serves the hosts of the other, and their servers collide.',
  fix: 'Give the pods of each gateway labels of their own, or set `PILOT_SCOPE_GATEWAY_TO_NAMESPACE` at istiod.',
  * find(set) {
    const doors = doorsOf(set);
    for (const gateway of set.gateways) {
      const places = doors.namespacesOf(gateway);
      const { namespace } = gateway.object;
      const others = places.filter(place => place !== namespace);
      if (others.length === 0 || !places.includes(namespace)) continue;
      yield { object: gateway.object, field: 'spec.selector', message: `it also selects the gateway in ${others.join(', ')}` };
    }
  },
};
