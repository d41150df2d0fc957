import { PathMatch } from '../http/path-match';
import { valueClass } from '../private/basics/value-class';

/** Options of `PlainHttp.redirect`. */
export interface PlainHttpRedirectOptions {
  /**
   * Paths that are not redirected, but routed in clear text by the rules of routes, such as
   * `PathMatch.prefix('/.well-known/acme-challenge')` for certificates by HTTP-01. What no rule takes is redirected all the same.
   * The `access` of a route holds for them too: its clear-text requests are then asked before they are redirected.
   * Errors `PathInvalid`, `RegexInvalid`, `RegexTooLong`, `RulesCannotCombine`.
   *
   * @default - none
   */
  readonly exemptPaths?: PathMatch[];

  /**
   * How many proxies in front of the gateway it trusts: what `gatewayTopology.numTrustedProxies` in the proxy configuration of its pods
   * says, 1 or more. Requests that came to a load balancer by HTTPS, as its header `X-Forwarded-Proto: https` tells, are then served in
   * clear text: redirected, they would come back for ever. Pods without that setting overwrite the header. The load balancer must be
   * the only way to the port, for whoever comes past it can send the header too. Error `TrustedProxiesInvalid`.
   *
   * @default - none: all clear-text requests are redirected
   * @see https://istio.io/latest/docs/ops/configuration/traffic-management/network-topologies/
   */
  readonly numTrustedProxies?: number;
}

/** What is done with clear-text requests to the hosts of an HTTPS listener. */
export class PlainHttp {
  /**
   * They are redirected to HTTPS, with status 301. Under a wildcard host, a port that the client wrote into its Host header is kept.
   * Behind a load balancer that ends TLS itself, say `numTrustedProxies`.
   */
  public static redirect(options: PlainHttpRedirectOptions = {}): PlainHttp {
    return new PlainHttp('redirect', options);
  }

  /** They are served like the others. */
  public static serve(): PlainHttp {
    return new PlainHttp('serve');
  }

  /** Nothing listens for them. */
  public static closed(): PlainHttp {
    return new PlainHttp('closed');
  }

  private constructor(
    /** @internal */ public readonly _kind: 'redirect' | 'serve' | 'closed',
    /** @internal */ public readonly _redirect?: PlainHttpRedirectOptions,
  ) {}

  /** `redirect`, `serve` or `closed`. */
  public get plainHttpKind(): string {
    return this._kind;
  }
}

valueClass(PlainHttp, 'PlainHttp');
