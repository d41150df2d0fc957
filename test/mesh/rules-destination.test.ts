import { describeMesh, egressGateway, external, get, Outcome, runMesh, Scenario, sidecar } from './mesh';
import { edit, GATEWAY_SERVICE, gateway, HTTP_PORT, istio, legOne, originate, Recipe, serviceEntry, to } from './recipes';

const workloads = [sidecar('app', { namespace: 'shop' }), egressGateway()];
const externals = [external('api.test', { http: 80, https: 443 })];

function run(recipe: Recipe, url = 'http://api.test/get', more: Partial<Scenario> = {}): Promise<Outcome> {
  return runMesh({ manifests: Object.values(recipe), workloads, externals, ...more, steps: [get(url, { from: 'app' })] });
}

async function ask(...args: Parameters<typeof run>) {
  return (await run(...args)).answers[0];
}

describeMesh('R16: a proxy takes the DestinationRules of a host from one namespace', () => {
  const own = istio('DestinationRule', 'shop', 'own', { host: GATEWAY_SERVICE, trafficPolicy: { connectionPool: { tcp: { maxConnections: 10 } } } });

  test('the rule beside the gateway\'s Service gives callers its subsets, and one in a third namespace changes nothing', async () => {
    expect(await ask(originate())).toReach('api.test', { leftBy: 'egress' });
    expect(await ask({ ...originate(), own: edit({ own }, 'own.metadata.namespace', 'other').own })).toReach('api.test', { leftBy: 'egress' });
  });

  test('broken: a rule in the caller\'s own namespace hides these subsets: 503 NC', async () => {
    expect(await ask({ ...originate(), own })).toFail({ status: 503, at: 'app', flags: 'NC' });
  });
});

describeMesh('R17: DestinationRules for one host in one namespace are merged', () => {
  const second = legOne('web', 'web.test', 'web');
  const recipe = (subset: string, more: Recipe) => ({
    ...originate(),
    gateway: gateway('egress', { port: { number: 443, name: 'https', protocol: 'HTTPS' }, hosts: ['api.test', 'web.test'], tls: { mode: 'ISTIO_MUTUAL' } }),
    entryWeb: serviceEntry('web.test', [HTTP_PORT]),
    meshWeb: edit({ r: originate('web.test').meshRoute }, 'r.spec.http.0.route', to(GATEWAY_SERVICE, 443, subset)).r,
    gatewayWeb: originate('web.test').gatewayRoute,
    ...more,
  });
  const web = { externals: [...externals, external('web.test', { http: 80 })] };

  test('subsets of different names are all kept', async () => {
    const right = recipe('web', { second });
    expect(await ask(right, 'http://web.test/get', web)).toReach('web.test', { leftBy: 'egress' });
    expect(await ask(right, 'http://api.test/get', web)).toReach('api.test', { leftBy: 'egress' });
  });

  test('broken: of two subsets with one name the first is kept: the other host travels under its SNI', async () => {
    const wrong = recipe('api-test', { second: edit({ second }, 'second.spec.subsets.0.name', 'api-test').second });
    const answer = await ask(wrong, 'http://web.test/get', web);
    expect(answer.hops.find(({ proxy }) => proxy === 'egress')?.line.requested_server_name).toBe('api.test');
  });

  test('broken: of two traffic policies the first is kept: with the wrong SNI in it, 503', async () => {
    const top = (name: string, sni: string) => istio('DestinationRule', 'istio-system', name, {
      host: GATEWAY_SERVICE, trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL', sni } },
    });
    const { legOne: _, ...rest } = edit(originate(), 'meshRoute.spec.http.0.route', to(GATEWAY_SERVICE, 443));
    expect(await ask({ ...rest, first: top('a', 'api.test'), second: top('b', 'web.test') })).toReach('api.test', { leftBy: 'egress' });
    expect(await ask({ ...rest, first: top('a', 'web.test'), second: top('b', 'api.test') })).toFail({ status: 503, at: 'app' });
  });
});

describeMesh('R18: a DestinationRule with a `workloadSelector` is for workloads of its own namespace', () => {
  /** HTTPS from the sidecar itself, by a rule beside the service. */
  const direct = {
    entry: edit({ e: serviceEntry('api.test', [{ ...HTTP_PORT, targetPort: 443 }]) }, 'e.metadata.namespace', 'hosts').e,
    upstream: istio('DestinationRule', 'hosts', 'api', { host: 'api.test', trafficPolicy: { tls: { mode: 'SIMPLE', caCertificates: 'system' } } }),
  };
  const own = (app: string, namespace = 'shop') => istio('DestinationRule', namespace, 'own', {
    host: 'api.test', workloadSelector: { matchLabels: { app } }, trafficPolicy: { tls: { mode: 'SIMPLE', caCertificates: 'system', sni: 'own.test' } },
  });

  test('it takes the place of the service\'s rule for the workloads that it selects', async () => {
    expect(await ask(direct)).toReach('api.test', { leftBy: 'app', sni: 'api.test' });
    expect(await ask({ ...direct, own: own('app') })).toReach('api.test', { leftBy: 'app', sni: 'own.test' });
  });

  test('broken: it hides the service\'s rule from the others in its namespace: clear text comes to the TLS port', async () => {
    expect(await ask({ ...direct, own: own('other') })).toFail({ status: 400, at: 'app' });
  });

  test('beside the service it changes nothing for workloads of other namespaces', async () => {
    expect(await ask({ ...direct, own: own('app', 'hosts') })).toReach('api.test', { sni: 'api.test' });
  });
});

describeMesh('R19: a sidecar honours `credentialName` only beside a `workloadSelector`', () => {
  const secret = (namespace: string) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'client', namespace },
    data: { 'tls.crt': '${cert:client:shop.test}', 'tls.key': '${key:client:shop.test}', 'ca.crt': '${ca:public}' },
  });
  const mutual = {
    externals: [external('api.test', { https: 443 }, { clientAuth: true })], fixtures: [secret('shop'), secret('istio-system')],
  };
  const direct = {
    entry: serviceEntry('api.test', [{ ...HTTP_PORT, targetPort: 443 }]),
    upstream: istio('DestinationRule', 'shop', 'api', {
      host: 'api.test', workloadSelector: { matchLabels: { app: 'app' } }, trafficPolicy: { tls: { mode: 'MUTUAL', credentialName: 'client' } },
    }),
  };

  test('with one, it shows the client certificate', async () => {
    expect(await ask(direct, undefined, mutual)).toReach('api.test', { leftBy: 'app', clientSAN: 'shop.test' });
  });

  test('broken: without one, it ignores all TLS settings: clear text comes to the TLS port', async () => {
    expect(await ask(edit(direct, 'upstream.spec.workloadSelector', undefined), undefined, mutual)).toFail({ status: 400, at: 'app' });
  });

  test('the name of a ConfigMap needs none', async () => {
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'roots', namespace: 'shop' }, data: { 'ca.crt': '${pem:private}' } };
    const simple = edit(edit(direct, 'upstream.spec.workloadSelector', undefined), 'upstream.spec.trafficPolicy.tls', {
      mode: 'SIMPLE', credentialName: 'configmap://shop/roots',
    });
    const answer = await ask(simple, undefined, { externals: [external('api.test', { https: 443 }, { certCA: 'private' })], fixtures: [map] });
    expect(answer).toReach('api.test', { leftBy: 'app', sni: 'api.test' });
  });

  test('a gateway honours it either way', async () => {
    const credential = edit(originate(), 'upstream.spec.trafficPolicy.portLevelSettings.0.tls', { mode: 'MUTUAL', credentialName: 'client' });
    expect(await ask(credential, undefined, mutual)).toReach('api.test', { leftBy: 'egress', clientSAN: 'shop.test' });
    expect(await ask(edit(credential, 'upstream.spec.workloadSelector', undefined), undefined, mutual)).toReach('api.test', { leftBy: 'egress', clientSAN: 'shop.test' });
  });
});

describeMesh('R20: the host\'s certificate is verified for its name, unless `sni` stands alone', () => {
  const wrongName = { externals: [external('api.test', { https: 443 }, { certHost: 'evil.test' })] };
  const unknownCA = { externals: [external('api.test', { https: 443 }, { certCA: 'private' })] };
  const tls = (settings: object) => edit(originate(), 'upstream.spec.trafficPolicy.portLevelSettings.0.tls', { mode: 'SIMPLE', ...settings });

  test.each([
    ['no settings', {}],
    ['the system\'s authorities', { caCertificates: 'system' }],
    ['the name in both fields', { sni: 'api.test', subjectAltNames: ['api.test'] }],
    ['the name in `subjectAltNames`', { subjectAltNames: ['api.test'] }],
  ])('%s: its own certificate is accepted; another name and an unknown authority are refused', async (_, settings) => {
    expect(await ask(tls(settings))).toReach('api.test', { leftBy: 'egress', sni: 'api.test' });
    expect(await ask(tls(settings), undefined, wrongName)).toFail({ status: 503, at: 'egress', flags: 'URX,UF', details: /CERTIFICATE_VERIFY_FAILED/ });
    expect(await ask(tls(settings), undefined, unknownCA)).toFail({ status: 503, at: 'egress', flags: 'URX,UF', details: /CERTIFICATE_VERIFY_FAILED/ });
  });

  test('broken: `sni` alone: a certificate for another name is accepted', async () => {
    expect(await ask(tls({ sni: 'api.test' }), undefined, wrongName)).toReach('api.test', { leftBy: 'egress', sni: 'api.test' });
    expect(await ask(tls({ sni: 'api.test' }), undefined, unknownCA)).toFail({ status: 503, at: 'egress', flags: 'URX,UF' });
  });
});

describeMesh('R20: the host\'s certificate is verified for its name, unless `sni` stands alone', () => {
  const wrongName = { externals: [external('api.test', { https: 443 }, { certHost: 'evil.test' })] };
  const recipe = (names: string[]) => edit(
    edit(originate(), 'upstream.spec.trafficPolicy.portLevelSettings.0.tls', { mode: 'SIMPLE', sni: 'api.test' }), 'entry.spec.subjectAltNames', names,
  );

  test('`subjectAltNames` of the ServiceEntry are verified where the DestinationRule has none', async () => {
    expect(await ask(recipe(['evil.test']), undefined, wrongName)).toReach('api.test', { leftBy: 'egress' });
    expect(await ask(recipe(['api.test']), undefined, wrongName)).toFail({ status: 503, at: 'egress', details: /CERTIFICATE_VERIFY_FAILED/ });
  });
});

describeMesh('R21: a Secret is in the namespace of the proxy that uses it', () => {
  const secret = (namespace: string, data: object) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'roots', namespace }, data });
  const privateServer = { externals: [external('api.test', { https: 443 }, { certCA: 'private' })] };
  const recipe = edit(originate(), 'upstream.spec.trafficPolicy.portLevelSettings.0.tls', { mode: 'SIMPLE', credentialName: 'roots' });

  test.each(['ca.crt', 'cacert'])('a Secret with `%s` alone is enough for SIMPLE', async (key) => {
    const fixtures = [secret('istio-system', { [key]: '${ca:private}' })];
    expect(await ask(recipe, undefined, { ...privateServer, fixtures })).toReach('api.test', { leftBy: 'egress' });
  });

  test('broken: in the application\'s namespace it is not found: the gateway is ready 15 s late, and this host alone gets 503', async () => {
    const fixtures = [secret('shop', { 'ca.crt': '${ca:private}' })];
    const { answers: [answer], seconds } = await run(recipe, undefined, { ...privateServer, fixtures, readyS: 25, troubled: true });
    expect(answer).toFail({ status: 503, at: 'egress', details: /Secret is not supplied by SDS/ });
    expect(seconds).toBeGreaterThan(14);
  });
});

describeMesh('R22: `portLevelSettings` replace the whole policy of the destination for their port', () => {
  const wide = edit(originate(), 'upstream.spec.trafficPolicy', { tls: { mode: 'SIMPLE', caCertificates: 'system' } });

  test('without them the port has the TLS of the destination', async () => {
    expect(await ask(wide)).toReach('api.test', { leftBy: 'egress', sni: 'api.test' });
  });

  test('broken: a connection pool for the port removes its TLS: clear text comes to the TLS port', async () => {
    const pool = [{ port: { number: 80 }, connectionPool: { tcp: { maxConnections: 10 } } }];
    expect(await ask(edit(wide, 'upstream.spec.trafficPolicy.portLevelSettings', pool))).toFail({ status: 400, at: 'egress' });
  });
});
