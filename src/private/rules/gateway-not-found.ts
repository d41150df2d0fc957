import { Rule } from './rule';
import { nearest } from '../basics/nearest';
import { groupBy } from '../manifests/set';
import { MESH } from '../manifests/virtual-service';

export const GATEWAY_NOT_FOUND: Rule = {
  code: 'GatewayNotFound',
  cause: 'A VirtualService names a Gateway that does not exist; a name without a namespace is looked up in the namespace of the VirtualService.',
  effect: 'The gateway has no route for the host: 404 `NR`.',
  fix: 'Write the name of the Gateway together with its namespace, as in `istio-system/egress`.',
  * find(set) {
    const byName = groupBy(set.gateways, ({ object }) => object.name);
    const byNamespace = groupBy(set.gateways, ({ object }) => object.namespace);
    const near = new Map<string, string | undefined>();
    for (const { object, gateways } of set.virtualServices) {
      for (const { field, written, id } of gateways) {
        if (id === MESH || set.gateway(id)) continue;
        const [namespace, name] = id.split('/');
        const names = byNamespace.get(namespace)?.map(gateway => gateway.object.name) ?? [];
        if (!near.has(id)) near.set(id, byName.get(name)?.[0].id ?? nearId(name, names, namespace));
        const meant = near.get(id);
        if (meant === undefined && !set.facts.isComplete) continue;
        const message = `there is no Gateway ${id}${written.includes('/') ? '' : `, where "${written}" is looked up`}${meant ? `; there is ${meant}` : ''}`;
        yield { object, field, message, ...meant && { fix: `Write "${meant}", also in \`match.gateways\`.` } };
      }
    }
  },
};

function nearId(name: string, names: string[], namespace: string): string | undefined {
  const near = nearest(name, names);
  return near && `${namespace}/${near}`;
}
