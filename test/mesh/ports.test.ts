import { JsonPatch } from 'cdk8s';
import { describeMesh, external, get, say } from './mesh';
import { declare, part, run } from './world';
import { ExternalPort, LegOne, PathMatch, RouteAction, VirtualServiceLayout } from '../../src';
import { MESH_HEADERS } from '../../src/private/model/mesh-headers';

const fromApp = { from: 'app' };
const http2 = { ...fromApp, http2: true };

describeMesh('egress: several ports', () => {
  describe('HTTP ports of one host', () => {
    const ports = [ExternalPort.httpToHttps(), ExternalPort.http({ number: 8080 }), ExternalPort.grpc({ number: 9000 }), ExternalPort.https()];
    const servers = [external('api.test', { https: 443 }), external('api.test', { http: 8080 }), external('api.test', { http: 9000 })];
    const steps = [get('http://api.test/x', fromApp), get('http://api.test:8080/x', fromApp), get('http://api.test:9000/x', http2), get('https://api.test/x', fromApp)];

    test.each([VirtualServiceLayout.SPLIT, VirtualServiceLayout.SINGLE])('each leaves to its own port, layout %s', async layout => {
      const { answers } = await run(declare({ ports }, { layout }), servers, steps);
      expect(answers[0]).toReach('api.test', { leftBy: 'egress', port: 443, sni: 'api.test', without: [...MESH_HEADERS, 'x-egress-port'] });
      expect(answers[1]).toReach('api.test', { leftBy: 'egress', port: 8080, without: [...MESH_HEADERS, 'x-egress-port'] });
      expect(answers[2]).toReach('api.test', { leftBy: 'egress', port: 9000, protocol: 'HTTP/2.0' });
      expect(answers[3]).toReach('api.test', { leftBy: 'egress', port: 443, sni: 'api.test' });
    });

    test('rules apply to all of them', async () => {
      const rules = [{ matches: [{ path: PathMatch.exact('/gone') }], action: RouteAction.respond(410) }];
      const { answers: [first, second, kept] } = await run(declare({ ports: ports.slice(0, 2) }, { rules, allow: [{ path: PathMatch.prefix('/gone') }] }), servers,
        [get('http://api.test/gone', fromApp), get('http://api.test:8080/gone', fromApp), get('http://api.test:8080/other', fromApp)]);
      expect([first.status, second.status, kept.status]).toEqual([410, 410, 403]);
    });

    test('also on plaintext leg 1', async () => {
      const { answers } = await run(declare({ ports: ports.slice(0, 2) }, { legOne: LegOne.plaintext('a test') }), servers, steps.slice(0, 2));
      expect(answers[0]).toReach('api.test', { leftBy: 'egress', port: 443 });
      expect(answers[1]).toReach('api.test', { leftBy: 'egress', port: 8080 });
    });

    test('broken: without the mark of leg 1, the gateway cannot distinguish them', async () => {
      const broken = declare({ ports: ports.slice(0, 2) });
      broken.route.meshVirtualService.addJsonPatch(JsonPatch.remove('/spec/http/1/headers'));
      const { answers } = await run(broken, servers, steps.slice(0, 2));
      expect(answers[0]).toReach('api.test', { port: 443 });
      expect(answers[1]).toFail({ status: 404, at: 'egress', flags: 'NR' });
    });
  });
});

describeMesh('egress: modes', () => {
  describe('gRPC', () => {
    test('clear-text HTTP/2 stays HTTP/2', async () => {
      const { answers: [answer] } = await run(declare({ ports: [ExternalPort.http2()] }), [external('api.test', { http: 80 })], [get('http://api.test/x', http2)]);
      expect(answer).toReach('api.test', { leftBy: 'egress', protocol: 'HTTP/2.0' });
    });

    test('gRPC leaves as gRPC over TLS, with the ALPN of HTTP/2', async () => {
      const { answers: [answer] } = await run(declare({ ports: [ExternalPort.grpcToGrpcs()] }), [external('api.test', { https: 443 })], [get('http://api.test/x', http2)]);
      expect(answer).toReach('api.test', { leftBy: 'egress', protocol: 'HTTP/2.0', sni: 'api.test', alpn: 'h2' });
    });

    test('broken: declared as HTTP, it is answered in HTTP/1.1', async () => {
      const { answers: [answer] } = await run(declare({ ports: [ExternalPort.httpToHttps()] }), [external('api.test', { https: 443 })], [get('http://api.test/x', http2)]);
      expect(answer).toReach('api.test', { leftBy: 'egress', protocol: 'HTTP/1.1' });
    });
  });
});

describeMesh('egress: several ports', () => {
  describe('TCP services behind port 443 of one gateway', () => {
    test('each leaves to its own host, beside HTTP', async () => {
      const declared = declare({ hosts: ['db.test'], addresses: ['198.19.1.10'], ports: [ExternalPort.postgres(), ExternalPort.redis(), ExternalPort.httpToHttps()] });
      const servers = [external('db.test', { tcp: 5432 }), external('db.test', { tcp: 6379 }), external('db.test', { https: 443 })];
      const { answers: [postgres, redis, http] } = await run(declared, servers, [say('tcp://db.test:5432', fromApp), say('tcp://db.test:6379', fromApp), get('http://db.test/x', fromApp)]);
      expect(postgres).toReach('db.test', { leftBy: 'egress', port: 5432, protocol: 'TCP' });
      expect(redis).toReach('db.test', { leftBy: 'egress', port: 6379, protocol: 'TCP' });
      expect(http).toReach('db.test', { leftBy: 'egress', port: 443 });
    });

    test('broken: with a Gateway named for another port, the connection is closed', async () => {
      const broken = declare({ hosts: ['db.test'], addresses: ['198.19.1.10'], ports: [ExternalPort.mysql(), ExternalPort.mongo()] });
      part(broken, 'VirtualService', '3306').addJsonPatch(JsonPatch.replace('/spec/gateways/0', 'istio-system/egress-db-test-27017'));
      const { answers: [mysql, mongo] } = await run(broken, [external('db.test', { tcp: 3306 }), external('db.test', { tcp: 27017 })],
        [say('tcp://db.test:3306', fromApp), say('tcp://db.test:27017', fromApp)]);
      // the shared server takes what has no server of its own, and speaks HTTP
      expect(mysql).toFail({ at: 'egress', flags: 'DPE' });
      expect(mongo).toReach('db.test', { leftBy: 'egress', port: 27017 });
    });
  });
});
