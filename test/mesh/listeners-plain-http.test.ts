import { JsonPatch } from 'cdk8s';
import { forward } from './entering';
import { ask, certificate, listening, secret, send } from './listening';
import { describeMesh } from './mesh';
import { IngressListener, PathMatch, PlainHttp, PlainHttpRedirectOptions } from '../../src';

const fixtures = [secret('cert', certificate('shop.test'))];
const CHALLENGE = '/.well-known/acme-challenge/token';
const exemptPaths = [PathMatch.prefix('/.well-known/acme-challenge')];

const declare = (options: PlainHttpRedirectOptions) => listening(
  [IngressListener.https({ hosts: ['shop.test'], credentialName: 'cert', plainHttp: PlainHttp.redirect(options) })],
  { hosts: ['shop.test'], rules: [{ matches: [{ path: PathMatch.prefix('/.well-known') }], action: forward('next') }, { action: forward('web') }] },
);

describeMesh('ingress: clear text beside HTTPS', () => {
  describe('a redirect with exempt paths', () => {
    const steps = [ask(`http://shop.test${CHALLENGE}`), ask('http://shop.test/.well-known/other'), ask('http://shop.test/x?y=1'), ask(`https://shop.test${CHALLENGE}`), ask('https://shop.test/x')];

    test('applies the rules to these paths, and redirects the others', async () => {
      const { answers: [challenge, other, page, ...secure] } = await send(declare({ exemptPaths }), steps, { fixtures });
      expect(challenge).toReach('next', { path: CHALLENGE });
      expect([other.status, other.headers?.Location]).toEqual([301, ['https://shop.test/.well-known/other']]);
      expect([page.status, page.headers?.Location]).toEqual([301, ['https://shop.test/x?y=1']]);
      expect(secure[0]).toReach('next');
      expect(secure[1]).toReach('web');
    });

    test('broken: with the redirect first, nothing is exempt', async () => {
      const broken = declare({ exemptPaths });
      broken.routes[0].virtualService!.addJsonPatch(JsonPatch.move('/spec/http/1', '/spec/http/0'));
      const { answers: [challenge] } = await send(broken, steps.slice(0, 1), { fixtures });
      expect(challenge.status).toBe(301);
    });
  });

  describe('a load balancer that terminates TLS', () => {
    const steps = [ask('http://shop.test/x', { headers: { 'x-forwarded-proto': 'https' } }), ask('http://shop.test/x', { headers: { 'x-forwarded-proto': 'http' } }), ask('http://shop.test/x')];
    const trusting = { fixtures, meshConfig: 'defaultConfig: { gatewayTopology: { numTrustedProxies: 1 } }' };

    test('is not redirected in a loop if the gateway trusts it', async () => {
      const { answers: [https, ...http] } = await send(declare({ numTrustedProxies: 1 }), steps, trusting);
      expect(https).toReach('web');
      for (const answer of http) expect([answer.status, answer.headers?.Location]).toEqual([301, ['https://shop.test/x']]);
    });

    test('broken: it is if the redirect ignores the header', async () => {
      const { answers: [https] } = await send(declare({}), steps, trusting);
      expect(https.status).toBe(301);
    });

    test('broken: it is if the pods trust no proxy, which is their default', async () => {
      const { answers: [https] } = await send(declare({ numTrustedProxies: 1 }), steps, { fixtures });
      expect(https.status).toBe(301);
    });
  });
});
