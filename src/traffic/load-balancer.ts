import { Duration } from 'cdk8s';
import { LocalityLoadBalancing } from './locality-load-balancing';
import { valueClass } from '../private/basics/value-class';

/** A cookie by which requests are told apart. */
export interface HashCookie {
  /** The name of the cookie, a token without spaces. Error `TrafficPolicyInvalid`. */
  readonly name: string;

  /**
   * The path for which the proxy sets the cookie where the client has none. Error `TrafficPolicyInvalid`.
   *
   * @default - that of the request
   */
  readonly path?: string;

  /**
   * How long the cookie lives that the proxy sets where the client has none, whole seconds from 1.
   *
   * @default - as long as the browser's session
   */
  readonly ttl?: Duration;
}

/** What requests have in common that go to one endpoint. */
export class HashKey {
  /** A header of the request. Error `HeaderInvalid`. */
  public static header(name: string): HashKey {
    return new HashKey({ header: name });
  }

  /** A cookie; the proxy sets it where the client has none. */
  public static cookie(cookie: HashCookie): HashKey {
    return new HashKey({ cookie });
  }

  /** A parameter of the query. Error `TrafficPolicyInvalid`. */
  public static queryParam(name: string): HashKey {
    return new HashKey({ queryParam: name });
  }

  /** The address from which the connection to the proxy came. */
  public static sourceAddress(): HashKey {
    return new HashKey({ sourceAddress: true });
  }

  private constructor(
    /** @internal */ public readonly _spec: HashKeySpec,
  ) {}

  /** `header`, `cookie`, `queryParam` or `sourceAddress`. */
  public get hashKind(): string {
    return Object.keys(this._spec)[0];
  }
}

valueClass(HashKey, 'HashKey');

/** @internal */
export interface HashKeySpec {
  readonly header?: string;
  readonly cookie?: HashCookie;
  readonly queryParam?: string;
  readonly sourceAddress?: boolean;
}

/** Options of every load balancer. */
export interface LoadBalancerOptions {
  /**
   * Which endpoints come first by where they are. Error `FailoverWithoutOutlierDetection`.
   *
   * @default - what the mesh is set to: the nearest endpoints first, where outliers are detected
   */
  readonly locality?: LocalityLoadBalancing;

  /**
   * How long a new endpoint gets less than its share, growing, one millisecond or more. With `roundRobin` and `leastRequest` only. Error `TrafficPolicyUnused`.
   *
   * @default - it gets its share at once
   */
  readonly warmup?: Duration;
}

/**
 * How a proxy chooses among endpoints.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#LoadBalancerSettings
 */
export class LoadBalancer {
  /** The endpoint with fewer requests under way, of two chosen by chance; Istio's default. */
  public static leastRequest(options: LoadBalancerOptions = {}): LoadBalancer {
    return new LoadBalancer({ simple: 'LEAST_REQUEST', ...options });
  }

  /** One endpoint after another. */
  public static roundRobin(options: LoadBalancerOptions = {}): LoadBalancer {
    return new LoadBalancer({ simple: 'ROUND_ROBIN', ...options });
  }

  /** Any endpoint. */
  public static random(options: LoadBalancerOptions = {}): LoadBalancer {
    return new LoadBalancer({ simple: 'RANDOM', ...options });
  }

  /**
   * The same endpoint for all requests with the same key, as long as the endpoints stay the same. Requests without the key go anywhere.
   *
   * @param key what they have in common. Keys other than the source address are for HTTP only. Error `TrafficPolicyUnused`.
   */
  public static consistentHash(key: HashKey, options: LoadBalancerOptions = {}): LoadBalancer {
    return new LoadBalancer({ key, ...options });
  }

  private constructor(
    /** @internal */ public readonly _spec: LoadBalancerSpec,
  ) {}

  /** How Istio calls it, such as `ROUND_ROBIN`, or `CONSISTENT_HASH`. */
  public get balancing(): string {
    return this._spec.simple ?? 'CONSISTENT_HASH';
  }
}

valueClass(LoadBalancer, 'LoadBalancer');

/** @internal */
export interface LoadBalancerSpec extends LoadBalancerOptions {
  readonly simple?: 'LEAST_REQUEST' | 'ROUND_ROBIN' | 'RANDOM';
  readonly key?: HashKey;
}
