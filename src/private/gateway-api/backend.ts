import { Target, WeightedTarget } from '../model/rule';
import { StandardBackend } from '../objects/plans';

/** Whether a destination is a host outside, which gets its own name. */
export function isOutside({ requestHeaders }: WeightedTarget): boolean {
  return requestHeaders !== undefined;
}

/** Where a route leads. The API server would add a weight, and a second apply find a difference. */
export function backend(target: WeightedTarget, routeNamespace: string): StandardBackend {
  return { ...place(target, routeNamespace), weight: target.weight ?? 1 };
}

/** Istio knows a host outside by its name; a Service is in the namespace of the route where none is named. */
export function place(target: WeightedTarget, routeNamespace: string): StandardBackend {
  const { host, port } = target;
  if (isOutside(target)) return { kind: 'Hostname', name: host, port };
  const { name, namespace } = serviceOf(target);
  return { kind: 'Service', name, namespace: namespace === routeNamespace ? undefined : namespace, port };
}

export function serviceOf({ host }: Target): { readonly name: string; readonly namespace: string } {
  const [name, namespace] = host.split('.');
  return { name, namespace };
}
