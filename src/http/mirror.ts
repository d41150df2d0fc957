import { Destination } from './destination';

/**
 * A copy of requests for another destination. Its answers are thrown away, and its failures do not reach the client.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMirrorPolicy
 */
export interface Mirror {
  /** Where the copies go; it has no weight. Error `WeightInvalid`. */
  readonly destination: Destination;

  /**
   * The part of the requests that is copied, in percent: above 0, up to 100. Error `PercentInvalid`.
   *
   * @default 100
   */
  readonly percent?: number;
}
