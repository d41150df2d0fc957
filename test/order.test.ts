import { App, Chart } from 'cdk8s';
import fc from 'fast-check';
import { synth } from './synth';
import {
  Access, AppTls, Caller, Destination, DestinationPolicy, EgressGateway, EgressRoute, ExternalPort, ExternalService, GatewayWorkload, IngressGateway,
  IngressRoute, LoadBalancer, LocalityLoadBalancing, RouteAction,
} from '../src';

interface World {
  readonly shop: Chart;
  readonly billing: Chart;
  readonly egress: EgressGateway;
  readonly ingress: IngressGateway;
}

const route = (at: 'shop' | 'billing', id: string, host: string, port: ExternalPort, callers?: Caller[], appTls?: AppTls) => (world: World) => {
  const service = new ExternalService(world[at], id, { hosts: [host], ports: [port], addresses: ['192.0.2.1'] });
  new EgressRoute(world[at], `${id}-route`, { service, gateway: world.egress, callers, appTls });
};
const rules = [{ action: RouteAction.forward(Destination.service('web', { port: 80 })) }];

/** Each makes constructs that do not need those of the others. */
const STEPS: ((world: World) => unknown)[] = [
  route('shop', 'a', 'a.example.com', ExternalPort.httpToHttps()),
  route('shop', 'b', 'b.example.com', ExternalPort.https(), [Caller.namespace('shop'), Caller.namespace('lab')]),
  route('billing', 'c', 'c.example.com', ExternalPort.tcp({ number: 5432 })),
  route('billing', 'd', 'd.example.com', ExternalPort.https(), undefined, AppTls.PASSTHROUGH),
  ({ billing }) => new ExternalService(billing, 'e', { hosts: ['e.example.com'], ports: [ExternalPort.httpToHttps()], direct: true }),
  ({ shop, ingress }) => new IngressRoute(shop, 'entrance', { gateway: ingress, hosts: ['a.test'], rules }),
  ({ billing, ingress }) => new IngressRoute(billing, 'entrance', { gateway: ingress, hosts: ['b.test'], rules }),
  ({ shop, ingress }) => new IngressRoute(shop, 'guarded', { gateway: ingress, hosts: ['*.c.test'], rules, access: [Access.ipBlocks(['192.0.2.0/24'])] }),
  ({ billing, ingress }) => ['y.c.test', 'x.c.test'].map(host => new IngressRoute(billing, host, { gateway: ingress, hosts: [host], rules })),
];
const CHARTS = ['platform', 'shop', 'billing'];

function made(charts: string[], steps: typeof STEPS): App {
  const app = new App();
  const chart = Object.fromEntries(charts.map(id => [id, new Chart(app, id, { namespace: id })]));
  const egress = new EgressGateway(chart.platform, 'egress', { workload: GatewayWorkload.helmRelease('egress', { namespace: 'platform' }) });
  const ingress = new IngressGateway(chart.platform, 'ingress', { workload: GatewayWorkload.helmRelease('ingress', { namespace: 'platform' }) });
  for (const step of steps) step({ shop: chart.shop, billing: chart.billing, egress, ingress });
  return app;
}

/** The objects as a set: YAML keeps the order of constructs, which is not ours to change. */
const objectsOf = (app: App) => app.synthYaml().split('---\n').sort();

test('the order of constructs does not change the objects', () => {
  const usual = objectsOf(made(CHARTS, STEPS));
  expect(synth(made(CHARTS, STEPS)).length).toBeGreaterThan(25);
  expect(objectsOf(made(CHARTS, STEPS.slice(1)))).not.toEqual(usual);
  const shuffled = <T>(list: T[]) => fc.shuffledSubarray(list, { minLength: list.length });
  fc.assert(fc.property(shuffled(CHARTS), shuffled(STEPS), (charts, steps) => {
    expect(objectsOf(made(charts, steps))).toEqual(usual);
  }), { numRuns: 25 });
});

test('the order of the keys of a map does not change the objects', () => {
  const yaml = (ordered: <T>(map: Record<string, T>) => Record<string, T>) => {
    const app = new App();
    const chart = new Chart(app, 'shop', { namespace: 'shop' });
    const loadBalancer = LoadBalancer.leastRequest({ locality: LocalityLoadBalancing.failover(ordered({ 'eu-1': 'eu-2', 'us-1': 'us-2' })) });
    new DestinationPolicy(chart, 'web', {
      destination: Destination.service('web', { port: 80 }),
      exportTo: ['shop'],
      loadBalancer,
      outlierDetection: { consecutiveServerErrors: 5 },
      subsets: ordered({ next: { labels: ordered({ version: 'v2', track: 'b' }) }, stable: { labels: ordered({ version: 'v1', track: 'a' }) } }),
    });
    return app.synthYaml();
  };
  const backwards = <T>(map: Record<string, T>) => Object.fromEntries(Object.entries(map).reverse());
  expect(yaml(backwards)).toBe(yaml(map => map));
});
