import { Caller, ExternalPort, HeaderMatch, PathMatch, RouteAction } from '../../src';
import { routed } from '../fixtures';
import { expectRefusal } from '../refusal';
import { find } from '../synth';

const service = { hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps()] };
const reports = { allow: [{ path: PathMatch.prefix('/reports'), methods: ['GET'] }] };
const identity = (who: string) => ({ regex: `.*;URI=spiffe://cluster\\.local/(?:${who})(?:;[^,]*)?` });
const SHOP = { 'x-forwarded-client-cert': identity('ns/shop/sa/[^;,/]+') };
const AUDIT = { 'x-forwarded-client-cert': identity('ns/audit/sa/reader') };
const routesOf = (props: Parameters<typeof routed>[1]) => find(routed(service, props).manifests(), 'VirtualService', 'egress-api-example-com-80-leg-2').spec.http;
const callers = [Caller.namespace('shop'), Caller.serviceAccount('audit', 'reader', reports)];

describe('egress route › lists of callers', () => {
  test('a caller may do what its list says, and the others all', () => {
    expect(routesOf({ callers })[0].match).toEqual([
      { port: 443, headers: SHOP },
      { port: 443, headers: AUDIT, method: { exact: 'GET' }, uri: { exact: '/reports' } },
      { port: 443, headers: AUDIT, method: { exact: 'GET' }, uri: { prefix: '/reports/' } },
    ]);
  });

  test('its list lies within that of the route', () => {
    expect(routesOf({ callers, allow: [{ path: PathMatch.prefix('/reports/public') }] })[0].match).toEqual([
      { port: 443, headers: SHOP, uri: { exact: '/reports/public' } },
      { port: 443, headers: SHOP, uri: { prefix: '/reports/public/' } },
      { port: 443, headers: AUDIT, method: { exact: 'GET' }, uri: { exact: '/reports/public' } },
      { port: 443, headers: AUDIT, method: { exact: 'GET' }, uri: { prefix: '/reports/public/' } },
    ]);
  });

  test('a rule holds for each caller as far as it may', () => {
    const [rule, rest] = routesOf({ callers, rules: [{ matches: [{ path: PathMatch.exact('/old') }], action: RouteAction.respond(410) }] });
    expect(rule.match).toEqual([{ port: 443, headers: SHOP, uri: { exact: '/old' } }]);
    expect(rest.match).toHaveLength(3);
  });

  test.each<[string, Parameters<typeof routed>[1], string]>([
    ['it allows nothing', { callers: [Caller.namespace('shop', { allow: [] })] }, '[RulesEmpty] shop/route: callers[0].allow is empty; allowed: at least one match; fix: leave out `allow` to permit everything, or delete the route to permit nothing'],
    ['it lies outside that of the route', { callers, allow: [{ path: PathMatch.prefix('/orders') }] }, '[RuleNeverAllowed] shop/route: callers[1].allow is "matches outside `allow`"; allowed: requests that `allow` permits; fix: add them to `allow`, or delete the rule'],
    ['it cannot be joined with that of the route', { callers, allow: [{ path: PathMatch.regex('/r.*') }] }, '[RulesCannotCombine] shop/route: callers[1].allow is "a condition that overlaps with one of `allow`"; allowed: conditions that can be combined with those of `allow`; fix: repeat the condition of `allow` here'],
    ['a rule is for nobody', { callers: callers.slice(1), rules: [{ matches: [{ path: PathMatch.exact('/old') }], action: RouteAction.respond(410) }] }, '[RuleNeverAllowed] shop/route: rules[0].matches is "matches outside `allow`"; allowed: requests that `allow` permits; fix: add them to `allow`, or delete the rule'],
    ['it asks for what the gateway writes', { callers: [Caller.namespace('shop', { allow: [{ headers: [HeaderMatch.present('x-egress-port')] }] })] }, '[HeaderInvalid] shop/route: callers[0].allow[0].headers is "x-egress-port"; allowed: headers other than x-forwarded-client-cert, x-egress-port; fix: use `callers` to control who may call'],
  ])('is refused where %s', (_, props, message) => {
    expectRefusal(() => routed(service, props), message);
  });

  test('is refused where the gateway reads no requests', () => {
    expectRefusal(() => routed({ ...service, ports: [ExternalPort.https()] }, { callers }),
      '[RulesOnOpaqueTraffic] shop/route: callers[1].allow is "a service with port 443 (HTTPS)"; allowed: only HTTP ports, where a proxy reads requests; fix: use ExternalPort.httpToHttps() and have the application call http://');
  });
});
