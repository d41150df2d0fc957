import { IIngressGateway } from '../../gateway/ingress-gateway';
import { Refuse } from '../errors';
import { ListenedHost, listenersOf } from '../plan/ingress-gateway';

const READABLE = { http: ['HTTP', 'HTTPS'], TLS: ['TLS'] };

/** What listens for all hosts of a route, of that kind. */
export function coveringListeners(hosts: string[], kind: 'http' | 'TLS', gateway: IIngressGateway, refuse: Refuse): ListenedHost[] {
  const listeners = hosts.map((host, i) => {
    const covering = listenersOf(host, gateway._listened);
    const found = covering.filter(l => READABLE[kind].includes(l.protocol));
    if (found.length > 0) return found;
    const listened = gateway._listened.map(l => `${l.host} (port ${l.port})`).join(', ');
    const opaque = covering.length > 0 || gateway._listened.every(l => l.protocol === 'TCP');
    if (kind === 'http' && opaque) {
      refuse({ code: 'RulesOnOpaqueTraffic', prop: `hosts[${i}]`, got: host, allowed: `hosts of HTTP and HTTPS listeners, where ${gateway.node.path} passes this one on unread`, fix: 'set `destinations` instead of rules' });
    }
    if (covering.length > 0) {
      refuse({ code: 'DestinationsOnHttp', prop: `hosts[${i}]`, got: host, allowed: `hosts of IngressListener.tlsPassthrough, where ${gateway.node.path} reads HTTP of this one`, fix: 'set `rules` instead of destinations' });
    }
    return refuse({ code: 'HostNotCovered', prop: `hosts[${i}]`, got: host, allowed: `hosts of the listeners: ${listened}`, fix: `add the host to a listener of ${gateway.node.path}` });
  });
  const ways = listeners.map(found => found.map(l => `${l.port}${l.redirectTo ? ` redirected to ${l.redirectTo}` : ''}`).join(', '));
  const odd = ways.findIndex(way => way !== ways[0]);
  if (odd > 0) {
    refuse({ code: 'HostsOnDifferentListeners', prop: `hosts[${odd}]`, got: `${hosts[odd]} (port ${ways[odd]})`, allowed: `hosts on the same ports as ${hosts[0]} (port ${ways[0]})`, fix: 'make one route for each' });
  }
  return listeners[0];
}
