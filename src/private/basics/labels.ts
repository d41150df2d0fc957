import { Refuse } from './errors';
import { isDnsName } from './names';

const QUALIFIED = /^(?:([^/]+)\/)?([A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?)$/;
const LABEL_VALUE = /^(?:[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?)?$/;

/** In bytes. */
const MAX_ANNOTATIONS = 2 ** 18;

/** Labels as Kubernetes takes them. */
export function checkLabels<T extends { readonly [key: string]: string } | undefined>(labels: T, prop: string, refuse: Refuse): T {
  for (const [key, value] of entriesOf(labels, prop, refuse)) {
    // a Service made by another library may have numbers as labels
    if (typeof value !== 'string' || !LABEL_VALUE.test(value)) {
      refuse({ code: 'LabelInvalid', prop: `${prop}[${key}]`, got: value, allowed: 'a string of at most 63 letters, digits, "-", "_" and "." that begins and ends with a letter or digit', fix: 'correct the value, or use an annotation, which can hold any string' });
    }
  }
  return labels;
}

export function checkAnnotations(annotations: { readonly [key: string]: string } | undefined, prop: string, refuse: Refuse): void {
  let size = 0;
  for (const [key, value] of entriesOf(annotations, prop, refuse)) {
    size += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (size > MAX_ANNOTATIONS) {
    refuse({ code: 'LabelInvalid', prop, got: `${size} bytes`, allowed: `at most ${MAX_ANNOTATIONS} bytes, names and values together`, fix: 'shorten them' });
  }
}

function entriesOf(map: { readonly [key: string]: string } | undefined, prop: string, refuse: Refuse): [string, string][] {
  const entries = Object.entries(map ?? {});
  for (const [key] of entries) {
    const [, prefix, name] = QUALIFIED.exec(key) ?? [];
    if (name === undefined || (prefix !== undefined && !isDnsName(prefix))) {
      refuse({ code: 'LabelInvalid', prop, got: key, allowed: 'names of at most 63 letters, digits, "-", "_" and ".", optionally preceded by a DNS name and "/"', fix: 'correct the name' });
    }
  }
  return entries;
}
