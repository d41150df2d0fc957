import { Rule } from './rule';
import { doorsOf } from '../manifests/doors';
import { selects } from '../manifests/fields';
import { selectorOf } from '../manifests/set';

/** Kinds whose selector never reaches beyond their own namespace. */
const OF_ONE_NAMESPACE = new Set(['DestinationRule', 'Sidecar']);

export const POLICY_SELECTS_NOTHING: Rule = {
  code: 'PolicySelectsNothing',
  cause: 'An object selects pods of its own namespace, and there are none with these labels; only policies in the root namespace are for pods elsewhere.',
  effect: 'The object has no effect: a policy protects nothing.',
  fix: 'Correct the labels, or put the object into the namespace of the pods.',
  * find(set) {
    const doors = doorsOf(set);
    const elsewhere = [...new Set(set.gateways.flatMap(gateway => doors.of(gateway)))];
    const inhabited = new Set(set.pods.map(({ namespace }) => namespace));
    for (const object of set.manifests) {
      const selector = selectorOf(object);
      if (!selector || set.podsWith(selector.labels, object.namespace)) continue;
      // policies of the root namespace are for pods of all namespaces
      if (object.namespace === set.facts.rootNamespace && !OF_ONE_NAMESPACE.has(object.kind)) continue;
      const here = elsewhere.some(({ labels, namespace }) => namespace === object.namespace && selects(selector.labels, labels));
      if (here) continue;
      const other = elsewhere.find(({ labels }) => selects(selector.labels, labels));
      if (!other && !(set.facts.isComplete && inhabited.size > 0)) continue;
      const labels = Object.entries(selector.labels).map(pair => pair.join(': ')).join(', ');
      yield { object, field: selector.field, message: `no pod in ${object.namespace} has ${labels}${other ? `; those of ${other.host} are in ${other.namespace}` : ''}` };
    }
  },
};
