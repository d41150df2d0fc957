import { App, Chart } from 'cdk8s';
import {
  Destination, GatewayWorkload, IngressGateway, IngressGatewayAttributes, IngressGatewayProps, IngressListener, IngressRoute, IngressRouteProps,
  RouteAction,
} from '../../src';
import { expectRefusal } from '../refusal';
import { find, synth } from '../synth';

const workload = GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' });
const rules = [{ action: RouteAction.forward(Destination.service('web', { port: 8080 })) }];

function imported(attributes: Partial<IngressGatewayAttributes> = {}, route: Partial<IngressRouteProps> = {}) {
  const app = new App();
  const shop = new Chart(app, 'shop', { namespace: 'shop' });
  const gateway = IngressGateway.fromIngressGatewayAttributes(shop, 'gateway', {
    name: 'public', namespace: 'edge', workload, listeners: [IngressListener.https({ hosts: ['*.example.com'] })], ...attributes,
  });
  return { app, gateway, route: () => new IngressRoute(shop, 'route', { gateway, hosts: ['shop.example.com'], rules, ...route }) };
}

describe('an ingress gateway of another repository', () => {
  test('makes nothing itself, and routes bind to it', () => {
    const { app, gateway, route } = imported();
    route();
    expect(gateway.gatewayName).toBe('edge/public');
    const objects = synth(app, { admissible: false });
    expect(objects.map(o => o.kind)).toEqual(['VirtualService']);
    expect(objects[0].spec).toMatchObject({ gateways: ['edge/public'], exportTo: ['istio-ingress'], hosts: ['shop.example.com'] });
    expect(objects[0].spec.http.map((http: any) => [http.match[0].port, http.redirect?.scheme])).toEqual([[80, 'https'], [443, undefined]]);
  });

  test.each<{ when: string; attributes?: Partial<IngressGatewayAttributes>; route?: Partial<IngressRouteProps>; message: string }>([
    { when: 'a route has a host that is not covered', route: { hosts: ['shop.test'] }, message: '[HostNotCovered] shop/route: hosts[0] is "shop.test"; allowed: hosts of the listeners: *.example.com (port 443), *.example.com (port 80); fix: add the host to a listener of shop/gateway' },
    { when: 'its name has a dot', attributes: { name: 'edge.public' }, message: '[GatewayNameNotALabel] shop/gateway: name is "edge.public"; allowed: a DNS label: at most 63 lower-case letters, digits and dashes; fix: write the name of the Gateway' },
    { when: 'its name has the namespace', attributes: { name: 'edge/public' }, message: '[GatewayNameNotALabel] shop/gateway: name is "edge/public"; allowed: a DNS label: at most 63 lower-case letters, digits and dashes; fix: write the name of the Gateway' },
    { when: 'its namespace is no label', attributes: { namespace: '' }, message: '[NameInvalid] shop/gateway: namespace is ""; allowed: a DNS label of at most 63 characters; fix: correct the name' },
    { when: 'it has no listeners', attributes: { listeners: [] }, message: '[ListenersEmpty] shop/gateway: listeners is empty; allowed: at least one listener; fix: list the listeners of the Gateway' },
    { when: 'a listener has no port of the Service', attributes: { listeners: [IngressListener.http({ port: 8080 })] }, message: '[IngressGatewayPortMissing] shop/gateway: listeners[0].port is "port 8080"; allowed: ports 80, 443 of Service istio-ingress/istio-ingressgateway; fix: add port 8080 to the Service and to the GatewayWorkload, or listen on another port' },
  ])('is refused when $when', ({ attributes, route, message }) => {
    expectRefusal(() => imported(attributes, route).route(), message);
  });
});

describe('an ingress gateway for routes of other repositories', () => {
  const hostsOf = (props: Partial<IngressGatewayProps>) => {
    const app = new App();
    new IngressGateway(new Chart(app, 'edge', { namespace: 'edge' }), 'gateway', { workload, ...props });
    return find(synth(app), 'Gateway').spec.servers.map((s: any) => s.hosts);
  };

  test('opens clear-text listeners to the namespaces that it names', () => {
    const listeners = [IngressListener.https({ hosts: ['a.test'], credentialName: 'cert' })];
    expect(hostsOf({ listeners, routeNamespaces: ['shop', 'blog'] })).toEqual([['a.test'], ['blog/a.test', 'shop/a.test']]);
  });

  test('opens them to everybody only where that is said', () => {
    expect(hostsOf({})).toEqual([['./*']]);
    expect(hostsOf({ routeNamespaces: ['*'] })).toEqual([['*']]);
  });

  test('is refused when a namespace is no label', () => {
    expectRefusal(() => hostsOf({ routeNamespaces: ['shop', '*.test'] }),
      '[NameInvalid] edge/gateway: routeNamespaces[1] is "*.test"; allowed: a DNS label of at most 63 characters; fix: correct the name');
  });
});
