import { Destination } from './destination';
import { IIngressDelegate } from '../ingress/i-ingress-delegate';
import { valueClass } from '../private/basics/value-class';

/** What a redirect changes; the rest of the URL is kept. */
export interface RedirectOptions {
  /**
   * The scheme, `http` or `https`. A port in the client's Host header is kept, unless `authority` is set as well. Error `RedirectSchemeInvalid`.
   *
   * @default - the scheme of the request
   */
  readonly scheme?: string;

  /**
   * The host to redirect to, optionally with a port. Errors `HostInvalid`, `PortInvalid`.
   *
   * @default - the host of the request
   */
  readonly authority?: string;

  /**
   * The whole path to redirect to, beginning with `/`. A query string in it replaces that of the request, which is otherwise kept. Error
   * `PathInvalid`.
   *
   * @default - the path of the request
   */
  readonly path?: string;

  /**
   * The port to redirect to, 1 to 65535. It must not be the default port of the scheme: Istio omits that one, so the client's port would be kept.
   * Error `RedirectPortIgnored`; error `RuleOptionUnused` together with an authority that has a port.
   *
   * @default - the port in the client's Host header; none if `authority` is set
   */
  readonly port?: number;

  /**
   * The status: 301, 302, 303, 307 or 308. Error `StatusInvalid`.
   *
   * @default 301
   */
  readonly status?: number;
}

/**
 * What happens to a request: exactly one of these actions.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRoute
 * @example
 * new IngressRoute(chart, 'shop', {
 *   gateway: ingress,
 *   hosts: ['shop.example.com'],
 *   rules: [
 *     { matches: [{ path: PathMatch.exact('/health') }], action: RouteAction.respond(200) },
 *     { action: RouteAction.forward(Destination.service('web', { port: 80 })) },
 *   ],
 * });
 */
export class RouteAction {
  /**
   * Sends all requests to one destination, which has no weight. Error `WeightInvalid`.
   *
   * @param destination where requests go
   */
  public static forward(destination: Destination): RouteAction {
    return new RouteAction({ forward: destination });
  }

  /**
   * Splits requests among destinations by weight: `[stable.weighted(90), next.weighted(10)]`.
   *
   * @param destinations at least one. If there are several, each needs a weight, and the weights must not all be 0. Error `WeightInvalid`.
   */
  public static split(destinations: Destination[]): RouteAction {
    return new RouteAction({ split: destinations });
  }

  /**
   * Responds with a redirect.
   *
   * @param options at least one change. Error `RedirectEmpty`; error `RedirectLoop` at ingress if the rule would redirect the target again.
   */
  public static redirect(options: RedirectOptions): RouteAction {
    return new RouteAction({ redirect: options });
  }

  /**
   * Responds directly from the proxy, without forwarding the request.
   *
   * @param status 200 to 599. Error `StatusInvalid`.
   * @param body the response body, up to 1 MiB; empty if omitted. Error `BodyTooLarge`.
   */
  public static respond(status: number, body?: string): RouteAction {
    return new RouteAction({ respond: { status, body } });
  }

  /**
   * Delegates requests to rules in another chart or repository. The rule must match by `PathMatch.prefix` only. Requests that match none of the
   * delegate's rules get 404, and all requests do while the delegate does not exist: none falls through to the next rule.
   *
   * If the delegating rule sets `timeout`, `retries`, `rewrite`, `fault` or `mirror`, the value applies to the delegate's rules that do not set the
   * same option themselves; `requestHeaders` and `responseHeaders` count as one option. The options affect only requests that the delegate's rules
   * forward. Set `cors` in the delegate's rules. Error `RuleOptionUnused` if no rule of the delegate uses an option. Only in an `IngressRoute`. Error
   * `DelegateInvalid`.
   *
   * @param delegate the rules of another chart or repository
   */
  public static delegate(delegate: IIngressDelegate): RouteAction {
    return new RouteAction({ delegate });
  }

  private constructor(
    /** @internal */ public readonly _spec: RouteActionSpec,
  ) {}

  /** `forward`, `split`, `redirect`, `respond` or `delegate`. */
  public get actionKind(): string {
    return Object.keys(this._spec)[0];
  }
}

valueClass(RouteAction, 'RouteAction');

/** @internal */
export interface RouteActionSpec {
  readonly delegate?: IIngressDelegate;
  readonly forward?: Destination;
  readonly split?: Destination[];
  readonly redirect?: RedirectOptions;
  readonly respond?: { readonly status: number; readonly body?: string };
}
