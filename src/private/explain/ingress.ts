import { carriesToken, Outside, Refused, refusalOf } from './access';
import { Asking, decision, hostOf, readAs } from './asking';
import { sendsOf } from './egress';
import { Ending, Hop } from './explanation';
import { nearMiss, outcomeOf, shareOf, taken, withShares } from './outcome';
import { NO_TLS, sentTo } from './upstream';
import { patternsOver } from '../basics/host-index';
import { covers } from '../basics/hosts';
import { IngressGatewayModel, IngressRouteModel } from '../model/app-model';
import { certificatesOf, ListenedHost, serves } from '../model/listener';
import { orEverything, PORT } from '../model/match';
import { MESH_HEADERS } from '../model/mesh-headers';
import { canBeSamePods } from '../model/pods';
import { Rule } from '../model/rule';
import { routesThroughPods } from '../model/visibility';
import { ConcreteRequest, splitPath } from '../requests/concrete';
import { pathMatches } from '../requests/intersect';
import { narrowerHosts } from '../requests/narrower-hosts';
import { surroundingsOf } from '../requests/neighbours';
import { isCatchAll } from '../requests/order';
import { preflightsOf } from '../requests/preflights';

export type { Outside } from './access';

/** Where a request stands when it has come to a listener. */
interface Arrived {
  readonly gateway: IngressGatewayModel;
  readonly listener: ListenedHost;
  readonly hop: Hop;
}

/** What becomes of a request of a client outside, at the ingress gateways of the app. */
export function atIngress(ask: Asking<Outside>): Ending {
  const { app, client, request } = ask;
  const gateways = app.ingressGateways.all().filter(({ gatewayName }) => client.gateway === undefined || gatewayName === client.gateway);
  const found = gateways.map(gateway => ({ gateway, listener: listenerFor(ask, gateway) })).filter((one): one is { gateway: IngressGatewayModel; listener: ListenedHost } => one.listener !== undefined);
  const order = patternsOver(request.host.toLowerCase());
  const rank = ({ listener: { protocol, host } }: { readonly listener: ListenedHost }) => (protocol === 'TCP' ? order.length : order.indexOf(host));
  const [best, ...others] = [...found].sort((a, b) => rank(a) - rank(b));
  if (!best) return nowhere(ask, gateways);
  const rivals = others.filter(other => !canBeSamePods(other.gateway.workload, best.gateway.workload));
  if (rivals.length > 0) {
    return { kind: 'undecided', because: `several gateways listen for ${request.host}:${request.port}: ${[best, ...rivals].map(({ gateway }) => gateway.gatewayName).sort().join(', ')}; name one of them` };
  }
  return atListener(ask, best.gateway, best.listener);
}

/** The listener that takes the connection: by the server name of TLS, or by the Host header. */
function listenerFor({ request }: Asking<Outside>, { listened }: IngressGatewayModel): ListenedHost | undefined {
  const atPort = listened.filter(({ port }) => port === request.port);
  const isRead = ({ protocol }: ListenedHost) => (request.scheme === 'https' ? protocol === 'HTTPS' || protocol === 'TLS' : request.scheme === 'http' && protocol === 'HTTP');
  const host = request.scheme === 'http' ? hostOf(request.authority) : request.host.toLowerCase();
  const order = patternsOver(host);
  const named = atPort.filter(one => isRead(one) && covers(one.host, host)).sort((a, b) => order.indexOf(a.host) - order.indexOf(b.host));
  return named[0] ?? atPort.find(({ protocol }) => protocol === 'TCP');
}

/** No listener of the gateways takes the request. */
function nowhere(ask: Asking<Outside>, gateways: IngressGatewayModel[]): Ending {
  const { request } = ask;
  const listening = gateways.filter(({ listened }) => listened.some(({ port }) => port === request.port));
  if (listening.length !== 1) {
    const why = listening.length > 1 ? `several gateways listen on port ${request.port}, and none for ${request.host}` : `no ingress gateway of the app listens on port ${request.port}`;
    return { kind: 'undecided', because: why };
  }
  const [gateway] = listening;
  const { gatewayName: at, listened, path } = gateway;
  const atPort = listened.filter(({ port }) => port === request.port);
  ask.hops.push(hopAt(gateway, atPort[0]));
  for (const host of new Set(atPort.map(one => one.host))) ask.nearMisses.push({ construct: path, rule: 'listeners', field: 'host', wants: host, has: request.host });
  const readsHttp = request.scheme === 'http' && atPort.some(({ protocol }) => protocol === 'HTTP');
  return readsHttp
    ? { kind: 'answered', status: 404, at, because: `no listener on port ${request.port} is for ${request.authority}` }
    : { kind: 'closed', at, because: `no listener on port ${request.port} takes ${request.scheme === 'https' ? `TLS with server name ${request.host}` : request.scheme === 'http' ? 'clear text' : 'bytes'}` };
}

function hopAt({ gatewayName: at, workload: { namespace } }: IngressGatewayModel, { port, podPort, host }: ListenedHost): Hop {
  return { kind: 'ingress gateway', at, namespace, port, ...podPort !== port && { podPort }, host, passes: [] };
}

function atListener(ask: Asking<Outside>, gateway: IngressGatewayModel, listener: ListenedHost): Ending {
  const at = gateway.gatewayName;
  const hop = hopAt(gateway, listener);
  const { protocol, tls } = listener;
  if (protocol === 'TLS' || protocol === 'TCP') return opaque(ask, { gateway, listener, hop });
  if (protocol === 'HTTPS' && tls?.mode === 'MUTUAL') {
    if (ask.client.certificate === undefined) {
      ask.hops.push(hop);
      return { kind: 'closed', at, because: `the listener for ${listener.host} requires a client certificate` };
    }
    ask.conditions.push({ that: 'a CA that the listener trusts has signed the certificate of the client', otherwise: 'the connection is closed' });
  }
  return atHost(ask, { gateway, listener, hop });
}

/** What the gateway passes on without reading it. */
function opaque(ask: Asking<Outside>, { gateway, listener, hop }: Arrived): Ending {
  const { app, request } = ask;
  const { port } = listener;
  const routes = app.ingressRoutes.with('gateway', gateway.path).filter(({ route: { opaque: way, hosts } }) => (
    listener.protocol === 'TCP' ? way?.tcpPort === port : way?.tlsPorts.includes(port) && hosts.some(host => covers(host, request.host))
  ));
  const order = patternsOver(request.host);
  const nearest = ({ route: { hosts } }: IngressRouteModel) => Math.min(...hosts.filter(host => covers(host, request.host)).map(host => order.indexOf(host)));
  const [model] = listener.protocol === 'TCP' ? routes : [...routes].sort((a, b) => nearest(a) - nearest(b));
  if (!model) {
    ask.hops.push(hop);
    return { kind: 'closed', at: hop.at, because: `no route leads from the listener for ${listener.host} on port ${port}` };
  }
  const by = withShares(model.route.opaque!.to).map(({ target, percent }) => shareOf(target, percent));
  ask.hops.push({ ...hop, decides: decision(ask, model.path, 'virtual-service', 'destinations'), sends: { host: by[0].host, port: by[0].port, tls: NO_TLS } });
  return { kind: 'served', by };
}

/** What the routes of a host make of a request that the gateway reads. */
function atHost(ask: Asking<Outside>, { gateway, listener, hop }: Arrived): Ending {
  const { app, request } = ask;
  const { at } = hop;
  const host = hostOf(request.authority);
  if (!isSameServer(gateway, listener, host)) {
    ask.hops.push(hop);
    return { kind: 'answered', status: 404, at, because: `the server for ${listener.host} has no host ${host}` };
  }
  const routes = routesFor(ask, gateway, listener, host);
  if (routes.length === 0) {
    ask.hops.push(hop);
    for (const { path, route } of app.ingressRoutes.with('gateway', gateway.path)) {
      if (!route.opaque && route.hosts.length > 0) ask.nearMisses.push({ construct: path, rule: 'hosts', field: 'host', wants: route.hosts.join(' or '), has: host });
    }
    return { kind: 'answered', status: 404, at, because: `no route of the app is for ${host} on port ${listener.port}` };
  }
  const asked = readAs(ask, listener.protocol === 'HTTPS' ? 'https' : 'http');
  return throughRoutes(ask, { gateway, listener, hop }, routes, asked, host);
}

/** One server of the Gateway has the hosts that share a port and certificates; a Host header cannot lead out of it. */
function isSameServer({ listened }: IngressGatewayModel, listener: ListenedHost, host: string): boolean {
  const order = patternsOver(host);
  const own = listened.filter(one => one.port === listener.port && one.protocol === listener.protocol && covers(one.host, host)).sort((a, b) => order.indexOf(a.host) - order.indexOf(b.host))[0];
  return own !== undefined && certificatesOf(own).join() === certificatesOf(listener).join();
}

/** The routes of the most specific host, without those of wildcards that leave it to others. */
function routesFor({ app }: Asking<Outside>, gateway: IngressGatewayModel, { port }: ListenedHost, host: string): IngressRouteModel[] {
  const routed = (pods: IngressRouteModel['route']['pods']) => () => routesThroughPods(app, pods).filter(({ route }) => !route.opaque)
    .map(({ route: { hosts, listeners } }) => ({ hosts, podPorts: listeners.map(one => one.podPort) }));
  const here = app.ingressRoutes.with('gateway', gateway.path).filter(({ route }) => (
    !route.opaque && route.hosts.some(one => covers(one, host)) && route.listeners.some(one => one.port === port)
    && !narrowerHosts(route.hosts, port, gateway.listened, routed(route.pods)).some(one => covers(one, host))
  ));
  const order = patternsOver(host);
  const nearest = ({ route: { hosts } }: IngressRouteModel) => Math.min(...hosts.filter(one => covers(one, host)).map(one => order.indexOf(one)));
  const best = Math.min(...here.map(nearest));
  return here.filter(model => nearest(model) === best);
}

function throughRoutes(ask: Asking<Outside>, { gateway, listener, hop }: Arrived, routes: IngressRouteModel[], request: ConcreteRequest, host: string): Ending {
  const { at } = hop;
  const [{ path: first, route }] = routes;
  const own = route.listeners.find(one => one.port === listener.port && covers(one.host, host)) ?? listener;
  const object = objectOf(ask, first);
  if (!serves(own)) return redirected(ask, { gateway, listener: own, hop }, first, route.hosts, request, host);
  const { neighbours, own: part } = surroundingsOf(ask.app, routes[0]);
  const preflight = neighbours.answersPreflights(part) && isPreflight(request);
  tokensOf(ask, routes[0], request);
  const refused: Refused | undefined = refusalOf(ask, first, route.access!, request, { port: own.port, hosts: route.hosts, preflight, route: object });
  if (refused) {
    ask.hops.push({ ...hop, decides: decision(ask, first, refused.id, refused.rule) });
    return { kind: 'answered', status: 403, at, because: refused.because };
  }
  const passes = route.access!.requirements.length > 0 ? [decision(ask, first, 'access', 'access')] : [];
  if (own.redirect) {
    const isExempt = own.redirect.exemptPaths.some(one => pathMatches(one, splitPath(request.path)[0]));
    const isProxied = own.redirect.trustsProxies && request.headers['x-forwarded-proto'] === 'https';
    if (isProxied) ask.conditions.push({ that: 'the mesh trusts the proxy in front of the gateway (numTrustedProxies)', otherwise: 'the client is redirected to HTTPS', status: 301 });
    const found = isExempt || isProxied ? ruleFor(ask, routes, request) : undefined;
    if (!found) return redirected(ask, { gateway, listener: own, hop: { ...hop, passes } }, first, route.hosts, request, host);
    return byRule(ask, { ...hop, passes }, found, request);
  }
  const found = ruleFor(ask, routes, request);
  if (!found) {
    ask.hops.push({ ...hop, passes });
    return { kind: 'answered', status: 404, at, because: `no rule of ${routes.map(({ path }) => path).join(', ')} takes the request` };
  }
  return byRule(ask, { ...hop, passes }, found, request);
}

/** All routes of the same pods refuse tokens that are invalid: there is one RequestAuthentication for all of them. */
function tokensOf(ask: Asking<Outside>, { route: { pods } }: IngressRouteModel, request: ConcreteRequest): void {
  const issuers = routesThroughPods(ask.app, pods).flatMap(({ route }) => route.access?.issuers ?? []);
  const sent = issuers.filter(issuer => carriesToken(issuer, request));
  if (ask.client.claims !== undefined || sent.length === 0) return;
  const names = [...new Set(sent.map(({ issuer }) => issuer))].sort().join(' or ');
  ask.conditions.push({ that: `the token of the request is a valid one of ${names}`, otherwise: 'the client gets 401', status: 401 });
}

/** The id of the object that holds the routes: the first HTTPRoute, where there is no VirtualService. */
function objectOf({ objectAt }: Asking<Outside>, path: string): string {
  return objectAt(path, 'virtual-service') ? 'virtual-service' : 'http-route';
}

function isPreflight({ method, headers }: ConcreteRequest): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
}

function redirected(ask: Asking<Outside>, { listener, hop }: Arrived, construct: string, hosts: string[], request: ConcreteRequest, host: string): Ending {
  const { to } = listener.redirect!;
  const authority = hosts.includes(host) ? host : request.authority.replace(/:80$/, '');
  const location = `https://${to === 443 ? authority : `${authority.replace(PORT, '')}:${to}`}${request.path}`;
  ask.hops.push({ ...hop, decides: decision(ask, construct, objectOf(ask, construct), 'redirect of clear text') });
  return { kind: 'answered', status: 301, at: hop.at, because: 'clear text is redirected to HTTPS', location };
}

interface FoundRule { readonly model: IngressRouteModel; readonly index: number; readonly rule: Rule }

/** The rule that takes a request. Of several routes of a host, each knows what comes before its own rules; those for every request come last. */
function ruleFor(ask: Asking<Outside>, routes: IngressRouteModel[], request: ConcreteRequest): FoundRule | undefined {
  const lists = routes.map(model => {
    const { neighbours, own } = surroundingsOf(ask.app, model);
    return neighbours.arrange(own) as Rule[];
  });
  const rules = [...new Set(lists.flat())];
  const ordered = routes.length === 1 ? rules : [...rules.filter(({ matches }) => !isCatchAll(orEverything(matches))), ...rules.filter(({ matches }) => isCatchAll(orEverything(matches)))];
  for (const rule of ordered) {
    const place = ownerOf(routes, rule);
    const { takes, lacks } = taken([...orEverything(rule.matches), ...rule.cors ? preflightsOf(rule.matches) : []], request);
    if (takes) return { ...place, rule };
    ask.nearMisses.push(...nearMiss({ construct: place.model.path, rule: `rules[${place.index}]` }, lacks));
  }
  return undefined;
}

/** The route whose rule it is. */
function ownerOf(routes: IngressRouteModel[], rule: Rule): Omit<FoundRule, 'rule'> {
  const all = routes.flatMap(model => model.route.rules.map((one, index) => ({ model, index, one })));
  return all.find(({ one }) => one === rule)!;
}

function byRule(ask: Asking<Outside>, hop: Hop, { model, index, rule }: FoundRule, request: ConcreteRequest): Ending {
  const { at } = hop;
  const { path } = model;
  const place = { construct: path, rule: `rules[${index}]`, at };
  const decides = decision(ask, path, objectOf(ask, path), place.rule);
  const answered = (ending: Ending): Ending => {
    ask.hops.push({ ...hop, decides, ...sendsOf(ending) });
    return ending;
  };
  if (rule.cors && isPreflight(request)) return answered({ kind: 'answered', status: 200, at, because: `${place.rule} of ${path} answers preflights` });
  if (rule.action?.kind === 'delegate') return delegated(ask, { ...hop, passes: [...hop.passes, decides] }, model, rule, rule.action, request);
  return answered(outcomeOf(ask, rule, request, place, undefined, removedBy(rule), (targets, sent) => sentTo(ask, at, targets, sent, model.upstreams)));
}

/** Requests to hosts outside lose what the mesh adds. */
function removedBy({ action }: Rule): string[] {
  return action?.kind === 'forward' && action.to.some(({ requestHeaders }) => requestHeaders) ? MESH_HEADERS : [];
}

function delegated(ask: Asking<Outside>, hop: Hop, model: IngressRouteModel, { action, matches, ...handedOn }: Rule, to: { readonly name: string; readonly namespace: string }, request: ConcreteRequest): Ending {
  const { at } = hop;
  const [delegate] = ask.app.ingressDelegates.with('name', `${to.namespace}/${to.name}`);
  if (!delegate?.handedOver) {
    ask.hops.push(hop);
    return { kind: 'undecided', because: `${model.path} hands the request to VirtualService ${to.namespace}/${to.name}, which another app makes` };
  }
  const { path, handedOver } = delegate;
  for (const [i, own] of handedOver.rules.entries()) {
    const { takes, lacks } = taken(own.cors ? [...orEverything(own.matches), ...preflightsOf(own.matches)] : own.matches, request);
    const place = { construct: path, rule: `rules[${i}]`, at };
    if (!takes) {
      ask.nearMisses.push(...nearMiss(place, lacks));
      continue;
    }
    const rule: Rule = { ...handedOn, ...Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)), matches: own.matches };
    const isAnswered = own.cors !== undefined && isPreflight(request);
    const ending: Ending = isAnswered
      ? { kind: 'answered', status: 200, at, because: `${place.rule} of ${path} answers preflights` }
      : outcomeOf(ask, rule, request, place, undefined, removedBy(rule), (targets, sent) => sentTo(ask, at, targets, sent, model.upstreams));
    ask.hops.push({ ...hop, decides: decision(ask, path, 'virtual-service', place.rule), ...sendsOf(ending) });
    return ending;
  }
  ask.hops.push(hop);
  return { kind: 'answered', status: 404, at, because: `no rule of ${path} takes the request` };
}
