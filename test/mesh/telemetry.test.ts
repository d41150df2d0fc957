import { App, Chart, JsonPatch } from 'cdk8s';
import { Outcome, Scenario, Step, describeMesh, get, ingressGateway, runMesh, service } from './mesh';
import {
  AccessLogging, Destination, GatewayTelemetry, GatewayTelemetryProps, GatewayWorkload, IngressGateway, IngressRoute, Metrics, RouteAction, Tracing,
} from '../../src';

const workload = GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' });
const at = (path: string, headers?: Record<string, string>): Step => get(`http://shop.test${path}`, { from: 'outside', connect: 'ingress:80', headers });

type Said = Partial<GatewayTelemetryProps> | undefined;

async function run(props: Said, steps: Step[], more: Partial<Scenario> = {}, broken?: JsonPatch): Promise<Outcome> {
  const app = new App();
  const shop = new Chart(app, 'shop', { namespace: 'shop' });
  const gateway = new IngressGateway(shop, 'gateway', { workload });
  new IngressRoute(shop, 'route', { gateway, hosts: ['shop.test'], rules: [{ action: RouteAction.forward(Destination.service('web', { port: 8080 })) }] });
  if (props) {
    const { telemetry } = new GatewayTelemetry(shop, 'telemetry', { workload, ...props });
    if (broken) telemetry.addJsonPatch(broken);
  }
  // no sidecars, which would add headers of their own to what the gateway traces
  const workloads = [
    service('web', { namespace: 'shop', http: 8080, noProxy: true }), service('collector', { namespace: 'observability', http: 9411, noProxy: true }), ingressGateway(),
  ];
  return runMesh({ manifests: app, workloads, steps, ...more });
}

/** The status of each request that the gateway logged. */
const logged = ({ answers }: Outcome) => answers.flatMap(({ hops }) => hops.filter(({ proxy }) => proxy === 'ingress').map(({ line }) => line.response_code));

describeMesh('ingress: telemetry', () => {
  describe('access log', () => {
    const steps = [at('/'), at('/status/404'), at('/status/500')];

    test.each<[string, AccessLogging | undefined, number[]]>([
      ['follows mesh config without the construct', undefined, [200, 404, 500]],
      ['records every request', AccessLogging.all(), [200, 404, 500]],
      ['records only errors', AccessLogging.matching('response.code >= 500'), [500]],
      ['can be off', AccessLogging.off(), []],
    ])('%s', async (_, accessLogging, wanted) => {
      const outcome = await run(accessLogging && { accessLogging }, steps);
      expect(logged(outcome)).toEqual(wanted);
      expect(outcome.answers.map(a => a.status)).toEqual([200, 404, 500]);
    });

    test('broken: without a provider, the filter has no effect', async () => {
      expect(logged(await run({ accessLogging: AccessLogging.matching('response.code >= 500') }, steps, {}, JsonPatch.remove('/spec/accessLogging/0/providers'))))
        .toEqual([200, 404, 500]);
    });

    test('broken: in a namespace other than the pods\', it has no effect', async () => {
      expect(logged(await run({ accessLogging: AccessLogging.off() }, steps, {}, JsonPatch.replace('/metadata/namespace', 'shop')))).toEqual([200, 404, 500]);
    });
  });

  describe('traces', () => {
    const meshConfig = 'extensionProviders: [{name: ours, zipkin: {service: collector.observability.svc.cluster.local, port: 9411}}]';
    const many = Array.from({ length: 20 }, () => at('/'));
    const sampled = ({ answers }: Outcome) => answers.map(({ server }) => server?.headers?.['X-B3-Sampled']?.[0]);
    const all = (value: string | undefined) => many.map(() => value);

    test.each<[string, number, string]>([['of all requests', 100, '1'], ['of none', 0, '0']])('%s', async (_, percent, wanted) => {
      expect(sampled(await run({ tracing: Tracing.sampled({ provider: 'ours', percent }) }, many, { meshConfig }))).toEqual(all(wanted));
    });

    test('of a share of them', async () => {
      expect(new Set(sampled(await run({ tracing: Tracing.sampled({ provider: 'ours', percent: 50 }) }, many, { meshConfig })))).toEqual(new Set(['0', '1']));
    });

    test('are off', async () => {
      expect(sampled(await run({ tracing: Tracing.off() }, many.slice(0, 1), { meshConfig: `${meshConfig}\ndefaultProviders: {tracing: [ours]}` }))).toEqual([undefined]);
    });

    test('broken: mesh config does not know the provider', async () => {
      const outcome = await run({ tracing: Tracing.sampled({ provider: 'ours', percent: 100 }) }, many.slice(0, 1), { meshConfig }, JsonPatch.replace('/spec/tracing/0/providers/0/name', 'other'));
      expect(sampled(outcome)).toEqual([undefined]);
    });
  });

  describe('metrics', () => {
    // the lab's Envoy does not have Istio's filter for them, and refuses to serve with it
    const counting = { meshConfig: 'defaultProviders: {metrics: [prometheus]}', troubled: true, readyS: 2 };
    const isRefused = ({ troubles }: Outcome) => troubles.some(trouble => trouble.includes('istio.stats'));

    test('are off', async () => {
      expect(isRefused(await run({ metrics: Metrics.off() }, [], counting))).toBe(false);
    });

    test('broken: with only a tag removed, there are some', async () => {
      const fewer = JsonPatch.replace('/spec/metrics/0/overrides/0', { tagOverrides: { request_protocol: { operation: 'REMOVE' } } });
      expect(isRefused(await run({ metrics: Metrics.off() }, [], counting, fewer))).toBe(true);
    });
  });
});
