import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv from 'ajv';
import { App, Chart } from 'cdk8s';
import { APPS, teams } from './cases';
import {
  Caller, Destination, DestinationPolicy, EgressCaller, EgressGateway, EgressLock, EgressRoute, ExternalPort, ExternalService, GatewayWorkload,
  IngressGateway, IngressListener, IngressRoute, MeshInventory, PathMatch, UndeclaredTraffic, UpstreamTls,
} from '../../src';
import { appModelOf } from '../../src/private/app/declared';
import { Inventory, inventoryOf } from '../../src/private/inventory/inventory';
import { AppModel } from '../../src/private/model/app-model';
import { readModel } from '../../src/private/model/stored-model';
import { direct, ingress, mesh, migrating, proxied, routed, routedDirectly } from '../fixtures';
import { expectRefusal } from '../refusal';

const schema = JSON.parse(readFileSync('src/inventory/inventory.schema.json', 'utf8'));
const validate = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema);

const originated = { hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps()] };

function of(app: App): Inventory {
  return JSON.parse(MeshInventory.of(app).toJson());
}

/** All values that a part of the schema describes, by what the part is called. */
function described(part: Record<string, any>, values: unknown[], called: string, all = new Map<string, unknown[]>()): Map<string, unknown[]> {
  const there = values.filter(value => value !== undefined);
  if (part.$ref) return described(schema.definitions[part.$ref.split('/').pop()!], there, part.$ref.split('/').pop()!, all);
  all.set(called, [...all.get(called) ?? [], ...there]);
  for (const value of part.enum ?? []) all.set(`${called} ${value}`, [...all.get(`${called} ${value}`) ?? [], ...there.filter(one => one === value)]);
  if (part.type === 'array') described(part.items, there.flat(), `${called}[]`, all);
  for (const [name, inner] of Object.entries(part.properties ?? {})) described(inner as object, there.map(value => (value as any)[name]), `${called}.${name}`, all);
  return all;
}

/** Apps that the other tests do not make. */
const MORE: [string, () => App][] = [
  ['undeclared traffic', () => {
    const world = mesh();
    new EgressGateway(world.shop, 'open', { workload: GatewayWorkload.helmRelease('open', { namespace: 'edge' }), undeclared: UndeclaredTraffic.allowed('it is being moved'), exportTo: ['billing'] });
    return world.app;
  }],
  ['a caller of another app', () => {
    const { app, shop } = mesh();
    const gateway = EgressGateway.fromEgressGatewayAttributes(shop, 'theirs', { name: 'egress', workload: GatewayWorkload.helmRelease('their-egress', { namespace: 'edge' }) });
    const service = ExternalService.fromExternalServiceAttributes(shop, 'their-api', { ...originated });
    new EgressCaller(shop, 'caller', { service, gateway });
    return app;
  }],
  ['connections to a version of a Service', () => {
    const { app, shop } = ingress({ listeners: [IngressListener.tcp({ port: 443 })] }, { tcpPort: 443, destinations: [Destination.service('web', { port: 8080 })] });
    const tls = new IngressGateway(shop, 'tls', {
      workload: GatewayWorkload.helmRelease('tls', { namespace: 'istio-tls' }), listeners: [IngressListener.tlsPassthrough({ hosts: ['tls.example.com'] })],
    });
    const policy = new DestinationPolicy(shop, 'web', { destination: Destination.service('web', { port: 8443 }), subsets: { v1: { labels: { version: 'v1' } } } });
    new IngressRoute(shop, 'passed', { gateway: tls, hosts: ['tls.example.com'], destinations: [policy.subset('v1')] });
    return app;
  }],
  ['HTTP/2', () => routed({ hosts: ['api.example.com'], ports: [ExternalPort.http2({ number: 8080 })] }).app],
];

describe('an inventory', () => {
  const all = [...APPS, ...MORE].map(([name, make]): [string, Inventory] => [name, of(make())]);

  test('fits its schema, for all that the tests make', () => {
    for (const [name, inventory] of all) expect([name, validate(inventory) || validate.errors]).toEqual([name, true]);
    expect(all.length).toBeGreaterThan(130);
  });

  test('uses all that its schema describes', () => {
    const values = described(schema, all.map(([, inventory]) => inventory), 'inventory');
    expect([...values].filter(([, used]) => used.length === 0).map(([called]) => called)).toEqual([]);
    expect(values.size).toBeGreaterThan(100);
  });

  test.each<[string, (inventory: any) => void]>([
    ['a field that is not described', inventory => (inventory.waysOut[0].future = 1)],
    ['a field less', inventory => delete inventory.waysOut[0].security],
    ['another word', inventory => (inventory.waysOut[0].security.tlsBy = 'SOMEBODY')],
  ])('broken: the schema notices %s', (_, damage) => {
    const inventory = of(teams(5));
    damage(inventory);
    expect(validate(inventory)).toBe(false);
  });

  test('has a row for every port of every external host, and for every listener', () => {
    for (const [name, make] of [...APPS, ...MORE]) {
      const app = appModelOf(make());
      const { waysOut, waysIn } = inventoryOf(app);
      const hosts = app.externalServices.all().flatMap(({ service }) => service.hosts.flatMap(host => service.ports.map(({ number }) => `${host}:${number}`)));
      expect([name, [...new Set(waysOut.map(({ host, port }) => `${host}:${port}`))].sort()]).toEqual([name, [...new Set(hosts)].sort()]);
      const listeners = app.ingressGateways.all().flatMap(({ path, listened }) => listened.map(({ host, port }) => `${path} ${host}:${port}`));
      expect([name, [...new Set(waysIn.map(({ gateway, listener, port }) => `${gateway.declaredBy} ${listener}:${port}`))].sort()]).toEqual([name, [...new Set(listeners)].sort()]);
      const ids = [...waysOut, ...waysIn].map(({ id }) => id);
      expect([name, ids.length]).toEqual([name, new Set(ids).size]);
    }
  });

  test('is the same whatever the order of constructs', () => {
    const make = (names: string[]) => {
      const world = mesh();
      for (const name of names) {
        const service = new ExternalService(world.shop, name, { hosts: [`${name}.example.com`], ports: [ExternalPort.httpToHttps()] });
        new EgressRoute(world.shop, `${name}-route`, { service, gateway: world.egress, callers: [Caller.namespace('shop'), Caller.namespace('billing')] });
      }
      return MeshInventory.of(world.app);
    };
    const [one, other] = [make(['a', 'b']), make(['b', 'a'])];
    expect([one.toJson(), one.toMarkdown(), one.toHtml()]).toEqual([other.toJson(), other.toMarkdown(), other.toHtml()]);
  });

  test('names neither dates nor folders', () => {
    const inventory = MeshInventory.of(teams(20));
    for (const text of [inventory.toJson(), inventory.toMarkdown(), inventory.toHtml()]) {
      expect(text).not.toContain(process.cwd());
      expect(text).not.toMatch(new RegExp(`\\b${new Date().getFullYear()}-\\d\\d-\\d\\d`));
    }
  });
});

describe('a way out', () => {
  const [way] = of(routed(originated).app).waysOut;

  test('by HTTPS origination is verified by the host of each request', () => {
    expect(way).toEqual({
      id: 'shop/route api.example.com:80',
      host: 'api.example.com',
      port: 80,
      protocol: 'HTTP',
      mode: 'HTTPS origination',
      role: 'HOST',
      declaredBy: 'shop/route',
      service: 'shop/service',
      callers: [{ namespace: 'shop', requests: [], decidedElsewhere: false }],
      direct: false,
      through: [{ kind: 'SIDECAR_GATEWAY', gateway: 'platform/egress', namespace: 'istio-system', name: 'egress', legOne: 'MESH_MTLS' }],
      targetPort: 443,
      security: { tlsBy: 'GATEWAY', verified: true, authority: { kind: 'SYSTEM' } },
      rules: [],
      keptHeaders: [],
    });
  });

  test('to whoever answers says why', () => {
    const { app } = routed({ hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps({ tls: UpstreamTls.insecure('a lab') })] });
    expect(of(app).waysOut[0].security).toEqual({ tlsBy: 'GATEWAY', verified: false, insecureBecause: 'a lab' });
  });

  test('names what a lock covers, and only that', () => {
    const world = routed(originated, { callers: [Caller.namespace('shop'), Caller.namespace('billing')] });
    new EgressLock(world.shop, 'lock', { gateway: world.egress, namespaces: ['shop'] });
    const { waysOut, locks } = of(world.app);
    expect(waysOut[0].callers.map(({ namespace, lock }) => [namespace, lock])).toEqual([['billing', undefined], ['shop', { declaredBy: 'shop/lock', phase: 'ENFORCE' }]]);
    expect(locks).toEqual([{ declaredBy: 'shop/lock', gateway: 'platform/egress', phase: 'ENFORCE', namespaces: ['shop'] }]);
  });

  test('by a waypoint and a gateway for sidecars is one', () => {
    const world = migrating();
    const service = new ExternalService(world.shop, 'service', originated);
    new EgressRoute(world.shop, 'route', { service, gateway: world.egress });
    const { waysOut } = of(world.app);
    expect(waysOut.map(({ through }) => through.map(({ kind, namespace }) => `${kind} ${namespace}`))).toEqual([['SIDECAR_GATEWAY istio-system', 'WAYPOINT istio-egress']]);
  });

  test('by a forward proxy has a row for the proxy', () => {
    const rows = of(proxied({ hosts: ['api.example.com'], ports: [ExternalPort.https()] }).app).waysOut;
    expect(rows.map(({ host, role, forwardProxy }) => [host, role, forwardProxy])).toEqual([
      ['api.example.com', 'HOST', 'proxy.example.com:3128'], ['proxy.example.com', 'FORWARD_PROXY', undefined],
    ]);
  });

  test('of sidecars says what a direct route allows', () => {
    expect(of(direct(originated).app).waysOut).toMatchObject([{ direct: true, through: [], security: { tlsBy: 'SIDECAR' }, callers: [{ namespace: 'shop', requests: [] }] }]);
    const { app } = routedDirectly(originated, { allow: [{ methods: ['GET'], path: PathMatch.prefix('/v1') }] });
    expect(of(app).waysOut).toMatchObject([{ declaredBy: 'shop/route', callers: [{ namespace: 'shop', requests: ['GET, path /v1 and below'] }] }]);
  });

  test('whose route another app declares claims nothing about requests', () => {
    const [, make] = MORE.find(([name]) => name === 'a caller of another app')!;
    expect(of(make()).waysOut).toMatchObject([{ declaredBy: 'shop/caller', callers: [{ namespace: 'shop', decidedElsewhere: true }] }]);
    expect(MeshInventory.of(make()).toMarkdown()).toContain('- from: `shop: what another app allows, not locked`\n');
  });
});

describe('a way in', () => {
  test('that only redirects leads nowhere', () => {
    const { waysIn } = of(teams(0));
    expect(waysIn.map(({ id, redirect, rules }) => [id, redirect?.toPort, rules.map(({ destinations }) => destinations)])).toEqual([
      ['shop/shop shop.example.com:80', 443, []],
      ['shop/shop shop.example.com:443', undefined, [[{ host: 'shop.shop.svc.cluster.local', port: 8080 }]]],
    ]);
    expect(waysIn[1].certificate).toEqual({ secrets: ['shop-cert'], clients: 'NOT_ASKED' });
  });
});

describe('as Markdown', () => {
  test('is one fact a line', () => {
    const { app } = routed(originated, { allow: [{ path: PathMatch.prefix('/v1'), methods: ['GET'] }] });
    expect(MeshInventory.of(app).toMarkdown()).toBe([
      '# Ways out of the mesh and into it',
      '',
      '- egress gateway: `istio-system/egress (platform/egress)`',
      '',
      '## Ways out',
      '',
      '### `api.example.com:80`',
      '',
      '- declared by: `shop/route`',
      '- service: `shop/service`',
      '- called as: `HTTPS origination, port of protocol HTTP`',
      '- from: `shop: GET, path /v1 and below, not locked`',
      '- through: `gateway istio-system/egress, reached by mesh mTLS`',
      '- leaves as: `TLS by the gateway to port 443`',
      '- SNI: `the host of each request`',
      '- verified name: `the host of each request`',
      '- verified by: `the authorities of the system`',
      '',
      '## Ways in',
      '',
      'None.',
      '',
    ].join('\n'));
  });

  test.each([
    ['backticks', 'a ``b`` c', '- not verified, because: ``` a ``b`` c ```\n'],
    ['markup', '<b>|*x*|</b>', '- not verified, because: `<b>|*x*|</b>`\n'],
    ['text that runs backwards', 'a\u202eb', '- not verified, because: `a\\u{202e}b`\n'],
  ])('shows %s as they are', (_, reason, line) => {
    const { app } = routed({ hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps({ tls: UpstreamTls.insecure(reason) })] });
    expect(MeshInventory.of(app).toMarkdown()).toContain(line);
  });
});

describe('as a page', () => {
  test('explains a sample request to each way', () => {
    const { app } = routed(originated, { allow: [{ path: PathMatch.prefix('/v1'), methods: ['POST'] }] });
    const [, sample] = /<h4>A sample request<\/h4><pre>([^]*?)<\/pre>/.exec(MeshInventory.of(app).toHtml())!;
    expect(sample.split('\n').slice(0, 2)).toEqual(['POST http://api.example.com/v1 from shop/default', '=&gt; leaves the mesh by istio-system/egress to api.example.com:443']);
  });

  test('explains one to every way of every app that somebody can call', () => {
    for (const [name, make] of [...APPS, ...MORE]) {
      const app = make();
      const { waysOut, waysIn } = of(app);
      const called = waysOut.filter(({ role, callers }) => role === 'HOST' && callers.length > 0).length + waysIn.length;
      expect([name, MeshInventory.of(app).toHtml().match(/<h4>/g)?.length ?? 0]).toEqual([name, called]);
    }
  });

  const hostile = '"\'><script>alert(1)</script><img src=x onerror=alert(1)>';

  test('escapes whatever users write', () => {
    const { app } = routed(
      { hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps({ tls: UpstreamTls.insecure(hostile) })] }, { callers: [Caller.anyNamespace(hostile)] },
    );
    const chart = new Chart(app, '<b>chart&', { namespace: 'shop' });
    new ExternalService(chart, '"id\'', { hosts: ['b.example.com'], ports: [ExternalPort.https()], direct: true });
    const page = MeshInventory.of(app).toHtml();
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).not.toContain('<img');
    expect(page).not.toContain('<b>chart');
    expect(page).toContain('&lt;b&gt;chart&amp;/&quot;id&#39;');
    expect(page).toContain('&quot;&#39;&gt;&lt;script&gt;alert(1)');
  });
});

describe('files', () => {
  const temp = mkdtempSync(join(tmpdir(), 'inventory-'));
  afterAll(() => rmSync(temp, { recursive: true }));

  test('are written where they are wanted, and named', () => {
    const folder = join(temp, 'a', 'b');
    const inventory = MeshInventory.of(teams(3));
    const files = inventory.write(folder);
    expect(files).toEqual(['inventory.json', 'inventory.md', 'inventory.html', 'inventory.svg', 'app-model.json'].map(name => join(folder, name)));
    expect(readdirSync(folder).sort()).toEqual(files.map(file => file.slice(folder.length + 1)).sort());
    expect(readFileSync(join(folder, 'inventory.json'), 'utf8')).toBe(inventory.toJson());
    expect(readFileSync(join(folder, 'inventory.md'), 'utf8')).toBe(inventory.toMarkdown());
    expect(readFileSync(join(folder, 'inventory.html'), 'utf8')).toBe(inventory.toHtml());
  });

  test.each(['dist', 'dist/inventory', './dist/'])('are kept away from the manifests: %s', directory => {
    expectRefusal(() => MeshInventory.of(new App({ outdir: 'dist' })).write(directory),
      `[InventoryAmongManifests] App: directory is "${directory}"; allowed: a folder outside of dist, because kubectl apply reads JSON files there; fix: write it beside the manifests, for example to inventory`);
  });

  test('are kept away from nothing else', () => {
    const app = new App({ outdir: join(temp, 'dist') });
    expect(MeshInventory.of(app).write(join(temp, 'dist-inventory'))).toHaveLength(5);
  });

  test.each<[string, unknown[], string]>([
    ['a folder', [], '[TypeInvalid] MeshInventory.write: directory is not set; allowed: a string; fix: put it in quotes'],
    ['a name of it', [1], '[TypeInvalid] MeshInventory.write: directory is 1; allowed: a string; fix: put it in quotes'],
    ['nothing else', ['a', 'b'], '[TypeInvalid] MeshInventory.write: argument 2 is "b"; allowed: one argument; fix: leave it out'],
  ])('need %s', (_, given, message) => {
    expectRefusal(() => (MeshInventory.of(new App()) as any).write(...given), message);
  });

  test.each([...APPS, ...MORE])('hold the model, which answers as before: %s', (_, make) => {
    const app = make();
    const folder = mkdtempSync(join(temp, 'model-'));
    MeshInventory.of(app).write(folder);
    const read = readModel(JSON.parse(readFileSync(join(folder, 'app-model.json'), 'utf8'))) as { app: AppModel; settings: object };
    expect(JSON.stringify(read.app)).toBe(JSON.stringify(appModelOf(app)));
    expect(JSON.stringify(inventoryOf(read.app), null, 2)).toBe(readFileSync(join(folder, 'inventory.json'), 'utf8').trimEnd());
    expect(read.settings).toMatchObject({ clusterDomain: 'cluster.local' });
  });

  test.each([
    ['nothing', null, 'it is not the model of an app'],
    ['an inventory', { format: 'cdk8s-istio/inventory', version: 1 }, 'it is not the model of an app'],
    ['a model of another version', { format: 'cdk8s-istio/app-model', version: 2, settings: {}, model: {} }, 'its version is 2, and this version of cdk8s-istio reads 1'],
    ['an unknown collection', { format: 'cdk8s-istio/app-model', version: 1, settings: {}, model: { future: [] } }, 'it declares future, of which this version of cdk8s-istio knows nothing'],
    ['a collection that is none', { format: 'cdk8s-istio/app-model', version: 1, settings: {}, model: { toString: [] } }, 'it declares toString, of which this version of cdk8s-istio knows nothing'],
  ])('are read, but not %s', (_, stored, reason) => expect(readModel(stored)).toEqual({ unreadable: reason }));

  test('are not half written', () => {
    writeFileSync(join(temp, 'file'), '');
    expect(() => MeshInventory.of(teams(1)).write(join(temp, 'file'))).toThrow(/EEXIST/);
  });
});
