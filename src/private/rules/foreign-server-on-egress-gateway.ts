import { Rule } from './rule';
import { Door } from '../manifests/doors';
import { Gateway } from '../manifests/gateway';
import { legsOf } from '../manifests/legs';
import { titleOf } from '../manifests/manifest';

export const FOREIGN_SERVER_ON_EGRESS_GATEWAY: Rule = {
  code: 'ForeignServerOnEgressGateway',
  cause: 'A Gateway of another namespace selects the pods of an egress gateway, and opens servers there which the routes and policies of the egress gateway do not know.',
  effect: 'Whoever writes that Gateway decides what leaves through the pods.',
  fix: 'Delete the Gateway, or set `PILOT_SCOPE_GATEWAY_TO_NAMESPACE` at istiod.',
  * find(set) {
    const told = new Set<Gateway>();
    const egress = new Set<Door>(legsOf(set).map(({ door }) => door));
    for (const { gateways, namespace } of egress) {
      const own = gateways.find(({ object }) => object.namespace === namespace);
      for (const gateway of own ? gateways : []) {
        if (gateway.object.namespace === namespace || told.has(gateway)) continue;
        told.add(gateway);
        yield { object: gateway.object, field: 'spec.selector', message: `it selects the pods of ${titleOf(own!.object)} in ${namespace}` };
      }
    }
  },
};
