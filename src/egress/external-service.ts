import { ApiObject, Chart } from 'cdk8s';
import { Construct, Dependable, IDependable } from 'constructs';
import { ConnectProxy } from './connect-proxy';
import { ExternalPort } from './external-port';
import { IExternalService } from './i-external-service';
import { Resolution } from './resolution';
import { IEgressGateway } from '../gateway/i-egress-gateway';
import { MeshSettings } from '../mesh-settings';
import { ObjectMetadata } from '../object-metadata';
import { waypointEntry } from '../private/ambient/service-entry';
import { furtherEntries, placeLate } from '../private/app/at-waypoint';
import { chartNamespace } from '../private/app/chart';
import { appModelOf, checkLate, declare, makeLate, makingRefuser, partsIn } from '../private/app/declared';
import { addObject, addObjects } from '../private/app/objects';
import { addBareRules, allUpstreamRules, removeUnusedRules } from '../private/app/upstream-rules';
import { checkLabel } from '../private/basics/checks';
import { Refuse } from '../private/basics/errors';
import { takeProps } from '../private/basics/take';
import { checkDirectProxy, needProxy } from '../private/check/connect-proxy';
import { checkExternal, checkImported } from '../private/check/external';
import { checkHostsUndeclared, checkHostsUnrouted, externalServiceRefusals } from '../private/check/external-service-conflicts';
import { checkBeside } from '../private/check/gateway-upstream';
import { AppModel, EgressRouteModel, ExternalServiceModel } from '../private/model/app-model';
import { waypointOf } from '../private/model/at-waypoints';
import { keyOf } from '../private/model/collection';
import { namespacesSeeing } from '../private/model/visibility';
import { directRules, externalServiceEntry, nameBeside } from '../private/objects/external';
import { rendered, renderedLate } from '../private/objects/manifest/object';
import { directTunnels, tunnelRule } from '../private/objects/tunnel';
import { ConnectionPool } from '../traffic/connection-pool';
import { LoadBalancer } from '../traffic/load-balancer';
import { OutlierDetection } from '../traffic/outlier-detection';

/**
 * Whether a service is part of the mesh.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/service-entry/#ServiceEntry-Location
 */
export enum ServiceLocation {
  /** Outside the mesh: proxies do not use mesh mTLS. */
  MESH_EXTERNAL = 'MESH_EXTERNAL',

  /** In the mesh, such as a virtual machine with a sidecar: proxies use mesh mTLS for endpoints that have a proxy. */
  MESH_INTERNAL = 'MESH_INTERNAL',
}

/** Properties of an `ExternalService`. Errors `TypeInvalid` for a value of the wrong type, `PropUnknown` for an unknown prop. */
export interface ExternalServiceProps {
  /**
   * The fully qualified ASCII DNS names of the service. Wildcards such as `*.example.com` are allowed only with `Resolution.servedBy()`,
   * `endpoints()`, `none()` and `dynamicDns()`. Declare a wildcard and a name that it covers as two services. Errors `HostsEmpty`, `HostInvalid`,
   * `HostNotAscii`, `HostDuplicate`, `HostCatchAll`, `WildcardWithDns`, `ListTooLong`; error `HostInCluster` for names of Services and egress
   * gateways, which sidecars already know; error `ServiceEntryConflict` if another ServiceEntry of this App leads a host that a gateway connects to
   * elsewhere; errors `WaypointHostConflict`, `WaypointWildcardConflict` if a host at a waypoint is declared twice, or led to by another gateway as
   * well.
   */
  readonly hosts: string[];

  /** The protocol that the application speaks on each port. Errors `PortsEmpty`, `PortInvalid`, `PortDuplicate`, `HttpOn443`, `ListTooLong`. */
  readonly ports: ExternalPort[];

  /**
   * How the proxy finds the addresses of the hosts.
   *
   * @default Resolution.dns()
   */
  readonly resolution?: Resolution;

  /**
   * The addresses at which the application reaches the service. TCP ports need them because TCP carries no name, unless the service is a forward
   * proxy to which only gateways connect. CIDR blocks are allowed only with `Resolution.endpoints()` and `none()`. The ServiceEntry holds the
   * addresses in normalized form. Errors `AddressInvalid`, `AddressCatchAll`, `AddressDuplicate`, `CidrWithDns`, `TcpAddressMissing`, `ListTooLong`;
   * error `TcpAddressConflict` if another service has one of these addresses on the same port for the same callers. HTTP, and TLS that a route sends
   * through a gateway, are distinguished by name. At a waypoint, addresses are allocated, and each host has its own, error `WaypointAddressConflict`.
   *
   * @default - none
   */
  readonly addresses?: string[];

  /**
   * Whether workloads in the chart's namespace reach the service from their own sidecars, without an egress gateway. A `DirectRoute` configures these
   * requests; without one, they leave with `x-request-id`, `x-forwarded-proto`, `x-envoy-attempt-count` and `x-envoy-decorator-operation`. A service
   * that is not direct must be used by an `EgressRoute`, so that deleting a route never opens a way around the gateway. Errors
   * `ExternalServiceUnused`, `DirectServiceRouted`; error `DirectInAmbient` if it needs a sidecar where workloads call by a waypoint; error
   * `SidecarHidesRoute` if a Sidecar object of this App hides the service from them.
   *
   * @default false
   */
  readonly direct?: boolean;

  /**
   * The gateway in whose namespace the ServiceEntry is created. Gateways go where a ServiceEntry leads them, so that whoever may edit it decides what
   * a declared host is; in the gateway's namespace that is the platform. If the service moves there, apply before you prune. Not for direct services, nor
   * with `Resolution.workloads()`, which looks for pods in the namespace of the ServiceEntry. Error `RuleOptionUnused`.
   *
   * @default - the namespace of the chart
   */
  readonly besideGateway?: IEgressGateway;

  /**
   * A forward proxy that connects to the hosts on behalf of the sidecars. Direct services only; with a gateway, set it on the route. The proxy must
   * be direct too, because workloads in the namespace can connect to it themselves. Errors `ConnectProxyInvalid`, `ConnectProxyUnsuited`,
   * `TrafficPolicyUnused`, `RuleOptionUnused`, `MeshHostConflict`.
   *
   * @default - sidecars connect to the hosts themselves
   */
  readonly connectProxy?: ConnectProxy;

  /**
   * Limits on the connections and requests of each proxy to a host of the service.
   *
   * @default - Istio's
   */
  readonly connectionPool?: ConnectionPool;

  /**
   * When a proxy stops using an address that fails.
   *
   * @default - never
   */
  readonly outlierDetection?: OutlierDetection;

  /**
   * How a proxy chooses among the addresses of a host. Errors `TrafficPolicyUnused`, `FailoverWithoutOutlierDetection`, `LocalityUnknown`.
   *
   * @default - Istio's
   */
  readonly loadBalancer?: LoadBalancer;

  /**
   * Whether the service is part of the mesh, such as virtual machines with a sidecar. Only with `direct: true`. Proxies use mTLS for pods with a
   * sidecar, for WorkloadEntries that a machine registered itself, and for endpoints with a `serviceAccount`. Errors `MeshInternalNotDirect`,
   * `ValueUnknown`.
   *
   * @default ServiceLocation.MESH_EXTERNAL
   */
  readonly location?: ServiceLocation;

  /**
   * The accepted subject alternative names (SANs): the certificate of the service must carry one of them, on every port to which the mesh speaks TLS.
   * `subjectAltNames` of `UpstreamTls` take precedence on their port. With `ServiceLocation.MESH_INTERNAL`, identities are accepted too, such as
   * `spiffe://cluster.local/ns/shop/sa/vm`. Errors `SubjectAltNamesUnused`, `HostInvalid`.
   *
   * @default - the server name (SNI)
   */
  readonly subjectAltNames?: string[];

  /**
   * Labels of the workloads in the namespace whose sidecars use the TLS settings and traffic policies of this service. Only with `direct: true`. TLS
   * may use a Secret (`ClientCertificate.secret`, `CaSource.secret`) only with this selector. The Secret must be in the namespace of the chart, and
   * RBAC must allow the service account of each workload to `get` and `list` Secrets.
   *
   * By itself, Istio would let the sidecars of all other workloads send clear text to the TLS port. A second rule therefore makes them speak TLS with
   * the system's certificate authorities and without a client certificate; the service serves them only if it asks for none. Errors
   * `WorkloadSelectorUnused`, `LabelInvalid`.
   *
   * @default - all workloads of the namespace
   */
  readonly workloadSelector?: { [label: string]: string };

  /**
   * Additional namespaces to which the service is exported. If another repository declares the route, list the namespaces of the gateway and of the
   * callers. Namespaces of routes in this app are added automatically. Sidecars there connect to a direct service as those of its own namespace do, but for
   * what `workloadSelector` selects. Errors `NameInvalid`, `WaypointOptionUnused`, `ConnectProxyUnsuited` beside `connectProxy`.
   *
   * @default - none
   */
  readonly exportTo?: string[];

  /**
   * Name, labels and annotations.
   *
   * @default - a generated name
   */
  readonly metadata?: ObjectMetadata;
}

/** Identifies an external service that another app declares. */
export interface ExternalServiceAttributes {
  /** The hosts of the service, as declared there. Errors as in `ExternalServiceProps`. */
  readonly hosts: string[];

  /** The ports of the service, as declared there. Errors as in `ExternalServiceProps`. */
  readonly ports: ExternalPort[];

  /**
   * Whether the service is declared with `direct: true` in the namespace of this chart.
   *
   * @default false
   */
  readonly direct?: boolean;
}

/**
 * A service outside the mesh: a ServiceEntry, by default in the namespace of the chart, exported only to the namespaces that use it.
 *
 * If a route leads to it through a waypoint, its ServiceEntries, one for each host, are in the namespace of the waypoint instead, where ztunnel finds
 * them.
 *
 * A direct service also gets a DestinationRule per host if the mesh originates TLS (`ExternalPort.httpToHttps`) or traffic policies are set;
 * otherwise the rule is made for the gateway of the route. A direct service behind a forward proxy gets a VirtualService, and a DestinationRule for
 * the proxy. The chart must have a namespace. Error `NamespaceMissing`.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/service-entry/
 * @example
 * const partner = new ExternalService(chart, 'partner', { hosts: ['partner.example.com'], ports: [ExternalPort.httpToHttps()] });
 * new EgressRoute(chart, 'partner-route', { service: partner, gateway: egress });
 */
export class ExternalService extends Construct implements IExternalService {
  /**
   * Refers to a service that another app declares with `ExternalService` and exports to the namespaces that need it with `exportTo`. It creates no
   * objects.
   *
   * @param scope the parent construct
   * @param id the id of the construct
   * @param attributes the attributes of the service, the same as in the app that declares it
   */
  public static fromExternalServiceAttributes(scope: Construct, id: string, attributes: ExternalServiceAttributes): IExternalService {
    return new ImportedExternalService(scope, id, attributes);
  }

  public readonly hosts: string[];

  /**
   * The ServiceEntry. If the service is routed through a waypoint, it is the one for the first host, and moves to the waypoint's namespace at
   * synthesis.
   */
  public readonly serviceEntry: ApiObject;

  /** The DestinationRules for the connections of sidecars to the hosts or to the forward proxy; empty unless the service is direct. */
  public readonly destinationRules: ApiObject[];

  /** The VirtualService that sends sidecars to the forward proxy, if there is one. */
  public readonly virtualService?: ApiObject;

  private readonly made: ApiObject[];

  /**
   * @param scope the chart to which the objects belong, or a construct in it
   * @param id the name of the construct in its scope, from which names of its objects may be derived
   * @param props the hosts and ports, and how they are reached
   */
  constructor(scope: Construct, id: string, props: ExternalServiceProps) {
    super(scope, id);
    const refuse: Refuse = makingRefuser(this);
    const own = chartNamespace(this, refuse);
    props = takeProps('ExternalServiceProps', props, refuse);
    const app = appModelOf(this);
    const service = checkExternal(props, own, MeshSettings.of(this), refuse);
    const beside = props.besideGateway && checkBeside(this, props.besideGateway, props, refuse);
    const namespace = beside?.namespace ?? own;
    const direct = props.direct ?? false;
    this.hosts = service.hosts;
    checkHostsUndeclared(app, this.hosts, namespace, refuse);
    const proxy = props.connectProxy && checkDirectProxy(this, props.connectProxy, { direct, exportTo: props.exportTo ?? [] }, service, refuse);
    if (proxy) checkHostsUnrouted(app, this.hosts, namespace, refuse);
    const { name, labels, annotations } = props.metadata ?? {};
    const model: ExternalServiceModel = {
      path: this.node.path,
      namespace,
      name,
      service,
      direct,
      exportTo: (props.exportTo ?? []).map((viewer, i) => checkLabel(viewer, `exportTo[${i}]`, refuse)),
      proxy: props.connectProxy && needProxy(this, props.connectProxy, refuse).path,
      metadata: { labels, annotations },
      imported: false,
    };
    const entryName = name ?? (beside && nameBeside(beside, service));
    this.serviceEntry = addObject(this, renderedLate({ kind: 'ServiceEntry', id: 'service-entry', namespace, name: entryName }, () => {
      const waypoint = waypointOf(app, model.path);
      return waypoint
        ? waypointEntry(service, this.hosts[0], waypoint.namespace, namespacesSeeing(app, model))
        : externalServiceEntry(service, namespace, namespacesSeeing(app, model));
    }), props.metadata);
    const rules = proxy
      ? this.hosts.map(host => tunnelRule(proxy, host, service.ports, { namespace, name: [host] }))
      : direct ? this.hosts.flatMap(host => directRules(host, service, namespace, model.exportTo)) : [];
    this.destinationRules = addObjects(this, rules.map(rendered), props.metadata);
    if (proxy) {
      const plan = { kind: 'VirtualService', id: 'virtual-service', namespace, name, spec: directTunnels(proxy, service) } as const;
      this.virtualService = addObject(this, rendered(plan), props.metadata);
    }
    const guards = [...this.destinationRules, ...this.virtualService ? [this.virtualService] : []];
    this.made = [this.serviceEntry, ...guards];
    this.node.defaultChild = this.serviceEntry;
    const before = this.guards(app, () => [...allUpstreamRules(this), ...guards]);
    this.serviceEntry.node.addDependency(before);
    declare(this, 'externalServices', model, this.made);
    placeLate(this, model, this.serviceEntry, before);
    makeLate(this, () => addBareRules(this, model));
    checkLate(this, () => {
      removeUnusedRules(this, model);
      return externalServiceRefusals(app, model, MeshSettings.of(this).clusterDomain);
    });
  }

  /**
   * The objects of the service itself; the first is the ServiceEntry. If it is routed through a waypoint, the ServiceEntries of further hosts are
   * among them once the app has been synthesized.
   */
  public get parts(): ApiObject[] {
    return [...this.made, ...furtherEntries(this)];
  }

  /**
   * The ServiceEntry opens the way, so that it comes last: before the DestinationRule stands, clear text would go to a TLS port; before
   * the VirtualService does, sidecars that know the host would go there by themselves. The order of charts is their users' own.
   */
  private guards(app: AppModel, own: () => ApiObject[]): IDependable {
    const { path } = this.node;
    const chart = Chart.of(this);
    const key = [keyOf('service', path)];
    const leadsTo = ({ service, route: { proxy }, upstreams: [first] }: EgressRouteModel) => service === path || (proxy && first.service) === path;
    const guards: IDependable = {};
    Dependable.implement(guards, {
      get dependencyRoots() {
        const users = [
          ...app.egressRoutes.ownersWith(key, leadsTo),
          ...app.waypointRoutes.ownersWith(key),
          ...app.egressCallers.ownersWith(key),
          ...app.directRoutes.ownersWith(key),
        ];
        return [...own(), ...partsIn(chart, users)];
      },
    });
    return guards;
  }
}

/** A service of which this app makes nothing but how its gateways reach it. */
class ImportedExternalService extends Construct implements IExternalService {
  public readonly hosts: string[];

  constructor(scope: Construct, id: string, attributes: ExternalServiceAttributes) {
    super(scope, id);
    const refuse: Refuse = makingRefuser(this);
    attributes = takeProps('ExternalServiceAttributes', attributes, refuse, 'attributes');
    const namespace = chartNamespace(this, refuse);
    const service = checkImported(attributes, MeshSettings.of(this), refuse);
    const direct = attributes.direct ?? false;
    this.hosts = service.hosts;
    const model = { path: this.node.path, namespace, service, direct, exportTo: [], metadata: {}, imported: true };
    declare(this, 'externalServices', model);
    makeLate(this, () => addBareRules(this, model));
    checkLate(this, () => {
      removeUnusedRules(this, model);
      return [];
    });
  }
}
