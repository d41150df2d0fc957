import { Asking, decision, hostOf, nameOf, nearestFirst, readAs } from './asking';
import { Ending, Hop, TlsTo, WayOut } from './explanation';
import { isOneOf, leave, noCaller, Workload } from './outbound';
import { AUTO_TLS, meshTls, NO_TLS, upstreamTls, wayOut } from './upstream';
import { readAddress } from '../basics/addresses';
import { ownerOf } from '../basics/cluster-names';
import { covers, isWildcard } from '../basics/hosts';
import { EVERY_NAMESPACE } from '../basics/names';
import { AppModel, DirectRouteModel, EgressCallerModel, EgressRouteModel, ExternalServiceModel } from '../model/app-model';
import { ExternalIntent, isHttp, isHttp2, Port } from '../model/external-service';
import { GatewayFacts } from '../model/gateway';
import { PORT_HEADER } from '../model/leg-one';
import { Leg, legsOf } from '../model/legs';
import { hasPart } from '../model/lock';
import { lockedBy } from '../model/locked';
import { canSelectSamePods } from '../model/pods';
import { namespacesSeeing, sidecarsOf } from '../model/visibility';

/** A way that the sidecar of the client knows for a host. */
type Way =
  | Known & { readonly kind: 'leg'; readonly leg: Leg; readonly by: EgressRouteModel | EgressCallerModel; readonly gateway: GatewayFacts; readonly object: string }
  | Known & { readonly kind: 'direct route'; readonly by: DirectRouteModel; readonly service: ExternalServiceModel }
  | Known & { readonly kind: 'service'; readonly service: ExternalServiceModel };

interface Known {
  readonly host: string;
  readonly port: Port;
}

/** What becomes of a request of a workload with a sidecar. */
export function bySidecar(ask: Asking<Workload>): Ending {
  const { app, mesh, request } = ask;
  const host = askedHost(ask);
  const owner = ownerOf(host, mesh.clusterDomain);
  if (owner === 'Services') return { kind: 'undecided', because: `${host} is a name of the mesh: no route of the app leads to it` };
  const ways = waysOf(ask).filter(way => leadsTo(way, ask, host));
  const atPort = ways.filter(({ port }) => port.number === request.port);
  if (atPort.length > 0) return take(ask, preferred(atPort, host), host);
  nearWays(ask, host, ways);
  const elsewhere = app.egressRoutes.all().find(({ route: { callerNamespaces, service } }) => (
    [ask.client.namespace, EVERY_NAMESPACE].some(one => callerNamespaces.includes(one)) && isFor(service, host, request.port)
  ));
  if (elsewhere) return { kind: 'undecided', because: `${elsewhere.path} leaves leg 1 from ${ask.client.namespace} to an EgressCaller, which this app does not have` };
  return unknown(ask, `no route or direct service of the app leads workloads of ${ask.client.namespace} to ${host}:${request.port}`);
}

/** By the Host header where requests are read, by the server name of TLS where they are not. */
function askedHost({ request }: Asking): string {
  return (request.scheme === 'http' ? hostOf(request.authority) : request.host).toLowerCase();
}

function leadsTo({ host, port, ...way }: Way, { request, app }: Asking, asked: string): boolean {
  if (covers(host, asked)) return true;
  if (port.protocol !== 'TCP') return false;
  // TCP has no name, but the address that was called
  const services = 'service' in way ? [way.service] : app.externalServices.with('path', way.by.service);
  const address = readAddress(request.host);
  return address !== undefined && services.some(({ service }) => service.addresses.some(one => address.prefix.startsWith(readAddress(one)!.prefix)));
}

const remembered = new WeakMap<object, Map<string, Way[]>>();

/** A page asks hundreds of questions of one app, mostly from few namespaces. */
function waysOf({ known, app, client: { namespace } }: Asking<Workload>): Way[] {
  const before = remembered.get(known) ?? new Map<string, Way[]>();
  remembered.set(known, before);
  const ways = before.get(namespace) ?? findWays(app, namespace);
  before.set(namespace, ways);
  return ways;
}

function findWays(app: AppModel, namespace: string): Way[] {
  const isSeen = (namespaces: readonly string[]) => namespaces.includes(namespace) || namespaces.includes(EVERY_NAMESPACE);
  const legs = (by: EgressRouteModel | EgressCallerModel): Way[] => {
    const intent = 'leg' in by ? by.leg : by.route;
    return legsOf(intent).map(leg => ({ kind: 'leg', host: leg.host, port: leg.port, leg, by, gateway: intent.gateway, object: legObject(by, leg) }));
  };
  const direct = app.directRoutes.with('caller', namespace).flatMap(by => app.externalServices.with('path', by.service).flatMap(service => (
    placesOf(service).filter(({ port }) => isHttp(port)).map((place): Way => ({ ...place, kind: 'direct route', by, service }))
  )));
  const seen = app.externalServices.all().filter(service => isSeen(service.direct ? sidecarsOf(app, service) : namespacesSeeing(app, service)));
  return [
    ...app.egressRoutes.all().filter(({ route }) => isSeen(viewersOf(route))).flatMap(legs),
    ...app.egressCallers.with('caller', namespace).flatMap(legs),
    ...direct,
    ...seen.flatMap(service => placesOf(service).map((place): Way => ({ ...place, kind: 'service', service }))),
  ];
}

function placesOf({ service: { hosts, ports } }: ExternalServiceModel): Known[] {
  return hosts.flatMap(host => ports.map(port => ({ host, port })));
}

/** The namespaces whose sidecars know leg 1 of a route. */
function viewersOf({ layout, gateway, sharedLegNamespaces }: EgressRouteModel['route']): string[] {
  return layout === 'SINGLE' || sharedLegNamespaces.length === 0 ? [gateway.namespace, ...sharedLegNamespaces] : sharedLegNamespaces;
}

function legObject(by: EgressRouteModel | EgressCallerModel, { host }: Leg): string {
  if ('leg' in by) return 'virtual-service';
  return by.route.layout === 'SINGLE' ? `${host}-virtual-service` : 'mesh-virtual-service';
}

/** Routes come before services, and of each the most specific host. */
function preferred(ways: Way[], host: string): Way {
  const routed = ways.filter(({ kind }) => kind !== 'service');
  return nearestFirst(routed.length > 0 ? routed : ways, host, way => [way.host])[0];
}

function isFor({ hosts, ports }: ExternalIntent, host: string, port: number): boolean {
  return hosts.some(one => covers(one, host)) && ports.some(({ number }) => number === port);
}

function take(ask: Asking<Workload>, way: Way, host: string): Ending {
  const { request } = ask;
  const { port } = way;
  const at = nameOf(ask.client);
  if (isHttp(port) && request.scheme !== 'http') {
    ask.hops.push(sidecar(ask, way.host, []));
    return { kind: 'closed', at, because: `the sidecar reads port ${port.number} of ${way.host} as ${port.protocol}, and the client sends ${request.scheme === 'https' ? 'TLS' : 'bytes'}` };
  }
  if ((port.protocol === 'HTTPS' || port.protocol === 'TLS') && request.scheme !== 'https') {
    return unknown(ask, `port ${port.number} of ${way.host} is for TLS, and the client sends none, so that no route takes the connection`);
  }
  switch (way.kind) {
    case 'leg': return byLeg(ask, way, host);
    case 'direct route': return directly(ask, way.service, way, host, way.by);
    case 'service': return directly(ask, way.service, way, host);
  }
}

function sidecar({ client, request }: Asking<Workload>, host: string, passes: Hop['passes'], more: Partial<Hop> = {}): Hop {
  return { kind: client.ambient ? 'ztunnel' : 'sidecar', at: nameOf(client), namespace: client.namespace, port: request.port, host, passes, ...more };
}

/** Leg 1, and what the gateway makes of it. */
function byLeg(ask: Asking<Workload>, way: Extract<Way, { kind: 'leg' }>, host: string): Ending {
  const { leg, by, gateway, object } = way;
  const tls: TlsTo = leg.legOne === 'shared' || leg.legOne === 'own' ? meshTls(leg.entrance.host) : NO_TLS;
  const sends = { host: leg.entrance.host, port: leg.entrance.port, tls };
  ask.hops.push(sidecar(ask, leg.host, [], { decides: decision(ask, by.path, object, 'leg 1'), sends }));
  const isSame = (other: GatewayFacts) => other.namespace === gateway.namespace && other.name === gateway.name;
  const entering = ask.app.egressRoutes.all().filter(({ route }) => isSame(route.gateway))
    .flatMap(model => legsOf(model.route).map(other => ({ model, leg: other })))
    .filter(other => other.leg.legOne === leg.legOne && other.leg.serverPort === leg.serverPort);
  return atGateway(ask, way, host, entering);
}

interface Entering { readonly model: EgressRouteModel; readonly leg: Leg }

/** What a gateway does with a leg, where these are all legs that enter by the same kind of server. */
function atGateway(ask: Asking<Workload>, { leg, gateway }: Extract<Way, { kind: 'leg' }>, host: string, entering: Entering[]): Ending {
  const at = `${gateway.namespace}/${gateway.name}`;
  const { serverPort: port, podPort } = leg;
  const hop = { kind: 'egress gateway', at, namespace: gateway.namespace, port, ...podPort !== port && { podPort } } as const;
  // what is wrapped is recognized by the name of its leg, all else by the host that was called
  const found = entering.filter(other => (leg.legOne === 'own' ? other.leg.entrance.host === leg.entrance.host : covers(other.leg.host, host)));
  const nearest = nearestFirst(found, host, other => [other.leg.host])[0]?.leg.host;
  const here = found.filter(other => other.leg.host === nearest);
  if (here.length === 0) return { kind: 'undecided', because: `the route from the gateway ${at} to ${host} is part of another app` };
  const guards = found.filter(other => other.leg.legOne === 'own' || (other.leg.legOne === 'shared' && !isWildcard(other.leg.host)));
  const guardOf = ({ model, leg: { host: own, port: { number } } }: Entering) => decision(ask, model.path, `${own}-${number}-callers`, 'callers');
  const refusing = guards.find(({ model }) => !isOneOf(model.route.callers, ask.client));
  const because = ({ model }: Entering) => `${nameOf(ask.client)} is no caller of ${model.path}`;
  if (refusing) {
    ask.nearMisses.push(noCaller(ask, refusing.model.path, refusing.model.route.callers));
    ask.hops.push({ ...hop, host: refusing.leg.host, passes: [], decides: guardOf(refusing) });
    return isHttp(leg.port) ? { kind: 'answered', status: 403, at, because: because(refusing) } : { kind: 'closed', at, because: because(refusing) };
  }
  const marked = here.find(other => other.leg.mark === undefined || other.leg.mark[PORT_HEADER] === leg.mark?.[PORT_HEADER]);
  if (!marked) {
    ask.hops.push({ ...hop, host: nearest, passes: guards.map(guardOf) });
    return { kind: 'answered', status: 404, at, because: `${here[0].model.path} has no port ${leg.port.number} of ${nearest}` };
  }
  const declared = decision(ask, marked.model.path, `${nearest}-${marked.leg.port.number}-declared`, 'declared');
  return leaveGateway(ask, marked, { ...hop, host: nearest, passes: [...guards.map(guardOf), declared] }, host);
}

function leaveGateway(ask: Asking<Workload>, { model, leg }: Entering, hop: Hop, asked: string): Ending {
  const { route, upstreams, path } = model;
  const { at } = hop;
  const object = route.layout === 'SINGLE' ? `${leg.host}-virtual-service` : `${leg.host}-${leg.port.number}-virtual-service`;
  const wayOf = (authority?: string) => wayOut(route.service, leg.port, leg.host, asked, authority, route.proxy);
  if (!isHttp(leg.port)) {
    const way = wayOf();
    ask.hops.push({ ...hop, decides: decision(ask, path, object, 'leg 2'), sends: sendingTo(way) });
    return { kind: 'leaves', by: at, to: [way] };
  }
  const identified = leg.legOne === 'shared';
  // the gateway takes the scheme from its own connection, unless HTTP/2 has carried that of the client
  const request = readAs(ask, identified && !isHttp2(leg.port) ? 'https' : 'http', leg.mark);
  const place = { construct: path, object, at, identified, marks: Object.keys(leg.mark ?? {}), upstreams };
  const { by, ending } = leave(ask, route, request, place, { target: { host: leg.host, port: leg.port.number }, wayOf });
  ask.hops.push({ ...hop, decides: by, ...sendsOf(ending) });
  return ending;
}

/** The first destination, as the hop before it names it. */
export function sendsOf(ending: Ending): Pick<Hop, 'sends'> {
  if (ending.kind === 'leaves') return { sends: sendingTo(ending.to[0]) };
  if (ending.kind === 'served') return { sends: { host: ending.by[0].host, port: ending.by[0].port, tls: AUTO_TLS } };
  return {};
}

function sendingTo({ host, port, tls, proxy }: WayOut): Hop['sends'] {
  return proxy ? { host: proxy.host, port: proxy.port, tls } : { host, port, tls };
}

/** Straight out of the sidecar. */
function directly(
  ask: Asking<Workload>, { path, service, direct, proxy }: ExternalServiceModel, { host, port }: Known, asked: string, by?: DirectRouteModel,
): Ending {
  const at = nameOf(ask.client);
  const own = direct ? portFor(ask, path, service.selector, port) : { ...port, tls: undefined };
  const through = proxy === undefined ? undefined : ask.app.externalServices.with('path', proxy)[0];
  const wayOf = (authority?: string): WayOut => {
    const way = wayOut(service, own, host, asked, authority);
    if (!through) return service.resolution === 'NONE' ? { ...way, port: port.number, endpoints: ['the address that the client called'] } : way;
    const entrance = through.service.ports.find(({ protocol }) => protocol === 'TCP')!;
    const tls = upstreamTls(entrance.tls, through.service.hosts[0]);
    return { ...way, tls, endpoints: [], proxy: { host: through.service.hosts[0], port: entrance.number, protocol: 'CONNECT' } };
  };
  const hop = sidecar(ask, host, []);
  if (!direct || !by || !isHttp(port)) {
    const way = wayOf(isHttp(port) ? ask.request.authority : undefined);
    ask.hops.push({ ...hop, decides: decision(ask, path, 'service-entry', direct ? 'direct' : 'known without a route'), sends: sendingTo(way) });
    return { kind: 'leaves', by: at, to: [way], ...isHttp(port) && { request: untouched(ask) } };
  }
  const { path: construct, route, targets } = by;
  const upstreams = targets.flatMap(({ host: target }) => ask.app.externalServices.with('anywhere', target))
    .map(one => ({ service: one.path, hosts: one.service.hosts }));
  const place = { construct, object: `${host}-virtual-service`, at, identified: false, marks: [], upstreams };
  const { by: decides, ending } = leave(ask, route, readAs(ask, 'http'), place, { target: { host, port: port.number }, wayOf });
  ask.hops.push({ ...hop, decides, ...sendsOf(ending) });
  return ending;
}

function untouched({ request: { path, authority } }: Asking) {
  return { path, authority, removed: [], set: {}, mirrored: [] };
}

/** Workloads that the service does not select speak TLS without its Secrets. */
function portFor(ask: Asking<Workload>, path: string, selector: { readonly [label: string]: string } | undefined, port: Port): Port {
  const { labels } = ask.client;
  if (!selector || !port.tls) return port;
  const text = Object.entries(selector).map(([name, value]) => `${name}=${value}`).join(', ');
  const { sni, subjectAltNames, opaque } = port.tls;
  if (labels === undefined) {
    ask.conditions.push({ that: `the workload has the labels ${text}, which ${path} selects`, otherwise: 'it presents no certificate, and verifies by the CAs of the system' });
    return port;
  }
  const isSelected = Object.entries(selector).every(([name, value]) => labels[name] === value) && canSelectSamePods(selector, labels);
  return isSelected ? port : { ...port, tls: { mode: 'SIMPLE', sni, subjectAltNames, opaque } };
}

/** What nothing of the app leads anywhere is up to the mesh, unless a lock holds it. */
function unknown(ask: Asking<Workload>, because: string): Ending {
  const { app, client, request } = ask;
  const at = nameOf(client);
  const lock = app.egressLocks.all().filter(one => one.lock.phase === 'ENFORCE' && hasPart(one.lock, 'sidecar'))
    .find(one => lockedBy(app, one).includes(client.namespace));
  const text = lock ? `${because}, and ${lock.path} locks the namespace` : because;
  const isRead = request.port === 80 || waysOf(ask).some(({ port }) => port.number === request.port && isHttp(port));
  const readsHttp = request.scheme === 'http' && isRead;
  const refused: Ending = readsHttp ? { kind: 'answered', status: 502, at, because: text } : { kind: 'closed', at, because: text };
  if (!lock) {
    const both = 'with meshConfig.outboundTrafficPolicy ALLOW_ANY it leaves directly from the workload, with REGISTRY_ONLY the sidecar refuses it';
    return { kind: 'undecided', because: `${because}; ${both}`, registryOnly: refused };
  }
  ask.hops.push(sidecar(ask, request.host, [], { decides: decision(ask, lock.path, `${client.namespace}.sidecar`, 'sidecar') }));
  return refused;
}

/** What would have led there from elsewhere, or on another port. */
function nearWays(ask: Asking<Workload>, host: string, ways: Way[]): void {
  const { app, request } = ask;
  for (const way of ways) {
    const construct = 'by' in way ? way.by.path : way.service.path;
    ask.nearMisses.push({ construct, rule: 'service.ports', field: 'port', wants: String(way.port.number), has: String(request.port) });
  }
  if (ways.length > 0) return;
  for (const { path, route } of app.egressRoutes.all()) {
    if (isFor(route.service, host, request.port)) ask.nearMisses.push(noCaller(ask, path, route.callers));
  }
}
