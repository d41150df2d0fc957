import { CASES } from './cases';
import { Destination, GatewayWorkload, IngressListener, IngressRouteProps, IngressRule, RouteAction } from '../../src';
import { ingress } from '../fixtures';
import { expectRefusal } from '../refusal';
import { find, manifestsOf, synth } from '../synth';

const web = { action: RouteAction.forward(Destination.service('web', { port: 8080 })) };
const routeOf = (name: keyof typeof CASES) => find(CASES[name]().manifests(), 'VirtualService').spec;

describe('ingress route', () => {
  test('https: the objects', () => {
    expect(CASES.https().manifests()).toMatchInlineSnapshot(`
      apiVersion: networking.istio.io/v1
      kind: Gateway
      metadata:
        name: shop-gateway-c82d0dab
        namespace: shop
      spec:
        selector:
          app: istio-ingressgateway
          istio: ingressgateway
        servers:
          - hosts:
              - shop.example.com
            port:
              name: https-443-shop-cert-69aec897
              number: 443
              protocol: HTTPS
            tls:
              credentialName: shop-cert
              mode: SIMPLE
          - hosts:
              - ./shop.example.com
            port:
              name: http-80
              number: 80
              protocol: HTTP
      ---
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
          - shop.example.com
        http:
          - match:
              - port: 80
            redirect:
              authority: shop.example.com
              redirectCode: 301
              scheme: https
          - match:
              - port: 443
            route:
              - destination:
                  host: web.shop.svc.cluster.local
                  port:
                    number: 8080
    `);
  });

  test('the rules', () => {
    const { app, route } = CASES.rules();
    expect(manifestsOf(app, [route.virtualService!])).toMatchInlineSnapshot(`
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
          - "*"
        http:
          - match:
              - port: 80
                uri:
                  exact: /
            redirect:
              redirectCode: 302
              uri: /home
          - match:
              - headers:
                  x-version:
                    exact: "2"
                port: 80
                uri:
                  exact: /api
              - headers:
                  x-version:
                    exact: "2"
                port: 80
                uri:
                  prefix: /api/
            route:
              - destination:
                  host: api.shop.svc.cluster.local
                  port:
                    number: 80
                weight: 9
              - destination:
                  host: api-next.lab.svc.cluster.local
                  port:
                    number: 80
                weight: 1
            timeout: 2s
          - match:
              - port: 80
            route:
              - destination:
                  host: web.shop.svc.cluster.local
                  port:
                    number: 8080
    `);
  });

  test('the pods of the gateway see it, and nobody else', () => {
    expect(routeOf('http for every host').exportTo).toEqual(['istio-ingress']);
  });

  test('what listens decides at which ports the rules hold', () => {
    const ports = (name: keyof typeof CASES) => routeOf(name).http.map((r: any) => [Object.keys(r)[1], ...r.match.map((m: any) => m.port)]);
    expect(ports('http for every host')).toEqual([['route', 80]]);
    expect(ports('https')).toEqual([['redirect', 80], ['route', 443]]);
    expect(ports('https beside clear text')).toEqual([['route', 80, 443]]);
    expect(ports('https alone')).toEqual([['route', 443]]);
  });

  test('several hosts are redirected each to itself, and wildcards last', () => {
    expect(routeOf('several hosts, one of them a wildcard').http.slice(0, -1)).toEqual([
      { match: [{ port: 80, authority: { regex: 'shop\\.example\\.com(:[0-9]+)?' } }], redirect: { scheme: 'https', authority: 'shop.example.com', redirectCode: 301 } },
      { match: [{ port: 80 }], redirect: { scheme: 'https', redirectCode: 301 } },
    ]);
  });

  test('another port than 443 is part of the redirect', () => {
    const { manifests } = ingress({
      workload: GatewayWorkload.helmRelease('edge', { namespace: 'edge', ports: [{ number: 80 }, { number: 8443 }] }),
      listeners: [IngressListener.https({ hosts: ['shop.example.com'], credentialName: 'cert', port: 8443 })],
    }, { hosts: ['shop.example.com'], rules: [web] });
    expect(find(manifests(), 'VirtualService').spec.http[0].redirect).toEqual({ scheme: 'https', authority: 'shop.example.com', port: 8443, redirectCode: 301 });
  });

  test('rules may be added later', () => {
    const { app, route } = ingress({}, { hosts: ['shop.example.com'] });
    route.addRule(web);
    expect(find(synth(app), 'VirtualService').spec.http).toHaveLength(1);
  });

  test('is refused when a rule says nothing about what is done', () => {
    const { route } = ingress({}, { hosts: ['shop.example.com'] });
    expectRefusal(() => route.addRule({} as IngressRule),
      '[TypeInvalid] shop/route: rule[0].action is not set; allowed: a value of class RouteAction; fix: create it with RouteAction.forward, split, redirect, respond, delegate');
  });

  test('is refused when a rule that is added later comes behind everything', () => {
    const { route } = ingress({}, { hosts: ['shop.example.com'] });
    route.addRule(web);
    expectRefusal(() => route.addRule(web),
      '[RuleUnreachable] shop/route: rule[0].matches is "only requests that an earlier rule matches"; allowed: requests that no earlier rule matches; fix: move the rule before the wider one, or delete it');
  });

  test('is refused when it has no rules, when the app is synthesized', () => {
    const { app } = ingress({}, { hosts: ['shop.example.com'] });
    expect(() => synth(app)).toThrow(new Error(
      '[RulesEmpty] shop/route: rules is empty; allowed: at least one rule; fix: add a rule',
    ));
  });

  const listeners = [IngressListener.https({ hosts: ['a.test', 'b.test'], credentialName: 'cert' }), IngressListener.http({ hosts: ['c.test'] })];

  test.each<{ when: string; props: Partial<IngressRouteProps>; message: string }>([
    { when: 'it has no hosts', props: { hosts: [] }, message: '[HostsEmpty] shop/route: hosts is empty; allowed: at least one host; fix: list the hosts, for example api.example.com' },
    { when: 'one of its hosts covers another', props: { hosts: ['*.a.test', 'b.a.test'] }, message: '[HostDuplicate] shop/route: hosts[1] is "b.a.test"; allowed: hosts that *.a.test does not cover; fix: delete it' },
    { when: 'nothing listens for a host', props: { hosts: ['a.test', 'd.test'] }, message: '[HostNotCovered] shop/route: hosts[1] is "d.test"; allowed: hosts of the listeners: a.test (port 443), b.test (port 443), a.test (port 80), b.test (port 80), c.test (port 80); fix: add the host to a listener of shop/gateway' },
    { when: 'different ports listen for its hosts', props: { hosts: ['a.test', 'c.test'] }, message: '[HostsOnDifferentListeners] shop/route: hosts[1] is "c.test (port 80)"; allowed: hosts on the same ports as a.test (port 80 redirected to 443, 443); fix: create one route for each' },
    { when: 'a redirect would keep the client\'s port', props: { hosts: ['a.test'], rules: [{ action: RouteAction.redirect({ scheme: 'https', port: 443 }) }] }, message: '[RedirectPortIgnored] shop/route: rules[0].action.port is 443; allowed: a port other than the default of https, or `port` together with `authority`; fix: set authority: otherwise the client\'s port remains' },
  ])('is refused when $when', ({ props, message }) => {
    expectRefusal(() => ingress({ listeners }, { hosts: ['a.test'], rules: [web], ...props }), message);
  });

  test('refuses a rule that is added', () => {
    const { route } = ingress({}, { hosts: ['shop.example.com'] });
    expectRefusal(() => route.addRule({ action: RouteAction.respond(99) }),
      '[StatusInvalid] shop/route: rule[0].action.status is 99; allowed: a whole number from 200 to 599; fix: correct the status');
  });
});
