/** A host as Istio completes it: a name without a dot is a Service of the object's own namespace. */
export function fullHost(host: string, namespace: string, clusterDomain: string): string {
  const lower = host.toLowerCase();
  if (lower.includes('.') || lower === '*') return lower;
  return serviceHost(lower, namespace, clusterDomain);
}

export function serviceHost(name: string, namespace: string, clusterDomain: string): string {
  return `${name}.${namespace}.svc.${clusterDomain}`;
}

/** The name and namespace in the host of a Service. */
export function serviceOf(host: string, clusterDomain: string): { readonly name: string; readonly namespace: string } | undefined {
  const end = `.svc.${clusterDomain}`;
  if (!host.endsWith(end)) return undefined;
  const [name, namespace, ...more] = host.slice(0, -end.length).split('.');
  return namespace === undefined || more.length > 0 || name === '*' ? undefined : { name, namespace };
}
