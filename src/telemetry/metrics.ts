import { valueClass } from '../private/basics/value-class';

/** Options of `Metrics`. */
export interface MetricsOptions {
  /**
   * The collector: an `extensionProvider` in mesh config. Error `ExtensionProviderInvalid`.
   *
   * @default - `prometheus`, which every mesh has
   */
  readonly provider?: string;
}

/**
 * Which of Istio's metrics a gateway reports.
 *
 * @see https://istio.io/latest/docs/reference/config/telemetry/#Metrics
 * @example
 * new GatewayTelemetry(chart, 'telemetry', {
 *   workload: GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' }),
 *   metrics: Metrics.withoutTags(['request_protocol']),
 * });
 */
export class Metrics {
  /**
   * Reports all metrics without these tags. Fewer tags mean fewer time series.
   *
   * @param tags names of tags, for example `request_protocol`. Error `MetricTagInvalid`.
   * @see https://istio.io/latest/docs/reference/config/metrics/#labels
   * @param options for which provider they are left out
   */
  public static withoutTags(tags: string[], options: MetricsOptions = {}): Metrics {
    return new Metrics(options, tags);
  }

  /**
   * Reports no metrics.
   *
   * @param options which provider gets none
   */
  public static off(options: MetricsOptions = {}): Metrics {
    return new Metrics(options);
  }

  private constructor(
    /** @internal */ public readonly _options: MetricsOptions,
    /** @internal */ public readonly _withoutTags?: string[],
  ) {}

  /** The tags that are left out, where metrics are reported. */
  public get droppedTags(): string[] | undefined {
    return this._withoutTags;
  }
}

valueClass(Metrics, 'Metrics');
