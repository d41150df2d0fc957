import { valueClass } from '../private/basics/value-class';

/**
 * How a path is rewritten on the way to its destination. The query string is kept.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRewrite
 * @example
 * new IngressRoute(chart, 'shop', {
 *   gateway: ingress,
 *   hosts: ['shop.example.com'],
 *   rules: [{
 *     matches: [{ path: PathMatch.prefix('/api') }],
 *     rewrite: { path: PathRewrite.prefix('/') },
 *     action: RouteAction.forward(Destination.service('web', { port: 80 })),
 *   }],
 * });
 */
export class PathRewrite {
  /**
   * Replaces the prefix that the rule matches: if the match is `/api` and `path` is `/v2`, `/api/x` becomes `/v2/x` and `/api` becomes `/v2`. Slashes
   * are neither doubled nor lost. Every match of the rule must have a path prefix. Error `RewriteWithoutPrefix`.
   *
   * @param path begins with `/`; `/` drops the prefix
   */
  public static prefix(path: string): PathRewrite {
    return new PathRewrite('prefix', path);
  }

  /**
   * Replaces the whole path.
   *
   * @param path begins with `/`
   */
  public static full(path: string): PathRewrite {
    return new PathRewrite('full', path);
  }

  /**
   * Replaces the part of the path that a regular expression matches.
   *
   * @param regex in RE2 syntax. Errors `RegexInvalid`, `RegexTooLong`.
   * @param substitution the replacement; may refer to groups of the expression as `\1`. Error `PathInvalid`.
   */
  public static regex(regex: string, substitution: string): PathRewrite {
    return new PathRewrite('regex', substitution, regex);
  }

  private constructor(
    /** @internal */ public readonly _kind: 'prefix' | 'full' | 'regex',
    /** What stands in the place of the path, or of a part of it. */
    public readonly replacement: string,
    /** @internal */ public readonly _regex?: string,
  ) {}
}

valueClass(PathRewrite, 'PathRewrite');

/**
 * How the URL is rewritten on the way to the destination.
 *
 * Envoy sends the original values to the destination in `x-envoy-original-path` and `x-envoy-original-host`; it adds them after headers are removed.
 * A destination outside the mesh thus sees the application's own paths, unless the proxy is told to write no such headers: pods of an `EgressGateway`
 * with `GatewayWorkload.gatewayApi` or `GatewayWorkload.waypoint` are.
 */
export interface Rewrite {
  /**
   * The new path.
   *
   * @default - unchanged
   */
  readonly path?: PathRewrite;

  /**
   * The new Host header, optionally with a port. For TLS to an external host it is also the server name (SNI). Errors `HostInvalid`, `PortInvalid`.
   *
   * @default - unchanged
   */
  readonly authority?: string;
}
