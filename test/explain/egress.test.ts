import { ApiObject, Chart, JsonPatch } from 'cdk8s';
import {
  Access, AppTls, Caller, Destination, EgressCaller, EgressGateway, EgressLock, EgressRoute, ExternalPort, ExternalService, GatewayWorkload,
  IngressGateway, IngressListener, IngressRoute, LegOne, PathMatch, RequestEnding, RequestExplanation, RouteAction, UpstreamTls, VirtualServiceLayout,
} from '../../src';
import { ambientMesh, atWaypoint, mesh, migrating, routed } from '../fixtures';
import { expectRefusal } from '../refusal';

const worker = Caller.serviceAccount('shop', 'worker');
const HTTPS = { hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps()] };

describe('a request through the gateway', () => {
  const { app } = routed(HTTPS, { allow: [{ path: PathMatch.prefix('/v1') }], callers: [Caller.serviceAccount('shop', 'worker')] });
  const from = (caller: Caller) => RequestExplanation.of(app).fromWorkload(caller);

  test('leaves with TLS to the host, and every hop says what decides', () => {
    const answer = from(worker).get('http://api.example.com/v1/orders?a=1');
    expect(answer).toMatchObject({ ending: RequestEnding.LEAVES, leavesBy: 'istio-system/egress', leavesTo: ['api.example.com:443'], status: undefined, decidedUnless: [], conditions: [], nearMisses: [] });
    expect(answer.toText()).toMatchInlineSnapshot(`
"GET http://api.example.com/v1/orders?a=1 from shop/worker
=> leaves the mesh by istio-system/egress to api.example.com:443
1. sidecar shop/worker, port 80, host api.example.com
   decided by VirtualService shop/shop-route-mesh-virtual-service-c8faafa8: leg 1 of shop/route
   to egress.istio-system.mesh.internal:80 by mesh mTLS, SNI egress.istio-system.mesh.internal
2. egress gateway istio-system/egress, port 443, host api.example.com
   passes AuthorizationPolicy istio-system/egress-api-example-com-80-callers: callers of shop/route
   passes AuthorizationPolicy istio-system/egress-api-example-com-80-declared: declared of shop/route
   decided by VirtualService istio-system/egress-api-example-com-80-leg-2: everything allowed of shop/route
   to api.example.com:443 by TLS, SNI api.example.com, certificate verified for api.example.com
out to api.example.com:443 by TLS, SNI api.example.com, certificate verified for api.example.com
removed: x-envoy-attempt-count, x-envoy-decorator-operation, x-envoy-expected-rq-timeout-ms, x-envoy-external-address, x-envoy-peer-metadata, x-envoy-peer-metadata-id, x-forwarded-client-cert, x-forwarded-for, x-forwarded-proto, x-request-id"
`);
  });

  test('is refused if the route does not allow it, and told what it lacks', () => {
    const answer = from(worker).get('http://api.example.com/v2');
    expect(answer).toMatchObject({ ending: RequestEnding.ANSWERED, status: 403, deniedBy: 'VirtualService istio-system/egress-api-example-com-80-leg-2', leavesBy: undefined, leavesTo: [] });
    expect(answer.nearMisses).toEqual(['allow of shop/route: path is /v2, and not below /v1']);
  });

  test('of another service account is refused by the policy for callers', () => {
    const answer = from(Caller.namespace('shop')).get('http://api.example.com/v1');
    expect(answer).toMatchObject({ status: 403, deniedBy: 'AuthorizationPolicy istio-system/egress-api-example-com-80-callers', because: 'shop/default is no caller of shop/route' });
    expect(answer.nearMisses).toEqual(['callers of shop/route: caller is shop/default, and not shop/worker']);
  });

  test('of a namespace that is no caller is up to the mesh, and never guessed', () => {
    const answer = from(Caller.namespace('blog')).get('http://api.example.com/v1');
    expect(answer).toMatchObject({ ending: RequestEnding.UNDECIDED, status: undefined, leavesBy: undefined });
    expect(answer.because).toContain('with meshConfig.outboundTrafficPolicy ALLOW_ANY it leaves directly from the workload, with REGISTRY_ONLY the sidecar refuses it');
    expect(answer.nearMisses).toEqual(['callers of shop/route: caller is blog/default, and not shop/worker']);
  });

  test('to another port, or by TLS, is not that of the route', () => {
    expect(from(worker).get('http://api.example.com:8080/v1').nearMisses).toEqual(['service.ports of shop/route: port is 8080, and not 80']);
    expect(from(worker).get('https://api.example.com:80/v1')).toMatchObject({ ending: RequestEnding.CLOSED });
  });

  test('to a Service of the mesh is none of the routes\'', () => {
    expect(from(worker).get('http://web.shop.svc.cluster.local').because).toBe('web.shop.svc.cluster.local is a name of the mesh: no route of the app leads to it');
  });

  test('is drawn', () => {
    expect(from(worker).get('http://api.example.com/v1').toMermaid()).toMatchInlineSnapshot(`
"sequenceDiagram
  participant p0 as shop/worker
  participant p1 as sidecar shop/worker
  participant p2 as egress gateway istio-system/egress
  participant p3 as api.example.com:443
  p0->>p1: GET /v1
  Note over p1: VirtualService shop/shop-route-mesh-virtual-service-c8faafa8: leg 1 of shop/route
  p1->>p2: mesh mTLS, SNI egress.istio-system.mesh.internal
  Note over p2: VirtualService istio-system/egress-api-example-com-80-leg-2: everything allowed of shop/route
  p2->>p3: TLS, SNI api.example.com
"
`);
    expect(from(worker).get('http://api.example.com/v2').toMermaid()).toContain('-->>p0: 403 from istio-system/egress');
  });

  test('is told as JSON', () => {
    const { client, ending } = JSON.parse(from(worker).get('http://api.example.com/v1').toJson());
    expect(client).toEqual({ kind: 'workload', namespace: 'shop', serviceAccount: 'worker', ambient: false });
    expect(ending.to).toEqual([{ host: 'api.example.com', port: 443, percent: 100, endpoints: [], tls: { mode: 'SIMPLE', sni: 'api.example.com', verifies: ['api.example.com'] } }]);
  });
});

describe('what the gateway does not read', () => {
  test('is wrapped, and closed for strangers', () => {
    const { app } = routed({ hosts: ['vault.example.com'], ports: [ExternalPort.https()] }, { callers: [worker] });
    const all = RequestExplanation.of(app);
    expect(all.fromWorkload(worker).get('https://vault.example.com/')).toMatchObject({ leavesBy: 'istio-system/egress', leavesTo: ['vault.example.com:443'] });
    expect(all.fromWorkload(Caller.namespace('shop')).get('https://vault.example.com/')).toMatchObject({ ending: RequestEnding.CLOSED, deniedBy: 'AuthorizationPolicy istio-system/egress-vault-example-com-443-callers' });
    expect(all.fromWorkload(worker).get('http://vault.example.com:443/')).toMatchObject({ ending: RequestEnding.UNDECIDED });
  });

  test('is passed through without knowing who calls', () => {
    const { app } = routed({ hosts: ['old.example.com'], ports: [ExternalPort.https()] }, { appTls: AppTls.PASSTHROUGH });
    expect(RequestExplanation.of(app).fromWorkload(worker).get('https://old.example.com/')).toMatchObject({ leavesBy: 'istio-system/egress' });
  });

  test('is TCP to an address', () => {
    const { app } = routed({ hosts: ['db.example.com'], ports: [ExternalPort.postgres()], addresses: ['192.0.2.7'] });
    const from = RequestExplanation.of(app).fromWorkload(worker);
    expect(from.connect('tcp://192.0.2.7:5432')).toMatchObject({ leavesBy: 'istio-system/egress' });
    expect(from.connect('tcp://192.0.2.8:5432')).toMatchObject({ ending: RequestEnding.UNDECIDED });
  });
});

describe('rules', () => {
  const { app, shop } = mesh();
  const egress = new EgressGateway(shop, 'out', { workload: GatewayWorkload.helmRelease('out', { namespace: 'edge' }) });
  const api = new ExternalService(shop, 'api', HTTPS);
  const next = new ExternalService(shop, 'next', { hosts: ['next.example.com'], ports: [ExternalPort.httpToHttps({ tls: UpstreamTls.simple({ sni: 'sni.example.com' }) })] });
  new EgressRoute(shop, 'route', {
    service: api,
    gateway: egress,
    layout: VirtualServiceLayout.SINGLE,
    rules: [
      { matches: [{ path: PathMatch.exact('/closed'), methods: ['GET'] }], action: RouteAction.respond(410, 'gone') },
      { matches: [{ path: PathMatch.exact('/moved') }], action: RouteAction.redirect({ path: '/new' }) },
      { matches: [{ path: PathMatch.prefix('/v2') }], action: RouteAction.forward(Destination.external(next)) },
    ],
  });
  const from = RequestExplanation.of(app).fromWorkload(worker);

  test('answer, and nearly did', () => {
    expect(from.get('http://api.example.com/closed')).toMatchObject({ status: 410 });
    expect(from.post('http://api.example.com/closed').nearMisses).toContain('rules[0] of shop/route: method is POST, and not GET');
  });

  test('redirect', () => {
    expect(from.get('http://api.example.com/moved?a=1')).toMatchObject({ status: 301, redirectsTo: 'https://api.example.com/new?a=1' });
  });

  test('lead elsewhere', () => {
    const answer = from.get('http://api.example.com/v2/a');
    expect(answer).toMatchObject({ leavesBy: 'edge/out', leavesTo: ['next.example.com:443'] });
    expect(answer.toText()).toContain('out to next.example.com:443 by TLS, SNI sni.example.com, certificate verified for sni.example.com');
  });
});

describe('what does not go by a gateway', () => {
  test('leaves by its own sidecar', () => {
    const { app, shop } = mesh();
    new ExternalService(shop, 'api', { ...HTTPS, direct: true, workloadSelector: { app: 'web' } });
    const all = RequestExplanation.of(app);
    expect(all.fromWorkload(worker).get('http://api.example.com/')).toMatchObject({
      leavesBy: 'shop/worker', leavesTo: ['api.example.com:443'], conditions: ['if the workload has the labels app=web, which shop/api selects; otherwise it presents no certificate, and verifies by the CAs of the system'],
    });
    expect(all.fromWorkload(worker, { labels: { app: 'web' } }).get('http://api.example.com/').conditions).toEqual([]);
  });

  test('is refused by a lock', () => {
    const { app, platform, egress } = routed(HTTPS);
    new EgressLock(platform, 'lock', { gateway: egress });
    const from = RequestExplanation.of(app).fromWorkload(worker);
    expect(from.get('http://other.example.com/')).toMatchObject({ status: 502, deniedBy: 'Sidecar shop/default' });
    expect(from.get('https://other.example.com/')).toMatchObject({ ending: RequestEnding.CLOSED });
  });

  test('leg 1 in clear text cannot tell callers apart', () => {
    const { app } = routed(HTTPS, { legOne: LegOne.plaintext('a test') });
    expect(RequestExplanation.of(app).fromWorkload(worker).get('http://api.example.com/')).toMatchObject({ leavesBy: 'istio-system/egress' });
  });
});

describe('objects that the model does not know', () => {
  test('make the answer one that holds unless they say otherwise', () => {
    const { app, shop, egress } = routed(HTTPS);
    const istio = (scope: Chart, kind: string, name: string, spec: object) => new ApiObject(scope, name, { apiVersion: `${kind.startsWith('A') ? 'security' : 'networking'}.istio.io/v1`, kind, metadata: { name }, spec });
    istio(shop, 'VirtualService', 'mine', { hosts: ['*.example.com'], http: [] });
    istio(shop, 'VirtualService', 'other', { hosts: ['other.test'], http: [] });
    istio(shop, 'DestinationRule', 'rule', { host: 'egress.istio-system.mesh.internal' });
    istio(new Chart(app, 'system', { namespace: 'istio-system' }), 'AuthorizationPolicy', 'strict', {});
    istio(new Chart(app, 'blog', { namespace: 'blog' }), 'EnvoyFilter', 'filter', {});
    egress.gateway!.addJsonPatch(JsonPatch.add('/spec/servers/0/minProtocolVersion', 'x'));
    expect(RequestExplanation.of(app).fromWorkload(worker).get('http://api.example.com/').decidedUnless).toEqual([
      'AuthorizationPolicy istio-system/strict', 'DestinationRule shop/rule', 'Gateway istio-system/egress', 'VirtualService shop/mine',
    ]);
  });
});

describe('what is no question', () => {
  const client = RequestExplanation.of(mesh().app).fromWorkload(worker);

  test.each([
    ['no URL', () => client.get('api.example.com'), '[UrlInvalid] ExplainedClient.get: url is "api.example.com"; allowed: a URL such as https://api.example.com/v1; fix: write the whole URL, with the scheme and the host'],
    ['an unknown scheme', () => client.get('ftp://api.example.com'), '[UrlInvalid] ExplainedClient.get: url is "ftp://api.example.com"; allowed: a URL such as https://api.example.com/v1; the scheme is one of http, https; fix: write the scheme that the client uses: gRPC in clear text is http'],
    ['a connection as a request', () => client.get('tcp://db.example.com:5432'), '[UrlInvalid] ExplainedClient.get: url is "tcp://db.example.com:5432"; allowed: a URL such as https://api.example.com/v1; the scheme is one of http, https; fix: use connect()'],
    ['a connection without a port', () => client.connect('tcp://db.example.com'), '[UrlInvalid] ExplainedClient.connect: url is "tcp://db.example.com"; allowed: a URL such as tcp://db.example.com:5432; fix: name the host and the port'],
    ['a connection with a path', () => client.connect('tcp://db.example.com:1/a'), '[UrlInvalid] ExplainedClient.connect: url is "tcp://db.example.com:1/a"; allowed: a host and a port, such as tcp://db.example.com:5432; fix: leave out the path: a connection has none'],
    ['a method in small letters', () => client.send('get', 'http://a.test'), '[RequestInvalid] ExplainedClient.send: method is "get"; allowed: a method of HTTP in capitals, such as GET; fix: correct the method'],
    ['a header twice', () => client.get('http://a.test', { headers: { 'x-a': '1', 'X-A': '2' } }), '[RequestInvalid] ExplainedClient.get: headers.x-a is "1"; allowed: each header once, by a name of letters, digits and dashes; fix: correct the name, or join the values'],
    ['any namespace as a caller', () => RequestExplanation.of(mesh().app).fromWorkload(Caller.anyNamespace('why')), '[RequestInvalid] RequestExplanation.fromWorkload: caller is "any namespace"; allowed: one workload; fix: use Caller.serviceAccount(namespace, name)'],
  ])('%s', (_, ask, message) => {
    expectRefusal(ask, message);
  });

  test('but a caller that the app does not have is one', () => {
    expect(client.get('http://api.example.com')).toMatchObject({ ending: RequestEnding.UNDECIDED });
  });
});

describe('a client outside', () => {
  const { app, shop } = mesh();
  const gateway = new IngressGateway(shop, 'in', {
    workload: GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' }), listeners: [IngressListener.https({ hosts: ['shop.example.com'], credentialName: 'cert' })],
  });
  new IngressRoute(shop, 'web', {
    gateway,
    hosts: ['shop.example.com'],
    rules: [
      { matches: [{ path: PathMatch.exact('/a') }], action: RouteAction.forward(Destination.service('a', { port: 80 })) },
      { matches: [{ path: PathMatch.prefix('/split') }], action: RouteAction.split([Destination.service('a', { port: 80 }).weighted(1), Destination.service('b', { port: 80 }).weighted(3)]) },
    ],
  });
  const outside = RequestExplanation.of(app).fromOutside();

  test('is served', () => {
    expect(outside.get('https://shop.example.com/a')).toMatchObject({ ending: RequestEnding.SERVED, servedBy: ['a.shop.svc.cluster.local:80'] });
  });

  test('gets to one of several, by their shares', () => {
    expect(outside.get('https://shop.example.com/split').toText()).toContain('=> served by a.shop.svc.cluster.local:80 (25 %), b.shop.svc.cluster.local:80 (75 %)');
  });

  test('gets 404, and is told which rule was near', () => {
    expect(outside.get('https://shop.example.com/b')).toMatchObject({ status: 404, nearMisses: ['rules[0] of shop/web: path is /b, and not exactly /a', 'rules[1] of shop/web: path is /b, and not below /split'] });
  });

  test('is redirected, or not let in', () => {
    expect(outside.get('http://shop.example.com/a')).toMatchObject({ status: 301, redirectsTo: 'https://shop.example.com/a' });
    expect(outside.get('https://other.example.com/a')).toMatchObject({ ending: RequestEnding.CLOSED });
    expect(outside.get('https://shop.example.com:8443/a')).toMatchObject({ ending: RequestEnding.UNDECIDED });
  });
});

describe('tokens', () => {
  const { app, shop } = mesh();
  const gateway = new IngressGateway(shop, 'in', { workload: GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' }) });
  const rules = [{ action: RouteAction.forward(Destination.service('web', { port: 80 })) }];
  new IngressRoute(shop, 'web', { gateway, hosts: ['shop.example.com'], rules, access: [Access.jwt({ issuer: 'https://id.test', jwksUri: 'https://id.test/keys', audiences: ['shop'] })] });
  new IngressRoute(shop, 'open', { gateway, hosts: ['open.example.com'], rules });
  const from = (claims?: { [name: string]: string }) => RequestExplanation.of(app).fromOutside({ claims });
  const token = { headers: { authorization: 'Bearer a.b.c' } };

  test('are missing where none is sent', () => {
    expect(from().get('http://shop.example.com/')).toMatchObject({ status: 403, because: 'shop/web asks for a valid token of https://id.test and claim aud shop' });
  });

  test('are conditions where nothing is said of them', () => {
    expect(from().get('http://shop.example.com/', token)).toMatchObject({
      ending: RequestEnding.SERVED,
      conditions: [
        'if the token of the request is a valid one of https://id.test; otherwise the client gets 401',
        'if the request has a valid token of https://id.test and claim aud shop; otherwise the client gets 403',
      ],
    });
  });

  test('admit those who have the claims', () => {
    expect(from({ iss: 'https://id.test', aud: 'shop' }).get('http://shop.example.com/')).toMatchObject({ ending: RequestEnding.SERVED, conditions: [] });
    expect(from({ iss: 'https://id.test', aud: 'blog' }).get('http://shop.example.com/')).toMatchObject({ status: 403 });
  });

  test('of issuers that nobody names are refused on every route, and none is needed where none is asked for', () => {
    expect(from({ iss: 'https://other.test' }).get('http://open.example.com/')).toMatchObject({ status: 401 });
    expect(from({}).get('http://open.example.com/')).toMatchObject({ ending: RequestEnding.SERVED });
  });
});

describe('in ambient', () => {
  const { app } = atWaypoint(HTTPS, { callers: [worker], allow: [{ path: PathMatch.prefix('/v1') }] });
  const from = (caller: Caller) => RequestExplanation.of(app).fromWorkload(caller);

  test('requests leave by the waypoint', () => {
    const answer = from(worker).get('http://api.example.com/v1');
    expect(answer).toMatchObject({ leavesBy: 'istio-egress/waypoint', leavesTo: ['api.example.com:443'], conditions: [] });
    expect(answer.toText()).toContain('1. ztunnel shop/worker, port 80, host api.example.com');
  });

  test('are refused by its policy', () => {
    const policy = 'AuthorizationPolicy istio-egress/egress-api-example-com-callers';
    expect(from(Caller.namespace('blog')).get('http://api.example.com/v1')).toMatchObject({ status: 403, deniedBy: policy, because: 'blog/default is no caller of shop/route' });
    expect(from(worker).get('http://api.example.com/v2')).toMatchObject({ status: 403, deniedBy: policy, because: 'shop/route does not allow the request' });
    expect(from(worker).get('http://api.example.com/v1', { headers: { Host: 'other.example.com' } })).toMatchObject({ status: 403, deniedBy: policy });
  });

  test('to what no route declares are up to the network', () => {
    expect(RequestExplanation.of(ambientMesh().app).fromWorkload(worker, { ambient: true }).get('http://api.example.com/').because).toContain('ztunnel lets it leave directly');
    expect(from(worker).get('http://api.example.com:81/').nearMisses).toEqual(['service.ports of shop/route: port is 81, and not 80']);
  });

  test('a workload of which nothing is known has a sidecar, where there are routes for both', () => {
    const { app: both, shop, egress } = migrating();
    new EgressRoute(shop, 'route', { service: new ExternalService(shop, 'api', HTTPS), gateway: egress });
    const all = RequestExplanation.of(both);
    expect(all.fromWorkload(worker).get('http://api.example.com/')).toMatchObject({
      leavesBy: 'istio-system/egress', conditions: ['if the workload has a sidecar; otherwise the waypoint istio-egress/waypoint decides'],
    });
    expect(all.fromWorkload(worker, { ambient: true }).get('http://api.example.com/')).toMatchObject({ leavesBy: 'istio-egress/waypoint', conditions: [] });
  });
});

describe('a leg of its own', () => {
  const { app, shop, egress } = mesh();
  const billing = new Chart(app, 'billing', { namespace: 'billing' });
  const service = new ExternalService(shop, 'api', HTTPS);
  new EgressRoute(shop, 'route', { service, gateway: egress, callers: [Caller.namespace('billing', { ownLeg: true }), Caller.namespace('blog', { ownLeg: true })] });
  new EgressCaller(billing, 'leg', { service, gateway: egress });

  test('leads to the gateway, where the app has it', () => {
    const from = (namespace: string) => RequestExplanation.of(app).fromWorkload(Caller.namespace(namespace)).get('http://api.example.com/');
    expect(from('billing')).toMatchObject({ leavesBy: 'istio-system/egress' });
    expect(from('blog').because).toBe('shop/route leaves leg 1 from blog to an EgressCaller, which this app does not have');
  });
});
