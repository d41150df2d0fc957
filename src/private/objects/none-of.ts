import { HttpMatch } from './plans';

/** Other names that proxies use for a header, in any case. */
const ALIASES: { readonly [name: string]: string } = { ':authority': 'host' };

/**
 * Matches if a header fits none of the regular expressions. A match has one condition per name, but proxies ignore the case of names,
 * so each expression uses a different spelling of the name.
 */
export function noneOf(header: string, regexes: string[]): NonNullable<HttpMatch['withoutHeaders']> {
  const names = spellings(header, regexes.length);
  // when no spelling is left, the rest joins the last expression, which is then refused for its length
  const each = [...regexes.slice(0, names.length - 1), ...(regexes.length < names.length ? [] : [regexes.slice(names.length - 1).join('|')])];
  return Object.fromEntries(each.map((regex, i) => [names[i], { regex }]));
}

/** The name itself, and as many other spellings as are needed and possible. Istio accepts pseudo-headers only in lower case. */
function spellings(header: string, count: number): string[] {
  const other = header.startsWith(':') ? ALIASES[header] ?? '' : header;
  const letters = other.match(/[a-z]/g)?.length;
  const all = new Set([header]);
  for (let capitals = 0; letters && all.size < count && capitals < 2 ** letters; capitals++) all.add(spell(other, capitals));
  return [...all];
}

/** A name whose letters are capitals where the bits of a number are set. */
function spell(name: string, capitals: number): string {
  let letter = 0;
  return name.replace(/[a-z]/g, c => (Math.floor(capitals / 2 ** letter++) % 2 ? c.toUpperCase() : c));
}
