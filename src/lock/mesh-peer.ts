import { IConstruct } from 'constructs';
import { valueClass } from '../private/basics/value-class';

/** Options of `MeshPeer.service`. */
export interface ServicePeerOptions {
  /** The namespace of the Service. Error `NameInvalid`. */
  readonly namespace: string;

  /**
   * Labels of the pods behind the Service. A lock needs them, because a NetworkPolicy judges pods and not Services. Errors `MeshPeerInvalid`,
   * `LabelInvalid`.
   *
   * @default - none; enough for a `SidecarScope`
   */
  readonly pods?: { [label: string]: string };

  /**
   * The ports on which these pods listen, which may differ from those of the Service. Errors `MeshPeerInvalid`, `PortInvalid`.
   *
   * @default - none; enough for a `SidecarScope`
   */
  readonly ports?: number[];
}

/**
 * Workloads in the cluster that a locked namespace may reach.
 *
 * @example
 * new EgressRoute(chart, 'api-route', { service: api, gateway: egress });
 * new EgressLock(chart, 'lock', { gateway: egress, calls: [MeshPeer.service('stock', { namespace: 'warehouse', pods: { app: 'stock' }, ports: [8080] })] });
 */
export class MeshPeer {
  /**
   * Every Service and pod of a namespace. If the namespace itself is not locked, any pod in it can pass traffic on to the outside.
   *
   * @param name the namespace. Error `NameInvalid`.
   */
  public static namespace(name: string): MeshPeer {
    return new MeshPeer(name, {});
  }

  /**
   * A Service and the pods behind it.
   *
   * @param name the name of the Service. Error `ServiceNameInvalid`.
   * @param options its namespace, pods and ports
   */
  public static service(name: string, options: ServicePeerOptions): MeshPeer {
    return new MeshPeer(options.namespace, { service: name, pods: options.pods, ports: options.ports });
  }

  /**
   * The Kubernetes Service that a construct holds: from cdk8s-plus (any version), `cdk8s import k8s`, `Include` or `Helm`.
   *
   * @param service the construct. Its target ports must be numbers. Errors `ServiceUnreadable`, `MeshPeerInvalid`.
   */
  public static fromService(service: IConstruct): MeshPeer {
    return new MeshPeer(undefined, { construct: service });
  }

  private constructor(
    /** The namespace, where it is not that of a construct. */
    public readonly peerNamespace: string | undefined,
    /** @internal */ public readonly _spec: MeshPeerSpec,
  ) {}
}

valueClass(MeshPeer, 'MeshPeer');

/** @internal */
export interface MeshPeerSpec {
  readonly service?: string;
  readonly pods?: { [label: string]: string };
  readonly ports?: number[];
  readonly construct?: IConstruct;
}
