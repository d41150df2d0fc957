import { Duration } from 'cdk8s';

/** A part of all requests is kept waiting. */
export interface FaultDelay {
  /** The part, in percent: above 0, up to 100. Error `PercentInvalid`. */
  readonly percent: number;

  /** How long. One millisecond or more. The timeout of the rule does not count it. Error `TimeoutInvalid`. */
  readonly duration: Duration;
}

/** A part of all requests is answered with an error by the proxy. */
export interface FaultAbort {
  /** The part, in percent: above 0, up to 100. Error `PercentInvalid`. */
  readonly percent: number;

  /** The status, 200 to 599. Error `StatusInvalid`. */
  readonly status: number;
}

/**
 * Faults on purpose, to see how callers bear them.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPFaultInjection
 */
export interface Fault {
  /**
   * Delays.
   *
   * @default - none
   */
  readonly delay?: FaultDelay;

  /**
   * Errors.
   *
   * @default - none
   */
  readonly abort?: FaultAbort;
}
