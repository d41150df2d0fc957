import { ApiObject } from 'cdk8s';
import { Construct, IConstruct } from 'constructs';
import { GatewayWorkload } from './gateway-workload';
import { IngressListener } from '../ingress/ingress-listener';
import { MeshSettings } from '../mesh-settings';
import { ObjectMetadata } from '../object-metadata';
import { chartNamespace } from '../private/chart';
import { Refuse, refuser } from '../private/errors';
import { checkListeners } from '../private/intent/ingress-gateway';
import { claimServers } from '../private/intent/servers';
import { WorkloadFacts, resolveWorkload } from '../private/intent/workload';
import { needObject } from '../private/kinds';
import { isDnsLabel } from '../private/names';
import { BoundRoute, ListenedHost, ingressGateway } from '../private/plan/ingress-gateway';
import { addLateObject } from '../private/render/object';

/** An ingress gateway that routes can use. */
export interface IIngressGateway extends IConstruct {
  /** The Gateway as routes name it: `namespace/name`. */
  readonly gatewayName: string;

  /** @internal */
  readonly _listened: ListenedHost[];

  /** @internal */
  readonly _workload: WorkloadFacts;

  /**
   * Opens the gateway to a route.
   *
   * @internal
   */
  _bind(route: BoundRoute): void;
}

/** Properties of an `IngressGateway`. Programs without types that give another type get error `TypeInvalid`. */
export interface IngressGatewayProps {
  /** Where the pods of the gateway run. */
  readonly workload: GatewayWorkload;

  /**
   * What the gateway listens for. Errors `ListenersEmpty`, `ListenerConflict`, `ListenerProtocolConflict`, `IngressGatewayPortMissing`.
   *
   * @default - clear-text HTTP on port 80, for every host
   */
  readonly listeners?: IngressListener[];

  /**
   * Name, labels and annotations. The name may hold no dots. Error `GatewayNameNotALabel`.
   *
   * @default - a generated name
   */
  readonly metadata?: ObjectMetadata;
}

/**
 * The way into the mesh: one Gateway in the namespace of the chart, with a server for each listener.
 * HTTP servers are open only to the namespaces that have a route for their hosts.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/gateway/
 */
export class IngressGateway extends Construct implements IIngressGateway {
  public readonly gatewayName: string;

  /** The Gateway. */
  public readonly gateway: ApiObject;

  /** @internal */
  public readonly _listened: ListenedHost[];
  /** @internal */
  public readonly _workload: WorkloadFacts;
  private readonly routes: BoundRoute[] = [];

  constructor(scope: Construct, id: string, props: IngressGatewayProps) {
    super(scope, id);
    const refuse: Refuse = refuser(this);
    needObject(props, 'props', refuse);
    const namespace = chartNamespace(this, refuse);
    const workload = resolveWorkload(props.workload, 'workload', refuse);
    const name = props.metadata?.name;
    if (name !== undefined && (typeof name !== 'string' || !isDnsLabel(name))) {
      refuse({ code: 'GatewayNameNotALabel', prop: 'metadata.name', got: name, allowed: 'a DNS label: lower-case letters, digits and dashes, at most 63', fix: 'choose a name without dots and capitals' });
    }
    this._listened = checkListeners(props.listeners ?? [IngressListener.http()], workload, MeshSettings.of(this), refuse);
    claimServers(this, workload, this._listened, refuse);
    this._workload = workload;
    this.gateway = addLateObject(this, { kind: 'Gateway', id: 'gateway', namespace, name },
      () => ingressGateway(workload.selector, namespace, this._listened, this.routes), props.metadata);
    this.gatewayName = `${namespace}/${this.gateway.name}`;
  }

  /** @internal */
  public _bind(route: BoundRoute): void {
    this.routes.push(route);
  }
}
