import { JsonPatch } from 'cdk8s';
import { describeMesh, external, say } from './mesh';
import { declare, run } from './world';
import { ExternalPort } from '../../src';

const fromApp = { from: 'app', timeoutS: 2 };
const mail = () => declare({ hosts: ['db.test'], addresses: ['198.19.1.10'], ports: [ExternalPort.mysql()] });
const servers = [external('db.test', { starttls: 3306 })];

describeMesh('egress: TCP', () => {
  describe('protocols in which the server speaks first and TLS begins inside', () => {
    test('pass through the gateway', async () => {
      const { answers: [answer] } = await run(mail(), servers, [say('starttls://db.test:3306', fromApp)]);
      expect(answer).toReach('db.test', { leftBy: 'egress', sni: 'db.test', protocol: 'TCP' });
    });

    test('broken: as HTTP they never begin', async () => {
      const broken = mail();
      broken.service.serviceEntry.addJsonPatch(JsonPatch.replace('/spec/ports/0/protocol', 'HTTP'));
      const { answers: [answer] } = await run(broken, servers, [say('starttls://db.test:3306', fromApp)]);
      expect(answer).toFail({ error: /waiting for "220 ready/ });
    });
  });
});
