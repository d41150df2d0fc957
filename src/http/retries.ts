import { Duration } from 'cdk8s';

/**
 * How often a request is tried again. Requests of every method are, so limit the rule to methods that may be repeated.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRetry
 */
export interface Retries {
  /** How many tries may follow the first, a whole number from 0. With 0 there are none, not even Istio's own two after failures to connect. */
  readonly attempts: number;

  /**
   * How long one try may take. One millisecond or more. Error `TimeoutInvalid`.
   *
   * @default - the timeout of the rule
   */
  readonly perTryTimeout?: Duration;

  /**
   * What is worth another try: conditions of Envoy such as `5xx`, `gateway-error`, `reset`, `connect-failure`, `retriable-4xx`, or single
   * status codes (beside which `retriable-status-codes` may stand, and need not). They are always written: without them Istio does not retry answers at all, whatever their status. Error `RetryConditionInvalid`.
   *
   * @default - gateway-error (502, 503, 504), reset, connect-failure, refused-stream
   */
  readonly retryOn?: string[];
}
