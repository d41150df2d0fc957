import { Duration } from 'cdk8s';
import {
  Access, ClientCertificates, Cors, Destination, GatewayApiChannel, HeaderMatch, HttpsListenerOptions, IngressListener, IngressRouteProps,
  IngressRule, MeshSettingsOptions, PathMatch, PathRewrite, QueryParamMatch, RouteAction, RouteMatch, StringMatch, TlsVersion,
} from '../../src';
import { IstioValidationError } from '../../src/private/basics/errors';
import { standardIngress } from '../fixtures';
import { expectBlock } from '../pages';
import { synth } from '../synth';

const hosts = ['a.test'];
const forward = RouteAction.forward(Destination.service('web', { port: 80 }));
const experimental = { gatewayApiChannel: GatewayApiChannel.EXPERIMENTAL };
const newest = { gatewayApiVersion: '1.6' };

type Made = () => ReturnType<typeof standardIngress>;
const rule = (own: Partial<IngressRule>, settings?: MeshSettingsOptions): Made => (
  () => standardIngress({}, { hosts, rules: [{ action: forward, ...own }] }, settings)
);
const match = (own: RouteMatch) => rule({ matches: [own] });
const cors = (own: Partial<Cors>) => rule({ cors: { allowOrigins: [StringMatch.exact('https://b.test')], ...own } });
const route = (own: Partial<IngressRouteProps>): Made => () => standardIngress({}, { hosts, rules: [{ action: forward }], ...own });
const https = (own: Partial<HttpsListenerOptions>): Made => (
  () => standardIngress({ listeners: [IngressListener.https({ hosts, credentialName: 'cert', ...own })] }, { hosts, rules: [{ action: forward }] })
);
const access = [Access.ipBlocks(['192.0.2.0/24'])];
const wild = (host: string, own: Partial<IngressRouteProps>): Made => () => standardIngress(
  { listeners: [IngressListener.https({ hosts: ['*.a.test'], credentialName: 'cert' })] }, { hosts: [host], rules: [{ action: forward }], ...own },
);
const named = (name: string): Made => () => standardIngress(
  { listeners: [IngressListener.https({ hosts, credentialName: 'cert', clients: ClientCertificates.required() })] },
  { hosts, rules: [{ action: forward }], access: [Access.mtls([name])] },
);
const opaque = (listener: IngressListener, own: Partial<IngressRouteProps>): Made => (
  () => standardIngress({ listeners: [listener] }, { destinations: [Destination.service('db', { port: 5432 })], ...own }, newest)
);

/** What can be declared, and the field that says it, which the manifests have. */
const FEATURES: [string, Made, string?][] = [
  ['`IngressListener.http`', route({}), 'listeners'],
  ['`IngressListener.https`', https({}), 'certificateRefs'],
  ['`PlainHttp.redirect`', https({}), 'requestRedirect'],
  ['`ClientCertificates.required`', https({ clients: ClientCertificates.required() }), 'gateway.istio.io/tls-terminate-mode'],
  ['`ClientCertificates.optional`', https({ clients: ClientCertificates.optional() })],
  ['`cipherSuites`', https({ cipherSuites: ['ECDHE-RSA-AES128-GCM-SHA256'] }), 'gateway.istio.io/tls-cipher-suites'],
  ['`minTlsVersion`', https({ minTlsVersion: TlsVersion.TLSV1_3 })],
  ['several hosts for one certificate', https({ hosts: ['a.test', 'b.test'] })],
  ['`IngressListener.tlsPassthrough`', opaque(IngressListener.tlsPassthrough({ hosts }), { hosts }), 'TLSRoute'],
  ['`IngressListener.tcp`', opaque(IngressListener.tcp({ port: 5432 }), {}), 'TCPRoute'],
  ['`PathMatch.exact`', match({ path: PathMatch.exact('/a') }), 'Exact'],
  ['`PathMatch.prefix`, `PathMatch.grpc`', match({ path: PathMatch.prefix('/a') }), 'PathPrefix'],
  ['`PathMatch.rawPrefix`, `PathMatch.regex`, `ignoreCase`', match({ path: PathMatch.rawPrefix('/a') }), 'RegularExpression'],
  ['`methods`', match({ methods: ['GET'] }), 'method'],
  ['`HeaderMatch.exact`, `prefix`, `regex`, `present`', match({ headers: [HeaderMatch.present('x-a')] }), 'headers'],
  ['`HeaderMatch.absent`', match({ headers: [HeaderMatch.absent('x-a')] })],
  ['`queryParams`', match({ queryParams: [QueryParamMatch.exact('a', '1')] }), 'queryParams'],
  ['`authority` of a match', match({ authority: StringMatch.exact('a.test') })],
  ['`scheme` of a match', match({ scheme: 'https' })],
  ['`RouteAction.forward`, `RouteAction.split`', rule({}), 'backendRefs'],
  ['`RouteAction.redirect`', rule({ action: RouteAction.redirect({ scheme: 'https', authority: 'b.test' }) }), 'requestRedirect'],
  ['`RouteAction.respond`', rule({ action: RouteAction.respond(503) })],
  ['`PathRewrite.prefix`', rule({ matches: [{ path: PathMatch.prefix('/a') }], rewrite: { path: PathRewrite.prefix('/b') } }), 'replacePrefixMatch'],
  ['`PathRewrite.full`', rule({ rewrite: { path: PathRewrite.full('/b') } }), 'replaceFullPath'],
  ['`PathRewrite.regex`', rule({ rewrite: { path: PathRewrite.regex('a', 'b') } })],
  ['`rewrite.authority`', rule({ rewrite: { authority: 'b.test' } }), 'urlRewrite'],
  ['`requestHeaders`', rule({ requestHeaders: { remove: ['x-a'] } }), 'requestHeaderModifier'],
  ['`responseHeaders`', rule({ responseHeaders: { remove: ['x-a'] } }), 'responseHeaderModifier'],
  ['`timeout`', rule({ timeout: Duration.seconds(1) }), 'timeouts'],
  ['`retries`', rule({ retries: { attempts: 2 } })],
  ['`retries`, experimental channel', rule({ retries: { attempts: 2 } }, experimental), 'retry'],
  ['`retryOn` with other conditions', rule({ retries: { attempts: 2, retryOn: ['reset'] } }, experimental)],
  ['`mirror`', rule({ mirror: { destination: Destination.service('b', { port: 80 }) } }), 'requestMirror'],
  ['`cors`', cors({}), 'allowOrigins'],
  ['`cors` with origins by prefix or expression', cors({ allowOrigins: [StringMatch.regex('https://.*\\.b\\.test')] })],
  ['`fault`', rule({ fault: { abort: { percent: 1, status: 503 } } })],
  ['`access` by token, address or authorizer; `openPaths`', route({ access, openPaths: ['/health'] }), 'targetRefs'],
  ['`access` for a wildcard that is the host of an HTTPS listener', wild('*.a.test', { access }), 'connection.sni'],
  ['`access` for other wildcards', wild('*.x.a.test', { access })],
  ['`Access.mtls` by names with `spiffe://`', named('spiffe://partner/shop'), 'source.principal'],
  ['`Access.mtls` by other names', named('partner.test')],
  ['`deny` by methods and headers', route({ deny: [{ methods: ['DELETE'] }] }), 'targetRefs'],
  ['`deny` by paths', route({ deny: [{ path: PathMatch.prefix('/admin') }] })],
];

test('the page lists what the Gateway API can say, and what stands nearest to the rest', () => {
  const rows = FEATURES.map(([feature, make, field]) => {
    if (field !== undefined) {
      expect(JSON.stringify(synth(make().app, { set: `what the Gateway API can say: ${feature}` }))).toContain(`"${field}"`);
      return `| ${feature} | \`${field}\` | |`;
    }
    const { code, message } = refused(make);
    const [, allowed, fix] = /; allowed: (.*); fix: (.*)$/.exec(message)!;
    return `| ${feature} | refused: \`${code}\` | allowed: ${allowed}; fix: ${fix} |`.replace(/\n/g, ' ');
  });
  expectBlock('docs/gateway-api.md', 'gateway-api features', `| declared | field, kind or value | nearest |\n|---|---|---|\n${rows.join('\n')}\n`);
});

function refused(make: Made): IstioValidationError {
  try {
    make();
  } catch (e) {
    return e as IstioValidationError;
  }
  throw new Error('nothing was refused');
}
