import { ApiObject, Chart } from 'cdk8s';
import { Construct, Dependable, IDependable } from 'constructs';
import { ClusterDns } from './cluster-dns';
import { LockFinding } from './lock-finding';
import { MeshPeer } from './mesh-peer';
import { IExternalService } from '../egress/i-external-service';
import { IEgressGateway } from '../gateway/i-egress-gateway';
import { MeshSettings } from '../mesh-settings';
import { ObjectMetadata } from '../object-metadata';
import { planLockedWaypoint } from '../private/ambient/lock';
import { needChart } from '../private/app/chart';
import { appModelOf, checkLate, declare, makingRefuser, makeLate, partsIn } from '../private/app/declared';
import { addObjects } from '../private/app/objects';
import { Refuse } from '../private/basics/errors';
import { takeProps } from '../private/basics/take';
import { declaredWaypoint, needSidecarGateway } from '../private/check/declared';
import { checkLock } from '../private/check/lock';
import { lockRefusals } from '../private/check/lock-conflicts';
import { planLockedGateway, planLockedNamespace } from '../private/istio/lock';
import { AppModel, EgressLockModel, WaypointModel } from '../private/model/app-model';
import { lockedBy, lockedGateway, otherCover } from '../private/model/locked';
import { lockReport } from '../private/objects/lock-report';
import { AccessLogging } from '../telemetry/access-logging';

/** Whether a lock refuses, or only shows what it would refuse. */
export enum LockPhase {
  /**
   * Everything passes, and sidecars log what they would refuse: the Sidecars allow unknown hosts, Telemetry logs requests to them, and there are no
   * NetworkPolicies and no PeerAuthentications.
   */
  OBSERVE = 'OBSERVE',

  /** What is not declared is refused. */
  ENFORCE = 'ENFORCE',
}

/** Where the pods of Istio's control plane run. */
export interface Istiod {
  /**
   * The namespace. Error `NameInvalid`.
   *
   * @default istio-system
   */
  readonly namespace?: string;

  /**
   * Labels of the pods. Errors `LabelInvalid`, `MeshPeerInvalid`.
   *
   * @default - `app: istiod`, which pods of every revision have
   */
  readonly pods?: { [label: string]: string };

  /**
   * The port on which the pods serve configuration and certificates, 1 to 65535.
   *
   * @default 15012
   */
  readonly port?: number;
}

/** How pods reach the Kubernetes API server. */
export interface KubeApi {
  /**
   * The addresses of the API servers themselves, as in the EndpointSlices of Service `kubernetes` in namespace `default`. The address of the Service is
   * of no use, because NetworkPolicies see connections after they have left it. Error `AddressInvalid`.
   */
  readonly addresses: string[];

  /**
   * Their port, 1 to 65535.
   *
   * @default 6443
   */
  readonly port?: number;
}

/** Pods that accept clear text on one port, although their namespace is locked. */
export interface PlaintextPort {
  /** The namespace of the pods. Errors `NameInvalid`, `RuleOptionUnused`. */
  readonly namespace: string;

  /** Labels of the pods. Errors `LabelInvalid`, `MeshPeerInvalid`, `PlaintextPortConflict`. */
  readonly pods: { [label: string]: string };

  /** The port of the pods. Errors `PortInvalid`, `PortDuplicate`. */
  readonly port: number;

  /** Why; kept as an annotation. Error `ReasonMissing`. */
  readonly reason: string;
}

/**
 * The parts that a lock leaves out, each with the reason, which is kept as an annotation of the parts that remain. The report says what is open then.
 * Errors `ReasonMissing`, `LockEmpty`, `LockPartsConflict`.
 */
export interface LockOmissions {
  /**
   * The Sidecars.
   *
   * @default - not left out
   */
  readonly sidecar?: string;

  /**
   * The NetworkPolicies of the locked namespaces.
   *
   * @default - not left out
   */
  readonly networkPolicy?: string;

  /**
   * The NetworkPolicy of the gateway's pods.
   *
   * @default - not left out
   */
  readonly gatewayNetworkPolicy?: string;

  /**
   * The PeerAuthentications.
   *
   * @default - not left out
   */
  readonly peerAuthentication?: string;

  /**
   * The Telemetry.
   *
   * @default - not left out
   */
  readonly telemetry?: string;
}

/** ClusterNetworkPolicies of the Admin tier. */
export interface ClusterNetworkPolicyOptions {
  /**
   * The priority, 0 to 1000. Policies with lower ones are asked first; of two with the same, a cluster may heed either. Error `PriorityInvalid`.
   *
   * @default 100
   */
  readonly priority?: number;
}

/** Properties of an `EgressLock`. Errors `TypeInvalid` for a value of the wrong type, `PropUnknown` for an unknown prop. */
export interface EgressLockProps {
  /**
   * The gateway that becomes the only way out. Error `LockForeignGateway` if another app declares it and `omit.gatewayNetworkPolicy` does not say so;
   * error `LockOnGateway` if its own namespace would be locked, `LockGatewayShared` if another gateway uses the same pods.
   *
   * At a waypoint, the lock has NetworkPolicies alone: callers have no sidecars. What is about these is refused, error `WaypointOptionUnused`. A waypoint with a
   * `sidecarGateway` is locked for workloads with sidecars; the pods of the waypoint itself stay as they are.
   */
  readonly gateway: IEgressGateway;

  /**
   * The namespaces to lock. Errors `NameInvalid`, `LockEmpty`, `LockUncalled` for a namespace from which no route calls by the gateway,
   * `LockNamespacesUnknown` without a list if a route is for every namespace (`Caller.anyNamespace`),
   * `LockOnGateway`, `LockDuplicate`, `LockOpened`.
   *
   * @default - all from which routes of this app call by the gateway
   */
  readonly namespaces?: string[];

  /**
   * Whether what is not declared is refused, or only logged.
   *
   * @default LockPhase.ENFORCE
   */
  readonly phase?: LockPhase;

  /**
   * The workloads in the cluster that locked namespaces may reach, beside their own. Errors `MeshPeerInvalid`, `LockCallsIngress`.
   *
   * @default - none
   */
  readonly calls?: MeshPeer[];

  /**
   * Direct services (`direct: true`) that locked namespaces may reach without the gateway. Every direct service that they see must be listed. Unless
   * the addresses of a service are known, a NetworkPolicy cannot tell it from others: its ports are then open to every address outside of
   * `clusterRanges`. Errors `LockDirect`, `LockDirectInCluster`, `ServiceNotDirect`, `RuleOptionUnused`.
   *
   * @default - none
   */
  readonly direct?: IExternalService[];

  /**
   * Which pods resolve names for the cluster. Errors `ClusterDnsInvalid`, `AddressInvalid`.
   *
   * @default ClusterDns.kubeDns()
   */
  readonly dns?: ClusterDns;

  /**
   * Where Istio's control plane runs. Sidecars and gateways do not start without it.
   *
   * @default - pods `app: istiod` in namespace `istio-system`, port 15012
   */
  readonly istiod?: Istiod;

  /**
   * The Kubernetes API server, if locked workloads may call it. Whoever may do enough there can start pods elsewhere.
   *
   * @default - it cannot be reached
   */
  readonly kubeApi?: KubeApi;

  /**
   * The collectors to which sidecars and the gateway send traces and access logs. Error `MeshPeerInvalid`.
   *
   * @default - none
   */
  readonly telemetry?: MeshPeer[];

  /**
   * The pods, such as Prometheus, that read metrics of the gateway, on ports 15020 and 15090.
   *
   * @default - none
   */
  readonly scrapers?: MeshPeer[];

  /**
   * Addresses to which nothing leaves by a name: the ranges of nodes, pods and Services. List them if external hosts have private addresses. Link-local
   * addresses, such as that of cloud metadata, are added in any case. Errors `AddressInvalid`, `AddressCatchAll`.
   *
   * @default - the private ranges; also those of IPv4 or IPv6, if no range of that family is listed
   */
  readonly clusterRanges?: string[];

  /**
   * The ports of external hosts to which only other apps declare routes through this gateway. Needed if `exportTo` of the gateway names callers of such
   * routes. Errors `LockPortsUnknown`, `PortInvalid`.
   *
   * @default - only the ports of this app's routes
   */
  readonly outsidePorts?: number[];

  /**
   * Ports on which pods of locked namespaces accept clear text from clients outside the mesh. All others require mesh mTLS.
   *
   * @default - none
   */
  readonly plaintextPorts?: PlaintextPort[];

  /**
   * What sidecars of locked namespaces log. It replaces `accessLogFile` of mesh config for them. Error `LogFilterInvalid`.
   *
   * @default - what sidecars refuse or, while observing, would refuse
   */
  readonly accessLogging?: AccessLogging;

  /**
   * Whether locked namespaces also get a ClusterNetworkPolicy (`policy.networking.k8s.io/v1alpha2`), which says the same as their NetworkPolicies and cannot
   * be widened by others in the namespace. It is an object of the whole cluster. The cluster needs its custom resource, and a network plugin that
   * implements it: without one, nothing enforces it. Errors `LockPartsConflict`, `ListTooLong`.
   *
   * @default - none
   * @see https://network-policy-api.sigs.k8s.io/
   */
  readonly clusterNetworkPolicy?: ClusterNetworkPolicyOptions;

  /**
   * Parts to leave out, because clusters differ.
   *
   * @default - none
   */
  readonly omit?: LockOmissions;

  /**
   * Name, labels and annotations. The name applies to the NetworkPolicies and the Telemetry; Sidecars and PeerAuthentications are always named `default`.
   *
   * @default - named `egress-lock`
   */
  readonly metadata?: ObjectMetadata;
}

/**
 * Makes an egress gateway the only way out of the namespaces that call by it.
 *
 * Each locked namespace gets a Sidecar with which only declared hosts are known, a NetworkPolicy, which holds what a sidecar cannot see, a
 * PeerAuthentication that requires mesh mTLS, and a Telemetry that logs what sidecars refuse. The pods of the gateway get a NetworkPolicy: only callers
 * reach them, and they reach only the ports of external services that have routes. All of it follows the routes of the app.
 *
 * If the gateway is a waypoint, there are NetworkPolicies alone: pods of locked namespaces reach the waypoint by the tunnels of ztunnel, and nothing outside.
 *
 * Error `ChartMissing` outside a chart.
 *
 * @see https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/#additional-security-considerations
 * @example
 * new EgressRoute(chart, 'api-route', { service: api, gateway: egress });
 * new EgressLock(chart, 'lock', { gateway: egress });
 */
export class EgressLock extends Construct {
  private readonly model: EgressLockModel;

  /**
   * @param scope the chart to which the objects belong, or a construct in it
   * @param id the name of the construct in its scope, from which names of its objects may be derived
   * @param props the gateway, and what else the locked namespaces may reach
   */
  constructor(scope: Construct, id: string, props: EgressLockProps) {
    super(scope, id);
    const refuse: Refuse = makingRefuser(this);
    props = takeProps('EgressLockProps', props, refuse);
    needChart(this, refuse);
    const app = appModelOf(this);
    const waypoint = ambientAlone(this, props.gateway, refuse);
    const gateway = waypoint ?? needSidecarGateway(this, props.gateway, 'gateway', 'a lock closes the ways around sidecars', refuse);
    const lock = checkLock(this, props, lockedGateway(app, gateway.path)!, waypoint !== undefined, MeshSettings.of(this).clusterDomain, refuse);
    const model: EgressLockModel = { path: this.node.path, gateway: gateway.path, lock };
    this.model = model;
    const name = props.metadata?.name ?? 'egress-lock';
    const after = this.routesOf(app);
    const add = (...plan: Parameters<typeof addObjects>) => addObjects(...plan).forEach(object => object.node.addDependency(after));
    const lockNamespaces = () => {
      const namespaces = lockedBy(app, model);
      for (const { node: { id: child } } of this.parts) {
        if (child.includes('.') && !namespaces.includes(child.split('.')[0])) this.node.tryRemoveChild(child);
      }
      for (const namespace of namespaces.filter(one => otherCover(app, model, one) === undefined)) {
        const plan = planLockedNamespace(app, namespace, model.lock, name).filter(({ id: child }) => !this.node.tryFindChild(child));
        add(this, plan, props.metadata);
      }
    };
    add(this, 'waypoint' in gateway ? planLockedWaypoint(app, model, gateway, name) : planLockedGateway(app, model, gateway, name), props.metadata);
    lockNamespaces();
    declare(this, 'egressLocks', model);
    // routes to come may call from more namespaces
    if (!model.lock.namespaces) makeLate(this, lockNamespaces);
    checkLate(this, () => lockRefusals(this.node.root, app, model), { always: true });
  }

  /** All objects of the lock, as far as the app has been declared: routes that are created later may add namespaces. */
  public get parts(): ApiObject[] {
    return this.node.children.filter((child): child is ApiObject => child instanceof ApiObject);
  }

  /**
   * Every way out of the locked namespaces, as far as the app has been declared: what closes it, or why it is open. An `EgressAdmission` of
   * this app counts; what clusters do beyond this app is not known here.
   */
  public get report(): LockFinding[] {
    return lockReport(appModelOf(this), this.model, MeshSettings.of(this).scopeGatewayToNamespace).map(LockFinding._of);
  }

  /** The ways that are left open stand before others are closed. The order of charts is their users' own. */
  private routesOf(app: AppModel): IDependable {
    const chart = Chart.of(this);
    const routes: IDependable = {};
    Dependable.implement(routes, {
      get dependencyRoots() {
        const { egressGateways, egressRoutes, egressCallers, waypoints, waypointRoutes, directRoutes, externalServices } = app;
        const opening = [egressGateways, egressRoutes, egressCallers, waypoints, waypointRoutes, directRoutes, externalServices];
        const owners = opening.flatMap(collection => collection.owners());
        return partsIn(chart, owners);
      },
    });
    return routes;
  }
}

/** The waypoint of a lock, if workloads with sidecars have no gateway beside it. */
function ambientAlone(scope: Construct, gateway: IEgressGateway, refuse: Refuse): WaypointModel | undefined {
  const waypoint = declaredWaypoint(scope, gateway, 'gateway', refuse);
  return waypoint?.sidecarGateway ? undefined : waypoint;
}
