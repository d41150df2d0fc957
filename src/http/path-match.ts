import { valueClass } from '../private/basics/value-class';

/** Options of `PathMatch.exact`, `prefix` and `rawPrefix`. */
export interface PathMatchOptions {
  /**
   * Whether to ignore case, so that `/Login` matches `/login`. In a regular expression, use `(?i)`.
   *
   * @default false
   */
  readonly ignoreCase?: boolean;
}

/**
 * A condition on the path of a request. The query string is not compared. Error `PathInvalid`.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest
 * @example
 * new EgressRoute(chart, 'api-route', { service: api, gateway: egress, allow: [{ path: PathMatch.prefix('/v1'), methods: ['GET'] }] });
 */
export class PathMatch {
  /**
   * Exactly this path: `/login` matches neither `/login/` nor `/login/x`.
   *
   * @param path begins with `/`. Error `PathInvalid`.
   * @param options whether case counts
   */
  public static exact(path: string, options: PathMatchOptions = {}): PathMatch {
    return new PathMatch('exact', path, options.ignoreCase);
  }

  /**
   * This path and all paths below it, by whole segments as in the Kubernetes Gateway API: `/api` matches `/api` and `/api/x`, but not `/apix`.
   *
   * @param path begins with `/`; a trailing `/` makes no difference. Error `PathInvalid`.
   * @param options whether case counts
   */
  public static prefix(path: string, options: PathMatchOptions = {}): PathMatch {
    return new PathMatch('prefix', path, options.ignoreCase);
  }

  /**
   * Istio's own prefix match, by characters: `/api` also matches `/apix`.
   *
   * @param path begins with `/`. Error `PathInvalid`.
   * @param options whether case counts
   */
  public static rawPrefix(path: string, options: PathMatchOptions = {}): PathMatch {
    return new PathMatch('rawPrefix', path, options.ignoreCase);
  }

  /**
   * A regular expression that matches the whole path.
   *
   * @param regex in RE2 syntax, ASCII only, without look-around, back-references or Unicode classes. Errors `RegexInvalid`, `RegexTooLong`.
   */
  public static regex(regex: string): PathMatch {
    return new PathMatch('regex', regex);
  }

  /**
   * Calls to a gRPC service, or to one of its methods. The port of the destination must be an HTTP/2 port: its name must be `grpc` or begin with
   * `grpc`, or its `appProtocol` must say so.
   *
   * @param service the service name with its package, such as `shop.v1.Orders`. Error `GrpcNameInvalid`.
   * @param method the method, such as `PlaceOrder`; every method if omitted. Error `GrpcNameInvalid`.
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
