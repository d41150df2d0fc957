import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { AppTls } from './egress-route';
import { IExternalService } from './i-external-service';
import { IEgressGateway } from '../gateway/i-egress-gateway';
import { ObjectMetadata } from '../object-metadata';
import { chartNamespace } from '../private/app/chart';
import { appModelOf, declare, makingRefuser } from '../private/app/declared';
import { addObject } from '../private/app/objects';
import { Refuse } from '../private/basics/errors';
import { takeProps } from '../private/basics/take';
import { checkEgressCaller } from '../private/check/egress-caller';
import { needRoutedService } from '../private/check/gateway-upstream';
import { planEgressCaller } from '../private/istio/mesh-leg';
import { meshRoutesOf } from '../private/model/collisions';
import { rendered } from '../private/objects/manifest/object';

/** Properties of an `EgressCaller`. Errors `TypeInvalid` for a value of the wrong type, `PropUnknown` for an unknown prop. */
export interface EgressCallerProps {
  /**
   * The service that the route is for, usually from `ExternalService.fromExternalServiceAttributes`. Errors `DirectServiceRouted`,
   * `WildcardThroughGateway`, `MeshHostConflict`.
   */
  readonly service: IExternalService;

  /**
   * The gateway that the route uses, usually from `EgressGateway.fromEgressGatewayAttributes`. Error `SidecarHidesRoute` if a Sidecar object of this
   * App hides it from the caller; error `WaypointUnsuited` for a waypoint, which callers reach without an object of their own.
   */
  readonly gateway: IEgressGateway;

  /**
   * How TLS that the application itself speaks reaches the gateway; must be the same as in the route. Errors `AppTlsWithoutTls`, `ValueUnknown`.
   *
   * @default AppTls.WRAP
   */
  readonly appTls?: AppTls;

  /**
   * The port of the gateway's Service for TLS and TCP; must be the same as in the route. Errors `EgressGatewayPortMissing`, `RuleOptionUnused`.
   *
   * @default - the port of the gateway
   */
  readonly gatewayPort?: number;

  /**
   * Name, labels and annotations.
   *
   * @default - a generated name
   */
  readonly metadata?: ObjectMetadata;
}

/**
 * The caller's leg of an egress route that another repository declares. It creates only the VirtualService that sidecars in this chart's namespace
 * read.
 *
 * The route must list the caller with `ownLeg`, and the service must be exported to this namespace with `exportTo` unless all of its ports are HTTP
 * on port 80.
 *
 * It is optional: without it, the route's own leg serves the callers. Use it if the namespace should own that object itself.
 *
 * @see https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/
 * @example
 * const partner = ExternalService.fromExternalServiceAttributes(chart, 'partner', { hosts: ['partner.example.com'], ports: [ExternalPort.http()] });
 * new EgressCaller(chart, 'partner-caller', { service: partner, gateway: egress });
 */
export class EgressCaller extends Construct {
  /** The VirtualService. */
  public readonly virtualService: ApiObject;

  /** All objects of the caller: the VirtualService. */
  public readonly parts: ApiObject[];

  /**
   * @param scope the chart to which the objects belong, or a construct in it
   * @param id the name of the construct in its scope, from which names of its objects may be derived
   * @param props the route whose caller this is: its service and its gateway
   */
  constructor(scope: Construct, id: string, props: EgressCallerProps) {
    super(scope, id);
    const refuse: Refuse = makingRefuser(this);
    props = takeProps('EgressCallerProps', props, refuse);
    const { service, gateway } = needRoutedService(this, props, refuse);
    const namespace = chartNamespace(this, refuse);
    const leg = checkEgressCaller(props, { service: service.service, gateway: gateway.gateway, workload: gateway.workload }, refuse);
    const { hosts } = service.service;
    hosts.forEach((host, i) => {
      const [rival] = meshRoutesOf(appModelOf(this), namespace, host);
      if (rival) {
        refuse({ code: 'MeshHostConflict', prop: `service.hosts[${i}]`, got: `${host} from ${namespace}`, allowed: `hosts that ${rival.path} does not use`, fix: 'use only one route per host and calling namespace; to leave this one to its EgressCaller, set `ownLeg` on the route' });
      }
    });
    this.virtualService = addObject(this, rendered(planEgressCaller(leg, namespace, props.metadata?.name)), props.metadata);
    this.parts = [this.virtualService];
    this.node.defaultChild = this.virtualService;
    declare(this, 'egressCallers', { path: this.node.path, namespace, gateway: gateway.path, service: service.path, hosts, leg }, this.parts);
  }
}
