import { ApiObject, App, Duration, JsonPatch } from 'cdk8s';
import { describeMesh, external, get, runMesh, say, service } from './mesh';
import { declareDirect, run, workloads } from './world';
import {
  Destination, DirectRoute, DirectRouteProps, EgressRule, ExternalPort, ExternalServiceProps, PathMatch, PathRewrite, Resolution, RouteAction,
} from '../../src';

const fromApp = { from: 'app' };
const plain = [external('api.test', { http: 80 })];
const MESH_HEADERS = ['x-request-id', 'x-forwarded-proto', 'x-envoy-attempt-count', 'x-envoy-decorator-operation'];
const FIRST_ADDRESS = '198.19.1.10';

function declared(props: Partial<DirectRouteProps> = {}, to: Partial<ExternalServiceProps> = {}): { app: App; virtualServices: ApiObject[] } {
  const { app, shop, service: api } = declareDirect(to);
  return { app, virtualServices: new DirectRoute(shop, 'route', { service: api, ...props }).virtualServices };
}

const rule = (path: string, options: EgressRule): EgressRule => ({ matches: [{ path: PathMatch.prefix(path) }], ...options });

describeMesh('egress: direct route', () => {
  describe('what leaves', () => {
    test('carries no headers of the mesh', async () => {
      const { answers: [answer] } = await run(declared(), plain, [get('http://api.test/get', fromApp)]);
      expect(answer).toReach('api.test', { leftBy: 'app', without: MESH_HEADERS });
    });

    test('keeps those that are listed', async () => {
      const { answers: [answer] } = await run(declared({ keepHeaders: ['x-request-id'] }), plain, [get('http://api.test/get', fromApp)]);
      expect(answer).toReach('api.test', { headers: { 'x-request-id': /./ }, without: MESH_HEADERS.slice(1) });
    });

    test.each(MESH_HEADERS)('broken: without a route, %s leaves', async header => {
      const { answers: [answer] } = await run(declareDirect(), plain, [get('http://api.test/get', fromApp)]);
      expect(answer).toReach('api.test', { leftBy: 'app', headers: { [header]: /./ } });
    });

    test('no other namespace is affected', async () => {
      const { answers: [answer] } = await run(declared({ rules: [{ action: RouteAction.respond(418) }] }), plain, [get('http://api.test/get', { from: 'stranger' })]);
      expect(answer).toReach('api.test', { leftBy: 'stranger' });
    });
  });

  describe('allow and rules', () => {
    const tuned = () => declared({
      allow: [{ path: PathMatch.prefix('/v1') }, { path: PathMatch.prefix('/delay') }],
      rules: [rule('/v1/gone', { action: RouteAction.respond(410, 'gone') }), rule('/delay', { timeout: Duration.millis(200) })],
    });

    test('pass and tune what is allowed, and refuse the rest', async () => {
      const { answers: [passed, gone, slow, other] } = await run(tuned(), plain, ['/v1/x', '/v1/gone', '/delay/2s', '/v2'].map(p => get(`http://api.test${p}`, fromApp)));
      expect(passed).toReach('api.test', { leftBy: 'app', without: MESH_HEADERS });
      expect(gone).toFail({ status: 410 });
      expect(gone.body).toBe('gone');
      expect(slow).toFail({ status: 504, at: 'app', flags: 'UT' });
      expect(other).toFail({ status: 403 });
      expect(other.body).toBe('not allowed by the direct route to api.test');
    });

    test('requests that no rule matches are forwarded', async () => {
      const { answers: [answer] } = await run(declared({ rules: [rule('/a', { timeout: Duration.seconds(1) })] }), plain, [get('http://api.test/b', fromApp)]);
      expect(answer).toReach('api.test', { leftBy: 'app' });
    });

    test('broken: without the last route, they get 404', async () => {
      const broken = declared({ rules: [rule('/a', { timeout: Duration.seconds(1) })] });
      broken.virtualServices[0].addJsonPatch(JsonPatch.remove('/spec/http/1'));
      const { answers: [answer] } = await run(broken, plain, [get('http://api.test/b', fromApp)]);
      expect(answer).toFail({ status: 404, at: 'app', flags: 'NR' });
    });

    test('broken: without the timeout, slow answers are awaited', async () => {
      const broken = tuned();
      broken.virtualServices[0].addJsonPatch(JsonPatch.remove('/spec/http/1/timeout'));
      const { answers: [answer] } = await run(broken, plain, [get('http://api.test/delay/500ms', fromApp)]);
      expect(answer).toReach('api.test');
    });
  });

  describe('retries', () => {
    const tries = async (made: { app: App }) => (await run(made, plain, [get('http://api.test/status/503', fromApp)])).answers[0].seen.length;

    test('are as many as configured, after the first attempt', async () => {
      expect(await tries(declared({ rules: [{ retries: { attempts: 3, retryOn: ['503'] } }] }))).toBe(4);
      expect(await tries(declared({ rules: [{ retries: { attempts: 0 } }] }))).toBe(1);
    });

    test('apply to status codes, with or without `retriable-status-codes`', async () => {
      expect(await tries(declared({ rules: [{ retries: { attempts: 3, retryOn: ['503', 'retriable-status-codes'] } }] }))).toBe(4);
    });

    test('broken: `retriable-status-codes` alone has no effect', async () => {
      const broken = declared({ rules: [{ retries: { attempts: 3, retryOn: ['503'] } }] });
      broken.virtualServices[0].addJsonPatch(JsonPatch.replace('/spec/http/0/retries/retryOn', 'retriable-status-codes'));
      expect(await tries(broken)).toBe(1);
    });

    test('broken: without retryOn, answers are not retried', async () => {
      const broken = declared({ rules: [{ retries: { attempts: 3, retryOn: ['503'] } }] });
      broken.virtualServices[0].addJsonPatch(JsonPatch.remove('/spec/http/0/retries/retryOn'));
      expect(await tries(broken)).toBe(1);
    });
  });

  describe('rewrite', () => {
    const rewritten = () => declared({
      rules: [{ matches: [{ path: PathMatch.prefix('/old') }], rewrite: { path: PathRewrite.prefix('/new'), authority: 'front.test' } }],
    }, { ports: [ExternalPort.httpToHttps()] });
    const named = (certHost: string) => [external('api.test', { https: 443 }, { certHost })];

    test('changes the path, the Host header, and the server name that is requested and verified', async () => {
      const { answers: [answer] } = await run(rewritten(), named('front.test'), [get('http://api.test/old/x?q=1', fromApp)]);
      expect(answer).toReach('api.test', { leftBy: 'app', host: 'front.test', path: '/new/x?q=1', sni: 'front.test' });
    });

    test('broken: the certificate is for the host that the application called', async () => {
      const { answers: [answer] } = await run(rewritten(), named('api.test'), [get('http://api.test/old/x', fromApp)]);
      expect(answer).toFail({ status: 503, details: /verify SAN list/ });
    });
  });

  describe('headers, redirects, faults and mirrors', () => {
    /** A copy is sent without a look at whether it arrives, and on a busy machine one may not. */
    const COPIED = ['/copied', '/copied/2', '/copied/3', '/copied/4'];
    const audit = service('audit', { namespace: 'shop', http: 8080 });
    const featured = () => declared({
      rules: [
        rule('/headers', { requestHeaders: { set: { 'x-tenant': 'shop', 'x-request-id': 'mine' }, remove: ['user-agent'] }, responseHeaders: { set: { 'x-seen': 'yes' } } }),
        rule('/moved', { action: RouteAction.redirect({ authority: 'new.test', status: 308 }) }),
        rule('/fault', { fault: { abort: { percent: 100, status: 418 } } }),
        rule('/inside', { action: RouteAction.forward(Destination.service('audit', { port: 8080 })) }),
        rule('/copied', { mirror: { destination: Destination.service('audit', { port: 8080 }) } }),
      ],
    });
    const ask = (made: { app: App }, ...paths: string[]) => runMesh({
      manifests: made.app, workloads: [...workloads, audit], externals: plain, steps: paths.map(p => get(`http://api.test${p}`, fromApp)),
    });

    test('follow the rules', async () => {
      const { answers: [headers, moved, fault, inside, ...copied] } = await ask(featured(), '/headers', '/moved', '/fault', '/inside', ...COPIED);
      expect(headers).toReach('api.test', { headers: { 'x-tenant': 'shop', 'x-request-id': 'mine' }, without: ['user-agent'] });
      expect(headers.headers?.['X-Seen']).toEqual(['yes']);
      expect(moved).toFail({ status: 308 });
      expect(moved.headers?.Location).toEqual(['http://new.test/moved']);
      expect(fault).toFail({ status: 418, flags: 'FI' });
      expect(inside.server?.server).toBe('audit');
      for (const answer of copied) expect(answer).toReach('api.test');
      expect(copied.flatMap(({ hops }) => hops.map(h => h.proxy))).toContain('audit');
    });

    test('broken: without the mirror, no copy is sent', async () => {
      const broken = featured();
      broken.virtualServices[0].addJsonPatch(JsonPatch.remove('/spec/http/4/mirrors'));
      const { answers } = await ask(broken, ...COPIED);
      expect(answers.flatMap(({ hops }) => hops.map(h => h.proxy))).not.toContain('audit');
    });
  });

  describe('other ports of the service', () => {
    const ports = [ExternalPort.httpToHttps(), ExternalPort.http({ number: 8080 }), ExternalPort.https(), ExternalPort.tcp({ number: 5432 })];
    const made = () => declared({ rules: [{ timeout: Duration.seconds(2) }] }, { ports, addresses: [FIRST_ADDRESS] });
    const servers = [external('api.test', { https: 443, http: 8080, tcp: 5432 })];

    test('work beside the route', async () => {
      const { answers: [first, second, tls, tcp] } = await run(made(), servers, [
        get('http://api.test/get', fromApp), get('http://api.test:8080/get', fromApp), get('https://api.test/get', fromApp), say('tcp://api.test:5432', fromApp),
      ]);
      expect(first).toReach('api.test', { leftBy: 'app', port: 443, sni: 'api.test' });
      expect(second).toReach('api.test', { leftBy: 'app', port: 8080, without: MESH_HEADERS });
      expect(tls).toReach('api.test', { leftBy: 'app', port: 443, sni: 'api.test' });
      expect(tcp).toReach('api.test', { leftBy: 'app', protocol: 'TCP' });
    });

    test('broken: a port without a route of its own sends headers of the mesh', async () => {
      const broken = made();
      broken.virtualServices[0].addJsonPatch(JsonPatch.remove('/spec/http/1'));
      const { answers: [answer] } = await run(broken, servers, [get('http://api.test:8080/get', fromApp)]);
      expect(answer).toReach('api.test', { headers: { 'x-request-id': /./ } });
    });
  });

  describe('several hosts', () => {
    const hosts = ['api.test', 'auth.test'];
    const servers = hosts.map(host => external(host, { http: 80 }));
    const steps = hosts.map(host => get(`http://${host}/get`, fromApp));

    test('each host has its own routes', async () => {
      const { answers } = await run(declared({}, { hosts }), servers, steps);
      hosts.forEach((host, i) => expect(answers[i]).toReach(host, { leftBy: 'app', without: MESH_HEADERS }));
    });

    test('broken: with one object for both, all requests go to one of them', async () => {
      const broken = declared({}, { hosts });
      broken.virtualServices[0].addJsonPatch(JsonPatch.replace('/spec/hosts', hosts));
      broken.virtualServices[1].addJsonPatch(JsonPatch.replace('/spec/hosts', ['unused.test']));
      const { answers: [, answer] } = await run(broken, servers, steps);
      expect(answer).toReach('api.test', { host: 'auth.test' });
    });
  });

  describe('wildcard hosts', () => {
    const made = () => declared({ rules: [rule('/gone', { action: RouteAction.respond(410) })] },
      { hosts: ['*.wild.test'], ports: [ExternalPort.http(), ExternalPort.tls({ number: 443 })], resolution: Resolution.dynamicDns() });
    const servers = [external('*.wild.test', { http: 80 }), external('*.wild.test', { https: 443 }, { certHost: 'a.wild.test' })];

    test('are resolved by request', async () => {
      const { answers: [http, gone, tls] } = await run(made(), servers,
        [get('http://a.wild.test/get', fromApp), get('http://b.wild.test/gone', fromApp), get('https://a.wild.test/get', fromApp)]);
      expect(http).toReach('*.wild.test', { leftBy: 'app', host: 'a.wild.test', without: MESH_HEADERS });
      expect(gone).toFail({ status: 410 });
      expect(tls).toReach('*.wild.test', { leftBy: 'app', sni: 'a.wild.test' });
    });

    test('broken: a rule for other paths does not apply', async () => {
      const broken = made();
      broken.virtualServices[0].addJsonPatch(JsonPatch.replace('/spec/http/0/match/0/uri/exact', '/other'));
      const { answers: [answer] } = await run(broken, servers, [get('http://b.wild.test/gone', fromApp)]);
      expect(answer).toReach('*.wild.test');
    });
  });
});
