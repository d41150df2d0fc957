import { IConstruct } from 'constructs';
import { IExternalService } from '../egress/i-external-service';
import { valueClass } from '../private/basics/value-class';
import { Target } from '../private/model/rule';

/** Options of `Destination.service`. */
export interface ServiceDestinationOptions {
  /** The port of the Service, 1 to 65535. Error `PortInvalid`. */
  readonly port: number;

  /**
   * The namespace of the Service.
   *
   * @default - the namespace of the chart
   */
  readonly namespace?: string;
}

/** Options of `Destination.fromService`. */
export interface FromServiceOptions {
  /**
   * The port of the Service, 1 to 65535. Error `ServiceUnreadable` where the Service has several ports and none is named here.
   *
   * @default - the only port of the Service
   */
  readonly port?: number;
}

/** Options of `Destination.external`. */
export interface ExternalDestinationOptions {
  /**
   * The host, where the service has several. Error `ExternalDestinationInvalid`.
   *
   * @default - the only host of the service
   */
  readonly host?: string;

  /**
   * The HTTP port that an application would call, where the service has several. Error `ExternalDestinationInvalid`.
   *
   * @default - the only HTTP port of the service
   */
  readonly port?: number;
}

/**
 * Where requests go. It is always written as a full name with a port: a short name would be completed with the namespace
 * of the route, and a missing port fails on a Service with several.
 *
 * The name of the port, or its `appProtocol`, says what is spoken: gRPC needs `grpc` or `http2`; websockets need no setting, but do not
 * open through such a port.
 *
 * A part of a Service, a subset, is a destination of its policy: `DestinationPolicy.subset()`.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#Destination
 */
export class Destination {
  /**
   * A Kubernetes Service, by its name.
   *
   * @param name the name alone, a DNS label. Error `ServiceNameInvalid`.
   */
  public static service(name: string, options: ServiceDestinationOptions): Destination {
    return new Destination({ name, ...options });
  }

  /**
   * The Kubernetes Service that a construct holds: of cdk8s-plus (whichever version), of `cdk8s import k8s`, of `Include` or `Helm`.
   *
   * @param service the construct. Error `ServiceUnreadable`.
   */
  public static fromService(service: IConstruct, options: FromServiceOptions = {}): Destination {
    return new Destination({ construct: service, port: options.port });
  }

  /**
   * A part of a Service, which its policy tells apart.
   *
   * @internal
   */
  public static _subset(policy: IConstruct, service: Target, name: string): Destination {
    return new Destination({ policy, subset: { ...service, subset: name } });
  }

  /**
   * A host outside the mesh. It receives requests under its own name, and TLS as its service says, whatever host they were sent to.
   * Where requests leave by an egress gateway, the service needs no route of its own, and callers cannot reach it otherwise.
   * From an `IngressRoute` requests go straight from the pods of the ingress gateway, without headers of the mesh.
   *
   * @param service a service with an HTTP port; direct in a `DirectRoute` and not direct in an `EgressRoute`. Errors `DirectServiceRouted`,
   * `ServiceNotDirect`, `ExternalDestinationInvalid`, `ResolutionNoneBehindGateway`, `UpstreamTlsConflict`.
   */
  public static external(service: IExternalService, options: ExternalDestinationOptions = {}): Destination {
    return new Destination({ external: service, ...options });
  }

  private constructor(
    /** @internal */ public readonly _target: DestinationTarget,
    /** Its share among several destinations, where it has one. */
    public readonly weight?: number,
  ) {}

  /**
   * The same destination with a share, for `RouteAction.split` and `destinations` of an `IngressRoute`. The destination itself stays as it is.
   *
   * @param weight a whole number from 0, relative to the sum of all weights. Error `WeightInvalid`.
   */
  public weighted(weight: number): Destination {
    return new Destination(this._target, weight);
  }
}

valueClass(Destination, 'Destination');

/** @internal */
export interface DestinationTarget {
  readonly policy?: IConstruct;
  readonly subset?: Target;
  readonly name?: string;
  readonly namespace?: string;
  readonly construct?: IConstruct;
  readonly external?: IExternalService;
  readonly host?: string;
  readonly port?: number;
}
