import { Chart, Duration } from 'cdk8s';
import { ingress, mesh } from './fixtures';
import { expectRefusal } from './refusal';
import {
  Access, CaSource, Certificate, CertificateIssuer, ClientCertificate, Destination, EgressGateway, EgressRoute, Endpoint, ExternalPort,
  ExternalService, GatewayTelemetry, GatewayWorkload, IngressGateway, IngressListener, IngressRoute, MeshSettings, PathMatch, Resolution,
  DirectRoute, RouteAction, StringMatch, UpstreamTls,
} from '../src';

// programs without types can write anything
type Anything = any;

const api = { hosts: ['api.test'], ports: [ExternalPort.http()] };
const workload = GatewayWorkload.helmRelease('gateway', { namespace: 'edge' });

function external(props: Anything) {
  return () => new ExternalService(mesh().shop, 'api', props && { ...api, ...props });
}
function tls(options: Anything) {
  return external({ ports: [ExternalPort.httpToHttps({ tls: UpstreamTls.simple(options) })] });
}
function route(props: Anything) {
  return () => {
    const { shop, egress } = mesh();
    return new EgressRoute(shop, 'route', props && { service: new ExternalService(shop, 'api', api), gateway: egress, ...props });
  };
}
function egressGateway(props: Anything) {
  return () => new EgressGateway(mesh().shop, 'gateway', props && { workload, ...props });
}
function ingressGateway(props: Anything) {
  return () => new IngressGateway(mesh().shop, 'gateway', props && { workload, ...props });
}
function rule(given: Anything) {
  return () => ingress({}, { hosts: ['shop.test'], rules: [given && { action: RouteAction.forward(Destination.service('web', { port: 80 })), ...given }] });
}
function guarded(props: Anything) {
  return () => ingress({}, { hosts: ['shop.test'], rules: [{ action: RouteAction.respond(204) }], ...props });
}
function telemetry(props: Anything) {
  return () => new GatewayTelemetry(mesh().shop, 'telemetry', props && { workload, ...props });
}
function certificate(props: Anything) {
  return () => new Certificate(mesh().shop, 'certificate', props && { workload, dnsNames: ['a.test'], issuer: CertificateIssuer.issuer('a'), ...props });
}

describe('the message about a wrong type names what is allowed', () => {
  test.each<[string, () => unknown, string]>([
    ['a text for a port', external({ ports: [ExternalPort.http(), 'http'] }),
      '[TypeInvalid] shop/api: ports[1] is "http"; allowed: a value of class ExternalPort; fix: make it with ExternalPort.http, httpToHttps, grpc, grpcToGrpcs, http2, https, tls, tcp, postgres, mysql, mongo, redis'],
    ['a value of another class', rule({ action: PathMatch.exact('/') }),
      '[TypeInvalid] shop/route: rules[0].action is a value of class PathMatch; allowed: a value of class RouteAction; fix: make it with RouteAction.forward, split, redirect, respond, delegate'],
    ['a construct of another class', route({ gateway: new Chart(mesh().app, 'chart') }),
      '[TypeInvalid] shop/route: gateway is the Chart chart; allowed: an EgressGateway; fix: pass the construct itself, made with new EgressGateway(...)'],
    ['nothing', route({ service: undefined }),
      '[TypeInvalid] shop/route: service is not set; allowed: an ExternalService; fix: pass the construct itself, made with new ExternalService(...)'],
    ['one value for a list', route({ rules: { timeout: Duration.seconds(1) } }),
      '[TypeInvalid] shop/route: rules is {"timeout":"a value of class Duration"}; allowed: a list; fix: put it into brackets'],
    ['a text for a struct', rule({ retries: '3' }),
      '[TypeInvalid] shop/route: rules[0].retries is "3"; allowed: an object with named fields; fix: put its fields into braces'],
    ['a text for a flag', external({ direct: 'false' }),
      '[TypeInvalid] shop/api: direct is "false"; allowed: true or false; fix: write it without quotes'],
    ['a number for a duration', rule({ timeout: 10 }),
      '[TypeInvalid] shop/route: rules[0].timeout is 10; allowed: a value of class Duration; fix: make it with Duration.millis, seconds, minutes, hours, days, parse'],
    ['a class', rule({ action: RouteAction }),
      '[TypeInvalid] shop/route: rules[0].action is function RouteAction; allowed: a value of class RouteAction; fix: make it with RouteAction.forward, split, redirect, respond, delegate'],
    ['settings of no object', () => MeshSettings.of(mesh().app, '1.30' as Anything),
      '[TypeInvalid] App: options is "1.30"; allowed: an object with named fields; fix: put its fields into braces'],
  ])('%s', (_, act, message) => expectRefusal(act, message));
});

describe('a wrong type is refused with a code', () => {
  test.each<[string, () => unknown, string]>([
    ['external service', external(undefined), 'props'],
    ['hosts of an external service', external({ hosts: 'api.test' }), 'hosts'],
    ['ports', external({ ports: ExternalPort.http() }), 'ports'],
    ['addresses', external({ addresses: '192.0.2.1' }), 'addresses'],
    ['metadata', external({ metadata: 'api' }), 'metadata'],
    ['labels', external({ metadata: { labels: 'app=api' } }), 'metadata.labels'],
    ['TLS', external({ ports: [ExternalPort.httpToHttps({ tls: 'SIMPLE' as Anything })] }), 'ports[0].tls'],
    ['HTTP/2', external({ ports: [ExternalPort.httpToHttps({ http2: 'no' as Anything })] }), 'ports[0].http2'],
    ['a forward proxy', external({ direct: true, connectProxy: 'proxy:3128' as Anything }), 'connectProxy'],
    ['the service of a forward proxy', external({ direct: true, connectProxy: { service: 'proxy' as Anything } }), 'connectProxy.service'],
    ['authorities', tls({ ca: '/ca.pem' }), 'ports[0].tls.ca'],
    ['alternative names', tls({ subjectAltNames: 'api.test' }), 'ports[0].tls.subjectAltNames'],
    ['client certificate', tls({ clientCertificate: 'secret' }), 'ports[0].tls.clientCertificate'],
    ['connection pool', external({ connectionPool: 100 }), 'connectionPool'],
    ['outlier detection', external({ outlierDetection: true }), 'outlierDetection'],
    ['load balancer', external({ loadBalancer: 'LEAST_REQUEST' }), 'loadBalancer'],
    ['endpoints', external({ resolution: Resolution.endpoints('192.0.2.1' as Anything) }), 'resolution.endpoints'],
    ['an endpoint', external({ resolution: Resolution.endpoints(['192.0.2.1' as Anything]) }), 'resolution.endpoints[0]'],
    ['options of an endpoint', external({ resolution: Resolution.endpoints([Endpoint.ip('192.0.2.1', 8080 as Anything)]) }), 'resolution.endpoints[0]'],
    ['ports of an endpoint', external({ resolution: Resolution.endpoints([Endpoint.ip('192.0.2.1', { ports: [8080] as Anything })]) }), 'resolution.endpoints[0].ports'],
    ['egress route', route(undefined), 'props'],
    ['service of a route', route({ service: 'api' }), 'service'],
    ['gateway of a route', route({ gateway: 'egress' }), 'gateway'],
    ['callers', route({ callers: 'shop' }), 'callers'],
    ['a caller', route({ callers: ['shop'] }), 'callers[0]'],
    ['allowed requests', route({ allow: PathMatch.prefix('/') }), 'allow'],
    ['an allowed request', route({ allow: ['/get'] }), 'allow[0]'],
    ['kept headers', route({ keepHeaders: 'x-request-id' }), 'keepHeaders'],
    ['direct route', () => new DirectRoute(mesh().shop, 'route', undefined as Anything), 'props'],
    ['service of a direct route', () => new DirectRoute(mesh().shop, 'route', { service: 'api' as Anything }), 'service'],
    ['labels of workloads', external({ resolution: Resolution.workloads('app=vm' as Anything) }), 'resolution.workloads'],
    ['selector of workloads', external({ workloadSelector: 'app=vm' }), 'workloadSelector'],
    ['names of certificates', external({ subjectAltNames: 'a.test' }), 'subjectAltNames'],
    ['egress gateway', egressGateway(undefined), 'props'],
    ['imported egress gateway', () => EgressGateway.fromEgressGatewayAttributes(mesh().shop, 'gateway', undefined as Anything), 'attributes'],
    ['workload', egressGateway({ workload: 'istio-egressgateway' }), 'workload'],
    ['labels of a workload', egressGateway({ workload: GatewayWorkload.of({ namespace: 'edge', serviceName: 'gateway', selector: 'app' as Anything, ports: [] }) }), 'workload.selector'],
    ['ports of a workload', egressGateway({ workload: GatewayWorkload.helmRelease('gateway', { namespace: 'edge', ports: 443 as Anything }) }), 'workload.ports'],
    ['a port of a workload', egressGateway({ workload: GatewayWorkload.helmRelease('gateway', { namespace: 'edge', ports: [443 as Anything] }) }), 'workload.ports[0]'],
    ['callers of a gateway', egressGateway({ callers: ['shop'] }), 'callers[0]'],
    ['ingress gateway', ingressGateway(undefined), 'props'],
    ['workload of an ingress gateway', ingressGateway({ workload: 'istio-ingressgateway' }), 'workload'],
    ['listeners', ingressGateway({ listeners: IngressListener.http() }), 'listeners'],
    ['a listener', ingressGateway({ listeners: ['http'] }), 'listeners[0]'],
    ['plain HTTP', ingressGateway({ listeners: [IngressListener.https({ hosts: ['a.test'], credentialName: 'a', plainHttp: 'closed' as Anything })] }), 'listeners[0].plainHttp'],
    ['ingress route', () => new IngressRoute(mesh().shop, 'route', undefined as Anything), 'props'],
    ['gateway of an ingress route', () => new IngressRoute(mesh().shop, 'route', { gateway: 'edge/gateway' as Anything, hosts: ['a.test'] }), 'gateway'],
    ['a rule', rule(null), 'rules[0]'],
    ['an action', rule({ action: 'forward' }), 'rules[0].action'],
    ['a destination', rule({ action: RouteAction.forward('web' as Anything) }), 'rules[0].action.destination'],
    ['a redirect', rule({ action: RouteAction.redirect('https://a.test' as Anything) }), 'rules[0].action'],
    ['a split', rule({ action: RouteAction.split(Destination.service('web', { port: 80 }) as Anything) }), 'rules[0].action.split'],
    ['a share', rule({ action: RouteAction.split(['web' as Anything]) }), 'rules[0].action.split[0]'],
    ['the destination of a share', rule({ action: RouteAction.split([{ destination: 'web' as Anything, weight: 1 }]) }), 'rules[0].action.split[0].destination'],
    ['matches', rule({ matches: { path: PathMatch.exact('/') } }), 'rules[0].matches'],
    ['a match', rule({ matches: ['/'] }), 'rules[0].matches[0]'],
    ['a path', rule({ matches: [{ path: '/x' }] }), 'rules[0].matches[0].path'],
    ['headers', rule({ matches: [{ headers: { 'x-a': 'b' } }] }), 'rules[0].matches[0].headers'],
    ['a header', rule({ matches: [{ headers: ['x-a'] }] }), 'rules[0].matches[0].headers[0]'],
    ['a parameter', rule({ matches: [{ queryParams: ['a'] }] }), 'rules[0].matches[0].queryParams[0]'],
    ['methods', rule({ matches: [{ methods: 'GET' }] }), 'rules[0].matches[0].methods'],
    ['an authority', rule({ matches: [{ authority: 'a.test' }] }), 'rules[0].matches[0].authority'],
    ['conditions of retries', rule({ retries: { attempts: 1, retryOn: '5xx' } }), 'rules[0].retries.retryOn'],
    ['the time of a try', rule({ retries: { attempts: 1, perTryTimeout: '1s' } }), 'rules[0].retries.perTryTimeout'],
    ['a rewrite', rule({ rewrite: '/x' }), 'rules[0].rewrite'],
    ['a rewrite of paths', rule({ rewrite: { path: '/x' } }), 'rules[0].rewrite.path'],
    ['headers to set', rule({ requestHeaders: { set: ['x-a'] } }), 'rules[0].requestHeaders.set'],
    ['headers to remove', rule({ responseHeaders: { remove: 'x-a' } }), 'rules[0].responseHeaders.remove'],
    ['origins', rule({ cors: { allowOrigins: 'https://a.test' } }), 'rules[0].cors.allowOrigins'],
    ['an origin', rule({ cors: { allowOrigins: ['https://a.test'] } }), 'rules[0].cors.allowOrigins[0]'],
    ['an age of cors', rule({ cors: { allowOrigins: [StringMatch.exact('*')], maxAge: 60 } }), 'rules[0].cors.maxAge'],
    ['a fault', rule({ fault: 'abort' }), 'rules[0].fault'],
    ['a delay', rule({ fault: { delay: '1s' } }), 'rules[0].fault.delay'],
    ['a mirror', rule({ mirror: Destination }), 'rules[0].mirror'],
    ['the destination of a mirror', rule({ mirror: { destination: 'web' } }), 'rules[0].mirror.destination'],
    ['access', guarded({ access: 'jwt' }), 'access'],
    ['one who may enter', guarded({ access: ['jwt'] }), 'access[0]'],
    ['an alternative', guarded({ access: [Access.anyOf('jwt' as Anything)] }), 'access[0].alternatives[0]'],
    ['what is asked of tokens', guarded({ access: [Access.jwt(null as Anything)] }), 'access[0]'],
    ['audiences', guarded({ access: [Access.jwt({ issuer: 'a', audiences: 'shop' as Anything })] }), 'access[0].audiences'],
    ['a claim', guarded({ access: [Access.jwt({ issuer: 'a', claims: ['sub'] as Anything })] }), 'access[0].claims[0]'],
    ['open paths', guarded({ access: [Access.ipBlocks('10.0.0.1')], openPaths: '/' }), 'openPaths'],
    ['denied requests', guarded({ deny: PathMatch.prefix('/') }), 'deny'],
    ['a denied request', guarded({ deny: ['/'] }), 'deny[0]'],
    ['telemetry', telemetry(undefined), 'props'],
    ['access logging', telemetry({ accessLogging: 'off' }), 'accessLogging'],
    ['tracing', telemetry({ tracing: 100 }), 'tracing'],
    ['metrics', telemetry({ metrics: false }), 'metrics'],
    ['certificate', certificate(undefined), 'props'],
    ['an issuer', certificate({ issuer: 'letsencrypt' }), 'issuer'],
    ['a private key', certificate({ privateKey: 'RSA' }), 'privateKey'],
    ['the life of a certificate', certificate({ duration: '90d' }), 'duration'],
    ['DNS capture', () => MeshSettings.of(new Chart(mesh().app, 'x'), { dnsCapture: 'yes' as Anything }), 'dnsCapture'],
  ])('%s', (_, act, prop) => {
    expect(act).toThrow(expect.objectContaining({ code: expect.stringMatching(/^(TypeInvalid|HostsEmpty)$/), prop }));
  });

  test('what a factory is given without its options is refused by what uses it', () => {
    expect(egressGateway({ workload: GatewayWorkload.helmRelease(undefined as Anything, undefined as Anything) })).toThrow(/^\[WorkloadInvalid\] /);
    expect(egressGateway({ workload: GatewayWorkload.of(undefined as Anything) })).toThrow(/^\[WorkloadInvalid\] /);
  });
});

describe('labels and names are those that Kubernetes takes', () => {
  const labelled = (labels: Anything) => external({ metadata: { labels } });
  test.each<[string, () => unknown, string]>([
    ['no name of a label', labelled({ 'my label': 'x' }),
      '[LabelInvalid] shop/api: metadata.labels is "my label"; allowed: names of at most 63 letters, digits, "-", "_" and ".", with or without a DNS name and "/" in front; fix: correct the name'],
    ['no value of a label', labelled({ app: 'a/b' }),
      '[LabelInvalid] shop/api: metadata.labels[app] is "a/b"; allowed: a text of at most 63 letters, digits, "-", "_" and ".", which begins and ends with a letter or digit; fix: correct the value; an annotation may hold any text'],
    ['a number', labelled({ version: 1 }),
      '[LabelInvalid] shop/api: metadata.labels[version] is 1; allowed: a text of at most 63 letters, digits, "-", "_" and ".", which begins and ends with a letter or digit; fix: correct the value; an annotation may hold any text'],
    ['an annotation that is no text', external({ metadata: { annotations: { a: true } } }),
      '[LabelInvalid] shop/api: metadata.annotations[a] is true; allowed: a text; fix: put it into quotes'],
    ['a selector', egressGateway({ workload: GatewayWorkload.of({ namespace: 'edge', serviceName: 'g', selector: { istio: '*' }, ports: [{ number: 443 }] }) }),
      '[LabelInvalid] shop/gateway: workload.selector[istio] is "*"; allowed: a text of at most 63 letters, digits, "-", "_" and ".", which begins and ends with a letter or digit; fix: correct the value; an annotation may hold any text'],
    ['an authority by a Secret', tls({ ca: CaSource.secret('My CA') }),
      '[NameInvalid] shop/api: ports[0].tls.ca is "My CA"; allowed: the name of a Secret: DNS labels with dots between them; fix: correct the name'],
    ['an authority by a file', tls({ ca: CaSource.file('certs/ca.pem') }),
      '[FilePathInvalid] shop/api: ports[0].tls.ca is "certs/ca.pem"; allowed: the absolute path of a file; fix: correct the path: it begins with /, and does not end with it'],
    ['a client certificate by files', external({ ports: [ExternalPort.httpToHttps({ tls: UpstreamTls.mutual({ clientCertificate: ClientCertificate.files({ certificate: '/c.pem', privateKey: 'k.pem' }) }) })] }),
      '[FilePathInvalid] shop/api: ports[0].tls.clientCertificate.privateKey is "k.pem"; allowed: the absolute path of a file; fix: correct the path: it begins with /, and does not end with it'],
  ])('not %s', (_, act, message) => expectRefusal(act, message));

  test.each([{ app: '' }, { 'app.kubernetes.io/name': 'api' }, { 'A_b.c': 'X-1.y_Z' }])('but %j', labels => {
    expect(labelled(labels)).not.toThrow();
  });
});
