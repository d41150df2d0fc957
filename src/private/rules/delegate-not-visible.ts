import { Rule } from './rule';
import { fieldsOf, listOf, textOf } from '../manifests/fields';
import { titleOf } from '../manifests/manifest';
import { sees } from '../manifests/visible';

export const DELEGATE_NOT_VISIBLE: Rule = {
  code: 'DelegateNotVisible',
  cause: 'A rule delegates to a VirtualService that is not exported to the namespace of the one that delegates.',
  effect: 'The rule is dropped: 404 `NR`.',
  fix: 'Add the namespace to `exportTo` of the delegate.',
  * find(set) {
    const byId = new Map(set.virtualServices.map(service => [`${service.object.namespace}/${service.object.name}`, service]));
    for (const { object } of set.virtualServices) {
      for (const [i, rule] of listOf(object.spec.http).entries()) {
        const { name, namespace } = fieldsOf(fieldsOf(rule).delegate);
        const delegate = byId.get(`${textOf(namespace) ?? object.namespace}/${textOf(name)}`);
        if (delegate && !sees(object.namespace, delegate)) yield { object, field: `spec.http[${i}].delegate`, message: `${titleOf(delegate.object)} is exported to ${delegate.exportTo.join(', ')}` };
      }
    }
  },
};
