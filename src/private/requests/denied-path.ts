import { escapeRegex } from '../basics/re2';
import { PathCondition, trimSlash } from '../model/match';

/** What services may read as a slash. */
const SLASH = '(?:/|\\\\|%2f|%5c)+';
/** `;name=value` at the end of a segment, which some services ignore. */
const PARAMETERS = '(?:;[^/]*)?';
/** Anything that ends with a segment `.` or `..`: a service may resolve it where the gateway does not. */
const LEFT_OUT = `(?:.*${SLASH}\\.\\.?${PARAMETERS})?`;

/**
 * The paths that a service may read as the denied one: unlike many services, the gateway does not decode `%2F`, merge slashes or drop
 * parameters. Denying too much is harmless; letting something slip through is not.
 */
export function deniedPath(path: PathCondition): PathCondition {
  if (path.kind === 'regex') return path;
  const segments = trimSlash(path.value).split('/').slice(1).map(segment => [...segment].map(character).join(''));
  const whole = segments.map(segment => SLASH + segment).join(PARAMETERS);
  return { kind: 'regex', value: `(?i)${LEFT_OUT}${whole}${END[path.kind](path.value)}` };
}

const END: { readonly [K in Exclude<PathCondition['kind'], 'regex'>]: (path: string) => string } = {
  exact: () => `(?:;.*)?(?:${SLASH})?`,
  prefix: () => '(?:[/\\\\;%].*)?',
  rawPrefix: path => (path.endsWith('/') ? `${PARAMETERS}${SLASH}.*` : '.*'),
};

/** The gateway itself decodes letters, digits and `-._~`. */
function character(c: string): string {
  if (/[-._~A-Za-z0-9]/.test(c)) return escapeRegex(c);
  const encoded = [...Buffer.from(c)].map(byte => `%${byte.toString(16).padStart(2, '0')}`).join('');
  return `(?:${escapeRegex(c)}|${encoded})`;
}
