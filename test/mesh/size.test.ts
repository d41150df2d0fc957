import { App, Chart } from 'cdk8s';
import { ambient, describeMesh, egressGateway, sidecar, waypoint } from './mesh';
import { size } from './size';
import { EgressGateway, EgressRoute, ExternalPort, ExternalService, GatewayWorkload, VirtualServiceLayout } from '../../src';
import { Manifest, synth } from '../synth';

const workloads = [sidecar('caller', { namespace: 'shop' }), sidecar('bystander', { namespace: 'other' }), egressGateway()];

const RELEASE = GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' });

/** As many routes of the shop as asked for, each to a host of its own. */
function routes(count: number, ports: ExternalPort[], layout?: VirtualServiceLayout, workload = RELEASE): App {
  const app = new App();
  const gateway = new EgressGateway(new Chart(app, 'platform', { namespace: 'istio-system' }), 'egress', { workload });
  const shop = new Chart(app, 'shop', { namespace: 'shop' });
  for (let i = 0; i < count; i++) {
    const service = new ExternalService(shop, `service-${i}`, { hosts: [`api-${i}.test`], ports });
    new EgressRoute(shop, `route-${i}`, { service, gateway, layout });
  }
  return app;
}

async function clusters(app: App | '') {
  const proxies = await size({ manifests: app, workloads });
  return { caller: proxies.caller.clusters, bystander: proxies.bystander.clusters, gateway: proxies.egress.clusters };
}

describeMesh('egress: size', () => {
  describe('what proxies hold', () => {
    const http = [ExternalPort.httpToHttps()];

    test('a bystander holds exactly what it holds without any route', async () => {
      const [none, few, many] = await Promise.all(['' as const, routes(2, http), routes(40, http)].map(manifests => size({ manifests, workloads })));
      expect(few.bystander).toEqual(none.bystander);
      expect(many.bystander).toEqual(none.bystander);
    });

    test('a caller has the two ports of leg 1 but no cluster for an HTTP host; the gateway has one per host', async () => {
      const none = await clusters('');
      for (const count of [2, 40]) {
        const wanted = { caller: none.caller + 2, bystander: none.bystander, gateway: none.gateway + 2 + count };
        expect(await clusters(routes(count, http))).toEqual(wanted);
      }
    });

    test('the application\'s own TLS costs its caller two clusters per host, and the gateway one more than HTTP', async () => {
      const none = await clusters('');
      const tls = await clusters(routes(10, [ExternalPort.https()]));
      expect(tls).toEqual({ caller: none.caller + 2 + 20, bystander: none.bystander, gateway: none.gateway + 2 + 20 });
    });

    test('a gateway has one cluster for each host and port', async () => {
      const [one, both] = [await clusters(routes(10, http)), await clusters(routes(10, [ExternalPort.httpToHttps(), ExternalPort.https()]))];
      expect(both.gateway - one.gateway).toBe(20);
    });

    test('broken: with the single layout, callers hold what only the gateway needs', async () => {
      const none = await clusters('');
      const single = await clusters(routes(40, http, VirtualServiceLayout.SINGLE));
      expect(single.caller).toBe(none.caller + 2 + 40);
    });
  });
});

describeMesh('size in ambient', () => {
  const around = [ambient('caller', { namespace: 'shop' }), sidecar('bystander', { namespace: 'other' }), waypoint()];
  const made = (count: number) => synth(routes(count, [ExternalPort.httpToHttps()], undefined, GatewayWorkload.waypoint('egress', { namespace: 'istio-egress' })), { set: `${count} hosts` });
  const sizes = (manifests: Manifest[]) => size({ manifests, workloads: around });

  test('callers have no proxy, a waypoint has two clusters a host, and a bystander with a sidecar none', async () => {
    const [none, many] = [await sizes(made(0)), await sizes(made(40))];
    expect(Object.keys(many).sort()).toEqual(['bystander', 'egress']);
    expect(many.egress.clusters - none.egress.clusters).toBe(80);
    expect(many.bystander).toEqual(none.bystander);
  });

  test('broken: with ServiceEntries that others see, a bystander has one a host', async () => {
    const seen = made(40).map(object => object.kind === 'ServiceEntry' ? { ...object, spec: { ...object.spec, exportTo: ['*'] } } : object);
    const [none, many] = [await sizes(made(0)), await sizes(seen)];
    expect(many.bystander.clusters - none.bystander.clusters).toBe(40);
  });
});
