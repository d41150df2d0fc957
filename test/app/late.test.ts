import { Chart, Testing } from 'cdk8s';
import { EgressGateway, EgressRoute, ExternalPort, ExternalService, GatewayWorkload } from '../../src';
import { routed } from '../fixtures';

const api = { hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps()] };

/** Another route to the service, through a gateway of another namespace. */
function routeThroughZone({ app, service }: ReturnType<typeof routed>) {
  const zone = new Chart(app, 'zone', { namespace: 'zone' });
  const gateway = new EgressGateway(zone, 'egress', { workload: GatewayWorkload.helmRelease('zone-egress', { namespace: 'zone' }) });
  return new EgressRoute(new Chart(app, 'office', { namespace: 'office' }), 'route', { service, gateway });
}

const viewersOf = (service: ExternalService) => service.serviceEntry.toJson().spec.exportTo;

describe('what later constructs have a say in', () => {
  test('is planned anew where a construct came after a synthesis', () => {
    const world = routed(api);
    Testing.synth(world.platform);
    routeThroughZone(world);
    expect(viewersOf(world.service)).toEqual(['istio-system', 'zone']);
  });

  test('is planned anew after a synthesis that failed', () => {
    const world = routed(api);
    new ExternalService(world.shop, 'unused', { hosts: ['b.example.com'], ports: [ExternalPort.http()] });
    expect(() => world.app.synthYaml()).toThrow('ExternalServiceUnused');
    world.shop.node.tryRemoveChild('unused');
    const { node } = routeThroughZone(world);
    expect(viewersOf(world.service)).toEqual(['istio-system', 'zone']);
    node.scope!.node.tryRemoveChild('route');
    expect(viewersOf(world.service)).toEqual(['istio-system']);
  });

  test('is checked again where a construct came or went after a synthesis', () => {
    const world = routed(api);
    world.app.synthYaml();
    new ExternalService(world.shop, 'unused', { hosts: ['b.example.com'], ports: [ExternalPort.http()] });
    expect(() => world.app.synthYaml()).toThrow('ExternalServiceUnused');
    world.shop.node.tryRemoveChild('unused');
    world.app.synthYaml();
    world.shop.node.tryRemoveChild('route');
    expect(() => world.app.synthYaml()).toThrow('ExternalServiceUnused');
  });

  test('is the same for a chart alone: no rule is left of a gateway whose route has been removed', () => {
    const world = routed(api);
    routeThroughZone(world);
    const rules = () => Testing.synth(world.shop).filter(({ kind }) => kind === 'DestinationRule').map(({ metadata }) => metadata.namespace);
    expect(rules()).toEqual(['istio-system', 'zone']);
    world.shop.node.tryRemoveChild('route');
    expect(rules()).toEqual(['zone']);
  });

  test('is made once for all charts, and again where a construct came or went', () => {
    const world = routed(api);
    const { lateMakers } = (world.app as unknown as Record<symbol, { readonly lateMakers: { make: () => void }[] }>)[Symbol.for('cdk8s-istio.AppModel')];
    const watched = lateMakers.length;
    let count = 0;
    for (const maker of lateMakers) {
      const { make } = maker;
      maker.make = () => { count++; make(); };
    }
    const runs = () => {
      count = 0;
      world.app.synthYaml();
      return count;
    };
    new Chart(world.app, 'office', { namespace: 'office' });
    expect(watched).toBeGreaterThan(0);
    expect([runs(), runs()]).toEqual([watched, 0]);
    new ExternalService(world.shop, 'direct', { hosts: ['b.example.com'], ports: [ExternalPort.http()], direct: true });
    expect(runs()).toBe(watched);
    world.shop.node.tryRemoveChild('direct');
    expect([runs(), runs()]).toEqual([watched, 0]);
  });
});
