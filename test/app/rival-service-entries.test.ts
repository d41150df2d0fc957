import { ApiObject, Chart } from 'cdk8s';
import { Destination, Endpoint, ExternalPort, ExternalService, IngressListener, Resolution, RouteAction } from '../../src';
import { direct, ingress, proxied, routed } from '../fixtures';
import { expectRefusal } from '../refusal';

const api = { hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps()] };
const PORT = { number: 80, name: 'http', protocol: 'HTTP', targetPort: 443 };
const same = { hosts: ['api.example.com'], resolution: 'DNS', ports: [PORT] };
const elsewhere = { ...same, resolution: 'STATIC', endpoints: [{ address: '192.0.2.1' }] };

function entry(scope: Chart, spec: object): ApiObject {
  return new ApiObject(scope, 'entry', { apiVersion: 'networking.istio.io/v1', kind: 'ServiceEntry', metadata: { name: 'mine' }, spec });
}

describe('a ServiceEntry that is written by hand', () => {
  test('is refused if it leads a host of a route elsewhere', () => {
    const { app, shop } = routed(api);
    entry(shop, { ...elsewhere, hosts: ['www.example.com', 'api.example.com'] });
    expectRefusal(() => app.synthYaml(),
      '[ServiceEntryConflict] shop/entry: spec.hosts[1] is "api.example.com"; allowed: hosts that shop/service does not declare, because the gateway in istio-system uses the older of two ServiceEntries for a host; fix: delete it, do not export it to istio-system, or lead it where shop/service does, with the same resolution, endpoints and ports');
  });

  test.each<[string, object]>([
    ['exported to it', { exportTo: ['billing', 'istio-system'] }],
    ['exported to everybody', { exportTo: ['*'] }],
    ['of its own namespace', {}],
  ])('is refused if the gateway sees it: %s', (what, more) => {
    const { app, shop, platform } = routed(api);
    entry(what === 'of its own namespace' ? platform : shop, { ...elsewhere, exportTo: ['.'], ...more });
    expect(() => app.synthYaml()).toThrow('[ServiceEntryConflict]');
  });

  test.each<[string, object]>([
    ['another resolution', { resolution: 'NONE' }],
    ['no resolution', { resolution: undefined }],
    ['endpoints', { endpoints: [{ address: 'other.example.com' }] }],
    ['workloads as endpoints', { workloadSelector: { labels: { app: 'api' } } }],
    ['another port', { ports: [{ ...PORT, number: 8080 }] }],
    ['another target port', { ports: [{ ...PORT, targetPort: 8443 }] }],
    ['the port as its target', { ports: [{ ...PORT, targetPort: undefined }] }],
    ['another protocol', { ports: [{ ...PORT, protocol: 'HTTP2' }] }],
    ['a protocol that gateways do not read', { ports: [{ ...PORT, protocol: 'TCP' }] }],
    ['no ports', { ports: undefined }],
  ])('leads elsewhere with %s', (_, difference) => {
    const { app, shop } = routed(api);
    entry(shop, { ...same, ...difference });
    expect(() => app.synthYaml()).toThrow('[ServiceEntryConflict]');
  });

  test('is refused at a gateway for ingress, too', () => {
    const { app, shop, route } = ingress({ listeners: [IngressListener.http({ hosts: ['www.example.com'] })] }, { hosts: ['www.example.com'] });
    const service = new ExternalService(shop, 'service', api);
    route.addRule({ action: RouteAction.forward(Destination.external(service)) });
    entry(shop, elsewhere);
    expect(() => app.synthYaml()).toThrow(/^\[ServiceEntryConflict\] shop\/entry: .* the gateway in istio-ingress uses the older /);
  });

  test('is refused for the forward proxy of a gateway, and not for hosts that only the proxy connects to', () => {
    const { app, shop } = proxied({ hosts: ['api.example.com'], ports: [ExternalPort.https()] });
    entry(shop, elsewhere);
    expect(app.synthYaml()).toContain('192.0.2.1');
    entry(new Chart(app, 'billing', { namespace: 'billing' }), { ...elsewhere, hosts: ['proxy.example.com'] });
    expect(() => app.synthYaml()).toThrow(/^\[ServiceEntryConflict\] billing\/entry: /);
  });

  describe('is accepted', () => {
    test.each<[string, object]>([
      ['if it leads where the service does', {}],
      ['with more hosts and ports than that', { hosts: ['api.example.com', 'www.example.com'], ports: [PORT, { number: 443, name: 'tls', protocol: 'TLS' }] }],
      ['if the gateway does not see it', { ...elsewhere, exportTo: ['.', 'billing'] }],
      ['for another host', { ...elsewhere, hosts: ['www.example.com'] }],
    ])('%s', (_, spec) => {
      const { app, shop } = routed(api);
      entry(shop, { ...same, ...spec });
      expect(app.synthYaml()).toContain('name: mine');
    });

    test('with the endpoints of the service', () => {
      const endpoints = [Endpoint.ip('192.0.2.1', { weight: 2 }), Endpoint.ip('192.0.2.2')];
      const { app, shop } = routed({ ...api, resolution: Resolution.endpoints(endpoints) });
      entry(shop, { ...elsewhere, endpoints: [{ address: '192.0.2.1', weight: 2 }, { address: '192.0.2.2' }] });
      expect(app.synthYaml()).toContain('name: mine');
    });

    test('whatever it calls TLS that passes through', () => {
      const { app, shop } = routed({ hosts: ['api.example.com'], ports: [ExternalPort.https()] });
      entry(shop, { ...same, ports: [{ number: 443, name: 'tls', protocol: 'TLS' }] });
      expect(app.synthYaml()).toContain('name: mine');
    });

    test('for a service that no gateway connects to', () => {
      const { app, shop } = direct(api);
      entry(shop, elsewhere);
      expect(app.synthYaml()).toContain('name: mine');
    });
  });
});
