import { IConstruct } from 'constructs';
import { valueClass } from '../private/basics/value-class';

/** One port of a gateway's Service. */
export interface GatewayWorkloadPort {
  /** The port of the Service, 1 to 65535. */
  readonly number: number;

  /**
   * The port of the pods behind it.
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
   * The ports of the Service, where the release sets others (`service.ports`).
   *
   * @default - 80 and 443, as the chart has them
   */
  readonly ports?: GatewayWorkloadPort[];

  /**
   * Labels of the pods, where the release sets others (`labels`).
   *
   * @default - `app` with the name of the release and `istio` with that name less `istio-`, as the chart has them
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

/** A gateway workload in full. */
export interface GatewayWorkloadProps {
  /** The namespace of the pods and their Service. */
  readonly namespace: string;

  /** The name of the Service in front of the pods. */
  readonly serviceName: string;

  /** Labels that the pods carry, and no others. Errors `WorkloadInvalid`, `LabelInvalid`. */
  readonly selector: { [label: string]: string };

  /** The ports of the Service. */
  readonly ports: GatewayWorkloadPort[];
}

/**
 * Where the pods of a gateway run: their namespace, labels and Service. The library makes no pods; it makes what the pods obey.
 *
 * @see https://istio.io/latest/docs/setup/additional-setup/gateway/
 */
export class GatewayWorkload {
  /**
   * A Helm release of Istio's `gateway` chart.
   *
   * @param name the name of the release, for example `istio-egressgateway`
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

  /** A gateway installed in any other way. */
  public static of(props: GatewayWorkloadProps): GatewayWorkload {
    return new GatewayWorkload({ facts: props });
  }

  /**
   * The gateway behind a Service that a construct holds: of cdk8s-plus (whichever version), of `cdk8s import k8s`, of `Include` or `Helm`.
   *
   * @param service its selector must be the labels of the gateway's pods and no others. Errors `ServiceUnreadable`, `WorkloadInvalid`.
   */
  public static fromService(service: IConstruct): GatewayWorkload {
    return new GatewayWorkload({ construct: service });
  }

  private constructor(
    /** @internal */ public readonly _spec: GatewayWorkloadSpec,
  ) {}

  /** The name of the Service in front of the pods, where it is not that of a construct. */
  public get workloadService(): string | undefined {
    return this._spec.facts?.serviceName;
  }
}

valueClass(GatewayWorkload, 'GatewayWorkload');

function chartLabels(name: string): { [label: string]: string } {
  return { app: name, istio: name.replace(/^istio-/, '') };
}

/** @internal */
export interface GatewayWorkloadSpec {
  readonly facts?: GatewayWorkloadProps;
  readonly construct?: IConstruct;
}
