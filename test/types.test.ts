import { ApiObject, App, Chart, Duration } from 'cdk8s';
import { ingress, mesh } from './fixtures';
import { expectRefusal } from './refusal';
import {
  Access, CaSource, Caller, ClientCertificate, Destination, EgressGateway, EgressRoute, ExternalPort, ExternalService, GatewayTelemetry,
  GatewayWorkload, HeaderMatch, IngressListener, MeshSettings, Metrics, PathMatch, QueryParamMatch, RouteAction, StringMatch, Tracing, UpstreamTls,
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
function rule(given: Anything) {
  return () => ingress({}, { hosts: ['shop.test'], rules: [given && { action: RouteAction.forward(Destination.service('web', { port: 80 })), ...given }] });
}
function service(selector: object) {
  return new ApiObject(new Chart(new App(), 'chart', { namespace: 'edge' }), 'service', { apiVersion: 'v1', kind: 'Service', spec: { selector, ports: [{ port: 443 }] } });
}

describe('the message names what is allowed', () => {
  test.each<[string, () => unknown, string]>([
    ['a text for a port', external({ ports: [ExternalPort.http(), 'http'] }),
      '[TypeInvalid] shop/api: ports[1] is "http"; allowed: a value of class ExternalPort; fix: create it with ExternalPort.http, httpToHttps, grpc, grpcToGrpcs, http2, https, tls, tcp, postgres, mysql, mongo, redis'],
    ['a value of another class', rule({ action: PathMatch.exact('/') }),
      '[TypeInvalid] shop/route: rules[0].action is a value of class PathMatch; allowed: a value of class RouteAction; fix: create it with RouteAction.forward, split, redirect, respond, delegate'],
    ['a construct of another class', route({ gateway: new Chart(mesh().app, 'chart') }),
      '[TypeInvalid] shop/route: gateway is the Chart chart; allowed: an EgressGateway; fix: pass the construct itself, created with new EgressGateway(...)'],
    ['a construct of another class in a value', rule({ action: RouteAction.forward(Destination.external(new Chart(mesh().app, 'chart') as Anything)) }),
      '[TypeInvalid] shop/route: rules[0].action.destination is the Chart chart; allowed: an ExternalService; fix: pass the construct itself, created with new ExternalService(...)'],
    ['nothing', route({ service: undefined }),
      '[TypeInvalid] shop/route: service is not set; allowed: an ExternalService; fix: pass the construct itself, created with new ExternalService(...)'],
    ['one value for a list', route({ rules: { timeout: Duration.seconds(1) } }),
      '[TypeInvalid] shop/route: rules is {"timeout":"a value of class Duration"}; allowed: a list; fix: put it in brackets'],
    ['a text for a struct', rule({ retries: '3' }),
      '[TypeInvalid] shop/route: rules[0].retries is "3"; allowed: an object with named fields; fix: put its fields in braces'],
    ['a text for a flag', external({ direct: 'false' }),
      '[TypeInvalid] shop/api: direct is "false"; allowed: true or false; fix: write it without quotes'],
    ['a number for a duration', rule({ timeout: 10 }),
      '[TypeInvalid] shop/route: rules[0].timeout is 10; allowed: a value of class Duration; fix: create it with Duration.millis, seconds, minutes, hours, days, parse'],
    ['a class', rule({ action: RouteAction }),
      '[TypeInvalid] shop/route: rules[0].action is function RouteAction; allowed: a value of class RouteAction; fix: create it with RouteAction.forward, split, redirect, respond, delegate'],
    ['a prop that is misspelt', route({ alow: [{ path: PathMatch.prefix('/') }] }),
      '[PropUnknown] shop/route: alow is {"path":"a value of class PathMatch"}; allowed: service, gateway, callers, appTls, allow, rules, keepHeaders, layout, legOne, gatewayPort, connectProxy, metadata; fix: write allow'],
    ['a prop as Python writes it', route({ allow: [{ query_params: [] }] }),
      '[PropUnknown] shop/route: allow[0].query_params is empty; allowed: path, headers, queryParams, methods, authority, scheme; fix: write queryParams'],
    ['a prop that is like none', rule({ retries: { attempts: 1, jitter: 5 } }),
      '[PropUnknown] shop/route: rules[0].retries.jitter is 5; allowed: attempts, perTryTimeout, retryOn; fix: leave it out'],
    ['a name that would vanish from the manifest', route({ metadata: { labels: JSON.parse('{"__proto__": "a"}') } }),
      '[NameReserved] shop/route: metadata.labels is "__proto__"; allowed: a name that JavaScript does not reserve; fix: rename it'],
    ['a header that would vanish from the manifest', route({ allow: [{ headers: [HeaderMatch.exact('__PROTO__', 'a')] }] }),
      '[NameReserved] shop/route: allow[0].headers[0] is "__proto__"; allowed: a name that JavaScript does not reserve; fix: rename it'],
    ['a parameter that would stop cdk8s', route({ allow: [{ queryParams: [QueryParamMatch.exact('constructor', 'a')] }] }),
      '[NameReserved] shop/route: allow[0].queryParams[0] is "constructor"; allowed: a name that JavaScript does not reserve; fix: rename it'],
    ['a tag that would stop cdk8s', () => new GatewayTelemetry(mesh().shop, 'telemetry', { workload, metrics: Metrics.withoutTags(['constructor']) }),
      '[NameReserved] shop/telemetry: metrics is "constructor"; allowed: a name that JavaScript does not reserve; fix: rename it'],
    ['a text that is cut', route({ keepHeaders: ['x\ud83d'] }),
      '[TextInvalid] shop/route: keepHeaders[0] is "a string with U+D83D at 1"; allowed: strings without DEL, C1 control characters, line separators or lone surrogates; fix: remove the character'],
    ['settings of no object', () => MeshSettings.of(mesh().app, '1.30' as Anything),
      '[TypeInvalid] App: options is "1.30"; allowed: an object with named fields; fix: put its fields in braces'],
  ])('%s', (_, act, message) => expectRefusal(act, message));
});

describe('a factory refuses at once, so that the error leads to the line that is wrong', () => {
  test.each<[string, () => unknown, string]>([
    ['a text for a flag', () => ExternalPort.httpToHttps({ http2: 'no' as Anything }),
      '[TypeInvalid] ExternalPort.httpToHttps: options.http2 is "no"; allowed: true or false; fix: write it without quotes'],
    ['a service account without a name', () => Caller.serviceAccount('billing', undefined as Anything),
      '[TypeInvalid] Caller.serviceAccount: name is not set; allowed: a string; fix: put it in quotes'],
    ['clients of another class', () => IngressListener.https({ hosts: ['a.test'], credentialName: 'a', clients: 'required' as Anything }),
      '[TypeInvalid] IngressListener.https: options.clients is "required"; allowed: a value of class ClientCertificates; fix: create it with ClientCertificates.required, optional'],
    ['a member of no enum', () => IngressListener.https({ hosts: ['a.test'], credentialName: 'a', minTlsVersion: 'TLSv1.3' as Anything }),
      '[ValueUnknown] IngressListener.https: options.minTlsVersion is "TLSv1.3"; allowed: TLSV1_0, TLSV1_1, TLSV1_2, TLSV1_3; fix: use a member of the enum'],
    ['values one by one for a list', () => (Access.ipBlocks as Anything)('192.0.2.0/24', '198.51.100.0/24'),
      '[TypeInvalid] Access.ipBlocks: blocks is "192.0.2.0/24"; allowed: a list; fix: put it in brackets'],
    ['an option that it does not have', () => (PathMatch.regex as Anything)('/a', { ignoreCase: true }),
      '[TypeInvalid] PathMatch.regex: argument 2 is {"ignoreCase":true}; allowed: one argument; fix: leave it out'],
    ['a share that is no number', () => Tracing.sampled({ provider: 'zipkin', percent: NaN }),
      '[TypeInvalid] Tracing.sampled: options.percent is NaN; allowed: a number; fix: write a number, without quotes'],
    ['MUTUAL without a certificate', () => UpstreamTls.mutual({} as Anything),
      '[TypeInvalid] UpstreamTls.mutual: options.clientCertificate is not set; allowed: a value of class ClientCertificate; fix: create it with ClientCertificate.secret, files'],
  ])('%s', (_, act, message) => expectRefusal(act, message));

  test('with the line of the program in the stack', () => {
    const here = () => Caller.serviceAccount('billing', undefined as Anything);
    expect(here).toThrow(expect.objectContaining({ stack: expect.stringContaining('types.test.ts') }));
  });

  test('but takes a default for what is not set', () => {
    expect(ExternalPort.postgres({ number: undefined })).toEqual(ExternalPort.postgres());
  });

  test('and can be given to map', () => {
    expect(['a', 'b'].map(StringMatch.exact)).toEqual([StringMatch.exact('a'), StringMatch.exact('b')]);
  });
});

describe('labels and names are those that Kubernetes takes', () => {
  const labelled = (labels: Anything) => external({ metadata: { labels } });
  test.each<[string, () => unknown, string]>([
    ['no name of a label', labelled({ 'my label': 'x' }),
      '[LabelInvalid] shop/api: metadata.labels is "my label"; allowed: names of at most 63 letters, digits, "-", "_" and ".", optionally preceded by a DNS name and "/"; fix: correct the name'],
    ['no value of a label', labelled({ app: 'a/b' }),
      '[LabelInvalid] shop/api: metadata.labels[app] is "a/b"; allowed: a string of at most 63 letters, digits, "-", "_" and "." that begins and ends with a letter or digit; fix: correct the value, or use an annotation, which can hold any string'],
    ['a number of a Service', egressGateway({ workload: GatewayWorkload.fromService(service({ app: 1 })) }),
      '[LabelInvalid] shop/gateway: workload.selector[app] is 1; allowed: a string of at most 63 letters, digits, "-", "_" and "." that begins and ends with a letter or digit; fix: correct the value, or use an annotation, which can hold any string'],
    ['a selector', egressGateway({ workload: GatewayWorkload.of({ namespace: 'edge', serviceName: 'g', selector: { istio: '*' }, ports: [{ number: 443 }] }) }),
      '[LabelInvalid] shop/gateway: workload.selector[istio] is "*"; allowed: a string of at most 63 letters, digits, "-", "_" and "." that begins and ends with a letter or digit; fix: correct the value, or use an annotation, which can hold any string'],
    ['an authority by a Secret', tls({ ca: CaSource.secret('My CA') }),
      '[NameInvalid] shop/api: ports[0].tls.ca is "My CA"; allowed: the name of a Secret: DNS labels separated by dots; fix: correct the name'],
    ['an authority by a file', tls({ ca: CaSource.file('certs/ca.pem') }),
      '[FilePathInvalid] shop/api: ports[0].tls.ca is "certs/ca.pem"; allowed: the absolute path of a file; fix: correct the path: it must begin with / and must not end with /'],
    ['a client certificate by files', external({ ports: [ExternalPort.httpToHttps({ tls: UpstreamTls.mutual({ clientCertificate: ClientCertificate.files({ certificate: '/c.pem', privateKey: 'k.pem' }) }) })] }),
      '[FilePathInvalid] shop/api: ports[0].tls.clientCertificate.privateKey is "k.pem"; allowed: the absolute path of a file; fix: correct the path: it must begin with / and must not end with /'],
  ])('not %s', (_, act, message) => expectRefusal(act, message));

  test.each([{ app: '' }, { 'app.kubernetes.io/name': 'api' }, { 'A_b.c': 'X-1.y_Z' }])('but %j', labels => {
    expect(labelled(labels)).not.toThrow();
  });
});
