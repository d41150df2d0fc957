import { Labels, MANAGED_BY } from './labels';

/** The pods that a selector matches. */
export interface Pods { readonly namespace: string; readonly selector: Labels }

/**
 * Whether a pod can have all labels of both selectors, that is, no label with two values. This is what counts for a Gateway,
 * because Istio looks for its pods in every namespace.
 */
export function canSelectSamePods(a: Labels, b: Labels): boolean {
  return Object.entries(a).every(([label, value]) => b[label] === undefined || b[label] === value);
}

/** The same for pods of gateways. Those of a managed Gateway are described by its name alone; pods that are described without it are others. */
export function canBeSameGateway(a: Labels, b: Labels): boolean {
  return (MANAGED_BY in a) === (MANAGED_BY in b) && canSelectSamePods(a, b);
}

/** The same for policies, DestinationRules and Telemetry, which apply only to pods in their own namespace. */
export function canBeSamePods(a: Pods, b: Pods): boolean {
  return a.namespace === b.namespace && canBeSameGateway(a.selector, b.selector);
}
