import { RouteMatch } from '../http/route-match';
import { EVERY_NAMESPACE } from '../private/basics/names';
import { valueClass } from '../private/basics/value-class';

/** Options of `Caller.anyNamespace`. */
export interface AnyNamespaceOptions {
  /**
   * The requests that this caller may send, within `allow` of the route; the gateway rejects its other requests with 403. HTTP only. A workload that
   * matches two callers of a route may send what either of them allows. Errors `RulesEmpty`, `RulesOnOpaqueTraffic`, `RuleNeverAllowed`.
   *
   * @default - every request that the route allows
   */
  readonly allow?: RouteMatch[];
}

/** Options of a caller. */
export interface CallerOptions extends AnyNamespaceOptions {
  /**
   * Whether the caller's own chart declares the leg to the gateway, with `EgressCaller`. The route then no longer exports its own leg to that
   * namespace, so Istio finds only one. Error `CallerCovered` beside `Caller.anyNamespace`.
   *
   * @default false
   */
  readonly ownLeg?: boolean;
}

/**
 * Who may use an egress route. The gateway checks the certificate of the caller's sidecar.
 *
 * @example
 * new EgressRoute(chart, 'api-route', {
 *   service: api,
 *   gateway: egress,
 *   callers: [Caller.namespace('shop'), Caller.serviceAccount('billing', 'invoices')],
 * });
 */
export class Caller {
  /**
   * Every workload of a namespace. Error `NameInvalid`.
   *
   * @param name the namespace
   * @param options what it may send, and who declares its leg
   */
  public static namespace(name: string, options: CallerOptions = {}): Caller {
    return new Caller(name, undefined, options);
  }

  /**
   * The workloads of one service account. Error `NameInvalid`.
   *
   * @param namespace the namespace of the service account
   * @param name the name of the service account
   * @param options what it may send, and who declares its leg
   */
  public static serviceAccount(namespace: string, name: string, options: CallerOptions = {}): Caller {
    return new Caller(namespace, name, options);
  }

  /**
   * Every workload of the mesh with an identity of its trust domain. The route is then exported to all namespaces, and the gateway still refuses
   * whoever has no such identity. Other callers beside it are of use only if it has an `allow` of its own. Error `CallerCovered`.
   *
   * @param reason why this is acceptable; kept as an annotation on the VirtualService that callers read. Error `ReasonMissing`.
   * @param options the requests that it may send
   */
  public static anyNamespace(reason: string, options: AnyNamespaceOptions = {}): Caller {
    return new Caller(EVERY_NAMESPACE, undefined, options, reason);
  }

  private constructor(
    /** The namespace of the workloads; `*` for every namespace. */
    public readonly callerNamespace: string,
    /** @internal */ public readonly _serviceAccount: string | undefined,
    /** @internal */ public readonly _options: CallerOptions,
    /** @internal */ public readonly _anyNamespaceReason?: string,
  ) {}
}

valueClass(Caller, 'Caller');
