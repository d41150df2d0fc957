import { visible } from './visible';

/** Markup that needs no escaping. */
export class Markup {
  constructor(public readonly text: string) {}
}

type Part = string | number | Markup | Markup[] | false | undefined;

/** Markup with values in it: whatever is not markup itself is escaped, so that no value can become any. */
export function html(texts: TemplateStringsArray, ...values: Part[]): Markup {
  return new Markup(texts.map((text, i) => text + markupOf(values[i])).join(''));
}

function markupOf(value: Part): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(({ text }) => text).join('');
  return typeof value === 'number' ? String(value) : escaped(value);
}

const ENTITIES: { readonly [character: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\'': '&#39;' };

function escaped(text: string): string {
  return visible(text).replace(/[&<>"']/g, character => ENTITIES[character]);
}
