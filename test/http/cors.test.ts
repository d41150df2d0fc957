import { Duration } from 'cdk8s';
import { Cors, Destination, HeaderMatch, IngressRule, PathMatch, RouteAction, RouteMatch, StringMatch } from '../../src';
import { refuser } from '../../src/private/basics/errors';
import { checkRules } from '../../src/private/check/rule';
import { ingress, mesh } from '../fixtures';
import { expectRefusal } from '../refusal';
import { find } from '../synth';

const shop = StringMatch.exact('https://shop.example.com');
const action = RouteAction.forward(Destination.service('web', { port: 8080 }));
const route = (...rules: Partial<IngressRule>[]) => ingress({}, { hosts: ['api.example.com'], rules: rules.map(rule => ({ action, ...rule })) });
const rendered = (...rules: Partial<IngressRule>[]) => find(route(...rules).manifests(), 'VirtualService').spec.http;

describe('cors', () => {
  test('in full', () => {
    const cors: Cors = {
      allowOrigins: [shop, StringMatch.prefix('http://localhost:'), StringMatch.regex('https://[a-z0-9-]+\\.shop\\.example\\.com')],
      allowMethods: ['GET', 'PUT'],
      allowHeaders: ['x-tenant'],
      exposeHeaders: ['etag'],
      maxAge: Duration.minutes(10),
      allowCredentials: true,
    };
    expect(rendered({ cors })[0].corsPolicy).toEqual({
      allowOrigins: [{ exact: 'https://shop.example.com' }, { prefix: 'http://localhost:' }, { regex: 'https://[a-z0-9-]+\\.shop\\.example\\.com' }],
      allowMethods: ['GET', 'PUT'],
      allowHeaders: ['x-tenant'],
      exposeHeaders: ['etag'],
      maxAge: '600s',
      allowCredentials: true,
      unmatchedPreflights: 'IGNORE',
    });
  });

  test('says no more than the user, but what becomes of other preflights', () => {
    expect(rendered({ cors: { allowOrigins: [StringMatch.exact('*')] } })).toEqual([
      { match: [{ port: 80 }], route: [expect.anything()], corsPolicy: { allowOrigins: [{ exact: '*' }], unmatchedPreflights: 'IGNORE' } },
    ]);
  });

  const preflight = { port: 80, method: { exact: 'OPTIONS' } };
  test.each<[string, RouteMatch[], object[], string[] | undefined]>([
    ['a path takes preflights itself', [{ path: PathMatch.exact('/a') }], [{ port: 80, uri: { exact: '/a' } }], undefined],
    ['OPTIONS takes preflights itself', [{ methods: ['OPTIONS', 'GET'] }], [{ port: 80, method: { regex: 'OPTIONS|GET' } }], ['OPTIONS', 'GET']],
    ['an origin is in a preflight', [{ headers: [HeaderMatch.exact('origin', 'null')] }], [{ port: 80, headers: { origin: { exact: 'null' } } }], undefined],
    ['a method is announced', [{ methods: ['GET'], path: PathMatch.exact('/a') }], [
      { port: 80, method: { exact: 'GET' }, uri: { exact: '/a' } },
      { ...preflight, uri: { exact: '/a' }, headers: { 'origin': {}, 'access-control-request-method': { exact: 'GET' } } },
    ], ['GET']],
    ['several methods are announced', [{ methods: ['GET', 'PUT'] }], [
      { port: 80, method: { regex: 'GET|PUT' } }, { ...preflight, headers: { 'origin': {}, 'access-control-request-method': { regex: 'GET|PUT' } } },
    ], ['GET', 'PUT']],
    ['other headers are still to come', [{ headers: [HeaderMatch.exact('x-a', 'b')] }], [
      { port: 80, headers: { 'x-a': { exact: 'b' } } }, { ...preflight, headers: { 'origin': {}, 'access-control-request-method': {} } },
    ], undefined],
    ['not every match names a method', [{ methods: ['GET'] }, { path: PathMatch.exact('/a') }], [
      expect.anything(), expect.anything(), { ...preflight, headers: expect.anything() },
    ], undefined],
  ])('preflights: %s', (_, matches, match, allowMethods) => {
    const [http] = rendered({ matches, cors: { allowOrigins: [shop] } });
    expect(http.match).toEqual(match);
    expect(http.corsPolicy.allowMethods).toEqual(allowMethods);
  });

  const origins = (...allowOrigins: StringMatch[]): Cors => ({ allowOrigins });
  const bare = (got: string) => `[CorsOriginInvalid] shop/route: rules[0].cors.allowOrigins[0] is "${got}"; allowed: *, or an origin in the form that browsers send, such as https://shop.example.com; fix: write scheme and host in lower case, without path, trailing slash or the default port of the scheme`;
  const open = (got: string) => `[CorsWildcardWithCredentials] shop/route: rules[0].cors.allowOrigins[0] is "${got}"; allowed: specific origins; fix: list the origins, or leave out allowCredentials: any web page could act on behalf of its visitors`;
  const prefix = (got: string) => `[CorsOriginInvalid] shop/route: rules[0].cors.allowOrigins[0] is "${got}"; allowed: a prefix that includes the whole host, such as https://shop.example.com:; fix: use StringMatch.exact for one origin, or StringMatch.regex for the subdomains of a host: a shorter prefix also allows longer names that others own`;
  const dots = (got: string) => `[CorsOriginInvalid] shop/route: rules[0].cors.allowOrigins[0] is "${got}"; allowed: a regular expression that writes each dot of a host as \\.; fix: write \\. for a dot: an unescaped dot matches any character and allows hosts that others own`;

  test.each<[string, Cors, string]>([
    ['there are no origins', origins(), '[CorsOriginsEmpty] shop/route: rules[0].cors.allowOrigins is empty; allowed: at least one origin; fix: list the origins, for example StringMatch.exact(\'https://shop.example.com\')'],
    ['an origin ends in a slash', origins(StringMatch.exact('https://shop.example.com/')), bare('https://shop.example.com/')],
    ['an origin has no scheme', origins(StringMatch.exact('shop.example.com')), bare('shop.example.com')],
    ['an origin has capitals', origins(StringMatch.exact('https://Shop.example.com')), bare('https://Shop.example.com')],
    ['an origin has the port of its scheme', origins(StringMatch.exact('https://shop.example.com:443')), bare('https://shop.example.com:443')],
    ['an origin is a wildcard', origins(StringMatch.exact('https://*.example.com')), bare('https://*.example.com')],
    ['a prefix ends within a host', origins(StringMatch.prefix('https://shop.example.com')), prefix('https://shop.example.com')],
    ['a prefix is a scheme', origins(StringMatch.prefix('https:')), prefix('https:')],
    ['an expression looks around', origins(StringMatch.regex('https://(?!evil).*')), '[RegexInvalid] shop/route: rules[0].cors.allowOrigins[0] is "https://(?!evil).*"; allowed: RE2 syntax (error parsing regexp: invalid or unsupported Perl syntax: `(?!`); fix: rewrite it without look-around and back-references; it must match the whole value'],
    ['an expression has a bare dot', origins(StringMatch.regex('https://.*.example\\.com')), dots('https://.*.example\\.com')],
    ['an expression begins with a bare dot', origins(StringMatch.regex('.ttps://a')), dots('.ttps://a')],
    ['credentials are for everybody', { ...origins(StringMatch.exact('*')), allowCredentials: true }, open('*')],
    ['credentials are for sandboxed pages', { ...origins(StringMatch.exact('null')), allowCredentials: true }, open('null')],
    ['credentials are for everybody by an expression', { ...origins(StringMatch.regex('https://.*')), allowCredentials: true }, open('https://.*')],
    ['credentials are for every header', { ...origins(shop), allowHeaders: ['*'], allowCredentials: true }, '[CorsWildcardWithCredentials] shop/route: rules[0].cors.allowHeaders[0] is "*"; allowed: names; fix: list each name, or leave out allowCredentials: with credentials, browsers treat * as a literal name'],
    ['a method is not in capitals', { ...origins(shop), allowMethods: ['get'] }, '[MethodInvalid] shop/route: rules[0].cors.allowMethods[0] is "get"; allowed: a method in capitals, such as GET, or *; fix: write it in capitals: methods are case-sensitive'],
    ['a header is none', { ...origins(shop), exposeHeaders: ['e tag'] }, '[HeaderInvalid] shop/route: rules[0].cors.exposeHeaders[0] is "e tag"; allowed: the name of a header, or *; fix: correct the name'],
    ['an age has a fraction', { ...origins(shop), maxAge: Duration.millis(1500) }, '[CorsMaxAgeInvalid] shop/route: rules[0].cors.maxAge is "1500 ms"; allowed: whole seconds, from 1; fix: round it, or leave it out to use the default of the browser'],
    ['an age is 0', { ...origins(shop), maxAge: Duration.seconds(0) }, '[CorsMaxAgeInvalid] shop/route: rules[0].cors.maxAge is "0 ms"; allowed: whole seconds, from 1; fix: round it, or leave it out to use the default of the browser'],
  ])('is refused when %s', (_, cors, message) => {
    expectRefusal(() => route({ cors }), message);
  });

  test.each<[string, Cors]>([
    ['stars without credentials', { ...origins(StringMatch.exact('*')), allowHeaders: ['*'], allowMethods: ['*'], exposeHeaders: ['*'] }],
    ['an address and a port', origins(StringMatch.exact('http://[::1]:3000'), StringMatch.exact('http://127.0.0.1:8080'))],
    ['subdomains with credentials', { ...origins(StringMatch.regex('https://.+\\.example\\.com')), allowCredentials: true }],
    ['a dot in a class', origins(StringMatch.regex('https://[a-z.]+\\.example\\.com'))],
  ])('is not refused for %s', (_, cors) => {
    expect(rendered({ cors })[0].corsPolicy).toMatchObject({ unmatchedPreflights: 'IGNORE' });
  });

  test('is refused when the mesh is older than its fields', () => {
    const { shop: chart } = mesh({ istioVersion: '1.22' });
    expectRefusal(() => checkRules(chart, [{ action, cors: origins(shop) }], 'rules', refuser(chart)),
      '[IstioVersionTooOld] shop: rules[0].cors is "set, with Istio 1.22"; allowed: Istio 1.23 or later; fix: leave it out, or raise istioVersion in MeshSettings.of once the mesh is upgraded: older versions forward preflights from other origins to the destination');
  });

  test('is refused on a rule that asks nobody: Istio would leave it out', () => {
    expectRefusal(() => route({ action: RouteAction.redirect({ path: '/b' }), cors: origins(shop) }),
      '[RuleOptionUnused] shop/route: rules[0].cors is "set"; allowed: a rule that forwards; fix: leave it out, or make the rule forward: a redirect reaches no destination');
  });

  describe('beside another rule that differs in headers', () => {
    const canary = { matches: [{ headers: [HeaderMatch.exact('x-canary', 'on')] }], cors: origins(shop) };
    const ambiguous = (got: string) => `[CorsAmbiguous] shop/route: rules[1].cors is ${got}; allowed: the cors of the earlier rule, which differs only in headers; fix: give both rules the same cors, or distinguish them by path: a preflight does not carry the headers of the actual request`;

    test('is refused when it is another', () => {
      expectRefusal(() => route(canary, { cors: origins(StringMatch.exact('*')) }), ambiguous('"a value different from that of an earlier rule"'));
    });
    test('is refused when one of several matches of the other takes the same preflights', () => {
      const matches = [{ path: PathMatch.prefix('/a') }, { path: PathMatch.prefix('/b') }];
      expectRefusal(() => route({ ...canary, matches: [{ path: PathMatch.prefix('/a'), headers: [HeaderMatch.present('x')] }] }, { matches }), ambiguous('not set'));
    });
    test('is refused when the other has none', () => {
      expectRefusal(() => route(canary, { matches: [{ path: PathMatch.prefix('/a') }] }), ambiguous('not set'));
    });
    test.each<[string, Partial<IngressRule>, Partial<IngressRule>]>([
      ['it is the same', canary, { cors: origins(shop) }],
      ['their paths differ', { ...canary, matches: [{ path: PathMatch.prefix('/a'), headers: [HeaderMatch.present('x')] }] }, { matches: [{ path: PathMatch.prefix('/b') }] }],
      ['methods tell them apart', { matches: [{ methods: ['GET'] }], cors: origins(shop) }, { cors: origins(StringMatch.exact('*')) }],
      ['origins tell them apart', { matches: [{ headers: [HeaderMatch.exact('origin', 'https://shop.example.com')] }], cors: origins(shop) }, {}],
    ])('is not refused when %s', (_, first, second) => {
      expect(rendered(first, second)).toHaveLength(2);
    });
  });
});
