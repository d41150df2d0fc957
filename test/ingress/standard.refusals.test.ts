import { App, Chart, Duration } from 'cdk8s';
import {
  Access, ClientCertificates, Cors, Credential, Destination, DestinationPolicy, ExternalPort, ExternalService, GatewayApiChannel,
  GatewayWorkload, HeaderMatch,
  IngressDelegate, IngressGateway, IngressGatewayProps, IngressListener, IngressRoute, IngressRouteProps, IngressRule, MeshSettingsOptions,
  PathMatch, PathRewrite, PlainHttp, QueryParamMatch, RouteAction, RouteApi, RouteMatch, StringMatch, TlsVersion,
} from '../../src';
import { standardIngress } from '../fixtures';
import { expectRefusal } from '../refusal';
import { synth } from '../synth';

const hosts = ['a.test'];
const forward = RouteAction.forward(Destination.service('web', { port: 8080 }));
const numbered = (count: number) => Array.from({ length: count }, (_, i) => `x-${i}`);

describe('the Gateway API cannot say', () => {
  const ofRules: [string, Partial<IngressRule>, string, MeshSettingsOptions?][] = [
    ['an answer', { action: RouteAction.respond(503) }, '[GatewayApiUnsupported] shop/route: rules[0].action is "respond(503)"; allowed: RouteAction.forward, split and redirect; fix: forward to a Service that answers so, or leave out the rule, so that requests get 404'],
    ['404', { action: RouteAction.respond(404) }, '[GatewayApiUnsupported] shop/route: rules[0].action is "respond(404)"; allowed: RouteAction.forward, split and redirect; fix: leave out the rule: what no rule matches gets 404'],
    ['faults', { fault: { abort: { percent: 1, status: 503 } } }, '[GatewayApiUnsupported] shop/route: rules[0].fault is "set"; allowed: no faults; fix: leave it out, or forward to a Service that fails on purpose'],
    ['rewrites by expression', { rewrite: { path: PathRewrite.regex('a', 'b') } }, '[GatewayApiUnsupported] shop/route: rules[0].rewrite.path is "regex(a)"; allowed: PathRewrite.prefix and PathRewrite.full; fix: match the prefix, and replace it; or rewrite in the Service'],
    ['rewrites to a prefix with a slash', { matches: [{ path: PathMatch.prefix('/a') }], rewrite: { path: PathRewrite.prefix('/b/') } }, '[GatewayApiUnsupported] shop/route: rules[0].rewrite.path is "/b/"; allowed: a prefix without a slash at the end, or / alone: Istio drops the slash; fix: leave out the slash; whole segments are replaced anyway'],
    ['rewrites of a prefix by characters', { matches: [{ path: PathMatch.rawPrefix('/a') }], rewrite: { path: PathRewrite.prefix('/b') } }, '[GatewayApiUnsupported] shop/route: rules[0].rewrite.path is "prefix(/b), for /a"; allowed: a rewrite of what PathMatch.prefix matches, in the case that it is written in; fix: match with PathMatch.prefix, without ignoreCase, or use PathRewrite.full'],
    ['rewrites of a prefix in whatever case', { matches: [{ path: PathMatch.prefix('/a', { ignoreCase: true }) }], rewrite: { path: PathRewrite.prefix('/b') } }, '[GatewayApiUnsupported] shop/route: rules[0].rewrite.path is "prefix(/b), for /a"; allowed: a rewrite of what PathMatch.prefix matches, in the case that it is written in; fix: match with PathMatch.prefix, without ignoreCase, or use PathRewrite.full'],
    ['rewrites of the root', { matches: [{ path: PathMatch.prefix('/') }], rewrite: { path: PathRewrite.prefix('/b') } }, '[GatewayApiUnsupported] shop/route: rules[0].rewrite.path is "prefix(/b), for /"; allowed: a rewrite of a prefix that is longer than /: Istio would join the two without a slash; fix: match the first segments, in a rule for each'],
    ['an authority with a port', { rewrite: { authority: 'b.test:8080' } }, '[GatewayApiUnsupported] shop/route: rules[0].rewrite.authority is "b.test:8080"; allowed: a host without a port; fix: leave out the port'],
    ['retries on the standard channel', { retries: { attempts: 2 } }, '[GatewayApiChannelMissing] shop/route: rules[0].retries is "set"; allowed: rules without retries, on the standard channel: Istio retries twice after connection failures; fix: leave it out, or, if the cluster has the CRDs of the experimental channel, say so with gatewayApiChannel in MeshSettings.of'],
    ['no retries at all', { retries: { attempts: 0 } }, '[GatewayApiUnsupported] shop/route: rules[0].retries.attempts is 0; allowed: a whole number from 1; fix: leave out `retries`: Istio then retries twice, after connection failures only', { gatewayApiChannel: GatewayApiChannel.EXPERIMENTAL }],
    ['conditions of retries', { retries: { attempts: 2, retryOn: ['503', 'reset'] } }, '[GatewayApiUnsupported] shop/route: rules[0].retries.retryOn[1] is "reset"; allowed: gateway-error, status codes from 400, and what is always retried: connect-failure, refused-stream, unavailable, cancelled; fix: name the status codes to retry', { gatewayApiChannel: GatewayApiChannel.EXPERIMENTAL }],
    ['attempts longer than the request', { timeout: Duration.seconds(1), retries: { attempts: 2, perTryTimeout: Duration.seconds(2) } }, '[GatewayApiUnsupported] shop/route: rules[0].retries.perTryTimeout is "2000 ms"; allowed: at most the timeout of the rule, 1000 ms; fix: shorten it, or leave it out', { gatewayApiChannel: GatewayApiChannel.EXPERIMENTAL }],
    ['timeouts in old versions', { timeout: Duration.seconds(1) }, '[GatewayApiVersionTooOld] shop/route: rules[0].timeout is "set, with Gateway API 1.1"; allowed: Gateway API 1.2 or later; fix: leave it out, or raise gatewayApiVersion in MeshSettings.of once the CRDs are upgraded', { gatewayApiVersion: '1.1' }],
    ['parts of mirrored requests in old versions', { mirror: { destination: Destination.service('b', { port: 80 }), percent: 1 } }, '[GatewayApiVersionTooOld] shop/route: rules[0].mirror.percent is "a percentage, with Gateway API 1.2"; allowed: Gateway API 1.3 or later; fix: leave it out, or raise gatewayApiVersion in MeshSettings.of once the CRDs are upgraded', { gatewayApiVersion: '1.2' }],
    ['some redirects in old versions', { action: RouteAction.redirect({ path: '/b', status: 308 }), matches: [{ path: PathMatch.exact('/') }] }, '[GatewayApiVersionTooOld] shop/route: rules[0].action.status is "a redirect with status 308, with Gateway API 1.4"; allowed: Gateway API 1.5 or later; fix: leave it out, or raise gatewayApiVersion in MeshSettings.of once the CRDs are upgraded', { gatewayApiVersion: '1.4' }],
    ['many headers', { requestHeaders: { remove: numbered(17) } }, '[ListTooLong] shop/route: rules[0].requestHeaders.remove is 17; allowed: up to 16 headers in the Gateway API; fix: change fewer headers'],
    ['many destinations', { action: RouteAction.split(numbered(17).map(name => Destination.service(name, { port: 80 }).weighted(1))) }, '[ListTooLong] shop/route: rules[0].action is "17 destinations"; allowed: up to 16 in the Gateway API; fix: use fewer destinations'],
    ['large weights', { action: RouteAction.split(['b', 'c'].map(name => Destination.service(name, { port: 80 }).weighted(1_000_001))) }, '[WeightInvalid] shop/route: rules[0].action is 1000001, 1000001; allowed: weights of at most 1000000 in the Gateway API; fix: use smaller numbers in the same proportion'],
  ];
  test.each(ofRules)('%s', (_, rule, message, settings = {}) => {
    expectRefusal(() => standardIngress({}, { hosts, rules: [{ action: forward, ...rule }] }, settings), message);
  });

  const ofMatches: [string, RouteMatch, string][] = [
    ['authorities', { authority: StringMatch.exact('a.test') }, '[GatewayApiUnsupported] shop/route: rules[0].matches[0].authority is "a.test"; allowed: `hosts` of the route, which decide for all of its rules; fix: create a route of its own for the host'],
    ['schemes', { scheme: 'https' }, '[GatewayApiUnsupported] shop/route: rules[0].matches[0].scheme is "https"; allowed: rules for both schemes; fix: leave it out; PlainHttp.redirect or PlainHttp.closed keeps clear text away'],
    ['absent headers', { headers: [HeaderMatch.absent('x-a')] }, '[GatewayApiUnsupported] shop/route: rules[0].matches[0].headers[0] is "absent(x-a)"; allowed: conditions on headers that are present; fix: leave it out, and take the other requests by a rule with HeaderMatch.present before this one'],
    ['other methods', { methods: ['GET', 'PURGE'] }, '[GatewayApiUnsupported] shop/route: rules[0].matches[0].methods[1] is "PURGE"; allowed: GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE, PATCH; fix: leave out `methods`, and let the Service refuse the others'],
    ['other names of parameters', { queryParams: [QueryParamMatch.exact('a[0]', '1')] }, '[GatewayApiUnsupported] shop/route: rules[0].matches[0].queryParams[0] is "a[0]"; allowed: names of letters, digits and !#$%&\'*+-.^_`|~; fix: rename the parameter, or match by path or header'],
    ['many conditions', { headers: numbered(17).map(name => HeaderMatch.present(name)) }, '[ListTooLong] shop/route: rules[0].matches[0].headers is 17; allowed: up to 16 in the Gateway API; fix: use fewer conditions'],
    ['long values', { headers: [HeaderMatch.exact('x-a', 'a'.repeat(4097))] }, '[GatewayApiUnsupported] shop/route: rules[0].matches[0].headers[0] is "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa... (4097 characters)"; allowed: up to 4096 characters; fix: shorten it'],
    ['long paths', { path: PathMatch.exact(`/${'a'.repeat(1024)}`) }, '[GatewayApiUnsupported] shop/route: rules[0].matches[0].path is "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa... (1025 characters)"; allowed: up to 1024 characters; fix: shorten it'],
  ];
  test.each(ofMatches)('%s', (_, match, message) => {
    expectRefusal(() => standardIngress({}, { hosts, rules: [{ matches: [match], action: forward }] }), message);
  });

  const ofCors: [string, Partial<Cors>, string, MeshSettingsOptions?][] = [
    ['origins by prefix', { allowOrigins: [StringMatch.prefix('https://b.test:')] }, '[GatewayApiUnsupported] shop/route: rules[0].cors.allowOrigins[0] is "https://b.test:"; allowed: origins that are written out, with StringMatch.exact; fix: list each origin'],
    ['origins by expression', { allowOrigins: [StringMatch.regex('https://.*\\.b\\.test')] }, '[GatewayApiUnsupported] shop/route: rules[0].cors.allowOrigins[0] is "https://.*\\.b\\.test"; allowed: origins that are written out, with StringMatch.exact; fix: list each origin'],
    ['the origin null', { allowOrigins: [StringMatch.exact('null')] }, '[GatewayApiUnsupported] shop/route: rules[0].cors.allowOrigins[0] is "null"; allowed: origins with a host name, or *; fix: leave it out'],
    ['every origin besides others', { allowOrigins: [StringMatch.exact('https://b.test'), StringMatch.exact('*')] }, '[GatewayApiUnsupported] shop/route: rules[0].cors.allowOrigins[1] is "*"; allowed: * alone; fix: leave out the other origins'],
    ['every header besides others', { allowHeaders: ['x-a', '*'] }, '[GatewayApiUnsupported] shop/route: rules[0].cors.allowHeaders is "x-a", "*"; allowed: * alone; fix: leave out the others'],
    ['other methods of pages', { allowMethods: ['PURGE'] }, '[GatewayApiUnsupported] shop/route: rules[0].cors.allowMethods[0] is "PURGE"; allowed: GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE, PATCH, or *; fix: leave it out'],
    ['cors in old versions', {}, '[GatewayApiVersionTooOld] shop/route: rules[0].cors is "set, with Gateway API 1.4"; allowed: Gateway API 1.5 or later; fix: leave it out, or raise gatewayApiVersion in MeshSettings.of once the CRDs are upgraded', { gatewayApiVersion: '1.4' }],
    ['many headers of pages', { allowHeaders: numbered(65) }, '[ListTooLong] shop/route: rules[0].cors.allowHeaders is 65; allowed: up to 64 in the Gateway API; fix: list fewer'],
  ];
  test.each(ofCors)('%s', (_, cors, message, settings = {}) => {
    expectRefusal(() => standardIngress({}, { hosts, rules: [{ action: forward, cors: { allowOrigins: [StringMatch.exact('https://b.test')], ...cors } }] }, settings), message);
  });

  const ofRoutes: [string, Partial<IngressRouteProps>, string][] = [
    ['names in certificates that policies do not know', { access: [Access.mtls(['spiffe://b/c', 'b.test'])] }, '[GatewayApiUnsupported] shop/route: access[0][1] is "b.test"; allowed: URIs that begin with spiffe://, without `*` at either end: policies know no other names in certificates; fix: let the Service check `x-forwarded-client-cert`, or trust only an authority that signs for these clients, with ClientCertificates.required'],
    ['names in certificates that policies read as wildcards', { access: [Access.mtls(['spiffe://b/*'])] }, '[GatewayApiUnsupported] shop/route: access[0][0] is "spiffe://b/*"; allowed: URIs that begin with spiffe://, without `*` at either end: policies know no other names in certificates; fix: let the Service check `x-forwarded-client-cert`, or trust only an authority that signs for these clients, with ClientCertificates.required'],
    ['access for wildcards of a wider listener', { hosts: ['*.x.b.test'], access: [Access.ipBlocks(['192.0.2.0/24'])] }, '[GatewayApiUnsupported] shop/route: access is "set, for *.x.b.test by the listener for *.b.test at port 443"; allowed: wildcards that are the host of an HTTPS listener, and full host names: elsewhere a policy for a wildcard could be walked around with a port in the Host header; fix: listen for *.x.b.test with IngressListener.https, without serving clear text, or list the hosts'],
    ['denied requests for wildcards in clear text', { hosts: ['*.c.test'], deny: [{ methods: ['DELETE'] }] }, '[GatewayApiUnsupported] shop/route: deny is "set, for *.c.test by the listener for *.c.test at port 80"; allowed: wildcards that are the host of an HTTPS listener, and full host names: elsewhere a policy for a wildcard could be walked around with a port in the Host header; fix: listen for *.c.test with IngressListener.https, without serving clear text, or list the hosts'],
    ['denied requests for every host', { hosts: ['*'], deny: [{ methods: ['DELETE'] }] }, '[GatewayApiUnsupported] shop/route: hosts is "*"; allowed: names and wildcards such as *.example.com, together with `deny` or Access.mtls: their policy would also apply to other routes through the same pods; fix: list the hosts'],
    ['denied paths', { deny: [{ methods: ['DELETE'] }, { path: PathMatch.prefix('/admin') }] }, '[GatewayApiUnsupported] shop/route: deny[1].path is "/admin"; allowed: methods and headers: policies compare paths letter by letter, so that other spellings would get in, and no rule of an HTTPRoute answers 403; fix: list the paths that are allowed in `rules`: what no rule matches gets 404'],
    ['denied query parameters', { deny: [{ queryParams: [QueryParamMatch.exact('debug', '1')] }] }, '[GatewayApiUnsupported] shop/route: deny[0] is "set"; allowed: methods, and headers that are present, absent, exact or by prefix: policies have no other conditions; fix: deny it in the Service, or list what is allowed in `rules`: what no rule matches gets 404'],
    ['denied hosts', { deny: [{ authority: StringMatch.exact('a.test:81') }] }, '[GatewayApiUnsupported] shop/route: deny[0] is "set"; allowed: methods, and headers that are present, absent, exact or by prefix: policies have no other conditions; fix: deny it in the Service, or list what is allowed in `rules`: what no rule matches gets 404'],
  ];
  test.each(ofRoutes)('%s', (_, props, message) => {
    const listeners = [
      IngressListener.https({ hosts: ['a.test'], credentialName: 'cert', clients: ClientCertificates.required() }),
      IngressListener.https({ hosts: ['*.b.test'], credentialName: 'wild' }),
      IngressListener.https({ hosts: ['*.c.test'], credentialName: 'clear', plainHttp: PlainHttp.serve() }),
      IngressListener.https({ hosts: ['*'], credentialName: 'every' }),
    ];
    expectRefusal(() => standardIngress({ listeners }, { hosts, rules: [{ action: forward }], ...props }), message);
  });

  test('a wildcard below one with access, at the same listener', () => {
    const listeners = ['*.b.test', '*.own.b.test'].map(host => IngressListener.https({ hosts: [host], credentialName: `${host.length}-cert` }));
    const rules = [{ action: forward }];
    const { app, shop, gateway } = standardIngress({ listeners }, { hosts: ['*.b.test'], rules, access: [Access.ipBlocks(['192.0.2.0/24'])] });
    new IngressRoute(shop, 'own', { gateway, hosts: ['*.own.b.test'], rules });
    new IngressRoute(shop, 'name', { gateway, hosts: ['x.b.test'], rules });
    expect(() => synth(app)).not.toThrow();
    new IngressRoute(shop, 'below', { gateway, hosts: ['*.x.b.test'], rules });
    expectRefusal(() => app.synthYaml(), '[GatewayApiUnsupported] shop/route: hosts is "*.b.test"; allowed: no wildcard with `access` or `deny` above *.x.b.test, which shop/below serves by the same listener; fix: give *.x.b.test a listener of its own');
  });

  const ofListeners: [string, Partial<IngressGatewayProps>, string, MeshSettingsOptions?][] = [
    ['optional certificates', { listeners: [IngressListener.https({ hosts, credentialName: 'cert', clients: ClientCertificates.optional() })] }, '[GatewayApiUnsupported] edge/gateway: listeners[0].clients is "optional"; allowed: ClientCertificates.required(): Istio would close the port, or let invalid certificates in; fix: use required(), or a listener on another port, or another host, for clients without certificates'],
    ['authorities of their own', { listeners: [IngressListener.https({ hosts, credentialName: 'cert', clients: ClientCertificates.required({ ca: Credential.secret('clients') }) })] }, '[GatewayApiUnsupported] edge/gateway: listeners[0].clients.ca is "set"; allowed: authorities in `ca.crt` of the Secret with the certificate; fix: put them there, and leave out `ca`'],
    ['lowest versions of TLS', { listeners: [IngressListener.https({ hosts, credentialName: 'cert', minTlsVersion: TlsVersion.TLSV1_3 })] }, '[GatewayApiUnsupported] edge/gateway: listeners[0].minTlsVersion is "TLSV1_3"; allowed: TLSV1_2, which holds for every gateway without a version of its own; fix: leave it out, or write the gateway and its routes in Istio\'s own API, with RouteApi.ISTIO'],
    ['cipher suites in old versions', { listeners: [IngressListener.https({ hosts, credentialName: 'cert', cipherSuites: ['ECDHE-RSA-AES128-GCM-SHA256'] })] }, '[IstioVersionTooOld] edge/gateway: listeners[0].cipherSuites is "set, with Istio 1.28"; allowed: Istio 1.29 or later; fix: leave it out, or raise istioVersion in MeshSettings.of once the mesh is upgraded', { istioVersion: '1.28' }],
    ['two hosts for a certificate', { listeners: [IngressListener.https({ hosts: ['a.test', 'b.test'], credentialName: 'cert' })] }, '[CertificateConflict] edge/gateway: listeners is "cert for a.test and b.test on port 443"; allowed: a certificate for one host only: a client that reuses its connection for the other would get 404; fix: listen for a wildcard that covers the hosts, with routes for each of them; or use a certificate for each'],
    ['passthrough in old versions', { listeners: [IngressListener.tlsPassthrough({ hosts })] }, '[GatewayApiVersionTooOld] edge/gateway: listeners[0] is "a TLS passthrough listener, with Gateway API 1.4"; allowed: Gateway API 1.5 or later; fix: leave it out, or raise gatewayApiVersion in MeshSettings.of once the CRDs are upgraded', { gatewayApiVersion: '1.4' }],
    ['passthrough by an old Istio', { listeners: [IngressListener.tlsPassthrough({ hosts })] }, '[IstioVersionTooOld] edge/gateway: listeners[0] is "a TLS passthrough listener, with Istio 1.29"; allowed: Istio 1.30 or later; fix: leave it out, or raise istioVersion in MeshSettings.of once the mesh is upgraded', { istioVersion: '1.29' }],
    ['TCP in old versions', { listeners: [IngressListener.tcp({ port: 5432 })] }, '[GatewayApiVersionTooOld] edge/gateway: listeners[0] is "a TCP listener, with Gateway API 1.5"; allowed: Gateway API 1.6 or later; fix: leave it out, or raise gatewayApiVersion in MeshSettings.of once the CRDs are upgraded'],
    ['many listeners', { listeners: [IngressListener.http({ hosts: numbered(65).map(name => `${name}.test`) })] }, '[ListTooLong] edge/gateway: listeners is "65 pairs of host and port"; allowed: up to 64, because a listener of the Gateway API has one host; fix: use a wildcard for hosts of one domain, or another gateway for some of them'],
    ['pods of others', { workload: GatewayWorkload.helmRelease('public', { namespace: 'istio-ingress' }) }, '[RouteApiWorkload] edge/gateway: workload is "pods of Service public"; allowed: the pods that Istio makes for a Gateway of the Gateway API; fix: describe them with GatewayWorkload.gatewayApi, or leave out `routeApi`'],
    ['pods elsewhere', { workload: GatewayWorkload.gatewayApi('public', { namespace: 'elsewhere' }) }, '[GatewayNamespaceMismatch] edge/gateway: workload.namespace is "elsewhere"; allowed: istio-ingress, the namespace of the chart, because Istio makes the pods in the namespace of the Gateway; fix: create the gateway in a chart with namespace elsewhere'],
    ['another name', { metadata: { name: 'other' } }, '[RouteApiWorkload] edge/gateway: metadata.name is "other"; allowed: public, the name of the Gateway in `workload`; fix: leave it out'],
  ];
  test.each(ofListeners)('%s', (_, props, message, settings = {}) => {
    expectRefusal(() => standardIngress(props, { hosts, rules: [{ action: forward }] }, settings), message);
  });

  const opaque: [string, Partial<IngressRouteProps>, string][] = [
    ['passthrough for every host', { hosts: ['*'], destinations: [Destination.service('db', { port: 80 })] }, '[GatewayApiUnsupported] shop/route: hosts is "*"; allowed: names and wildcards such as *.example.com for TLS passthrough; fix: list the hosts'],
    ['many destinations of connections', { tcpPort: 5432, destinations: numbered(17).map(name => Destination.service(name, { port: 80 }).weighted(1)) }, '[ListTooLong] shop/route: destinations is "17 destinations"; allowed: up to 16 in the Gateway API; fix: use fewer destinations'],
  ];
  test.each(opaque)('%s', (_, props, message) => {
    const listeners = [IngressListener.tlsPassthrough({ hosts: ['*'] }), IngressListener.tcp({ port: 5432 })];
    expectRefusal(() => standardIngress({ listeners }, props, { gatewayApiVersion: '1.6' }), message);
  });

  const made = () => standardIngress({}, { hosts });

  test('subsets', () => {
    const { shop, route } = made();
    const policy = new DestinationPolicy(shop, 'policy', { destination: Destination.service('web', { port: 80 }), subsets: { v1: { labels: { version: 'v1' } } } });
    expectRefusal(() => route.addRule({ action: RouteAction.forward(policy.subset('v1')) }), '[GatewayApiUnsupported] shop/route: rule[0].action is "subset v1"; allowed: Services; fix: create a Service for each version, and use Destination.service');
    expectRefusal(() => route.addRule({ action: forward, mirror: { destination: policy.subset('v1') } }), '[GatewayApiUnsupported] shop/route: rule[0].mirror.destination is "subset v1"; allowed: Services; fix: create a Service for each version, and use Destination.service');
  });

  test('delegates', () => {
    const { shop, route } = made();
    const delegate = new IngressDelegate(shop, 'delegate', { routeNamespace: 'shop', prefixes: ['/a'], rules: [{ action: forward }] });
    expectRefusal(() => route.addRule({ matches: [{ path: PathMatch.prefix('/a') }], action: RouteAction.delegate(delegate) }), '[GatewayApiUnsupported] shop/route: rule[0].action is "delegate"; allowed: RouteAction.forward, split and redirect; fix: create an IngressRoute for the same host in the chart of the other team: rules of all routes are tried by how specific they are');
  });

  test('some hosts outside', () => {
    const { app, shop, route } = made();
    const service = (scope: Chart, host: string, port = ExternalPort.httpToHttps()) => (
      Destination.external(new ExternalService(scope, host, { hosts: [host], ports: [port] }))
    );
    const outside = service(shop, 'b.test');
    expectRefusal(() => route.addRule({ action: RouteAction.split([outside.weighted(1), Destination.service('web', { port: 80 }).weighted(1)]) }), '[GatewayApiUnsupported] shop/route: rule[0].action is "several destinations, among them b.test"; allowed: a host outside as the only destination, because a rule writes one host name into requests; fix: forward to it in a rule of its own');
    expectRefusal(() => route.addRule({ action: RouteAction.forward(service(shop, 'c.test', ExternalPort.http({ number: 8080 }))) }), '[GatewayApiUnsupported] shop/route: rule[0].action is "c.test:8080"; allowed: a host outside on the default port of its scheme, because the Host header gets no port; fix: use a host that is served on port 443 or 80');
    expectRefusal(() => route.addRule({ action: RouteAction.forward(service(new Chart(app, 'other', { namespace: 'other' }), 'd.test')) }), '[GatewayApiUnsupported] shop/route: rule[0].action is "other/d.test, in namespace other"; allowed: an external service of shop, the namespace of the route; fix: create the ExternalService in a chart with namespace shop');
    expectRefusal(() => route.addRule({ action: RouteAction.forward(outside), requestHeaders: { remove: numbered(7) } }), '[ListTooLong] shop/route: rule[0].requestHeaders.remove is 17; allowed: up to 16 headers in the Gateway API, with the 10 of the mesh that are removed anyway; fix: change fewer headers');
  });

  test('a redirect to another host, from a port of its own', () => {
    const rules = [{ action: RouteAction.redirect({ authority: 'b.test' }) }];
    expectRefusal(() => standardIngress({ listeners: [IngressListener.http({ port: 8080 })] }, { hosts, rules }), '[GatewayApiUnsupported] shop/route: rules[0].action.authority is "b.test"; allowed: a host together with a scheme or a port: otherwise it would get port 8080, on which the gateway listens; fix: set `scheme`');
  });

  test('the pods of another gateway', () => {
    const attributes = { namespace: 'istio-ingress', workload: GatewayWorkload.gatewayApi('public', { namespace: 'istio-ingress' }), listeners: [IngressListener.http()], routeApi: RouteApi.GATEWAY_API };
    expectRefusal(() => IngressGateway.fromIngressGatewayAttributes(new Chart(new App(), 'edge'), 'gateway', { ...attributes, name: 'private' }), '[RouteApiWorkload] edge/gateway: workload is "istio-ingress/public"; allowed: istio-ingress/private, whose pods serve its routes; fix: write the same name and namespace in both places');
  });
});

describe('the order of rules', () => {
  const to = (name: string, match?: RouteMatch): IngressRule => (
    { matches: match && [match], action: RouteAction.forward(Destination.service(name, { port: 80 })) }
  );

  test('is that of the Gateway API', () => {
    const rules = [to('a', { path: PathMatch.prefix('/a'), methods: ['GET'] }), to('b', { path: PathMatch.prefix('/a/b') })];
    expectRefusal(() => standardIngress({}, { hosts, rules }), '[GatewayApiOrder] shop/route: rules[0].matches is "requests that rules[1] also matches, and that the Gateway API would give to it"; allowed: an order that the Gateway API keeps: exact paths first, then prefixes, the longest first, then regular expressions; on the same path, rules with methods, then with more headers, then with more query parameters; fix: distinguish the two by path or method, or write both paths as regular expressions, the first one longer');
  });

  test('is that of the Gateway API where rules are added', () => {
    const { route } = standardIngress({}, { hosts, rules: [to('a', { path: PathMatch.prefix('/a'), methods: ['GET'] })] });
    expectRefusal(() => route.addRule(to('b', { path: PathMatch.prefix('/a/b') })), '[GatewayApiOrder] shop/route: rules[0].matches is "requests that rule[0] also matches, and that the Gateway API would give to it"; allowed: an order that the Gateway API keeps: exact paths first, then prefixes, the longest first, then regular expressions; on the same path, rules with methods, then with more headers, then with more query parameters; fix: distinguish the two by path or method, or write both paths as regular expressions, the first one longer');
  });

  test('does not matter where no request fits both, or both do the same', () => {
    const apart = [to('a', { path: PathMatch.prefix('/a'), methods: ['GET'] }), to('b', { path: PathMatch.prefix('/b/long') })];
    const alike = [to('a', { path: PathMatch.prefix('/a'), methods: ['GET'] }), to('a', { path: PathMatch.prefix('/a/b') })];
    const expressions = [to('a', { path: PathMatch.regex('/a/[0-9]') }), to('b', { path: PathMatch.prefix('/b/longer/than/the/expression') })];
    for (const rules of [apart, alike, expressions]) expect(() => standardIngress({}, { hosts, rules })).not.toThrow();
  });

  test('of two routes must not depend on their age', () => {
    const { app, gateway } = standardIngress({}, { hosts, rules: [to('a', { path: PathMatch.regex('/a/.*') })] });
    const team = new Chart(app, 'team', { namespace: 'team' });
    expectRefusal(() => new IngressRoute(team, 'route', { gateway, hosts, rules: [to('b')] }), '[GatewayApiOrder] team/route: rules[0].matches is "requests that rules[0] of shop/route also matches and should take, and that the Gateway API may give to this rule"; allowed: an order that the Gateway API keeps: exact paths first, then prefixes, the longest first, then regular expressions; on the same path, rules with methods, then with more headers, then with more query parameters; fix: distinguish the two by path or method, or write both paths as regular expressions, the first one longer');
  });
});
