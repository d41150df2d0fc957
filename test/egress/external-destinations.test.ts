import {
  ClientCertificate, Destination, DirectRoute, EgressRoute, EgressRouteProps, ExternalPort, ExternalService, ExternalServiceProps,
  Resolution, RouteAction, UpstreamTls,
} from '../../src';
import { mesh } from '../fixtures';
import { expectRefusal } from '../refusal';
import { find, manifestsOf, synth } from '../synth';

function world(other: Partial<ExternalServiceProps> = {}) {
  const made = mesh();
  const api = new ExternalService(made.shop, 'api', { hosts: ['api.example.com'], ports: [ExternalPort.http()] });
  const next = new ExternalService(made.shop, 'next', { hosts: ['next.example.com'], ports: [ExternalPort.httpToHttps()], ...other });
  return { ...made, api, next };
}

type World = ReturnType<typeof world>;
const route = ({ shop, api, egress }: World, props: Partial<EgressRouteProps>, id = 'route') => new EgressRoute(shop, id, { service: api, gateway: egress, ...props });
const split = ({ api, next }: World) => RouteAction.split([
  Destination.external(api).weighted(90), Destination.external(next).weighted(10),
]);

describe('egress route › external destinations', () => {
  test('each host sees its own name', () => {
    const w = world();
    const made = route(w, { rules: [{ action: split(w) }] });
    const [gateway] = manifestsOf(w.app, [made.gatewayVirtualService]);
    expect(gateway.spec.http[0].route).toEqual([
      { destination: { host: 'api.example.com', port: { number: 80 } }, weight: 90, headers: { request: { set: { host: 'api.example.com' } } } },
      { destination: { host: 'next.example.com', port: { number: 80 } }, weight: 10, headers: { request: { set: { host: 'next.example.com' } } } },
    ]);
  });

  test('a port that is not the one of its scheme is part of the name', () => {
    const w = world({ ports: [ExternalPort.http({ number: 8080 }), ExternalPort.https()] });
    const made = route(w, { rules: [{ action: RouteAction.forward(Destination.external(w.next)) }] });
    const [gateway] = manifestsOf(w.app, [made.gatewayVirtualService]);
    expect(gateway.spec.http[0].route).toEqual([
      { destination: { host: 'next.example.com', port: { number: 8080 } }, headers: { request: { set: { host: 'next.example.com:8080' } } } },
    ]);
  });

  test('the gateway knows the other host and speaks TLS to it, and callers do not know it', () => {
    const w = world();
    route(w, { rules: [{ action: split(w) }] });
    const objects = synth(w.app);
    expect(find(objects, 'ServiceEntry', w.next.serviceEntry.name).spec.exportTo).toEqual(['istio-system']);
    expect(find(objects, 'DestinationRule', 'egress-next-example-com-tls').spec.workloadSelector.matchLabels).toEqual({ app: 'istio-egressgateway', istio: 'egressgateway' });
  });

  test('callers know the service whose port needs a listener, and not the other one', () => {
    const w = world();
    const wide = new ExternalService(w.shop, 'wide', { hosts: ['wide.example.com'], ports: [ExternalPort.http({ number: 8080 })] });
    route(w, { service: wide, rules: [{ action: split({ ...w, api: wide }) }] });
    route(w, {}, 'api-route');
    const objects = synth(w.app);
    const seen = [wide, w.next].map(({ serviceEntry }) => find(objects, 'ServiceEntry', serviceEntry.name).spec.exportTo);
    expect(seen).toEqual([['.', 'istio-system'], ['istio-system']]);
  });

  test('a host with a route of its own is described to the gateway once, whichever route comes first', () => {
    const made = [true, false].map(splitFirst => {
      const w = world();
      const splits = () => route(w, { rules: [{ action: split(w) }] });
      const leads = () => route(w, { service: w.next }, 'next-route');
      const routes = splitFirst ? [splits(), leads()] : [leads(), splits()];
      for (const one of routes) expect(one.parts.map(p => p.name)).toContain('egress-next-example-com-tls');
      const objects = synth(w.app);
      expect(find(objects, 'DestinationRule', 'egress-next-example-com-tls').metadata).not.toHaveProperty('labels');
      return objects.map(object => JSON.stringify(object)).sort();
    });
    expect(made[0]).toEqual(made[1]);
  });

  test('one of several hosts is named', () => {
    const w = world({ hosts: ['a.example.com', 'b.example.com'] });
    const made = route(w, { rules: [{ action: RouteAction.forward(Destination.external(w.next, { host: 'B.example.com' })) }] });
    expect(manifestsOf(w.app, [made.gatewayVirtualService])[0].spec.http[0].route[0].destination.host).toBe('b.example.com');
  });

  test.each<[string, Partial<ExternalServiceProps>, (w: World) => Partial<EgressRouteProps>, string]>([
    ['the host is not said', { hosts: ['a.example.com', 'b.example.com'] }, w => ({ rules: [{ action: split(w) }] }), '[ExternalDestinationInvalid] shop/route: rules[0].action.split[1].host is "a.example.com", "b.example.com"; allowed: one of the full host names of shop/next: a.example.com, b.example.com; fix: name one host'],
    ['the port is not said', { ports: [ExternalPort.http(), ExternalPort.http({ number: 8080 })] }, w => ({ rules: [{ action: split(w) }] }), '[ExternalDestinationInvalid] shop/route: rules[0].action.split[1].port is not set; allowed: an HTTP port of shop/next: 80, 8080; fix: set the port that an application would call'],
    ['no request could be read', { ports: [ExternalPort.https()] }, w => ({ rules: [{ action: split(w) }] }), '[ExternalDestinationInvalid] shop/route: rules[0].action.split[1].port is not set; allowed: an HTTP port of shop/next: it has none; fix: set the port that an application would call'],
    ['it is direct', { direct: true }, w => ({ rules: [{ action: split(w) }] }), '[DirectServiceRouted] shop/route: rules is "shop/next"; allowed: a service that is not direct; fix: remove `direct` from the service, or choose another service'],
    ['nothing says where it is', { resolution: Resolution.none() }, w => ({ rules: [{ action: split(w) }] }), '[ResolutionNoneBehindGateway] shop/route: rules[0].action.split[1] is "NONE"; allowed: DNS, DNS_ROUND_ROBIN, STATIC; fix: use Resolution.dns() or Resolution.endpoints()'],
    ['a copy would carry the wrong name', {}, w => ({ rules: [{ mirror: { destination: Destination.external(w.next) } }] }), '[ExternalDestinationInvalid] shop/route: rules[0].mirror.destination is "shop/next"; allowed: a Service in the mesh; fix: mirror to a Service: a mirrored request keeps the host name of the original'],
    ['the name is rewritten as well', {}, w => ({ rules: [{ action: split(w), rewrite: { authority: 'front.example.com' } }] }), '[RuleOptionUnused] shop/route: rules[0].rewrite.authority is "front.example.com"; allowed: only a rewrite of the path with Destination.external; fix: leave it out: each external host receives its own name'],
    ['its Secret is not where the gateway runs', { ports: [ExternalPort.httpToHttps({ tls: UpstreamTls.mutual({ clientCertificate: ClientCertificate.secret('cert', { namespace: 'shop' }) }) })] }, w => ({ rules: [{ action: split(w) }] }), '[ClientCertificateNamespace] shop/route: shop/next.ports[0].tls.clientCertificate is "shop/cert"; allowed: a Secret in istio-system, where the pods of the gateway run; fix: create the Secret cert in istio-system'],
  ])('is refused where %s', (_, other, props, message) => {
    const w = world(other);
    expectRefusal(() => route(w, props(w)), message);
  });

  test('is refused where another service describes the host to the gateway', () => {
    const w = world();
    route(w, { rules: [{ action: split(w) }] });
    const rival = new ExternalService(w.platform, 'rival', { hosts: ['next.example.com'], ports: [ExternalPort.http()] });
    const auth = new ExternalService(w.shop, 'auth', { hosts: ['auth.example.com'], ports: [ExternalPort.http()] });
    expectRefusal(() => route(w, { service: auth, rules: [{ action: RouteAction.forward(Destination.external(rival)) }] }, 'auth-route'),
      '[UpstreamTlsConflict] shop/auth-route: rules is "next.example.com"; allowed: hosts that shop/next does not declare for istio-system/egress; fix: declare the host in one service, and pass that service to all routes');
  });

  test('is refused from a direct route where the destination is not direct', () => {
    const w = world();
    const direct = new ExternalService(w.shop, 'direct', { hosts: ['direct.example.com'], ports: [ExternalPort.http()], direct: true });
    expectRefusal(() => new DirectRoute(w.shop, 'out', { service: direct, rules: [{ action: RouteAction.forward(Destination.external(w.next)) }] }),
      '[ServiceNotDirect] shop/out: rules is "shop/next"; allowed: a service with `direct: true`; fix: set `direct: true` on the service, or use an EgressRoute');
  });
});
