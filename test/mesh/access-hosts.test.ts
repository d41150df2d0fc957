import { JsonPatch } from 'cdk8s';
import { entrance, shopWorkloads } from './entering';
import { Step, describeMesh, get, ingressGateway, runMesh, service, sidecar } from './mesh';
import { forward, plain, run, spelt, statuses } from './shop-routes';
import { issuer } from './tokens';
import { Access, AccessScope, IngressListener, IngressRoute, PathMatch, StringMatch } from '../../src';

const CLIENT = '198.18.0.2';
const nobody = [Access.ipBlocks(['203.0.113.0/24'])];

describeMesh('ingress: access by host and path', () => {
  describe('every host', () => {
    const accessScope = AccessScope.everyHost('no other app has routes here');
    const closed = { '*': { access: nobody, accessScope }, 'open.test': { rules: forward('next') } };
    const names = ['x.test', 'X.Test:81', 'a.b.test:x', 'localhost', '198.51.100.1:80'].map(spelt);

    test('is closed, however it is spelled', async () => {
      expect(statuses(await run(closed, names))).toEqual([403, 403, 403, 403, 403]);
    });

    test('is open to those with access, however it is spelled', async () => {
      const outcome = await run({ '*': { access: [Access.ipBlocks([CLIENT])], accessScope } }, names);
      for (const answer of outcome.answers) expect(answer).toReach('web');
    });

    test('does not close hosts with a route of their own', async () => {
      const outcome = await run(closed, ['open.test', 'Open.Test:81'].map(spelt));
      for (const answer of outcome.answers) expect(answer).toReach('next');
    });

    test('broken: without an exception in the policy, they are closed', async () => {
      const broken = JsonPatch.remove('/spec/rules/0/to/0/operation/notHosts');
      const outcome = await run(closed, ['open.test'].map(spelt), { broken: ['*', 'AuthorizationPolicy', broken] });
      expect(statuses(outcome)).toEqual([403]);
    });
  });

  describe('a wildcard', () => {
    const routes = { '*.a.test': { access: nobody }, 'open.a.test': { rules: forward('next') }, '*.open.a.test': { rules: forward('next') } };

    test('is closed under every port of the Host header', async () => {
      const outcome = await run(routes, ['x.a.test', 'X.A.Test:80', 'x.a.test:81', 'x.y.a.test:8080', 'X.A.TEST:', 'x.a.test:x'].map(spelt));
      expect(statuses(outcome)).toEqual([403, 403, 403, 403, 403, 403]);
    });

    test('is not opened by an invalid Host header', async () => {
      const odd = ['u@x.a.test', 'u:80@x.a.test', 'x.a.test:80@y.a.test', 'x.a.test:80:90', 'x.a.test:80.', '.a.test', 'x.a.test.', 'x.a.test;:80', '[x.a.test]:80'];
      const outcome = await run(routes, odd.map(spelt));
      expect(statuses(outcome)).toEqual([404, 404, 404, 404, 403, 403, 404, 404, 404]);
      for (const answer of outcome.answers) expect(answer).toFail({ flags: 'NR' }, { details: /direct_response/ }, { details: /rbac_access_denied/ });
    });

    test('does not close hosts below it with a route of their own', async () => {
      const outcome = await run(routes, ['open.a.test', 'open.a.test:80', 'Open.A.test:81', 'x.open.a.test', 'x.open.a.test:80', 'x.open.a.test:81'].map(spelt));
      for (const answer of outcome.answers) expect(answer).toReach('next');
    });

    test('admits those with access, on the gateway\'s port', async () => {
      const outcome = await run({ '*.a.test': { access: [Access.ipBlocks([CLIENT])] } }, ['x.a.test', 'x.a.test:80'].map(spelt));
      expect(statuses(outcome)).toEqual([200, 200]);
    });

    test('broken: without the guard, another port opens it', async () => {
      const outcome = await run(routes, [spelt('x.a.test:81')], { broken: ['*.a.test', 'VirtualService', JsonPatch.remove('/spec/http/0')] });
      expect(outcome.answers[0]).toReach('web');
    });

    test('broken: without the exception, the policy closes the other routes', async () => {
      const outcome = await run(routes, [spelt('open.a.test')], { broken: ['*.a.test', 'AuthorizationPolicy', JsonPatch.remove('/spec/rules/0/to/0/operation/notHosts')] });
      expect(outcome.answers[0]).toFail({ status: 403 });
    });
  });

  describe('a host', () => {
    test('broken: without the variant with a port, a port in the Host header opens it', async () => {
      const outcome = await run({ 'a.test': { access: nobody } }, [spelt('a.test'), spelt('a.test:80')], { broken: ['a.test', 'AuthorizationPolicy', JsonPatch.remove('/spec/rules/0/to/0/operation/hosts/1')] });
      expect(statuses(outcome)).toEqual([403, 200]);
    });
  });

  describe('several routes of a host', () => {
    const steps = ['/', '/next/x', '/admin', '/next/../admin', '/health'].map(path => plain('a.test', path));
    const declare = (client: string) => {
      const { app, shop, gateway } = entrance();
      const props = { gateway, hosts: ['a.test'], access: [Access.ipBlocks([client])], deny: [{ path: PathMatch.prefix('/admin') }], openPaths: ['/health'] };
      const one = new IngressRoute(shop, 'one', { ...props, rules: forward('web') });
      const two = new IngressRoute(shop, 'two', { ...props, rules: [{ ...forward('next')[0], matches: [{ path: PathMatch.prefix('/next') }] }] });
      return { app, routes: [one, two] };
    };

    test('require the same, and all of it', async () => {
      expect(statuses(await runMesh({ manifests: declare(CLIENT).app, workloads: shopWorkloads, steps }))).toEqual([200, 200, 403, 403, 200]);
      expect(statuses(await runMesh({ manifests: declare('203.0.113.1').app, workloads: shopWorkloads, steps }))).toEqual([403, 403, 403, 403, 200]);
    });

    test('broken: with the policy of one only, both are closed', async () => {
      const broken = declare('203.0.113.1');
      broken.routes[0].accessObjects[0].addJsonPatch(JsonPatch.replace('/spec/rules/0/when/0/notValues', [CLIENT]));
      expect(statuses(await runMesh({ manifests: broken.app, workloads: shopWorkloads, steps: steps.slice(0, 2) }))).toEqual([403, 403]);
    });
  });

  describe('https', () => {
    const listeners = [
      IngressListener.https({ hosts: ['a.test', 'b.test'], credentialName: 'cert' }),
      IngressListener.https({ hosts: ['*.c.test'], credentialName: 'wildcard-cert' }),
    ];
    const certificate = (name: string, host: string) => ({
      apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'istio-ingress' }, data: { 'tls.crt': `\${cert:ingress:${host}}`, 'tls.key': `\${key:ingress:${host}}` },
    });
    // a server of somebody else on the same port, for TLS that does not end in the gateway
    const through = [
      { apiVersion: 'networking.istio.io/v1', kind: 'Gateway', metadata: { name: 'through', namespace: 'other' }, spec: { selector: { istio: 'ingressgateway' }, servers: [{ port: { number: 443, name: 'tls', protocol: 'TLS' }, hosts: ['through.test'], tls: { mode: 'PASSTHROUGH' } }] } },
      { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'through', namespace: 'other' }, spec: { hosts: ['through.test'], gateways: ['other/through'], tls: [{ match: [{ sniHosts: ['through.test'] }], route: [{ destination: { host: 'own.other.svc.cluster.local', port: { number: 443 } } }] }] } },
    ];
    const fixtures = [certificate('cert', 'a.test,b.test'), certificate('wildcard-cert', '*.c.test'), ...through];
    const workloads = [
      service('web', { namespace: 'shop', http: 8080 }),
      sidecar('own', { namespace: 'other', noProxy: true, service: 'own', ports: [{ name: 'tls', port: 443, serve: 'https', certHost: 'through.test', certCA: 'ingress' }] }),
      ingressGateway(),
    ];
    const routes = { 'a.test': { access: nobody }, 'b.test': {}, 'x.c.test': { access: nobody } };
    const secure = (host: string, sni?: string, header?: string): Step => get(`https://${host}/`, { from: 'outside', connect: 'ingress:443', trustCA: 'ingress', sni, headers: header ? { host: header } : undefined });

    test('is closed for any server name, while TLS passthrough stays open', async () => {
      const outcome = await run(routes, [
        secure('a.test'), secure('A.Test', 'A.TEST'), secure('b.test', 'b.test', 'a.test'), secure('b.test', 'b.test', 'A.test:443'), secure('x.c.test'), secure('y.c.test', 'y.c.test', 'x.c.test'),
        secure('b.test'), secure('through.test'), plain('a.test'),
      ], { listeners, workloads, fixtures });
      expect(statuses(outcome)).toEqual([403, 403, 403, 403, 403, 403, 200, 200, 301]);
      expect(outcome.answers[7]).toReach('own');
    });

    test('broken: without the server names, the policy closes TLS passthrough', async () => {
      const outcome = await run(routes, [secure('through.test')], { listeners, workloads, fixtures, broken: ['a.test', 'AuthorizationPolicy', JsonPatch.remove('/spec/rules/0/when/0')] });
      expect(outcome.answers[0]).toFail({ error: /EOF|reset/ });
    });
  });

  describe('preflights', () => {
    const cors = { allowOrigins: [StringMatch.exact('https://app.test')] };
    const ours = issuer('https://ours.test');
    const access = [Access.jwt({ issuer: ours.issuer, jwks: ours.jwks, audiences: ['shop'] })];
    const routes = { 'a.test': { access, rules: [{ ...forward('web')[0], cors }] }, 'b.test': { access } };
    const headers = { 'origin': 'https://app.test', 'access-control-request-method': 'PUT' };
    const preflight = (host: string, more: Record<string, string | undefined> = {}): Step => plain(host, '/', { method: 'OPTIONS', headers: JSON.parse(JSON.stringify({ ...headers, ...more })) });

    test('are answered without a token, and nothing else is', async () => {
      const outcome = await run(routes, [
        preflight('a.test'), preflight('a.test', { origin: 'https://evil.test' }), preflight('a.test', { authorization: 'Bearer none' }),
        preflight('a.test', { origin: undefined }), preflight('a.test', { 'access-control-request-method': undefined }), plain('a.test', '/', { headers }), preflight('b.test'),
      ]);
      expect(statuses(outcome)).toEqual([200, 200, 200, 403, 403, 403, 403]);
      expect(outcome.answers[0].headers?.['Access-Control-Allow-Origin']).toEqual(['https://app.test']);
      for (const answer of outcome.answers.slice(0, 3)) expect(answer).toFail({ at: 'ingress', details: /cors_response/ });
      for (const answer of outcome.answers.slice(3)) expect(answer).toFail({ at: 'ingress', details: /rbac_access_denied/ });
    });

    test('broken: if a token is required, they are refused', async () => {
      const outcome = await run(routes, [preflight('a.test')], { broken: ['a.test', 'AuthorizationPolicy', JsonPatch.remove('/spec/rules/0/to/0/operation/notMethods')] });
      expect(outcome.answers[0]).toFail({ status: 403 });
    });
  });

  describe('paths', () => {
    const routes = { 'a.test': { access: nobody, openPaths: ['/health', '/'] } };

    test('that are open are matched exactly', async () => {
      const open = ['/health', '/health?full=1', '/', '/x/../health', '/%68ealth'];
      const closed = ['/health/', '/healthy', '/health/x', '/health;x=1', '/Health', '//health', '/health%2F..%2Fadmin', '/x'];
      const outcome = await run(routes, [...open, ...closed].map(path => plain('a.test', path)));
      expect(statuses(outcome)).toEqual([...open.map(() => 200), ...closed.map(() => 403)]);
    });

    test('broken: a path that is not listed is closed', async () => {
      const outcome = await run(routes, [plain('a.test', '/health')], { broken: ['a.test', 'AuthorizationPolicy', JsonPatch.remove('/spec/rules/0/to/0/operation/notPaths/0')] });
      expect(outcome.answers[0]).toFail({ status: 403 });
    });

    const denied = { 'a.test': { deny: [{ path: PathMatch.prefix('/admin') }, { path: PathMatch.exact('/api/keys') }, { methods: ['DELETE'] }] }, 'b.test': {} };
    const bypasses = ['//admin', '/admin%2Fx', '/ADMIN', '/admin;a=1', '/x/..;/admin', '/x/..%2Fadmin', '/%2fadmin/x', '/./admin', '/x/../admin', '/%61dmin', '/admin%5Cx', '/api;v=1/keys', '/api//keys/'];

    test('that are denied are denied however they are spelled', async () => {
      const open = ['/', '/administrator', '/x/admin', '/api/keys/1', '/api'];
      const closed = ['/admin', '/admin/', '/admin/x', '/api/keys', ...bypasses];
      const outcome = await run(denied, [...[...open, ...closed].map(path => plain('a.test', path)), plain('a.test', '/', { method: 'DELETE' }), plain('b.test', '/admin')]);
      expect(statuses(outcome)).toEqual([...open.map(() => 200), ...closed.map(() => 403), 403, 200]);
    });

    test('broken: a plain prefix lets many of these spellings pass', async () => {
      const prefix = JsonPatch.replace('/spec/http/0/match', [{ uri: { prefix: '/admin' } }, { uri: { exact: '/api/keys' } }]);
      const outcome = await run(denied, bypasses.map(path => plain('a.test', path)), { broken: ['a.test', 'VirtualService', prefix] });
      expect(outcome.answers.filter(a => a.status === 200).length).toBeGreaterThan(5);
    });
  });
});
