import { Duration } from 'cdk8s';

/**
 * When a proxy leaves out an endpoint that fails, for a while. Each proxy judges for itself, by its own requests.
 * One of the three `consecutive` numbers must be set. Errors `TrafficPolicyInvalid`, `TrafficPolicyUnused`.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#OutlierDetection
 */
export interface OutlierDetection {
  /**
   * How many answers 5xx in a row, or failures to connect, a whole number from 1.
   *
   * @default - answers 5xx do not count
   */
  readonly consecutive5xxErrors?: number;

  /**
   * How many answers 502, 503 or 504 in a row, or failures to connect, a whole number from 1.
   *
   * @default - these answers do not count by themselves
   */
  readonly consecutiveGatewayErrors?: number;

  /**
   * How many failures of the proxy's own in a row, such as to connect, a whole number from 1. They then no longer count for the other two.
   *
   * @default - they count for the other two
   */
  readonly consecutiveLocalOriginFailures?: number;

  /**
   * How often it is looked whether an endpoint may come back, one millisecond or more.
   *
   * @default Duration.seconds(10)
   */
  readonly interval?: Duration;

  /**
   * How long an endpoint is left out the first time, one millisecond or more; the second time twice as long, and so on.
   *
   * @default Duration.seconds(30)
   */
  readonly baseEjectionTime?: Duration;

  /**
   * How many percent of the endpoints may be left out at a time, a whole number from 1 to 100. Envoy's own 10 would never leave out one of
   * fewer than ten, so that 100 is written.
   *
   * @default 100
   */
  readonly maxEjectionPercent?: number;

  /**
   * How many percent of the endpoints must be well for any to be left out, a whole number from 1 to 100: with fewer, all get requests again.
   *
   * @default - none
   */
  readonly minHealthPercent?: number;
}
