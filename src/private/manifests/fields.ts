/** A part of a manifest. It may have any form: somebody wrote it by hand. */
export interface Fields { readonly [field: string]: unknown }

const NONE: Fields = Object.freeze({});

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Fields : NONE;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The texts of a list; YAML may hold numbers and nulls between them. */
export function textsOf(value: unknown): string[] {
  return listOf(value).flatMap(one => textOf(one) ?? []);
}

export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** JSON of Kubernetes takes a number in quotes in some places, and people write it everywhere. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

export interface Labels { readonly [label: string]: string }

export function labelsOf(value: unknown): Labels {
  return Object.fromEntries(Object.entries(fieldsOf(value)).map(([key, one]) => [key, textOf(one) ?? '']));
}

/** Whether labels have all of a selector. */
export function selects(selector: Labels, labels: Labels): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}
