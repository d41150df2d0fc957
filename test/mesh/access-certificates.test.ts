import { JsonPatch } from 'cdk8s';
import { RequestOptions, describeMesh, get } from './mesh';
import { run, statuses } from './shop-routes';
import { Access, ClientCertificates, IngressListener } from '../../src';

const listening = (clients?: ClientCertificates) => [IngressListener.https({ hosts: ['a.test', 'b.test'], credentialName: 'cert', clients })];
const fixtures = [{
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'cert', namespace: 'istio-ingress' },
  data: { 'tls.crt': '${cert:ingress:a.test,b.test}', 'tls.key': '${key:ingress:a.test,b.test}', 'ca.crt': '${ca:client}' },
}];
const routes = { 'a.test': { access: [Access.mtls(['partner.test', 'spiffe://partner/shop'])], openPaths: ['/health'] }, 'b.test': {} };
const at = (url: string, names?: string[], more: Partial<RequestOptions> = {}) =>
  get(`https://${url}`, { from: 'outside', connect: 'ingress:443', trustCA: 'ingress', cert: names && 'client', names, ...more });
const claimed = { headers: { 'x-forwarded-client-cert': `Hash=${'0a'.repeat(32)};Cert="";Subject="";URI=;DNS=partner.test` } };

describeMesh('ingress: access by certificate', () => {
  describe('names', () => {
    test('admit only clients with one of them', async () => {
      const fits = [['partner.test'], ['spiffe://partner/shop'], ['x.test', 'partner.test', 'y.test'], ['spiffe://partner/shop', 'x.test']];
      const misfits = [['other.test'], ['partner.test.evil.test'], ['evil-partner.test'], ['spiffe://partner/shop/x'], ['spiffe://partner/sho']];
      const outcome = await run(routes, [...fits, ...misfits].map(names => at('a.test/', names)), { fixtures, listeners: listening(ClientCertificates.required()) });
      expect(statuses(outcome)).toEqual([...fits.map(() => 200), ...misfits.map(() => 403)]);
    });

    test('are checked only on their own route, even if certificates are optional', async () => {
      const outcome = await run(routes, [
        at('a.test/', ['partner.test']), at('a.test/'), at('a.test/', undefined, claimed), at('a.test/', ['x.test'], claimed), at('a.test/health'), at('a.test/healthy'), at('b.test/'),
      ], { fixtures, listeners: listening(ClientCertificates.optional()) });
      expect(statuses(outcome)).toEqual([200, 403, 403, 403, 200, 403, 200]);
    });

    test('broken: without the route\'s own response, any certificate is accepted', async () => {
      const outcome = await run(routes, [at('a.test/', ['other.test'])], {
        fixtures, listeners: listening(ClientCertificates.required()), broken: ['a.test', 'VirtualService', JsonPatch.remove('/spec/http/1')],
      });
      expect(outcome.answers[0]).toReach('web');
    });

    test('broken: if mesh config keeps the header of clients, they choose their name', async () => {
      const outcome = await run(routes, [at('a.test/', ['other.test'], claimed)], {
        fixtures, listeners: listening(ClientCertificates.required()), meshConfig: 'defaultConfig: {gatewayTopology: {forwardClientCertDetails: FORWARD_ONLY}}',
      });
      expect(outcome.answers[0]).toReach('web');
    });

    test('broken: with a policy for these names, nobody is admitted', async () => {
      const policy = {
        apiVersion: 'security.istio.io/v1',
        kind: 'AuthorizationPolicy',
        metadata: { name: 'names', namespace: 'istio-ingress' },
        spec: { selector: { matchLabels: { istio: 'ingressgateway' } }, action: 'DENY', rules: [{ from: [{ source: { notPrincipals: ['partner.test', '*partner.test'] } }] }] },
      };
      const outcome = await run(routes, [at('b.test/', ['partner.test'])], { fixtures: [...fixtures, policy], listeners: listening(ClientCertificates.required()) });
      expect(outcome.answers[0]).toFail({ status: 403 });
    });
  });
});
