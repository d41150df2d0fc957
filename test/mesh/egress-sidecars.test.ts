import { ApiObject, App, Chart } from 'cdk8s';
import { Answer, Step, describeMesh, egressGateway, external, get, runMesh, say, sidecar } from './mesh';
import { istio } from './recipes';
import {
  AppTls, Caller, EgressCaller, EgressGateway, EgressRoute, EgressRouteProps, ExternalPort, ExternalService, ExternalServiceProps,
  GatewayWorkload, LegOne, VirtualServiceLayout,
} from '../../src';
import { appModelOf } from '../../src/private/app/declared';
import { hostsForSidecars } from '../../src/private/istio/sidecar-hosts';

const workload = GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' });
const externals = [external('api.test', { http: 80, https: 443, tcp: 5432 })];
const from = { from: 'app', timeoutS: 3 };
const http = get('http://api.test/get', from);
const https = get('https://api.test/get', from);
const LEG_ONE = 'istio-system/egress.istio-system.mesh.internal';

/** What is called, and the host that it is. */
interface Case {
  readonly feature: string;
  readonly step: Step;
  readonly ports: ExternalPort[];
  readonly service?: Partial<ExternalServiceProps>;
  readonly route?: Partial<EgressRouteProps>;
}

const cases: Case[] = [
  { feature: 'HTTPS origination', step: http, ports: [ExternalPort.httpToHttps()] },
  { feature: 'HTTPS origination with a single VirtualService', step: http, ports: [ExternalPort.httpToHttps()], route: { layout: VirtualServiceLayout.SINGLE } },
  { feature: 'HTTP on another port than 80', step: get('http://api.test:8080/get', from), ports: [ExternalPort.http({ number: 8080, targetPort: 80 })] },
  { feature: 'HTTP beside HTTPS', step: http, ports: [ExternalPort.httpToHttps(), ExternalPort.https()] },
  { feature: 'plaintext leg 1', step: http, ports: [ExternalPort.http()], route: { legOne: LegOne.plaintext('tests') } },
  { feature: 'wrapped TLS', step: https, ports: [ExternalPort.https()] },
  { feature: 'TLS passthrough', step: https, ports: [ExternalPort.https()], route: { appTls: AppTls.PASSTHROUGH } },
  { feature: 'TCP', step: say('tcp://api.test:5432', from), ports: [ExternalPort.tcp({ number: 5432 })], service: { addresses: ['198.19.1.10'] } },
];

/** A service of the catalog, and a route to it from the shop. */
function declared({ ports, service, route }: Pick<Case, 'ports' | 'service' | 'route'>): App {
  const app = new App();
  const gateway = new EgressGateway(new Chart(app, 'platform', { namespace: 'istio-system' }), 'egress', { workload });
  const api = new ExternalService(new Chart(app, 'catalog', { namespace: 'catalog' }), 'api', { hosts: ['api.test'], ports, ...service });
  new EgressRoute(new Chart(app, 'shop', { namespace: 'shop' }), 'route', { service: api, gateway, ...route });
  return app;
}

/** The shop's leg of that route, in a repository of its own. */
function caller(ports: ExternalPort[]): App {
  const app = new App();
  const chart = new Chart(app, 'shop', { namespace: 'shop' });
  const service = ExternalService.fromExternalServiceAttributes(chart, 'api', { hosts: ['api.test'], ports });
  new EgressCaller(chart, 'caller', { service, gateway: EgressGateway.fromEgressGatewayAttributes(chart, 'egress', { name: 'egress', workload }) });
  return app;
}

function neededIn(app: App): string[] {
  return [...new Set(hostsForSidecars(appModelOf(app), 'shop').map(({ namespace, host }) => `${namespace}/${host}`))];
}

/** Beside a Sidecar that others have applied: one of the app that hides something is refused. */
async function ask(manifests: App, step: Step, egress: object[], fixtures: object[] = []): Promise<Answer> {
  const workloads = [sidecar('app', { namespace: 'shop' }), egressGateway()];
  const { answers } = await runMesh({ manifests, workloads, externals, steps: [step], fixtures: [istio('Sidecar', 'shop', 'default', { egress }), ...fixtures] });
  return answers[0];
}

/** What the app says of the same Sidecar as a part of it. */
function synthesized(app: App, egress: object[]): string {
  const chart = new Chart(app, 'by-hand', { namespace: 'shop' });
  new ApiObject(chart, 'sidecar', { apiVersion: 'networking.istio.io/v1', kind: 'Sidecar', spec: { egress } });
  try {
    return app.synthYaml();
  } finally {
    app.node.tryRemoveChild('by-hand');
  }
}

const without = (hosts: string[], omitted: string) => hosts.map(host => (host === omitted ? 'shop/nothing.test' : host));

describeMesh('egress: Sidecar objects', () => {
  describe.each(cases)('$feature', ({ step, ...one }) => {
    test('reaches the gateway with the two imports that it needs', async () => {
      const app = declared(one);
      const egress = [{ hosts: neededIn(app) }];
      expect(synthesized(app, egress)).toContain('kind: Sidecar');
      expect(await ask(app, step, egress)).toReach('api.test', { leftBy: 'egress' });
    });

    test('broken: without either of them it fails or bypasses the gateway', async () => {
      const app = declared(one);
      const hosts = neededIn(app);
      expect(hosts).toHaveLength(2);
      for (const omitted of hosts) {
        const egress = [{ hosts: without(hosts, omitted) }];
        expect(() => synthesized(app, egress)).toThrow('[SidecarHidesRoute]');
        const { hops } = await ask(app, step, egress);
        expect(hops.map(({ proxy }) => proxy)).toEqual(['app']);
      }
    });
  });

  describe('listeners for single ports', () => {
    const app = () => declared({ ports: [ExternalPort.http({ number: 8080, targetPort: 80 })] });
    const step = get('http://api.test:8080/get', from);
    const egress = (hosts: string[]) => [{ port: { number: 8080, name: 'http', protocol: 'HTTP' }, hosts: ['*/*'] }, { hosts }];

    test.each([['by its name', LEG_ONE], ['with the route to it', './*']])('leave leg 1 to be imported %s without a port', async (_, entry) => {
      expect(synthesized(app(), egress([entry]))).toContain('kind: Sidecar');
      expect(await ask(app(), step, egress([entry]))).toReach('api.test', { leftBy: 'egress' });
    });

    test('broken: a listener for another port does not import leg 1 with the route', async () => {
      expect(() => synthesized(app(), egress(['./nothing.test']))).toThrow('[SidecarHidesRoute]');
      expect(await ask(app(), step, egress(['./nothing.test']))).toFail({ status: 503, at: 'app', flags: 'NC' });
    });
  });

  describe('a caller in another repository', () => {
    const ports = [ExternalPort.httpToHttps()];
    const route = () => declared({ ports, route: { callers: [Caller.namespace('shop', { ownLeg: true })] } });
    const objects = (app: App): object[] => app.charts.flatMap(chart => chart.toJson());

    test('reaches the gateway with the imports of its own leg', async () => {
      const app = caller(ports);
      expect(neededIn(app)).toEqual(['shop/api.test', LEG_ONE]);
      expect(neededIn(route())).toEqual(neededIn(app));
      expect(await ask(app, http, [{ hosts: neededIn(app) }], objects(route()))).toReach('api.test', { leftBy: 'egress' });
    });

    test('broken: without its route its requests leave directly', async () => {
      const app = caller(ports);
      expect(await ask(app, http, [{ hosts: [LEG_ONE] }], objects(route()))).toReach('api.test', { leftBy: 'app', sni: '' });
    });
  });

  describe('a direct service', () => {
    const app = () => {
      const made = new App();
      new ExternalService(new Chart(made, 'shop', { namespace: 'shop' }), 'api', { hosts: ['api.test'], ports: [ExternalPort.httpToHttps()], direct: true });
      return made;
    };

    test('is reached over TLS', async () => {
      expect(neededIn(app())).toEqual(['shop/api.test']);
      expect(await ask(app(), http, [{ hosts: neededIn(app()) }])).toReach('api.test', { leftBy: 'app', sni: 'api.test' });
    });

    test('broken: if sidecars do not know it, it is reached in clear text', async () => {
      expect(() => synthesized(app(), [{ hosts: [LEG_ONE] }])).toThrow('[SidecarHidesRoute]');
      expect(await ask(app(), http, [{ hosts: [LEG_ONE] }])).toReach('api.test', { leftBy: 'app', sni: '' });
    });
  });

  describe('a Sidecar of the root namespace', () => {
    const root = (hosts: string[]) => istio('Sidecar', 'istio-system', 'default', { egress: [{ hosts }] });
    const seen = async (hosts: string[]) => {
      const app = declared({ ports: [ExternalPort.httpToHttps()] });
      const { answers } = await runMesh({ manifests: app, workloads: [sidecar('app', { namespace: 'shop' }), egressGateway()], externals, steps: [http], fixtures: [root(hosts)] });
      return answers[0];
    };

    test('applies to callers in other namespaces', async () => {
      expect(await seen(['./*', LEG_ONE])).toReach('api.test', { leftBy: 'egress', sni: 'api.test' });
    });

    test('broken: without the name of leg 1 their requests leave directly and in clear text', async () => {
      expect(await seen(['./*'])).toReach('api.test', { leftBy: 'app', sni: '' });
    });
  });
});
