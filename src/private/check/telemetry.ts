import { celError } from './cel';
import { AccessLogging } from '../../telemetry/access-logging';
import { Metrics } from '../../telemetry/metrics';
import { Tracing } from '../../telemetry/tracing';
import { checkExtensionProvider } from '../basics/checks';
import { Refuse } from '../basics/errors';
import { checkWritable } from '../basics/take';
import { TelemetryIntent } from '../model/telemetry';

interface Input {
  readonly accessLogging?: AccessLogging;
  readonly tracing?: Tracing;
  readonly metrics?: Metrics;
}

export function checkTelemetry({ accessLogging, tracing, metrics }: Input, refuse: Refuse): TelemetryIntent {
  if (!accessLogging && !tracing && !metrics) {
    refuse({ code: 'TelemetryEmpty', prop: 'accessLogging', got: undefined, allowed: 'one of accessLogging, tracing, metrics', fix: 'configure what is logged, traced or counted, or delete the construct' });
  }
  return {
    accessLogging: accessLogging && checkLogging(accessLogging, refuse),
    tracing: tracing && checkTracing(tracing, refuse),
    metrics: metrics && checkMetrics(metrics, refuse),
  };
}

function checkLogging({ _options: options, _expression: filter, _disabled: disabled }: AccessLogging, refuse: Refuse): TelemetryIntent['accessLogging'] {
  const error = filter === undefined ? undefined : celError(filter);
  if (error !== undefined) {
    refuse({ code: 'LogFilterInvalid', prop: 'accessLogging', got: filter, allowed: `a CEL expression (${error})`, fix: 'write an expression such as response.code >= 400' });
  }
  return { provider: checkExtensionProvider(options.provider ?? 'envoy', 'accessLogging.provider', refuse), filter, disabled };
}

function checkTracing({ _sampled: sampled }: Tracing, refuse: Refuse): TelemetryIntent['tracing'] {
  if (!sampled) return {};
  const { provider, percent } = sampled;
  if (!(percent >= 0 && percent <= 100) || Math.abs(percent * 100 - Math.round(percent * 100)) > 1e-9) {
    refuse({ code: 'SamplingInvalid', prop: 'tracing.percent', got: percent, allowed: 'a number from 0 to 100, in steps of 0.01', fix: 'correct the number' });
  }
  return { provider: checkExtensionProvider(provider, 'tracing.provider', refuse), percent };
}

function checkMetrics({ _options: options, _withoutTags: tags }: Metrics, refuse: Refuse): TelemetryIntent['metrics'] {
  if (tags && (tags.length === 0 || !tags.every(tag => /^[a-z][a-z0-9_]*$/.test(tag)))) {
    refuse({ code: 'MetricTagInvalid', prop: 'metrics', got: tags, allowed: 'names of metric tags, such as request_protocol', fix: 'correct the names' });
  }
  tags?.forEach(tag => checkWritable(tag, 'metrics', refuse));
  return { provider: checkExtensionProvider(options.provider ?? 'prometheus', 'metrics.provider', refuse), withoutTags: tags };
}
