import { valueClass } from '../private/basics/value-class';

/**
 * How sidecars of callers speak to the egress gateway.
 *
 * @example
 * new EgressRoute(chart, 'api-route', { service: api, gateway: egress, legOne: LegOne.plaintext('clients in the gateway namespace have no sidecar') });
 */
export class LegOne {
  /** Mesh mTLS: the gateway knows who calls. */
  public static mtls(): LegOne {
    return new LegOne();
  }

  /**
   * Clear text to port 80 of the gateway, for gateways outside the mesh's mTLS. Nobody is then identified, so that `callers` cannot be enforced.
   * HTTP only.
   *
   * @param reason why; it is kept as an annotation of the Gateway. Error `ReasonMissing`.
   */
  public static plaintext(reason: string): LegOne {
    return new LegOne(reason);
  }

  private constructor(
    /** Why it is in clear text, where it is. */
    public readonly plaintextReason?: string,
  ) {}
}

valueClass(LegOne, 'LegOne');
