import { HttpMatch } from './objects';

/** Other names by which proxies know a header, whatever its case. */
const ALIASES: { readonly [name: string]: string } = { ':authority': 'host' };

/**
 * That a header fits none of the regular expressions. A match has one condition for each name, but proxies read names in any case,
 * so that each expression has a spelling of its own.
 */
export function noneOf(header: string, regexes: string[]): NonNullable<HttpMatch['withoutHeaders']> {
  const names = spellings(header, regexes.length);
  // what has no spelling left is put with the last, and refused for its length
  const each = [...regexes.slice(0, names.length - 1), ...(regexes.length < names.length ? [] : [regexes.slice(names.length - 1).join('|')])];
  return Object.fromEntries(each.map((regex, i) => [names[i], { regex }]));
}

/** The name as it stands, and as many others as are needed and there are. Istio takes pseudo-headers in lower case alone. */
function spellings(header: string, count: number): string[] {
  const other = header.startsWith(':') ? ALIASES[header] ?? '' : header;
  const letters = other.match(/[a-z]/g)?.length;
  const all = new Set([header]);
  for (let capitals = 0; letters && all.size < count && capitals < 2 ** letters; capitals++) all.add(spell(other, capitals));
  return [...all];
}

/** A name in which the letters are capitals whose bits of a number are set. */
function spell(name: string, capitals: number): string {
  let letter = 0;
  return name.replace(/[a-z]/g, c => (Math.floor(capitals / 2 ** letter++) % 2 ? c.toUpperCase() : c));
}
