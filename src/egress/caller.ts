import { RouteMatch } from '../http/route-match';
import { valueClass } from '../private/basics/value-class';

/** Options of a caller. */
export interface CallerOptions {
  /**
   * The requests that this caller may send, within `allow` of the route; the gateway answers 403 to its others. HTTP only.
   * A workload that two callers of a route describe may do what either of them may. Errors `RulesEmpty`, `RulesOnOpaqueTraffic`, `RuleNeverAllowed`.
   *
   * @default - all that the route allows
   */
  readonly allow?: RouteMatch[];

  /**
   * Whether the chart of the caller makes the leg to the gateway itself, with `EgressCaller`. The route then shows its own leg to the
   * namespace no more, and Istio does not find two.
   *
   * @default false
   */
  readonly ownLeg?: boolean;
}

/** Who may use an egress route. The gateway checks it by the certificate of the caller's sidecar. */
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
