import { ApiObject, Chart } from 'cdk8s';
import { Construct } from 'constructs';
import { Sidecar } from '../../imports/networking.istio.io';
import {
  AppTls, Caller, EgressCaller, EgressGateway, EgressRoute, ExternalPort, ExternalService, GatewayWorkload, LegOne, VirtualServiceLayout,
} from '../../src';
import { direct, mesh, routed } from '../fixtures';
import { expectRefusal } from '../refusal';
import { synth } from '../synth';

const LEG_ONE = 'istio-system/egress.istio-system.mesh.internal';
const FIX = 'add what is missing to `hosts`: sidecars refuse requests for hosts that they do not know, or let them leave directly and in clear text';
const api = { hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps()] };

function sidecar(scope: Construct, hosts: unknown, spec: object = {}, namespace?: string): ApiObject {
  return new ApiObject(scope, 'sidecar', {
    apiVersion: 'networking.istio.io/v1', kind: 'Sidecar', metadata: { name: 'default', namespace }, spec: { egress: [{ hosts }], ...spec },
  });
}

describe('a Sidecar that is written by hand', () => {
  const missing = (got: string, entries: string, at = 'shop/sidecar: spec.egress[0].hosts') => `[SidecarHidesRoute] ${at} is ${got}; allowed: a list that imports ${entries}; fix: ${FIX}`;

  describe('is refused if it hides', () => {
    test('the name of leg 1', () => {
      const { app, shop } = routed(api);
      sidecar(shop, ['./*']);
      expectRefusal(() => app.synthYaml(),
        '[SidecarHidesRoute] shop/sidecar: spec.egress[0].hosts is "./*"; allowed: a list that imports istio-system/egress.istio-system.mesh.internal (for shop/route); fix: add what is missing to `hosts`: sidecars refuse requests for hosts that they do not know, or let them leave directly and in clear text');
    });

    test('the route', () => {
      const { app, shop } = routed(api);
      sidecar(shop, ['istio-system/*']);
      expectRefusal(() => app.synthYaml(), missing('"istio-system/*"', './api.example.com (for shop/route)'));
    });

    test('everything', () => {
      const { app, shop } = routed(api);
      sidecar(shop, ['~/*']);
      expectRefusal(() => app.synthYaml(), missing('"~/*"', `./api.example.com (for shop/route), ${LEG_ONE} (for shop/route)`));
    });

    test('one of its imports again', () => {
      const { app, shop } = routed(api);
      sidecar(shop, ['*/*', '~istio-system/*']);
      expectRefusal(() => app.synthYaml(), missing('"*/*", "~istio-system/*"', `${LEG_ONE} (for shop/route)`));
    });

    test('a route from workloads that it selects, whoever makes the object', () => {
      const { app, shop } = routed(api);
      new Sidecar(shop, 'sidecar', { spec: { workloadSelector: { labels: { app: 'till' } }, egress: [{ hosts: ['./*'] }] } });
      expectRefusal(() => app.synthYaml(), missing('"./*"', `${LEG_ONE} (for shop/route)`));
    });

    test('the listener of a service that callers see, whose route is elsewhere', () => {
      const callers = ['shop', 'billing'].map(namespace => Caller.namespace(namespace));
      const { app, shop } = routed({ hosts: ['api.example.com'], ports: [ExternalPort.https()] }, { callers });
      const billing = new Chart(app, 'billing', { namespace: 'billing' });
      sidecar(billing, ['./*', 'istio-system/*']);
      sidecar(shop, ['./*']);
      expectRefusal(() => app.synthYaml(), missing('"./*", "istio-system/*"', 'shop/api.example.com (for shop/route)', 'billing/sidecar: spec.egress[0].hosts'));
    });

    test('many routes, each of which it names', () => {
      const { app, shop, egress } = routed(api);
      for (const host of ['b', 'c']) {
        const service = new ExternalService(shop, host, { hosts: [`${host}.example.com`], ports: [ExternalPort.http()] });
        new EgressRoute(shop, `${host}-route`, { gateway: egress, service });
      }
      sidecar(shop, ['./b.example.com']);
      expectRefusal(() => app.synthYaml(), missing('"./b.example.com"',
        `${LEG_ONE} (for shop/b-route and 2 more), ./c.example.com (for shop/c-route), ./api.example.com (for shop/route)`));
    });

    test('a direct service, which would leave in clear text', () => {
      const { app, shop } = direct(api);
      sidecar(shop, ['istio-system/*']);
      expectRefusal(() => app.synthYaml(), missing('"istio-system/*"', './api.example.com (for shop/service)'));
    });

    test('the Service of a gateway that receives plaintext', () => {
      const { app, shop } = routed({ hosts: ['api.example.com'], ports: [ExternalPort.http()] }, { legOne: LegOne.plaintext('tests') });
      sidecar(shop, ['./*']);
      expectRefusal(() => app.synthYaml(), missing('"./*"', 'istio-system/istio-egressgateway.istio-system.svc.cluster.local (for shop/route)'));
    });

    test('a route with a single VirtualService, which is in the namespace of the gateway', () => {
      const { app, shop } = routed(api, { layout: VirtualServiceLayout.SINGLE });
      sidecar(shop, ['./*', LEG_ONE]);
      expectRefusal(() => app.synthYaml(), missing(`"./*", "${LEG_ONE}"`, 'istio-system/api.example.com (for shop/route)'));
    });

    test('the leg of a caller of another app', () => {
      const { app, shop } = mesh();
      const workload = GatewayWorkload.helmRelease('exit', { namespace: 'exit' });
      const gateway = EgressGateway.fromEgressGatewayAttributes(shop, 'gateway', { name: 'exit', workload });
      const service = ExternalService.fromExternalServiceAttributes(shop, 'api', { hosts: ['api.example.com'], ports: [ExternalPort.http({ number: 8080 })] });
      new EgressCaller(shop, 'caller', { gateway, service });
      sidecar(shop, ['./billing.example.com']);
      expectRefusal(() => app.synthYaml(), missing('"./billing.example.com"', './api.example.com (for shop/caller), */api.example.com (for shop/caller)'));
    });

    test('a port from its route, where ports have listeners of their own', () => {
      const { app, shop } = routed({ hosts: ['api.example.com'], ports: [ExternalPort.http({ number: 8080 })] });
      sidecar(shop, [], { egress: [{ port: { number: 8080, protocol: 'HTTP', name: 'http' }, hosts: ['./b.example.com'] }, { hosts: ['*/*'] }] });
      expectRefusal(() => app.synthYaml(), missing('"./b.example.com"', './api.example.com (for shop/route)'));
    });

    test('the name of leg 1 from a listener that does not have its port', () => {
      const { app, shop } = routed({ hosts: ['api.example.com'], ports: [ExternalPort.http({ number: 8080 })] });
      sidecar(shop, [], { egress: [{ port: { number: 8080, protocol: 'HTTP', name: 'http' }, hosts: ['*/*'] }, { hosts: ['./b.example.com'] }] });
      expectRefusal(() => app.synthYaml(), missing('"./b.example.com"', `${LEG_ONE} (for shop/route)`, 'shop/sidecar: spec.egress[1].hosts'));
    });

    test('every port for which it has no listener', () => {
      const { app, shop } = routed(api);
      sidecar(shop, [], { egress: [{ port: { number: 8080, protocol: 'HTTP', name: 'http' }, hosts: ['*/*'] }] });
      expectRefusal(() => app.synthYaml(), missing('not set', `./api.example.com (for shop/route), ${LEG_ONE} (for shop/route)`, 'shop/sidecar: spec.egress[1].hosts'));
    });

    test.each([['./*'], [undefined], [[null]]])('what a list like %j does not import', hosts => {
      const { app, shop } = routed(api);
      sidecar(shop, hosts);
      expect(() => app.synthYaml()).toThrow(/^\[SidecarHidesRoute\] shop\/sidecar: /);
    });
  });

  describe('of the root namespace', () => {
    test('is refused if it hides a route from any namespace', () => {
      const { app, platform } = routed(api);
      sidecar(platform, ['./*']);
      expectRefusal(() => app.synthYaml(), missing('"./*"', `${LEG_ONE} (for shop/route)`, 'platform/sidecar: spec.egress[0].hosts'));
    });

    test('does not hold where a namespace has one of its own', () => {
      const { app, platform, shop } = routed(api);
      sidecar(platform, ['istio-system/*']);
      sidecar(shop, ['*/*']);
      expect(app.synthYaml()).toContain('- istio-system/*');
    });

    test('holds beside one that selects workloads', () => {
      const { app, platform, shop } = routed(api);
      sidecar(platform, ['istio-system/*']);
      sidecar(shop, ['*/*'], { workloadSelector: { labels: { app: 'till' } } });
      expect(() => app.synthYaml()).toThrow(/^\[SidecarHidesRoute\] platform\/sidecar: /);
    });

    test('holds for that namespace alone if it selects workloads, or if the root namespace is another', () => {
      const { app, platform } = routed(api, {}, { rootNamespace: 'istio-config' });
      sidecar(platform, ['~/*']);
      expect(app.synthYaml()).toContain('- ~/*');
      const selecting = routed(api);
      sidecar(selecting.platform, ['~/*'], { workloadSelector: { labels: { app: 'istiod' } } });
      expect(selecting.app.synthYaml()).toContain('- ~/*');
    });
  });

  test.each([
    ['the whole mesh', ['*/*']],
    ['its own namespace and that of the gateway', ['./*', 'istio-system/*']],
    ['hosts by name', ['./api.example.com', LEG_ONE]],
    ['hosts by wildcard, from any namespace', ['*/*.example.com', 'istio-system/*.mesh.internal']],
    ['its own namespace by name', ['shop/*', LEG_ONE]],
  ])('may import %s', (_, hosts) => {
    const { app, shop } = routed(api);
    sidecar(shop, hosts);
    expect(synth(app).filter(({ kind }) => kind === 'Sidecar')).toHaveLength(1);
  });

  test.each<[string, object]>([['says nothing of it', { egress: undefined }], ['lists nothing', { egress: [] }]])('imports everything where it %s', (_, spec) => {
    const { app, shop } = routed(api);
    sidecar(shop, [], spec);
    expect(app.synthYaml()).toContain('kind: Sidecar');
  });

  test('may leave out the name of leg 1 where sidecars know the service itself', () => {
    const { app, shop } = routed({ hosts: ['api.example.com'], ports: [ExternalPort.http(), ExternalPort.https()] });
    sidecar(shop, ['./*']);
    expect(app.synthYaml()).toContain('- ./*');
  });

  test.each([[LEG_ONE], ['./*']])('may import leg 1 by %s in a listener without a port', entry => {
    const { app, shop } = routed({ hosts: ['api.example.com'], ports: [ExternalPort.http({ number: 8080 })] });
    sidecar(shop, [], { egress: [{ port: { number: 8080, protocol: 'HTTP', name: 'http' }, hosts: ['*/*'] }, { hosts: [entry] }] });
    expect(app.synthYaml()).toContain(`- ${entry}`);
  });

  test('may leave out the gateway\'s Service for TLS that passes through', () => {
    const { app, shop } = routed({ hosts: ['api.example.com'], ports: [ExternalPort.https()] }, { appTls: AppTls.PASSTHROUGH });
    sidecar(shop, ['./*']);
    expect(app.synthYaml()).toContain('- ./*');
  });

  test.each([['in a namespace that calls nothing', 'billing'], ['without a namespace', undefined]])('may be as narrow as it likes %s', (_, namespace) => {
    const { app } = routed(api);
    sidecar(new Chart(app, 'billing', { namespace }), ['~/*']);
    expect(app.synthYaml()).toContain('- ~/*');
  });

  test('of another kind of that name is none', () => {
    const { app, shop } = routed(api);
    new ApiObject(shop, 'other', { apiVersion: 'example.com/v1', kind: 'Sidecar', spec: { egress: [{ hosts: ['~/*'] }] } });
    expect(app.synthYaml()).toContain('- ~/*');
  });

  test('is looked at again when it comes after a synthesis', () => {
    const { app, shop } = routed(api);
    app.synthYaml();
    sidecar(shop, ['./*']);
    expect(() => app.synthYaml()).toThrow('[SidecarHidesRoute]');
  });
});
