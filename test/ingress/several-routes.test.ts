import { Chart } from 'cdk8s';
import { Access, Cors, Destination, HeaderMatch, IngressRoute, IngressRouteProps, IngressRule, PathMatch, RouteAction, StringMatch } from '../../src';
import { ingress } from '../fixtures';
import { expectRefusal } from '../refusal';
import { manifestsOf, synth } from '../synth';

const rule = (name: string, path?: PathMatch, more: Partial<IngressRule> = {}): IngressRule => (
  { matches: path && [{ path }], action: RouteAction.forward(Destination.service(name, { port: 80 })), ...more }
);

/** The shop's route and one of a team, whose chart is another. */
function both(shop: IngressRule[], team: IngressRule[], hosts = ['a.test'], teamHosts = hosts) {
  const { app, gateway, route } = ingress({}, { hosts, rules: shop });
  const chart = new Chart(app, 'team', { namespace: 'team' });
  const second = new IngressRoute(chart, 'route', { gateway, hosts: teamHosts, rules: team });
  const destinations = () => {
    const objects = synth(app).filter(o => o.kind === 'VirtualService');
    return Object.fromEntries(objects.map(o => [o.metadata.namespace, o.spec.http.map((r: any) => r.route[0].destination.host.replace('.svc.cluster.local', ''))]));
  };
  return { app, route, second, gateway, chart, destinations };
}

describe('several routes for a host', () => {
  test('each has its own rules, where paths do not overlap', () => {
    const { destinations } = both([rule('cart', PathMatch.prefix('/cart'))], [rule('catalog', PathMatch.prefix('/catalog'))]);
    expect(destinations()).toEqual({ shop: ['cart.shop'], team: ['catalog.team'] });
  });

  test('one may take what is left: Istio puts that last itself', () => {
    const { destinations } = both([rule('cart', PathMatch.prefix('/cart')), rule('web')], [rule('catalog', PathMatch.prefix('/catalog'))]);
    expect(destinations()).toEqual({ shop: ['cart.shop', 'web.shop'], team: ['catalog.team'] });
  });

  test('a rule with a wider path has the narrower ones before it', () => {
    const { app, route, second } = both(
      [rule('cart', PathMatch.prefix('/cart')), rule('api', PathMatch.prefix('/api')), rule('web')],
      [rule('next', PathMatch.prefix('/api/v2')), rule('ping', PathMatch.exact('/ping'))],
    );
    const [shop, team] = manifestsOf(app, [route.virtualService!, second.virtualService!])
      .map(o => o.spec.http.map((r: any) => [r.match[0].uri?.exact, r.route[0].destination.host]));
    expect(shop).toEqual([
      ['/cart', 'cart.shop.svc.cluster.local'], ['/api/v2', 'next.team.svc.cluster.local'], ['/api', 'api.shop.svc.cluster.local'], [undefined, 'web.shop.svc.cluster.local'],
    ]);
    expect(team).toEqual([['/api/v2', 'next.team.svc.cluster.local'], ['/ping', 'ping.team.svc.cluster.local']]);
  });

  test('a rule that is added later finds its place', () => {
    const { route, destinations } = both([rule('web')], [rule('next', PathMatch.prefix('/api/v2'))]);
    expectRefusal(() => route.addRule(rule('late', PathMatch.prefix('/api'))),
      '[RuleUnreachable] shop/route: rule[0].matches is "only requests that an earlier rule matches"; allowed: requests that no earlier rule matches; fix: move the rule before the wider one, or delete it');
    const other = both([rule('cart', PathMatch.prefix('/cart'))], [rule('next', PathMatch.prefix('/api/v2'))]);
    other.route.addRule(rule('api', PathMatch.prefix('/api')));
    expect(other.destinations()).toEqual({ shop: ['cart.shop', 'next.team', 'api.shop'], team: ['next.team'] });
    expect(destinations().team).toEqual(['next.team']);
  });

  test.each([[['b.test']], [['a.test', 'b.test']]])('one of %j that is removed stands in the way of no rule', hosts => {
    const { route, chart, destinations } = both([rule('cart', PathMatch.prefix('/cart'))], [rule('next', PathMatch.prefix('/api/v2'))], ['a.test', 'b.test'], hosts);
    chart.node.tryRemoveChild('route');
    route.addRule(rule('api', PathMatch.prefix('/api')));
    expect(destinations()).toEqual({ shop: ['cart.shop', 'api.shop'] });
  });

  test('one that is made again stands beside the others with its new rules', () => {
    const { gateway, chart, destinations } = both([rule('api', PathMatch.prefix('/api'))], [rule('next', PathMatch.prefix('/api/v2'))]);
    chart.node.tryRemoveChild('route');
    new IngressRoute(chart, 'route', { gateway, hosts: ['a.test'], rules: [rule('last', PathMatch.prefix('/api/v3'))] });
    expect(destinations()).toEqual({ shop: ['last.team', 'api.shop'], team: ['last.team'] });
  });

  test('the order of constructs makes no difference', () => {
    const rules = { shop: [rule('api', PathMatch.prefix('/api'))], team: [rule('next', PathMatch.prefix('/api/v2'))] };
    const there = both(rules.shop, rules.team).destinations();
    const back = both(rules.team, rules.shop).destinations();
    expect(there.shop).toEqual(['next.team', 'api.shop']);
    expect(back.team).toEqual(['next.shop', 'api.team']);
  });

  test('their hosts may differ where their paths do not overlap', () => {
    const { destinations } = both([rule('cart', PathMatch.prefix('/cart'))], [rule('catalog', PathMatch.prefix('/catalog'))], ['a.test', 'b.test'], ['b.test', 'c.test']);
    expect(destinations()).toEqual({ shop: ['cart.shop'], team: ['catalog.team'] });
  });

  const order = (mine: string, theirs: string) => `[HostAlreadyRouted] team/route: ${mine}.matches is "requests that ${theirs} of shop/route also matches"; allowed: requests that it does not match, or a more or less specific path; fix: distinguish the two by path or method, or put them in one route in the intended order`;
  const api = rule('api', PathMatch.prefix('/api'));

  test.each<[string, IngressRule[], IngressRule[], string]>([
    ['both take everything', [rule('web')], [rule('web')], order('rules[0]', 'rules[0]')],
    ['both take the same', [rule('cart', PathMatch.prefix('/cart')), api], [rule('ping', PathMatch.exact('/ping')), api], order('rules[1]', 'rules[1]')],
    ['an expression may fit as well', [api], [rule('v', PathMatch.regex('/.*/v2'))], order('rules[0]', 'rules[0]')],
    ['a header tells one apart and a method the other', [rule('a', undefined, { matches: [{ methods: ['GET'] }] })], [rule('b', undefined, { matches: [{ headers: [HeaderMatch.present('x')] }] })], order('rules[0]', 'rules[0]')],
    ['a rule would have to stand on both sides of another',
      [rule('a', undefined, { matches: [{ path: PathMatch.prefix('/a'), headers: [HeaderMatch.present('x')] }] }), rule('b', PathMatch.prefix('/a/b/c'))],
      [rule('c', PathMatch.prefix('/a/b'))],
      '[HostAlreadyRouted] team/route: rules[0].matches is "a rule that must be both before and after rules[0] of shop/route"; allowed: rules in each route with the more specific path first; fix: reorder the rules, or put them in one route in the intended order'],
  ])('are refused when %s', (_, shop, team, message) => {
    expectRefusal(() => both(shop, team), message);
  });

  test('are refused when a rule must stand before one of a host that its route does not have', () => {
    expectRefusal(() => both([api], [rule('next', PathMatch.prefix('/api/v2'))], ['a.test', 'b.test'], ['b.test']),
      '[HostAlreadyRouted] team/route: hosts is "b.test"; allowed: the hosts of shop/route, a.test, b.test, or none of them; fix: give both routes the same hosts: rules[0] and rules[0] of shop/route match the same requests, and the more specific path decides');
    expectRefusal(() => both([rule('next', PathMatch.prefix('/api/v2'))], [api], ['b.test'], ['a.test', 'b.test']),
      '[HostAlreadyRouted] team/route: hosts is "a.test", "b.test"; allowed: the hosts of shop/route, b.test, or none of them; fix: give both routes the same hosts: rules[0] and rules[0] of shop/route match the same requests, and the more specific path decides');
  });

  const guarded = (props: Partial<IngressRouteProps>, teamProps: Partial<IngressRouteProps>) => {
    const { app, gateway, route } = ingress({}, { hosts: ['a.test'], rules: [api], ...props });
    const team = new Chart(app, 'team', { namespace: 'team' });
    return { app, routes: [route, new IngressRoute(team, 'route', { gateway, hosts: ['a.test'], rules: [rule('next', PathMatch.prefix('/next'))], ...teamProps })] };
  };
  const inside = { access: [Access.ipBlocks(['192.0.2.0/24'])], openPaths: ['/health'], deny: [{ path: PathMatch.prefix('/admin') }] };

  test.each<[string, Partial<IngressRouteProps>, Partial<IngressRouteProps>]>([
    ['the first alone asks something', inside, {}],
    ['the second alone asks something', {}, { deny: inside.deny }],
    ['they ask different things', inside, { ...inside, access: [Access.ipBlocks(['192.0.2.0/25'])] }],
    ['they deny different things', inside, { ...inside, deny: [{ path: PathMatch.prefix('/other') }] }],
  ])('are refused when %s', (_, props, teamProps) => {
    expectRefusal(() => guarded(props, teamProps),
      '[HostAlreadyRouted] team/route: access is "a value different from that of shop/route"; allowed: the same access, openPaths and deny as shop/route, which shares a host with this route; fix: set the same values in all routes of a host: they apply to all requests to it');
  });

  test('may ask the same, each for itself', () => {
    const { app, routes } = guarded(inside, inside);
    const [one, other] = routes.map(route => manifestsOf(app, route.accessObjects)[0]);
    expect(one.spec).toEqual(other.spec);
    expect(one.metadata.name).not.toBe(other.metadata.name);
  });

  test('let preflights of each other pass', () => {
    const cors: Cors = { allowOrigins: [StringMatch.exact('https://shop.example.com')] };
    const { app, routes } = guarded(inside, { ...inside, rules: [rule('next', PathMatch.prefix('/next'), { cors })] });
    for (const route of routes) expect(manifestsOf(app, route.accessObjects)[0].spec.rules).toHaveLength(3);
  });

  test('are refused when preflights cannot tell them apart', () => {
    const cors: Cors = { allowOrigins: [StringMatch.exact('https://shop.example.com')] };
    const canary = rule('canary', undefined, { matches: [{ headers: [HeaderMatch.present('x-canary')] }], cors });
    expectRefusal(() => both([rule('web')], [canary]),
      '[CorsAmbiguous] team/route: rules[0].cors is "a value different from that of another rule"; allowed: the cors of rules[0] of shop/route, which differs only in headers; fix: give both rules the same cors, or distinguish them by path: a preflight does not carry the headers of the actual request');
    expect(both([rule('web', undefined, { cors })], [canary]).destinations()).toEqual({ shop: ['web.shop'], team: ['canary.team'] });
  });
});
