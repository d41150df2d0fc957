import { JsonPatch } from 'cdk8s';
import { Answer, Authority, Outcome, describeMesh, external } from './mesh';
import { Routes, forward, plain, run, spelt, statuses } from './shop-routes';
import { bearer, issuer } from './tokens';
import { Access, ClaimMatch, JwtOptions } from '../../src';

describeMesh('ingress: access', () => {
  describe('tokens', () => {
    const [ours, partner, stranger] = ['https://ours.test', 'https://partner.test', 'https://stranger.test'].map(issuer);
    const forged = issuer(ours.issuer);
    const shop = Access.jwt({ issuer: ours.issuer, jwks: ours.jwks, audiences: ['shop'] });
    const token = (claims: object = {}) => ours.token({ aud: 'shop', ...claims });
    const shows = (text: string) => ({ headers: bearer(text) });

    const by = ({ issuer: name, jwks }: typeof ours, more: Partial<JwtOptions>) => Access.jwt({ issuer: name, jwks, ...more });
    const claims = [ClaimMatch.oneOf('groups', ['staff', 'admins']), ClaimMatch.nested(['realm_access', 'roles'], ['buyer']), ClaimMatch.oneOf('scope', ['read']), ClaimMatch.present('sub')];
    const remote = Access.jwt({ issuer: 'https://remote.test', jwksUri: 'https://keys.test/jwks.json', audiences: ['shop'] });
    const remotely = issuer('https://remote.test');
    const two = { 'a.test': { access: [shop] }, 'b.test': { rules: forward('next') } };
    const routes: Routes = {
      ...two,
      'c.test': { access: [by(ours, { audiences: ['billing'] })] },
      'claims.test': { access: [by(ours, { claims })] },
      'several.test': { access: [Access.anyOf([shop, by(partner, { claims: [ClaimMatch.oneOf('azp', ['partner'])] })])] },
      'remote.test': { access: [remote] },
    };

    const fits = { sub: 'me', groups: ['x', 'admins'], realm_access: { roles: ['buyer'] }, scope: 'write read' };
    const misfits = [{ groups: 'guests' }, { realm_access: { roles: ['seller'] } }, { scope: 'write' }, { sub: undefined }, { sub: '' }].map(m => ({ ...fits, ...m }));
    const REMOTE = [plain('remote.test', '/', shows(remotely.token({ aud: 'shop' }))), plain('remote.test', '/', shows(issuer(remotely.issuer).token({ aud: 'shop' }))), plain('remote.test')];
    const INVALID = [token({ exp: 1 }), stranger.token(), 'opaque'].map(t => plain('b.test', '/', shows(t)));
    const asked = {
      audiences: [
        plain('a.test', '/', shows(token())), plain('a.test', '/', shows(ours.token({ aud: ['x', 'shop'], sub: 'me' }))),
        plain('a.test'), plain('a.test', '/', shows(ours.token({ aud: 'billing' }))), plain('a.test', '/', shows(ours.token())), plain('a.test', '/', { headers: { authorization: 'Basic YTpi' } }),
        plain('a.test', `/?access_token=${token()}`),
        plain('a.test', '/', shows(token({ exp: 1 }))), plain('a.test', '/', shows(forged.token({ aud: 'shop' }))), plain('a.test', '/', shows(stranger.token({ aud: 'shop' }))),
      ],
      spellings: ['A.Test', 'a.test:80', 'A.TEST:12345', 'a.test:', 'a.test:x'].map(spelt),
      claims: [fits, { ...fits, groups: 'staff' }, ...misfits].map(c => plain('claims.test', '/', shows(ours.token(c)))),
      issuers: [...[token(), partner.token({ azp: 'partner' }), partner.token({ aud: 'shop' }), ours.token({ azp: 'partner' })].map(t => plain('several.test', '/', shows(t))), plain('several.test')],
      neighbours: [plain('b.test'), plain('b.test', '/', shows(token())), plain('c.test', '/', shows(token())), plain('c.test', '/', shows(ours.token({ aud: 'billing' }))), plain('a.test', '/', shows(token()))],
      invalid: INVALID,
      remote: REMOTE,
    };
    let answers: Record<string, readonly Answer[]>;
    /** istiod tries for some seconds to read keys that do not come; meanwhile the other tests go on. */
    let unread: Promise<Outcome>;

    beforeAll(async () => {
      const keys = (certCA: Authority) => ({ externals: [external('keys.test', { https: 443 }, { body: remotely.jwks, certCA })] });
      unread = run({ 'remote.test': routes['remote.test'] }, REMOTE, keys('private'));
      unread.catch(() => undefined); // its own test tells
      const left = [...(await run(routes, Object.values(asked).flat(), keys('public'))).answers];
      answers = Object.fromEntries(Object.entries(asked).map(([what, { length }]) => [what, left.splice(0, length)]));
    });

    test('admit only those to whom the issuer gave a token for this audience', () => {
      expect(statuses({ answers: answers.audiences })).toEqual([200, 200, 403, 403, 403, 403, 403, 401, 401, 401]);
      expect(answers.audiences[0]).toReach('web', { headers: { authorization: /^Bearer / } });
    });

    test('apply however the host is spelled', () => {
      expect(statuses({ answers: answers.spellings })).toEqual([403, 403, 403, 403, 403]);
    });

    test('are accepted for any audience, or none, if that is intended', async () => {
      const access = [Access.jwtForAnyAudience('the issuer serves this shop alone', { issuer: ours.issuer, jwks: ours.jwks })];
      const tokens = [ours.token({ aud: 'billing' }), ours.token(), partner.token({ aud: 'shop' }), forged.token()];
      expect(statuses(await run({ 'a.test': { access } }, [...tokens.map(t => plain('a.test', '/', shows(t))), plain('a.test')]))).toEqual([200, 200, 401, 401, 403]);
    });

    test('must carry the claims', () => {
      expect(statuses({ answers: answers.claims })).toEqual([200, 200, 403, 403, 403, 403, 403]);
    });

    describe('of many alternatives', () => {
      const issuers = ['one', 'two', 'three', 'four'].map(name => issuer(`https://${name}.test`));
      const [one, second, , four] = issuers;
      const audience = ({ issuer: iss }: typeof one) => iss.replace('https://', 'for-');
      const asRole = (from: typeof one, role: string) => Access.jwt({ issuer: from.issuer, jwks: from.jwks, audiences: [role], claims: [ClaimMatch.oneOf('role', [role])] });
      const access = [Access.anyOf([
        ...issuers.map(from => Access.jwt({ issuer: from.issuer, jwks: from.jwks, audiences: [audience(from)] })),
        asRole(one, 'buyer'), asRole(one, 'seller'), Access.ipBlocks(['203.0.113.0/24']),
      ])];
      const tokens = (...shown: string[]) => shown.map(text => plain('a.test', '/', shows(text)));

      test('each admits, and nothing between them does', async () => {
        const outcome = await run({ 'a.test': { access } }, [
          ...tokens(...issuers.map(from => from.token({ aud: audience(from) })), one.token({ aud: 'buyer', role: 'buyer' }), one.token({ aud: ['x', 'seller'], role: ['y', 'seller'] })),
          ...tokens(one.token({ aud: audience(second) }), second.token({ aud: audience(one) }), four.token(), one.token({ aud: 'buyer', role: 'seller' }), one.token({ role: 'buyer' }), second.token({ aud: 'buyer', role: 'buyer' })),
          plain('a.test'),
        ]);
        expect(statuses(outcome)).toEqual([200, 200, 200, 200, 200, 200, 403, 403, 403, 403, 403, 403, 403]);
      });

      test('broken: without the rule for an issuer, all of its tokens are accepted', async () => {
        const outcome = await run({ 'a.test': { access } }, tokens(four.token({ aud: 'billing' }), second.token({ aud: 'billing' })), {
          broken: ['a.test', 'AuthorizationPolicy', JsonPatch.test('/spec/rules/7/when/0/values/0', four.issuer), JsonPatch.remove('/spec/rules/7')],
        });
        expect(statuses(outcome)).toEqual([200, 403]);
      });
    });

    test('are accepted from several issuers', () => {
      expect(statuses({ answers: answers.issuers })).toEqual([200, 200, 403, 403, 403]);
    });

    test('do not affect other routes', () => {
      expect(statuses({ answers: answers.neighbours })).toEqual([200, 200, 403, 200, 200]);
      expect(answers.neighbours[1]).toReach('next', { headers: { authorization: /^Bearer / } });
    });

    test('are verified with keys that istiod fetches from the issuer', () => {
      expect(statuses({ answers: answers.remote })).toEqual([200, 401, 403]);
    });

    test('Istio refuses invalid ones on every route, except in a header of their own', async () => {
      expect(statuses({ answers: answers.invalid })).toEqual([401, 401, 401]);
      const own = [by(ours, { audiences: ['shop'], header: 'X-Shop-Token' })];
      const outcome = await run({ 'a.test': { access: own }, 'b.test': {} }, [...INVALID, plain('a.test', '/', { headers: { 'x-shop-token': token() } }), plain('a.test', '/', shows(token()))]);
      expect(statuses(outcome)).toEqual([200, 200, 200, 200, 403]);
    });

    test('broken: a policy in the application\'s namespace has no effect', async () => {
      const outcome = await run(two, [plain('a.test')], { broken: ['a.test', 'AuthorizationPolicy', JsonPatch.replace('/metadata/namespace', 'shop')] });
      expect(outcome.answers[0]).toReach('web');
    });

    test('broken: keys in the application\'s namespace are not used', async () => {
      const outcome = await run({ 'a.test': two['a.test'] }, [plain('a.test', '/', shows(token()))], { broken: ['a.test', 'RequestAuthentication', JsonPatch.replace('/metadata/namespace', 'shop')] });
      expect(outcome.answers[0]).toFail({ status: 403 });
    });

    test('broken: an ALLOW policy closes the other routes', async () => {
      const outcome = await run(two, [plain('b.test')], { broken: ['a.test', 'AuthorizationPolicy', JsonPatch.replace('/spec/action', 'ALLOW')] });
      expect(outcome.answers[0]).toFail({ status: 403 });
    });

    test('broken: with a policy for another port, everybody is admitted', async () => {
      const outcome = await run({ 'a.test': two['a.test'] }, [plain('a.test')], {
        broken: ['a.test', 'AuthorizationPolicy', ...[0, 1].map(i => JsonPatch.replace(`/spec/rules/${i}/to/0/operation/ports/0`, '8080'))],
      });
      expect(outcome.answers[0]).toReach('web');
    });

    test('broken: with keys from a different server, nobody is admitted', async () => {
      expect(statuses(await unread)).toEqual([401, 401, 403]);
    });
  });

  describe('addresses', () => {
    const client = '198.18.0.2';
    const elsewhere = '203.0.113.0/24';
    const forwarded = { headers: { 'x-forwarded-for': '203.0.113.9' } };
    const proxied = { meshConfig: 'defaultConfig: {gatewayTopology: {numTrustedProxies: 1}}' };
    const both = { 'a.test': { access: [Access.ipBlocks([client, '2001:db8::/32'])] }, 'b.test': { access: [Access.ipBlocks([elsewhere])] }, 'c.test': { access: [Access.remoteIpBlocks([elsewhere])] } };

    let outcome: Outcome;
    beforeAll(async () => {
      const ours = issuer('https://ours.test');
      const token = Access.jwt({ issuer: ours.issuer, jwks: ours.jwks, audiences: ['shop'] });
      const routes = { ...both, 'd.test': { access: [Access.anyOf([Access.ipBlocks([elsewhere]), token])] }, 'e.test': { access: [Access.anyOf([Access.ipBlocks([client]), Access.ipBlocks([elsewhere])])] } };
      outcome = await run(routes, [
        plain('a.test'), plain('b.test'), plain('b.test', '/', forwarded), plain('c.test', '/', forwarded),
        plain('d.test', '/', { headers: bearer(ours.token({ aud: 'shop' })) }), plain('d.test'), plain('e.test'),
      ]);
    });

    test('match the connection', () => {
      expect(statuses(outcome).slice(0, 3)).toEqual([200, 403, 403]);
    });

    test('match the header set by trusted proxies, of which there are none by default', async () => {
      expect(statuses(await run(both, [plain('c.test', '/', forwarded), plain('c.test')], proxied))).toEqual([200, 403]);
      expect(outcome.answers[3]).toFail({ status: 403 });
    });

    test('broken: behind a proxy, the address of the connection is not that of the client', async () => {
      const spoofed = await run(both, [plain('c.test', '/', forwarded)], { ...proxied, broken: ['c.test', 'AuthorizationPolicy', JsonPatch.replace('/spec/rules/0/when/0/key', 'source.ip')] });
      expect(spoofed.answers[0]).toFail({ status: 403 });
    });

    test('or a token is required', () => {
      expect(statuses(outcome).slice(4)).toEqual([200, 403, 200]);
    });
  });

  describe('an external authorizer', () => {
    const meshConfig = 'extensionProviders: [{name: ours, envoyExtAuthzHttp: {service: authorizer.security.svc.cluster.local, port: 8000}}]';
    const routes = { 'a.test': { access: [Access.extAuthz('ours')] }, 'b.test': { rules: forward('next') } };

    test('decides, only for its own route', async () => {
      const outcome = await run(routes, [plain('a.test'), plain('a.test', '/status/403'), plain('A.test:1', '/status/401'), plain('b.test', '/status/403')], { meshConfig });
      expect(outcome.answers.map(a => [a.status, a.server?.server])).toEqual([[200, 'web'], [403, 'authorizer'], [401, 'authorizer'], [403, 'next']]);
    });

    test('broken: if mesh config does not know it, nobody is admitted', async () => {
      const outcome = await run(routes, [plain('a.test'), plain('b.test')], { meshConfig, broken: ['a.test', 'AuthorizationPolicy', JsonPatch.replace('/spec/provider/name', 'other')] });
      expect(statuses(outcome)).toEqual([403, 200]);
    });

    test('broken: with a second one on the same pods, both routes are closed', async () => {
      const outcome = await run({ ...routes, 'b.test': { access: [Access.extAuthz('ours')] } }, [plain('a.test'), plain('b.test')], {
        meshConfig: meshConfig.replace(']', ', {name: other, envoyExtAuthzHttp: {service: authorizer.security.svc.cluster.local, port: 8000}}]'),
        broken: ['b.test', 'AuthorizationPolicy', JsonPatch.replace('/spec/provider/name', 'other')],
      });
      expect(statuses(outcome)).toEqual([403, 403]);
    });
  });
});
