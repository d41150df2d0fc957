import { attachment } from './attachment';
import { TelemetrySpec } from '../plans';
import { Wire } from './wire';
import type * as imported from '../../../../imports/telemetry.istio.io';

export function telemetrySpec({ selector, accessLogging, tracing, metrics }: TelemetrySpec): object {
  return {
    ...attachment({ selector }),
    accessLogging: accessLogging && [{
      providers: [{ name: accessLogging.provider }],
      filter: accessLogging.filter === undefined ? undefined : { expression: accessLogging.filter },
      disabled: accessLogging.disabled,
    }],
    tracing: tracing && [{
      providers: tracing.provider === undefined ? undefined : [{ name: tracing.provider }],
      randomSamplingPercentage: tracing.randomSamplingPercentage,
      disableSpanReporting: tracing.disableSpanReporting,
    }],
    metrics: metrics && [{ providers: [{ name: metrics.provider }], overrides: [overrides(metrics)] }],
  } satisfies Wire<imported.TelemetrySpec>;
}

function overrides({ disabled, withoutTags }: NonNullable<TelemetrySpec['metrics']>): Wire<imported.TelemetrySpecMetricsOverrides> {
  if (disabled) return { disabled };
  return { tagOverrides: Object.fromEntries((withoutTags ?? []).map(tag => [tag, { operation: 'REMOVE' as const }])) };
}
