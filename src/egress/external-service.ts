import { ApiObject, Chart } from 'cdk8s';
import { Construct, Dependable, IDependable } from 'constructs';
import { ConnectProxy } from './connect-proxy';
import { ExternalPort } from './external-port';
import { IExternalService } from './i-external-service';
import { Resolution } from './resolution';
import { MeshSettings } from '../mesh-settings';
import { ObjectMetadata } from '../object-metadata';
import { chartNamespace } from '../private/app/chart';
import { appModelOf, checkLate, declare, makingRefuser, partsOf } from '../private/app/declared';
import { addObject, addObjects } from '../private/app/objects';
import { allUpstreamRules, removeUnusedRules } from '../private/app/upstream-rules';
import { checkLabel } from '../private/basics/checks';
import { Refusal, Refuse } from '../private/basics/errors';
import { takeProps } from '../private/basics/take';
import { checkDirectProxy, needProxy } from '../private/check/connect-proxy';
import { checkExternal, checkImported } from '../private/check/external';
import { directRules, externalServiceEntry } from '../private/istio/external';
import { rendered, renderedLate } from '../private/istio/manifest/object';
import { directTunnels, tunnelRule } from '../private/istio/tunnel';
import { AppModel, ExternalServiceModel } from '../private/model/app-model';
import { meshRoutesOf } from '../private/model/collisions';
import { readersOf, viewersOf } from '../private/model/visibility';
import { addressConflict } from '../private/requests/address-conflicts';
import { ConnectionPool } from '../traffic/connection-pool';
import { LoadBalancer } from '../traffic/load-balancer';
import { OutlierDetection } from '../traffic/outlier-detection';

/**
 * Whether a service is a part of the mesh.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/service-entry/#ServiceEntry-Location
 */
export enum ServiceLocation {
  /** Outside: nothing of the mesh's mTLS is spoken to it. */
  MESH_EXTERNAL = 'MESH_EXTERNAL',

  /** In the mesh, such as a virtual machine with a sidecar: mesh mTLS is spoken to endpoints that have a proxy. */
  MESH_INTERNAL = 'MESH_INTERNAL',
}

/** Properties of an `ExternalService`. A value of another type is error `TypeInvalid`, a prop that does not exist error `PropUnknown`. */
export interface ExternalServiceProps {
  /**
   * The DNS names of the service, full and in ASCII; wildcards such as `*.example.com` with `Resolution.servedBy()`, `endpoints()`,
   * `none()` and `dynamicDns()` only. A wildcard and a name under it are two services. Errors `HostsEmpty`, `HostInvalid`, `HostNotAscii`,
   * `HostDuplicate`, `HostCatchAll`, `WildcardWithDns`, `ListTooLong`; error `HostInCluster` for names of Services and of egress gateways, which sidecars know already.
   */
  readonly hosts: string[];

  /** What the application speaks, port by port. Errors `PortsEmpty`, `PortInvalid`, `PortDuplicate`, `HttpOn443`, `ListTooLong`. */
  readonly ports: ExternalPort[];

  /**
   * How the proxy finds the addresses of the hosts.
   *
   * @default Resolution.dns()
   */
  readonly resolution?: Resolution;

  /**
   * The addresses under which the application reaches the service: needed for TCP ports, where no name is sent, unless the service is a forward
   * proxy to which gateways alone connect.
   * CIDR blocks with `Resolution.endpoints()` and `none()` only. The ServiceEntry has them in one spelling, whatever the one here.
   * Errors `AddressInvalid`, `AddressCatchAll`, `AddressDuplicate`, `CidrWithDns`, `TcpAddressMissing`, `ListTooLong`; error `TcpAddressConflict` where another
   * service has an address of these on the same port for the same callers. Names tell HTTP apart, and TLS that a route leads through a gateway.
   *
   * @default - none
   */
  readonly addresses?: string[];

  /**
   * Lets workloads of the chart's namespace go to the service from their own sidecars, past every egress gateway; `DirectRoute` says what they do with
   * requests. Without one, requests leave with `x-request-id`, `x-forwarded-proto`, `x-envoy-attempt-count` and `x-envoy-decorator-operation`.
   * Without it the service must be used by an `EgressRoute`: deleting a route must not open a way. Errors `ExternalServiceUnused`, `DirectServiceRouted`.
   *
   * @default false
   */
  readonly direct?: boolean;

  /**
   * A forward proxy that connects to the hosts on behalf of the sidecars. Direct services only: through a gateway it is said by the route.
   * The proxy is direct as well, because workloads of the namespace can go to it themselves.
   * Errors `ConnectProxyInvalid`, `ConnectProxyUnsuited`, `TrafficPolicyUnused`, `RuleOptionUnused`, `MeshHostConflict`.
   *
   * @default - sidecars connect to the hosts themselves
   */
  readonly connectProxy?: ConnectProxy;

  /**
   * How many connections and requests each proxy has at a time towards a host of the service.
   *
   * @default - Istio's
   */
  readonly connectionPool?: ConnectionPool;

  /**
   * When a proxy leaves out an address of a host that fails.
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
   * Whether the service is a part of the mesh, as virtual machines with a sidecar are; with `direct: true` only. mTLS is spoken to pods with a
   * sidecar, to WorkloadEntries that a machine registered itself, and to endpoints with a `serviceAccount`. Errors `MeshInternalNotDirect`, `ValueUnknown`.
   *
   * @default ServiceLocation.MESH_EXTERNAL
   */
  readonly location?: ServiceLocation;

  /**
   * Names, one of which the certificate of the service must carry, on all ports to which the mesh speaks TLS; `subjectAltNames` of `UpstreamTls`
   * come first on their port. With `ServiceLocation.MESH_INTERNAL` also identities such as `spiffe://cluster.local/ns/shop/sa/vm`.
   * Errors `SubjectAltNamesUnused`, `HostInvalid`.
   *
   * @default - the server name that is asked for
   */
  readonly subjectAltNames?: string[];

  /**
   * Labels of the workloads of the namespace whose sidecars use the TLS and the traffic policies that are said here; with `direct: true` only.
   * Only for them may TLS name a Secret (`ClientCertificate.secret`, `CaSource.secret`): it is in the namespace of the chart, and the service account
   * of each workload must be allowed to read it (`get` and `list` of Secrets, by RBAC).
   *
   * Istio would let the sidecars of all other workloads send clear text to the TLS port. They get a rule of their own, by which they speak
   * TLS with the system's authorities and show no certificate: the service refuses them, or serves them if it asks for none.
   * Errors `WorkloadSelectorUnused`, `LabelInvalid`.
   *
   * @default - all workloads of the namespace
   */
  readonly workloadSelector?: { [label: string]: string };

  /**
   * Namespaces that see the service beyond those for which this app makes routes: the namespace of the gateway and those of callers, where
   * another repository makes the route. Error `NameInvalid`.
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

/** What tells an external service that another app declares. */
export interface ExternalServiceAttributes {
  /** The hosts of the service, as there. Errors as in `ExternalServiceProps`. */
  readonly hosts: string[];

  /** The ports of the service, as there. Errors as in `ExternalServiceProps`. */
  readonly ports: ExternalPort[];

  /**
   * Whether the service is declared as direct, in the namespace of this chart.
   *
   * @default false
   */
  readonly direct?: boolean;
}

/**
 * A service outside the mesh: a ServiceEntry in the namespace of the chart, visible only where it is used.
 * A direct service whose ports speak TLS to the outside (`ExternalPort.httpToHttps`), or with traffic policies, also gets a DestinationRule a host;
 * where it is not direct, the route makes it for the gateway. A direct service behind a forward proxy gets a VirtualService, and a
 * DestinationRule for the proxy. The chart must have a namespace. Error `NamespaceMissing`.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/service-entry/
 */
export class ExternalService extends Construct implements IExternalService {
  /**
   * A service that another app declares with `ExternalService`, and shows to the namespaces that need it with `exportTo`. It makes no objects.
   *
   * @param scope the construct around it
   * @param id its id
   * @param attributes what tells the service; the same as there
   */
  public static fromExternalServiceAttributes(scope: Construct, id: string, attributes: ExternalServiceAttributes): IExternalService {
    return new ImportedExternalService(scope, id, attributes);
  }

  public readonly hosts: string[];

  /** The ServiceEntry. */
  public readonly serviceEntry: ApiObject;

  /** The DestinationRules by which sidecars go to the hosts, or to the forward proxy; empty unless the service is direct. */
  public readonly destinationRules: ApiObject[];

  /** The VirtualService by which sidecars go to the forward proxy, where there is one. */
  public readonly virtualService?: ApiObject;

  /** The objects of the service itself, first the ServiceEntry. */
  public readonly parts: ApiObject[];

  constructor(scope: Construct, id: string, props: ExternalServiceProps) {
    super(scope, id);
    const refuse: Refuse = makingRefuser(this);
    const namespace = chartNamespace(this, refuse);
    props = takeProps('ExternalServiceProps', props, refuse);
    const app = appModelOf(this);
    const service = checkExternal(props, namespace, MeshSettings.of(this), refuse);
    const direct = props.direct ?? false;
    this.hosts = service.hosts;
    this.hosts.forEach((host, i) => {
      const [other] = app.externalServices.with('host', namespace, host);
      if (other) {
        refuse({ code: 'HostDuplicate', prop: `hosts[${i}]`, got: host, allowed: `hosts that no other service of ${namespace} declares; ${other.path} declares this one`, fix: 'put all ports of a host in one ExternalService' });
      }
    });
    const proxy = props.connectProxy && checkDirectProxy(this, props.connectProxy, direct, service, refuse);
    if (proxy) checkMeshHosts(app, this.hosts, namespace, refuse);
    const { name, labels, annotations } = props.metadata ?? {};
    const model: ExternalServiceModel = {
      path: this.node.path,
      namespace,
      service,
      direct,
      exportTo: (props.exportTo ?? []).map((viewer, i) => checkLabel(viewer, `exportTo[${i}]`, refuse)),
      proxy: props.connectProxy && needProxy(this, props.connectProxy, refuse).path,
      metadata: { labels, annotations },
      imported: false,
    };
    this.serviceEntry = addObject(this, renderedLate({ kind: 'ServiceEntry', id: 'service-entry', namespace, name },
      () => externalServiceEntry(service, namespace, viewersOf(app, model))), props.metadata);
    const rules = proxy
      ? this.hosts.map(host => tunnelRule(proxy, host, service.ports, { namespace, name: [host] }))
      : direct ? this.hosts.flatMap(host => directRules(host, service, namespace)) : [];
    this.destinationRules = addObjects(this, rules.map(rendered), props.metadata);
    if (proxy) {
      const plan = { kind: 'VirtualService', id: 'virtual-service', namespace, name, spec: directTunnels(proxy, service) } as const;
      this.virtualService = addObject(this, rendered(plan), props.metadata);
    }
    const guards = [...this.destinationRules, ...this.virtualService ? [this.virtualService] : []];
    this.parts = [this.serviceEntry, ...guards];
    this.node.defaultChild = this.serviceEntry;
    this.serviceEntry.node.addDependency(this.guards(app, () => [...allUpstreamRules(this), ...guards]));
    declare(this, 'externalServices', model, this.parts);
    checkLate(this, () => {
      removeUnusedRules(this, model);
      return [...unused(app, model), ...rivals(app, model, MeshSettings.of(this)), ...sharedAddresses(app, model)];
    });
  }

  /**
   * The ServiceEntry opens the way, so that it comes last: before the DestinationRule stands, clear text would go to a TLS port; before
   * the VirtualService does, sidecars that know the host would go there by themselves. The order of charts is their users' own.
   */
  private guards(app: AppModel, own: () => ApiObject[]): IDependable {
    const { path } = this.node;
    const chart = Chart.of(this);
    const guards: IDependable = {};
    Dependable.implement(guards, {
      get dependencyRoots() {
        const key = ['service', path];
        const users = [
          ...app.egressRoutes.ownersWith(key, ({ service, route, upstreams: [first] }) => [service, route.proxy && first.service].includes(path)),
          ...app.egressCallers.ownersWith(key),
          ...app.directRoutes.ownersWith(key),
        ];
        return [...own(), ...partsOf(users)].filter(guard => Chart.of(guard) === chart);
      },
    });
    return guards;
  }
}

function checkMeshHosts(app: AppModel, hosts: string[], namespace: string, refuse: Refuse): void {
  for (const host of hosts) {
    const [rival] = meshRoutesOf(app, namespace, host);
    if (rival) {
      refuse({ code: 'MeshHostConflict', prop: 'connectProxy', got: `${host} from ${namespace}`, allowed: `hosts that ${rival.path} does not use`, fix: 'use only one route per host and calling namespace' });
    }
  }
}

function unused(app: AppModel, model: ExternalServiceModel): Refusal[] {
  if (viewersOf(app, model).length > 0) return [];
  return [{
    code: 'ExternalServiceUnused',
    prop: 'direct',
    got: undefined,
    allowed: 'a service that an EgressRoute uses, or `direct: true`',
    fix: 'add an EgressRoute for it, or set `direct: true` if workloads may bypass the gateway',
  }];
}

/** For sidecars `web.shop` is the Service `web` of namespace `shop` as well; whether there is one is known where something leads to it. */
function rivals(app: AppModel, { service: { hosts } }: ExternalServiceModel, { clusterDomain }: MeshSettings): Refusal[] {
  return hosts.flatMap((host, i) => {
    const service = `${host}.svc.${clusterDomain}`;
    if (!/^[^.*]+\.[^.]+$/.test(host) || readersOf(app, service).length === 0) return [];
    return [{ code: 'HostInCluster', prop: `hosts[${i}]`, got: host, allowed: `names that sidecars do not resolve to ${service}, a destination of a route in this app`, fix: 'rename the Service or the external host' }];
  });
}

function sharedAddresses(app: AppModel, model: ExternalServiceModel): Refusal[] {
  const conflict = addressConflict(app, model);
  if (!conflict) return [];
  const { index, other, otherAddress, port, caller } = conflict;
  return [{
    code: 'TcpAddressConflict',
    prop: `addresses[${index}]`,
    got: model.service.addresses[index],
    allowed: `addresses that do not overlap ${otherAddress} of ${other} on port ${port}, which sidecars of ${caller} see as well`,
    fix: 'remove the address from one of the two: sidecars have one listener for it; put all ports of a host in one ExternalService',
  }];
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
    checkLate(this, () => {
      removeUnusedRules(this, model);
      return [];
    });
  }
}
