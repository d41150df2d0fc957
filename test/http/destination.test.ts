import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject, Chart, Helm, Include, Yaml } from 'cdk8s';
import * as plus33 from 'cdk8s-plus-33';
import * as plus34 from 'cdk8s-plus-34';
import { Destination, MeshSettingsOptions, RouteAction } from '../../src';
import { refuser } from '../../src/private/basics/errors';
import { checkRules } from '../../src/private/check/rule';
import { mesh } from '../fixtures';
import { expectRefusal } from '../refusal';

const forward = (destination: Destination | ((shop: Chart) => Destination), settings?: MeshSettingsOptions) => {
  const { shop } = mesh(settings);
  const to = destination instanceof Destination ? destination : destination(shop);
  const [{ action }] = checkRules(shop, [{ action: RouteAction.forward(to) }], 'rules', refuser(shop));
  return action;
};
const to = (host: string, port: number) => ({ kind: 'forward', to: [{ host, port, weight: undefined }] });
const raw = (shop: Chart, ports: number[], namespace?: string) => new ApiObject(shop, 'api', {
  apiVersion: 'v1', kind: 'Service', metadata: { name: 'api', namespace }, spec: { ports: ports.map(port => ({ name: `p-${port}`, port })) },
});

describe('destination', () => {
  test('a Service by its name is one of the chart\'s namespace', () => {
    expect(forward(Destination.service('api', { port: 8080 }))).toEqual(to('api.shop.svc.cluster.local', 8080));
  });

  test('a Service of another namespace and another cluster domain', () => {
    expect(forward(Destination.service('api', { port: 8080, namespace: 'billing' }), { clusterDomain: 'corp.local' }))
      .toEqual(to('api.billing.svc.corp.local', 8080));
  });

  test('the only port of a Service need not be named', () => {
    expect(forward(shop => Destination.fromService(raw(shop, [8080])))).toEqual(to('api.shop.svc.cluster.local', 8080));
  });

  test('one of several ports', () => {
    expect(forward(shop => Destination.fromService(raw(shop, [8080, 9090], 'billing'), { port: 9090 }))).toEqual(to('api.billing.svc.cluster.local', 9090));
  });

  test.each([['33', plus33], ['34', plus34 as unknown as typeof plus33]])('a Service of cdk8s-plus %s', (_, plus) => {
    expect(forward(shop => Destination.fromService(new plus.Service(shop, 'service', { metadata: { name: 'api' }, ports: [{ port: 8080 }] }))))
      .toEqual(to('api.shop.svc.cluster.local', 8080));
  });

  /** A file of manifests. */
  const included = (shop: Chart, ...names: string[]) => {
    const url = join(mkdtempSync(join(tmpdir(), 'include-')), 'objects.yaml');
    const services = names.map(name => ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ port: 8080 }] } }));
    writeFileSync(url, Yaml.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' } }, ...services));
    return new Include(shop, 'include', { url });
  };

  test('the only Service among many objects', () => {
    expect(forward(shop => Destination.fromService(included(shop, 'api')))).toEqual(to('api.shop.svc.cluster.local', 8080));
  });

  test('the only Service of a Helm release', () => {
    const folder = mkdtempSync(join(tmpdir(), 'helm-'));
    const helmExecutable = join(folder, 'helm');
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'api', namespace: 'billing' }, spec: { ports: [{ port: 8080 }] } };
    writeFileSync(helmExecutable, `#!/bin/sh\ncat <<'END'\n${Yaml.stringify(service)}\nEND\n`, { mode: 0o755 });
    expect(forward(shop => Destination.fromService(new Helm(shop, 'release', { chart: folder, helmExecutable }))))
      .toEqual(to('api.billing.svc.cluster.local', 8080));
  });

  test('one Service of several, by its construct', () => {
    expect(forward(shop => Destination.fromService(included(shop, 'web', 'api').apiObjects[2]))).toEqual(to('api.shop.svc.cluster.local', 8080));
  });

  test.each<{ when: string; destination: (shop: Chart) => Destination; message: string }>([
    { when: 'the construct holds several Services', destination: shop => Destination.fromService(included(shop, 'web', 'api')), message: '[ServiceUnreadable] shop: rules[0].action.destination is "shop/include"; allowed: a construct whose Service is complete (it holds shop/include/web-service, shop/include/api-service); fix: add the ports of the Service first, or refer to the Service by name' },
    { when: 'the name is a full name', destination: () => Destination.service('api.shop', { port: 80 }), message: '[ServiceNameInvalid] shop: rules[0].action.destination is "api.shop"; allowed: the name of a Service: a DNS label; fix: write only the name, and put its namespace in `namespace`' },
    { when: 'the port is no port', destination: () => Destination.service('api', { port: 0 }), message: '[PortInvalid] shop: rules[0].action.destination.port is 0; allowed: a whole number from 1 to 65535; fix: correct the port' },
    { when: 'the port could be either', destination: shop => Destination.fromService(raw(shop, [8080, 9090])), message: '[ServiceUnreadable] shop: rules[0].action.destination.port is not set; allowed: a port of Service api: 8080, 9090; fix: name the port' },
    { when: 'the Service lacks the port', destination: shop => Destination.fromService(raw(shop, [8080]), { port: 80 }), message: '[ServiceUnreadable] shop: rules[0].action.destination.port is 80; allowed: a port of Service api: 8080; fix: name the port' },
    { when: 'the construct holds no Service', destination: shop => Destination.fromService(new plus34.ConfigMap(shop, 'map', { metadata: { name: 'map' } })), message: '[ServiceUnreadable] shop: rules[0].action.destination is "ConfigMap map in namespace shop"; allowed: a Service in a namespace; fix: pass the construct of the Service, and set the namespace of its chart' },
  ])('is refused when $when', ({ destination, message }) => {
    expectRefusal(() => forward(destination), message);
  });
});
