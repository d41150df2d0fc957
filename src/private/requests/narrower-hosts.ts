import { patternsOver } from '../basics/host-index';
import { isWildcard } from '../basics/hosts';
import { RoutedHosts } from '../model/access';
import { byHost, ListenedHost } from '../model/listener';

/**
 * Hosts of other routes that a wildcard covers and that listeners of the same port have as well. Istio narrows the wildcard to each host
 * of a listener, and there goes through both routes by their age.
 */
export function narrowerHosts(hosts: string[], port: number, listened: ListenedHost[], routed: () => RoutedHosts[]): string[] {
  const wildcards = hosts.filter(isWildcard);
  if (wildcards.length === 0) return [];
  const [own, wide] = [new Set(hosts), new Set(wildcards)];
  const listeners = wildcards.flatMap(one => byHost(listened).under(one)).filter(l => l.port === port && !own.has(l.host));
  const narrowed = new Set(listeners.flatMap(({ host }) => patternsOver(host)));
  const others = routed().flatMap(route => route.hosts)
    .filter(host => !own.has(host) && narrowed.has(host) && patternsOver(host).some(pattern => wide.has(pattern)));
  return [...new Set(others)].sort();
}
