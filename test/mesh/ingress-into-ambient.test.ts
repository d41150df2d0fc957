import { App, Chart } from 'cdk8s';
import { gatewayApi } from './ambient-recipes';
import { Answer, ambient, describeMesh, get, ingressGateway, runMesh, waypoint } from './mesh';
import { security } from './recipes';
import { Destination, DestinationPolicy, GatewayWorkload, IngressGateway, IngressListener, IngressRoute, RouteAction } from '../../src';

const version = (name: string) => ambient(name, { namespace: 'shop', service: 'web', ports: [{ name: 'http', port: 8080, serve: 'http' }], labels: { app: 'web', version: name } });
const workloads = [version('v1'), version('v2'), waypoint({ name: 'waypoint', gateway: 'shop', namespace: 'shop' }), ingressGateway()];

/** The namespace of the shop, all Services of which are behind its waypoint; a policy there lets the gateway read and nothing else. */
function shop(labels: Record<string, string>): object[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: { 'istio.io/dataplane-mode': 'ambient', 'istio.io/use-waypoint': 'shop', ...labels } } },
    gatewayApi('Gateway', 'shop', 'shop', { gatewayClassName: 'istio-waypoint', listeners: [{ name: 'mesh', port: 15008, protocol: 'HBONE' }] }),
    security('AuthorizationPolicy', 'shop', 'only-read', {
      targetRefs: [{ group: '', kind: 'Service', name: 'web' }],
      action: 'ALLOW',
      rules: [{ from: [{ source: { namespaces: ['istio-ingress'] } }], to: [{ operation: { methods: ['GET'] } }] }],
    }),
  ];
}

const BY_WAYPOINT = { 'istio.io/ingress-use-waypoint': 'true' };

/** The route of the shop, as it is for workloads with sidecars. */
function route(to: (chart: Chart, web: Destination) => Destination = (_, web) => web): App {
  const app = new App();
  const chart = new Chart(app, 'chart', { namespace: 'shop' });
  const gateway = new IngressGateway(chart, 'gateway', {
    workload: GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' }), listeners: [IngressListener.http({ hosts: ['shop.example.com'] })],
  });
  const destination = to(chart, Destination.service('web', { port: 8080 }));
  new IngressRoute(chart, 'web', { gateway, hosts: ['shop.example.com'], rules: [{ action: RouteAction.forward(destination) }] });
  return app;
}

/** The same to some of its pods. */
function toOneVersion(): App {
  return route((chart, destination) => new DestinationPolicy(chart, 'versions', { destination, subsets: { v1: { labels: { version: 'v1' } } } }).subset('v1'));
}

async function ask(fixtures: object[], manifests = route(), methods = ['GET', 'POST']): Promise<readonly Answer[]> {
  const steps = methods.map((method, i) => get('http://shop.example.com/cart', { name: `${method} ${i}`, from: 'outside', connect: 'ingress:80', method }));
  return (await runMesh({ manifests, fixtures, workloads, steps })).answers;
}

const passed = (answer: Answer) => answer.hops.map(({ proxy }) => proxy).sort();
const pods = (answers: readonly Answer[], by: string) => new Set(
  answers.map(({ hops }) => hops.find(({ proxy }) => proxy === by)?.line.upstream_host),
);

describeMesh('ingress: into ambient', () => {
  describe('a Service behind a waypoint', () => {
    test('with the label `istio.io/ingress-use-waypoint`, requests pass the waypoint, and policies for the Service hold', async () => {
      const [read, write] = await ask(shop(BY_WAYPOINT));
      expect(read.status).toBe(200);
      expect(passed(read)).toEqual(['ingress', 'waypoint']);
      expect(write).toFail({ status: 403, at: 'waypoint', details: /rbac_access_denied/ });
    });

    test('broken: without the label they go past it, and no policy for the Service holds', async () => {
      for (const answer of await ask(shop({}))) {
        expect(answer.status).toBe(200);
        expect(passed(answer)).toEqual(['ingress']);
      }
    });

    test('without the label, a subset of its pods gets what is sent to it', async () => {
      const answers = await ask(shop({}), toOneVersion(), Array(12).fill('GET'));
      expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(200));
      expect(pods(answers, 'ingress').size).toBe(1);
    });

    test('broken: with the label, all pods get what is sent to a subset', async () => {
      const answers = await ask(shop(BY_WAYPOINT), toOneVersion(), Array(40).fill('GET'));
      expect(answers.map(({ status }) => status)).toEqual(Array(40).fill(200));
      expect(pods(answers, 'waypoint').size).toBe(2);
    });
  });
});
