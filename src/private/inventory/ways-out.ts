import { Mode, modeOf, Originator, SecurityFact, securityFact } from './security';
import { requestText, RuleFact, ruleFact } from './words';
import { EVERY_NAMESPACE } from '../basics/names';
import { AppModel, EgressRouteModel, ExternalServiceModel, Upstream, WaypointRouteModel } from '../model/app-model';
import { ProxyIntent } from '../model/connect-proxy';
import { CallerIdentity, Grant, OutboundRequests } from '../model/egress-route';
import { ExternalIntent, isHttp, Port } from '../model/external-service';
import { LegOneIntent, legOneOf } from '../model/leg-one';
import { lockedBy } from '../model/locked';
import { sidecarsOf } from '../model/visibility';

/** A port of a host outside of the mesh, and who reaches it by what. */
export interface WayOut {
  /** Unique in the app. */
  readonly id: string;
  readonly host: string;
  readonly port: number;
  /** What the application speaks. */
  readonly protocol: Port['protocol'];
  readonly mode: Mode;
  /** Whether applications call the host, or a rule leads to it, or it is the forward proxy before another. */
  readonly role: 'HOST' | 'DESTINATION' | 'FORWARD_PROXY';
  /** The path of the route or, without one, of the service. */
  readonly declaredBy: string;
  /** The path of the external service. */
  readonly service: string;
  readonly callers: CallerFact[];
  readonly anyNamespaceBecause?: string;
  /** Whether sidecars go there by themselves. */
  readonly direct: boolean;
  readonly through: HopFact[];
  /** The forward proxy behind the gateway or the sidecar. */
  readonly forwardProxy?: string;
  /** The port to which connections leave. */
  readonly targetPort: number;
  readonly security: SecurityFact;
  readonly rules: RuleFact[];
  /** Headers of the mesh that leave with requests. */
  readonly keptHeaders: string[];
}

export interface CallerFact {
  /** `*` for every namespace. */
  readonly namespace: string;
  /** Every one where it is left out. */
  readonly serviceAccount?: string;
  /** Which requests it may send; every request if empty. */
  readonly requests: string[];
  /** Whether only another app knows which. */
  readonly decidedElsewhere: boolean;
  /** The lock of its namespace. */
  readonly lock?: { readonly declaredBy: string; readonly phase: 'OBSERVE' | 'ENFORCE' };
}

/** A gateway on the way. */
export interface HopFact {
  readonly kind: 'SIDECAR_GATEWAY' | 'WAYPOINT' | 'INGRESS_GATEWAY';
  readonly gateway: string;
  readonly namespace: string;
  readonly name: string;
  /** What protects the way to the gateway; left out where the caller is outside. `APPLICATION_TLS` and `CLEAR_TEXT` do not tell it who calls. */
  readonly legOne?: 'MESH_MTLS' | 'APPLICATION_TLS' | 'CLEAR_TEXT';
  /** Why leg 1 is in clear text. */
  readonly clearTextBecause?: string;
}

/** What the rows of a route have in common. */
interface Leaving {
  readonly declaredBy: string;
  readonly callers: CallerFact[];
  readonly anyNamespaceBecause?: string;
  readonly through: (port: Port) => HopFact[];
  readonly direct: boolean;
  readonly requests?: OutboundRequests;
  readonly forwardProxy?: string;
}

export function waysOut(app: AppModel): WayOut[] {
  const ways = [...routed(app), ...calledElsewhere(app), ...direct(app), ...fromIngress(app)];
  const reached = new Set(ways.map(({ service }) => service));
  const rest = app.externalServices.all().filter(({ path, direct: isDirect }) => !isDirect && !reached.has(path));
  return [...ways, ...rest.flatMap(service => unrouted(app, service))].sort((a, b) => (
    compare(a.host, b.host) || a.port - b.port || compare(a.declaredBy, b.declaredBy) || compare(a.role, b.role)
  ));
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** A route for both kinds of workloads is one way out by two gateways. */
function routed(app: AppModel): WayOut[] {
  const paths = new Set([...app.egressRoutes.all(), ...app.waypointRoutes.all()].map(({ path }) => path));
  const sidecars = new Map(app.egressRoutes.all().map(model => [model.path, model]));
  return [...paths].flatMap(path => routeWays(app, sidecars.get(path), app.waypointRoutes.with('path', path)[0]));
}

function routeWays(app: AppModel, sidecars: EgressRouteModel | undefined, waypoint: WaypointRouteModel | undefined): WayOut[] {
  const model = (sidecars ?? waypoint)!;
  const { route, path, upstreams } = model;
  const { proxy, anyNamespaceReason } = route;
  const leaving: Leaving = {
    declaredBy: path,
    callers: callersOf(app, route.grants),
    anyNamespaceBecause: anyNamespaceReason,
    through: port => [...sidecars ? [sidecarHop(sidecars.gateway, sidecars.route, port)] : [], ...waypoint ? [waypointHop(waypoint)] : []],
    direct: false,
    requests: route,
    forwardProxy: proxyText(proxy),
  };
  return [
    ...serviceWays(leaving, model.service, route.service, 'GATEWAY'),
    ...proxy ? [proxyWay(leaving, upstreams[0].service, proxy, 'GATEWAY')] : [],
    ...destinations(app, leaving, model.service, model),
  ];
}

function sidecarHop(gateway: string, intent: LegOneIntent, port: Port): HopFact {
  const { namespace, name } = intent.gateway;
  const legOne = ({ shared: 'MESH_MTLS', own: 'MESH_MTLS', passthrough: 'APPLICATION_TLS', plaintext: 'CLEAR_TEXT' } as const)[legOneOf(intent, port)];
  return { kind: 'SIDECAR_GATEWAY', gateway, namespace, name, legOne, clearTextBecause: intent.plaintextReason };
}

function waypointHop({ route: { waypoint }, gateway }: WaypointRouteModel): HopFact {
  return { kind: 'WAYPOINT', gateway, namespace: waypoint.namespace, name: waypoint.gateway, legOne: 'MESH_MTLS' };
}

/** The services to which rules lead, beside the one of the route. */
function destinations(app: AppModel, leaving: Leaving, own: string, { upstreams, targets }: Pick<EgressRouteModel, 'targets'> & { readonly upstreams: Upstream[] }): WayOut[] {
  return [...new Set(upstreams.map(({ service }) => service))].filter(service => service !== own)
    .flatMap(service => app.externalServices.with('path', service))
    .flatMap(({ path, service }) => (
      eachPort(service).filter(({ host, port }) => targets.some(target => target.host === host && target.port === port.number))
        .map(({ host, port }) => way({ ...leaving, requests: undefined, forwardProxy: undefined }, path, host, port, 'DESTINATION', 'GATEWAY'))
    ));
}

/** Legs of callers whose routes, with what they allow, belong to other apps. */
function calledElsewhere(app: AppModel): WayOut[] {
  const declared = new Set(app.egressRoutes.all().map(({ service }) => service));
  return app.egressCallers.all().filter(({ service }) => !declared.has(service)).flatMap(({ path, namespace, gateway, service, leg }) => {
    const callers = [callerFact(app, { namespace }, [], true)];
    const leaving: Leaving = { declaredBy: path, callers, through: port => [sidecarHop(gateway, leg, port)], direct: false };
    return serviceWays(leaving, service, leg.service, 'GATEWAY');
  });
}

function direct(app: AppModel): WayOut[] {
  return app.externalServices.all().filter(({ direct: isDirect }) => isDirect).flatMap(model => {
    const { path, service, proxy } = model;
    const routes = app.directRoutes.with('service', path);
    const namespaces = [...new Set(sidecarsOf(app, model))].sort();
    const rows = (declaredBy: string, called: string[], requests?: OutboundRequests) => serviceWays({
      declaredBy,
      callers: called.map(namespace => callerFact(app, { namespace }, requests?.grants.flatMap(({ allow }) => allow.map(requestText)) ?? [], false)),
      through: () => [],
      direct: true,
      requests,
      forwardProxy: proxyAt(app, proxy),
    }, path, service, 'SIDECAR');
    const ruled = routes.map(({ route }) => route.namespace);
    const others = namespaces.filter(namespace => !ruled.includes(namespace));
    return [
      ...routes.flatMap(route => rows(route.path, [route.route.namespace], route.route)),
      ...others.length > 0 || routes.length === 0 ? rows(path, others) : [],
    ];
  });
}

/** External services to which ingress routes lead. */
function fromIngress(app: AppModel): WayOut[] {
  return app.ingressRoutes.all().flatMap(model => {
    const { path, gateway, route } = model;
    const [namespace, name] = route.gateway.split('/');
    return destinations(app, { declaredBy: path, callers: [], through: () => [{ kind: 'INGRESS_GATEWAY', gateway, namespace, name }], direct: false }, '', model);
  });
}

/** A service that only other apps use. */
function unrouted(app: AppModel, model: ExternalServiceModel): WayOut[] {
  const callers = [...new Set(sidecarsOf(app, model))].sort().map(namespace => callerFact(app, { namespace }, [], true));
  return serviceWays({ declaredBy: model.path, callers, through: () => [], direct: false }, model.path, model.service, 'GATEWAY');
}

function eachPort({ hosts, ports }: ExternalIntent): { readonly host: string; readonly port: Port }[] {
  return hosts.flatMap(host => ports.map(port => ({ host, port })));
}

function serviceWays(leaving: Leaving, service: string, intent: ExternalIntent, by: Originator): WayOut[] {
  return eachPort(intent).map(({ host, port }) => way(leaving, service, host, port, 'HOST', by));
}

function proxyWay(leaving: Leaving, service: string, { host, port: number, service: { ports } }: ProxyIntent, by: Originator): WayOut {
  const port = ports.find(one => one.number === number)!;
  return way({ ...leaving, requests: undefined, forwardProxy: undefined }, service, host, port, 'FORWARD_PROXY', by);
}

/** The forward proxy of a direct service. */
function proxyAt(app: AppModel, path: string | undefined): string | undefined {
  const [proxy] = path === undefined ? [] : app.externalServices.with('path', path);
  return proxy && `${proxy.service.hosts[0]}:${proxy.service.ports[0].number}`;
}

function proxyText(proxy: ProxyIntent | undefined): string | undefined {
  return proxy && `${proxy.host}:${proxy.port}`;
}

function way(leaving: Leaving, service: string, host: string, port: Port, role: WayOut['role'], by: Originator): WayOut {
  const { declaredBy, callers, anyNamespaceBecause, through, direct: isDirect, requests, forwardProxy } = leaving;
  const readable = requests && isHttp(port) ? requests : undefined;
  return {
    id: `${declaredBy} ${role === 'HOST' ? '' : `${service} `}${host}:${port.number}`,
    host,
    port: port.number,
    protocol: port.protocol,
    mode: modeOf(port),
    role,
    declaredBy,
    service,
    callers,
    anyNamespaceBecause,
    direct: isDirect,
    through: through(port),
    forwardProxy,
    targetPort: port.targetPort,
    security: securityFact(port, host, by),
    rules: readable?.rules.map(ruleFact) ?? [],
    keptHeaders: readable ? [...readable.keepHeaders].sort() : [],
  };
}

function callersOf(app: AppModel, grants: Grant[]): CallerFact[] {
  return grants.flatMap(({ callers, allow }) => callers.map(caller => callerFact(app, caller, allow.map(requestText), false)))
    .sort((a, b) => compare(a.namespace, b.namespace) || compare(a.serviceAccount ?? '', b.serviceAccount ?? ''));
}

function callerFact(app: AppModel, { namespace, serviceAccount }: CallerIdentity, requests: string[], decidedElsewhere: boolean): CallerFact {
  const lock = namespace === EVERY_NAMESPACE ? undefined : app.egressLocks.all().find(model => lockedBy(app, model).includes(namespace));
  return { namespace, serviceAccount, requests, decidedElsewhere, lock: lock && { declaredBy: lock.path, phase: lock.lock.phase } };
}
