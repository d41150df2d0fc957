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
import { needDeclared } from '../private/check/declared';
import { checkEgressCaller } from '../private/check/egress-caller';
import { rendered } from '../private/istio/manifest/object';
import { planEgressCaller } from '../private/istio/mesh-leg';
import { meshRoutesOf } from '../private/model/collisions';

/** Properties of an `EgressCaller`. A value of another type is error `TypeInvalid`, a prop that does not exist error `PropUnknown`. */
export interface EgressCallerProps {
  /**
   * The service to which the route leads, mostly of `ExternalService.fromExternalServiceAttributes`.
   * Errors `DirectServiceRouted`, `WildcardThroughGateway`, `MeshHostConflict`.
   */
  readonly service: IExternalService;

  /** The gateway through which the route leads, mostly of `EgressGateway.fromEgressGatewayAttributes`. */
  readonly gateway: IEgressGateway;

  /**
   * What becomes of TLS that the application itself speaks, as the route says. Errors `AppTlsWithoutTls`, `ValueUnknown`.
   *
   * @default AppTls.WRAP
   */
  readonly appTls?: AppTls;

  /**
   * The port of the gateway's Service by which TLS and TCP enter, as the route says. Errors `EgressGatewayPortMissing`, `RuleOptionUnused`.
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
 * A caller's leg of an egress route that another repository declares: the VirtualService that sidecars of this chart's namespace read, and
 * nothing else. The route must name the caller with `ownLeg`, and the service be shown to this namespace with `exportTo` if any of its
 * ports is not HTTP on port 80.
 *
 * Without it the route's own leg serves its callers as well; make it where the namespace wants to hold that object itself.
 *
 * @see https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/
 */
export class EgressCaller extends Construct {
  /** The VirtualService. */
  public readonly virtualService: ApiObject;

  /** All objects of the caller: the VirtualService. */
  public readonly parts: ApiObject[];

  constructor(scope: Construct, id: string, props: EgressCallerProps) {
    super(scope, id);
    const refuse: Refuse = makingRefuser(this);
    props = takeProps('EgressCallerProps', props, refuse);
    const service = needDeclared(this, props.service, 'externalServices', 'service', refuse);
    const gateway = needDeclared(this, props.gateway, 'egressGateways', 'gateway', refuse);
    if (service.direct) {
      refuse({ code: 'DirectServiceRouted', prop: 'service', got: service.path, allowed: 'a service that is not direct', fix: 'remove `direct` from the service, or delete the caller' });
    }
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
    declare(this, 'egressCallers', { path: this.node.path, namespace, gateway: gateway.path, service: service.path, hosts }, this.parts);
  }
}
