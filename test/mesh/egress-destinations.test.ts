import { App, Chart, JsonPatch } from 'cdk8s';
import { Answer, describeMesh, egressGateway, external, get, Outcome, runMesh, service, sidecar, Step } from './mesh';
import {
  Caller, Destination, DirectRoute, EgressGateway, EgressRoute, EgressRouteProps, ExternalPort, ExternalService, GatewayWorkload, PathMatch,
  RouteAction,
} from '../../src';
import { MESH_HEADERS } from '../../src/private/model/mesh-headers';

const workloads = [
  sidecar('app', { namespace: 'shop' }), sidecar('reader', { namespace: 'audit' }), egressGateway(), service('cache', { namespace: 'shop', http: 8080 }),
];
const externals = [external('api.test', { https: 443 }), external('next.test', { https: 443 }), external('plain.test', { http: 8080 })];
const ask = (path = '/get', from = 'app', method = 'GET') => get(`http://api.test${path}`, { from, method });
const of = (host: string, answers: readonly Answer[]) => answers.filter(answer => answer.server?.server === host);

type Declare = (name: string, port: ExternalPort) => ExternalService;
interface Declared { readonly app: App; readonly route: EgressRoute }

/** The shop's route to one external service. */
function declare(props: (api: ExternalService, add: Declare) => Partial<EgressRouteProps>): Declared {
  const app = new App();
  const gateway = new EgressGateway(new Chart(app, 'platform', { namespace: 'istio-system' }), 'egress', {
    workload: GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' }),
  });
  const shop = new Chart(app, 'shop', { namespace: 'shop' });
  const add = (name: string, port: ExternalPort) => new ExternalService(shop, name, { hosts: [`${name}.test`], ports: [port] });
  const api = add('api', ExternalPort.httpToHttps());
  return { app, route: new EgressRoute(shop, 'route', { service: api, gateway, ...props(api, add) }) };
}

const run = ({ app }: { readonly app: App }, steps: Step[]): Promise<Outcome> => runMesh({ manifests: app, workloads, externals, steps });

describeMesh('egress: destinations', () => {
  describe('split over several external services', () => {
    const split = () => declare((api, add) => {
      const hosts = [api, add('next', ExternalPort.httpToHttps()), add('plain', ExternalPort.http({ number: 8080 }))];
      return { rules: [{ action: RouteAction.split(hosts.map(host => Destination.external(host).weighted(1))) }] };
    });

    test('every host gets its share, under its own name and with its own TLS', async () => {
      const { answers } = await run(split(), Array.from({ length: 30 }, () => ask()));
      for (const host of ['api.test', 'next.test']) {
        for (const answer of of(host, answers)) expect(answer).toReach(host, { leftBy: 'egress', host, sni: host, without: MESH_HEADERS });
      }
      for (const answer of of('plain.test', answers)) expect(answer).toReach('plain.test', { leftBy: 'egress', host: 'plain.test:8080', without: MESH_HEADERS });
      for (const host of ['api.test', 'next.test', 'plain.test']) expect(of(host, answers).length).toBeGreaterThan(0);
      expect(answers.filter(answer => answer.status !== 200)).toEqual([]);
    });

    test('broken: under the name of the first host, the certificates of the others do not fit', async () => {
      const broken = split();
      broken.route.gatewayVirtualService.addJsonPatch(JsonPatch.remove('/spec/http/0/route/1/headers'));
      const { answers } = await run(broken, Array.from({ length: 30 }, () => ask()));
      expect(of('next.test', answers)).toEqual([]);
      expect(answers.filter(answer => answer.status === 503).length).toBeGreaterThan(0);
    });
  });

  describe('a Service of the mesh', () => {
    test('answers in place of the external host, and headers do not reveal the caller', async () => {
      const declared = declare(() => ({
        rules: [{ matches: [{ path: PathMatch.prefix('/cached') }], action: RouteAction.forward(Destination.service('cache', { port: 8080 })) }],
      }));
      const { answers: [cached, api] } = await run(declared, [ask('/cached/x'), ask()]);
      expect(cached).toReach('cache');
      expect(cached.hops.map(hop => hop.proxy)).toContain('egress');
      expect(api).toReach('api.test', { leftBy: 'egress' });
    });
  });
});

describeMesh('egress: destinations of direct services', () => {
  describe('split over several external services', () => {
    function declareDirect(): { readonly app: App; readonly route: DirectRoute } {
      const app = new App();
      const shop = new Chart(app, 'shop', { namespace: 'shop' });
      const [api, next] = ['api', 'next'].map(name => new ExternalService(shop, name, { hosts: [`${name}.test`], ports: [ExternalPort.httpToHttps()], direct: true }));
      const shares = [api, next].map(host => Destination.external(host).weighted(1));
      return { app, route: new DirectRoute(shop, 'route', { service: api, rules: [{ action: RouteAction.split(shares) }] }) };
    }
    const twenty = Array.from({ length: 20 }, () => ask());

    test('sidecars give every host its share, under its own name and with its own TLS', async () => {
      const { answers } = await run(declareDirect(), twenty);
      for (const host of ['api.test', 'next.test']) {
        expect(of(host, answers).length).toBeGreaterThan(0);
        for (const answer of of(host, answers)) expect(answer).toReach(host, { leftBy: 'app', host, sni: host, without: MESH_HEADERS });
      }
    });

    test('broken: under the name of the first host, the certificate of the other does not fit', async () => {
      const broken = declareDirect();
      broken.route.virtualServices[0].addJsonPatch(JsonPatch.remove('/spec/http/0/route/1/headers'));
      const { answers } = await run(broken, twenty);
      expect(of('next.test', answers)).toEqual([]);
    });
  });
});

describeMesh('egress: lists of callers', () => {
  const callers = [Caller.namespace('shop'), Caller.serviceAccount('audit', 'reader', { allow: [{ path: PathMatch.prefix('/reports'), methods: ['GET'] }] })];
  const steps = [ask('/orders'), ask('/reports/1'), ask('/reports/1', 'reader'), ask('/orders', 'reader'), ask('/reports/1', 'reader', 'POST')];

  describe('requests of one caller', () => {
    test('leave if its list allows them; the other callers are free', async () => {
      const { answers } = await run(declare(() => ({ callers })), steps);
      for (const answer of answers.slice(0, 3)) expect(answer).toReach('api.test', { leftBy: 'egress', without: MESH_HEADERS });
      for (const answer of answers.slice(3)) expect(answer).toFail({ status: 403, at: 'egress' });
    });

    test('broken: without its list, it is as free as the others', async () => {
      const { answers } = await run(declare(() => ({ callers: [callers[0], Caller.serviceAccount('audit', 'reader')] })), steps);
      for (const answer of answers) expect(answer).toReach('api.test', { leftBy: 'egress' });
    });
  });
});
