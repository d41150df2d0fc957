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
import { checkEgressRouteBeside } from '../private/check/beside';
import { needProxy } from '../private/check/connect-proxy';
import { needDeclared } from '../private/check/declared';
import { checkEgressRoute } from '../private/check/egress-route';
import { externalDestinations } from '../private/check/external-destination';
import { planEgressRoute } from '../private/istio/egress-route';
import { rendered } from '../private/istio/manifest/object';
import { EgressRouteModel } from '../private/model/app-model';
import { workloadPortsText } from '../private/model/gateway';
import { targetsOf } from '../private/model/rule';

/** What becomes of TLS that the application itself speaks. */
export enum AppTls {
  /** It is wrapped in mesh mTLS on its way to the gateway, which then knows the caller and can refuse it. */
  WRAP = 'WRAP',

  /** It goes to the gateway as it is. The gateway knows the server name but not the caller, so that `callers` cannot be enforced. */
  PASSTHROUGH = 'PASSTHROUGH',
}

/** How the two legs of a route are laid out in objects. */
export enum VirtualServiceLayout {
  /** A VirtualService for each leg, visible only to the proxies that read it. */
  SPLIT = 'SPLIT',

  /**
   * One VirtualService with both legs, as Istio's documentation prints it. It works alike, but the sidecars of callers
   * then also hold what only the gateway needs.
   */
  SINGLE = 'SINGLE',
}

/** Properties of an `EgressRoute`. A value of another type is error `TypeInvalid`, a prop that does not exist error `PropUnknown`. */
export interface EgressRouteProps {
  /**
   * The service to which the route leads. Errors `DirectServiceRouted`, `WildcardThroughGateway`, `ResolutionNoneBehindGateway`,
   * `HostAlreadyRouted`, `UpstreamTlsConflict`, `TcpAddressMissing`; errors `OtherApp` and `ConstructRemoved` for a construct that is not part of this App.
   */
  readonly service: IExternalService;

  /** The gateway through which it leads. */
  readonly gateway: IEgressGateway;

  /**
   * Who may use the route. The gateway answers 403 to everybody else, or closes the connection where it does not read requests.
   * Errors `CallersEmpty`, `CallersNotEnforceable`, `MeshHostConflict`.
   *
   * @default - the namespace of the chart
   */
  readonly callers?: Caller[];

  /**
   * What becomes of TLS that the application itself speaks. Errors `AppTlsWithoutTls`, `ValueUnknown`; error
   * `HostInCluster` where TLS of a wildcard as wide as `*.internal` would be passed through, and with it what leads to the gateway.
   *
   * @default AppTls.WRAP
   */
  readonly appTls?: AppTls;

  /**
   * The requests that may leave; the gateway answers 403 to all others. HTTP only. Error `RulesOnOpaqueTraffic`.
   *
   * @default - all requests
   */
  readonly allow?: RouteMatch[];

  /**
   * What is done with requests where they leave, beyond forwarding them. The first rule that matches decides;
   * what no rule matches is forwarded. Rules never widen `allow`. Errors `RulesOnOpaqueTraffic`, `RulesCannotCombine`, `RuleNeverAllowed`.
   *
   * @default - requests are forwarded
   */
  readonly rules?: EgressRule[];

  /**
   * Headers of the mesh that may leave it, such as `x-request-id`. All others are removed. Error `HeaderInvalid`.
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
   * How sidecars speak to the gateway. Errors `ReasonMissing`, `PlaintextLegOneProtocol`, `CallersNotEnforceable`, `EgressGatewayPortMissing`.
   *
   * @default LegOne.mtls()
   */
  readonly legOne?: LegOne;

  /**
   * The port of the gateway's Service by which TCP and the application's own TLS enter, instead of the one that all routes share: for
   * NetworkPolicies, metrics and limits that tell ports apart. The Service must have the port, and the GatewayWorkload name it.
   *
   * Leg 1 is mesh mTLS on this port as well (where Istio's documentation sends clear text), so that callers are known and refused, and
   * several routes may share the port; passed-through TLS enters by it as it is. No other Gateway may have a clear-text TCP server on it.
   * Errors `EgressGatewayPortMissing`, `RuleOptionUnused` where all ports of the service are HTTP.
   *
   * @default - the port of the EgressGateway, 443
   */
  readonly gatewayPort?: number;

  /**
   * A forward proxy that connects to the hosts on behalf of the gateway, which then knows nothing of them but their names.
   * For TLS of the application's own and for TCP, with every `appTls`.
   * Errors `ConnectProxyInvalid`, `ConnectProxyUnsuited`, `TrafficPolicyUnused`, `UpstreamTlsConflict`.
   *
   * @default - the gateway connects to the hosts itself
   */
  readonly connectProxy?: ConnectProxy;

  /**
   * Name, labels and annotations. The name is that of the VirtualService which callers read.
   *
   * @default - a generated name
   */
  readonly metadata?: ObjectMetadata;
}

/**
 * A route from workloads of the mesh through an egress gateway to a service outside.
 *
 * In the namespace of the chart it makes the VirtualService that sidecars of callers read (leg 1). In the namespace of the gateway it makes,
 * for each host and port, the VirtualService that the gateway reads (leg 2) and an AuthorizationPolicy that refuses everybody but the callers;
 * a DestinationRule for each host to which TLS is spoken; and, for traffic in which the gateway reads no Host header, a Gateway, ServiceEntry
 * and DestinationRule of its own.
 *
 * @see https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/
 */
export class EgressRoute extends Construct {
  /** The VirtualService that callers' sidecars read; with the single layout that of the first host, which the gateway reads too. */
  public readonly meshVirtualService: ApiObject;

  /** The VirtualService by which traffic leaves the gateway; where the service has several hosts or ports, that of the first. */
  public readonly gatewayVirtualService: ApiObject;

  /** All objects of the route, first the one that callers read. */
  public readonly parts: ApiObject[];

  constructor(scope: Construct, id: string, props: EgressRouteProps) {
    super(scope, id);
    const refuse: Refuse = makingRefuser(this);
    props = takeProps('EgressRouteProps', props, refuse);
    const service = needDeclared(this, props.service, 'externalServices', 'service', refuse);
    const gateway = needDeclared(this, props.gateway, 'egressGateways', 'gateway', refuse);
    if (service.direct) {
      refuse({ code: 'DirectServiceRouted', prop: 'service', got: service.path, allowed: 'a service that is not direct', fix: 'remove `direct` from the service, or delete the route' });
    }
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
    const route = checkEgressRoute(this, { ...props, layout: props.layout ?? 'SPLIT' }, around, refuse);
    const leaves = props.connectProxy ? needProxy(this, props.connectProxy, refuse) : service;
    const model: EgressRouteModel = {
      path: this.node.path,
      route,
      gateway: gateway.path,
      service: service.path,
      upstreams: [leaves, ...externalDestinations(props.rules ?? [])].map(({ path, service: { hosts } }) => ({ service: path, hosts })),
      targets: route.rules.flatMap(targetsOf),
    };
    checkEgressRouteBeside(model, appModelOf(this), refuse);
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
