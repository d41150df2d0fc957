import { ApiObject } from 'cdk8s';
import { Construct, IConstruct } from 'constructs';
import { GatewayWorkload } from './gateway-workload';
import { UndeclaredTraffic } from './undeclared-traffic';
import { ObjectMetadata } from '../object-metadata';
import { IEgressGateway } from './i-egress-gateway';
import { MeshSettings } from '../mesh-settings';
import { planWaypoint } from '../private/ambient/waypoint';
import { needChart } from '../private/app/chart';
import { appModelOf, checkLate, declare, makingRefuser } from '../private/app/declared';
import { addManagedGateway, grantSecretsLate, SecretsReader } from '../private/app/managed-gateway';
import { addObjects } from '../private/app/objects';
import { withholdHeaders } from '../private/app/withheld-headers';
import { checkLabel, checkPort, checkReason } from '../private/basics/checks';
import { Refuse } from '../private/basics/errors';
import { EVERY_NAMESPACE } from '../private/basics/names';
import { takeProps } from '../private/basics/take';
import { checkEgressServer } from '../private/check/gateway-conflicts';
import { checkGatewayName } from '../private/check/gateway-name';
import { checkManagedGateway } from '../private/check/managed-gateway';
import { checkSidecarGateway, checkWaypoint, checkWaypointUnused, WaypointInput } from '../private/check/waypoint';
import { resolveWorkload } from '../private/check/workload';
import { planEgressGateway } from '../private/istio/egress-gateway';
import { EgressGatewayModel, WaypointModel } from '../private/model/app-model';
import { workloadPortsText } from '../private/model/gateway';
import { keptAtWaypoint } from '../private/model/kept-headers';
import { legOneHost } from '../private/model/leg-one';
import { readsClientCertificates } from '../private/model/secrets';
import { callerNamespacesOf, listenedBeside } from '../private/model/visibility';
import { WaypointFacts } from '../private/model/waypoint';
import { rendered } from '../private/objects/manifest/object';

/** Properties of an `EgressGateway`. Errors `TypeInvalid` for a value of the wrong type, `PropUnknown` for an unknown prop. */
export interface EgressGatewayProps {
  /**
   * Where the pods of the gateway run. Error `EgressGatewayDuplicate` if another egress gateway of the app uses the same port of these pods,
   * `ListenerConflict` if an ingress gateway uses it; error `GatewaysShareForeignPods` if pods in another namespace can have the same labels;
   * error `NameCollision` if another construct makes the Gateway of `GatewayWorkload.gatewayApi`. A waypoint (`GatewayWorkload.waypoint`) makes it
   * the egress gateway of an ambient mesh, for the same routes; errors `IstioVersionTooOld`, `GatewayApiVersionTooOld`, `WorkloadInvalid`.
   */
  readonly workload: GatewayWorkload;

  /**
   * The port of the gateway's Service that leg 1 uses, 1 to 65535. Choose a port other than 443 if a Gateway outside this app has a TLS server for
   * host `*` on port 443 of the same pods: Envoy would refuse the whole port. Error `EgressGatewayPortMissing`; error `WaypointOptionUnused` at a
   * waypoint.
   *
   * @default 443
   */
  readonly port?: number;

  /**
   * Additional namespaces to which the gateway is exported: those of callers whose routes other apps declare, `*` if such a route is for
   * every namespace. Callers of routes in this app are added automatically. Error `NameInvalid`; error `WaypointOptionUnused` at a waypoint,
   * which all namespaces reach.
   *
   * @default - none
   */
  readonly exportTo?: string[];

  /**
   * What becomes of traffic that no route of this library declares. By default a Gateway and a VirtualService that somebody creates in another
   * namespace cannot turn the pods into an open proxy, and routes that were written by hand for the same pods stop working. The listeners of an
   * `IngressGateway` of this app on the same pods are not affected. Error `ReasonMissing`; error `UndeclaredAtWaypoint` for a waypoint, where hosts
   * declared by hand need an AuthorizationPolicy each.
   *
   * @default UndeclaredTraffic.denied()
   */
  readonly undeclared?: UndeclaredTraffic;

  /**
   * For a waypoint, the gateway for workloads that still have sidecars: each route through the waypoint also leads these, by that gateway, exactly as if
   * it named that one. Leave it out once all callers are in ambient. Errors `SidecarGatewayUnused`, `WaypointUnsuited`, `NameCollision`; errors
   * `OtherApp` and `ConstructRemoved` for a construct that is not part of this App.
   *
   * @default - sidecars are not served
   */
  readonly sidecarGateway?: IEgressGateway;

  /**
   * Name, labels and annotations. The name is also part of the host name that callers use to reach the gateway.
   *
   * @default - the id of the construct
   */
  readonly metadata?: ObjectMetadata;
}

/** Identifies an egress gateway that another app declares. */
export interface EgressGatewayAttributes {
  /** The name of the gateway: `metadata.name`, if set there, otherwise the id of the construct. Error `GatewayNameNotALabel`. */
  readonly name: string;

  /** Where the pods of the gateway run. */
  readonly workload: GatewayWorkload;

  /**
   * The port of the gateway's Service that leg 1 uses, 1 to 65535. Error `EgressGatewayPortMissing`.
   *
   * @default 443
   */
  readonly port?: number;

  /**
   * For a waypoint, the gateway for workloads that still have sidecars, as in the app that declares the waypoint. Errors as in `EgressGatewayProps`.
   *
   * @default - sidecars are not served
   */
  readonly sidecarGateway?: IEgressGateway;
}

/**
 * The entry to an egress gateway that all routes share.
 *
 * It creates four objects in the namespace of the gateway's pods: a Gateway with one server for mesh mTLS, to which only VirtualServices in that
 * namespace can bind; a ServiceEntry that gives the pods the name `<name>.<namespace>.mesh.internal` for callers; a DestinationRule that makes
 * callers use mTLS for that name; and an AuthorizationPolicy because of which the pods refuse whatever no route allows.
 *
 * With `GatewayWorkload.gatewayApi` it also creates the Gateway for which Istio runs the pods, behind a Service of type ClusterIP, with an annotation
 * because of which they write no headers of the mesh that routes cannot remove (`proxy.istio.io/config`); and, as soon as a
 * route has a client certificate in a Secret, a Role and a RoleBinding by which the pods may read the Secrets of their namespace.
 *
 * On a waypoint, it creates the Gateway of which istiod makes the pods, unless they exist, and an AuthorizationPolicy because of which the waypoint
 * refuses whatever no route allows; and, for client certificates, a Role and a RoleBinding as well.
 *
 * Error `ChartMissing` outside a chart.
 *
 * @see https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/
 * @example
 * new EgressGateway(chart, 'egress', {
 *   workload: GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' }),
 * });
 */
export class EgressGateway extends Construct implements IEgressGateway {
  /**
   * Refers to a gateway that another app declares with `EgressGateway`. It creates no objects; routes bring the policies by which the gateway
   * serves them, and with `GatewayWorkload.gatewayApi` a Role if they have client certificates in Secrets. The app that declares the gateway must list the
   * namespaces of the callers of routes declared here in its `exportTo`, because only that app can export the gateway to them.
   *
   * @param scope the parent construct
   * @param id the id of the construct
   * @param attributes the attributes of the gateway, the same as in the app that declares it. Error `ChartMissing` outside a chart with
   * `GatewayWorkload.gatewayApi`.
   */
  public static fromEgressGatewayAttributes(scope: Construct, id: string, attributes: EgressGatewayAttributes): IEgressGateway {
    return new ImportedEgressGateway(scope, id, attributes);
  }

  public readonly legOneHost?: string;

  /** The Gateway of Istio; none for a waypoint. */
  public readonly gateway?: ApiObject;

  /** The ServiceEntry that gives the gateway's pods a name for callers; none for a waypoint. */
  public readonly legOneServiceEntry?: ApiObject;

  /** The DestinationRule that makes callers use mesh mTLS to the gateway; none for a waypoint. */
  public readonly legOneDestinationRule?: ApiObject;

  /** The AuthorizationPolicy that decides what becomes of traffic that no route declares. */
  public readonly undeclaredPolicy: ApiObject;

  /** The Gateway of the Gateway API for which Istio runs the pods, if this construct makes it. */
  public readonly managedGateway?: ApiObject;

  /** All objects of the gateway; the first is Istio's Gateway or, for a waypoint, that of the Gateway API, if there is one. */
  public readonly parts: ApiObject[];

  /**
   * @param scope the chart to which the objects belong, or a construct in it
   * @param id the name of the construct in its scope, from which names of its objects may be derived
   * @param props the pods of the gateway, and how it treats traffic
   */
  constructor(scope: Construct, id: string, props: EgressGatewayProps) {
    super(scope, id);
    const refuse: Refuse = makingRefuser(this);
    props = takeProps('EgressGatewayProps', props, refuse);
    needChart(this, refuse);
    const named = props.metadata?.name;
    const app = appModelOf(this);
    const waypoint = waypointFacts(this, named ?? id, named === undefined ? 'id' : 'metadata.name', props, refuse);
    const sidecarGateway = checkSidecarGateway(this, props.sidecarGateway, waypoint, refuse);
    if (waypoint) {
      checkWaypointUnused(waypoint, app, refuse);
      this.legOneHost = props.sidecarGateway?.legOneHost;
      this.parts = addObjects(this, planWaypoint(waypoint, props.workload._spec.waypoint!.existing).map(rendered), props.metadata);
      this.managedGateway = this.parts.find(({ kind }) => kind === 'Gateway');
      if (this.managedGateway) withholdHeaders(this.managedGateway, props.metadata?.annotations, () => keptAtWaypoint(app, waypoint));
      this.undeclaredPolicy = this.parts.find(({ kind }) => kind === 'AuthorizationPolicy')!;
      [this.node.defaultChild] = this.parts;
      const reads = () => readsClientCertificates(app, this.node.path);
      grantSecretsLate(this, { workload: podsOf(waypoint), name: waypoint.name, metadata: props.metadata, reads }, this.parts);
      declareWaypoint(this, { path: this.node.path, waypoint, sidecarGateway, imported: false }, this.parts);
      return;
    }
    const exportTo = (props.exportTo ?? []).map((viewer, i) => (viewer === EVERY_NAMESPACE ? viewer : checkLabel(viewer, `exportTo[${i}]`, refuse)));
    const undeclaredReason = props.undeclared?.allowedReason;
    const nameProp = named === undefined ? 'id' : 'metadata.name';
    const model = identify(this, { ...props, name: named ?? id, nameProp, exportTo, imported: false, undeclaredReason }, refuse);
    if (undeclaredReason !== undefined) checkReason(undeclaredReason, 'undeclared', refuse);
    const settings = MeshSettings.of(this);
    checkManagedGateway(model, app, settings, refuse);
    checkEgressServer(model, app, settings, refuse);
    this.legOneHost = legOneHost(model.gateway);
    const others = { callers: () => callerNamespacesOf(app, model), ingress: () => listenedBeside(app, model) };
    const parts = addObjects(this, planEgressGateway(model.gateway, undeclaredReason, others), props.metadata);
    [this.gateway, this.legOneServiceEntry, this.legOneDestinationRule, this.undeclaredPolicy] = parts;
    this.parts = parts;
    this.node.defaultChild = this.gateway;
    this.managedGateway = addManagedGateway(this, model.workload, { annotations: CLUSTER_IP, metadata: props.metadata });
    if (this.managedGateway) this.parts.push(this.managedGateway);
    const { workload, gateway: { name } } = model;
    grantSecretsLate(this, { workload, name, metadata: props.metadata, reads: () => readsClientCertificates(app, this.node.path) }, this.parts);
    declare(this, 'egressGateways', model, this.parts);
  }
}

/** Only callers in the mesh come to an egress gateway; Istio would ask for a load balancer. */
const CLUSTER_IP = { 'networking.istio.io/service-type': 'ClusterIP' };

/** A gateway that another app makes. */
class ImportedEgressGateway extends Construct implements IEgressGateway {
  public readonly legOneHost?: string;

  constructor(scope: Construct, id: string, attributes: EgressGatewayAttributes) {
    super(scope, id);
    const refuse: Refuse = makingRefuser(this);
    attributes = takeProps('EgressGatewayAttributes', attributes, refuse, 'attributes');
    const waypoint = waypointFacts(this, attributes.name, 'name', attributes, refuse);
    const sidecarGateway = checkSidecarGateway(this, attributes.sidecarGateway, waypoint, refuse);
    const app = appModelOf(this);
    if (waypoint) {
      needChart(this, refuse);
      this.legOneHost = attributes.sidecarGateway?.legOneHost;
      grantSecretsLate(this, { workload: podsOf(waypoint), reads: () => readsClientCertificates(app, this.node.path) }, []);
      declareWaypoint(this, { path: this.node.path, waypoint, sidecarGateway, imported: true });
      return;
    }
    const model = identify(this, { ...attributes, nameProp: 'name', exportTo: [], imported: true }, refuse);
    if (model.workload.gatewayApi) needChart(this, refuse);
    checkEgressServer(model, app, MeshSettings.of(this), refuse);
    this.legOneHost = legOneHost(model.gateway);
    grantSecretsLate(this, { workload: model.workload, reads: () => readsClientCertificates(app, this.node.path) }, []);
    declare(this, 'egressGateways', model);
  }
}

/** The waypoint, if the workload is one. */
function waypointFacts(
  scope: IConstruct, name: string, nameProp: string, props: WaypointInput & { readonly workload: GatewayWorkload }, refuse: Refuse,
): WaypointFacts | undefined {
  const { waypoint } = props.workload._spec;
  if (!waypoint) return undefined;
  checkGatewayName(name, nameProp, nameFix(nameProp), refuse);
  return checkWaypoint({ name, namespace: waypoint.namespace, gateway: waypoint.name }, props, MeshSettings.of(scope), refuse);
}

/** Those of a waypoint are managed too, and all of their objects have the name of the Gateway. */
function podsOf({ namespace, gateway: name }: WaypointFacts): SecretsReader['workload'] {
  return { namespace, serviceName: name, gatewayApi: { name, existing: false } };
}

/** The gateway beside a waypoint must still be there when the app is finished. */
function declareWaypoint(construct: Construct, model: WaypointModel, parts: ApiObject[] = []): void {
  declare(construct, 'waypoints', model, parts);
  const { sidecarGateway } = model;
  if (!sidecarGateway) return;
  checkLate(construct, () => {
    if (appModelOf(construct).egressGateways.with('path', sidecarGateway.path).includes(sidecarGateway)) return [];
    return [{ code: 'ConstructRemoved', prop: 'sidecarGateway', got: sidecarGateway.path, allowed: 'an EgressGateway that is part of the App', fix: 'leave it out, or keep the gateway until no caller has a sidecar' }];
  });
}

interface Identity extends Pick<EgressGatewayModel, 'exportTo' | 'imported' | 'undeclaredReason'> {
  readonly workload: GatewayWorkload;
  readonly port?: number;
  readonly name: string;
  /** Where the user wrote the name. */
  readonly nameProp: string;
}

function identify(scope: IConstruct, identity: Identity, refuse: Refuse): EgressGatewayModel {
  const { name, nameProp, exportTo, imported, undeclaredReason } = identity;
  const workload = resolveWorkload(identity.workload, 'workload', refuse);
  const number = checkPort(identity.port ?? 443, 'port', refuse);
  const port = workload.ports.find(p => p.number === number);
  if (!port) {
    return refuse({ code: 'EgressGatewayPortMissing', prop: 'port', got: number, allowed: workloadPortsText(workload), fix: `add port ${number} to the Service and to the GatewayWorkload, or set \`port\`` });
  }
  checkGatewayName(name, nameProp, nameFix(nameProp), refuse);
  const { namespace, selector } = workload;
  const serviceHost = `${workload.serviceName}.${namespace}.svc.${MeshSettings.of(scope).clusterDomain}`;
  const gateway = { name, namespace, selector, serviceHost, port: number, targetPort: port.targetPort };
  return { path: scope.node.path, gateway, workload, exportTo, imported, undeclaredReason };
}

function nameFix(prop: string): string {
  return prop === 'name' ? 'write the name of the gateway' : 'set metadata.name to a name without dots or capitals';
}
