import { Labels } from './labels';

/** The pods that a selector finds. */
export interface Pods { readonly namespace: string; readonly selector: Labels }

/**
 * Whether a pod can have all labels of both selectors: no label is asked for with two values. This is what decides for a Gateway,
 * because Istio looks for its pods in every namespace.
 */
export function canSelectSamePods(a: Labels, b: Labels): boolean {
  return Object.entries(a).every(([label, value]) => b[label] === undefined || b[label] === value);
}

/** The same for policies, DestinationRules and Telemetry, which hold for pods of their own namespace. */
export function canBeSamePods(a: Pods, b: Pods): boolean {
  return a.namespace === b.namespace && canSelectSamePods(a.selector, b.selector);
}
