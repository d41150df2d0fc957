import { Chart, Duration } from 'cdk8s';
import {
  Destination, DestinationPolicy, EgressRoute, ExternalPort, IngressDelegate, IngressDelegateProps, IngressListener, IngressRoute,
  IngressRule, PathMatch, PathRewrite, PlainHttp, RouteAction, RouteMatch, StringMatch,
} from '../../src';
import { ingress, routed } from '../fixtures';
import { expectRefusal } from '../refusal';
import { find, manifestsOf, synth } from '../synth';

const to = (name: string): RouteAction => RouteAction.forward(Destination.service(name, { port: 8080 }));
const api: RouteMatch[] = [{ path: PathMatch.prefix('/api') }];

/** The shop's route, and a team to which it hands over. */
function handedOver(props: Partial<IngressDelegateProps> = {}, root: Partial<IngressRule> = {}) {
  const made = ingress({}, { hosts: ['a.test'] });
  const team = new Chart(made.app, 'team', { namespace: 'team' });
  const delegate = new IngressDelegate(team, 'delegate', { routeNamespace: 'shop', prefixes: ['/api'], rules: [{ action: to('api') }], ...props });
  made.route.addRule({ matches: api, action: RouteAction.delegate(delegate), ...root });
  made.route.addRule({ action: to('web') });
  return { ...made, team, delegate };
}

describe('ingress delegate', () => {
  test('the objects', () => {
    const { app, route, delegate } = handedOver({ rules: [{ matches: [{ path: PathMatch.prefix('/api/v2') }], action: to('next') }, { action: to('api') }] });
    expect(manifestsOf(app, [route.virtualService!, delegate.virtualService!])).toMatchInlineSnapshot(`
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata:
        name: shop-route-virtual-service-c86d6581
        namespace: shop
      spec:
        exportTo:
          - istio-ingress
        gateways:
          - shop/shop-gateway-c82d0dab
        hosts:
          - a.test
        http:
          - delegate:
              name: team-delegate-virtual-service-c86543e1
              namespace: team
            match:
              - port: 80
                uri:
                  exact: /api
              - port: 80
                uri:
                  prefix: /api/
          - directResponse:
              status: 404
            match:
              - port: 80
                uri:
                  regex: /api(/.*)?
          - match:
              - port: 80
            route:
              - destination:
                  host: web.shop.svc.cluster.local
                  port:
                    number: 8080
      ---
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata:
        name: team-delegate-virtual-service-c86543e1
        namespace: team
      spec:
        exportTo:
          - shop
        http:
          - match:
              - uri:
                  exact: /api/v2
              - uri:
                  prefix: /api/v2/
            route:
              - destination:
                  host: next.team.svc.cluster.local
                  port:
                    number: 8080
          - route:
              - destination:
                  host: api.team.svc.cluster.local
                  port:
                    number: 8080
    `);
  });

  test('stands beside what holds for its rules', () => {
    const beside: Partial<IngressRule> = {
      timeout: Duration.seconds(2),
      retries: { attempts: 1 },
      rewrite: { path: PathRewrite.prefix('/'), authority: 'b.test' },
      requestHeaders: { set: { 'x-a': '1' } },
      responseHeaders: { remove: ['server'] },
      fault: { abort: { percent: 1, status: 503 } },
      mirror: { destination: Destination.service('copy', { port: 8080 }) },
    };
    const { app, route } = handedOver({}, beside);
    const [{ delegate, match, ...more }, back] = manifestsOf(app, [route.virtualService!])[0].spec.http;
    expect([delegate.namespace, match.length]).toEqual(['team', 2]);
    expect(more).toEqual({
      timeout: '2s',
      retries: { attempts: 1, retryOn: 'gateway-error,reset,connect-failure,refused-stream' },
      rewrite: { authority: 'b.test', uriRegexRewrite: { match: '^(?:(?:/api)(?:/(.*))?)$', rewrite: '/\\1' } },
      headers: { request: { set: { 'x-a': '1' } }, response: { remove: ['server'] } },
      fault: { abort: { percentage: { value: 1 }, httpStatus: 503 } },
      mirrors: [{ destination: { host: 'copy.shop.svc.cluster.local', port: { number: 8080 } }, percentage: { value: 100 } }],
    });
    expect(Object.keys(back).sort()).toEqual(['directResponse', 'match']);
  });

  test('stands beside what some of its rules do not say', () => {
    const rules: IngressRule[] = [
      { matches: [{ path: PathMatch.prefix('/api/v2') }], action: to('next'), timeout: Duration.seconds(1) }, { action: to('api'), responseHeaders: { remove: ['server'] } },
    ];
    expect(() => handedOver({ rules }, { timeout: Duration.seconds(2), requestHeaders: { remove: ['x-a'] }, fault: { abort: { percent: 1, status: 503 } } })).not.toThrow();
    expect(() => handedOver({ rules: [{ action: RouteAction.respond(204) }] }, { responseHeaders: { remove: ['server'] }, fault: { abort: { percent: 1, status: 503 } } })).not.toThrow();
  });

  test('is seen by the namespace of the route alone, which may be its own', () => {
    const { app, shop, route } = ingress({}, { hosts: ['a.test'] });
    const delegate = new IngressDelegate(shop, 'delegate', { routeNamespace: 'shop', prefixes: ['/api/'], rules: [{ action: to('api') }], metadata: { name: 'api' } });
    route.addRule({ matches: api, action: RouteAction.delegate(delegate) });
    expect(delegate.delegateName).toBe('shop/api');
    expect(find(synth(app), 'VirtualService', 'api').spec.exportTo).toEqual(['.']);
  });

  test('of another repository', () => {
    const { app, shop, route } = ingress({}, { hosts: ['a.test'] });
    const delegate = IngressDelegate.fromIngressDelegateAttributes(shop, 'delegate', { name: 'api', namespace: 'team' });
    route.addRule({ matches: api, action: RouteAction.delegate(delegate), timeout: Duration.seconds(2) });
    const { http } = find(synth(app, { admissible: false }), 'VirtualService').spec;
    expect(http[0].timeout).toBe('2s');
    expect(http.map((r: any) => r.delegate ?? r.directResponse)).toEqual([{ name: 'api', namespace: 'team' }, { status: 404 }]);
  });

  test('a policy for its destinations is seen by the gateway', () => {
    const { app, route } = ingress({}, { hosts: ['a.test'] });
    const team = new Chart(app, 'team', { namespace: 'team' });
    const policy = new DestinationPolicy(team, 'policy', { destination: Destination.service('api', { port: 8080 }), subsets: { v1: { labels: { version: 'v1' } } } });
    const delegate = new IngressDelegate(team, 'delegate', { routeNamespace: 'shop', prefixes: ['/api'], rules: [{ action: RouteAction.forward(policy.subset('v1')) }] });
    route.addRule({ matches: api, action: RouteAction.delegate(delegate) });
    expect(manifestsOf(app, [policy.destinationRule])[0].spec.exportTo).toEqual(['istio-ingress']);
  });

  const beyond = (path: string) => `[DelegateInvalid] team/delegate: rules[0].matches[0].path is "${path}"; allowed: case-sensitive exact paths and prefixes within /api; fix: correct the path, or add it to prefixes and to the delegating rule: Istio drops a rule that matches more`;
  const other = (got: string) => `[DelegateInvalid] shop/route: rule[0].matches is ${got}; allowed: matches with only a case-sensitive PathMatch.prefix; fix: delegate whole prefixes, and add the other conditions in the delegate`;
  const unused = (option: string) => `[RuleOptionUnused] shop/route: rule[0].${option} is "set"; allowed: an option that the rules of team/delegate do not set; fix: set it in only one of the two: the rules of the delegate take precedence`;
  const at = (path: PathMatch) => ({ rules: [{ matches: [{ path }], action: to('api') }] });

  test.each<[string, Partial<IngressDelegateProps>, Partial<IngressRule>, string]>([
    ['it is handed nothing', { prefixes: [] }, {}, '[DelegateInvalid] team/delegate: prefixes is empty; allowed: at least one path; fix: list the paths that the route hands over'],
    ['a prefix is no path', { prefixes: ['api'] }, {}, '[PathInvalid] team/delegate: prefixes[0] is "api"; allowed: a path that begins with / and has no query, fragment, space or backslash; fix: correct the path; match the query string with queryParams'],
    ['it has no rules', { rules: [] }, {}, '[RulesEmpty] team/delegate: rules is empty; allowed: at least one rule; fix: add a rule'],
    ['a path is elsewhere', at(PathMatch.prefix('/app')), {}, beyond('/app')],
    ['a path is around what is handed over', at(PathMatch.prefix('/')), {}, beyond('/')],
    ['a path is an expression', at(PathMatch.regex('/api/v[0-9]+')), {}, beyond('/api/v[0-9]+')],
    ['a path ignores case', at(PathMatch.prefix('/api/v2', { ignoreCase: true })), {}, beyond('/api/v2')],
    ['the rule hands over everything', {}, { matches: undefined }, other('not set')],
    ['the rule has another condition', {}, { matches: [...api, { path: PathMatch.prefix('/b'), methods: ['GET'] }] }, other('"another condition at [1]"')],
    ['the rule hands over by an exact path', {}, { matches: [{ path: PathMatch.exact('/api') }] }, other('"another condition at [0]"')],
    ['the rule hands over something else', {}, { matches: [{ path: PathMatch.prefix('/b') }] }, '[DelegateInvalid] shop/route: rule[0].matches is "/b"; allowed: the prefixes of team/delegate, /api; fix: use the same prefixes in both'],
    ['another namespace sees it', { routeNamespace: 'edge' }, {}, '[DelegateInvalid] shop/route: rule[0].action is "a route of namespace shop"; allowed: routes of namespace edge, the only ones that see team/delegate; fix: say routeNamespace: \'shop\' there'],
    ['the rule answers preflights', {}, { cors: { allowOrigins: [StringMatch.exact('https://a.test')] } }, '[RuleOptionUnused] shop/route: rule[0].cors is "set"; allowed: cors in the rules of the delegate; fix: set it there: rules for only some methods would not answer preflights'],
    ['all of its rules say what the rule says', { rules: [{ action: to('api'), timeout: Duration.seconds(1) }] }, { timeout: Duration.seconds(2) }, unused('timeout')],
    ['all of its rules have headers of one kind', { rules: [{ action: to('api'), responseHeaders: { remove: ['server'] } }] }, { requestHeaders: { remove: ['x-a'] } }, unused('requestHeaders')],
    ['all of its rules fail of themselves', { rules: [{ action: to('api'), fault: { abort: { percent: 2, status: 500 } } }] }, { fault: { abort: { percent: 1, status: 503 } } }, unused('fault')],
    ['it forwards nothing that could be rewritten', { rules: [{ action: RouteAction.respond(204) }] }, { rewrite: { authority: 'b.test' } }, unused('rewrite')],
    ['it copies nothing', { rules: [{ action: RouteAction.respond(204) }] }, { mirror: { destination: Destination.service('web', { port: 8080 }) } }, unused('mirror')],
  ])('is refused when %s', (_, props, root, message) => {
    expectRefusal(() => handedOver(props, root), message);
  });

  test('is refused when it leads outside the mesh', () => {
    const { shop, service } = routed({ hosts: ['api.example.com'], ports: [ExternalPort.http()] });
    expectRefusal(() => new IngressDelegate(shop, 'delegate', { routeNamespace: 'shop', prefixes: ['/api'], rules: [{ action: RouteAction.forward(Destination.external(service)) }] }),
      '[ExternalDestinationInvalid] shop/delegate: rules[0].action is "shop/service"; allowed: Services in the mesh; fix: use it in a rule of the IngressRoute, which makes the host visible to its gateway');
  });

  test('is refused when it hands over in its turn', () => {
    const { team, delegate } = handedOver({ routeNamespace: 'team' }, { action: to('api') });
    expectRefusal(() => new IngressDelegate(team, 'second', { routeNamespace: 'shop', prefixes: ['/api'], rules: [{ matches: api, action: RouteAction.delegate(delegate) }] }),
      '[DelegateInvalid] team/second: rules[0].action is "delegate"; allowed: an action other than delegate; fix: set another action: Istio delegates only once');
  });

  test('is refused when a path of it is spared from the redirect to HTTPS', () => {
    const plainHttp = PlainHttp.redirect({ exemptPaths: [PathMatch.prefix('/api/health')] });
    const { shop, route } = ingress({ listeners: [IngressListener.https({ hosts: ['a.test'], credentialName: 'cert', plainHttp })] }, { hosts: ['a.test'] });
    const delegate = new IngressDelegate(shop, 'delegate', { routeNamespace: 'shop', prefixes: ['/api'], rules: [{ action: to('api') }] });
    expectRefusal(() => route.addRule({ matches: api, action: RouteAction.delegate(delegate) }),
      '[DelegateInvalid] shop/route: rule[0].action is "a part with a path that port 80 does not redirect"; allowed: paths that are redirected entirely; fix: leave the path out of `exemptPaths`, or hand over prefixes without it');
  });

  test('is refused at egress', () => {
    const { shop, egress, service } = routed({ hosts: ['api.example.com'], ports: [ExternalPort.http()] });
    shop.node.tryRemoveChild('route');
    const delegate = new IngressDelegate(shop, 'delegate', { routeNamespace: 'shop', prefixes: ['/api'], rules: [{ action: to('api') }] });
    expectRefusal(() => new EgressRoute(shop, 'route', { service, gateway: egress, rules: [{ matches: api, action: RouteAction.delegate(delegate) }] }),
      '[DelegateInvalid] shop/route: rules[0].action is "delegate"; allowed: delegates of an IngressRoute; fix: set another action');
  });

  test('is refused when the rule would have to stand in the object of another route', () => {
    const { app, gateway } = handedOver();
    const wide = new Chart(app, 'wide', { namespace: 'wide' });
    expectRefusal(() => new IngressRoute(wide, 'route', { gateway, hosts: ['a.test'], rules: [{ matches: [{ methods: ['PUT'] }], action: to('put') }] }),
      '[HostAlreadyRouted] wide/route: hosts is "a.test"; allowed: paths outside those that shop/route or this route hands over; fix: put the delegating rule and the rule with the wider path in one route');
  });
});
