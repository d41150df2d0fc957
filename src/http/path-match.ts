/**
 * How the path of a request is compared. Query strings take no part.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest
 */
export class PathMatch {
  /**
   * The path and nothing else: `/login` matches neither `/login/` nor `/login/x`.
   *
   * @param path begins with `/`
   */
  public static exact(path: string): PathMatch {
    return new PathMatch('exact', path);
  }

  /**
   * All paths under a path, by whole segments as in the Kubernetes Gateway API: `/api` matches `/api` and `/api/x`, not `/apix`.
   *
   * @param path begins with `/`; a `/` at its end makes no difference
   */
  public static prefix(path: string): PathMatch {
    return new PathMatch('prefix', path);
  }

  /**
   * Istio's own prefix, by characters: `/api` matches `/apix` too.
   *
   * @param path begins with `/`
   */
  public static rawPrefix(path: string): PathMatch {
    return new PathMatch('rawPrefix', path);
  }

  /**
   * A regular expression that matches the whole path.
   *
   * @param regex in RE2 syntax: no look-around, no back-references. Error `RegexInvalid`.
   */
  public static regex(regex: string): PathMatch {
    return new PathMatch('regex', regex);
  }

  private constructor(
    /** @internal */ public readonly _kind: 'exact' | 'prefix' | 'rawPrefix' | 'regex',
    /** @internal */ public readonly _value: string,
  ) {}
}
