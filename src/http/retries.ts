import { Duration } from 'cdk8s';

/**
 * How often a request is retried. Requests are retried whatever their method, so limit the rule to methods that are safe to repeat.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRetry
 */
export interface Retries {
  /** The maximum number of retries: a whole number, 0 or more. 0 disables retries, including Istio's own two retries after connection failures. */
  readonly attempts: number;

  /**
   * How long each attempt may take, one millisecond or more. Error `TimeoutInvalid`.
   *
   * @default - the timeout of the rule
   */
  readonly perTryTimeout?: Duration;

  /**
   * When to retry: Envoy's retry conditions such as `5xx`, `gateway-error`, `reset`, `connect-failure`, `retriable-4xx`, or single status codes
   * (`retriable-status-codes` is then optional). The manifests always contain conditions, because without them Istio does not retry responses of any
   * status. Error `RetryConditionInvalid`.
   *
   * @default - gateway-error (502, 503, 504), reset, connect-failure, refused-stream
   */
  readonly retryOn?: string[];
}
