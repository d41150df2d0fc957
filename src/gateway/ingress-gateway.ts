import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { GatewayWorkload } from './gateway-workload';
import { IngressListener } from '../ingress/ingress-listener';
import { MeshSettings } from '../mesh-settings';
import { ObjectMetadata } from '../object-metadata';
import { IIngressGateway } from './i-ingress-gateway';
import { RouteApi } from './route-api';
import { chartNamespace, needChart } from '../private/app/chart';
import { appModelOf, declare, makingRefuser } from '../private/app/declared';
import { addManagedGateway, grantSecretsLate } from '../private/app/managed-gateway';
import { addObject } from '../private/app/objects';
import { checkLabel } from '../private/basics/checks';
import { Refuse } from '../private/basics/errors';
import { takeProps } from '../private/basics/take';
import { checkServers } from '../private/check/gateway-conflicts';
import { checkGatewayName } from '../private/check/gateway-name';
import { checkListeners } from '../private/check/ingress-gateway';
import { checkManagedGateway } from '../private/check/managed-gateway';
import { checkListenerSets, checkStandardListeners, checkStandardWorkload } from '../private/check/standard-gateway';
import { resolveWorkload } from '../private/check/workload';
import { listenerSet, standardGateway } from '../private/gateway-api/gateway';
import { ingressGateway } from '../private/istio/ingress-gateway';
import { certificatesOf } from '../private/model/listener';
import { isListenerSet } from '../private/model/managed-gateway';
import { readsClientCertificates } from '../private/model/secrets';
import { routesOf } from '../private/model/visibility';
import { renderedLate } from '../private/objects/manifest/object';

/** Properties of an `IngressGateway`. Errors `TypeInvalid` for a value of the wrong type, `PropUnknown` for an unknown prop. */
export interface IngressGatewayProps {
  /**
   * Where the pods of the gateway run. Error `GatewaysShareForeignPods` if a gateway in another namespace has the same labels and port; error
   * `GatewayNamespaceMismatch` if the mesh settings say that a Gateway selects pods in its own namespace only, and the chart has another one, or if the pods are those of
   * `GatewayWorkload.gatewayApi`, which do so from Istio 1.31. Error `NameCollision` if another construct makes the Gateway for which Istio runs the
   * pods, `WaypointUnsuited`.
   */
  readonly workload: GatewayWorkload;

  /**
   * The listeners of the gateway. Errors `ListenersEmpty`, `ListenerConflict`, `ListenerProtocolConflict`, `IngressGatewayPortMissing`.
   *
   * @default - clear-text HTTP on port 80, for every host
   */
  readonly listeners?: IngressListener[];

  /**
   * Namespaces whose routes, declared in other apps, may bind to hosts of clear-text listeners: names, or `*` for every namespace. Namespaces of
   * routes in this app are added automatically. HTTPS and TLS listeners are open to all namespaces; with `RouteApi.GATEWAY_API` they are not, and
   * routes of other apps need to be named for them as well. Error `NameInvalid`.
   *
   * @default - none
   */
  readonly routeNamespaces?: string[];

  /**
   * Namespaces whose charts may add listeners to the Gateway: names, or `*` for every namespace. Such a chart has an `IngressGateway` of its own, with
   * `existing: true` in `GatewayWorkload.gatewayApi` and the same `routeApi`. Whoever may add listeners may listen for any host that the Gateway does
   * not list. Errors `NameInvalid`, `ListenerSetNotAllowed` if the app has listeners of another namespace for it, `ListenerNamespacesUnused` without
   * `RouteApi.GATEWAY_API` or with `existing: true`, `GatewayApiVersionTooOld`, `IstioVersionTooOld` before Istio 1.30.
   *
   * @default - none: all listeners are those of this construct
   */
  readonly listenerNamespaces?: string[];

  /**
   * The API in which the gateway and its routes are written. Routes are declared alike; what the Gateway API cannot say is refused, with the errors
   * `GatewayApiUnsupported`, `GatewayApiOrder`, `GatewayApiVersionTooOld`, `GatewayApiChannelMissing`. Error `RouteApiWorkload` if the pods are not
   * those of a `GatewayWorkload.gatewayApi`.
   *
   * If that workload exists already, the construct makes a ListenerSet: it adds its listeners to a Gateway that somebody else makes, from the
   * namespace of the chart, where their certificates are as well. Error `ListenerSetNotAllowed` if the Gateway is made in this app, and its
   * `listenerNamespaces` do not name the namespace; error `ListenersEmpty` without `listeners`, `IstioVersionTooOld` before Istio 1.30.
   *
   * @default RouteApi.ISTIO
   */
  readonly routeApi?: RouteApi;

  /**
   * Name, labels and annotations. The name must not contain dots. Error `GatewayNameNotALabel`. With `RouteApi.GATEWAY_API`, the name is that of the
   * workload unless that exists already. Error `RouteApiWorkload`.
   *
   * @default - a generated name
   */
  readonly metadata?: ObjectMetadata;
}

/** Identifies an ingress gateway that another app declares or that exists already. */
export interface IngressGatewayAttributes {
  /** The name of the Gateway. Error `GatewayNameNotALabel`. */
  readonly name: string;

  /** The namespace of the Gateway. Error `NameInvalid`. */
  readonly namespace: string;

  /** Where the pods of the gateway run. */
  readonly workload: GatewayWorkload;

  /**
   * What the gateway listens for, as declared there; certificate names may be omitted. Use `PlainHttp.closed()` for a Gateway that redirects clear
   * text itself (`httpsRedirect`) or does not listen for it. Errors `ListenersEmpty`, `ListenerConflict`, `ListenerProtocolConflict`,
   * `IngressGatewayPortMissing`.
   */
  readonly listeners: IngressListener[];

  /**
   * The API in which the routes are written, as for the gateway there. Errors as for `IngressGatewayProps.routeApi`.
   *
   * @default RouteApi.ISTIO
   */
  readonly routeApi?: RouteApi;
}

/**
 * The entry to the mesh: one Gateway in the namespace of the chart, with a server for each listener.
 *
 * Only VirtualServices in namespaces that have a route for the hosts of an HTTP server can bind to it.
 *
 * With `GatewayWorkload.gatewayApi` it also creates the Gateway for which Istio runs the pods, behind a Service of type LoadBalancer, and a Role and a
 * RoleBinding by which the pods may read the Secrets of their namespace, if listeners or routes have any. With `RouteApi.GATEWAY_API` this Gateway has the
 * listeners; where it exists already, they are a ListenerSet in the namespace of the chart.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/gateway/
 * @example
 * new IngressGateway(chart, 'entrance', {
 *   workload: GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' }),
 *   listeners: [IngressListener.https({ hosts: ['shop.example.com'], credentialName: 'shop-tls' })],
 * });
 */
export class IngressGateway extends Construct implements IIngressGateway {
  /**
   * Refers to a Gateway that exists already or that another app declares. It creates no objects, except for a Role if routes have client certificates
   * in Secrets and `workload` is `GatewayWorkload.gatewayApi`; routes bind to the Gateway. An app that declares it with `IngressGateway` must list
   * the namespaces of these routes in `routeNamespaces`.
   *
   * @param scope the parent construct
   * @param id the id of the construct
   * @param attributes the attributes of the gateway. Error `ChartMissing` outside a chart with `GatewayWorkload.gatewayApi`.
   */
  public static fromIngressGatewayAttributes(scope: Construct, id: string, attributes: IngressGatewayAttributes): IIngressGateway {
    return new ImportedIngressGateway(scope, id, attributes);
  }

  public readonly gatewayName: string;

  /** The Gateway: of Istio, or of the Gateway API; or the ListenerSet, where the Gateway exists already. */
  public readonly gateway: ApiObject;

  /** The Gateway of the Gateway API for which Istio runs the pods, if this construct makes it. */
  public readonly managedGateway?: ApiObject;

  /** All objects of the gateway; the first is `gateway`. */
  public readonly parts: ApiObject[];

  /**
   * @param scope the chart to which the objects belong, or a construct in it
   * @param id the name of the construct in its scope, from which names of its objects may be derived
   * @param props the pods of the gateway, and its listeners
   */
  constructor(scope: Construct, id: string, props: IngressGatewayProps) {
    super(scope, id);
    const refuse: Refuse = makingRefuser(this);
    props = takeProps('IngressGatewayProps', props, refuse);
    const namespace = chartNamespace(this, refuse);
    const workload = resolveWorkload(props.workload, 'workload', refuse);
    const standard = props.routeApi === RouteApi.GATEWAY_API;
    const managed = standard ? checkStandardWorkload(workload, refuse) : undefined;
    const adds = standard && isListenerSet({ standard, imported: false, workload });
    const name = adds ? props.metadata?.name : managed ?? props.metadata?.name;
    if (props.metadata?.name !== undefined && props.metadata.name !== name) {
      refuse({ code: 'RouteApiWorkload', prop: 'metadata.name', got: props.metadata.name, allowed: `${name}, the name of the Gateway in \`workload\``, fix: 'leave it out' });
    }
    if (name !== undefined) checkGatewayName(name, 'metadata.name', 'choose a name without dots or capitals', refuse);
    const [routeNamespaces, listenerNamespaces] = (['routeNamespaces', 'listenerNamespaces'] as const).map(prop => (
      (props[prop] ?? []).map((guest, i) => (guest === '*' ? guest : checkLabel(guest, `${prop}[${i}]`, refuse)))
    ));
    const settings = MeshSettings.of(this);
    if (settings.scopeGatewayToNamespace && namespace !== workload.namespace) {
      refuse({ code: 'GatewayNamespaceMismatch', prop: 'workload.namespace', got: workload.namespace, allowed: `${namespace}, the namespace of the chart, because this mesh looks for the pods of a Gateway in its own namespace only`, fix: `create the gateway in a chart with namespace ${workload.namespace}, and name the namespaces of routes in \`routeNamespaces\`` });
    }
    checkListenerSets({ ...props, standard, workload }, settings, refuse);
    const listeners = props.listeners ?? [IngressListener.http()];
    const secretNamespace = adds ? namespace : workload.namespace;
    const listened = checkListeners(listeners, { workload, settings, anyPort: standard, secretNamespace }, refuse);
    if (standard) checkStandardListeners(listeners, listened, { workload, settings }, refuse);
    const declared = { path: this.node.path, namespace, workload, listened, routeNamespaces, listenerNamespaces, imported: false, standard };
    const app = appModelOf(this);
    checkManagedGateway({ ...declared, gatewayName: '' }, app, settings, refuse);
    checkServers({ ...declared, gatewayName: '' }, app, settings, refuse);
    const intent = () => ({ ...model, selector: workload.selector, routes: routesOf(app, model) });
    const head = { id: 'gateway', namespace, name };
    this.gateway = addObject(this, adds
      ? renderedLate({ kind: 'ListenerSet', ...head }, () => listenerSet({ namespace: workload.namespace, name: managed! }, intent()))
      : standard
        ? renderedLate({ kind: 'ManagedGateway', ...head }, () => standardGateway(intent()))
        : renderedLate({ kind: 'Gateway', ...head }, () => ingressGateway(intent())), props.metadata);
    this.gatewayName = `${namespace}/${this.gateway.name}`;
    this.managedGateway = standard && !adds ? this.gateway : addManagedGateway(this, workload, { metadata: props.metadata });
    this.parts = [...new Set([this.gateway, ...this.managedGateway ? [this.managedGateway] : []])];
    this.node.defaultChild = this.gateway;
    // istiod reads the certificates of the Gateway API's listeners by their references
    const reads = () => (!standard && listened.some(one => certificatesOf(one).length > 0)) || readsClientCertificates(app, this.node.path);
    grantSecretsLate(this, { workload, name: this.gateway.name, metadata: props.metadata, reads }, this.parts);
    const model = { ...declared, gatewayName: this.gatewayName };
    declare(this, 'ingressGateways', model, this.parts);
  }
}

/** A gateway that another app makes. */
class ImportedIngressGateway extends Construct implements IIngressGateway {
  public readonly gatewayName: string;

  constructor(scope: Construct, id: string, attributes: IngressGatewayAttributes) {
    super(scope, id);
    const refuse: Refuse = makingRefuser(this);
    attributes = takeProps('IngressGatewayAttributes', attributes, refuse, 'attributes');
    const { name, namespace, listeners } = attributes;
    checkGatewayName(name, 'name', 'write the name of the Gateway', refuse);
    this.gatewayName = `${checkLabel(namespace, 'namespace', refuse)}/${name}`;
    const workload = resolveWorkload(attributes.workload, 'workload', refuse);
    if (workload.gatewayApi) needChart(this, refuse);
    const standard = attributes.routeApi === RouteApi.GATEWAY_API;
    const settings = MeshSettings.of(this);
    if (standard && (checkStandardWorkload(workload, refuse) !== name || workload.namespace !== namespace)) {
      refuse({ code: 'RouteApiWorkload', prop: 'workload', got: `${workload.namespace}/${workload.gatewayApi!.name}`, allowed: `${this.gatewayName}, whose pods serve its routes`, fix: 'write the same name and namespace in both places' });
    }
    const listened = checkListeners(listeners, { workload, anyPort: standard }, refuse);
    if (standard) checkStandardListeners(listeners, listened, { workload, settings }, refuse);
    const { gatewayName } = this;
    const model = { path: this.node.path, gatewayName, namespace, workload, listened, routeNamespaces: [], imported: true, standard };
    const app = appModelOf(this);
    checkManagedGateway(model, app, settings, refuse);
    checkServers(model, app, settings, refuse);
    grantSecretsLate(this, { workload, reads: () => readsClientCertificates(app, this.node.path) }, []);
    declare(this, 'ingressGateways', model);
  }
}
