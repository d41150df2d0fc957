/** `exportTo` for a set of namespaces: one's own is written `.`, and the order never depends on the order of constructs. */
export function exportTo(namespaces: Iterable<string>, own: string): string[] {
  return [...new Set(namespaces)].map(ns => (ns === own ? '.' : ns)).sort();
}
