import { hash } from 'node:crypto';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const MAX_LABEL = 63;

/** Stands for every namespace, as in `exportTo` of Istio's objects. */
export const EVERY_NAMESPACE = '*';

export function isDnsLabel(name: string): boolean {
  return name.length <= MAX_LABEL && LABEL.test(name);
}

/** One or more labels separated by dots. */
export function isDnsName(name: string): boolean {
  return name.length <= 253 && name.split('.').every(isDnsLabel);
}

/**
 * Makes a DNS label from the parts. Different parts never give the same label: wherever joining them loses information
 * (a dash that could have been a dot, or truncation), a hash of the parts is appended. The order of constructs has no influence.
 */
export function labelOf(...parts: (string | number)[]): string {
  const label = parts.join('-').replace(/[.*]/g, '-');
  const lossless = parts.every(part => !String(part).includes('-')) && isDnsLabel(label);
  if (lossless) return label;
  const digest = hashOf(parts.join('/'));
  return `${label.slice(0, MAX_LABEL - digest.length - 1).replace(/^-+|-+$/g, '')}-${digest}`;
}

/** Eight letters and digits that stand for a text which no name can hold. */
export function hashOf(text: string): string {
  return hash('sha256', text).slice(0, 8);
}
