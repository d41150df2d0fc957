import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { Caller } from './caller';
import { ConnectProxy } from './connect-proxy';
import { IExternalService } from './i-external-service';
import { LegOne } from './leg-one';
import { IEgressGateway } from '../gateway/i-egress-gateway';
import { RouteMatch } from '../http/route-match';
import { EgressRule } from '../http/rule';
import { MeshSettings } from '../mesh-settings';
import { ObjectMetadata } from '../object-metadata';
import { planWaypointRoute } from '../private/ambient/egress-route';
import { chartNamespace } from '../private/app/chart';
import { appModelOf, declare, makingRefuser } from '../private/app/declared';
import { addObjects } from '../private/app/objects';
import { upstreamRulesOf } from '../private/app/upstream-rules';
import { Refuse, refuser } from '../private/basics/errors';
import { takeProps } from '../private/basics/take';
import { needProxy } from '../private/check/connect-proxy';
import { declaredWaypoint, needDeclared } from '../private/check/declared';
import { checkEgressRoute } from '../private/check/egress-route';
import { checkEgressRouteConflicts } from '../private/check/egress-route-conflicts';
import { externalDestinations } from '../private/check/external-destination';
import { needRoutedService } from '../private/check/gateway-upstream';
import { checkWaypointRouteConflicts } from '../private/check/waypoint-conflicts';
import { checkBesideWaypoint, checkWaypointRoute } from '../private/check/waypoint-route';
import { planEgressRoute } from '../private/istio/egress-route';
import { EgressRouteModel, ExternalServiceModel, Upstream, WaypointModel, WaypointRouteModel } from '../private/model/app-model';
import { overlapOf } from '../private/model/at-waypoints';
import { GatewayFacts, workloadPortsText } from '../private/model/gateway';
import { targetsOf } from '../private/model/rule';
import { WaypointFacts } from '../private/model/waypoint';
import { rendered } from '../private/objects/manifest/object';

/** How TLS that the application itself speaks reaches the gateway. */
export enum AppTls {
  /** It is wrapped in mesh mTLS up to the gateway, so the gateway can identify and refuse the caller. */
  WRAP = 'WRAP',

  /** It reaches the gateway unchanged. The gateway sees the server name (SNI) but cannot identify the caller, so `callers` cannot be enforced. */
  PASSTHROUGH = 'PASSTHROUGH',
}

/** How the two legs of a route are laid out in objects. */
export enum VirtualServiceLayout {
  /** One VirtualService per leg, exported only to the proxies that need it. */
  SPLIT = 'SPLIT',

  /**
   * One VirtualService with both legs, as in Istio's documentation. It behaves the same, but callers' sidecars also receive configuration that only
   * the gateway needs.
   */
  SINGLE = 'SINGLE',
}

/** Properties of an `EgressRoute`. Errors `TypeInvalid` for a value of the wrong type, `PropUnknown` for an unknown prop. */
export interface EgressRouteProps {
  /**
   * The service that the route is for. Errors `DirectServiceRouted`, `WildcardThroughGateway`, `ResolutionNoneBehindGateway`, `HostAlreadyRouted`,
   * `UpstreamTlsConflict`, `TcpAddressMissing`; errors `OtherApp` and `ConstructRemoved` for a construct that is not part of this App. At a waypoint,
   * errors `WaypointHostConflict`, `WaypointServiceImported`, `WaypointAddressMissing`, `WaypointWorkloadsElsewhere`, `WildcardTlsDisabled`; error `DynamicDnsPort` for wildcards
   * on ports other than 80 and 443; error `WaypointFileMissing` for certificates in files.
   */
  readonly service: IExternalService;

  /** The gateway that the route uses, for workloads with sidecars or, if it is a waypoint, in ambient namespaces. */
  readonly gateway: IEgressGateway;

  /**
   * Who may use the route. The gateway rejects all other callers with 403, or closes their connections if it cannot read requests. Errors
   * `CallersEmpty`, `CallerCovered`, `CallersNotEnforceable`, `MeshHostConflict`; error `SidecarHidesRoute` if a Sidecar object of this App does not import what
   * callers need. At a waypoint, a list of a caller can hold only what AuthorizationPolicies can express, errors `CallerListInexpressible`,
   * `WaypointOptionUnused` for `ownLeg`; beside a `sidecarGateway`, error `WaypointReadsMeshRoute` for callers in the namespace of the waypoint.
   *
   * @default - the namespace of the chart
   */
  readonly callers?: Caller[];

  /**
   * How TLS that the application itself speaks reaches the gateway. Errors `AppTlsWithoutTls`, `ValueUnknown`; error `HostInCluster` if TLS is passed
   * through for a wildcard such as `*.internal`, which would also match the names that lead to the gateway; error `WaypointOptionUnused` at a
   * waypoint, where it is always wrapped.
   *
   * @default AppTls.WRAP
   */
  readonly appTls?: AppTls;

  /**
   * The requests that may leave; the gateway rejects all others with 403. HTTP only. Error `RulesOnOpaqueTraffic`.
   *
   * @default - all requests
   */
  readonly allow?: RouteMatch[];

  /**
   * How the gateway handles requests before it forwards them. The first matching rule decides; requests that match no rule are forwarded unchanged.
   * Rules never widen `allow`. Errors `RulesOnOpaqueTraffic`, `RulesCannotCombine`, `RuleNeverAllowed`.
   *
   * @default - requests are forwarded unchanged
   */
  readonly rules?: EgressRule[];

  /**
   * Mesh headers to keep on requests that leave, such as `x-request-id`. All others are removed. Envoy writes `x-envoy-attempt-count` and
   * `x-envoy-expected-rq-timeout-ms` again when it retries, unless the pods are told not to; those that Istio runs for an `EgressGateway` of
   * this app are, if no route of the app keeps the header. Error `HeaderInvalid`.
   *
   * @default - none
   */
  readonly keepHeaders?: string[];

  /**
   * How the two legs are laid out in objects. Errors `ValueUnknown`, `HostInCluster`, `WaypointOptionUnused`, `WaypointReadsMeshRoute`.
   *
   * @default VirtualServiceLayout.SPLIT
   */
  readonly layout?: VirtualServiceLayout;

  /**
   * How the sidecars of callers connect to the gateway. Errors `ReasonMissing`, `PlaintextLegOneProtocol`, `CallersNotEnforceable`,
   * `EgressGatewayPortMissing`, `WaypointOptionUnused`.
   *
   * @default LegOne.mtls()
   */
  readonly legOne?: LegOne;

  /**
   * The port of the gateway's Service for TCP and the application's own TLS, instead of the port that all routes share. Use it for NetworkPolicies,
   * metrics and limits that distinguish ports. Both the Service and the GatewayWorkload must have the port.
   *
   * Leg 1 uses mesh mTLS on this port too (Istio's documentation sends clear text), so the gateway can identify and refuse callers, and several
   * routes may share the port. Passed-through TLS arrives on it unchanged. No other Gateway may have a clear-text TCP server on it. Errors
   * `EgressGatewayPortMissing`, `RuleOptionUnused` if all ports of the service are HTTP, `WaypointOptionUnused`.
   *
   * @default - the port of the EgressGateway, 443
   */
  readonly gatewayPort?: number;

  /**
   * A forward proxy that connects to the hosts on behalf of the gateway; the gateway then needs only their names. For the application's own TLS and
   * for TCP, with any `appTls`. Errors `ConnectProxyInvalid`, `ConnectProxyUnsuited`, `TrafficPolicyUnused`, `UpstreamTlsConflict`.
   *
   * @default - the gateway connects to the hosts itself
   */
  readonly connectProxy?: ConnectProxy;

  /**
   * Name, labels and annotations. The name applies to the VirtualService that callers read; at a waypoint, to the first route that it reads, if any.
   *
   * @default - a generated name
   */
  readonly metadata?: ObjectMetadata;
}

/**
 * A route from workloads in the mesh through an egress gateway to an external service.
 *
 * In the namespace of the chart, it creates the VirtualService that callers' sidecars read (leg 1). In the namespace of the gateway, it creates a
 * VirtualService (leg 2) and an AuthorizationPolicy that admits only the callers for each host and port, and a DestinationRule for each host to which
 * the gateway originates TLS. Traffic in which the gateway cannot read a Host header also gets its own Gateway, ServiceEntry and DestinationRule.
 *
 * Through a waypoint, everything stands in the namespace of the waypoint: an AuthorizationPolicy for each host, an HTTPRoute for each host and HTTP
 * port, or a VirtualService for a wildcard, or if HTTPRoutes cannot express the rules, and the ServiceEntries of the service, one for each host. If the
 * waypoint has a `sidecarGateway`, the route has the objects of both gateways.
 *
 * @see https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/
 * @example
 * new EgressRoute(chart, 'api-route', { service: api, gateway: egress, callers: [Caller.namespace('shop')] });
 */
export class EgressRoute extends Construct {
  /** The HTTPRoutes that a waypoint reads, one for each host and HTTP port; empty for other gateways. */
  public readonly httpRoutes: ApiObject[];

  /** All objects of the route; the first is the one that callers read or, at a waypoint, the first that it reads. */
  public readonly parts: ApiObject[];

  private readonly readByCallers?: ApiObject;
  private readonly readByGateway?: ApiObject;

  /**
   * @param scope the chart to which the objects belong, or a construct in it
   * @param id the name of the construct in its scope, from which names of its objects may be derived
   * @param props what leads where, for whom, and by which rules
   */
  constructor(scope: Construct, id: string, props: EgressRouteProps) {
    super(scope, id);
    const refuse: Refuse = makingRefuser(this);
    props = takeProps('EgressRouteProps', props, refuse);
    const waypoint = declaredWaypoint(this, props.gateway, 'gateway', refuse);
    // both are checked before anything is made
    const makers = [
      ...!waypoint || waypoint.sidecarGateway ? [forSidecars(this, props, waypoint?.waypoint, refuse)] : [],
      ...waypoint ? [forAmbient(this, props, waypoint, refuse)] : [],
    ];
    const { leavingBy, callersRead, made, rules } = makers.map(make => make()).reduce(together);
    this.readByCallers = callersRead;
    this.readByGateway = leavingBy.find(({ kind }) => kind === 'VirtualService');
    this.httpRoutes = leavingBy.filter(({ kind }) => kind === 'HTTPRoute');
    const first = [...callersRead ? [callersRead] : [], ...leavingBy.filter(part => part !== callersRead)];
    this.parts = [...first, ...made.filter(part => !first.includes(part)), ...rules];
    [this.node.defaultChild] = this.parts;
  }

  /**
   * The VirtualService that callers' sidecars read. With the single layout, the one for the first host, which the gateway reads too. Error
   * `WaypointUnsuited` if the gateway is a waypoint: nothing of the route is read by callers.
   */
  public get meshVirtualService(): ApiObject {
    return this.readByCallers ?? this.lacking('meshVirtualService', 'callers read nothing of a route through a waypoint');
  }

  /**
   * The VirtualService that the gateway reads. If the service has several hosts or ports, the one for the first. Error `WaypointUnsuited` if the
   * gateway is a waypoint and reads HTTPRoutes instead.
   */
  public get gatewayVirtualService(): ApiObject {
    return this.readByGateway ?? this.lacking('gatewayVirtualService', 'the waypoint reads HTTPRoutes for this route, if anything');
  }

  private lacking(attribute: string, because: string): ApiObject {
    return refuser(this)({ code: 'WaypointUnsuited', prop: attribute, got: undefined, allowed: `a gateway for workloads with sidecars, because ${because}`, fix: 'use `httpRoutes` or `parts`' });
  }
}

/** The objects of a route. */
interface Made {
  /** What callers' sidecars read. */
  readonly callersRead?: ApiObject;
  /** The routes that the gateway reads. */
  readonly leavingBy: ApiObject[];
  /** All objects of the route itself, in the order in which they should be applied. */
  readonly made: ApiObject[];
  /** The rules by which the gateway reaches the hosts. They belong to the services. */
  readonly rules: ApiObject[];
}

/** The objects of a route that serves workloads of both kinds. */
function together(one: Made, other: Made): Made {
  return {
    callersRead: one.callersRead,
    leavingBy: [...one.leavingBy, ...other.leavingBy],
    made: [...one.made, ...other.made],
    rules: [...one.rules, ...other.rules],
  };
}

/** Checks a route for workloads with sidecars, beside a waypoint or without one. */
function forSidecars(scope: EgressRoute, props: EgressRouteProps, beside: WaypointFacts | undefined, refuse: Refuse): () => Made {
  const { service, gateway } = needRoutedService(scope, props, refuse);
  if (props.legOne?.plaintextReason !== undefined && !gateway.workload.ports.some(p => p.number === 80)) {
    refuse({ code: 'EgressGatewayPortMissing', prop: 'legOne', got: 'port 80', allowed: workloadPortsText(gateway.workload), fix: 'add port 80 to the Service and to the GatewayWorkload, or leave out legOne' });
  }
  const around = {
    namespace: chartNamespace(scope, refuse),
    name: props.metadata?.name,
    trustDomain: MeshSettings.of(scope).trustDomain,
    service: service.service,
    gateway: gateway.gateway,
    workload: gateway.workload,
  };
  const route = checkEgressRoute(scope, props, around, refuse);
  const model: EgressRouteModel = {
    path: scope.node.path,
    route,
    gateway: gateway.path,
    service: service.path,
    upstreams: upstreamsOf(props, props.connectProxy ? needProxy(scope, props.connectProxy, refuse) : service),
    targets: route.rules.flatMap(targetsOf),
  };
  checkEgressRouteConflicts(model, appModelOf(scope), refuse);
  if (beside) checkBesideWaypoint(route, beside, refuse);
  return () => bySidecars(scope, model, gateway.gateway, props.metadata);
}

function bySidecars(scope: EgressRoute, model: EgressRouteModel, { namespace, name, selector }: GatewayFacts, metadata?: ObjectMetadata): Made {
  const { route } = model;
  const made = addObjects(scope, planEgressRoute(route).map(rendered), metadata);
  const routes = made.filter(part => part.kind === 'VirtualService');
  const rules = upstreamRulesOf(scope, model.upstreams.slice(route.proxy ? 1 : 0), { namespace, name: [name], selector });
  declare(scope, 'egressRoutes', model, made);
  // callers' stands last of all, because it opens the way; in one with both legs, callers read it too
  return route.layout === 'SPLIT'
    ? { callersRead: routes.at(-1), leavingBy: routes.slice(0, -1), made, rules }
    : { callersRead: routes[0], leavingBy: routes, made, rules };
}

/** Checks a route for ambient workloads. */
function forAmbient(scope: EgressRoute, props: EgressRouteProps, gateway: WaypointModel, refuse: Refuse): () => Made {
  const service = needDeclared(scope, props.service, 'externalServices', 'service', refuse);
  const proxy = props.connectProxy && needProxy(scope, props.connectProxy, refuse);
  const app = appModelOf(scope);
  const around = {
    namespace: chartNamespace(scope, refuse),
    name: props.metadata?.name,
    service,
    proxy,
    waypoint: gateway.waypoint,
    besideSidecars: gateway.sidecarGateway !== undefined,
    settings: MeshSettings.of(scope),
  };
  const route = checkWaypointRoute(scope, props, around, refuse);
  const model: WaypointRouteModel = {
    path: scope.node.path,
    route,
    gateway: gateway.path,
    service: service.path,
    upstreams: upstreamsOf(props, proxy ?? service),
    targets: route.rules.flatMap(targetsOf),
  };
  checkWaypointRouteConflicts(model, app, refuse);
  // a construct declares one thing
  return () => byWaypoint(gateway.sidecarGateway ? new Construct(scope, 'waypoint') : scope, model, gateway.waypoint, props.metadata);
}

function byWaypoint(scope: Construct, model: WaypointRouteModel, { namespace, name }: WaypointFacts, metadata?: ObjectMetadata): Made {
  const app = appModelOf(scope);
  const { route } = model;
  const made = addObjects(scope, planWaypointRoute(route, host => overlapOf(app, route.waypoint, host)), metadata);
  const rules = upstreamRulesOf(scope, model.upstreams.slice(route.proxy ? 1 : 0), { namespace, name: [name] });
  declare(scope, 'waypointRoutes', model, made);
  return { leavingBy: made.filter(({ kind }) => kind === 'VirtualService' || kind === 'HTTPRoute'), made, rules };
}

/** The services to which the gateway connects: first the one to which a route leads, or the forward proxy before it. */
function upstreamsOf({ rules = [] }: EgressRouteProps, leaves: ExternalServiceModel): Upstream[] {
  return [leaves, ...externalDestinations(rules)].map(({ path, service: { hosts } }) => ({ service: path, hosts }));
}
