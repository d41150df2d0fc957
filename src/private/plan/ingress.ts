import { authorityMatch, ruleRoute } from './http';
import { Action, GatewaySpec, HttpRoute, Labels, Server, VirtualServiceSpec } from './objects';
import { exportTo } from './visibility';
import { covers } from '../hosts';
import { ListenedHost } from '../intent/ingress-gateway';
import { Rule } from '../intent/rule';
import { labelOf } from '../names';

/** A route as the gateway needs to know it. */
export interface BoundRoute {
  readonly namespace: string;
  readonly hosts: string[];
}

/** The servers of an ingress gateway: one a port for HTTP, one a port and certificate for HTTPS. */
export function ingressGateway(selector: Labels, namespace: string, listened: ListenedHost[], routes: BoundRoute[]): GatewaySpec {
  const servers = new Map<string, Server>();
  for (const { host, port, credentialName } of listened) {
    const key = `${port} ${credentialName}`;
    const before = servers.get(key);
    const hosts = credentialName ? [host] : boundHosts(host, namespace, routes);
    servers.set(key, before ? { ...before, hosts: [...before.hosts, ...hosts] } : {
      // Istio names the routes of an HTTPS server after its port name, which must therefore differ within a Gateway
      name: credentialName ? labelOf('https', port, credentialName) : `http-${port}`,
      number: port,
      protocol: credentialName ? 'HTTPS' : 'HTTP',
      hosts,
      tls: credentialName ? { mode: 'SIMPLE', credentialName } : undefined,
    });
  }
  return { selector, servers: [...servers.values()] };
}

/**
 * A host of an HTTP server, open only to the namespaces that have a route for it: a bare host could be taken by any namespace.
 * TLS servers keep bare hosts, because Envoy refuses the whole port when two namespaces qualify the same one (R15).
 */
function boundHosts(host: string, namespace: string, routes: BoundRoute[]): string[] {
  const namespaces = routes.filter(r => r.hosts.some(h => covers(host, h))).map(r => r.namespace);
  return exportTo(namespaces.length > 0 ? namespaces : [namespace], namespace).map(ns => `${ns}/${host}`);
}

/** What listens for a host: on each port the most specific listener. */
export function listenersOf(host: string, listened: ListenedHost[]): ListenedHost[] {
  const byPort = new Map<number, ListenedHost>();
  for (const candidate of listened) {
    if (!covers(candidate.host, host)) continue;
    const best = byPort.get(candidate.port);
    if (!best || covers(best.host, candidate.host)) byPort.set(candidate.port, candidate);
  }
  return [...byPort.values()].sort((a, b) => a.port - b.port);
}

export interface IngressRouteIntent {
  readonly namespace: string;
  readonly hosts: string[];
  readonly rules: Rule[];
  /** `namespace/name` of the Gateway. */
  readonly gateway: string;
  readonly podNamespace: string;
  readonly listeners: ListenedHost[];
}

/** The route, visible to the gateway's pods and nobody else. */
export function ingressVirtualService(intent: IngressRouteIntent): VirtualServiceSpec {
  const away = intent.listeners.filter(l => l.redirectTo !== undefined);
  const served = intent.listeners.filter(l => l.redirectTo === undefined).map(l => ({ port: l.port }));
  return {
    hosts: intent.hosts,
    gateways: [intent.gateway],
    exportTo: exportTo([intent.podNamespace], intent.namespace),
    http: [...away.flatMap(l => redirects(l, intent.hosts)), ...intent.rules.map(rule => ruleRoute(rule, served))],
    tls: [],
    tcp: [],
  };
}

/**
 * Without an authority Envoy keeps the port that the client wrote into the Host header, even where Istio's `port` says 443.
 * A wildcard has no authority to name, so it comes last and keeps that port.
 */
function redirects({ port, redirectTo }: ListenedHost, hosts: string[]): HttpRoute[] {
  const exact = hosts.filter(host => !host.startsWith('*'));
  const away = (authority?: string): Action => ({ kind: 'redirect', scheme: 'https', authority, port: redirectTo === 443 ? undefined : redirectTo, code: 301 });
  return [
    ...exact.map(host => ({ matches: [{ port, ...(hosts.length > 1 && { authority: authorityMatch({ kind: 'exact', value: host }) }) }], action: away(host) })),
    ...(exact.length < hosts.length ? [{ matches: [{ port }], action: away() }] : []),
  ];
}
