import { destination, DestinationFact, pathText, requestText, RuleFact, ruleFact } from './words';
import { AccessIntent, Fact } from '../model/access';
import { AppModel, IngressGatewayModel, IngressRouteModel } from '../model/app-model';
import { certificatesOf, ListenedHost, listenersOf, serves } from '../model/listener';
import { Rule } from '../model/rule';

/** A host on a port of an ingress gateway, and what a route does with requests for it. */
export interface WayIn {
  /** Unique in the app. */
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly protocol: ListenedHost['protocol'];
  /** The host of the listener, which may be wider. */
  readonly listener: string;
  readonly gateway: GatewayFact;
  readonly certificate?: CertificateFact;
  /** Set if requests are redirected to HTTPS. */
  readonly redirect?: { readonly toPort: number; readonly servedPaths: string[]; readonly trustsProxies: boolean };
  /** The path of the route; left out where no route of this app serves the host. */
  readonly declaredBy?: string;
  readonly access: AccessFact;
  /** In the order in which the route lists them; empty where the gateway reads no requests. */
  readonly rules: RuleFact[];
  /** Where connections go that the gateway does not read. */
  readonly destinations: DestinationFact[];
}

interface GatewayFact {
  readonly declaredBy: string;
  readonly namespace: string;
  readonly name: string;
  readonly podNamespace: string;
  readonly routeApi: 'ISTIO' | 'GATEWAY_API';
  /** Whether another app creates it. */
  readonly imported: boolean;
}

interface CertificateFact {
  /** Secrets in the namespace of the gateway's pods. */
  readonly secrets: string[];
  readonly clients: 'NOT_ASKED' | 'OPTIONAL' | 'REQUIRED';
  /** The Secret with the authority of clients, where it has its own. */
  readonly clientAuthority?: string;
  readonly minVersion?: string;
}

interface AccessFact {
  /** All of these must hold; nothing is asked if empty. */
  readonly requires: string[];
  readonly tokensOf: string[];
  /** The external authorizer, by its name in mesh config. */
  readonly authorizer?: string;
  /** Paths that are open to everybody. */
  readonly openPaths: string[];
  /** Requests that are refused to everybody. */
  readonly refused: string[];
  /** Checks that are turned off, with the reasons. */
  readonly turnedOff: { readonly check: 'audience' | 'hosts'; readonly because: string }[];
}

const NO_ACCESS: AccessFact = { requires: [], tokensOf: [], openPaths: [], refused: [], turnedOff: [] };

export function waysIn(app: AppModel): WayIn[] {
  return app.ingressGateways.all().flatMap(gateway => {
    const ways = app.ingressRoutes.with('gateway', gateway.path).flatMap(route => routeWays(app, gateway, route));
    const served = new Set(ways.map(({ listener, port }) => `${listener} ${port}`));
    const others = gateway.listened.filter(({ host, port }) => !served.has(`${host} ${port}`));
    return [...ways, ...others.map(listener => way(gateway, listener.host, listener))];
  }).sort((a, b) => compare(a.host, b.host) || a.port - b.port || compare(a.id, b.id));
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function routeWays(app: AppModel, gateway: IngressGatewayModel, model: IngressRouteModel): WayIn[] {
  const { hosts, opaque } = model.route;
  const tcp = gateway.listened.filter(({ port, protocol }) => protocol === 'TCP' && port === opaque?.tcpPort);
  const named = hosts.flatMap(host => listenersOf(host, gateway.listened).map(listener => ({ host, listener })));
  const listeners = [...tcp.map(listener => ({ host: '*', listener })), ...named.filter(({ listener }) => isServedBy(model, listener))];
  return listeners.map(({ host, listener }) => way(gateway, host, listener, { app, model }));
}

/** By whom a host is served. */
interface Served { readonly app: AppModel; readonly model: IngressRouteModel }

function isServedBy({ route: { opaque } }: IngressRouteModel, { protocol, port }: ListenedHost): boolean {
  return opaque ? opaque.tlsPorts.includes(port) : protocol === 'HTTP' || protocol === 'HTTPS';
}

function way(gateway: IngressGatewayModel, host: string, listener: ListenedHost, served?: Served): WayIn {
  const { path, gatewayName, workload, standard, imported } = gateway;
  const [namespace, name] = gatewayName.split('/');
  const { port, protocol, redirect } = listener;
  // what only redirects serves nobody
  const route = serves(listener) ? served?.model.route : undefined;
  return {
    id: `${served?.model.path ?? path} ${host}:${port}`,
    host,
    port,
    protocol,
    listener: listener.host,
    gateway: { declaredBy: path, namespace, name, podNamespace: workload.namespace, routeApi: standard ? 'GATEWAY_API' : 'ISTIO', imported },
    certificate: certificateFact(listener),
    redirect: redirect && { toPort: redirect.to, servedPaths: redirect.exemptPaths.map(pathText), trustsProxies: redirect.trustsProxies },
    declaredBy: served?.model.path,
    access: route?.access ? accessFact(route.access) : NO_ACCESS,
    rules: served && route ? withDelegates(served.app, route.rules) : [],
    destinations: route?.opaque?.to.map(destination) ?? [],
  };
}

/** Rules, each that hands over followed by those to which it does. */
function withDelegates(app: AppModel, rules: Rule[]): RuleFact[] {
  return rules.flatMap(rule => {
    const { action } = rule;
    const to = action?.kind === 'delegate' ? app.ingressDelegates.with('name', `${action.namespace}/${action.name}`)[0] : undefined;
    return [ruleFact(rule), ...to?.handedOver?.rules.map(ruleFact) ?? []];
  });
}

function certificateFact(listener: ListenedHost): CertificateFact | undefined {
  const { tls } = listener;
  if (!tls || tls.mode === 'PASSTHROUGH') return undefined;
  const clients = tls.mode === 'OPTIONAL_MUTUAL' ? 'OPTIONAL' : tls.mode === 'MUTUAL' || tls.mode === 'ISTIO_MUTUAL' ? 'REQUIRED' : 'NOT_ASKED';
  return { secrets: certificatesOf(listener), clients, clientAuthority: tls.caCertCredentialName, minVersion: tls.minProtocolVersion };
}

function accessFact({ requirements, subjectAltNames, issuers, provider, openPaths, deny, optOuts }: AccessIntent): AccessFact {
  return {
    requires: [
      ...requirements.map(alternatives => alternatives.map(allOf).join('; or ')),
      ...subjectAltNames.map(names => `client certificate with the name ${names.join(' or ')}`),
    ],
    tokensOf: issuers.map(({ issuer, jwksUri }) => (jwksUri === undefined ? issuer : `${issuer} (keys from ${jwksUri})`)),
    authorizer: provider,
    openPaths,
    refused: deny.map(requestText),
    turnedOff: optOuts.map(({ from, reason }) => ({ check: from, because: reason })),
  };
}

function allOf(facts: Fact[]): string {
  return facts.map(({ key, values }) => `${key} is ${values.join(' or ')}`).join(' and ');
}
