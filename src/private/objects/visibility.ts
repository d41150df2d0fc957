/** `exportTo` for a set of namespaces: the object's own is written `.`, and the order does not depend on the order of constructs. */
export function exportTo(namespaces: Iterable<string>, own: string): string[] {
  return [...new Set(namespaces)].map(ns => (ns === own ? '.' : ns)).sort();
}
