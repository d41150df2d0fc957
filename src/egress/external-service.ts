import { ApiObject, Chart } from 'cdk8s';
import { Construct, IConstruct } from 'constructs';
import { ExternalPort } from './external-port';
import { Resolution } from './resolution';
import { MeshSettings } from '../mesh-settings';
import { ObjectMetadata } from '../object-metadata';
import { chartNamespace } from '../private/chart';
import { Refuse, refusalMessage, refuser } from '../private/errors';
import { ExternalIntent, checkExternal } from '../private/intent/external';
import { checkFlag, needObject } from '../private/kinds';
import { externalServiceEntry, upstreamRules } from '../private/plan/external';
import { claim } from '../private/registry';
import { addLateObject, addObject } from '../private/render/object';
import { ConnectionPool } from '../traffic/connection-pool';
import { LoadBalancer } from '../traffic/load-balancer';
import { OutlierDetection } from '../traffic/outlier-detection';

/** A service outside the mesh. */
export interface IExternalService extends IConstruct {
  /** The hosts of the service. */
  readonly hosts: string[];

  /** @internal */
  readonly _intent: ExternalIntent;

  /** @internal */
  readonly _direct: boolean;

  /** @internal */
  readonly _namespace: string;

  /**
   * Makes the service known to namespaces.
   *
   * @internal
   */
  _showTo(namespaces: string[]): void;

  /**
   * Has the service applied after what guards the way to it: its ServiceEntry is what opens the way. Before the DestinationRule stands, clear
   * text would go to a TLS port; before the VirtualService does, sidecars that know the host would go there by themselves.
   *
   * @internal
   */
  _openAfter(guards: ApiObject[]): void;
}

/** Properties of an `ExternalService`. Programs without types that give another type get error `TypeInvalid`. */
export interface ExternalServiceProps {
  /**
   * The DNS names of the service, full and in ASCII; wildcards such as `*.example.com` with `Resolution.servedBy()`, `endpoints()`,
   * `none()` and `dynamicDns()` only. A wildcard and a name under it are two services. Errors `HostsEmpty`, `HostInvalid`, `HostNotAscii`, `HostDuplicate`, `HostCatchAll`, `WildcardWithDns`.
   */
  readonly hosts: string[];

  /** What the application speaks, port by port. Errors `PortsEmpty`, `PortInvalid`, `PortDuplicate`, `HttpOn443`. */
  readonly ports: ExternalPort[];

  /**
   * How the proxy finds the addresses of the hosts.
   *
   * @default Resolution.dns()
   */
  readonly resolution?: Resolution;

  /**
   * The addresses under which the application reaches the service: needed for TCP ports, where no name is sent.
   * CIDR blocks with `Resolution.endpoints()` and `none()` only. Errors `AddressInvalid`, `CidrWithDns`, `TcpAddressMissing`.
   *
   * @default - none
   */
  readonly addresses?: string[];

  /**
   * Lets workloads of the chart's namespace go to the service from their own sidecars, past every egress gateway; `DirectRoute` says what they do with requests.
   * Without it the service must be used by an `EgressRoute`: deleting a route must not open a way. Errors `ExternalServiceUnused`, `DirectServiceRouted`.
   *
   * @default false
   */
  readonly direct?: boolean;

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
   * Name, labels and annotations.
   *
   * @default - a generated name
   */
  readonly metadata?: ObjectMetadata;
}

/**
 * A service outside the mesh: a ServiceEntry in the namespace of the chart, visible only where it is used.
 * A direct service whose ports speak TLS to the outside (`ExternalPort.httpToHttps`), or with traffic policies, also gets a DestinationRule a host;
 * where it is not direct, the route makes it for the gateway. The chart must have a namespace. Error `NamespaceMissing`.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/service-entry/
 */
export class ExternalService extends Construct implements IExternalService {
  public readonly hosts: string[];

  /** The ServiceEntry. */
  public readonly serviceEntry: ApiObject;

  /** The DestinationRules with which sidecars speak TLS; empty unless the service is direct. */
  public readonly destinationRules: ApiObject[];

  /** @internal */
  public readonly _intent: ExternalIntent;
  /** @internal */
  public readonly _direct: boolean;
  /** @internal */
  public readonly _namespace: string;
  private readonly viewers = new Set<string>();

  constructor(scope: Construct, id: string, props: ExternalServiceProps) {
    super(scope, id);
    const refuse: Refuse = refuser(this);
    const namespace = chartNamespace(this, refuse);
    this._namespace = namespace;
    needObject(props, 'props', refuse);
    this._intent = checkExternal(props, MeshSettings.of(this), refuse);
    this._direct = checkFlag(props.direct, 'direct', refuse);
    this.hosts = this._intent.hosts;
    this.hosts.forEach((host, i) => {
      const other = claim(this, 'external host', namespace, host);
      if (other) {
        refuse({ code: 'HostDuplicate', prop: `hosts[${i}]`, got: host, allowed: `hosts that no other service of ${namespace} has; ${other.node.path} has it`, fix: 'put all ports of a host into one ExternalService' });
      }
    });
    this.serviceEntry = addLateObject(this, { kind: 'ServiceEntry', id: 'service-entry', namespace, name: props.metadata?.name },
      () => externalServiceEntry(this._intent, namespace, this.viewers), props.metadata);
    this.destinationRules = this._direct ? this.directRules(namespace, props.metadata) : [];
    this._openAfter(this.destinationRules);
    if (this._direct) this.viewers.add(namespace);
    this.node.addValidation({ validate: () => this.unused() });
  }

  /** @internal */
  public _showTo(namespaces: string[]): void {
    for (const namespace of namespaces) this.viewers.add(namespace);
  }

  /** @internal */
  public _openAfter(guards: ApiObject[]): void {
    // the order of charts is their users' own
    this.serviceEntry.addDependency(...guards.filter(guard => Chart.of(guard) === Chart.of(this)));
  }

  private directRules(namespace: string, metadata?: ObjectMetadata): ApiObject[] {
    return this.hosts.flatMap(host => upstreamRules(host, this._intent, { namespace, name: [host] })).map(plan => addObject(this, plan, metadata));
  }

  private unused(): string[] {
    if (this.viewers.size > 0) return [];
    return [refusalMessage(this, {
      code: 'ExternalServiceUnused',
      prop: 'direct',
      got: undefined,
      allowed: 'a service that an EgressRoute uses, or `direct: true`',
      fix: 'add an EgressRoute for it; or say `direct: true` if workloads may go there past every gateway',
    })];
  }
}
