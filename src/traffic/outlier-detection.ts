import { Duration } from 'cdk8s';

/**
 * When a proxy ejects a failing endpoint for a while. Each proxy decides by itself, from its own requests. At least one of the three `consecutive`
 * numbers must be set. Errors `TrafficPolicyInvalid`, `TrafficPolicyUnused`.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#OutlierDetection
 */
export interface OutlierDetection {
  /**
   * How many consecutive 5xx responses or connection failures eject an endpoint: a whole number, 1 or more.
   *
   * @default - 5xx responses do not count
   */
  readonly consecutiveServerErrors?: number;

  /**
   * How many consecutive 502, 503 or 504 responses or connection failures eject an endpoint: a whole number, 1 or more.
   *
   * @default - these responses do not count separately
   */
  readonly consecutiveGatewayErrors?: number;

  /**
   * How many consecutive local failures of the proxy, such as connection failures, eject an endpoint: a whole number, 1 or more. They then no longer
   * count towards the other two numbers.
   *
   * @default - local failures count towards the other two numbers
   */
  readonly consecutiveLocalOriginFailures?: number;

  /**
   * How often the proxy checks whether an ejected endpoint may return, one millisecond or more.
   *
   * @default Duration.seconds(10)
   */
  readonly interval?: Duration;

  /**
   * How long an endpoint is ejected the first time, one millisecond or more; the second time twice as long, and so on.
   *
   * @default Duration.seconds(30)
   */
  readonly baseEjectionTime?: Duration;

  /**
   * The percentage of endpoints that may be ejected at the same time: a whole number from 1 to 100. Envoy's own default of 10 would never eject one
   * of fewer than ten endpoints, so the manifests contain 100.
   *
   * @default 100
   */
  readonly maxEjectionPercent?: number;

  /**
   * The percentage of endpoints that must be healthy for ejection to apply: a whole number from 1 to 100. Below it, all endpoints get requests again.
   *
   * @default - none
   */
  readonly minHealthPercent?: number;
}
