import { ApiObject } from 'cdk8s';
import { Construct, IConstruct } from 'constructs';
import { GatewayWorkload } from './gateway-workload';
import { IngressListener } from '../ingress/ingress-listener';
import { MeshSettings } from '../mesh-settings';
import { ObjectMetadata } from '../object-metadata';
import { chartNamespace } from '../private/basics/chart';
import { checkLabel } from '../private/basics/checks';
import { Refuse, refuser } from '../private/basics/errors';
import { checkList, needObject } from '../private/basics/kinds';
import { isDnsLabel } from '../private/basics/names';
import { checkListeners } from '../private/check/ingress-gateway';
import { claimServers } from '../private/check/servers';
import { resolveWorkload } from '../private/check/workload';
import { ingressGateway } from '../private/istio/ingress-gateway';
import { addLateObject } from '../private/istio/manifest/object';
import { WorkloadFacts } from '../private/model/gateway';
import { BoundRoute, ListenedHost } from '../private/model/listener';

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
   * Namespaces of routes that other apps declare, which may take hosts of clear-text listeners: names, or `*` for every namespace.
   * Those of routes in this app are known already. HTTPS and TLS listeners are open to all namespaces. Error `NameInvalid`.
   *
   * @default - none
   */
  readonly routeNamespaces?: string[];

  /**
   * Name, labels and annotations. The name may hold no dots. Error `GatewayNameNotALabel`.
   *
   * @default - a generated name
   */
  readonly metadata?: ObjectMetadata;
}

/** What tells an ingress gateway that another app declares, or that was made in another way. */
export interface IngressGatewayAttributes {
  /** The name of the Gateway. Error `GatewayNameNotALabel`. */
  readonly gatewayName: string;

  /** The namespace of the Gateway. Error `NameInvalid`. */
  readonly gatewayNamespace: string;

  /** Where the pods of the gateway run. */
  readonly workload: GatewayWorkload;

  /**
   * What the gateway listens for, as it is declared there; the names of certificates may be left out. A Gateway that redirects clear text
   * by itself (`httpsRedirect`), or does not listen for it, is `PlainHttp.closed()` here.
   * Errors `ListenersEmpty`, `ListenerConflict`, `ListenerProtocolConflict`, `IngressGatewayPortMissing`.
   */
  readonly listeners: IngressListener[];
}

/**
 * The way into the mesh: one Gateway in the namespace of the chart, with a server for each listener.
 * HTTP servers are open only to the namespaces that have a route for their hosts.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/gateway/
 */
export class IngressGateway extends Construct implements IIngressGateway {
  /**
   * A Gateway that exists, or that another app declares. It makes no objects; routes bind to it. An app that declares it with
   * `IngressGateway` must name the namespaces of those routes in `routeNamespaces`.
   *
   * @param scope the construct around it
   * @param id its id
   * @param attributes what tells the gateway
   */
  public static fromIngressGatewayAttributes(scope: Construct, id: string, attributes: IngressGatewayAttributes): IIngressGateway {
    return new ImportedIngressGateway(scope, id, attributes);
  }

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
    if (name !== undefined) checkGatewayName(name, 'metadata.name', 'choose a name without dots and capitals', refuse);
    const guests = checkList(props.routeNamespaces ?? [], 'routeNamespaces', refuse)
      .map((guest, i) => (guest === '*' ? guest : checkLabel(guest, `routeNamespaces[${i}]`, refuse)));
    this._listened = checkListeners(props.listeners ?? [IngressListener.http()], { workload, settings: MeshSettings.of(this) }, refuse);
    claimServers(this, workload, this._listened, refuse);
    this._workload = workload;
    this.gateway = addLateObject(this, { kind: 'Gateway', id: 'gateway', namespace, name },
      () => ingressGateway({ selector: workload.selector, namespace, listened: this._listened, routes: this.routes, guests }), props.metadata);
    this.gatewayName = `${namespace}/${this.gateway.name}`;
  }

  /** @internal */
  public _bind(route: BoundRoute): void {
    this.routes.push(route);
  }
}

/** A gateway of which this app makes nothing. */
class ImportedIngressGateway extends Construct implements IIngressGateway {
  public readonly gatewayName: string;
  public readonly _listened: ListenedHost[];
  public readonly _workload: WorkloadFacts;

  constructor(scope: Construct, id: string, attributes: IngressGatewayAttributes) {
    super(scope, id);
    const refuse: Refuse = refuser(this);
    const { gatewayName, gatewayNamespace, listeners } = needObject(attributes, 'attributes', refuse);
    checkGatewayName(gatewayName, 'gatewayName', 'write the name that the Gateway has', refuse);
    this.gatewayName = `${checkLabel(gatewayNamespace, 'gatewayNamespace', refuse)}/${gatewayName}`;
    this._workload = resolveWorkload(attributes.workload, 'workload', refuse);
    this._listened = checkListeners(checkList(listeners, 'listeners', refuse) ?? [], { workload: this._workload }, refuse);
  }

  /** The app that makes the Gateway decides who may bind to it. */
  public _bind(): void {}
}

function checkGatewayName(name: string, prop: string, fix: string, refuse: Refuse): void {
  if (typeof name !== 'string' || !isDnsLabel(name)) {
    refuse({ code: 'GatewayNameNotALabel', prop, got: name, allowed: 'a DNS label: lower-case letters, digits and dashes, at most 63', fix });
  }
}
