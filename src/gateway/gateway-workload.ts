import { IConstruct } from 'constructs';
import { valueClass } from '../private/basics/value-class';
import { ManagedGateway } from '../private/model/gateway';
import { MANAGED_BY } from '../private/model/labels';

/** One port of a gateway's Service. */
export interface GatewayWorkloadPort {
  /** The port of the Service, 1 to 65535. */
  readonly number: number;

  /**
   * The port on which the pods listen.
   *
   * @default - the same number
   */
  readonly targetPort?: number;
}

/** Where a Helm release of Istio's gateway chart runs. */
export interface HelmReleaseOptions {
  /** The namespace of the release. */
  readonly namespace: string;

  /**
   * The ports of the Service, if the release overrides them (`service.ports`).
   *
   * @default - 80 and 443, the chart's defaults
   */
  readonly ports?: GatewayWorkloadPort[];

  /**
   * Labels of the pods, if the release overrides them (`labels`).
   *
   * @default - the chart's defaults: `app` is the name of the release, `istio` is that name without `istio-`
   */
  readonly selector?: { [label: string]: string };
}

/** Where a gateway that `istioctl` installed runs. */
export interface IstioctlOptions {
  /**
   * The namespace.
   *
   * @default istio-system
   */
  readonly namespace?: string;
}

/** Where the pods of a Gateway of the Gateway API run. */
export interface GatewayApiOptions {
  /** The namespace of the Gateway, and therefore of its pods and their Service. */
  readonly namespace: string;

  /**
   * Whether somebody else makes the Gateway: another app, or another construct of this app. The first `EgressGateway` or `IngressGateway` makes it
   * otherwise; error `NameCollision` if two do. A Gateway that exists must have a listener for each port, of the protocol that is used there,
   * for a host that nothing else listens for; with `RouteApi.GATEWAY_API`, it must instead admit the listeners that the `IngressGateway` adds to it.
   *
   * @default false
   */
  readonly existing?: boolean;

  /**
   * The ports of the Service, 1 to 65535. The Gateway gets a listener for each. Pods listen on the same ports. Error `PortInvalid`.
   *
   * @default - 80 and 443
   */
  readonly ports?: number[];
}

/** Where a waypoint of an ambient mesh runs. */
export interface WaypointOptions {
  /** The namespace of the waypoint. Keep no Secrets in it but those of the gateway: with a client certificate, its pods may read all of them. */
  readonly namespace: string;

  /**
   * Whether the waypoint is there already. The Gateway is then not created, and whatever no route of this library declares for it stops working,
   * as for a new one.
   *
   * @default false
   */
  readonly existing?: boolean;
}

/** All properties of a gateway workload. */
export interface GatewayWorkloadProps {
  /** The namespace of the pods and their Service. */
  readonly namespace: string;

  /** The name of the Service that selects the pods. */
  readonly serviceName: string;

  /** Labels that these pods carry and no other pods do. Errors `WorkloadInvalid`, `LabelInvalid`. */
  readonly selector: { [label: string]: string };

  /** The ports of the Service. */
  readonly ports: GatewayWorkloadPort[];
}

/**
 * Where the pods of a gateway run: their namespace, labels and Service. The library does not create the pods, only their configuration; with
 * `gatewayApi` also the Gateway for which Istio creates them.
 *
 * @see https://istio.io/latest/docs/setup/additional-setup/gateway/
 * @example
 * new IngressGateway(chart, 'entrance', {
 *   workload: GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' }),
 * });
 */
export class GatewayWorkload {
  /**
   * A Helm release of Istio's `gateway` chart.
   *
   * @param name the name of the release, for example `istio-egressgateway`
   * @param options the namespace of the release, and what its values change
   */
  public static helmRelease(name: string, options: HelmReleaseOptions): GatewayWorkload {
    return new GatewayWorkload({
      facts: {
        namespace: options.namespace,
        serviceName: name,
        selector: options.selector ?? chartLabels(name),
        ports: options.ports ?? [{ number: 80 }, { number: 443 }],
      },
    });
  }

  /**
   * A gateway of an `istioctl install` profile, whose pods listen on 8080 and 8443.
   *
   * @param name `istio-ingressgateway` or `istio-egressgateway`
   * @param options the namespace
   */
  public static istioctl(name: string, options: IstioctlOptions = {}): GatewayWorkload {
    return new GatewayWorkload({
      facts: {
        namespace: options.namespace ?? 'istio-system',
        serviceName: name,
        selector: chartLabels(name),
        ports: [{ number: 80, targetPort: 8080 }, { number: 443, targetPort: 8443 }],
      },
    });
  }

  /**
   * The pods that Istio runs for a Gateway of the Gateway API (class `istio`), instead of a Helm release: their Deployment, Service and ServiceAccount
   * are called `<name>-istio`. They are configured by Istio's own API, as others are. Error `IstioVersionTooOld` before Istio 1.24, and before 1.30 unless
   * the Gateway exists.
   *
   * @param name the name of the Gateway, at most 57 characters. Error `WorkloadInvalid`.
   * @see https://istio.io/latest/docs/tasks/traffic-management/ingress/gateway-api/#automated-deployment
   * @param options the namespace of the pods, and who makes the Gateway
   */
  public static gatewayApi(name: string, options: GatewayApiOptions): GatewayWorkload {
    const { namespace, existing = false, ports = [80, 443] } = options;
    return new GatewayWorkload({
      facts: { namespace, serviceName: `${name}-istio`, selector: { [MANAGED_BY]: name }, ports: ports.map(number => ({ number })) },
      gatewayApi: { name, existing },
    });
  }

  /**
   * A waypoint of an ambient mesh, as an egress gateway. Istiod makes its pods and its Service from a Gateway of the Gateway API.
   *
   * Callers' namespaces must be enrolled (label `istio.io/dataplane-mode: ambient`): workloads that are not, and those with sidecars, leave by
   * themselves. Whoever may create ServiceEntries in a namespace can lead its workloads past the waypoint.
   *
   * Only an `EgressGateway` can run on it, error `WaypointUnsuited`.
   *
   * @param name the name of the Gateway. Error `WorkloadInvalid`.
   * @see https://istio.io/latest/docs/ambient/usage/waypoint/
   * @param options the namespace of the waypoint, and who makes it
   */
  public static waypoint(name: string, options: WaypointOptions): GatewayWorkload {
    return new GatewayWorkload({ waypoint: { name, namespace: options.namespace, existing: options.existing ?? false } });
  }

  /**
   * A gateway installed in any other way.
   *
   * @param props the namespace, labels, Service and ports of the pods
   */
  public static of(props: GatewayWorkloadProps): GatewayWorkload {
    return new GatewayWorkload({ facts: props });
  }

  /**
   * The gateway whose Service a construct holds: from cdk8s-plus (any version), `cdk8s import k8s`, `Include` or `Helm`.
   *
   * @param service the construct. Its selector must select the gateway's pods and no others. Errors `ServiceUnreadable`, `WorkloadInvalid`.
   */
  public static fromService(service: IConstruct): GatewayWorkload {
    return new GatewayWorkload({ construct: service });
  }

  private constructor(
    /** @internal */ public readonly _spec: GatewayWorkloadSpec,
  ) {}

  /** The name of the Service in front of the pods, where it is not that of a construct. */
  public get workloadService(): string | undefined {
    return this._spec.facts?.serviceName ?? this._spec.waypoint?.name;
  }
}

valueClass(GatewayWorkload, 'GatewayWorkload');

function chartLabels(name: string): { [label: string]: string } {
  return { app: name, istio: name.replace(/^istio-/, '') };
}

/** @internal */
export interface GatewayWorkloadSpec {
  readonly facts?: GatewayWorkloadProps;
  /** The Gateway for which Istio runs the pods. */
  readonly gatewayApi?: ManagedGateway;
  readonly construct?: IConstruct;
  readonly waypoint?: { readonly name: string; readonly namespace: string; readonly existing: boolean };
}
