import { patternsOver } from '../basics/host-index';
import { isWildcard } from '../basics/hosts';
import { RoutedHosts } from '../model/access';
import { byHost, ListenedHost } from '../model/listener';

/**
 * Hosts of other routes that a wildcard covers and that have listeners on the same port. Istio narrows the wildcard to each host
 * of a listener, where it then evaluates both routes in the order of their age.
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
