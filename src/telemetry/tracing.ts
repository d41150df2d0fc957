import { valueClass } from '../private/basics/value-class';

/** Options of `Tracing.sampled`. */
export interface SampledOptions {
  /**
   * Where spans are sent, an `extensionProvider` of mesh config. Error `ExtensionProviderInvalid`.
   * Without one that mesh config knows, Istio traces nothing, and says nothing.
   */
  readonly provider: string;

  /**
   * The share of requests that are traced, where none before the gateway has decided: 0 to 100 percent, in steps of 0.01.
   * Error `SamplingInvalid`.
   */
  readonly percent: number;
}

/**
 * Which requests a gateway traces.
 *
 * @see https://istio.io/latest/docs/reference/config/telemetry/#Tracing
 */
export class Tracing {
  /** A share of the requests, and those for which the client has decided so. */
  public static sampled(options: SampledOptions): Tracing {
    return new Tracing(options);
  }

  /** The gateway reports no spans. */
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
