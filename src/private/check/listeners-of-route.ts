import { Refusal, Refuse } from '../basics/errors';
import { AppModel, IngressGatewayModel } from '../model/app-model';
import { IngressIntent } from '../model/ingress-route';
import { ListenedHost, listenersOf } from '../model/listener';
import { gatewaysManagedWith } from '../model/managed-gateway';
import { Rule } from '../model/rule';
import { isInexpressible, rulesOnPaths } from '../requests/exempt-paths';

const READABLE = { http: ['HTTP', 'HTTPS'], TLS: ['TLS'] };

/** The listeners of one kind that match all hosts of a route. */
export function coveringListeners(hosts: string[], kind: 'http' | 'TLS', gateway: IngressGatewayModel, refuse: Refuse): ListenedHost[] {
  const listeners = hosts.map((host, i) => {
    const covering = listenersOf(host, gateway.listened);
    const found = covering.filter(l => READABLE[kind].includes(l.protocol));
    if (found.length > 0) return found;
    const listened = gateway.listened.map(l => `${l.host} (port ${l.port})`).join(', ');
    const opaque = covering.length > 0 || gateway.listened.every(l => l.protocol === 'TCP');
    if (kind === 'http' && opaque) {
      refuse({ code: 'RulesOnOpaqueTraffic', prop: `hosts[${i}]`, got: host, allowed: `hosts of HTTP and HTTPS listeners; ${gateway.path} passes this one through unread`, fix: 'set `destinations` instead of rules' });
    }
    if (covering.length > 0) {
      refuse({ code: 'DestinationsOnHttp', prop: `hosts[${i}]`, got: host, allowed: `hosts of IngressListener.tlsPassthrough; ${gateway.path} reads the HTTP of this one`, fix: 'set `rules` instead of destinations' });
    }
    return refuse({ code: 'HostNotCovered', prop: `hosts[${i}]`, got: host, allowed: `hosts of the listeners: ${listened}`, fix: `add the host to a listener of ${gateway.path}` });
  });
  const ways = listeners.map(found => found.map(describe).join(', '));
  const odd = ways.findIndex(way => way !== ways[0]);
  if (odd > 0) {
    refuse({ code: 'HostsOnDifferentListeners', prop: `hosts[${odd}]`, got: `${hosts[odd]} (port ${ways[odd]})`, allowed: `hosts on the same ports as ${hosts[0]} (port ${ways[0]})`, fix: 'create one route for each' });
  }
  return listeners[0];
}

/**
 * Hosts of a route whose requests go to a narrower listener on the same pods, because another gateway adds it to the same Gateway: what listens for a
 * name takes it from what listens for a wildcard.
 */
export function lostHosts({ hosts, listeners }: Pick<IngressIntent, 'hosts' | 'listeners'>, gateway: IngressGatewayModel, app: AppModel): Refusal[] {
  const others = gatewaysManagedWith(app.ingressGateways.all(), gateway.workload).filter(({ gatewayName }) => gatewayName !== gateway.gatewayName);
  if (others.length === 0) return [];
  const all = [...gateway.listened, ...others.flatMap(({ listened }) => listened)];
  const ports = listeners.map(({ port }) => port);
  return hosts.flatMap((host, i): Refusal[] => {
    const taker = listenersOf(host, all).find(one => ports.includes(one.port) && !gateway.listened.includes(one));
    if (!taker) return [];
    const { path } = others.find(({ listened }) => listened.includes(taker))!;
    return [{ code: 'HostNotCovered', prop: `hosts[${i}]`, got: `${host} on port ${taker.port}`, allowed: `hosts that ${path} does not listen for on the same pods: its listener for ${taker.host} takes these requests`, fix: `use ${path} as \`gateway\` of the route` }];
  });
}

/** A listener by what must be the same for all hosts of a route. */
function describe({ port, redirect }: ListenedHost): string {
  if (!redirect) return String(port);
  const { to, exemptPaths, trustsProxies } = redirect;
  const but = [...exemptPaths.map(({ value }) => value), ...(trustsProxies ? ['what came by HTTPS'] : [])];
  return `${port} redirected to ${to}${but.length > 0 ? ` but for ${but.join(', ')}` : ''}`;
}

/** Rules that Istio cannot restrict to the paths that a listener does not redirect. */
export function checkExemptPaths(rules: Rule[], listeners: ListenedHost[], prop: string, refuse: Refuse): void {
  for (const { port, redirect } of listeners) {
    const bad = rules.findIndex(rule => redirect && isInexpressible(rule, redirect.exemptPaths));
    const handsOver = rules.findIndex(rule => redirect && rule.action?.kind === 'delegate' && rulesOnPaths([rule], redirect.exemptPaths).length > 0);
    if (handsOver >= 0) {
      refuse({ code: 'DelegateInvalid', prop: `${prop}[${handsOver}].action`, got: `a part with a path that port ${port} does not redirect`, allowed: 'paths that are redirected entirely', fix: 'leave the path out of `exemptPaths`, or hand over prefixes without it' });
    }
    if (bad >= 0) {
      refuse({ code: 'RulesCannotCombine', prop: `${prop}[${bad}].matches`, got: `a path that may be one that port ${port} does not redirect`, allowed: 'paths that can be distinguished from those, which excludes regular expressions', fix: 'write the path, or that in `exemptPaths` of PlainHttp.redirect, as an exact one or a prefix' });
    }
  }
}
