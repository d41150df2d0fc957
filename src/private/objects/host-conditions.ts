import { noneOf } from './none-of';
import { HttpMatch } from './plans';
import { isWildcard } from '../basics/hosts';
import { escapeRegex } from '../basics/re2';
import { inParts } from '../basics/regex-limit';

/** Host headers for any of these hosts, as clients may write them. */
export function hostExpression(hosts: string[]): string {
  return `(?i)(?:${hosts.map(nameExpression).join('|')})(?::[0-9]+)?`;
}

function nameExpression(host: string): string {
  return isWildcard(host) ? `.*${escapeRegex(host.slice(1))}` : escapeRegex(host);
}

/** A match for one host, whatever else its route would be asked for. */
export function onlyHost(match: HttpMatch, host: string): HttpMatch {
  return { ...match, headers: { ...match.headers, ':authority': { regex: hostExpression([host]) } } };
}

/** A match for hosts other than these. */
export function withoutHosts(match: HttpMatch, hosts: string[]): HttpMatch {
  if (hosts.length === 0) return match;
  const before = match.withoutHeaders?.[':authority']?.regex;
  const [first, ...others] = inParts(hosts, some => (before === undefined ? hostExpression(some) : `(?:${before})|${hostExpression(some)}`)).map(hostExpression);
  const joined = before === undefined ? first : `(?:${before})|${first}`;
  return { ...match, withoutHeaders: { ...match.withoutHeaders, ...noneOf(':authority', [joined, ...others]) } };
}
