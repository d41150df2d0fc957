import { valueClass } from '../private/basics/value-class';

/** Options of `PathMatch.exact`, `prefix` and `rawPrefix`. */
export interface PathMatchOptions {
  /**
   * Whether `/Login` and `/login` are the same. A regular expression says so itself, with `(?i)`.
   *
   * @default false
   */
  readonly ignoreCase?: boolean;
}

/**
 * How the path of a request is compared. Query strings take no part. Error `PathInvalid`.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest
 */
export class PathMatch {
  /**
   * The path and nothing else: `/login` matches neither `/login/` nor `/login/x`.
   *
   * @param path begins with `/`. Error `PathInvalid`.
   */
  public static exact(path: string, options: PathMatchOptions = {}): PathMatch {
    return new PathMatch('exact', path, options.ignoreCase);
  }

  /**
   * All paths under a path, by whole segments as in the Kubernetes Gateway API: `/api` matches `/api` and `/api/x`, not `/apix`.
   *
   * @param path begins with `/`; a `/` at its end makes no difference. Error `PathInvalid`.
   */
  public static prefix(path: string, options: PathMatchOptions = {}): PathMatch {
    return new PathMatch('prefix', path, options.ignoreCase);
  }

  /**
   * Istio's own prefix, by characters: `/api` matches `/apix` too.
   *
   * @param path begins with `/`. Error `PathInvalid`.
   */
  public static rawPrefix(path: string, options: PathMatchOptions = {}): PathMatch {
    return new PathMatch('rawPrefix', path, options.ignoreCase);
  }

  /**
   * A regular expression that matches the whole path.
   *
   * @param regex in RE2 syntax, in ASCII: no look-around, no back-references, no classes of Unicode. Errors `RegexInvalid`, `RegexTooLong`.
   */
  public static regex(regex: string): PathMatch {
    return new PathMatch('regex', regex);
  }

  /**
   * The calls of a gRPC service, or of one of its methods. The port of the destination must be one for HTTP/2:
   * its name is or begins with `grpc`, or its `appProtocol` says so.
   *
   * @param service the name with its package, such as `shop.v1.Orders`. Error `GrpcNameInvalid`.
   * @param method such as `PlaceOrder`; every method when left out. Error `GrpcNameInvalid`.
   */
  public static grpc(service: string, method?: string): PathMatch {
    const path = `/${service}${method === undefined ? '' : `/${method}`}`;
    return new PathMatch(method === undefined ? 'prefix' : 'exact', path, false, { service, method });
  }

  private constructor(
    /** @internal */ public readonly _kind: 'exact' | 'prefix' | 'rawPrefix' | 'regex',
    /** What the path is compared with. */
    public readonly path: string,
    /** @internal */ public readonly _ignoreCase: boolean = false,
    /** @internal */ public readonly _grpc?: { readonly service: string; readonly method?: string },
  ) {}
}

valueClass(PathMatch, 'PathMatch');
