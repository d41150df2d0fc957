import { carriesToken, Outside, refusalOf } from './access';
import { Asking, decision, distanceTo, hostOf, nearestFirst, readAs } from './asking';
import { sendsOf } from './egress';
import { Ending, Hop } from './explanation';
import { nearMiss, outcomeOf, RulePlace, shareOf, taken, withShares } from './outcome';
import { NO_TLS, sentTo } from './upstream';
import { covers } from '../basics/hosts';
import { IngressGatewayModel, IngressRouteModel } from '../model/app-model';
import { certificatesOf, ListenedHost, serves } from '../model/listener';
import { orEverything, PORT } from '../model/match';
import { MESH_HEADERS } from '../model/mesh-headers';
import { canBeSamePods } from '../model/pods';
import { Action, Rule } from '../model/rule';
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
  const found = gateways.flatMap(gateway => listenersFor(ask, gateway).map(listener => ({ gateway, listener })));
  const [best, ...others] = nearestFirst(found, request.host.toLowerCase(), ({ listener }) => [listener.host]);
  if (!best) return nowhere(ask, gateways);
  const rivals = others.filter(other => !canBeSamePods(other.gateway.workload, best.gateway.workload));
  if (rivals.length > 0) {
    const names = [best, ...rivals].map(({ gateway }) => gateway.gatewayName).sort().join(', ');
    return { kind: 'undecided', because: `several gateways listen for ${request.host}:${request.port}: ${names}; name one of them` };
  }
  return atListener(ask, best.gateway, best.listener);
}

/** The listener that takes the connection, by the server name of TLS or by the Host header, if one does. */
function listenersFor({ request }: Asking<Outside>, { listened }: IngressGatewayModel): ListenedHost[] {
  const atPort = listened.filter(({ port }) => port === request.port);
  const protocols = { http: ['HTTP'], https: ['HTTPS', 'TLS'], tcp: [] }[request.scheme] as string[];
  const host = request.scheme === 'http' ? hostOf(request.authority) : request.host.toLowerCase();
  const named = nearestFirst(atPort.filter(one => protocols.includes(one.protocol) && covers(one.host, host)), host, one => [one.host]);
  return [...named, ...atPort.filter(({ protocol }) => protocol === 'TCP')].slice(0, 1);
}

/** No listener of the gateways takes the request. */
function nowhere(ask: Asking<Outside>, gateways: IngressGatewayModel[]): Ending {
  const { request } = ask;
  const listening = gateways.filter(({ listened }) => listened.some(({ port }) => port === request.port));
  if (listening.length !== 1) {
    const because = listening.length > 1
      ? `several gateways listen on port ${request.port}, and none for ${request.host}` : `no ingress gateway of the app listens on port ${request.port}`;
    return { kind: 'undecided', because };
  }
  const [gateway] = listening;
  const { gatewayName: at, listened, path } = gateway;
  const atPort = listened.filter(({ port }) => port === request.port);
  ask.hops.push(hopAt(gateway, atPort[0]));
  for (const wants of new Set(atPort.map(one => one.host))) ask.nearMisses.push({ construct: path, rule: 'listeners', field: 'host', wants, has: request.host });
  const sent = { http: 'clear text', https: `TLS with server name ${request.host}`, tcp: 'bytes' }[request.scheme];
  const readsHttp = request.scheme === 'http' && atPort.some(({ protocol }) => protocol === 'HTTP');
  return readsHttp
    ? { kind: 'answered', status: 404, at, because: `no listener on port ${request.port} is for ${request.authority}` }
    : { kind: 'closed', at, because: `no listener on port ${request.port} takes ${sent}` };
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
  const [model] = nearestFirst(routes, request.host, ({ route }) => route.hosts);
  if (!model) {
    ask.hops.push(hop);
    return { kind: 'closed', at: hop.at, because: `no route leads from the listener for ${listener.host} on port ${port}` };
  }
  const by = withShares(model.route.opaque!.to).map(({ target, percent }) => shareOf(target, percent));
  const sends = { host: by[0].host, port: by[0].port, tls: NO_TLS };
  ask.hops.push({ ...hop, decides: decision(ask, model.path, 'virtual-service', 'destinations'), sends });
  return { kind: 'served', by };
}

/** What the routes of a host make of a request that the gateway reads. */
function atHost(ask: Asking<Outside>, { gateway, listener, hop }: Arrived): Ending {
  const { app, request } = ask;
  const { at } = hop;
  const host = hostOf(request.authority);
  const read = readAs(ask, listener.protocol === 'HTTPS' ? 'https' : 'http');
  const refusing = refusingToken(ask, gateway, read);
  if (refusing) {
    ask.hops.push({ ...hop, decides: decision(ask, refusing.path, 'jwt', 'access') });
    return { kind: 'answered', status: 401, at, because: `no route through the pods names ${ask.client.claims!.iss} as an issuer of tokens` };
  }
  if (!isSameServer(gateway, listener, host)) {
    ask.hops.push(hop);
    return { kind: 'answered', status: 404, at, because: `the server for ${listener.host} has no host ${host}` };
  }
  const routes = routesFor(ask, gateway, listener, host);
  if (routes.length === 0) {
    ask.hops.push(hop);
    for (const { path, route } of app.ingressRoutes.with('gateway', gateway.path)) {
      if (!route.opaque) ask.nearMisses.push({ construct: path, rule: 'hosts', field: 'host', wants: route.hosts.join(' or '), has: host });
    }
    return { kind: 'answered', status: 404, at, because: `no route of the app is for ${host} on port ${listener.port}` };
  }
  return throughRoutes(ask, { gateway, listener, hop }, routes, readAs(ask, schemeOf(ask, listener, routes)), host);
}

const TRUSTS = 'trusts a proxy in front of it (numTrustedProxies)';

/** The scheme of the listener, unless a proxy in front of it is trusted to tell that of the client. */
function schemeOf(ask: Asking<Outside>, { protocol }: ListenedHost, routes: IngressRouteModel[]): 'http' | 'https' {
  const own = protocol === 'HTTPS' ? 'https' : 'http';
  const told = ask.request.headers['x-forwarded-proto'];
  if ((told !== 'http' && told !== 'https') || told === own) return own;
  if (routes.some(({ route }) => route.listeners.some(({ redirect }) => redirect?.trustsProxies))) return told;
  const matters = routes.some(({ route }) => route.rules.some(({ matches }) => matches.some(({ scheme }) => scheme !== undefined)));
  if (matters) ask.conditions.push({ that: `no gateway ${TRUSTS}`, otherwise: `its rules take the scheme for ${told}` });
  return own;
}

/** One server of the Gateway has the hosts that share a port and certificates; a Host header cannot lead out of it. */
function isSameServer({ listened }: IngressGatewayModel, listener: ListenedHost, host: string): boolean {
  const beside = listened.filter(one => one.port === listener.port && one.protocol === listener.protocol && covers(one.host, host));
  const [own] = nearestFirst(beside, host, one => [one.host]);
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
  const distance = distanceTo(host);
  const nearest = ({ route }: IngressRouteModel) => Math.min(...route.hosts.map(distance));
  const best = Math.min(...here.map(nearest));
  return here.filter(model => nearest(model) === best);
}

function throughRoutes(
  ask: Asking<Outside>, { gateway, listener, hop }: Arrived, routes: IngressRouteModel[], request: ConcreteRequest, host: string,
): Ending {
  const { at } = hop;
  const [{ path: first, route }] = routes;
  const own = route.listeners.find(one => one.port === listener.port && covers(one.host, host)) ?? listener;
  if (!serves(own)) return redirected(ask, { gateway, listener: own, hop }, first, route.hosts, request, host);
  const { neighbours, own: part } = surroundingsOf(ask.app, routes[0]);
  const preflight = neighbours.answersPreflights(part) && isPreflight(request);
  const refused = refusalOf(ask, first, route.access!, request, { port: own.port, hosts: route.hosts, preflight, route: objectOf(ask, first) });
  if (refused) {
    ask.hops.push({ ...hop, decides: decision(ask, first, refused.id, refused.rule) });
    return { kind: 'answered', status: 403, at, because: refused.because };
  }
  const passes = route.access!.requirements.length > 0 ? [decision(ask, first, 'access', 'access')] : [];
  if (own.redirect) {
    const isExempt = own.redirect.exemptPaths.some(one => pathMatches(one, splitPath(request.path)[0]));
    const isProxied = own.redirect.trustsProxies && request.headers['x-forwarded-proto'] === 'https';
    if (isProxied) ask.conditions.push({ that: `the gateway ${TRUSTS}`, otherwise: 'the client is redirected to HTTPS', status: 301 });
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

/**
 * The route that refuses a token of an issuer that nobody names. The tokens of one route are those of all pods: they refuse what is invalid before
 * anything else, whatever host is called.
 */
function refusingToken(ask: Asking<Outside>, { workload }: IngressGatewayModel, request: ConcreteRequest): IngressRouteModel | undefined {
  const { claims } = ask.client;
  const asking = routesThroughPods(ask.app, workload).flatMap(model => (model.route.access?.issuers ?? []).map(issuer => ({ model, issuer })));
  // where nothing is said of headers, a token is where tokens usually are
  const looking = asking.filter(({ issuer }) => (claims?.iss !== undefined ? issuer.header === undefined : carriesToken(issuer, request)));
  const issuers = [...new Set(asking.map(({ issuer }) => issuer.issuer))].sort();
  if (looking.length === 0) return undefined;
  if (claims === undefined) {
    ask.conditions.push({ that: `the token of the request is a valid one of ${issuers.join(' or ')}`, otherwise: 'the client gets 401', status: 401 });
    return undefined;
  }
  return claims.iss === undefined || issuers.includes(String(claims.iss)) ? undefined : looking[0].model;
}

/** The id of the object that holds the routes: the first HTTPRoute, where there is no VirtualService. */
function objectOf({ objectAt }: Asking<Outside>, path: string): string {
  return objectAt(path, 'virtual-service') ? 'virtual-service' : 'http-route';
}

function isPreflight({ method, headers }: ConcreteRequest): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
}

function redirected(
  ask: Asking<Outside>, { listener, hop }: Arrived, construct: string, hosts: string[], request: ConcreteRequest, host: string,
): Ending {
  const { to } = listener.redirect!;
  const authority = hosts.includes(host) ? host : request.authority.replace(/:80$/, '');
  const location = `https://${to === 443 ? authority : `${authority.replace(PORT, '')}:${to}`}${request.path}`;
  ask.hops.push({ ...hop, decides: decision(ask, construct, objectOf(ask, construct), 'redirect of clear text') });
  return { kind: 'answered', status: 301, at: hop.at, because: 'clear text is redirected to HTTPS', location };
}

type DelegateAction = Extract<Action, { kind: 'delegate' }>;

interface FoundRule { readonly model: IngressRouteModel; readonly index: number; readonly rule: Rule }

/** The rule that takes a request. Of several routes of a host, each knows what comes before its own rules; those for every request come last. */
function ruleFor(ask: Asking<Outside>, routes: IngressRouteModel[], request: ConcreteRequest): FoundRule | undefined {
  const lists = routes.map(model => {
    const { neighbours, own } = surroundingsOf(ask.app, model);
    return neighbours.arrange(own) as Rule[];
  });
  const rules = [...new Set(lists.flat())];
  const isLast = ({ matches }: Rule) => routes.length > 1 && isCatchAll(orEverything(matches));
  const ordered = [...rules.filter(rule => !isLast(rule)), ...rules.filter(isLast)];
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
  if (rule.action?.kind === 'delegate') return delegated(ask, { ...hop, passes: [...hop.passes, decides] }, model, rule, rule.action, request);
  return answered(followed(ask, rule, request, place, model));
}

function followed(ask: Asking<Outside>, rule: Rule, request: ConcreteRequest, place: RulePlace, { upstreams }: IngressRouteModel): Ending {
  const { at } = place;
  if (rule.cors && isPreflight(request)) return { kind: 'answered', status: 200, at, because: `${place.rule} of ${place.construct} answers preflights` };
  return outcomeOf(ask, rule, request, place, undefined, removedBy(rule), (targets, sent) => sentTo(ask, at, targets, sent, upstreams));
}

/** Requests to hosts outside lose what the mesh adds. */
function removedBy({ action }: Rule): string[] {
  return action?.kind === 'forward' && action.to.some(({ requestHeaders }) => requestHeaders) ? MESH_HEADERS : [];
}

/** A rule of the delegate takes over what the one that delegates says beside it, where it says nothing itself. */
function delegated(
  ask: Asking<Outside>, hop: Hop, model: IngressRouteModel, { action, matches, ...handedOn }: Rule, to: DelegateAction, request: ConcreteRequest,
): Ending {
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
    const ending = followed(ask, rule, request, place, model);
    ask.hops.push({ ...hop, decides: decision(ask, path, 'virtual-service', place.rule), ...sendsOf(ending) });
    return ending;
  }
  ask.hops.push({ ...hop, decides: decision(ask, path, 'virtual-service', 'none of its rules') });
  return { kind: 'answered', status: 404, at, because: `no rule of ${path} takes the request` };
}
