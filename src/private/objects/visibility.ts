import { EVERY_NAMESPACE } from '../basics/names';

/** `exportTo` for a set of namespaces: the object's own is written `.`, and the order does not depend on the order of constructs. */
export function exportTo(namespaces: Iterable<string>, own: string): string[] {
  const viewers = new Set(namespaces);
  // Istio allows nothing else beside it
  if (viewers.has(EVERY_NAMESPACE)) return [EVERY_NAMESPACE];
  return [...viewers].map(ns => (ns === own ? '.' : ns)).sort();
}

/**
 * `exportTo` of a DestinationRule. Beside others, its own namespace goes by its name: in the root namespace of the mesh, workloads find no rule that says `.`
 * and something else.
 */
export function exportRuleTo(namespaces: Iterable<string>, own: string): string[] {
  const viewers = exportTo(namespaces, own);
  return viewers.length === 1 ? viewers : viewers.map(viewer => (viewer === '.' ? own : viewer)).sort();
}
