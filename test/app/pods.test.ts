import { Chart } from 'cdk8s';
import { assert, constantFrom, dictionary, property } from 'fast-check';
import {
  Access, AccessLogging, Destination, EgressGateway, ExternalPort, ExternalService, GatewayTelemetry, GatewayWorkload, IngressGateway,
  IngressListener, IngressRoute, RouteAction,
} from '../../src';
import { canSelectSamePods } from '../../src/private/model/pods';
import { mesh } from '../fixtures';
import { expectRefusal } from '../refusal';
import { find, synth } from '../synth';

const ports = [{ number: 80 }, { number: 443 }];
const release = (name: string, namespace: string) => GatewayWorkload.helmRelease(name, { namespace });
const pods = (namespace: string, selector: { [label: string]: string }) => GatewayWorkload.of({ namespace, serviceName: 'gateway', selector, ports });
const web = RouteAction.forward(Destination.service('web', { port: 80 }));

describe('two selectors', () => {
  test.each([
    [true, 'the same labels', { a: '1', b: '2' }, { a: '1', b: '2' }],
    [true, 'in another order', { a: '1', b: '2' }, { b: '2', a: '1' }],
    [true, 'fewer labels', { a: '1', b: '2' }, { a: '1' }],
    [true, 'other labels', { a: '1' }, { b: '2' }],
    [false, 'another value', { a: '1', b: '2' }, { a: '1', b: '3' }],
  ])('can find the same pods: %s, with %s', (answer, _, a, b) => {
    expect(canSelectSamePods(a, b)).toBe(answer);
  });

  test('find the same pods if and only if a pod can have the labels of both', () => {
    const labels = dictionary(constantFrom('a', 'b', 'c'), constantFrom('1', '2'));
    assert(property(labels, labels, (a, b) => {
      const pod: { [label: string]: string } = { ...a, ...b };
      const selects = (selector: object) => Object.entries(selector).every(([label, value]) => pod[label] === value);
      expect(canSelectSamePods(a, b)).toBe(selects(a) && selects(b));
      expect(canSelectSamePods(b, a)).toBe(canSelectSamePods(a, b));
    }));
  });
});

describe('gateways of two namespaces with the same labels', () => {
  const both = (one: GatewayWorkload, other: GatewayWorkload) => {
    const { platform, app } = mesh();
    platform.node.tryRemoveChild('egress');
    new EgressGateway(platform, 'one', { workload: one });
    return { app, platform, second: () => new EgressGateway(platform, 'other', { workload: other }) };
  };

  test('are refused, for each would open its servers on the pods of both', () => {
    expectRefusal(both(release('istio-egressgateway', 'one'), release('istio-egressgateway', 'two')).second,
      '[GatewaysShareForeignPods] platform/other: workload.selector is "app=istio-egressgateway, istio=egressgateway"; allowed: labels that the pods of platform/one in namespace one cannot have (app=istio-egressgateway, istio=egressgateway); fix: give the pods of each gateway a label with a unique value (`labels` of the Helm chart), and use it in `selector`: a Gateway selects pods in every namespace');
  });

  test('are refused whatever the order and number of labels', () => {
    expect(both(pods('one', { a: '1', b: '2' }), pods('two', { b: '2' })).second).toThrow('[GatewaysShareForeignPods]');
  });

  test('are taken where one label tells them apart', () => {
    const { second, app } = both(pods('one', { app: 'egress', tenant: 'one' }), pods('two', { app: 'egress', tenant: 'two' }));
    second();
    expect(synth(app).filter(o => o.kind === 'Gateway')).toHaveLength(2);
  });

  test('are refused at ingress, where they listen on one port', () => {
    const { platform } = mesh();
    const gateway = (id: string, namespace: string, port: number) => new IngressGateway(platform, id, {
      workload: GatewayWorkload.helmRelease('ingress', { namespace, ports: [{ number: 80 }, { number: 8080 }] }), listeners: [IngressListener.http({ port })],
    });
    gateway('one', 'one', 80);
    expect(() => gateway('two', 'two', 80)).toThrow('[GatewaysShareForeignPods] platform/two: ');
    expect(() => gateway('three', 'two', 8080)).not.toThrow();
  });
});

describe('an ingress listener on the pods of an egress gateway', () => {
  const listen = (listener: IngressListener) => {
    const { platform } = mesh();
    return () => new IngressGateway(platform, 'ingress', { workload: release('istio-egressgateway', 'istio-system'), listeners: [listener] });
  };

  test('is refused where it would take every name on the port of the egress gateway', () => {
    expectRefusal(listen(IngressListener.tlsPassthrough({ hosts: ['*'] })),
      '[ListenerConflict] platform/ingress: listeners is "TLS for * on port 443"; allowed: TLS for named hosts, because platform/egress uses the port for egress on the same pods; fix: listen on another port, or use a separate gateway for ingress');
    expect(listen(IngressListener.http({ port: 443 }))).toThrow('[ListenerConflict]');
  });

  test.each([
    ['of named hosts', IngressListener.tlsPassthrough({ hosts: ['a.test'] })],
    ['on another port', IngressListener.http()],
  ])('is taken %s', (_, listener) => expect(listen(listener)).not.toThrow());

  test('is refused from the other side as well', () => {
    const { platform } = mesh();
    platform.node.tryRemoveChild('egress');
    const workload = release('istio-egressgateway', 'istio-system');
    new IngressGateway(platform, 'ingress', { workload, listeners: [IngressListener.tlsPassthrough({ hosts: ['*'] })] });
    expectRefusal(() => new EgressGateway(platform, 'egress', { workload }),
      '[ListenerConflict] platform/egress: port is 443; allowed: a port on which the same pods do not serve TLS for *, as platform/ingress does here; fix: set `port` to another port, or use a separate gateway for egress');
  });
});

describe('labels in another order', () => {
  const [one, other] = [{ a: '1', b: '2' }, { b: '2', a: '1' }];

  test('do not lose the hosts that a policy for a wildcard leaves to other routes', () => {
    const { app, shop } = mesh();
    const gateways = [one, other].map((selector, i) => new IngressGateway(shop, `gateway-${i}`, {
      workload: pods('edge', selector), listeners: [IngressListener.http({ hosts: [i === 0 ? '*.a.test' : 'x.a.test'] })],
    }));
    new IngressRoute(shop, 'wide', { gateway: gateways[0], hosts: ['*.a.test'], access: [Access.ipBlocks(['192.0.2.0/24'])], rules: [{ action: web }] });
    new IngressRoute(shop, 'narrow', { gateway: gateways[1], hosts: ['x.a.test'], rules: [{ action: web }] });
    expect(find(synth(app).filter(o => o.metadata.namespace === 'edge'), 'AuthorizationPolicy').spec.rules[0].to[0].operation.notHosts).toEqual(['x.a.test', 'x.a.test:*']);
  });

  test('do not let two constructs say what the same pods log', () => {
    const { shop } = mesh();
    new GatewayTelemetry(shop, 'one', { workload: pods('edge', one), accessLogging: AccessLogging.off() });
    expect(() => new GatewayTelemetry(shop, 'two', { workload: pods('edge', other), accessLogging: AccessLogging.off() })).toThrow('[TelemetryDuplicate]');
    expect(() => new GatewayTelemetry(shop, 'three', { workload: pods('other', other), accessLogging: AccessLogging.off() })).not.toThrow();
  });

  test('do not let two services say how the same pods reach a host', () => {
    const { app, shop } = mesh();
    const gateways = [one, other].map((selector, i) => new IngressGateway(shop, `gateway-${i}`, { workload: pods('edge', selector), listeners: [IngressListener.http({ hosts: [`${i}.test`] })] }));
    const service = (id: string) => new ExternalService(new Chart(app, id, { namespace: id }), 'api', { hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps()] });
    const lead = (i: number) => new IngressRoute(shop, `route-${i}`, { gateway: gateways[i], hosts: [`${i}.test`], rules: [{ action: RouteAction.forward(Destination.external(service(`s${i}`))) }] });
    lead(0);
    expect(() => lead(1)).toThrow('[UpstreamTlsConflict] shop/route-1: ');
  });
});
