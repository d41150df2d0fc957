import { describeMesh, egressGateway, external, get, runMesh, service, sidecar } from './mesh';
import { edit, GATEWAY_SERVICE, HTTP_PORT, passthrough, plain, Recipe, route, serviceEntry, TLS_PORT, to } from './recipes';

const workloads = [sidecar('app', { namespace: 'shop' }), egressGateway()];
const externals = [external('api.test', { http: 80 })];

async function ask(recipe: Recipe, url = 'http://api.test/get', more: { workloads?: typeof workloads; externals?: typeof externals } = {}) {
  const { answers: [answer] } = await runMesh({ manifests: Object.values(recipe), workloads, externals, ...more, steps: [get(url, { from: 'app' })] });
  return answer;
}

describeMesh('R1: a gateway is named with its namespace', () => {
  const inShop = edit(plain(), 'gatewayRoute.metadata.namespace', 'shop');

  test('a qualified name binds across namespaces', async () => {
    expect(await ask(inShop)).toReach('api.test', { leftBy: 'egress' });
  });

  test('a short name means the VirtualService\'s own namespace: 404 NR at the gateway', async () => {
    expect(await ask(edit(inShop, 'gatewayRoute.spec.gateways', ['egress']))).toFail({ status: 404, at: 'egress', flags: 'NR' });
  });
});

describeMesh('R2: a Gateway server is numbered as the Service\'s port', () => {
  const onOtherPorts = { workloads: [workloads[0], egressGateway({ ports: { 80: 8080, 443: 8443 } })] };

  test('the pod may listen elsewhere', async () => {
    expect(await ask(plain(), undefined, onOtherPorts)).toReach('api.test', { leftBy: 'egress' });
  });

  test('the pod\'s port is another server, for which the route does not match: 404 NR', async () => {
    expect(await ask(edit(plain(), 'gateway.spec.servers.0.port.number', 8080), undefined, onOtherPorts)).toFail({ status: 404, at: 'egress', flags: 'NR' });
  });

  test('a port that neither Service nor pod has is opened where nobody calls: 503 UF', async () => {
    expect(await ask(edit(plain(), 'gateway.spec.servers.0.port.number', 8081), undefined, onOtherPorts)).toFail({ status: 503, at: 'app', flags: 'URX,UF' });
  });

  test('a caller cannot address a port that the Service lacks: 503 NC', async () => {
    const wrong = edit(plain(), 'meshRoute.spec.http.0.route', to(GATEWAY_SERVICE, 8080));
    expect(await ask(wrong, undefined, onOtherPorts)).toFail({ status: 503, at: 'app', flags: 'NC' });
  });
});

describeMesh('R3: leg 2 is visible where the gateway runs', () => {
  const inShop = edit(plain(), 'gatewayRoute.metadata.namespace', 'shop');

  test('a VirtualService kept to the application\'s namespace has no leg 2: 404 NR', async () => {
    expect(await ask(edit(inShop, 'gatewayRoute.spec.exportTo', ['.', 'istio-system']))).toReach('api.test', { leftBy: 'egress' });
    expect(await ask(edit(inShop, 'gatewayRoute.spec.exportTo', ['.']))).toFail({ status: 404, at: 'egress', flags: 'NR' });
  });

  test('a ServiceEntry kept to the application\'s namespace gives the gateway no cluster: 503 NC', async () => {
    expect(await ask(edit(plain(), 'entry.spec.exportTo', ['.', 'istio-system']))).toReach('api.test', { leftBy: 'egress' });
    expect(await ask(edit(plain(), 'entry.spec.exportTo', ['.']))).toFail({ status: 503, at: 'egress', flags: 'NC' });
  });
});

describeMesh('R4: the VirtualService\'s host is one of the server\'s', () => {
  test.each([['the host', 'api.test'], ['a wildcard', '*.test'], ['any host', '*'], ['the host of this namespace', './api.test']])('%s binds', async (_, host) => {
    expect(await ask(edit(plain(), 'gateway.spec.servers.0.hosts', [host]))).toReach('api.test', { leftBy: 'egress' });
  });

  test.each([['another host', 'other.test'], ['the host of another namespace', 'shop/api.test']])('%s does not: 404 NR', async (_, host) => {
    expect(await ask(edit(plain(), 'gateway.spec.servers.0.hosts', [host]))).toFail({ status: 404, at: 'egress', flags: 'NR' });
  });
});

describeMesh('R5: a source is matched in a rule that names no gateway', () => {
  const teapot = { directResponse: { status: 418 } };
  const from = (source: object) => edit(plain(), 'meshRoute.spec.http', [{ match: [{ port: 80, ...source }], route: to(GATEWAY_SERVICE, 80) }, teapot]);

  test.each([
    ['labels', { sourceLabels: { app: 'other' } }, { sourceLabels: { app: 'app' } }],
    ['namespace', { sourceNamespace: 'other' }, { sourceNamespace: 'shop' }],
  ])('another\'s %s keep this caller out; beside `gateways` they are ignored, and everyone passes', async (_, others, own) => {
    expect(await ask(from(own))).toReach('api.test', { leftBy: 'egress' });
    expect(await ask(from(others))).toFail({ status: 418 });
    expect(await ask(edit(from(others), 'meshRoute.spec.http.0.match.0.gateways', ['mesh']))).toReach('api.test', { leftBy: 'egress' });
  });
});

describeMesh('R6: a VirtualService owns its host on the mesh', () => {
  test('a request that no rule matches is 404 NR at the sidecar', async () => {
    const narrow = edit(plain(), 'meshRoute.spec.http.0.match.0.uri', { prefix: '/get' });
    expect(await ask(narrow)).toReach('api.test', { leftBy: 'egress' });
    expect(await ask(narrow, 'http://api.test/other')).toFail({ status: 404, at: 'app', flags: 'NR' });
    expect(await ask(plain(), 'http://api.test/other')).toReach('api.test', { leftBy: 'egress' });
  });
});

describeMesh('R7: one VirtualService for a host on the mesh', () => {
  const path = (prefix: string, match: object = { port: 80 }) => ({ ...match, uri: { prefix } });
  const rule = (prefix: string, destination: string) => ({ match: [path(prefix)], route: to(destination, 80) });
  const split = (from: string, namespace: string, gateways: string[], destination: string) => ({
    [from]: route(namespace, `${from}-a`, { hosts: ['api.test'], gateways, http: [rule('/a', destination)] }),
    [`${from}Two`]: route(namespace, `${from}-b`, { hosts: ['api.test'], gateways, http: [rule('/b', destination)] }),
  });
  const together = edit(plain(), 'meshRoute.spec.http', [rule('/a', GATEWAY_SERVICE), rule('/b', GATEWAY_SERVICE)]);

  test('both rules in one object: both paths pass', async () => {
    expect(await ask(together, 'http://api.test/a')).toReach('api.test', { leftBy: 'egress' });
    expect(await ask(together, 'http://api.test/b')).toReach('api.test', { leftBy: 'egress' });
  });

  test('each rule in its own object: only the first one counts, the other path is 404 NR', async () => {
    const apart = { ...plain(), ...split('meshRoute', 'shop', ['mesh'], GATEWAY_SERVICE) };
    expect(await ask(apart, 'http://api.test/a')).toReach('api.test', { leftBy: 'egress' });
    expect(await ask(apart, 'http://api.test/b')).toFail({ status: 404, at: 'app', flags: 'NR' });
  });

  test('one object for HTTP and one for TLS: both count', async () => {
    const both = { externals: [external('api.test', { http: 80, https: 443 })] };
    const tls = passthrough();
    const recipe = {
      ...plain(),
      entry: serviceEntry('api.test', [HTTP_PORT, TLS_PORT]),
      meshTls: edit(tls, 'meshRoute.metadata.name', 'zz').meshRoute,
      gatewayTls: edit(edit(tls, 'gatewayRoute.metadata.name', 'zz'), 'gatewayRoute.spec.gateways', ['istio-system/tls']).gatewayRoute,
      tls: edit(tls, 'gateway.metadata.name', 'tls').gateway,
    };
    expect(await ask(recipe, 'http://api.test/get', both)).toReach('api.test', { leftBy: 'egress' });
    expect(await ask(recipe, 'https://api.test/get', both)).toReach('api.test', { leftBy: 'egress' });
  });

  test('on a gateway they are merged', async () => {
    const apart = { ...plain(), ...split('gatewayRoute', 'istio-system', ['istio-system/egress'], 'api.test') };
    expect(await ask(apart, 'http://api.test/a')).toReach('api.test', { leftBy: 'egress' });
    expect(await ask(apart, 'http://api.test/b')).toReach('api.test', { leftBy: 'egress' });
  });

  test('on a gateway the older one comes first: its broad prefix shadows the narrow one of the newer', async () => {
    const { gatewayRoute: _, ...rest } = plain();
    const aged = (name: string, year: number, prefix: string, status?: number) => {
      const object = route('istio-system', name, {
        hosts: ['api.test'],
        gateways: ['istio-system/egress'],
        http: [{ match: [path(prefix)], ...status === undefined ? { route: to('api.test', 80) } : { directResponse: { status } } }],
      }) as { metadata: object };
      return { ...object, metadata: { ...object.metadata, creationTimestamp: `${year}-01-01T00:00:00Z` } };
    };
    const twins = (narrow: number, broad: number) => ({ ...rest, narrow: aged('narrow', narrow, '/get/it', 418), broad: aged('broad', broad, '/get') });
    expect(await ask(twins(2020, 2021), 'http://api.test/get/it')).toFail({ status: 418 });
    expect(await ask(twins(2021, 2020), 'http://api.test/get/it')).toReach('api.test', { leftBy: 'egress' });
  });
});

describeMesh('R8: what the mesh can route without knowing the host', () => {
  const hidden = (recipe: Recipe) => edit(recipe, 'entry.spec.exportTo', ['istio-system']);
  const on8080 = (() => {
    const recipe = { ...plain(), entry: serviceEntry('api.test', [{ number: 8080, name: 'http', protocol: 'HTTP' }]) };
    return edit(edit(recipe, 'meshRoute.spec.http.0.match.0.port', 8080), 'gatewayRoute.spec.http.0.route', to('api.test', 8080));
  })();

  test('HTTP on port 80 needs no service', async () => {
    expect(await ask(hidden(plain()))).toReach('api.test', { leftBy: 'egress' });
  });

  test('HTTP on another port does: without it the route is inert and the request leaves by itself', async () => {
    const server = { externals: [external('api.test', { http: 8080 })] };
    expect(await ask(on8080, 'http://api.test:8080/get', server)).toReach('api.test', { leftBy: 'egress' });
    expect(await ask(hidden(on8080), 'http://api.test:8080/get', server)).toReach('api.test', { leftBy: 'app' });
  });

  test('so does TLS', async () => {
    const server = { externals: [external('api.test', { https: 443 })] };
    expect(await ask(passthrough(), 'https://api.test/get', server)).toReach('api.test', { leftBy: 'egress' });
    expect(await ask(hidden(passthrough()), 'https://api.test/get', server)).toReach('api.test', { leftBy: 'app' });
  });

  test('the listener that a stranger\'s service opens on that port does not help', async () => {
    const crowd = { externals: [external('api.test', { http: 8080 })], workloads: [...workloads, service('books', { namespace: 'shop', http: 8080 })] };
    expect(await ask(hidden(on8080), 'http://api.test:8080/get', crowd)).toReach('api.test', { leftBy: 'app' });
  });
});

describeMesh('R9: the host is resolved', () => {
  test('`resolution: NONE` leaves the gateway without an endpoint: 503 UH', async () => {
    expect(await ask(plain())).toReach('api.test', { leftBy: 'egress' });
    expect(await ask(edit(plain(), 'entry.spec.resolution', 'NONE'))).toFail({ status: 503, at: 'egress', flags: 'UH' });
  });
});
