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
import { chartNamespace } from '../private/app/chart';
import { appModelOf, declare, makingRefuser } from '../private/app/declared';
import { addObjects } from '../private/app/objects';
import { upstreamRulesOf } from '../private/app/upstream-rules';
import { Refuse } from '../private/basics/errors';
import { takeProps } from '../private/basics/take';
import { needProxy } from '../private/check/connect-proxy';
import { checkEgressRoute } from '../private/check/egress-route';
import { checkEgressRouteConflicts } from '../private/check/egress-route-conflicts';
import { externalDestinations } from '../private/check/external-destination';
import { needRoutedService } from '../private/check/gateway-upstream';
import { planEgressRoute } from '../private/istio/egress-route';
import { EgressRouteModel } from '../private/model/app-model';
import { workloadPortsText } from '../private/model/gateway';
import { targetsOf } from '../private/model/rule';
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
   * `UpstreamTlsConflict`, `TcpAddressMissing`; errors `OtherApp` and `ConstructRemoved` for a construct that is not part of this App.
   */
  readonly service: IExternalService;

  /** The gateway that the route uses. */
  readonly gateway: IEgressGateway;

  /**
   * Who may use the route. The gateway rejects all other callers with 403, or closes their connections if it cannot read requests. Errors
   * `CallersEmpty`, `CallersNotEnforceable`, `MeshHostConflict`; error `SidecarHidesRoute` if a Sidecar object of this App does not import what
   * callers need.
   *
   * @default - the namespace of the chart
   */
  readonly callers?: Caller[];

  /**
   * How TLS that the application itself speaks reaches the gateway. Errors `AppTlsWithoutTls`, `ValueUnknown`; error `HostInCluster` if TLS is passed
   * through for a wildcard such as `*.internal`, which would also match the names that lead to the gateway.
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
   * Mesh headers to keep on requests that leave, such as `x-request-id`. All others are removed. Error `HeaderInvalid`.
   *
   * @default - none
   */
  readonly keepHeaders?: string[];

  /**
   * How the two legs are laid out in objects. Errors `ValueUnknown`, `HostInCluster`.
   *
   * @default VirtualServiceLayout.SPLIT
   */
  readonly layout?: VirtualServiceLayout;

  /**
   * How the sidecars of callers connect to the gateway. Errors `ReasonMissing`, `PlaintextLegOneProtocol`, `CallersNotEnforceable`,
   * `EgressGatewayPortMissing`.
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
   * `EgressGatewayPortMissing`, `RuleOptionUnused` if all ports of the service are HTTP.
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
   * Name, labels and annotations. The name applies to the VirtualService that callers read.
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
 * @see https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/
 */
export class EgressRoute extends Construct {
  /** The VirtualService that callers' sidecars read. With the single layout, the one for the first host, which the gateway reads too. */
  public readonly meshVirtualService: ApiObject;

  /** The VirtualService that the gateway reads. If the service has several hosts or ports, the one for the first. */
  public readonly gatewayVirtualService: ApiObject;

  /** All objects of the route; the first is the one that callers read. */
  public readonly parts: ApiObject[];

  constructor(scope: Construct, id: string, props: EgressRouteProps) {
    super(scope, id);
    const refuse: Refuse = makingRefuser(this);
    props = takeProps('EgressRouteProps', props, refuse);
    const { service, gateway } = needRoutedService(this, props, refuse);
    if (props.legOne?.plaintextReason !== undefined && !gateway.workload.ports.some(p => p.number === 80)) {
      refuse({ code: 'EgressGatewayPortMissing', prop: 'legOne', got: 'port 80', allowed: workloadPortsText(gateway.workload), fix: 'add port 80 to the Service and to the GatewayWorkload, or leave out legOne' });
    }
    const around = {
      namespace: chartNamespace(this, refuse),
      name: props.metadata?.name,
      trustDomain: MeshSettings.of(this).trustDomain,
      service: service.service,
      gateway: gateway.gateway,
      workload: gateway.workload,
    };
    const route = checkEgressRoute(this, props, around, refuse);
    const leaves = props.connectProxy ? needProxy(this, props.connectProxy, refuse) : service;
    const model: EgressRouteModel = {
      path: this.node.path,
      route,
      gateway: gateway.path,
      service: service.path,
      upstreams: [leaves, ...externalDestinations(props.rules ?? [])].map(({ path, service: { hosts } }) => ({ service: path, hosts })),
      targets: route.rules.flatMap(targetsOf),
    };
    checkEgressRouteConflicts(model, appModelOf(this), refuse);
    const made = addObjects(this, planEgressRoute(route).map(rendered), props.metadata);
    const routes = made.filter(part => part.kind === 'VirtualService');
    this.gatewayVirtualService = routes[0];
    // callers' stands last of all, because it opens the way
    if (route.layout === 'SPLIT') routes.unshift(routes.pop()!);
    this.meshVirtualService = routes[0];
    const { namespace, name, selector } = gateway.gateway;
    this.parts = [
      ...routes,
      ...made.filter(part => part.kind !== 'VirtualService'),
      ...upstreamRulesOf(this, model.upstreams.slice(route.proxy ? 1 : 0), { namespace, name: [name], selector }),
    ];
    this.node.defaultChild = this.meshVirtualService;
    // in the order in which they should be applied
    declare(this, 'egressRoutes', model, made);
  }
}
