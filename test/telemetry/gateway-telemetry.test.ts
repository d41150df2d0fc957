import { App, Chart } from 'cdk8s';
import { AccessLogging, GatewayTelemetry, GatewayTelemetryProps, GatewayWorkload, Metrics, Tracing } from '../../src';
import { expectRefusal } from '../refusal';
import { Manifest, find, synth } from '../synth';

const workload = GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' });

function declare(props: Partial<GatewayTelemetryProps>) {
  const app = new App();
  const chart = new Chart(app, 'edge', { namespace: 'edge' });
  return { app, chart, telemetry: new GatewayTelemetry(chart, 'telemetry', { workload, ...props }) };
}

const specOf = (props: Partial<GatewayTelemetryProps>): Manifest['spec'] => find(synth(declare(props).app), 'Telemetry').spec;

describe('telemetry of a gateway', () => {
  test('stands with the pods, for them alone', () => {
    const { app } = declare({
      accessLogging: AccessLogging.matching('response.code >= 400'), tracing: Tracing.sampled({ provider: 'zipkin', percent: 0.5 }), metrics: Metrics.withoutTags(['request_protocol']),
    });
    expect(synth(app)).toMatchInlineSnapshot(`
      apiVersion: telemetry.istio.io/v1
      kind: Telemetry
      metadata:
        name: istio-ingressgateway-telemetry-b40b8e97
        namespace: istio-ingress
      spec:
        accessLogging:
          - filter:
              expression: response.code >= 400
            providers:
              - name: envoy
        metrics:
          - overrides:
              - tagOverrides:
                  request_protocol:
                    operation: REMOVE
            providers:
              - name: prometheus
        selector:
          matchLabels:
            app: istio-ingressgateway
            istio: ingressgateway
        tracing:
          - providers:
              - name: zipkin
            randomSamplingPercentage: 0.5
    `);
  });

  test.each<[string, Partial<GatewayTelemetryProps>, object]>([
    ['all is logged', { accessLogging: AccessLogging.all() }, { accessLogging: [{ providers: [{ name: 'envoy' }] }] }],
    ['nothing is logged', { accessLogging: AccessLogging.off({ provider: 'otel' }) }, { accessLogging: [{ providers: [{ name: 'otel' }], disabled: true }] }],
    ['nothing is sampled', { tracing: Tracing.sampled({ provider: 'otel', percent: 0 }) }, { tracing: [{ providers: [{ name: 'otel' }], randomSamplingPercentage: 0 }] }],
    ['nothing is traced', { tracing: Tracing.off() }, { tracing: [{ disableSpanReporting: true }] }],
    ['nothing is counted', { metrics: Metrics.off() }, { metrics: [{ providers: [{ name: 'prometheus' }], overrides: [{ disabled: true }] }] }],
  ])('%s', (_, props, wanted) => {
    expect(specOf(props)).toEqual({ selector: { matchLabels: { app: 'istio-ingressgateway', istio: 'ingressgateway' } }, ...wanted });
  });

  test('may have a name', () => {
    expect(find(synth(declare({ tracing: Tracing.off(), metadata: { name: 'mine' } }).app), 'Telemetry').metadata).toEqual({ name: 'mine', namespace: 'istio-ingress' });
  });

  const logs = (expression: string) => ({ accessLogging: AccessLogging.matching(expression) });
  const samples = (percent: number) => ({ tracing: Tracing.sampled({ provider: 'zipkin', percent }) });

  test.each<{ when: string; props: Partial<GatewayTelemetryProps>; message: string }>([
    { when: 'nothing is said', props: {}, message: '[TelemetryEmpty] edge/telemetry: accessLogging is not set; allowed: one of accessLogging, tracing, metrics; fix: configure what is logged, traced or counted, or delete the construct' },
    { when: 'the filter is empty', props: logs(' '), message: '[LogFilterInvalid] edge/telemetry: accessLogging is " "; allowed: a CEL expression (the end at 2, where a name should be); fix: write an expression such as response.code >= 400' },
    { when: 'a bracket is not closed', props: logs('has(request.useragent'), message: '[LogFilterInvalid] edge/telemetry: accessLogging is "has(request.useragent"; allowed: a CEL expression (the end at 22, where ) should be); fix: write an expression such as response.code >= 400' },
    { when: 'a quote is not closed', props: logs('request.host == "a'), message: '[LogFilterInvalid] edge/telemetry: accessLogging is "request.host == "a"; allowed: a CEL expression (" at 17 begins nothing); fix: write an expression such as response.code >= 400' },
    { when: 'an escape is none', props: logs("'a' == '\\d'"), message: '[LogFilterInvalid] edge/telemetry: accessLogging is "\'a\' == \'\\d\'"; allowed: a CEL expression (the text at 8 has an unknown escape); fix: write an expression such as response.code >= 400' },
    { when: 'a number is too large', props: logs('a < 1e400'), message: '[LogFilterInvalid] edge/telemetry: accessLogging is "a < 1e400"; allowed: a CEL expression (1e400 at 5 is too large); fix: write an expression such as response.code >= 400' },
    { when: 'too little is sampled', props: samples(-1), message: '[SamplingInvalid] edge/telemetry: tracing.percent is -1; allowed: a number from 0 to 100, in steps of 0.01; fix: correct the number' },
    { when: 'too much is sampled', props: samples(101), message: '[SamplingInvalid] edge/telemetry: tracing.percent is 101; allowed: a number from 0 to 100, in steps of 0.01; fix: correct the number' },
    { when: 'the share is too fine', props: samples(0.001), message: '[SamplingInvalid] edge/telemetry: tracing.percent is 0.001; allowed: a number from 0 to 100, in steps of 0.01; fix: correct the number' },
    { when: 'a provider has no name', props: { metrics: Metrics.off({ provider: '' }) }, message: '[ExtensionProviderInvalid] edge/telemetry: metrics.provider is ""; allowed: the name of an extension provider of mesh config; fix: set its name' },
    { when: 'no tags are named', props: { metrics: Metrics.withoutTags([]) }, message: '[MetricTagInvalid] edge/telemetry: metrics is empty; allowed: names of metric tags, such as request_protocol; fix: correct the names' },
    { when: 'a tag is no tag', props: { metrics: Metrics.withoutTags(['request.path']) }, message: '[MetricTagInvalid] edge/telemetry: metrics is "request.path"; allowed: names of metric tags, such as request_protocol; fix: correct the names' },
  ])('is refused when $when', ({ props, message }) => {
    expectRefusal(() => declare(props), message);
  });

  test.each([0.01, 0.07, 33.33, 99.99, 100])('%s percent may be sampled', share => {
    expect(specOf(samples(share)).tracing[0].randomSamplingPercentage).toBe(share);
  });

  test('is refused for pods that have one', () => {
    const { chart } = declare({ tracing: Tracing.off() });
    expectRefusal(() => new GatewayTelemetry(chart, 'second', { workload, metrics: Metrics.off() }),
      '[TelemetryDuplicate] edge/second: workload is "pods of Service istio-ingress/istio-ingressgateway"; allowed: pods that edge/telemetry does not select; fix: configure it in edge/telemetry: Istio supports one Telemetry per pod');
  });
});
