import { isWildcard, covers } from '../basics/hosts';
import { HeaderCondition, isBareHost, Match, PathCondition, PORT, TextCondition, trimSlash } from '../model/match';

/** Requests as an AuthorizationPolicy describes them; without a field, it asks nothing of it. */
export interface PolicyMatch {
  readonly paths?: string[];
  readonly methods?: string[];
  readonly headers: PolicyHeader[];
}

export interface PolicyHeader {
  readonly name: string;
  readonly values?: string[];
  readonly notValues?: string[];
}

/**
 * A match in the words of an AuthorizationPolicy, but for its host; undefined if they do not suffice. A policy knows whole texts, prefixes and
 * presence. It reads a `*` at either end as a wildcard and braces as a template, so that texts with these cannot be said.
 */
export function inPolicy({ path, headers, queryParams, methods, authority, scheme }: Match): PolicyMatch | undefined {
  const paths = path && pathPatterns(path);
  const conditions = headers.map(headerPattern);
  const isSayable = (!path || paths) && conditions.every(Boolean) && queryParams.length === 0 && (!authority || authority.kind === 'exact') && scheme === undefined;
  if (!isSayable) return undefined;
  return { paths: paths?.includes('/*') ? undefined : paths, methods: methods.length > 0 ? methods : undefined, headers: conditions as PolicyHeader[] };
}

/** Whether a policy can express all of a list. */
export function areInPolicy(allow: Match[]): boolean {
  return allow.every(match => inPolicy(match) !== undefined);
}

function pathPatterns({ kind, value, ignoreCase }: PathCondition): string[] | undefined {
  if (ignoreCase || kind === 'regex' || /[{}]|\*$/.test(value)) return undefined;
  switch (kind) {
    case 'exact': return [value];
    case 'rawPrefix': return [`${value}*`];
    case 'prefix': {
      const segments = trimSlash(value);
      return segments === '' ? ['/*'] : isLiteral(segments) ? [segments, `${segments}/*`] : undefined;
    }
  }
}

function headerPattern({ name, kind, value }: HeaderCondition): PolicyHeader | undefined {
  switch (kind) {
    case 'present': return { name, values: ['*'] };
    case 'absent': return { name, notValues: ['*'] };
    case 'exact': return isLiteral(value!) ? { name, values: [value!] } : undefined;
    case 'prefix': return isLiteral(value!) ? { name, values: [`${value}*`] } : undefined;
    case 'regex': return undefined;
  }
}

function isLiteral(text: string): boolean {
  return !/^\*|\*$/.test(text);
}

/** The hosts of requests to a host that a sayable match allows: as clients may write them, with a port or without. None if it is for other hosts. */
export function hostsInPolicy(authority: TextCondition | undefined, host: string, ports: number[]): string[] {
  if (!authority) return authorities(host, ports);
  const name = authority.value.replace(PORT, '');
  if (!covers(host, name)) return [];
  return isBareHost(authority) ? authorities(name, ports) : [authority.value];
}

/** As clients may write a host: a pattern cannot leave both ends open, so that the ports of a wildcard are named. */
export function authorities(host: string, ports: number[]): string[] {
  return isWildcard(host) ? [host, ...ports.map(port => `${host}:${port}`)] : [host, `${host}:*`];
}
