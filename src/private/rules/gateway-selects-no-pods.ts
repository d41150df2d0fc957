import { Rule } from './rule';
import { doorsOf } from '../manifests/doors';

/** What injection makes into a gateway, and what the older charts run as one. */
const TEMPLATE = 'inject.istio.io/templates';

export const GATEWAY_SELECTS_NO_PODS: Rule = {
  code: 'GatewaySelectsNoPods',
  cause: 'The selector of a Gateway matches none of the pods of gateways.',
  effect: 'No proxy serves it: connections are refused, or 404 `NR`.',
  fix: 'Write the labels of the gateway\'s pods.',
  * find(set) {
    const doors = doorsOf(set);
    const ofGateways = set.pods.filter(({ object }) => isGateway(object.spec.template ?? object));
    if (ofGateways.length === 0 && !(set.facts.isComplete && set.pods.length > 0)) return;
    for (const gateway of set.gateways) {
      const { object, selector } = gateway;
      // istiod makes the pods of such a Gateway
      if (Object.keys(selector).some(label => label.startsWith('gateway.networking.k8s.io/'))) continue;
      if (doors.namespacesOf(gateway).length > 0) continue;
      yield { object, field: 'spec.selector', message: `no pod has ${Object.entries(selector).map(pair => pair.join(': ')).join(', ')}` };
    }
  },
};

function isGateway(template: object): boolean {
  const text = JSON.stringify(template);
  return text.includes(`"${TEMPLATE}":"gateway"`) || text.includes('"args":["proxy","router"');
}
