import { ApiObject, Chart } from 'cdk8s';
import {
  Destination, DestinationPolicy, EgressGateway, EgressRoute, ExternalPort, ExternalService, GatewayWorkload, RouteAction,
} from '../../src';
import { ingress, mesh, routed } from '../fixtures';
import { expectRefusal, refusalOf } from '../refusal';
import { Manifest, synth } from '../synth';

const api = { hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps()] };
const named = (objects: Manifest[]) => objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`).sort();

describe('a construct that is removed from its scope', () => {
  test('leaves its host to another', () => {
    const { shop, egress, service, app } = routed(api);
    const before = named(synth(app));
    shop.node.tryRemoveChild('route');
    new EgressRoute(shop, 'route', { service, gateway: egress });
    expect(named(synth(app))).toEqual(before);
  });

  test('leaves no object, no namespace that sees what it used, and no rule by which its gateway reached the host', () => {
    const { shop, app, egress, service } = routed(api, {});
    shop.node.tryRemoveChild('route');
    shop.node.tryRemoveChild('service');
    new ExternalService(shop, 'service', { ...api, direct: true });
    expect(service.node.path).toBe('shop/service');
    const objects = synth(app);
    expect(named(objects)).toEqual([
      'AuthorizationPolicy istio-system/egress-undeclared', 'DestinationRule istio-system/egress-leg-1-mtls', 'DestinationRule shop/api-example-com-tls', 'Gateway istio-system/egress',
      'ServiceEntry istio-system/egress-leg-1', expect.stringMatching(/^ServiceEntry shop\/shop-service-/),
    ]);
    expect(objects.find(o => o.metadata.name === egress.legOneServiceEntry!.name)!.spec.exportTo).toEqual(['.']);
  });

  test('does not keep the service that it used in use', () => {
    const { shop, app } = routed(api);
    shop.node.tryRemoveChild('route');
    expect(refusalOf(() => app.synthYaml())).toMatchObject({ code: 'ExternalServiceUnused', constructPath: 'shop/service' });
  });

  test('takes the rule away by which its gateway reached a host that stays in use', () => {
    const { shop, app, egress, service } = routed(api);
    const second = new EgressRoute(new Chart(app, 'other', { namespace: 'other' }), 'route', {
      gateway: egress,
      service: new ExternalService(shop, 'second', { hosts: ['b.example.com'], ports: [ExternalPort.http()] }),
      rules: [{ action: RouteAction.forward(Destination.external(service)) }],
    });
    const rule = 'DestinationRule istio-system/egress-api-example-com-tls';
    shop.node.tryRemoveChild('route');
    expect(named(synth(app))).toContain(rule);
    second.node.scope!.node.tryRemoveChild('route');
    shop.node.tryRemoveChild('second');
    shop.node.tryRemoveChild('service');
    expect(named(synth(app))).not.toContain(rule);
  });

  test('is refused where it is passed all the same', () => {
    const { shop, egress, service } = routed(api);
    shop.node.tryRemoveChild('service');
    expectRefusal(() => new EgressRoute(shop, 'second', { service, gateway: egress }),
      '[ConstructRemoved] shop/second: service is the ExternalService shop/service; allowed: an ExternalService that is part of the App; fix: pass one that is still in its scope');
  });
});

describe('a construct that was refused', () => {
  test('leaves nothing behind, and its id is free', () => {
    const { shop, egress, service, app } = routed(api);
    expect(() => new EgressRoute(shop, 'again', { service, gateway: egress })).toThrow('HostAlreadyRouted');
    expect(shop.node.tryFindChild('again')).toBeUndefined();
    const other = new ExternalService(shop, 'other', { hosts: ['b.example.com'], ports: [ExternalPort.http()] });
    new EgressRoute(shop, 'again', { service: other, gateway: egress });
    expect(synth(app).length).toBeGreaterThan(5);
  });

  test('leaves no rule of a route that was there before', () => {
    const { route, app } = ingress({}, { hosts: ['a.test'], rules: [{ action: RouteAction.respond(204) }] });
    const before = synth(app);
    expect(() => route.addRule({ action: RouteAction.respond(200) })).toThrow('RuleUnreachable');
    expect(synth(app)).toEqual(before);
  });
});

describe('what was found when the app is synthesized', () => {
  test('is told at once, with the code of the first', () => {
    const { shop, app } = mesh();
    new ExternalService(shop, 'one', api);
    new ExternalService(shop, 'two', { hosts: ['b.example.com'], ports: [ExternalPort.http()] });
    const error = refusalOf(() => app.synthYaml()) as Error & { readonly errors: Error[] };
    expect(error).toMatchObject({ code: 'ExternalServiceUnused', errors: [{ constructPath: 'shop/one' }, { constructPath: 'shop/two' }] });
    expect(error.message.split('\n')).toEqual(error.errors.map(({ message }) => message));
  });
});

describe('every construct', () => {
  const web = Destination.service('web', { port: 80 });
  const entrance = () => ingress({}, { hosts: ['a.test'], rules: [{ action: RouteAction.forward(web) }] });
  const policy = () => new DestinationPolicy(mesh().shop, 'policy', { destination: web, loadBalancer: undefined, subsets: { v1: { labels: { v: '1' } } } });

  test.each<[string, () => { readonly parts: ApiObject[] } & Parameters<typeof ApiObject.of>[0], string]>([
    ['EgressGateway', () => routed(api).egress, 'Gateway'],
    ['ExternalService', () => routed(api).service, 'ServiceEntry'],
    ['EgressRoute', () => routed(api).route, 'VirtualService'],
    ['IngressGateway', () => entrance().gateway, 'Gateway'],
    ['IngressRoute', () => entrance().route, 'VirtualService'],
    ['DestinationPolicy', policy, 'DestinationRule'],
  ])('%s has parts, and a main object among them', (_, make, kind) => {
    const construct = make();
    expect(ApiObject.of(construct).kind).toBe(kind);
    expect(construct.parts[0]).toBe(ApiObject.of(construct));
  });

  test('needs a chart around it', () => {
    const { app } = mesh();
    expectRefusal(() => new EgressGateway(app, 'second', { workload: GatewayWorkload.helmRelease('second', { namespace: 'edge' }) }),
      '[ChartMissing] second: scope is the App App; allowed: a Chart, or a construct inside one; fix: create a Chart in the App, and pass it as the scope');
  });
});
