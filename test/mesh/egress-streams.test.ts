import { JsonPatch } from 'cdk8s';
import { describeMesh, external, stream } from './mesh';
import { declare, run } from './world';
import { ExternalPort, VirtualServiceLayout } from '../../src';
import { MESH_HEADERS } from '../../src/private/model/mesh-headers';

const chat = stream('grpc://api.test/shop.Orders/Watch', { from: 'app', timeoutS: 2 });

describeMesh('egress: streams', () => {
  describe.each([
    ['gRPC', ExternalPort.grpc(), [external('api.test', { http: 80 })], {}],
    ['gRPC over TLS', ExternalPort.grpcToGrpcs(), [external('api.test', { https: 443 })], { sni: 'api.test', alpn: 'h2' }],
  ])('%s', (_, port, servers, tls) => {
    test.each([VirtualServiceLayout.SPLIT, VirtualServiceLayout.SINGLE])('messages pass both ways while the stream is open (%s)', async layout => {
      const { answers: [answer] } = await run(declare({ ports: [port] }, { layout }), servers, [chat]);
      expect(answer).toReach('api.test', { leftBy: 'egress', protocol: 'HTTP/2.0', path: '/shop.Orders/Watch', ...tls, without: MESH_HEADERS });
      expect(answer.messages).toBe(3);
    });

    test('broken: unless it is removed, the deadline that Envoy reads from the call leaves in a header of the mesh', async () => {
      const broken = declare({ ports: [port] });
      broken.route.gatewayVirtualService.addJsonPatch(JsonPatch.replace('/spec/http/0/headers/request/remove', ['x-request-id']));
      const { answers: [answer] } = await run(broken, servers, [chat]);
      expect(answer).toReach('api.test', { headers: { 'x-envoy-expected-rq-timeout-ms': /^\d+$/ } });
    });

    test('broken: with HTTP/1.1 on leg 1, a stream ends without its status', async () => {
      const broken = declare({ ports: [port] });
      broken.route.meshVirtualService.addJsonPatch(JsonPatch.replace('/spec/http/0/route/0/destination/port/number', 80));
      const { answers: [answer] } = await run(broken, servers, [chat]);
      expect(answer).toFail({ error: /after the last message/ });
      expect(answer.messages).toBeUndefined();
    });

    test('broken: with HTTP/1.1 on leg 2, no stream begins', async () => {
      const broken = declare({ ports: [port] });
      broken.service.serviceEntry.addJsonPatch(JsonPatch.replace('/spec/ports/0/protocol', 'HTTP'));
      const { answers: [answer] } = await run(broken, servers, [chat]);
      expect(answer).toFail({ error: /after 0 messages/ });
      expect(answer.messages).toBeUndefined();
    });
  });
});
