import { Destination } from './destination';

/**
 * Sends copies of requests to another destination. Its responses are discarded, and its failures do not affect the client.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMirrorPolicy
 */
export interface Mirror {
  /** Where the copies go; it has no weight. Error `WeightInvalid`. */
  readonly destination: Destination;

  /**
   * The percentage of requests to copy: above 0, up to 100. Error `PercentInvalid`.
   *
   * @default 100
   */
  readonly percent?: number;
}
