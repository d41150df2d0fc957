import { valueClass } from '../private/basics/value-class';

/**
 * What an egress gateway does with traffic that no route of this library declares.
 *
 * @example
 * new EgressGateway(chart, 'exit', {
 *   workload: GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' }),
 *   undeclared: UndeclaredTraffic.allowed('other routes through these pods are not written by this app'),
 * });
 */
export class UndeclaredTraffic {
  /** The gateway answers with 403, or closes the connection. */
  public static denied(): UndeclaredTraffic {
    return new UndeclaredTraffic();
  }

  /**
   * The gateway serves whatever Gateways and VirtualServices of the cluster tell it to, such as routes that were written by hand. Anybody who may
   * create these objects in any namespace can then make the gateway send traffic to any host.
   *
   * @param reason why this is acceptable; kept as an annotation on the AuthorizationPolicy. Error `ReasonMissing`.
   */
  public static allowed(reason: string): UndeclaredTraffic {
    return new UndeclaredTraffic(reason);
  }

  private constructor(
    /** Why it is allowed, where it is. */
    public readonly allowedReason?: string,
  ) {}
}

valueClass(UndeclaredTraffic, 'UndeclaredTraffic');
