import { RouteMatch } from '../http/route-match';
import { valueClass } from '../private/basics/value-class';

/** Options of a caller. */
export interface CallerOptions {
  /**
   * The requests that this caller may send, within `allow` of the route; the gateway rejects its other requests with 403. HTTP only. A workload that
   * matches two callers of a route may send what either of them allows. Errors `RulesEmpty`, `RulesOnOpaqueTraffic`, `RuleNeverAllowed`.
   *
   * @default - every request that the route allows
   */
  readonly allow?: RouteMatch[];

  /**
   * Whether the caller's own chart declares the leg to the gateway, with `EgressCaller`. The route then no longer exports its own leg to that
   * namespace, so Istio finds only one.
   *
   * @default false
   */
  readonly ownLeg?: boolean;
}

/** Who may use an egress route. The gateway checks the certificate of the caller's sidecar. */
export class Caller {
  /** Every workload of a namespace. Error `NameInvalid`. */
  public static namespace(name: string, options: CallerOptions = {}): Caller {
    return new Caller(name, undefined, options);
  }

  /** The workloads of one service account. Error `NameInvalid`. */
  public static serviceAccount(namespace: string, name: string, options: CallerOptions = {}): Caller {
    return new Caller(namespace, name, options);
  }

  private constructor(
    /** The namespace of the workloads. */
    public readonly callerNamespace: string,
    /** @internal */ public readonly _serviceAccount: string | undefined,
    /** @internal */ public readonly _options: CallerOptions,
  ) {}
}

valueClass(Caller, 'Caller');
