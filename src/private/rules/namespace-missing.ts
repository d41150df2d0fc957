import { Rule } from './rule';

export const NAMESPACE_MISSING: Rule = {
  code: 'NamespaceMissing',
  cause: 'A VirtualService without a namespace uses short names, which mean something else in each namespace to which it is applied.',
  effect: 'Whether it works depends on the namespace that `kubectl` happens to have.',
  fix: 'Write `metadata.namespace`.',
  * find(set) {
    for (const { object, gateways, routes, hosts } of set.virtualServices) {
      if (object.hasNamespace) continue;
      const destinations = routes.flatMap(route => route.destinations);
      const short = gateways.find(({ id, written }) => id !== written) ?? destinations.find(({ host, written }) => host !== written.toLowerCase());
      if (short && hosts.length > 0) yield { object, field: 'metadata.namespace', message: `"${short.written}" is looked up in the namespace of the object, which is not written` };
    }
  },
};
