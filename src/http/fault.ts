import { Duration } from 'cdk8s';

/** Delays a percentage of requests. */
export interface FaultDelay {
  /** The percentage of requests: above 0, up to 100. Error `PercentInvalid`. */
  readonly percent: number;

  /** The delay, one millisecond or more. It does not count towards the timeout of the rule. Error `TimeoutInvalid`. */
  readonly duration: Duration;
}

/** Makes the proxy answer a percentage of requests with an error. */
export interface FaultAbort {
  /** The percentage of requests: above 0, up to 100. Error `PercentInvalid`. */
  readonly percent: number;

  /** The status, 200 to 599. Error `StatusInvalid`. */
  readonly status: number;
}

/**
 * Injected faults, to test how callers cope with them.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPFaultInjection
 */
export interface Fault {
  /**
   * The delay to inject.
   *
   * @default - none
   */
  readonly delay?: FaultDelay;

  /**
   * The error to inject.
   *
   * @default - none
   */
  readonly abort?: FaultAbort;
}
