import { TelemetrySpec } from './objects';
import { Labels } from '../model/labels';
import { TelemetryIntent } from '../model/telemetry';

/** Providers are named: without one, and none that mesh config has by default, Istio ignores what is said. */
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
