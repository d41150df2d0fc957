import { describeMesh, egressGateway, external, get, runMesh, service, sidecar } from './mesh';
import { edit, GATEWAY_SERVICE, HTTP_PORT, passthrough, plain, Recipe, route, serviceEntry, TLS_PORT, to } from './recipes';

const workloads = [sidecar('app', { namespace: 'shop' }), egressGateway()];
const externals = [external('api.test', { http: 80 })];

async function ask(recipe: Recipe, url = 'http://api.test/get', more: { workloads?: typeof workloads; externals?: typeof externals } = {}) {
  const { answers: [answer] } = await runMesh({ manifests: Object.values(recipe), workloads, externals, ...more, steps: [get(url, { from: 'app' })] });
  return answer;
}

describeMesh('R1: a VirtualService names its gateway together with the gateway\'s namespace', () => {
  const inShop = edit(plain(), 'gatewayRoute.metadata.namespace', 'shop');

  test('a name with its namespace, as in `istio-system/egress`, binds across namespaces', async () => {
    expect(await ask(inShop)).toReach('api.test', { leftBy: 'egress' });
  });

  test('broken: a bare name is looked for in the VirtualService\'s own namespace: 404 NR at the gateway', async () => {
    expect(await ask(edit(inShop, 'gatewayRoute.spec.gateways', ['egress']))).toFail({ status: 404, at: 'egress', flags: 'NR' });
  });
});

describeMesh('R2: a Gateway server has the port number of the gateway\'s Service', () => {
  const onOtherPorts = { workloads: [workloads[0], egressGateway({ ports: { 80: 8080, 443: 8443 } })] };

  test('the pods may listen on another port', async () => {
    expect(await ask(plain(), undefined, onOtherPorts)).toReach('api.test', { leftBy: 'egress' });
  });

  test('broken: the pods\' own port number makes another server, which has no route: 404 NR at the gateway', async () => {
    expect(await ask(edit(plain(), 'gateway.spec.servers.0.port.number', 8080), undefined, onOtherPorts)).toFail({ status: 404, at: 'egress', flags: 'NR' });
  });

  test('broken: a port that neither the Service nor the pods have is never called: 503 UF at the caller', async () => {
    expect(await ask(edit(plain(), 'gateway.spec.servers.0.port.number', 8081), undefined, onOtherPorts)).toFail({ status: 503, at: 'app', flags: 'URX,UF' });
  });

  test('broken: a route to a port that the Service lacks has no cluster: 503 NC at the caller', async () => {
    const wrong = edit(plain(), 'meshRoute.spec.http.0.route', to(GATEWAY_SERVICE, 8080));
    expect(await ask(wrong, undefined, onOtherPorts)).toFail({ status: 503, at: 'app', flags: 'NC' });
  });
});

describeMesh('R3: the gateway\'s namespace sees the objects of leg 2', () => {
  const inShop = edit(plain(), 'gatewayRoute.metadata.namespace', 'shop');

  test('exported to the application\'s namespace and the gateway\'s, they lead out', async () => {
    expect(await ask(edit(inShop, 'gatewayRoute.spec.exportTo', ['.', 'istio-system']))).toReach('api.test', { leftBy: 'egress' });
    expect(await ask(edit(plain(), 'entry.spec.exportTo', ['.', 'istio-system']))).toReach('api.test', { leftBy: 'egress' });
  });

  test('broken: a VirtualService exported to the application\'s namespace alone gives the gateway no route: 404 NR', async () => {
    expect(await ask(edit(inShop, 'gatewayRoute.spec.exportTo', ['.']))).toFail({ status: 404, at: 'egress', flags: 'NR' });
  });

  test('broken: a ServiceEntry exported to the application\'s namespace alone gives the gateway no cluster: 503 NC', async () => {
    expect(await ask(edit(plain(), 'entry.spec.exportTo', ['.']))).toFail({ status: 503, at: 'egress', flags: 'NC' });
  });
});

describeMesh('R4: a VirtualService binds to a server that has its host', () => {
  test.each([['the host', 'api.test'], ['a wildcard', '*.test'], ['any host', '*'], ['the host in its own namespace', './api.test']])('a server for %s takes the route', async (_, host) => {
    expect(await ask(edit(plain(), 'gateway.spec.servers.0.hosts', [host]))).toReach('api.test', { leftBy: 'egress' });
  });

  test.each([['another host', 'other.test'], ['the host in another namespace', 'shop/api.test']])('broken: a server for %s does not: 404 NR at the gateway', async (_, host) => {
    expect(await ask(edit(plain(), 'gateway.spec.servers.0.hosts', [host]))).toFail({ status: 404, at: 'egress', flags: 'NR' });
  });
});

describeMesh('R5: `sourceLabels` and `sourceNamespace` count only in a match without `gateways`', () => {
  const teapot = { directResponse: { status: 418 } };
  const from = (source: object) => edit(plain(), 'meshRoute.spec.http', [{ match: [{ port: 80, ...source }], route: to(GATEWAY_SERVICE, 80) }, teapot]);

  const sources = [
    ['sourceLabels', { sourceLabels: { app: 'other' } }, { sourceLabels: { app: 'app' } }],
    ['sourceNamespace', { sourceNamespace: 'other' }, { sourceNamespace: 'shop' }],
  ] as const;

  test.each(sources)('`%s` of this caller let it pass, those of another keep it out', async (_, others, own) => {
    expect(await ask(from(own))).toReach('api.test', { leftBy: 'egress' });
    expect(await ask(from(others))).toFail({ status: 418 });
  });

  test.each(sources)('broken: beside `gateways`, `%s` of another caller are ignored, and everyone passes', async (_, others) => {
    expect(await ask(edit(from(others), 'meshRoute.spec.http.0.match.0.gateways', ['mesh']))).toReach('api.test', { leftBy: 'egress' });
  });
});

describeMesh('R6: a VirtualService decides about every request for its host', () => {
  const narrow = edit(plain(), 'meshRoute.spec.http.0.match.0.uri', { prefix: '/get' });

  test('requests that a rule matches leave through the gateway', async () => {
    expect(await ask(narrow)).toReach('api.test', { leftBy: 'egress' });
    expect(await ask(plain(), 'http://api.test/other')).toReach('api.test', { leftBy: 'egress' });
  });

  test('broken: a request that no rule matches gets 404 NR from the sidecar', async () => {
    expect(await ask(narrow, 'http://api.test/other')).toFail({ status: 404, at: 'app', flags: 'NR' });
  });
});

describeMesh('R7: to a sidecar a host has one VirtualService', () => {
  const path = (prefix: string, match: object = { port: 80 }) => ({ ...match, uri: { prefix } });
  const rule = (prefix: string, destination: string) => ({ match: [path(prefix)], route: to(destination, 80) });
  const split = (from: string, namespace: string, gateways: string[], destination: string) => ({
    [from]: route(namespace, `${from}-a`, { hosts: ['api.test'], gateways, http: [rule('/a', destination)] }),
    [`${from}Two`]: route(namespace, `${from}-b`, { hosts: ['api.test'], gateways, http: [rule('/b', destination)] }),
  });
  const together = edit(plain(), 'meshRoute.spec.http', [rule('/a', GATEWAY_SERVICE), rule('/b', GATEWAY_SERVICE)]);

  test('two rules in one object: both paths pass', async () => {
    expect(await ask(together, 'http://api.test/a')).toReach('api.test', { leftBy: 'egress' });
    expect(await ask(together, 'http://api.test/b')).toReach('api.test', { leftBy: 'egress' });
  });

  test('broken: two objects with a rule each: only the first counts, and the other path gets 404 NR', async () => {
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

  test('a gateway merges the objects of a host', async () => {
    const apart = { ...plain(), ...split('gatewayRoute', 'istio-system', ['istio-system/egress'], 'api.test') };
    expect(await ask(apart, 'http://api.test/a')).toReach('api.test', { leftBy: 'egress' });
    expect(await ask(apart, 'http://api.test/b')).toReach('api.test', { leftBy: 'egress' });
  });

  test('broken: to a gateway the older object comes first: its broad prefix shadows the narrow one of the newer object', async () => {
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

describeMesh('R8: a sidecar routes to hosts that it knows, and to any host by HTTP on port 80', () => {
  const hidden = (recipe: Recipe) => edit(recipe, 'entry.spec.exportTo', ['istio-system']);
  const on8080 = (() => {
    const recipe = { ...plain(), entry: serviceEntry('api.test', [{ number: 8080, name: 'http', protocol: 'HTTP' }]) };
    return edit(edit(recipe, 'meshRoute.spec.http.0.match.0.port', 8080), 'gatewayRoute.spec.http.0.route', to('api.test', 8080));
  })();

  test('HTTP on port 80 needs no ServiceEntry', async () => {
    expect(await ask(hidden(plain()))).toReach('api.test', { leftBy: 'egress' });
  });

  const http = { externals: [external('api.test', { http: 8080 })] };
  const https = { externals: [external('api.test', { https: 443 })] };

  test('HTTP on another port and TLS leave through the gateway where the caller sees the ServiceEntry', async () => {
    expect(await ask(on8080, 'http://api.test:8080/get', http)).toReach('api.test', { leftBy: 'egress' });
    expect(await ask(passthrough(), 'https://api.test/get', https)).toReach('api.test', { leftBy: 'egress' });
  });

  test('broken: where the caller does not see it, the route has no effect: HTTP leaves without the gateway', async () => {
    expect(await ask(hidden(on8080), 'http://api.test:8080/get', http)).toReach('api.test', { leftBy: 'app' });
  });

  test('broken: TLS leaves without the gateway as well', async () => {
    expect(await ask(hidden(passthrough()), 'https://api.test/get', https)).toReach('api.test', { leftBy: 'app' });
  });

  test('broken: the listener that a Service of the cluster opens on that port does not help', async () => {
    const crowd = { externals: [external('api.test', { http: 8080 })], workloads: [...workloads, service('books', { namespace: 'shop', http: 8080 })] };
    expect(await ask(hidden(on8080), 'http://api.test:8080/get', crowd)).toReach('api.test', { leftBy: 'app' });
  });
});

describeMesh('R9: the gateway has an address for the host', () => {
  test('`resolution: DNS` finds one', async () => {
    expect(await ask(plain())).toReach('api.test', { leftBy: 'egress' });
  });

  test('broken: `resolution: NONE` leaves the gateway without an endpoint: 503 UH', async () => {
    expect(await ask(edit(plain(), 'entry.spec.resolution', 'NONE'))).toFail({ status: 503, at: 'egress', flags: 'UH' });
  });
});
