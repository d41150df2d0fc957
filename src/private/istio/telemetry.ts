import { Labels } from '../model/labels';
import { TelemetryIntent } from '../model/telemetry';
import { TelemetrySpec } from '../objects/plans';

/** Providers are named explicitly: without one, and without a default in mesh config, Istio ignores the setting. */
export function telemetry(selector: Labels, { accessLogging, tracing, metrics }: TelemetryIntent): TelemetrySpec {
  return {
    selector,
    accessLogging,
    tracing: tracing && (tracing.provider === undefined ? { disableSpanReporting: true } : {
      provider: tracing.provider, randomSamplingPercentage: tracing.percent,
    }),
    metrics: metrics && { provider: metrics.provider, disabled: metrics.withoutTags === undefined, withoutTags: metrics.withoutTags },
  };
}
