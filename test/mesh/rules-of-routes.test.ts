import { Duration, JsonPatch } from 'cdk8s';
import { Answer, Outcome, describeMesh, egressGateway, external, get, kill, runMesh, service, sidecar } from './mesh';
import { declare, run } from './world';
import { Destination, EgressRule, ExternalPort, PathMatch, PathRewrite } from '../../src';

const api = [external('api.test', { http: 80 })];
const fromApp = { from: 'app' };

/** A copy is sent without a look at whether it arrives, and on a busy machine one may not. */
const COPIED = ['/copied', '/copied/2', '/copied/3', '/copied/4'];

/** One mesh for rules that do not disturb each other; each has a path of its own. */
const RULES: EgressRule[] = [
  { matches: [{ path: PathMatch.prefix('/short') }, { path: PathMatch.prefix('/short/longer') }], rewrite: { path: PathRewrite.prefix('/v2') } },
  { matches: [{ path: PathMatch.prefix('/dropped/') }], rewrite: { path: PathRewrite.prefix('/') } },
  { matches: [{ path: PathMatch.rawPrefix('/raw') }], rewrite: { path: PathRewrite.prefix('/cooked') } },
  { matches: [{ path: PathMatch.prefix('/whole') }], rewrite: { path: PathRewrite.full('/one') } },
  { matches: [{ path: PathMatch.regex('/items/[0-9]+') }], rewrite: { path: PathRewrite.regex('^/items/([0-9]+)$', '/item-\\1') } },
  {
    matches: [{ path: PathMatch.prefix('/headers') }],
    requestHeaders: { set: { 'x-api-key': 'secret', 'X-Request-Id': 'mine' }, add: { 'x-more': 'yes' }, remove: ['x-unwanted'] },
    responseHeaders: { set: { 'x-seen': 'yes' }, remove: ['x-lab-server'] },
  },
  { matches: [{ path: PathMatch.prefix('/flaky') }], retries: { attempts: 3 } },
  { matches: [{ path: PathMatch.prefix('/status/503') }], retries: { attempts: 3, retryOn: ['5xx'] } },
  { matches: [{ path: PathMatch.prefix('/status/500') }], retries: { attempts: 3 } },
  { matches: [{ path: PathMatch.prefix('/status/502') }], retries: { attempts: 0 } },
  { matches: [{ path: PathMatch.prefix('/delay') }], retries: { attempts: 2, perTryTimeout: Duration.millis(150) } },
  { matches: [{ path: PathMatch.prefix('/broken') }], fault: { abort: { percent: 100, status: 418 } } },
  { matches: [{ path: PathMatch.prefix('/slow') }], fault: { delay: { percent: 100, duration: Duration.millis(300) } } },
  { matches: [{ path: PathMatch.prefix('/copied') }], mirror: { destination: Destination.service('audit', { port: 8080 }) } },
];

describeMesh('egress: rules', () => {
  describe('on leg 2', () => {
    let outcome: Outcome;
    const to = (path: string): Answer => outcome.named[path];
    const paths = [
      '/short', '/short/x?q=1', '/short/longer/x', '/dropped', '/dropped/x', '/raw-x', '/whole/x?q=1', '/items/42', '/headers', '/flaky/2', '/status/503', '/status/500',
      '/status/502', '/delay/400ms', '/broken', '/slow', ...COPIED,
    ];

    beforeAll(async () => {
      const { app } = declare({}, { rules: RULES });
      const steps = paths.map(path => get(`http://api.test${path}`, { ...fromApp, name: path, headers: { 'x-unwanted': 'x', 'x-more': 'first' } }));
      const audit = service('audit', { namespace: 'shop', http: 8080 });
      outcome = await runMesh({ manifests: app, workloads: [sidecar('app', { namespace: 'shop' }), egressGateway(), audit], externals: api, steps });
    });

    test.each([
      ['/short', '/v2'],
      ['/short/x?q=1', '/v2/x?q=1'],
      ['/short/longer/x', '/v2/x'],
      ['/dropped', '/'],
      ['/dropped/x', '/x'],
      ['/raw-x', '/cooked-x'],
      ['/whole/x?q=1', '/one?q=1'],
      ['/items/42', '/item-42'],
    ])('the path %s leaves as %s', (path, rewritten) => {
      expect(to(path)).toReach('api.test', { leftBy: 'egress', path: rewritten });
    });

    test('headers are set, added and removed, and a header of the mesh that the user sets leaves', () => {
      expect(to('/headers')).toReach('api.test', { headers: { 'x-api-key': 'secret', 'x-more': 'first, yes', 'x-request-id': 'mine' }, without: ['x-unwanted', 'x-forwarded-for'] });
      expect(to('/headers').headers).toMatchObject({ 'X-Seen': ['yes'] });
      expect(to('/headers').headers).not.toHaveProperty('X-Lab-Server');
    });

    test('a request is retried until it is answered', () => {
      expect(to('/flaky/2')).toReach('api.test');
      expect(to('/flaky/2').seen).toHaveLength(3);
    });

    test.each([['/status/503', 4], ['/status/500', 1], ['/status/502', 1], ['/delay/400ms', 3]])('%s is asked for %d times and no more', (path, times) => {
      expect(to(path).seen).toHaveLength(times);
    });

    test('faults answer in place of the host, and delay requests', () => {
      expect(to('/broken')).toFail({ status: 418, at: 'egress' });
      expect(to('/slow')).toReach('api.test');
      expect(Number(to('/slow').hops.find(hop => hop.proxy === 'egress')!.line.duration)).toBeGreaterThan(250);
    });

    test('a mirrored copy reaches its destination too', () => {
      for (const path of COPIED) expect(to(path)).toReach('api.test');
      expect(COPIED.flatMap(path => to(path).hops.map(hop => hop.proxy))).toContain('audit');
    });
  });
});

describeMesh('egress: rules', () => {
  describe('the authority', () => {
    test('is rewritten together with the server name of TLS', async () => {
      const declared = declare({ ports: [ExternalPort.httpToHttps()] }, { rules: [{ rewrite: { authority: 'front.test' } }] });
      const { answers: [answer] } = await run(declared, [external('api.test', { https: 443 }, { certHost: 'front.test' })], [get('http://api.test/get', fromApp)]);
      expect(answer).toReach('api.test', { leftBy: 'egress', host: 'front.test', sni: 'front.test' });
    });

    test('broken: otherwise, the certificate does not match', async () => {
      const { answers: [answer] } = await run(declare({ ports: [ExternalPort.httpToHttps()] }), [external('api.test', { https: 443 }, { certHost: 'front.test' })], [get('http://api.test/get', fromApp)]);
      expect(answer).toFail({ status: 503, at: 'egress', details: /verify_SAN_list/ });
    });
  });
});

describeMesh('egress: rules', () => {
  describe('leg 1', () => {
    const pods = [sidecar('app', { namespace: 'shop' }), egressGateway({ name: 'egress' }), egressGateway({ name: 'second' })];
    const steps = [kill('second'), ...Array.from({ length: 20 }, () => get('http://api.test/get', fromApp))];

    test('tries another pod of the gateway if one is dead', async () => {
      const { answers } = await runMesh({ manifests: declare().app, workloads: pods, externals: api, steps });
      expect(answers.map(answer => answer.status)).toEqual(answers.map(() => 200));
    });

    test('broken: without retries, some requests fail', async () => {
      const broken = declare();
      broken.route.meshVirtualService.addJsonPatch(JsonPatch.replace('/spec/http/0/retries', { attempts: 0 }));
      const { answers } = await runMesh({ manifests: broken.app, workloads: pods, externals: api, steps });
      expect(answers.map(answer => answer.status)).toContain(503);
    });
  });
});
