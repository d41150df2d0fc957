import { App, Chart, JsonPatch } from 'cdk8s';
import { describeMesh, external, get, runMesh } from './mesh';
import { declare, run, workloads } from './world';
import { ExternalPort, ExternalService, UpstreamTls } from '../../src';

const PROXY = '198.19.1.10';
const servers = [external('proxy.test', { connect: 3128, connects: 3129 }), external('api.test', { https: 443 })];
const byProxy = [get('https://api.test/get', { from: 'app', proxy: 'proxy.test:3128', timeoutS: 3 })];
const plain = () => ({ hosts: ['proxy.test'], addresses: [PROXY], ports: [ExternalPort.tcp({ number: 3128 })] });
const secure = () => ({ ...plain(), ports: [ExternalPort.tcp({ number: 3128, targetPort: 3129, tls: UpstreamTls.simple() })] });

describeMesh('egress: forward proxies', () => {
  describe('to which the application itself speaks', () => {
    test.each([['clear text', plain], ['TLS from the gateway on', secure]])('are reached through the gateway by %s', async (_, service) => {
      const outcome = await run(declare(service()), servers, byProxy);
      expect(outcome.answers[0]).toReach('api.test', { leftBy: 'proxy.test', sni: 'api.test' });
      expect(outcome.seen[0]).toMatchObject({ server: 'proxy.test', peer: 'egress', method: 'CONNECT', host: 'api.test:443' });
    });

    test.each([['clear text', plain], ['TLS from the sidecar on', secure]])('are reached directly by %s', async (_, service) => {
      const app = new App();
      new ExternalService(new Chart(app, 'shop', { namespace: 'shop' }), 'proxy', { ...service(), direct: true });
      const { answers: [answer], seen } = await runMesh({ manifests: app, workloads, externals: servers, steps: byProxy });
      expect(answer).toReach('api.test', { leftBy: 'proxy.test' });
      expect(seen[0]).toMatchObject({ server: 'proxy.test', peer: 'app' });
    });

    test('broken: declared as HTTP, the sidecar takes the CONNECT for its own', async () => {
      const broken = declare(plain());
      broken.service.serviceEntry.addJsonPatch(JsonPatch.replace('/spec/ports/0/protocol', 'HTTP'));
      const { answers: [answer] } = await run(broken, servers, byProxy);
      expect(answer).toFail();
    });
  });
});
