import { Chart } from 'cdk8s';
import {
  Destination, GatewayWorkload, IngressListener, IngressRoute, IngressRule, PathMatch, PlainHttp, QueryParamMatch, RedirectOptions, RouteAction,
  RouteMatch,
  StringMatch,
} from '../../src';
import { ingress } from '../fixtures';
import { synth } from '../synth';

const web: IngressRule = { action: RouteAction.forward(Destination.service('web', { port: 8080 })) };
const redirect = (options: RedirectOptions, ...matches: RouteMatch[]): IngressRule => (
  { action: RouteAction.redirect(options), matches: matches.length > 0 ? matches : undefined }
);
const at = (path: PathMatch): RouteMatch => ({ path });
const hosts = ['a.test', 'www.a.test'];
const plain = [IngressListener.http({ hosts })];
const elsewhere = [IngressListener.http({ hosts, port: 8080 })];
const workload = GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress', ports: [80, 443, 8080].map(number => ({ number })) });
const secure = (plainHttp?: PlainHttp) => [IngressListener.https({ hosts, credentialName: 'cert', plainHttp })];

const ENDLESS = '[RedirectLoop] shop/route: rules[0].action is "a redirect to what the rule matches"; allowed: a redirect to something else; fix: narrow the match, for example with PathMatch.exact, or put a rule for the target before this one';

describe('a redirect', () => {
  const loops: [string, IngressRule, IngressListener[]][] = [
    ['of everything to a path', redirect({ path: '/app' }), plain],
    ['of the root and all below it', redirect({ path: '/app' }, at(PathMatch.prefix('/'))), plain],
    ['within a prefix', redirect({ path: '/app/home', status: 302 }, at(PathMatch.prefix('/app'))), plain],
    ['of a path to itself in another case', redirect({ path: '/APP' }, at(PathMatch.exact('/app', { ignoreCase: true }))), plain],
    ['what an expression matches', redirect({ path: '/app' }, at(PathMatch.regex('/.*'))), plain],
    ['to the host itself', redirect({ authority: 'a.test' }), plain],
    ['to the host itself by name and path', redirect({ authority: 'a.test', path: '/x' }, at(PathMatch.prefix('/x'))), plain],
    ['to https beside clear text', redirect({ scheme: 'https' }), secure(PlainHttp.serve())],
    ['to https at an HTTPS listener', redirect({ scheme: 'https' }), secure()],
    ['to a path with a query', redirect({ path: '/app?from=a' }, at(PathMatch.prefix('/app'))), plain],
    ['to a query that its rule matches', redirect({ path: '/app?a=1&b&a=2' }, { queryParams: [QueryParamMatch.exact('a', '1'), QueryParamMatch.regex('b', '.*')] }), plain],
    ['to the query of the request', redirect({ path: '/app' }, { queryParams: [QueryParamMatch.exact('a', '1')] }), plain],
    ['of GET by a status after which browsers say GET', redirect({ path: '/app', status: 303 }, { methods: ['GET', 'POST'] }), plain],
    ['of POST by a status that keeps it', redirect({ path: '/app', status: 307 }, { methods: ['POST'] }), plain],
    ['in one of several matches', redirect({ path: '/app' }, at(PathMatch.exact('/')), at(PathMatch.prefix('/app'))), plain],
    ['below a path to the host itself', redirect({ authority: 'a.test' }, at(PathMatch.prefix('/x'))), plain],
    ['of one host to a path of it', redirect({ path: '/app' }, { authority: StringMatch.exact('a.test') }), plain],
    ['of one host to itself', redirect({ authority: 'a.test' }, { authority: StringMatch.exact('a.test') }), plain],
    ['at another port, which stays', redirect({ path: '/app' }), elsewhere],
    ['to the port itself', redirect({ port: 8080 }), elsewhere],
    ['to the host itself by its port', redirect({ authority: 'a.test:8080' }), elsewhere],
  ];
  test.each(loops)('without end is refused: %s', (_, rule, listeners) => {
    const { app } = ingress({ workload, listeners }, { hosts, rules: [rule] });
    expect(() => synth(app, { admissible: false })).toThrow(new Error(ENDLESS));
  });

  const ends: [string, IngressRule[], IngressListener[]][] = [
    ['of the root alone', [redirect({ path: '/app' }, at(PathMatch.exact('/')))], plain],
    ['to a path that an earlier rule takes', [{ ...web, matches: [at(PathMatch.prefix('/app'))] }, redirect({ path: '/app' })], plain],
    ['to a path that an earlier rule may take', [{ ...web, matches: [at(PathMatch.regex('/ap.*'))] }, redirect({ path: '/app' }, at(PathMatch.prefix('/')))], plain],
    ['to a path that one match of an earlier rule takes', [{ ...web, matches: [at(PathMatch.exact('/x')), at(PathMatch.prefix('/app'))] }, redirect({ path: '/app' })], plain],
    ['to paths of which an earlier rule may take some', [{ ...web, matches: [at(PathMatch.regex('/ap.*'))] }, redirect({ authority: 'a.test' }, at(PathMatch.prefix('/a')))], plain],
    ['to the port that its host has by default', [redirect({ authority: 'a.test' })], elsewhere],
    ['to the port that its scheme has by default', [redirect({ scheme: 'http' })], elsewhere],
    ['to a port in its host', [redirect({ authority: 'a.test:8080' })], plain],
    ['to https at a port for clear text', [redirect({ scheme: 'https', port: 80 })], plain],
    ['to a query that its rule does not match', [redirect({ path: '/app?a=2' }, { queryParams: [QueryParamMatch.exact('a', '1')] }), web], plain],
    ['to a query without what its rule matches', [redirect({ path: '/app?b=1' }, { queryParams: [QueryParamMatch.exact('a', '1')] }), web], plain],
    ['to a host that is elsewhere', [redirect({ authority: 'b.test' })], plain],
    ['to the other host', [redirect({ authority: 'a.test' }, { authority: StringMatch.exact('www.a.test') }), web], plain],
    ['of clear text to https', [redirect({ scheme: 'https' }, { scheme: 'http' }), web], secure(PlainHttp.serve())],
    ['to another port', [redirect({ port: 8443, scheme: 'https' })], secure()],
    ['to https where nothing here listens for it', [redirect({ scheme: 'https' })], plain],
    ['of POST, after which browsers say GET', [redirect({ path: '/app', status: 303 }, { methods: ['POST'] }), web], plain],
  ];
  test.each(ends)('that ends is not: %s', (_, rules, listeners) => {
    const { manifests } = ingress({ workload, listeners }, { hosts, rules });
    expect(manifests()).toHaveLength(2);
  });

  test('to a path that no earlier rule takes is refused', () => {
    const { app } = ingress({ listeners: plain }, { hosts, rules: [{ ...web, matches: [at(PathMatch.exact('/x'))] }, redirect({ path: '/app' })] });
    expect(() => synth(app, { admissible: false })).toThrow(new Error(ENDLESS.replace('rules[0]', 'rules[1]')));
  });

  test('that another route of the host takes is not refused', () => {
    const { app, gateway } = ingress({}, { hosts, rules: [redirect({ path: '/app' })] });
    expect(() => synth(app, { admissible: false })).toThrow(new Error(ENDLESS));
    new IngressRoute(new Chart(app, 'team', { namespace: 'team' }), 'route', { gateway, hosts, rules: [{ ...web, matches: [at(PathMatch.prefix('/app'))] }] });
    expect(synth(app)).toHaveLength(3);
  });
});
