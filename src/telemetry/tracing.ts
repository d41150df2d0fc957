import { valueClass } from '../private/basics/value-class';

/** Options of `Tracing.sampled`. */
export interface SampledOptions {
  /**
   * The tracing backend: an `extensionProvider` in mesh config. Error `ExtensionProviderInvalid`. If mesh config does not define it, Istio traces
   * nothing and reports no error.
   */
  readonly provider: string;

  /** The percentage of requests to trace if no earlier hop has decided: 0 to 100, in steps of 0.01. Error `SamplingInvalid`. */
  readonly percent: number;
}

/**
 * Which requests a gateway traces.
 *
 * @see https://istio.io/latest/docs/reference/config/telemetry/#Tracing
 * @example
 * new GatewayTelemetry(chart, 'telemetry', {
 *   workload: GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' }),
 *   tracing: Tracing.sampled({ percent: 1, provider: 'otel' }),
 * });
 */
export class Tracing {
  /**
   * Traces a percentage of requests, and the requests that the client has chosen for tracing.
   *
   * @param options how many requests, and to which provider
   */
  public static sampled(options: SampledOptions): Tracing {
    return new Tracing(options);
  }

  /** Reports no spans. */
  public static off(): Tracing {
    return new Tracing();
  }

  private constructor(
    /** @internal */ public readonly _sampled?: SampledOptions,
  ) {}

  /** The share of requests that are traced. */
  public get sampledPercent(): number {
    return this._sampled?.percent ?? 0;
  }
}

valueClass(Tracing, 'Tracing');
