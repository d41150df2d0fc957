import { escapeRegex } from '../basics/re2';
import { PathCondition, trimSlash } from '../model/match';

/** What services take for a slash. */
const SLASH = '(?:/|\\\\|%2f|%5c)+';
/** `;name=value` at the end of a segment, which some services leave out. */
const PARAMETERS = '(?:;[^/]*)?';
/** Whatever a service may leave out in front: a way up or nowhere that it sees, and the gateway does not. */
const LEFT_OUT = `(?:.*${SLASH}\\.\\.?${PARAMETERS})?`;

/**
 * The paths that a service may read as the denied one: the gateway does not decode `%2F`, join slashes or drop parameters
 * as many services do. What is denied too much is no harm; what slips through is.
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

/** Letters, digits and `-._~` the gateway decodes itself. */
function character(c: string): string {
  if (/[-._~A-Za-z0-9]/.test(c)) return escapeRegex(c);
  const encoded = [...Buffer.from(c)].map(byte => `%${byte.toString(16).padStart(2, '0')}`).join('');
  return `(?:${escapeRegex(c)}|${encoded})`;
}
