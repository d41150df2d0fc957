import { Rule } from './rule';
import { Server } from '../manifests/gateway';
import { groupBy } from '../manifests/set';

export const SERVERS_COLLIDE_ON_PORT: Rule = {
  code: 'ServersCollideOnPort',
  cause: 'Two servers of the same pods cannot share a port: one speaks HTTP and the other TLS or TCP, both are TCP, or both have one host with TLS.',
  effect: 'Istio skips the one whose Gateway is younger: its requests get 404 `NR`, or are closed.',
  fix: 'Use another port or, for TLS, other hosts.',
  * find(set) {
    const servers = set.gateways.filter(({ selector }) => Object.keys(selector).length > 0).flatMap(gateway => gateway.servers);
    const samePods = groupBy(servers, ({ gateway, port, bind }) => JSON.stringify([
      Object.entries(gateway.selector).sort(), set.facts.scopeGatewayToNamespace && gateway.object.namespace, port, bind,
    ]));
    for (const group of samePods.values()) {
      const first = new Map<string, Server>();
      for (const server of group) {
        const family = familyOf(server);
        // the oldest decides what the port is
        const rival = family === familyOf(group[0]) ? undefined : group[0];
        const same = family === 'http' ? undefined : keysOf(server).map(key => first.get(key)).find(Boolean);
        for (const key of keysOf(server)) if (!first.has(key)) first.set(key, server);
        const other = rival ?? same;
        if (!other) continue;
        const what = rival ? `it is ${server.protocol}, and that of Gateway ${other.gateway.id} is ${other.protocol}` : `Gateway ${other.gateway.id} has a server for ${family === 'tcp' ? 'it' : 'one of the hosts'} too`;
        yield { object: server.gateway.object, field: server.field, message: `port ${server.port}: ${what}` };
      }
    }
  },
};

/** Servers of one family can stand at one port. */
function familyOf({ tlsMode, takes }: Server): 'http' | 'tls' | 'tcp' {
  return tlsMode !== undefined ? 'tls' : takes === 'http' ? 'http' : 'tcp';
}

function keysOf(server: Server): string[] {
  const family = familyOf(server);
  return family === 'tls' ? server.hosts.map(({ name }) => name) : [family];
}
