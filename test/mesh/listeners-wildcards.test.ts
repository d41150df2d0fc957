import { JsonPatch } from 'cdk8s';
import { forward } from './entering';
import { ask, certificate, listening, secret, send } from './listening';
import { describeMesh } from './mesh';
import { IngressListener } from '../../src';

const fixtures = [secret('wild-cert', certificate('*.shop.test')), secret('admin-cert', certificate('admin.shop.test'))];

/** The wildcard's route has the name that comes first, which decides between objects of one age. */
const declare = () => listening(
  [IngressListener.https({ hosts: ['*.shop.test'], credentialName: 'wild-cert' }), IngressListener.https({ hosts: ['admin.shop.test'], credentialName: 'admin-cert' })],
  { hosts: ['*.shop.test'], rules: [{ action: forward('web'), matches: [{ methods: ['GET'] }] }] }, { hosts: ['admin.shop.test'], rules: [{ action: forward('next') }] },
);

describeMesh('ingress: wildcards beside names', () => {
  describe('a name with a certificate of its own', () => {
    const steps = [ask('https://admin.shop.test/'), ask('https://any.shop.test/')];

    test('has the route of its own, whatever the age of the wildcard\'s', async () => {
      const { answers: [admin, any] } = await send(declare(), steps, { fixtures });
      expect(admin).toReach('next');
      expect(admin.peerSAN).toEqual(['admin.shop.test']);
      expect(any).toReach('web');
    });

    test('broken: an older route of the wildcard takes it over', async () => {
      const broken = declare();
      broken.routes[0].virtualService!.addJsonPatch(JsonPatch.remove('/spec/http/1/match/0/withoutHeaders'));
      const { answers: [admin] } = await send(broken, steps.slice(0, 1), { fixtures });
      expect(admin).toReach('web');
    });
  });
});
