import { Duration } from 'cdk8s';
import { LocalityLoadBalancing } from './locality-load-balancing';
import { valueClass } from '../private/basics/value-class';

/** A cookie that identifies requests of one client. */
export interface HashCookie {
  /** The name of the cookie, a token without spaces. Error `TrafficPolicyInvalid`. */
  readonly name: string;

  /**
   * The path of the cookie that the proxy sets if the client has none. Error `TrafficPolicyInvalid`.
   *
   * @default - the path of the request
   */
  readonly path?: string;

  /**
   * The lifetime of the cookie that the proxy sets if the client has none, in whole seconds, 1 or more.
   *
   * @default - the browser session
   */
  readonly ttl?: Duration;
}

/**
 * What the requests that go to one endpoint have in common.
 *
 * @example
 * new DestinationPolicy(chart, 'web', {
 *   destination: Destination.service('web', { port: 80 }),
 *   exportTo: ['shop'],
 *   loadBalancer: LoadBalancer.consistentHash(HashKey.cookie({ name: 'cart', ttl: Duration.hours(1) })),
 * });
 */
export class HashKey {
  /**
   * A header of the request. Error `HeaderInvalid`.
   *
   * @param name the header
   */
  public static header(name: string): HashKey {
    return new HashKey({ header: name });
  }

  /**
   * A cookie; the proxy sets it if the client has none.
   *
   * @param cookie the cookie; Envoy sets it if it is missing
   */
  public static cookie(cookie: HashCookie): HashKey {
    return new HashKey({ cookie });
  }

  /**
   * A query parameter. Error `TrafficPolicyInvalid`.
   *
   * @param name the query parameter
   */
  public static queryParam(name: string): HashKey {
    return new HashKey({ queryParam: name });
  }

  /** The source address of the connection to the proxy. */
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
   * Which endpoints are preferred by locality. Error `FailoverWithoutOutlierDetection`.
   *
   * @default - the mesh's setting: the nearest endpoints first, if outlier detection is set
   */
  readonly locality?: LocalityLoadBalancing;

  /**
   * How long the share of a new endpoint takes to grow to its full size, one millisecond or more. Only with `roundRobin` and `leastRequest`. Error
   * `TrafficPolicyUnused`.
   *
   * @default - a new endpoint gets its full share at once
   */
  readonly warmup?: Duration;
}

/**
 * How a proxy chooses among endpoints.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#LoadBalancerSettings
 * @example
 * new DestinationPolicy(chart, 'web', {
 *   destination: Destination.service('web', { port: 80 }),
 *   exportTo: ['shop'],
 *   loadBalancer: LoadBalancer.leastRequest({ warmup: Duration.seconds(30) }),
 * });
 */
export class LoadBalancer {
  /**
   * Of two random endpoints, the one with fewer active requests; Istio's default.
   *
   * @param options which endpoints are preferred, and how new ones start
   */
  public static leastRequest(options: LoadBalancerOptions = {}): LoadBalancer {
    return new LoadBalancer({ simple: 'LEAST_REQUEST', ...options });
  }

  /**
   * Each endpoint in turn.
   *
   * @param options which endpoints are preferred, and how new ones start
   */
  public static roundRobin(options: LoadBalancerOptions = {}): LoadBalancer {
    return new LoadBalancer({ simple: 'ROUND_ROBIN', ...options });
  }

  /**
   * A random endpoint.
   *
   * @param options which endpoints are preferred
   */
  public static random(options: LoadBalancerOptions = {}): LoadBalancer {
    return new LoadBalancer({ simple: 'RANDOM', ...options });
  }

  /**
   * The same endpoint for all requests with the same key, as long as the set of endpoints does not change. Requests without the key go to any
   * endpoint.
   *
   * @param key what the requests have in common. Keys other than the source address are for HTTP only. Error `TrafficPolicyUnused`.
   * @param options which endpoints are preferred
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
