import { App, Chart, JsonPatch } from 'cdk8s';
import { describeMesh, external, get, runMesh, service, sidecar } from './mesh';
import { istio } from './recipes';
import { DirectRoute, Endpoint, ExternalPort, ExternalService, Resolution, RouteAction } from '../../src';

const WEB = 'web.shop.svc.cluster.local';
const workloads = [service('web', { namespace: 'shop', http: 8080 }), sidecar('app', { namespace: 'billing' })];
const servers = [external('out.test', { http: 8080 })];
/** By several names, so that a share of the calls would be seen. */
const call = (host: string) => get(`http://${host}:8080/`, { from: 'app', connect: 'web:8080', timeoutS: 2 });
const calls = [WEB, 'web.shop', 'web.shop.svc', WEB, WEB, WEB].map(call);

/** A host that sidecars of another namespace than that of the Service reach outside. */
function outside(host: string, resolution = Resolution.endpoints([Endpoint.ip('198.19.1.10')])) {
  const app = new App();
  const chart = new Chart(app, 'billing', { namespace: 'billing' });
  const ports = [ExternalPort.http({ number: 8080 })];
  const made = new ExternalService(chart, 'service', { hosts: [host], direct: true, ports, resolution });
  return { app, chart, made };
}

const called = ({ app }: { readonly app: App }, fixtures: object[] = [], steps = calls) =>
  runMesh({ manifests: app, workloads, externals: servers, steps, fixtures });

/** The same in a hand that does not ask the library. */
function renamed(host: string) {
  const world = outside('out.corp.local');
  world.made.serviceEntry.addJsonPatch(JsonPatch.replace('/spec/hosts/0', host));
  return world;
}

describeMesh('names inside the mesh', () => {
  test.each(['*.corp.local', 'acme.shop', 'vm.mesh.internal', '*.internal'])('calls of a Service stay in the mesh beside %s', async host => {
    const { answers } = await called(outside(host));
    for (const answer of answers) expect(answer).toReach('web');
  });

  test.each([[WEB, WEB], ['web.shop', 'web.shop'], ['web.shop.svc', 'web.shop.svc']])('broken: %s outside takes calls of the Service', async (host, asked) => {
    const { answers } = await called(renamed(host), [], Array.from({ length: 12 }, () => call(asked)));
    expect(answers.map(answer => answer.server?.server)).toContain('out.test');
  });

  test('calls of a Service stay in the mesh beside an external name that it serves', async () => {
    const { answers } = await called(outside('web.corp.local', Resolution.servedBy(WEB)));
    for (const answer of answers) expect(answer).toReach('web');
  });

  test('broken: a direct route for a Service decides about calls that have nothing to do with the outside', async () => {
    const world = renamed(WEB);
    const rules = [{ action: RouteAction.respond(403, 'not allowed') }];
    const route = new DirectRoute(world.chart, 'route', { service: world.made, rules });
    route.virtualServices[0].addJsonPatch(JsonPatch.replace('/spec/hosts/0', WEB));
    const { answers: [answer] } = await called(world);
    expect(answer).toFail({ status: 403, at: 'app' });
  });

  test('broken: *.cluster.local takes calls of Services that a Sidecar object hides', async () => {
    const narrow = istio('Sidecar', 'billing', 'default', { egress: [{ hosts: ['./*'] }] });
    const { answers: [answer] } = await called(renamed('*.cluster.local'), [narrow], calls.slice(0, 1));
    expect(answer).toReach('out.test');
  });

  test('broken: a wildcard for the Services of its own namespace takes the port from all hosts', async () => {
    const { app } = renamed('*.billing.svc.cluster.local');
    const steps = calls.slice(0, 1);
    const { troubles, answers: [answer] } = await runMesh({ manifests: app, workloads, externals: servers, steps, troubled: true });
    expect(troubles.join()).toContain('Only a single wildcard domain is permitted');
    expect(answer).toFail({ status: 404, at: 'app' });
  });
});
