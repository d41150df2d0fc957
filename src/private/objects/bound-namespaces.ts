import { patternsOver } from '../basics/host-index';
import { BoundRoute, ListenedHost } from '../model/listener';

/** The namespaces of the routes that may bind to a listener, by their hosts. */
export function routesByListener(routes: BoundRoute[]): (listened: ListenedHost) => string[] {
  const found = new Map<string, Set<string>>();
  for (const { tcpPort, hosts, namespace } of routes) {
    for (const key of hosts.flatMap(patternsOver).map(pattern => boundKey(tcpPort, pattern))) {
      const known = found.get(key);
      if (known) known.add(namespace);
      else found.set(key, new Set([namespace]));
    }
  }
  return ({ protocol, port, host }) => [...found.get(boundKey(protocol === 'TCP' ? port : undefined, host)) ?? []];
}

function boundKey(tcpPort: number | undefined, pattern: string): string {
  return `${tcpPort} ${pattern}`;
}
