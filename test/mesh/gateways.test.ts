import { App, Chart, JsonPatch } from 'cdk8s';
import { toYaml } from './manifests';
import { nowhere } from './matchers';
import { describeMesh, egressGateway, external, get, runMesh, say, sidecar } from './mesh';
import {
  Caller, Destination, EgressGateway, EgressRoute, ExternalPort, ExternalService, GatewayWorkload, IEgressGateway, IngressGateway,
  IngressListener, IngressRoute,
} from '../../src';

const workload = (name: string, namespace: string) => GatewayWorkload.helmRelease(name, { namespace });
const https = [ExternalPort.httpToHttps(), ExternalPort.https()];
const servers = ['api.test', 'auth.test'].map(host => external(host, { https: 443 }));
// an isolated application that is not let through waits for an answer until its patience ends
const both = (host: string, from: string) => [get(`http://${host}/x`, { from, timeoutS: 2 }), get(`https://${host}/x`, { from, timeoutS: 2 })];

function route(chart: Chart, gateway: IEgressGateway, host: string, callers?: Caller[]): EgressRoute {
  const service = new ExternalService(chart, host, { hosts: [host], ports: https });
  return new EgressRoute(chart, `${host}-route`, { service, gateway, callers });
}

describeMesh('egress: gateways', () => {
  test('of two teams each carry their own routes, and no others', async () => {
    const app = new App();
    for (const [team, host] of [['red', 'api.test'], ['blue', 'auth.test']]) {
      const gateway = new EgressGateway(new Chart(app, `${team}-egress`, { namespace: `${team}-egress` }), 'egress', { workload: workload(`${team}-egress`, `${team}-egress`) });
      route(new Chart(app, team, { namespace: team }), gateway, host);
    }
    const workloads = ['red', 'blue'].flatMap(team => [sidecar(team, { namespace: team, isolated: true }), egressGateway({ name: `${team}-egress`, namespace: `${team}-egress`, release: `${team}-egress` })]);
    const { answers } = await runMesh({ manifests: app, workloads, externals: servers, steps: [...both('api.test', 'red'), ...both('auth.test', 'blue'), ...both('auth.test', 'red')] });
    for (const answer of answers.slice(0, 2)) expect(answer).toReach('api.test', { leftBy: 'red-egress' });
    for (const answer of answers.slice(2, 4)) expect(answer).toReach('auth.test', { leftBy: 'blue-egress' });
    expect(answers).toHaveLength(6);
    for (const answer of answers.slice(4)) expect(answer).toFail(nowhere('red'));
  });

  describe('of releases with the same name in two namespaces', () => {
    const teams = [['red', 'api.test'], ['blue', 'auth.test']];
    const release = 'istio-egressgateway';

    /** @param own a label of the pods that has another value in each namespace */
    function run(own: string) {
      const app = new App();
      for (const [team, host] of teams) {
        const selector = { app: release, istio: 'egressgateway', [own]: team };
        const gateway = new EgressGateway(new Chart(app, `${team}-egress`, { namespace: `${team}-egress` }), 'egress', {
          workload: GatewayWorkload.helmRelease(release, { namespace: `${team}-egress`, selector }),
        });
        route(new Chart(app, team, { namespace: team }), gateway, host);
      }
      // what the library does not make: the same labels in both namespaces
      const manifests = toYaml(app).replaceAll(/^ +unlabelled: .*\n/gm, '');
      const workloads = teams.flatMap(([team]) => {
        const pods = egressGateway({ name: `${team}-egress`, namespace: `${team}-egress`, release });
        return [sidecar(team, { namespace: team, isolated: true }), { ...pods, labels: { ...pods.labels, ...(own === 'team' && { team }) } }];
      });
      return runMesh({ manifests, workloads, externals: servers, troubled: true, steps: teams.flatMap(([team, host]) => both(host, team)) });
    }

    test('carry their own routes, distinguished by a label', async () => {
      const { answers, troubles } = await run('team');
      expect(troubles).toEqual([]);
      for (const answer of answers.slice(0, 2)) expect(answer).toReach('api.test', { leftBy: 'red-egress' });
      for (const answer of answers.slice(2)) expect(answer).toReach('auth.test', { leftBy: 'blue-egress' });
    });

    test('broken: without such a label, each Gateway selects the pods of both, and no port opens', async () => {
      const { answers: [http], troubles } = await run('unlabelled');
      expect(http).toFail({ status: 503 });
      expect(troubles.join()).toContain('duplicate matcher');
    });
  });

  test('carry routes of several charts and namespaces', async () => {
    const app = new App();
    const gateway = new EgressGateway(new Chart(app, 'platform', { namespace: 'istio-system' }), 'egress', { workload: workload('istio-egressgateway', 'istio-system') });
    route(new Chart(app, 'red', { namespace: 'red' }), gateway, 'api.test');
    route(new Chart(app, 'blue', { namespace: 'blue' }), gateway, 'auth.test', [Caller.namespace('blue'), Caller.namespace('red')]);
    const workloads = [sidecar('red', { namespace: 'red', isolated: true }), sidecar('blue', { namespace: 'blue', isolated: true }), egressGateway()];
    const { answers } = await runMesh({ manifests: app, workloads, externals: servers, steps: [...both('api.test', 'red'), ...both('auth.test', 'blue'), ...both('auth.test', 'red'), ...both('api.test', 'blue')] });
    for (const answer of answers.slice(0, 6)) expect(answer.server?.peer).toBe('egress');
    expect(answers).toHaveLength(8);
    for (const answer of answers.slice(6)) expect(answer).toFail(nowhere('blue'));
  });

  describe('of another repository', () => {
    function platform(exportTo: string[]): App {
      const app = new App();
      new EgressGateway(new Chart(app, 'platform', { namespace: 'istio-system' }), 'egress', { workload: workload('istio-egressgateway', 'istio-system'), exportTo });
      return app;
    }

    function team(name: string): App {
      const app = new App();
      const shop = new Chart(app, 'shop', { namespace: 'shop' });
      const attributes = { name, workload: workload('istio-egressgateway', 'istio-system') };
      route(shop, EgressGateway.fromEgressGatewayAttributes(shop, 'egress', attributes), 'api.test');
      return app;
    }

    const run = (gateway: App, routes: App) => runMesh({
      manifests: `${toYaml(gateway)}\n---\n${toYaml(routes)}`, workloads: [sidecar('app', { namespace: 'shop', isolated: true }), egressGateway()], externals: servers, steps: both('api.test', 'app'),
    });

    test('carry its routes for the callers listed there', async () => {
      const { answers } = await run(platform(['shop']), team('egress'));
      for (const answer of answers) expect(answer).toReach('api.test', { leftBy: 'egress' });
    });

    test('broken: callers that are not listed there do not know them', async () => {
      const { answers: [http] } = await run(platform([]), team('egress'));
      expect(http).toFail({ status: 503, at: 'app' });
    });

    test('broken: under another name they are not found', async () => {
      const { answers: [http] } = await run(platform(['shop']), team('exit'));
      expect(http).toFail({ status: 503, at: 'app' });
    });
  });

  describe('share a port with listeners for named hosts of the same pods', () => {
    const web = sidecar('web', {
      namespace: 'shop', service: 'web', ports: [{ name: 'tls', port: 443, targetPort: 8443, serve: 'tls', certHost: 'shop.test', certCA: 'private' }],
    });
    const workloads = [sidecar('app', { namespace: 'shop', isolated: true }), egressGateway(), web];
    const entering = say('tls://shop.test:443', { from: 'outside', connect: 'egress:443', trustCA: 'private', sni: 'shop.test' });

    function declared() {
      const app = new App();
      const platform = new Chart(app, 'platform', { namespace: 'istio-system' });
      const pods = workload('istio-egressgateway', 'istio-system');
      const egress = new EgressGateway(platform, 'egress', { workload: pods });
      route(new Chart(app, 'shop', { namespace: 'shop' }), egress, 'api.test');
      const ingress = new IngressGateway(platform, 'ingress', { workload: pods, listeners: [IngressListener.tlsPassthrough({ hosts: ['shop.test'] })] });
      new IngressRoute(platform, 'route', { gateway: ingress, hosts: ['shop.test'], destinations: [Destination.service('web', { namespace: 'shop', port: 443 })] });
      return { app, egress };
    }

    test('both carry traffic', async () => {
      const { answers } = await runMesh({ manifests: declared().app, workloads, externals: servers, steps: [...both('api.test', 'app'), entering] });
      for (const answer of answers.slice(0, 2)) expect(answer).toReach('api.test', { leftBy: 'egress' });
      expect(answers[2]).toReach('web', { sni: 'shop.test' });
    });

    test('broken: what enters is refused, if the gateway lets nothing through but routes', async () => {
      const { app, egress } = declared();
      egress.undeclaredPolicy.addJsonPatch(JsonPatch.remove('/spec/rules'));
      const { answers: [answer] } = await runMesh({ manifests: app, workloads, externals: servers, steps: [entering] });
      expect(answer).toFail({ at: 'egress', error: /EOF|reset/ });
    });
  });

  describe('on a port with somebody else\'s server', () => {
    const theirs = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'Gateway',
      metadata: { name: 'aaa', namespace: 'istio-system' },
      spec: { selector: { istio: 'egressgateway' }, servers: [{ port: { number: 443, name: 'https', protocol: 'HTTPS' }, hosts: ['*'], tls: { mode: 'ISTIO_MUTUAL' } }] },
    };

    function run(port?: number) {
      const app = new App();
      const release = GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system', ports: [{ number: 443 }, { number: 8443, targetPort: 9443 }] });
      const gateway = new EgressGateway(new Chart(app, 'platform', { namespace: 'istio-system' }), 'egress', { workload: release, port });
      route(new Chart(app, 'shop', { namespace: 'shop' }), gateway, 'api.test');
      const workloads = [sidecar('app', { namespace: 'shop', isolated: true }), egressGateway({ ports: { 443: 443, 8443: 9443 } })];
      return runMesh({ manifests: app, fixtures: [theirs], workloads, externals: servers, troubled: true, steps: both('api.test', 'app') });
    }

    test('work on another port', async () => {
      const { answers, troubles } = await run(8443);
      for (const answer of answers) expect(answer).toReach('api.test', { leftBy: 'egress' });
      expect(troubles).toEqual([]);
    });

    test('broken: on the same port, Envoy refuses both servers', async () => {
      const { answers: [http], troubles } = await run();
      expect(http).toFail({ status: 503, at: 'app', flags: 'URX,UF' });
      expect(troubles.join()).toContain('duplicate matcher');
    });
  });
});
