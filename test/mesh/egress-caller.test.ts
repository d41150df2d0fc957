import { App, Chart } from 'cdk8s';
import { toYaml } from './manifests';
import { nowhere } from './matchers';
import { describeMesh, egressGateway, external, get, runMesh, sidecar } from './mesh';
import { Caller, EgressCaller, EgressGateway, EgressRoute, ExternalPort, ExternalService, GatewayWorkload } from '../../src';

const workload = GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' });
const hosts = ['api.test'];
const ports = [ExternalPort.httpToHttps(), ExternalPort.https()];

/** The platform's repository: gateway, service and route, without a chart of the caller. */
function platform(callers: Caller[]): App {
  const app = new App();
  const chart = new Chart(app, 'platform', { namespace: 'istio-system' });
  const gateway = new EgressGateway(chart, 'egress', { workload });
  new EgressRoute(chart, 'route', { service: new ExternalService(chart, 'api', { hosts, ports }), gateway, callers });
  return app;
}

/** The shop's repository: its leg and nothing else. */
function shop(gatewayName = 'egress'): App {
  const app = new App();
  const chart = new Chart(app, 'shop', { namespace: 'shop' });
  const service = ExternalService.fromExternalServiceAttributes(chart, 'api', { hosts, ports });
  new EgressCaller(chart, 'caller', { service, gateway: EgressGateway.fromEgressGatewayAttributes(chart, 'egress', { name: gatewayName, workload }) });
  return app;
}

const workloads = [sidecar('app', { namespace: 'shop', isolated: true }), sidecar('stranger', { namespace: 'other', isolated: true }), egressGateway()];
const asks = (from: string) => ['http', 'https'].map(scheme => get(`${scheme}://api.test/get`, { from, timeoutS: 3 }));
const run = (...apps: App[]) => runMesh({
  manifests: apps.map(toYaml).join('\n---\n'), workloads, externals: [external('api.test', { https: 443 })], steps: [...asks('app'), ...asks('stranger')],
});

describeMesh('egress: a caller in another repository', () => {
  describe('a leg of its own', () => {
    test('uses the route of the other repository, and strangers stay out', async () => {
      const { answers } = await run(platform([Caller.namespace('shop', { ownLeg: true })]), shop());
      for (const answer of answers.slice(0, 2)) expect(answer).toReach('api.test', { leftBy: 'egress', sni: 'api.test' });
      expect(answers).toHaveLength(4);
      for (const answer of answers.slice(2)) expect(answer).toFail(nowhere('stranger'));
    });

    test('broken: without it, nothing enters the route', async () => {
      const { answers: [http, https] } = await run(platform([Caller.namespace('shop', { ownLeg: true })]));
      expect(http).toFail(nowhere('app', 'outbound|80||api.test'));
      expect(https).toFail(nowhere('app', 'outbound|443||api.test'));
    });

    test('broken: the route does not list the caller', async () => {
      const { answers: [http, https] } = await run(platform([Caller.namespace('billing')]), shop());
      expect(http).toFail({ status: 503, at: 'app', flags: 'NC' });
      expect(https).toFail(nowhere('app'));
    });

    test('broken: the gateway has another name', async () => {
      const { answers: [http, https] } = await run(platform([Caller.namespace('shop', { ownLeg: true })]), shop('exit'));
      expect(http).toFail({ status: 503, at: 'app', flags: 'NC' });
      expect(https).toFail({ at: 'app', flags: 'NC' });
    });
  });

  describe('no leg of its own', () => {
    test('is needed if the route exports its own', async () => {
      const { answers } = await run(platform([Caller.namespace('shop')]));
      for (const answer of answers.slice(0, 2)) expect(answer).toReach('api.test', { leftBy: 'egress', sni: 'api.test' });
    });
  });
});
