import { covers, isWildcard } from '../basics/hosts';
import { RoutedHosts } from '../model/access';
import { ListenedHost } from '../model/listener';

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
