import { describeMesh, egressGateway, external, External, get, runMesh, say, Scenario, sidecar } from './mesh';
import {
  edit, GATEWAY_SERVICE, gateway, HTTP_PORT, originate, passthrough, plain, Recipe, security, tcp, TLS_PORT, to, wrappingServer,
} from './recipes';

const workloads = [sidecar('app', { namespace: 'shop' }), egressGateway()];
const externals = [external('api.test', { http: 80, https: 443 }), external('db.test', { tcp: 5432 })];

async function ask(recipe: Recipe, url = 'http://api.test/get', more: Partial<Scenario> = {}) {
  const { answers: [answer] } = await runMesh({ manifests: Object.values(recipe), workloads, externals, ...more, steps: [get(url, { from: 'app' })] });
  return answer;
}

describeMesh('R10: plaintext leg 1 carries no identity', () => {
  const callers = security('AuthorizationPolicy', 'istio-system', 'callers', {
    selector: { matchLabels: { istio: 'egressgateway' } },
    rules: [{ from: [{ source: { principals: ['cluster.local/ns/shop/sa/app'] } }] }],
  });
  const strict = security('PeerAuthentication', 'istio-system', 'default', { mtls: { mode: 'STRICT' } });

  test('over mTLS a policy at the gateway knows the caller', async () => {
    expect(await ask({ ...originate(), callers })).toReach('api.test', { leftBy: 'egress' });
  });

  test('broken: in plaintext it does not, and an allowed caller gets 403', async () => {
    expect(await ask({ ...plain(), callers })).toFail({ status: 403, at: 'egress', details: /rbac_access_denied/ });
  });

  test('a mesh with STRICT mTLS does not refuse it', async () => {
    expect(await ask({ ...plain(), strict })).toReach('api.test', { leftBy: 'egress' });
  });
});

describeMesh('R11: the SNI of leg 1 is one of the server\'s hosts', () => {
  const withoutSni = edit(originate(), 'legOne.spec.subsets.0.trafficPolicy.tls.sni', undefined);

  test('with that name the request comes to the server', async () => {
    expect(await ask(originate())).toReach('api.test', { leftBy: 'egress', sni: 'api.test' });
  });

  test('broken: without `sni` no filter chain matches: the connection is reset', async () => {
    expect(await ask(withoutSni)).toFail({ status: 503, at: 'app', flags: 'URX,UF', details: /connection_termination|TLS_error/ });
  });

  test('a server for any host needs none', async () => {
    expect(await ask(edit(withoutSni, 'gateway.spec.servers.0.hosts', ['*']))).toReach('api.test', { leftBy: 'egress' });
  });
});

describeMesh('R12: the protocol of a server decides which kind of route it takes', () => {
  /** The gateway's leg with routes of another kind. */
  const routed = <R extends Recipe>(recipe: R, kind: 'http' | 'tls' | 'tcp', routes: object[]) =>
    ['http', 'tls', 'tcp'].reduce((changed, other) => edit(changed, `gatewayRoute.spec.${other}`, other === kind ? routes : undefined), recipe);
  const send = async (recipe: Recipe) => {
    const { answers: [answer] } = await runMesh({ manifests: Object.values(recipe), workloads, externals, steps: [say('tcp://db.test:5432', { from: 'app' })] });
    return answer;
  };
  const sni = '5432.db.test.internal';

  test('ISTIO_MUTUAL with protocol TLS takes `tcp` routes', async () => {
    expect(await send(tcp())).toReach('db.test', { leftBy: 'egress', protocol: 'TCP' });
  });

  test('broken: with protocol TLS it ignores `tls` routes: the connection is reset', async () => {
    const wrong = routed(tcp(), 'tls', [{ match: [{ port: 443, sniHosts: [sni] }], route: to('db.test', 5432) }]);
    expect(await send(wrong)).toFail({ at: 'app', error: /reset|EOF/ });
  });

  test('ISTIO_MUTUAL with protocol HTTPS takes `http` routes', async () => {
    expect(await ask(originate())).toReach('api.test', { leftBy: 'egress' });
  });

  test('broken: with protocol HTTPS it ignores `tcp` routes: 404 NR', async () => {
    const wrong = routed(originate(), 'tcp', [{ match: [{ port: 443 }], route: to('api.test', 80) }]);
    expect(await ask(wrong)).toFail({ status: 404, at: 'egress', flags: 'NR' });
  });

  test('PASSTHROUGH takes `tls` routes', async () => {
    expect(await ask(passthrough(), 'https://api.test/get')).toReach('api.test', { leftBy: 'egress', sni: 'api.test' });
  });

  test('broken: PASSTHROUGH ignores `tcp` routes: the connection is closed', async () => {
    const wrong = routed(passthrough(), 'tcp', [{ match: [{ port: 443 }], route: to('api.test', 443) }]);
    expect(await ask(wrong, 'https://api.test/get')).toFail({ at: 'app', error: /EOF|reset/ });
  });
});

describeMesh('R13: a server that terminates TLS for TCP has one destination', () => {
  const queue = external('queue.test', { tcp: 5672 });
  const sni = { db: '5432.db.test.internal', queue: '5672.queue.test.internal' };
  const more = tcp('queue.test', 5672);
  const both = { ...tcp(), entryTwo: more.entry, meshTwo: more.meshRoute, legTwo: more.legOne, gatewayTwo: more.gatewayRoute };
  const sendTo = async (recipe: Recipe, url: string) => {
    const { answers: [answer] } = await runMesh({
      manifests: Object.values(recipe), workloads, externals: [...externals, queue], steps: [say(url, { from: 'app' })],
    });
    return answer;
  };

  test('a server for each of two destinations: both are reached', async () => {
    const right = { ...both, gateway: gateway('egress', wrappingServer('tls-db', sni.db), wrappingServer('tls-queue', sni.queue)) };
    expect(await sendTo(right, 'tcp://db.test:5432')).toReach('db.test', { leftBy: 'egress' });
    expect(await sendTo(right, 'tcp://queue.test:5672')).toReach('queue.test', { leftBy: 'egress' });
  });

  test('broken: one server for both: everything goes to the first', async () => {
    const wrong = { ...both, gateway: gateway('egress', wrappingServer('tls', sni.db, sni.queue)) };
    expect(await sendTo(wrong, 'tcp://db.test:5432')).toReach('db.test', { leftBy: 'egress' });
    expect(await sendTo(wrong, 'tcp://queue.test:5672')).toReach('db.test', { leftBy: 'egress' });
  });
});

describeMesh('R14: servers on one port speak one protocol and have no host in common', () => {
  const web = { ...plain('web.test'), gateway: undefined };
  const webRoutes = { entryWeb: web.entry, meshWeb: web.meshRoute, gatewayWeb: web.gatewayRoute };
  const another = gateway('second', { port: HTTP_PORT, hosts: ['web.test'] });
  const bound = (name: string, recipe: Recipe = webRoutes) => edit(recipe, 'gatewayWeb.spec.gateways', [`istio-system/${name}`]);
  const hosts: External[] = [...externals, external('web.test', { http: 80, https: 443 })];

  test('HTTP servers of two Gateways are both served', async () => {
    const recipe = { ...plain(), ...bound('second'), another };
    expect(await ask(recipe, 'http://web.test/get', { externals: hosts })).toReach('web.test', { leftBy: 'egress' });
    expect(await ask(recipe, 'http://api.test/get', { externals: hosts })).toReach('api.test', { leftBy: 'egress' });
  });

  const clear = {
    ...bound('second'),
    meshWeb: edit({ r: web.meshRoute }, 'r.spec.http.0.route', to(GATEWAY_SERVICE, 443)).r,
    gatewayWeb: edit({ r: bound('second').gatewayWeb }, 'r.spec.http.0.match.0.port', 443).r,
    second: gateway('second', { port: { number: 443, name: 'http', protocol: 'HTTP' }, hosts: ['web.test'] }),
  };
  const mixed = (older: 'gateway' | 'second') => edit({ ...passthrough(), ...clear }, `${older}.metadata.creationTimestamp`, '2020-01-01T00:00:00Z');

  test('broken: a TLS server that is younger than one for HTTP is skipped', async () => {
    expect(await ask(mixed('second'), 'http://web.test/get', { externals: hosts })).toReach('web.test', { leftBy: 'egress' });
    expect(await ask(mixed('second'), 'https://api.test/get', { externals: hosts })).toFail({ at: 'egress', error: /does not look like a TLS handshake/ });
  });

  test('an HTTP server that is younger than one for TLS is served as well', async () => {
    expect(await ask(mixed('gateway'), 'http://web.test/get', { externals: hosts })).toReach('web.test', { leftBy: 'egress' });
    expect(await ask(mixed('gateway'), 'https://api.test/get', { externals: hosts })).toReach('api.test', { leftBy: 'egress' });
  });

  test('broken: an HTTP server that is younger than one for TCP is skipped: 503', async () => {
    const raw = gateway('second', { port: { number: 80, name: 'tcp', protocol: 'TCP' }, hosts: ['other.test'] });
    expect(await ask({ ...plain(), second: raw })).toReach('api.test', { leftBy: 'egress' });
    expect(await ask(edit({ ...plain(), second: raw }, 'second.metadata.creationTimestamp', '2020-01-01T00:00:00Z'))).toFail({ status: 503, at: 'app' });
  });

  test('broken: of two TLS servers with a host in common the younger is skipped, with all its hosts', async () => {
    const pass = (host: string) => passthrough(host);
    const apart = (names: string[]) => ({
      ...pass('api.test'),
      entryWeb: pass('web.test').entry,
      meshWeb: pass('web.test').meshRoute,
      gatewayWeb: edit(pass('web.test'), 'gatewayRoute.spec.gateways', ['istio-system/second']).gatewayRoute,
      second: gateway('second', { port: TLS_PORT, hosts: names, tls: { mode: 'PASSTHROUGH' } }),
    });
    expect(await ask(apart(['web.test']), 'https://web.test/get', { externals: hosts })).toReach('web.test', { leftBy: 'egress' });
    expect(await ask(apart(['web.test', 'api.test']), 'https://web.test/get', { externals: hosts })).toFail({ at: 'app', error: /EOF|reset/ });
  });
});

describeMesh('R15: a server that terminates TLS names its hosts without a namespace', () => {
  const tenant = (recipe: { gateway: object; gatewayRoute: object }, namespace: string, host: string): Recipe => {
    const own = edit(edit(recipe, 'gateway.metadata.name', `egress-${namespace}`), 'gatewayRoute.metadata.namespace', namespace);
    const { gateway: server, gatewayRoute } = edit(edit(own, 'gateway.spec.servers.0.hosts', [host]), 'gatewayRoute.spec.gateways', [`istio-system/egress-${namespace}`]);
    return { [`gateway-${namespace}`]: server, [`route-${namespace}`]: gatewayRoute };
  };
  const tenants = (recipe: { gateway: object; gatewayRoute: object } & Recipe, hosts: Record<string, string>): Recipe => {
    const { gateway: _, gatewayRoute: __, ...rest } = recipe;
    return Object.entries(hosts).reduce((all, [namespace, host]) => ({ ...all, ...tenant(recipe, namespace, host) }), rest);
  };
  const qualified = { shop: 'shop/api.test', other: 'other/api.test' };

  test('broken: one host for two namespaces makes two filter chains of one SNI: Envoy refuses the listener', async () => {
    const { answers: [answer], troubles } = await runMesh({
      manifests: Object.values(tenants(originate(), qualified)), workloads, externals, steps: [get('http://api.test/get', { from: 'app' })], troubled: true,
    });
    expect(troubles.join('\n')).toMatch(/proxy egress rejected 0\.0\.0\.0_443: .*same matching rules/);
    expect(answer).toFail({ at: 'app', status: 503 });
  });

  test('of two servers for one such host the second is skipped, and the listener stands', async () => {
    expect(await ask(tenants(originate(), { shop: 'api.test', other: 'api.test' }))).toReach('api.test', { leftBy: 'egress' });
  });

  test('PASSTHROUGH servers may name a namespace: their filter chains come from the routes', async () => {
    expect(await ask(tenants(passthrough(), qualified), 'https://api.test/get')).toReach('api.test', { leftBy: 'egress' });
  });
});
