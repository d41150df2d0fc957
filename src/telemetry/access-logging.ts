import { valueClass } from '../private/basics/value-class';

/** Options of `AccessLogging`. */
export interface AccessLoggingOptions {
  /**
   * The logger: an `extensionProvider` in mesh config. It replaces the default loggers of mesh config. Error `ExtensionProviderInvalid`.
   *
   * @default - `envoy`, which every mesh has and which writes to the standard output of the pods
   */
  readonly provider?: string;
}

/**
 * Which requests a gateway logs. For these pods it replaces `accessLogFile` of mesh config.
 *
 * @see https://istio.io/latest/docs/reference/config/telemetry/#AccessLogging
 * @example
 * new GatewayTelemetry(chart, 'telemetry', {
 *   workload: GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' }),
 *   accessLogging: AccessLogging.matching('response.code >= 400'),
 * });
 */
export class AccessLogging {
  /**
   * Logs every request and connection.
   *
   * @param options where the log goes
   */
  public static all(options: AccessLoggingOptions = {}): AccessLogging {
    return new AccessLogging(options);
  }

  /**
   * Logs requests and connections that match an expression.
   *
   * @param expression a CEL expression over Envoy's attributes, for example `response.code >= 400`. Check first for attributes that a request may
   * lack: `!has(request.useragent) || ...`. Error `LogFilterInvalid`.
   * @see https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/advanced/attributes
   * @param options where the log goes
   */
  public static matching(expression: string, options: AccessLoggingOptions = {}): AccessLogging {
    return new AccessLogging(options, expression);
  }

  /**
   * Logs nothing.
   *
   * @param options which log is turned off
   */
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
