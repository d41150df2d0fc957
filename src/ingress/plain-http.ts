import { PathMatch } from '../http/path-match';
import { valueClass } from '../private/basics/value-class';

/** Options of `PlainHttp.redirect`. */
export interface PlainHttpRedirectOptions {
  /**
   * Paths that are routed in clear text by the rules of routes instead of being redirected, such as `PathMatch.prefix('/.well-known/acme-challenge')`
   * for HTTP-01 challenges. Requests that match no rule are still redirected. The `access` of a route applies to these paths too: clear-text requests
   * are then checked before they are redirected. Errors `PathInvalid`, `RegexInvalid`, `RegexTooLong`, `RulesCannotCombine`.
   *
   * @default - none
   */
  readonly exemptPaths?: PathMatch[];

  /**
   * The number of proxies in front of the gateway that it trusts, 1 or more: the value of `gatewayTopology.numTrustedProxies` in the proxy
   * configuration of its pods. Requests that reached a load balancer by HTTPS, as shown by its header `X-Forwarded-Proto: https`, are then served in
   * clear text; a redirect would loop forever. Pods without that setting overwrite the header. The load balancer must be the only way to the port,
   * because any client that bypasses it can send the header too. Error `TrustedProxiesInvalid`.
   *
   * @default - none: all clear-text requests are redirected
   * @see https://istio.io/latest/docs/ops/configuration/traffic-management/network-topologies/
   */
  readonly numTrustedProxies?: number;
}

/**
 * How clear-text requests to the hosts of an HTTPS listener are handled.
 *
 * @example
 * IngressListener.https({ hosts: ['shop.example.com'], credentialName: 'shop-tls', plainHttp: PlainHttp.closed() });
 */
export class PlainHttp {
  /**
   * Redirects them to HTTPS with status 301. For a wildcard host, a port in the client's Host header is kept. Behind a load balancer that terminates
   * TLS, set `numTrustedProxies`.
   *
   * @param options what is not redirected, and which proxies are trusted to tell of TLS
   */
  public static redirect(options: PlainHttpRedirectOptions = {}): PlainHttp {
    return new PlainHttp('redirect', options);
  }

  /** Serves them like HTTPS requests. */
  public static serve(): PlainHttp {
    return new PlainHttp('serve');
  }

  /** Refuses them: the gateway does not listen for clear text. */
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
