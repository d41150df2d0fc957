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
   * The port of the Service, 1 to 65535. Error `ServiceUnreadable` if the Service has several ports and this is not set.
   *
   * @default - the only port of the Service
   */
  readonly port?: number;
}

/** Options of `Destination.external`. */
export interface ExternalDestinationOptions {
  /**
   * The host to use, if the service has several. Error `ExternalDestinationInvalid`.
   *
   * @default - the only host of the service
   */
  readonly host?: string;

  /**
   * The HTTP port to use, as applications would call it, if the service has several. Error `ExternalDestinationInvalid`.
   *
   * @default - the only HTTP port of the service
   */
  readonly port?: number;
}

/**
 * Where requests go. The manifests always contain the fully qualified name and the port, because Istio would complete a short name with the namespace
 * of the route, and a missing port fails if the Service has several.
 *
 * The name or the `appProtocol` of the Service port selects the protocol: gRPC needs `grpc` or `http2`. WebSockets need no setting, but do not work
 * on such a port.
 *
 * For a subset of a Service's pods, use `DestinationPolicy.subset()`.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#Destination
 * @example
 * const v1 = Destination.service('reviews-v1', { port: 9080 });
 * const v2 = Destination.service('reviews-v2', { port: 9080 });
 * new IngressRoute(chart, 'reviews', {
 *   gateway: ingress,
 *   hosts: ['reviews.example.com'],
 *   rules: [{ action: RouteAction.split([v1.weighted(90), v2.weighted(10)]) }],
 * });
 */
export class Destination {
  /**
   * A Kubernetes Service, by its name.
   *
   * @param name the name only, a DNS label. Error `ServiceNameInvalid`.
   * @param options the port of the Service, and its namespace
   */
  public static service(name: string, options: ServiceDestinationOptions): Destination {
    return new Destination({ name, ...options });
  }

  /**
   * The Kubernetes Service that a construct holds: from cdk8s-plus (any version), `cdk8s import k8s`, `Include` or `Helm`.
   *
   * @param service the construct. Error `ServiceUnreadable`.
   * @param options the port of the Service
   */
  public static fromService(service: IConstruct, options: FromServiceOptions = {}): Destination {
    return new Destination({ construct: service, port: options.port });
  }

  /**
   * A subset of a Service, which its policy defines.
   *
   * @internal
   */
  public static _subset(policy: IConstruct, service: Target, name: string): Destination {
    return new Destination({ policy, subset: { ...service, subset: name } });
  }

  /**
   * A host outside the mesh. Requests arrive there with its own host name, whichever host the client called, and with the TLS settings of its
   * service. In an `EgressRoute`, the service needs no route of its own, and callers cannot reach it in any other way. In an `IngressRoute`, requests
   * go directly from the pods of the ingress gateway, without mesh headers.
   *
   * @param service a service with an HTTP port. It must be direct in a `DirectRoute` and must not be direct in an `EgressRoute`. Errors
   * `DirectServiceRouted`, `ServiceNotDirect`, `ExternalDestinationInvalid`, `ResolutionNoneBehindGateway`, `UpstreamTlsConflict`.
   * @param options the host and the port, if the service has several
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
