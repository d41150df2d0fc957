import { LISTENERS } from './listener-cases';
import { Access, Destination, IngressListener, IngressRoute, IngressRule, PathMatch, PlainHttp, PlainHttpRedirectOptions, RouteAction } from '../../src';
import { ingress } from '../fixtures';
import { expectRefusal } from '../refusal';
import { find, synth } from '../synth';

const forward = (name: string) => RouteAction.forward(Destination.service(name, { port: 8080 }));
const acme = PathMatch.prefix('/.well-known/acme-challenge');

function redirecting(options: PlainHttpRedirectOptions, rules: IngressRule[] = [{ action: forward('web') }], access?: Access[]) {
  const listeners = [IngressListener.https({ hosts: ['a.test'], credentialName: 'cert', plainHttp: PlainHttp.redirect(options) })];
  return ingress({ listeners }, { hosts: ['a.test'], rules, access });
}

/** Port, path and what is done, of each HTTP route. */
const routesOf = (http: any[]) => http.map(({ match, redirect, route }) => [
  match.map((m: any) => [m.port, ...Object.values(m.uri ?? {}), ...Object.keys(m.withoutHeaders ?? {})].join(' ')),
  redirect ? 'redirect' : route?.[0].destination.host.split('.')[0],
]);
const httpOf = (made: ReturnType<typeof redirecting>) => routesOf(find(made.manifests(), 'VirtualService').spec.http);

describe('the redirect of clear text', () => {
  test('spares paths, which the rules take', () => {
    expect(routesOf(find(LISTENERS['https whose redirect spares paths']().manifests(), 'VirtualService').spec.http)).toEqual([
      [['80 /.well-known/acme-challenge', '80 /.well-known/acme-challenge/'], 'web'],
      [['80'], 'redirect'],
      [['443'], 'web'],
    ]);
  });

  test('spares of each rule what the two have in common', () => {
    const rules = [
      { matches: [{ path: PathMatch.prefix('/.well-known') }], action: forward('known') },
      { matches: [{ path: PathMatch.prefix('/api') }], action: forward('api') },
      { matches: [{ path: PathMatch.prefix('/') }], action: forward('web') },
    ];
    expect(httpOf(redirecting({ exemptPaths: [acme, PathMatch.exact('/api/health'), PathMatch.exact('/robots.txt')] }, rules))).toEqual([
      [['80 /.well-known/acme-challenge', '80 /.well-known/acme-challenge/'], 'known'],
      [['80 /api/health'], 'api'],
      [['80 /robots.txt'], 'web'],
      [['80'], 'redirect'],
      [['443 /.well-known', '443 /.well-known/'], 'known'],
      [['443 /api', '443 /api/'], 'api'],
      [['443 /'], 'web'],
    ]);
  });

  test('spares what came to a load balancer by HTTPS', () => {
    const { http } = find(LISTENERS['https behind a load balancer']().manifests(), 'VirtualService').spec;
    expect(routesOf(http)).toEqual([[['80 /health'], 'web'], [['80 x-forwarded-proto'], 'redirect'], [['80', '443'], 'web']]);
    expect(http[1].match[0].withoutHeaders).toEqual({ 'x-forwarded-proto': { exact: 'https' } });
  });

  test('asks for access where it spares something', () => {
    const { app } = redirecting({ exemptPaths: [acme] }, undefined, [Access.ipBlocks(['192.0.2.0/24'])]);
    const ports = (made: { app: any }) => find(synth(made.app), 'AuthorizationPolicy').spec.rules.flatMap((rule: any) => rule.to[0].operation.ports);
    expect(ports({ app }).sort()).toEqual(['443', '80']);
    expect(ports(redirecting({}, undefined, [Access.ipBlocks(['192.0.2.0/24'])]))).toEqual(['443']);
  });

  test.each<{ when: string; options: PlainHttpRedirectOptions; message: string }>([
    { when: 'the gateway trusts no proxy', options: { numTrustedProxies: 0 }, message: '[TrustedProxiesInvalid] shop/gateway: listeners[0].plainHttp.numTrustedProxies is 0; allowed: a whole number from 1; fix: use the value of gatewayTopology.numTrustedProxies of the gateway\'s pods; if it is not set, they overwrite the header of the load balancer' },
    { when: 'a path is none', options: { exemptPaths: [acme, PathMatch.exact('health')] }, message: '[PathInvalid] shop/gateway: listeners[0].plainHttp.exemptPaths[1] is "health"; allowed: a path that begins with / and has no query, fragment, space or backslash; fix: correct the path; match the query string with queryParams' },
  ])('is refused when $when', ({ options, message }) => {
    expectRefusal(() => redirecting(options), message);
  });

  test('refuses rules of which Istio cannot say what they have in common with a spared path', () => {
    const rule = { matches: [{ path: PathMatch.regex('/v[0-9]+/.*') }], action: forward('web') };
    const message = (prop: string) => `[RulesCannotCombine] shop/route: ${prop} is "a path that may be one that port 80 does not redirect"; allowed: paths that can be distinguished from those, which excludes regular expressions; fix: write the path, or that in \`exemptPaths\` of PlainHttp.redirect, as an exact one or a prefix`;
    expectRefusal(() => redirecting({ exemptPaths: [acme] }, [rule]), message('rules[0].matches'));
    const { route } = redirecting({ exemptPaths: [acme] }, [{ matches: [{ path: PathMatch.exact('/a') }], action: forward('web') }]);
    expectRefusal(() => route.addRule(rule), message('rule[0].matches'));
  });

  test('is the same for all hosts of a route', () => {
    const listeners = [
      IngressListener.https({ hosts: ['a.test'], credentialName: 'cert', plainHttp: PlainHttp.redirect({ exemptPaths: [acme], numTrustedProxies: 1 }) }),
      IngressListener.https({ hosts: ['b.test'], credentialName: 'cert' }),
    ];
    const { shop, gateway } = ingress({ listeners }, { hosts: ['a.test'], rules: [{ action: forward('web') }] });
    expectRefusal(() => new IngressRoute(shop, 'both', { gateway, hosts: ['a.test', 'b.test'], rules: [] }),
      '[HostsOnDifferentListeners] shop/both: hosts[1] is "b.test (port 80 redirected to 443, 443)"; allowed: hosts on the same ports as a.test (port 80 redirected to 443 but for /.well-known/acme-challenge, what came by HTTPS, 443); fix: create one route for each');
  });
});
