import { valueClass } from '../private/basics/value-class';

/**
 * How a path is changed on the way to its destination. The query string stays.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRewrite
 */
export class PathRewrite {
  /**
   * Replaces the prefix that the rule matched: with `/api` matched and `/v2` here, `/api/x` becomes `/v2/x` and `/api` becomes `/v2`.
   * Slashes are neither doubled nor lost. Every match of the rule must have a prefix. Error `RewriteWithoutPrefix`.
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
   * Replaces what a regular expression matches.
   *
   * @param regex in RE2 syntax. Errors `RegexInvalid`, `RegexTooLong`.
   * @param substitution may name groups of the expression as `\1`. Error `PathInvalid`.
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
 * What is changed of the URL on the way to the destination, which is told of it: Envoy writes what was asked for into `x-envoy-original-path`
 * and `x-envoy-original-host`, after all headers are removed. Outside the mesh, that shows the application's own paths.
 */
export interface Rewrite {
  /**
   * The path.
   *
   * @default - it stays
   */
  readonly path?: PathRewrite;

  /**
   * The Host header, with a port if need be, and with it the server name of TLS to an external host. Errors `HostInvalid`, `PortInvalid`.
   *
   * @default - it stays
   */
  readonly authority?: string;
}
