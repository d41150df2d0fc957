import { Destination } from './destination';
import { IIngressDelegate } from '../ingress/i-ingress-delegate';
import { valueClass } from '../private/basics/value-class';

/** What a redirect changes; the rest of the URL stays. */
export interface RedirectOptions {
  /**
   * `http` or `https`. A port that the client wrote into its Host header is kept, unless `authority` is set as well.
   * Error `RedirectSchemeInvalid`.
   *
   * @default - the scheme of the request
   */
  readonly scheme?: string;

  /**
   * The host to go to, with a port if need be. Errors `HostInvalid`, `PortInvalid`.
   *
   * @default - the host of the request
   */
  readonly authority?: string;

  /**
   * The whole path to go to, beginning with `/`. A query in it takes the place of that of the request, which otherwise stays. Error `PathInvalid`.
   *
   * @default - the path of the request
   */
  readonly path?: string;

  /**
   * The port to go to, 1 to 65535, other than the scheme's own: that one Istio leaves out, so that the client's port is kept.
   * Error `RedirectPortIgnored`; error `RuleOptionUnused` beside an authority with a port.
   *
   * @default - the port that the client wrote; none where `authority` is set
   */
  readonly port?: number;

  /**
   * 301, 302, 303, 307 or 308. Error `StatusInvalid`.
   *
   * @default 301
   */
  readonly status?: number;
}

/**
 * What is done with a request: exactly one of these.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRoute
 */
export class RouteAction {
  /** Sends all requests to one destination, which has no weight. Error `WeightInvalid`. */
  public static forward(destination: Destination): RouteAction {
    return new RouteAction({ forward: destination });
  }

  /**
   * Parts requests among destinations by weight: `[stable.weighted(90), next.weighted(10)]`.
   *
   * @param destinations one or more; of several each has a weight, and not all weights are 0. Error `WeightInvalid`.
   */
  public static split(destinations: Destination[]): RouteAction {
    return new RouteAction({ split: destinations });
  }

  /**
   * Answers with a redirect.
   *
   * @param options at least one change. Error `RedirectEmpty`; error `RedirectLoop` at ingress where the rule would redirect the target again.
   */
  public static redirect(options: RedirectOptions): RouteAction {
    return new RouteAction({ redirect: options });
  }

  /**
   * Answers in the proxy, without asking anybody.
   *
   * @param status 200 to 599. Error `StatusInvalid`.
   * @param body the text of the answer, up to 1 MiB; empty when left out. Error `BodyTooLarge`.
   */
  public static respond(status: number, body?: string): RouteAction {
    return new RouteAction({ respond: { status, body } });
  }

  /**
   * Hands requests over to rules that another chart or repository has. The rule tells them by `PathMatch.prefix` and nothing else.
   * What those rules do not take gets 404, and so does everything while they are not there: nothing falls to the next rule.
   *
   * `timeout`, `retries`, `rewrite`, `fault` and `mirror` beside it, and the two kinds of headers together, are for those of the delegate's rules that say
   * nothing of the kind themselves, and change requests only where these forward them; `cors` stands in the rules of the delegate. Error
   * `RuleOptionUnused` where no rule of the delegate takes one over.
   * Of an `IngressRoute` only. Error `DelegateInvalid`.
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
