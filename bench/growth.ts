import { ApiObject, App, Chart } from 'cdk8s';
import { Manifest, library } from './apps';
import { printTable } from './print';
import { median } from './statistics';
import { cpuMs } from './time';

/** An app of so many items. */
type Build = (items: number) => App;

interface Curve {
  readonly what: string;
  readonly sizes: number[];
  readonly build: Build;
}

const ROUNDS = 3;

function front(listened?: string[]) {
  const { Destination, GatewayWorkload, IngressGateway, IngressListener, PathMatch, RouteAction } = library();
  const app = new App();
  const chart = new Chart(app, 'shop', { namespace: 'shop' });
  const gateway = new IngressGateway(chart, 'gateway', {
    workload: GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' }),
    listeners: listened && [IngressListener.http({ hosts: listened })],
  });
  const action = RouteAction.forward(Destination.service('web', { port: 8080 }));
  return { app, chart, gateway, action, rule: (path: string) => ({ matches: [{ path: PathMatch.prefix(path) }], action }) };
}

function range<T>(count: number, item: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => item(i));
}

const HOSTS = ['shop.example.com'];
const names = (count: number) => range(count, i => `h${i}.example.com`);

/** 5000 rules stand in 250 routes. */
const PER_ROUTE = 20;

const CURVES: Curve[] = [
  {
    what: 'rules of one route',
    sizes: [100, 500, 1000, 2500, 5000],
    build: items => {
      const { app, chart, gateway, action, rule } = front();
      new (library().IngressRoute)(chart, 'route', { gateway, hosts: HOSTS, rules: [...range(items - 1, i => rule(`/items/${i}`)), { action }] });
      return app;
    },
  },
  {
    what: 'rules of one route, by `addRule`',
    sizes: [100, 500, 1000, 2500, 5000],
    build: items => {
      const { app, chart, gateway, rule } = front();
      const route = new (library().IngressRoute)(chart, 'route', { gateway, hosts: HOSTS });
      for (let i = 0; i < items; i++) route.addRule(rule(`/items/${i}`));
      return app;
    },
  },
  {
    what: `rules of routes of one host, ${PER_ROUTE} a route, one of them for the rest and one for half of the paths`,
    sizes: [200, 500, 1000, 2500, 5000],
    build: items => {
      const { app, chart, gateway, action, rule } = front();
      for (let route = 0; route < items / PER_ROUTE; route++) {
        const half = route % 2 === 0 ? '/api' : '';
        const last = route === 0 ? { action } : route === 1 ? rule('/api') : rule(`/last/${route}`);
        const rules = [...range(PER_ROUTE - 1, i => rule(`${half}/team-${route}/${i}`)), last];
        new (library().IngressRoute)(chart, `route-${route}`, { gateway, hosts: HOSTS, rules });
      }
      return app;
    },
  },
  {
    what: 'hosts of one listener and one route',
    sizes: [100, 1000, 2500, 5000, 10000],
    build: items => {
      const { app, chart, gateway, action } = front(names(items));
      new (library().IngressRoute)(chart, 'route', { gateway, hosts: names(items), rules: [{ action }] });
      return app;
    },
  },
  {
    what: 'hosts of one listener, each with a route',
    sizes: [100, 1000, 2500, 5000, 10000],
    build: items => {
      const { app, chart, gateway, action } = front(names(items));
      for (const host of names(items)) new (library().IngressRoute)(chart, host, { gateway, hosts: [host], rules: [{ action }] });
      return app;
    },
  },
  {
    what: 'external hosts, each with a service and a route',
    sizes: [100, 1000, 2500, 5000, 10000],
    build: items => {
      const { EgressGateway, EgressRoute, ExternalPort, ExternalService, GatewayWorkload } = library();
      const app = new App();
      const chart = new Chart(app, 'shop', { namespace: 'shop' });
      const gateway = new EgressGateway(chart, 'egress', { workload: GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' }) });
      for (const host of names(items)) {
        const service = new ExternalService(chart, host, { hosts: [host], ports: [ExternalPort.httpToHttps()] });
        new EgressRoute(chart, `${host}-route`, { service, gateway });
      }
      return app;
    },
  },
];

/** What one item more costs, in a small app and in a large one, beside the same objects as plain `ApiObject`s. */
export function printGrowth(): void {
  for (const { what, sizes, build } of CURVES) {
    const costs = sizes.map(size => ({ size, library: costOf(build, size), plain: costOf(plainly(build, size), size) }));
    const multiple = 'as a multiple of the smallest app';
    printTable(`Growth: ${what}`, ['items', 'the library, of an item', multiple, 'plain objects, of an item', multiple],
      costs.map(({ size, library: own, plain }) => [
        size, perItem(own), (own / costs[0].library).toFixed(2), perItem(plain), (plain / costs[0].plain).toFixed(2),
      ]));
  }
}

/** CPU time of construction and synthesis, of one item. */
function costOf(build: Build, items: number): number {
  build(Math.min(items, 100)).synthYaml();
  return median(range(items > 1000 ? 1 : ROUNDS, () => {
    const start = cpuMs();
    build(items).synthYaml();
    return (cpuMs() - start) / items;
  }));
}

function plainly(build: Build, items: number): Build {
  const manifests: Manifest[] = JSON.parse(JSON.stringify(build(items).charts[0].toJson()));
  return () => {
    const app = new App();
    const chart = new Chart(app, 'shop');
    for (const manifest of manifests) new ApiObject(chart, `${manifest.kind}-${manifest.metadata.namespace}-${manifest.metadata.name}`, manifest);
    return app;
  };
}

function perItem(ms: number): string {
  return `${(ms * 1000).toFixed(0)} µs`;
}
