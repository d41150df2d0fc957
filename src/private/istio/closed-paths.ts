import { escapeRegex } from '../basics/re2';
import { isTooLong } from '../basics/regex-limit';
import { HttpMatch } from '../objects/plans';

type Elsewhere = Pick<HttpMatch, 'uri' | 'withoutHeaders'>;

/**
 * Matches for all paths except the open ones. A match can exclude only one expression, so a long list is split
 * by how its paths begin.
 */
export function closedPaths(open: string[], start = ''): Elsewhere[] {
  const within = start === '' ? {} : { uri: { prefix: start } };
  const but = (regex: string): Elsewhere => ({ ...within, withoutHeaders: { ':path': { regex } } });
  const whole = `(?:${open.map(escapeRegex).join('|')})${QUERY}`;
  if (!isTooLong(whole) || open.length === 1) return [but(whole)];
  const common = commonStart(open);
  const longer = open.filter(path => path !== common);
  const starts = [...new Set(longer.map(path => path.slice(0, common.length + 1)))];
  const forms = [...starts.map(s => `${escapeRegex(s.slice(common.length))}.*`), ...(longer.length < open.length ? [QUERY] : [])];
  return [
    but(`${escapeRegex(common)}(?:${forms.join('|')})`),
    ...starts.flatMap(s => closedPaths(longer.filter(path => path.startsWith(s)), s)),
  ];
}

const QUERY = '(?:\\?.*)?';

function commonStart(texts: string[]): string {
  const [first, ...others] = texts;
  const end = [...first].findIndex((_, i) => others.some(other => other[i] !== first[i]));
  return end < 0 ? first : first.slice(0, end);
}
