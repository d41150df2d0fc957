import { Chart } from 'cdk8s';
import { AppTls, EgressRoute, ExternalPort, ExternalService, UpstreamTls, VirtualServiceLayout } from '../../src';
import { direct, mesh, routed } from '../fixtures';

const hosts = ['api.example.com', 'auth.example.com'];
const kindsOf = (chart: Chart) => (chart.toJson() as { readonly kind: string }[]).map(({ kind }) => kind);

/** `kubectl apply` goes by the order of a file, and istiod may tell the proxies of a part of it: test/mesh/load.test.ts shows what then happens. */
describe('the ServiceEntry, which opens the way, is applied after everything that guards the way', () => {
  test.each<[string, () => ReturnType<typeof routed | typeof direct>]>([
    ['http', () => routed({ hosts, ports: [ExternalPort.http()] })],
    ['https origination', () => routed({ hosts, ports: [ExternalPort.httpToHttps()] })],
    ['wrapped TLS', () => routed({ hosts, ports: [ExternalPort.https()] })],
    ['TLS passed through', () => routed({ hosts, ports: [ExternalPort.https()] }, { appTls: AppTls.PASSTHROUGH })],
    ['tcp with TLS', () => routed({ hosts: ['db.example.com'], addresses: ['192.0.2.1'], ports: [ExternalPort.tcp({ number: 5432, tls: UpstreamTls.simple() })] })],
    ['single layout', () => routed({ hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps()] }, { layout: VirtualServiceLayout.SINGLE })],
    ['direct https origination', () => direct({ hosts, ports: [ExternalPort.httpToHttps()] })],
  ])('%s', (_, make) => {
    const { shop, service } = make();
    const objects = shop.toJson() as { readonly metadata: { readonly name: string } }[];
    expect(objects.at(-1)!.metadata.name).toBe(service.serviceEntry.name);
  });

  test('callers learn of the way after everything that it consists of', () => {
    const { shop, route } = routed({ hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps(), ExternalPort.https()] });
    const names = (shop.toJson() as { readonly metadata: { readonly name: string } }[]).map(({ metadata }) => metadata.name);
    expect(names.at(-2)).toBe(route.meshVirtualService.name);
  });

  test('each route for itself', () => {
    const { shop, egress } = mesh();
    for (const host of hosts) {
      const service = new ExternalService(shop, host, { hosts: [host], ports: [ExternalPort.httpToHttps()] });
      new EgressRoute(shop, `${host}-route`, { service, gateway: egress });
    }
    const one = ['DestinationRule', 'AuthorizationPolicy', 'AuthorizationPolicy', 'VirtualService', 'VirtualService', 'ServiceEntry'];
    expect(kindsOf(shop)).toEqual([...one, ...one]);
  });

  test('the order of charts is not ours, and they stay independent', () => {
    const { app, shop, egress } = mesh();
    const service = new ExternalService(shop, 'service', { hosts, ports: [ExternalPort.https()] });
    const route = new EgressRoute(new Chart(app, 'routes', { namespace: 'shop' }), 'route', { service, gateway: egress });
    expect(service.serviceEntry.node.dependencies).toEqual([]);
    expect(route.node.scope!.node.dependencies).toEqual([]);
  });
});
