import { JsonPatch } from 'cdk8s';
import { admit } from './admission';
import { enter, entrance, forward, routesFor, shopWorkloads } from './entering';
import { Outcome, Scenario, Step, describeMesh, runMesh } from './mesh';
import { Access, Destination, IngressRoute, IngressRule, PathMatch, PathRewrite, RouteAction } from '../../src';
import { COMMANDS } from '../../src/private/check/header-value';
import { HEADER_VALUES, NO_REGEXES, REGEXES } from '../http/values';
import { KEYS, NO_KEYS } from '../ingress/keys';
import { EXPRESSIONS, NO_EXPRESSIONS } from '../telemetry/expressions';

const run = ({ app }: Pick<ReturnType<typeof routesFor>, 'app'>, steps: Step[], more: Partial<Scenario> = {}): Promise<Outcome> => runMesh({ manifests: app, workloads: shopWorkloads, steps, ...more });

/** The rule of a.test with one field replaced by hand, beside b.test, which has nothing to do with it. */
function patched(path: string, value: unknown) {
  const declared = routesFor({
    'a.test': [{ matches: [{ path: PathMatch.regex('/a') }], requestHeaders: { set: { 'x-a': 'b' } }, rewrite: { path: PathRewrite.regex('^/(.*)$', '/\\1') }, action: forward('web') }],
    'b.test': [{ action: forward('web') }],
  });
  declared.routes['a.test'].virtualService!.addJsonPatch(JsonPatch.replace(path, value));
  return declared;
}

describeMesh('limits: values', () => {
  test('headers arrive as they were meant, in requests and in answers', async () => {
    const rules = HEADER_VALUES.map(([value], i): IngressRule => ({
      matches: [{ path: PathMatch.exact(`/${i}`) }], requestHeaders: { set: { 'x-set': value }, add: { 'x-added': value } }, responseHeaders: { set: { 'x-answer': value } }, action: forward('web'),
    }));
    const { answers } = await run(routesFor({ 'a.test': rules }), HEADER_VALUES.map((_, i) => enter(`http://a.test/${i}`, { headers: { 'x-own': 'own' } })));
    HEADER_VALUES.forEach(([, wanted], i) => {
      const { server, headers } = answers[i];
      for (const got of [server?.headers?.['X-Set'], server?.headers?.['X-Added'], headers?.['X-Answer']]) {
        expect(got).toEqual([typeof wanted === 'string' ? wanted : expect.stringMatching(wanted)]);
      }
    });
  });

  test('every command is one that the proxy knows', async () => {
    const set = Object.fromEntries(COMMANDS.map((command, i) => [`x-${i}`, `%${command}%`]));
    const { answers: [answer] } = await run(routesFor({ 'a.test': [{ requestHeaders: { set }, responseHeaders: { set }, action: forward('web') }] }), [enter('http://a.test/')]);
    expect(answer.server?.headers?.[`X-${COMMANDS.indexOf('PROTOCOL')}`]).toEqual(['HTTP/1.1']);
    expect(answer.headers?.[`X-${COMMANDS.indexOf('RESPONSE_CODE')}`]).toEqual(['200']);
  });

  test('expressions fit, and are refused by no proxy', async () => {
    const rules = REGEXES.map(([regex]): IngressRule => ({ matches: [{ path: PathMatch.regex(regex) }], action: forward('web') }));
    const hosts = Object.fromEntries(rules.map((rule, i) => [`h${i}.test`, [rule]]));
    const { answers } = await run(routesFor(hosts), REGEXES.map(([, path], i) => enter(`http://h${i}.test${path}`)));
    expect(answers.map(({ status }) => status)).toEqual(REGEXES.map(() => 200));
  });

  test('paths, answers, weights and counts are taken up to their limits', async () => {
    const share = (weight: number) => Destination.service('web', { port: 8080 }).weighted(weight);
    const { app } = routesFor({
      'rewrite.test': [{ rewrite: { path: PathRewrite.regex('^/(a)(.*)$', '/%20\\2\\0') }, action: forward('web') }],
      'respond.test': [{ action: RouteAction.respond(200, '\u00e9'.repeat(2 ** 19)) }],
      'redirect.test': [{ matches: [{ path: PathMatch.exact('/') }], action: RouteAction.redirect({ path: '/caf%C3%A9' }) }],
      'split.test': [{ action: RouteAction.split([share(2 ** 31 - 1), share(2 ** 31 - 1), share(1)]), retries: { attempts: 2 ** 31 - 1 } }],
    });
    const { answers: [rewrite, respond, redirect, split] } = await run({ app }, ['rewrite.test/ab', 'respond.test', 'redirect.test', 'split.test'].map(url => enter(`http://${url}`)));
    expect(rewrite.server?.path).toBe('/%20b/ab');
    expect(respond.body).toMatch(/^\u00e9+/);
    expect(redirect.headers?.Location).toEqual(['http://redirect.test/caf%C3%A9']);
    expect(split.status).toBe(200);
    expect((await admit([{ name: 'limits', manifests: app }])).filter(({ source, level }) => source !== 'analyze' && level === 'Error')).toEqual([]);
  });

  test.each<readonly [string, string, string]>([
    ['an unknown command', '/spec/http/0/headers/request/set/x-a', '%FOO%'],
    ['an argument that a command does not take', '/spec/http/0/headers/request/set/x-a', '%PROTOCOL(x)%'],
    ['a long value', '/spec/http/0/headers/request/set/x-a', 'x'.repeat(16385)],
    ['a line break in a substitution', '/spec/http/0/rewrite/uriRegexRewrite/rewrite', '/a\nb'],
    ...NO_REGEXES.filter(regex => !/Greek|PN|\u00e9/.test(regex)).map(regex => [`the expression ${regex.slice(0, 30)}`, '/spec/http/0/match/0/uri/regex', regex] as const),
  ])('broken: %s passes admission, and freezes the routes of every host', async (_, path, value) => {
    const { app } = patched(path, value);
    expect((await admit([{ name: 'one value', manifests: app }])).filter(({ source, level }) => source === 'webhook' && level === 'Error')).toEqual([]);
    const { answers: [other], troubles } = await run({ app }, [enter('http://b.test/')], { troubled: true });
    expect(other.status).toBe(404);
    expect(troubles[0]).toMatch(/rejected/);
  });

  test.each([
    ['an empty value is not set', '/spec/http/0/headers/request/set/x-a', '', { set: 'old' }],
    ['spaces around a value are lost', '/spec/http/0/headers/request/set/x-a', ' b ', { set: 'b' }],
    ['a group that there is not leaves the path', '/spec/http/0/rewrite/uriRegexRewrite/rewrite', '/x\\2', { path: '/a' }],
    ['a backslash is lost', '/spec/http/0/rewrite/uriRegexRewrite/rewrite', '/x\\y', { path: '/x' }],
  ] as const)('broken: %s', async (_, path, value, seen: { readonly set?: string; readonly path?: string }) => {
    const { answers: [answer] } = await run(patched(path, value), [enter('http://a.test/a', { headers: { 'x-a': 'old' } })]);
    if (seen.set) expect(answer.server?.headers?.['X-A']).toEqual([seen.set]);
    if (seen.path) expect(answer.server?.path).toBe(seen.path);
  });
});

describeMesh('limits: policies of traffic', () => {
  const policy = (keepalive: object, more: object = {}) => [{
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { host: 'web.shop.svc.cluster.local', exportTo: ['*'], trafficPolicy: { connectionPool: { tcp: { tcpKeepalive: keepalive, ...more } } } },
  }];
  const ask = (keepalive: object, more?: object, options: Partial<Scenario> = {}) => (
    run(routesFor({ 'a.test': [{ action: forward('web') }] }), [enter('http://a.test/')], { fixtures: policy(keepalive, more), ...options })
  );

  test('are taken up to what Linux and Envoy take', async () => {
    const longest = '9223372035s';
    const { answers: [answer] } = await ask({ time: '32767s', interval: '32767s', probes: 127 }, { connectTimeout: longest, maxConnectionDuration: longest });
    expect(answer.status).toBe(200);
  });

  test.each([[{ time: '32768s' }], [{ interval: '32768s' }], [{ probes: 128 }]])('broken: with %j, Linux refuses every connection', async keepalive => {
    const { answers: [answer] } = await ask(keepalive);
    expect(answer).toFail({ status: 503, at: 'ingress' });
  });

  test('broken: a second more, and Envoy refuses the cluster', async () => {
    const { answers: [answer] } = await ask({ time: '1s' }, { connectTimeout: '9223372036s' }, { troubled: true });
    expect(answer.status).toBe(503);
  });
});

describeMesh('limits: public keys', () => {
  const declared = (keys: object[]) => {
    const { app, shop, gateway } = entrance();
    const access = [Access.jwt({ issuer: 'https://login.test', audiences: ['shop'], jwks: JSON.stringify({ keys }) })];
    const route = new IngressRoute(shop, 'route', { gateway, hosts: ['a.test'], rules: [{ action: forward('web') }], access });
    return { app, route };
  };

  test('are read by the webhook and by the proxy', async () => {
    const { app } = declared(KEYS);
    const { answers: [answer] } = await run({ app }, [enter('http://a.test/')]);
    expect(answer.status).toBe(403);
    expect((await admit([{ name: 'keys', manifests: app }])).filter(({ source, level }) => source !== 'analyze' && level !== 'Info')).toEqual([]);
  });

  test.each(NO_KEYS.map((key, i) => [i, key] as const))('broken: key %d is read by one of them at most', async (_, key) => {
    const { app, route } = declared(KEYS);
    const authentication = route.accessObjects.find(({ kind }) => kind === 'RequestAuthentication')!;
    authentication.addJsonPatch(JsonPatch.replace('/spec/jwtRules/0/jwks', JSON.stringify({ keys: [key] })));
    const refused = (await admit([{ name: 'key', manifests: app }])).some(({ source, level }) => source === 'webhook' && level === 'Error');
    const rejected = refused ? [] : (await run({ app }, [enter('http://a.test/')], { troubled: true })).troubles;
    expect(refused || rejected.length > 0).toBe(true);
  });
});

describeMesh('limits: expressions of access logs', () => {
  test('are those that the webhook parses', async () => {
    const telemetry = (expression: string) => ({
      apiVersion: 'telemetry.istio.io/v1',
      kind: 'Telemetry',
      metadata: { name: 'logs', namespace: 'istio-ingress' },
      spec: { accessLogging: [{ providers: [{ name: 'envoy' }], filter: { expression } }] },
    });
    const sets = [...EXPRESSIONS, ...NO_EXPRESSIONS].map(expression => ({ name: JSON.stringify(expression), manifests: [telemetry(expression)] }));
    const findings = await admit(sets);
    const refused = new Set(findings.filter(({ source, level }) => source === 'webhook' && level === 'Error').map(({ set }) => set));
    expect([...refused]).toEqual(NO_EXPRESSIONS.map(expression => JSON.stringify(expression)));
  });
});
