import { RoutedHosts } from './access';
import { ListenedHost } from './ingress-gateway';
import { HttpMatch } from './objects';
import { covers, isWildcard } from '../hosts';
import { escapeRegex } from '../re2';

/**
 * Hosts of other routes that a wildcard covers and that listeners of the same port have as well. Istio narrows the wildcard to each host
 * of a listener, and there goes through both routes by their age.
 */
export function narrowerHosts(hosts: string[], port: number, listened: ListenedHost[], routed: RoutedHosts[]): string[] {
  const wildcards = hosts.filter(isWildcard);
  if (wildcards.length === 0) return [];
  const narrow = (host: string) => !hosts.includes(host) && wildcards.some(wide => covers(wide, host));
  const listeners = listened.filter(l => l.port === port && narrow(l.host)).map(l => l.host);
  const others = routed.flatMap(route => route.hosts).filter(host => narrow(host) && listeners.some(l => covers(host, l)));
  return [...new Set(others)].sort();
}

/** A match for other hosts than these. */
export function withoutHosts(match: HttpMatch, hosts: string[]): HttpMatch {
  if (hosts.length === 0) return match;
  const names = hosts.map(host => (isWildcard(host) ? `.*${escapeRegex(host.slice(1))}` : escapeRegex(host)));
  const before = match.withoutHeaders?.[':authority']?.regex;
  const regex = `(?i)(?:${names.join('|')})(?::[0-9]+)?`;
  return { ...match, withoutHeaders: { ...match.withoutHeaders, ':authority': { regex: before === undefined ? regex : `(?:${before})|${regex}` } } };
}
