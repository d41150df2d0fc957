import { valueClass } from '../private/basics/value-class';

/** Options of `AccessLogging`. */
export interface AccessLoggingOptions {
  /**
   * The logger, an `extensionProvider` of mesh config. It takes the place of those that mesh config has by default.
   * Error `ExtensionProviderInvalid`.
   *
   * @default - `envoy`, which every mesh has: it writes to the standard output of the pods
   */
  readonly provider?: string;
}

/**
 * Which requests a gateway logs. It takes the place of `accessLogFile` of mesh config for these pods.
 *
 * @see https://istio.io/latest/docs/reference/config/telemetry/#AccessLogging
 */
export class AccessLogging {
  /** Every request and connection. */
  public static all(options: AccessLoggingOptions = {}): AccessLogging {
    return new AccessLogging(options);
  }

  /**
   * Those for which an expression holds.
   *
   * @param expression in CEL, over Envoy's attributes, for example `response.code >= 400`. What a request does not have must be
   * asked for first: `!has(request.useragent) || ...`. Error `LogFilterInvalid`.
   * @see https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/advanced/attributes
   */
  public static matching(expression: string, options: AccessLoggingOptions = {}): AccessLogging {
    return new AccessLogging(options, expression);
  }

  /** None. */
  public static off(options: AccessLoggingOptions = {}): AccessLogging {
    return new AccessLogging(options, undefined, true);
  }

  private constructor(
    /** @internal */ public readonly _options: AccessLoggingOptions,
    /** @internal */ public readonly _expression?: string,
    /** @internal */ public readonly _disabled?: boolean,
  ) {}

  /** The expression that says what is logged, where there is one. */
  public get logFilter(): string | undefined {
    return this._expression;
  }
}

valueClass(AccessLogging, 'AccessLogging');
