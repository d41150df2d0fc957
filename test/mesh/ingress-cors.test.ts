import { Duration, JsonPatch } from 'cdk8s';
import { enter, forward, routesFor, shopWorkloads } from './entering';
import { Answer, Outcome, describeMesh, runMesh } from './mesh';
import { HeaderMatch, IngressRule, StringMatch } from '../../src';

const SHOP = 'https://shop.example.com';
const preflight = (host: string, origin: string, method: string) => enter(`http://${host}/a`, {
  name: `${host} ${origin} ${method}`, method: 'OPTIONS', headers: { origin, 'access-control-request-method': method },
});
const call = (host: string, origin: string, method = 'GET') => enter(`http://${host}/a`, { name: `${host} ${origin} called`, method, headers: { origin } });
const allowed = ({ headers = {} }: Answer) => Object.fromEntries(
  Object.entries(headers).filter(([name]) => name.startsWith('Access-Control-')).map(([name, [value]]) => [name.slice('Access-Control-'.length), value]),
);

describeMesh('ingress: CORS', () => {
  describe('cross-origin calls', () => {
    const cors = { allowOrigins: [StringMatch.exact(SHOP), StringMatch.regex('https://[a-z]+\\.partner\\.example\\.com')], maxAge: Duration.minutes(1) };
    const hosts: Record<string, IngressRule[]> = {
      'all.test': [{ action: forward('web'), cors: { ...cors, allowHeaders: ['x-tenant'], allowCredentials: true } }],
      'get.test': [{ matches: [{ methods: ['GET'] }], action: forward('web'), cors }],
      'canary.test': [{ matches: [{ headers: [HeaderMatch.exact('x-canary', 'on')] }], action: forward('next'), cors }, { action: forward('web'), cors }],
      'leaky.test': [{ action: forward('web'), cors }],
      'deaf.test': [{ matches: [{ methods: ['GET'] }], action: forward('web'), cors }],
      'open.test': [{ action: forward('web'), cors: { allowOrigins: [StringMatch.exact('*')] } }],
    };

    let named: Outcome['named'];
    beforeAll(async () => {
      const { app, routes } = routesFor(hosts);
      routes['leaky.test'].virtualService!.addJsonPatch(JsonPatch.remove('/spec/http/0/corsPolicy/unmatchedPreflights'));
      routes['deaf.test'].virtualService!.addJsonPatch(JsonPatch.remove('/spec/http/0/match/1'));
      routes['open.test'].virtualService!.addJsonPatch(JsonPatch.add('/spec/http/0/corsPolicy/allowCredentials', true));
      ({ named } = await runMesh({
        manifests: app,
        workloads: shopWorkloads,
        steps: [
          ...['all.test', 'leaky.test', 'open.test'].flatMap(host => [preflight(host, SHOP, 'PUT'), preflight(host, 'https://evil.test', 'PUT'), call(host, SHOP), call(host, 'https://evil.test')]),
          preflight('all.test', 'https://a.partner.example.com', 'PUT'), preflight('all.test', 'https://a.partner.example.com.evil.test', 'PUT'),
          preflight('get.test', SHOP, 'GET'), preflight('get.test', SHOP, 'PUT'), preflight('canary.test', SHOP, 'GET'), preflight('deaf.test', SHOP, 'GET'),
        ],
      }));
    });

    test('the gateway answers the preflight of a listed origin', () => {
      const answer = named[`all.test ${SHOP} PUT`];
      expect(answer).toFail({ status: 200 });
      expect(allowed(answer)).toEqual({ 'Allow-Origin': SHOP, 'Allow-Headers': 'x-tenant', 'Allow-Credentials': 'true', 'Max-Age': '60' });
    });

    test('a page of a listed origin may read the answer', () => {
      const answer = named[`all.test ${SHOP} called`];
      expect(answer).toReach('web');
      expect(allowed(answer)).toEqual({ 'Allow-Origin': SHOP, 'Allow-Credentials': 'true' });
    });

    test('an origin that is not listed gets no permission, and its preflight goes nowhere', () => {
      expect(named['all.test https://evil.test PUT']).toFail({ status: 200 });
      for (const answer of [named['all.test https://evil.test PUT'], named['all.test https://evil.test called']]) expect(allowed(answer)['Allow-Origin']).toBeUndefined();
    });

    test('an expression must match the whole origin', () => {
      expect(allowed(named['all.test https://a.partner.example.com PUT'])['Allow-Origin']).toBe('https://a.partner.example.com');
      expect(allowed(named['all.test https://a.partner.example.com.evil.test PUT'])['Allow-Origin']).toBeUndefined();
    });

    test('a rule for one method takes the preflights for that method only', () => {
      expect(allowed(named[`get.test ${SHOP} GET`])).toEqual({ 'Allow-Origin': SHOP, 'Allow-Methods': 'GET', 'Max-Age': '60' });
      expect(named[`get.test ${SHOP} PUT`]).toFail({ status: 404, flags: 'NR' });
    });

    test('a rule for a header takes preflights, which do not carry it yet', () => {
      expect(allowed(named[`canary.test ${SHOP} GET`])['Allow-Origin']).toBe(SHOP);
    });

    test('broken: without `unmatchedPreflights`, a stranger\'s preflight goes to the destination', () => {
      expect(named['leaky.test https://evil.test PUT']).toReach('web');
    });

    test('broken: without its second match, a rule for one method leaves preflights unanswered: 404', () => {
      expect(named[`deaf.test ${SHOP} GET`]).toFail({ status: 404, flags: 'NR' });
    });

    test('broken: with every origin and credentials, a stranger may act on behalf of visitors', () => {
      expect(allowed(named['open.test https://evil.test called'])).toEqual({ 'Allow-Origin': 'https://evil.test', 'Allow-Credentials': 'true' });
    });
  });
});
