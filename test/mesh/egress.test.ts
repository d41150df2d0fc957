import { App, Chart, Duration, JsonPatch } from 'cdk8s';
import { describeMesh, external, get, runMesh, say, sidecar } from './mesh';
import { declare, Declared, part, run, workloads } from './world';
import {
  AppTls, Caller, CaSource, ClientCertificate, Endpoint, ExternalPort, ExternalService, ExternalServiceProps, LegOne, PathMatch, Resolution,
  RouteAction, UpstreamTls, VirtualServiceLayout, UndeclaredTraffic,
} from '../../src';
import { MESH_HEADERS } from '../../src/private/model/mesh-headers';

const plainApi = [external('api.test', { http: 80 })];
/** The lab's address of the first external host. */
const FIRST_ADDRESS = '198.19.1.10';
const secureApi = [external('api.test', { https: 443 })];
const fromApp = { from: 'app' };

describeMesh('egress: modes', () => {
  describe('HTTP', () => {
    test('leaves through the gateway, without headers of the mesh', async () => {
      const { answers: [answer] } = await run(declare({}), plainApi, [get('http://api.test/get', fromApp)]);
      expect(answer).toReach('api.test', { leftBy: 'egress', host: 'api.test', path: '/get', without: MESH_HEADERS });
    });

    test('broken: without its namespace in the gateway name, leg 2 is not bound', async () => {
      const broken = declare({});
      broken.route.gatewayVirtualService.addJsonPatch(JsonPatch.replace('/spec/gateways/0', 'other/egress'));
      const { answers: [answer] } = await run(broken, plainApi, [get('http://api.test/get', fromApp)]);
      expect(answer).toFail({ status: 404, at: 'egress', flags: 'NR' });
    });

    /** The gateway's namespace is also the root namespace of the mesh. */
    const fromNeighbours = () => ({
      ...declare({ ports: [ExternalPort.httpToHttps()] }, { callers: [Caller.namespace('istio-system'), Caller.namespace('shop')] }),
      step: get('http://api.test/get', { from: 'neighbour' }),
      more: { workloads: [...workloads, sidecar('neighbour', { namespace: 'istio-system' })] },
    });

    test('leaves from workloads beside the gateway, in the root namespace', async () => {
      const { step, more, ...declared } = fromNeighbours();
      const { answers: [answer, other] } = await run(declared, secureApi, [step, get('http://api.test/get', fromApp)], more);
      expect(answer).toReach('api.test', { leftBy: 'egress', without: MESH_HEADERS });
      expect(other).toReach('api.test', { leftBy: 'egress' });
    });

    test('broken: in the root namespace, nobody finds a rule for `.` and others', async () => {
      const { step, more, ...declared } = fromNeighbours();
      declared.gateway.legOneDestinationRule!.addJsonPatch(JsonPatch.replace('/spec/exportTo', ['.', 'shop']));
      const { answers: [answer] } = await run(declared, secureApi, [step], more);
      expect(answer).toFail({ status: 503, at: 'neighbour', flags: 'UC' });
    });

    test('keeps the headers that it is told to keep', async () => {
      const { answers: [answer] } = await run(declare({}, { keepHeaders: ['x-request-id'] }), plainApi, [get('http://api.test/get', fromApp)]);
      expect(answer).toReach('api.test', { headers: { 'x-request-id': /./ }, without: MESH_HEADERS.filter(h => h !== 'x-request-id') });
    });

    test('leaves to a port that is set', async () => {
      const declared = declare({ ports: [ExternalPort.http({ number: 8080, targetPort: 9000 })] });
      const { answers: [answer] } = await run(declared, [external('api.test', { http: 9000 })], [get('http://api.test:8080/get', fromApp)]);
      expect(answer).toReach('api.test', { leftBy: 'egress', port: 9000 });
    });
  });

  describe('HTTPS origination', () => {
    const declared = () => declare({ ports: [ExternalPort.httpToHttps()] });

    test('leaves as TLS with the name of the host', async () => {
      const { answers: [answer] } = await run(declared(), secureApi, [get('http://api.test/get', fromApp)]);
      expect(answer).toReach('api.test', { leftBy: 'egress', sni: 'api.test', without: MESH_HEADERS });
    });

    test('refuses a certificate for another name', async () => {
      const { answers: [answer] } = await run(declared(), [external('api.test', { https: 443 }, { certHost: 'other.test' })], [get('http://api.test/get', fromApp)]);
      expect(answer).toFail({ status: 503, at: 'egress', details: /verify_SAN_list/ });
    });

    test('refuses a certificate from an unknown authority', async () => {
      const { answers: [answer] } = await run(declared(), [external('api.test', { https: 443 }, { certCA: 'private' })], [get('http://api.test/get', fromApp)]);
      expect(answer).toFail({ status: 503, at: 'egress', details: /CERTIFICATE_VERIFY_FAILED/ });
    });

    test('skips verification only if it is told to', async () => {
      const insecure = declare({ ports: [ExternalPort.httpToHttps({ tls: UpstreamTls.insecure('a test host without a certificate') })] });
      const { answers: [answer] } = await run(insecure, [external('api.test', { https: 443 }, { certCA: 'private' })], [get('http://api.test/get', fromApp)]);
      expect(answer).toReach('api.test', { leftBy: 'egress' });
    });

    test('requests the server name that is set', async () => {
      const other = declare({ ports: [ExternalPort.httpToHttps({ tls: UpstreamTls.simple({ sni: 'other.test' }) })] });
      const { answers: [answer] } = await run(other, [external('api.test', { https: 443 }, { certHost: 'other.test' })], [get('http://api.test/get', fromApp)]);
      expect(answer).toReach('api.test', { leftBy: 'egress', sni: 'other.test' });
    });

    test('trusts the certificate authority in a Secret', async () => {
      const privately = declare({ ports: [ExternalPort.httpToHttps({ tls: UpstreamTls.simple({ ca: CaSource.secret('api-ca') }) })] });
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'api-ca', namespace: 'istio-system' }, data: { 'ca.crt': '${ca:private}' } };
      const { answers: [answer] } = await run(privately, [external('api.test', { https: 443 }, { certCA: 'private' })], [get('http://api.test/get', fromApp)], { fixtures: [secret] });
      expect(answer).toReach('api.test', { leftBy: 'egress', sni: 'api.test' });
    });

    test('broken: with a rule for the target port, clear text goes to the TLS port', async () => {
      const broken = declared();
      part(broken, 'DestinationRule').addJsonPatch(JsonPatch.replace('/spec/trafficPolicy/portLevelSettings/0/port/number', 443));
      const { answers: [answer] } = await run(broken, secureApi, [get('http://api.test/get', fromApp)]);
      expect(answer.status).toBe(400);
      expect(answer.server).toBeUndefined();
    });
  });

  describe('HTTPS origination with a client certificate', () => {
    const tls = UpstreamTls.mutual({ clientCertificate: ClientCertificate.secret('api-client', { namespace: 'istio-system' }) });
    const declared = () => declare({ ports: [ExternalPort.httpToHttps({ tls })] });
    const api = [external('api.test', { https: 443 }, { clientAuth: true })];
    const secret = (namespace: string) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'api-client', namespace },
      data: { 'tls.crt': '${cert:client:shop.example}', 'tls.key': '${key:client:shop.example}', 'ca.crt': '${ca:public}' },
    });

    test('presents the certificate from a Secret in the gateway\'s namespace', async () => {
      const { answers: [answer] } = await run(declared(), api, [get('http://api.test/get', fromApp)], { fixtures: [secret('istio-system')] });
      expect(answer).toReach('api.test', { leftBy: 'egress', sni: 'api.test', clientSAN: 'shop.example' });
    });

    test('presents the certificate from files', async () => {
      const files = UpstreamTls.mutual({ clientCertificate: ClientCertificate.files({ certificate: '/etc/client/tls.crt', privateKey: '/etc/client/tls.key' }) });
      const { answers: [answer] } = await run(declare({ ports: [ExternalPort.httpToHttps({ tls: files })] }), api, [get('http://api.test/get', fromApp)]);
      expect(answer).toReach('api.test', { leftBy: 'egress', clientSAN: 'client.shop.test' });
    });

    test('broken: a Secret in the application\'s namespace is not found', async () => {
      const options = { fixtures: [secret('shop')], troubled: true, readyS: 2 };
      const { answers: [answer] } = await run(declared(), api, [get('http://api.test/get', fromApp)], options);
      expect(answer).toFail({ status: 503 });
    });
  });

  describe('wrapped TLS', () => {
    const declared = (callers?: Caller[]) => declare({ ports: [ExternalPort.https()] }, { callers });

    test('leaves as the application\'s own TLS', async () => {
      const { answers: [answer] } = await run(declared(), secureApi, [get('https://api.test/get', fromApp)]);
      expect(answer).toReach('api.test', { leftBy: 'egress', sni: 'api.test' });
    });

    test('works beside HTTP to the same host', async () => {
      const both = declare({ ports: [ExternalPort.httpToHttps(), ExternalPort.https()] });
      const { answers: [tls, http] } = await run(both, secureApi, [get('https://api.test/get', fromApp), get('http://api.test/get', fromApp)]);
      expect(tls).toReach('api.test', { leftBy: 'egress' });
      expect(http).toReach('api.test', { leftBy: 'egress', without: MESH_HEADERS });
    });

    test('broken: with another SNI, leg 1 reaches no server', async () => {
      const broken = declared();
      part(broken, 'DestinationRule', 'leg').addJsonPatch(JsonPatch.replace('/spec/trafficPolicy/tls/sni', 'another.internal'));
      const { answers: [answer] } = await run(broken, secureApi, [get('https://api.test/get', fromApp)]);
      // the shared server takes what has no server of its own, and speaks HTTP
      expect(answer).toFail({ at: 'egress', flags: 'DPE' });
    });

    test('broken: a `tls` route does not match what the gateway has decrypted', async () => {
      const broken = declared();
      broken.route.gatewayVirtualService.addJsonPatch(
        JsonPatch.move('/spec/tcp', '/spec/tls'),
        JsonPatch.add('/spec/tls/0/match/0/sniHosts', ['api.test-443.egress.istio-system.mesh.internal']),
      );
      const { answers: [answer] } = await run(broken, secureApi, [get('https://api.test/get', fromApp)], { troubled: true });
      expect(answer).toFail({ at: 'egress', flags: 'DPE' });
    });
  });

  describe('TLS passthrough', () => {
    const declared = () => declare({ ports: [ExternalPort.https()] }, { appTls: AppTls.PASSTHROUGH });

    test('leaves unchanged, as the application\'s own TLS', async () => {
      const { answers: [answer] } = await run(declared(), secureApi, [get('https://api.test/get', fromApp)]);
      expect(answer).toReach('api.test', { leftBy: 'egress', sni: 'api.test' });
    });

    test('broken: with a server for another host, the application gets the gateway\'s own certificate', async () => {
      const broken = declared();
      part(broken, 'Gateway').addJsonPatch(JsonPatch.replace('/spec/servers/0/hosts/0', 'another.test'));
      const { answers: [answer] } = await run(broken, secureApi, [get('https://api.test/get', fromApp)]);
      expect(answer).toFail({ error: /certificate/ });
    });
  });

  describe('TCP', () => {
    const database = (tls?: UpstreamTls) => declare({ hosts: ['db.test'], addresses: [FIRST_ADDRESS], ports: [ExternalPort.tcp({ number: 5432, tls })] });

    test('leaves through the gateway, byte for byte', async () => {
      const { answers: [answer] } = await run(database(), [external('db.test', { tcp: 5432 })], [say('tcp://db.test:5432', fromApp)]);
      expect(answer).toReach('db.test', { leftBy: 'egress', protocol: 'TCP' });
    });

    test('is wrapped in TLS when it leaves', async () => {
      const { answers: [answer] } = await run(database(UpstreamTls.simple()), [external('db.test', { tls: 5432 })], [say('tcp://db.test:5432', fromApp)]);
      expect(answer).toReach('db.test', { leftBy: 'egress', sni: 'db.test' });
    });

    test('refuses a certificate for another name', async () => {
      const { answers: [answer] } = await run(database(UpstreamTls.simple()), [external('db.test', { tls: 5432 }, { certHost: 'other.test' })], [say('tcp://db.test:5432', fromApp)]);
      expect(answer).toFail({ at: 'egress', flags: 'UF,URX', details: /verify SAN|SAN matcher/ });
    });

    test('broken: with another SNI, leg 1 reaches no server', async () => {
      const broken = database();
      part(broken, 'DestinationRule', 'leg').addJsonPatch(JsonPatch.replace('/spec/trafficPolicy/tls/sni', 'another.internal'));
      const { answers: [answer] } = await run(broken, [external('db.test', { tcp: 5432 })], [say('tcp://db.test:5432', fromApp)]);
      expect(answer).toFail({ at: 'egress', flags: 'DPE' });
    });

    test('broken: with an SNI but no names to verify, any certificate is accepted', async () => {
      const broken = database(UpstreamTls.simple());
      part(broken, 'DestinationRule', 'egress-db-test-tls').addJsonPatch(JsonPatch.remove('/spec/trafficPolicy/portLevelSettings/0/tls/subjectAltNames'));
      const { answers: [answer] } = await run(broken, [external('db.test', { tls: 5432 }, { certHost: 'other.test' })], [say('tcp://db.test:5432', fromApp)]);
      expect(answer).toReach('db.test', { leftBy: 'egress' });
    });
  });

  describe('gRPC', () => {
    test('stays HTTP/2 on both legs', async () => {
      const { answers: [answer] } = await run(declare({ ports: [ExternalPort.grpc()] }), plainApi, [get('http://api.test/shop.Orders/List', { ...fromApp, http2: true })]);
      expect(answer).toReach('api.test', { leftBy: 'egress', protocol: 'HTTP/2.0' });
    });

    test('broken: declared as HTTP, it leaves as HTTP/1.1', async () => {
      const { answers: [answer] } = await run(declare({}), plainApi, [get('http://api.test/shop.Orders/List', { ...fromApp, http2: true })]);
      expect(answer).toReach('api.test', { leftBy: 'egress', protocol: 'HTTP/1.1' });
    });
  });

  describe('plaintext leg 1', () => {
    const declared = (layout?: VirtualServiceLayout) => declare({}, { legOne: LegOne.plaintext('the gateway has no certificate of the mesh'), layout });

    test.each([VirtualServiceLayout.SPLIT, VirtualServiceLayout.SINGLE])('leaves through the gateway, layout %s', async layout => {
      const { answers: [answer] } = await run(declared(layout), plainApi, [get('http://api.test/get', fromApp)]);
      expect(answer).toReach('api.test', { leftBy: 'egress' });
    });

    test('broken: the match names a port other than the server\'s', async () => {
      const broken = declared();
      broken.route.gatewayVirtualService.addJsonPatch(JsonPatch.replace('/spec/http/0/match/0/port', 443));
      const { answers: [answer] } = await run(broken, plainApi, [get('http://api.test/get', fromApp)]);
      expect(answer).toFail({ status: 404, at: 'egress', flags: 'NR' });
    });
  });
});

describeMesh('egress: routes', () => {
  describe('several hosts', () => {
    const hosts = ['api.test', 'auth.test'];
    const servers = hosts.map(host => external(host, { https: 443 }));

    test.each([VirtualServiceLayout.SPLIT, VirtualServiceLayout.SINGLE])('each host has its own routes, layout %s', async layout => {
      const declared = declare({ hosts, ports: [ExternalPort.httpToHttps(), ExternalPort.https()] }, { layout });
      const { answers } = await run(declared, servers, hosts.flatMap(h => [get(`http://${h}/get`, fromApp), get(`https://${h}/get`, fromApp)]));
      hosts.forEach((host, i) => {
        expect(answers[2 * i]).toReach(host, { leftBy: 'egress', sni: host });
        expect(answers[2 * i + 1]).toReach(host, { leftBy: 'egress', sni: host });
      });
    });
  });

  describe('allow and rules', () => {
    const declared = () => declare({}, {
      allow: [{ path: PathMatch.prefix('/get') }, { path: PathMatch.prefix('/delay') }],
      rules: [
        { matches: [{ path: PathMatch.exact('/get/gone') }], action: RouteAction.respond(410, 'gone') },
        { matches: [{ path: PathMatch.prefix('/delay') }], timeout: Duration.millis(200) },
      ],
    });

    test('pass and tune what is allowed, and refuse the rest', async () => {
      const paths = ['/get', '/get/x', '/get/gone', '/getx', '/other', '/delay/2s'];
      const { answers: [root, below, gone, longer, other, slow] } = await run(declared(), plainApi, paths.map(p => get(`http://api.test${p}`, fromApp)));
      expect(root).toReach('api.test', { leftBy: 'egress' });
      expect(below).toReach('api.test', { leftBy: 'egress' });
      expect(gone).toFail({ status: 410 });
      expect(longer).toFail({ status: 403 });
      expect(other).toFail({ status: 403 });
      expect(other.body).toBe('not allowed by the egress route to api.test');
      expect(slow).toFail({ status: 504, at: 'egress', flags: 'UT' });
    });

    test('broken: Istio\'s own prefix also lets longer names pass', async () => {
      const broken = declared();
      broken.route.gatewayVirtualService.addJsonPatch(JsonPatch.replace('/spec/http/2/match/1/uri/prefix', '/get'));
      const { answers: [answer] } = await run(broken, plainApi, [get('http://api.test/getx', fromApp)]);
      expect(answer).toReach('api.test', { leftBy: 'egress' });
    });
  });

  describe('callers', () => {
    const SHARED = 'egress.istio-system.mesh.internal';

    /** What a namespace would write that was not invited: mesh mTLS of its own to the gateway's Service, with the SNI of our leg 1. */
    function intrusion(sni: string, leg: object): object[] {
      const host = 'istio-egressgateway.istio-system.svc.cluster.local';
      return [
        { apiVersion: 'networking.istio.io/v1', kind: 'DestinationRule', metadata: { name: 'in', namespace: 'other' }, spec: { host, trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL', sni } } } },
        {
          apiVersion: 'networking.istio.io/v1',
          kind: 'ServiceEntry',
          metadata: { name: 'in', namespace: 'other' },
          spec: { hosts: ['api.test'], location: 'MESH_EXTERNAL', resolution: 'DNS', exportTo: ['.'], ports: [{ number: 80, name: 'http', protocol: 'HTTP' }, { number: 443, name: 'tls', protocol: 'TLS' }] },
        },
        { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'in', namespace: 'other' }, spec: { hosts: ['api.test'], exportTo: ['.'], ...leg } },
      ];
    }
    const gatewayService = [{ destination: { host: 'istio-egressgateway.istio-system.svc.cluster.local', port: { number: 443 } } }];
    const httpLeg = { http: [{ match: [{ port: 80 }], route: gatewayService }] };
    const tlsLeg = { tls: [{ match: [{ port: 443, sniHosts: ['api.test'] }], route: gatewayService }] };
    const own = `api.test-443.${SHARED}`;
    const ports = [ExternalPort.httpToHttps(), ExternalPort.https()];
    const stranger = { from: 'stranger' };

    test.each([
      ['a namespace', [Caller.namespace('shop')]],
      ['a service account', [Caller.serviceAccount('shop', 'app')]],
      ['both', [Caller.namespace('third'), Caller.serviceAccount('shop', 'app')]],
    ])('%s may pass and a stranger gets 403', async (_, callers) => {
      const { answers: [invited, refused] } = await run(declare({ ports }, { callers }), secureApi,
        [get('http://api.test/get', fromApp), get('http://api.test/get', stranger)], { fixtures: intrusion(SHARED, httpLeg) });
      expect(invited).toReach('api.test', { leftBy: 'egress' });
      expect(refused).toFail({ status: 403, at: 'egress', details: /rbac_access_denied/ });
    });

    test.each([
      ['an SNI that nobody has', 'made.up', 'api.test'],
      ['the host as SNI', 'api.test', 'api.test'],
      ['the SNI of wrapped TLS to another host', `auth.test-443.${SHARED}`, 'api.test'],
      ['the host in capitals', SHARED, 'API.TEST'],
      ['the host with a port', SHARED, 'api.test:443'],
    ])('a stranger finds no way in by %s', async (_, sni, host) => {
      const { answers: [answer] } = await run(declare({ ports }), secureApi, [get('http://api.test/get', { ...stranger, headers: { host } })],
        { fixtures: intrusion(sni, httpLeg) });
      expect(answer).toFail({ status: 403, at: 'egress' });
    });

    test('a stranger gains nothing by forging the header of a caller', async () => {
      const forged = { 'x-forwarded-client-cert': 'By=spiffe://x;Hash=1;Subject="";URI=spiffe://cluster.local/ns/shop/sa/app' };
      const { answers: [answer] } = await run(declare({ ports }), secureApi, [get('http://api.test/get', { ...stranger, headers: forged })],
        { fixtures: intrusion('made.up', httpLeg) });
      expect(answer).toFail({ status: 403, at: 'egress' });
    });

    test('a service account that is not listed gets 403', async () => {
      const { answers: [answer] } = await run(declare({ ports }, { callers: [Caller.serviceAccount('shop', 'another')] }), secureApi, [get('http://api.test/get', fromApp)]);
      expect(answer).toFail({ status: 403, at: 'egress' });
    });

    test('broken: if a caller stands for its whole namespace, every service account passes', async () => {
      const broken = declare({ ports }, { callers: [Caller.serviceAccount('shop', 'another')] });
      const anyAccount = '.*;URI=spiffe://cluster\\.local/(?:ns/shop/sa/[^;,/]+)(?:;[^,]*)?';
      broken.route.gatewayVirtualService.addJsonPatch(JsonPatch.replace('/spec/http/0/match/0/headers/x-forwarded-client-cert/regex', anyAccount));
      part(broken, 'AuthorizationPolicy', '80-callers').addJsonPatch(JsonPatch.replace('/spec/rules/0/from/0/source', { notNamespaces: ['shop'] }));
      const { answers: [answer] } = await run(broken, secureApi, [get('http://api.test/get', fromApp)]);
      expect(answer).toReach('api.test', { leftBy: 'egress' });
    });

    test('a stranger\'s TLS connection is closed', async () => {
      const { answers: [invited, refused] } = await run(declare({ ports }), secureApi,
        [get('https://api.test/get', fromApp), get('https://api.test/get', stranger)], { fixtures: intrusion(own, tlsLeg) });
      expect(invited).toReach('api.test', { leftBy: 'egress' });
      expect(refused).toFail({ error: /EOF|reset/ });
    });

    test('another namespace that is listed may pass', async () => {
      const declared = declare({ ports }, { callers: [Caller.namespace('shop'), Caller.namespace('other')] });
      const { answers } = await run(declared, secureApi, ['http', 'https'].flatMap(s => ['app', 'stranger'].map(from => get(`${s}://api.test/get`, { from }))));
      for (const answer of answers) expect(answer).toReach('api.test', { leftBy: 'egress' });
    });

    test('with the single layout, a stranger finds no way in', async () => {
      const declared = declare({ ports }, { layout: VirtualServiceLayout.SINGLE });
      const { answers: [plain, disguised] } = await run(declared, secureApi,
        [get('http://api.test/get', stranger), get('http://api.test/get', { ...stranger, headers: { host: own } })],
        { fixtures: intrusion(SHARED, { ...httpLeg, hosts: ['api.test', own] }) });
      expect(plain).toFail({ status: 403, at: 'egress' });
      expect(disguised).toFail({ status: 403, at: 'egress' });
    });

    const open = (declared: Declared) => {
      const anyone = JsonPatch.remove('/spec/http/0/match/0/headers');
      declared.route.gatewayVirtualService.addJsonPatch(anyone);
      return declared;
    };

    test('broken: if leg 2 does not check the caller, a stranger passes with an SNI that nobody has', async () => {
      const declared = declare({ ports }, {}, { undeclared: UndeclaredTraffic.allowed('the policies of routes would refuse it') });
      const { answers: [answer] } = await run(open(declared), secureApi, [get('http://api.test/get', stranger)], { fixtures: intrusion('made.up', httpLeg) });
      expect(answer).toReach('api.test', { leftBy: 'egress' });
    });

    test('broken: if the policy lets a stranger in too, it passes with the SNI of leg 1', async () => {
      const broken = open(declare({ ports }));
      part(broken, 'AuthorizationPolicy', '80-callers').addJsonPatch(JsonPatch.replace('/spec/rules/0/from/0/source/notNamespaces/0', 'other'));
      const { answers: [answer] } = await run(broken, secureApi, [get('http://api.test/get', stranger)], { fixtures: intrusion(SHARED, httpLeg) });
      expect(answer).toReach('api.test', { leftBy: 'egress' });
    });

    test('broken: if the policy lets a stranger in, its wrapped TLS passes', async () => {
      const broken = declare({ ports });
      part(broken, 'AuthorizationPolicy', '443-callers').addJsonPatch(JsonPatch.replace('/spec/rules/0/from/0/source/notNamespaces/0', 'other'));
      const { answers: [answer] } = await run(broken, secureApi, [get('https://api.test/get', stranger)], { fixtures: intrusion(own, tlsLeg) });
      expect(answer).toReach('api.test', { leftBy: 'egress' });
    });
  });

  describe('callers of any namespace', () => {
    const everybody = [Caller.anyNamespace('public documentation')];
    const ports = [ExternalPort.httpToHttps(), ExternalPort.https()];
    const stranger = { from: 'stranger' };

    test.each([VirtualServiceLayout.SPLIT, VirtualServiceLayout.SINGLE])('all may pass, layout %s', async layout => {
      const { answers } = await run(declare({ ports }, { callers: everybody, layout }), secureApi, ['http', 'https'].flatMap(s => ['app', 'stranger'].map(from => get(`${s}://api.test/get`, { from }))));
      for (const answer of answers) expect(answer).toReach('api.test', { leftBy: 'egress' });
    });

    test('some may send more than all', async () => {
      const callers = [Caller.anyNamespace('public documentation', { allow: [{ path: PathMatch.prefix('/get') }] }), Caller.namespace('shop')];
      const { answers: [invited, all, refused] } = await run(declare({ ports: [ExternalPort.httpToHttps()] }, { callers }), secureApi,
        [get('http://api.test/status/200', fromApp), get('http://api.test/get', stranger), get('http://api.test/status/200', stranger)]);
      expect(invited).toReach('api.test', { leftBy: 'egress' });
      expect(all).toReach('api.test', { leftBy: 'egress' });
      expect(refused).toFail({ status: 403, at: 'egress' });
    });

    test('a client without an identity is refused', async () => {
      const bare = [...workloads, sidecar('bare', { namespace: 'other', noProxy: true })];
      const steps = ['', 'api.test-443.'].map(leg => get('https://api.test/get', {
        from: 'bare', connect: 'istio-egressgateway.istio-system.svc.cluster.local:443', sni: `${leg}egress.istio-system.mesh.internal`, insecure: true,
      }));
      const { answers } = await runMesh({ manifests: declare({ ports }, { callers: everybody }).app, workloads: bare, externals: secureApi, steps });
      for (const answer of answers) expect(answer).toFail({ error: /certificate required/ });
    });

    test('an identity of another trust domain is refused', async () => {
      const declared = declare({ ports }, { callers: everybody }, { trustDomain: 'elsewhere.test' });
      const { answers: [http, tls] } = await run(declared, secureApi, ['http', 'https'].map(s => get(`${s}://api.test/get`, stranger)));
      expect(http).toFail({ status: 403, at: 'egress', details: /rbac_access_denied/ });
      expect(tls).toFail({ error: /EOF|reset/ });
    });

    test('broken: if leg 1 stays with one namespace, the others do not know the host', async () => {
      const broken = declare({ ports: [ExternalPort.httpToHttps()] }, { callers: everybody });
      broken.route.meshVirtualService.addJsonPatch(JsonPatch.replace('/spec/exportTo', ['.']));
      const { answers: [invited, left] } = await run(broken, secureApi, [get('http://api.test/get', fromApp), get('http://api.test/get', stranger)]);
      expect(invited).toReach('api.test', { leftBy: 'egress' });
      expect(left).toFail({ at: 'stranger', cluster: 'PassthroughCluster' });
    });

    test('broken: if the policy takes any identity, one of another trust domain passes', async () => {
      const broken = declare({ ports: [ExternalPort.https()] }, { callers: everybody }, { trustDomain: 'elsewhere.test' });
      part(broken, 'AuthorizationPolicy', '443-callers').addJsonPatch(JsonPatch.replace('/spec/rules/0/from/0/source/notPrincipals', ['*']));
      const { answers: [answer] } = await run(broken, secureApi, [get('https://api.test/get', stranger)]);
      expect(answer).toReach('api.test', { leftBy: 'egress' });
    });

    test('broken: if the policy names a namespace, all others get 403', async () => {
      const broken = declare({ ports: [ExternalPort.httpToHttps()] }, { callers: everybody });
      part(broken, 'AuthorizationPolicy', '80-callers').addJsonPatch(JsonPatch.replace('/spec/rules/0/from/0/source', { notNamespaces: ['shop'] }));
      const { answers: [invited, refused] } = await run(broken, secureApi, [get('http://api.test/get', fromApp), get('http://api.test/get', stranger)]);
      expect(invited).toReach('api.test', { leftBy: 'egress' });
      expect(refused).toFail({ status: 403, at: 'egress', details: /rbac_access_denied/ });
    });
  });

  describe('resolution', () => {
    test.each([
      ['dns of other names', Resolution.dns([Endpoint.host('front.test')])],
      ['one dns answer', Resolution.dnsRoundRobin()],
      ['fixed endpoints', Resolution.endpoints([Endpoint.ip(FIRST_ADDRESS, { ports: { 80: 8443 } })])],
    ])('%s', async (_, resolution) => {
      const declared = declare({ ports: [ExternalPort.httpToHttps()], resolution });
      const { answers: [answer] } = await run(declared, [external('front.test', { https: 8443 }, { certHost: 'api.test' }), external('front.test', { https: 443 }, { certHost: 'api.test' }), external('api.test', { https: 443 })],
        [get('http://api.test/get', fromApp)]);
      expect(answer.status).toBe(200);
      expect(answer.server?.peer).toBe('egress');
    });
  });
});

describeMesh('egress: modes', () => {
  describe('direct', () => {
    function direct(props: Partial<ExternalServiceProps>): { app: App; service: ExternalService } {
      const app = new App();
      return { app, service: new ExternalService(new Chart(app, 'shop', { namespace: 'shop' }), 'api', { hosts: ['api.test'], ports: [ExternalPort.http()], direct: true, ...props }) };
    }

    test('leaves from the sidecar', async () => {
      const { answers: [answer] } = await run(direct({}), plainApi, [get('http://api.test/get', fromApp)]);
      expect(answer).toReach('api.test', { leftBy: 'app' });
      expect(answer.hops[0].line.upstream_cluster).toBe('outbound|80||api.test');
    });

    test('leaves as TLS from the sidecar', async () => {
      const { answers: [answer] } = await run(direct({ ports: [ExternalPort.httpToHttps()] }), secureApi, [get('http://api.test/get', fromApp)]);
      expect(answer).toReach('api.test', { leftBy: 'app', sni: 'api.test' });
    });

    test('broken: without the rule, clear text goes to the TLS port', async () => {
      const broken = direct({ ports: [ExternalPort.httpToHttps()] });
      broken.service.destinationRules[0].addJsonPatch(JsonPatch.replace('/spec/host', 'another.test'));
      const { answers: [answer] } = await run(broken, secureApi, [get('http://api.test/get', fromApp)]);
      expect(answer.status).toBe(400);
    });

    test('resolves wildcard hosts by request', async () => {
      const declared = direct({ hosts: ['*.wild.test'], ports: [ExternalPort.http(), ExternalPort.tls({ number: 443 })], resolution: Resolution.dynamicDns() });
      const { answers: [http, tls] } = await run(declared, [external('*.wild.test', { http: 80 }), external('*.wild.test', { https: 443 }, { certHost: 'a.wild.test' })],
        [get('http://a.wild.test/get', fromApp), get('https://a.wild.test/get', fromApp)]);
      expect(http).toReach('*.wild.test', { leftBy: 'app' });
      expect(tls).toReach('*.wild.test', { leftBy: 'app', sni: 'a.wild.test' });
    });

    test('goes to the address that the application dialed', async () => {
      const { answers: [answer] } = await run(direct({ resolution: Resolution.none(), ports: [ExternalPort.tls({ number: 443 })] }), secureApi, [get('https://api.test/get', fromApp)]);
      expect(answer).toReach('api.test', { leftBy: 'app' });
      expect(answer.hops[0].line.upstream_cluster).toBe('outbound|443||api.test');
    });
  });
});
