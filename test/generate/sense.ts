import { Draw } from './draw';
import { Expression, call, list, literal, plain, struct, variable } from './expression';

/** What surrounds a value, so that it can fit. */
export interface Place {
  readonly draw: Draw;
  /** Constants of the program by what they are: names of constructs, charts, objects. */
  readonly made: (type: string) => readonly string[];
  /** The namespace of the chart. */
  readonly namespace: string;
  readonly side: 'ingress' | 'egress' | 'direct' | 'delegate';
  /** The share of values that are odd, and of those that are of no allowed type. */
  readonly junk: number;
  /** How many values are around this one. */
  readonly depth: number;
  /** Props that cannot be said here, as `Owner.name`. */
  readonly never?: readonly string[];
  /** Paths of the rule that is being made begin with this. */
  readonly path?: string;
}

export type Sense = (place: Place) => Expression;

export const NAMESPACES = ['shop', 'blog', 'billing', 'edge', 'istio-system', 'istio-ingress'];
const JWKS = '{"keys":[{"kty":"EC","x":"mOvQ2sdp4LlfQTU9W4ETk7bDtTGULpWkZQ7GEEAVRJI","y":"UQg4a98v1ff-mz7SRS82rML4aIMqkyNfW0YyZ0H9krg","crv":"P-256","kid":"1"}]}';

const oneOf = (...values: readonly unknown[]): Sense => ({ draw }) => plain(draw.pick(values));
const someOf = (...values: readonly unknown[]): Sense => ({ draw }) => plain(draw.some(values).slice(0, 4));
const labels = oneOf({ app: 'api' }, { app: 'web', version: 'v1' }, { 'app.kubernetes.io/name': 'api' });
const namespace = oneOf(...NAMESPACES);
const aName = oneOf('web', 'api', 'reviews', 'a', 'shop-v2');
const port = oneOf(80, 443, 8080, 9090);
const milliseconds = ({ draw }: Place): Expression => draw.pick([
  call('Duration.millis', literal(draw.pick([1, 10, 250, 1500, 100000]))), call('Duration.seconds', literal(draw.whole(1, 100))), call('Duration.minutes', literal(draw.whole(1, 90))), call('Duration.parse', literal('PT1M30S')),
]);
const seconds = ({ draw }: Place): Expression => call(draw.pick(['Duration.seconds', 'Duration.minutes', 'Duration.hours']), literal(draw.whole(1, 59)));
const header = oneOf('x-a', 'X-Tenant', 'x-request-id', 'accept', 'user-agent', 'cookie', 'x-b3-traceid');
const headerValue = oneOf('1', 'a b', 'gzip, br', '"quoted"', 'key=value; Path=/', '50%%', '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%', 'ünïcode', 'x'.repeat(200));
const regex = oneOf('/v[0-9]+/.*', '.*', '[a-z]+', '(a|b)c?', '(?i)/login', '/[^/]+/x', '\\d{1,3}', '/items/(\\d+)');
const path = ({ draw, path: base = '' }: Place): Expression => literal(base + draw.pick(['/a', '/api', '/api/v1', '/login', '/a-b_c.d~e', '/A', '/%C3%BC', '/x;y=1', '/a/', '/a:b', '/a+b', '/(a)', '/$', '/[a]']));
const anyPath = oneOf('/', '/x', '/v2', '/a/b', '/new');
const externalHost = ({ draw }: Place): Expression => literal(`${draw.pick(['api', 'www', 'files', 'pay'])}${draw.whole(0, 9)}.example.com`);
const address = oneOf('192.0.2.1', '198.51.100.7', '2001:db8::1', '203.0.113.9');
const blocks = someOf('10.0.0.0/8', '192.0.2.1', '2001:db8::/32', '0.0.0.0/0', '198.51.100.0/24', '::1');
const file = oneOf('/etc/certs/ca.pem', '/etc/certs/private.pem');
const count = ({ draw }: Place): Expression => literal(draw.pick([1, 2, 5, 100, 1024, 2 ** 31 - 1]));
const percent = oneOf(1, 10, 50, 100, 0.1, 33.3, 12.5);
const san = oneOf('api.example.com', 'www.example.com', 'alt.example.com');

const reason = oneOf('the platform does this', 'ü "quoted" %');

/** What makes sense for texts, numbers and maps, by `Owner.name` of the prop or parameter, or by `.name` for all owners. */
export const SENSE: Readonly<Record<string, Sense>> = {
  'Access.extAuthz.provider': oneOf('opa'),
  'Access.ipBlocks.blocks': blocks,
  'Access.remoteIpBlocks.blocks': blocks,
  'Access.mtls.subjectAltNames': someOf('client.example.com', 'spiffe://cluster.local/ns/shop/sa/web', 'partner.test', '*.x.example.com', 'https://a.example.com/?b=(c)'),
  'Access.anyOf.alternatives': ({ draw }) => list(draw.some([
    call('Access.ipBlocks', plain(['10.0.0.0/8'])), call('Access.remoteIpBlocks', plain(['192.0.2.1'])),
    call('Access.jwt', struct([['issuer', literal('https://issuer.example.com')], ['jwks', literal(JWKS)], ['audiences', plain(['shop'])]])),
  ])),
  'AccessLogging.matching.expression': oneOf('response.code >= 400', '!has(request.useragent) || request.useragent.startsWith("curl")', 'true', 'request.path == "/a"', 'response.code in [500, 503]'),
  '.provider': oneOf('otel'),
  'AccessLoggingOptions.provider': oneOf('envoy', 'otel'),
  'MetricsOptions.provider': oneOf('prometheus'),
  'SampledOptions.percent': oneOf(0, 1, 100, 0.01, 12.34),
  'Caller.namespace.name': namespace,
  'Caller.anyNamespace.reason': reason,
  'Caller.serviceAccount.namespace': namespace,
  'Caller.serviceAccount.name': oneOf('web', 'default', 'a.b'),
  'CaSource.file.path': file,
  '.crl': file,
  'ClientCertificateFiles.certificate': oneOf('/etc/certs/cert.pem'),
  'ClientCertificateFiles.privateKey': oneOf('/etc/certs/key.pem'),
  'ClientCertificateSecretOptions.namespace': oneOf('istio-system'),
  'ClaimMatch.nested.path': oneOf(['realm_access', 'roles'], ['a', 'b', 'c'], ['https://example.com/claims', 'x']),
  'ClaimMatch.nested.values': someOf('admin', 'a b', 'ü'),
  'ClaimMatch.oneOf.name': oneOf('groups', 'scope', 'sub', 'https://example.com/a.b'),
  'ClaimMatch.oneOf.values': someOf('admin', 'editor', 'a*b', 'a"b'),
  'ClaimMatch.present.name': oneOf('groups', 'email'),
  'CertificateProps.dnsNames': someOf('shop.example.com', '*.example.com', 'www.example.com'),
  'CertificateProps.duration': ({ draw }) => call('Duration.days', literal(draw.whole(1, 400))),
  'CertificateProps.renewBefore': ({ draw }) => call('Duration.hours', literal(draw.whole(1, 23))),
  'PrivateKeyAlgorithm.rsa.bits': oneOf(2048, 3072, 4096),
  'ClusterDnsOptions.nodeLocal': oneOf(['169.254.20.10'], ['169.254.20.10', 'fd00::a']),
  'ClusterDnsProps.serviceName': oneOf('dns', 'kube-dns'),
  'ClusterDnsProps.ports': oneOf([53], [53, 8053]),
  'ConnectionPool.maxConnections': count,
  'ConnectionPool.http1MaxPendingRequests': count,
  'ConnectionPool.http2MaxRequests': count,
  'ConnectionPool.maxConcurrentStreams': count,
  'ConnectionPool.maxRequestsPerConnection': count,
  'ConnectionPool.maxRetries': count,
  'TcpKeepalive.probes': count,
  'TcpKeepalive.time': seconds,
  'TcpKeepalive.interval': seconds,
  'OutlierDetection.consecutiveServerErrors': count,
  'OutlierDetection.consecutiveGatewayErrors': count,
  'OutlierDetection.consecutiveLocalOriginFailures': count,
  'OutlierDetection.maxEjectionPercent': oneOf(1, 10, 100),
  'OutlierDetection.minHealthPercent': oneOf(1, 10, 100),
  'Cors.allowOrigins': ({ draw }) => list(draw.some([
    call('StringMatch.exact', literal('https://shop.example.com')), call('StringMatch.exact', literal('http://localhost:3000')), call('StringMatch.prefix', literal('https://shop.example.com:')),
    call('StringMatch.regex', literal('https://[a-z]+\\.example\\.com')), call('StringMatch.exact', literal('*')),
  ])),
  'Cors.allowMethods': someOf('GET', 'POST', 'PUT', 'DELETE', '*'),
  'Cors.allowHeaders': someOf('content-type', 'authorization', 'x-a', '*'),
  'Cors.exposeHeaders': someOf('etag', 'x-b'),
  'Cors.maxAge': seconds,
  'Credential.secret.name': oneOf('shop-tls', 'blog-tls', 'wildcard.example.com'),
  'Destination.service.name': aName,
  'ServiceDestinationOptions.port': port,
  '.namespace': namespace,
  'DestinationPolicyProps.subsets': oneOf({ v2: { labels: { version: 'v1' } }, v1: { labels: { a: 'b' } } }, { v1: { labels: { version: 'v1' } }, v2: { labels: { version: 'v2', tier: 'a' } } }),
  'DestinationPolicy.subset.name': oneOf('v1', 'v2'),
  '.labels': labels,
  'Resolution.workloads.labels': labels,
  '.workloadSelector': labels,
  '.annotations': oneOf({ 'example.com/owner': 'team a' }, { note: 'multi\nline: "text" # ü %' }),
  'ObjectMetadata.name': ({ draw }) => literal(`name-${draw.whole(0, 99)}`),
  '.keepHeaders': someOf('x-request-id', 'x-forwarded-for', 'X-Forwarded-Proto'),
  '.gatewayPort': oneOf(443, 80, 15443),
  'EgressGatewayProps.port': oneOf(443, 443, 80),
  'EgressGatewayAttributes.port': oneOf(443, 443, 80),
  'EgressGatewayAttributes.name': oneOf('egress', 'other-egress'),
  'IngressGatewayAttributes.name': oneOf('ingress', 'public'),
  'IngressGatewayAttributes.namespace': oneOf('istio-ingress', 'edge'),
  'ConnectProxy.port': oneOf(3128),
  'MeshSettingsOptions.rootNamespace': oneOf('istio-system', 'mesh-root'),
  'EgressLockProps.clusterRanges': someOf('10.0.0.0/8', '192.168.0.0/16', 'fd00::/8', '169.254.169.254'),
  'EgressLockProps.namespaces': oneOf(['shop'], ['blog'], ['shop', 'billing']),
  'EgressLockProps.outsidePorts': oneOf([443], [], [5432, 8443]),
  'ClusterNetworkPolicyOptions.priority': oneOf(0, 10, 1000),
  'EgressVerificationProps.namespace': oneOf('shop', 'blog', 'billing'),
  'EgressVerificationProps.serviceAccount': oneOf('default', 'web'),
  'EgressVerificationProps.outsideHost': oneOf('www.example.net'),
  'EgressVerificationProps.outsideAddress': oneOf('198.51.100.1', '2001:db8::9'),
  'EgressVerificationProps.image': oneOf('registry.example.com/tools/curl:8.17.0'),
  'Istiod.port': oneOf(15012),
  'KubeApi.addresses': oneOf(['192.0.2.1'], ['192.0.2.1', '2001:db8::1']),
  'KubeApi.port': oneOf(6443, 443),
  'LockOmissions.sidecar': reason,
  'LockOmissions.networkPolicy': reason,
  'LockOmissions.gatewayNetworkPolicy': reason,
  'LockOmissions.peerAuthentication': reason,
  'LockOmissions.telemetry': reason,
  'MeshPeer.namespace.name': oneOf('stock', 'blog', 'observability'),
  'PlaintextPort.port': port,
  'PlaintextPort.reason': reason,
  'ServicePeerOptions.ports': oneOf([8080], [8080, 9090]),
  '.pods': labels,
  'LegOne.plaintext.reason': oneOf('the callers have no sidecars', 'ü "quoted" %'),
  'UndeclaredTraffic.allowed.reason': oneOf('some routes are still by hand'),
  'UpstreamTls.insecure.reason': oneOf('a test system with a certificate of its own'),
  'AccessScope.everyHost.reason': oneOf('a test system with a certificate of its own'),
  'Access.jwtForAnyAudience.reason': oneOf('a test system with a certificate of its own'),
  'Endpoint.host.name': externalHost,
  'Endpoint.ip.address': address,
  'Endpoint.unixSocket.path': oneOf('/var/run/a.sock'),
  'EndpointOptions.locality': oneOf('eu-west-1/a', 'eu-west-1', 'us-east-1/b/rack'),
  'EndpointOptions.ports': oneOf({ 80: 8080 }, { 443: 8443 }),
  'EndpointOptions.serviceAccount': oneOf('vm'),
  'EndpointOptions.weight': oneOf(1, 2, 100),
  'ExternalDestinationOptions.host': externalHost,
  'ExternalDestinationOptions.port': oneOf(80),
  '.exportTo': ({ draw }) => plain(draw.some(NAMESPACES)),
  'ExternalServiceProps.addresses': ({ draw }) => plain([`192.0.2.${draw.whole(1, 250)}`]),
  '.subjectAltNames': ({ draw }) => list(draw.some(['a', 'b']).map(() => san({ draw } as Place)).slice(0, 1)),
  'SimpleTlsOptions.sni': externalHost,
  'FaultAbort.status': oneOf(200, 429, 503, 599),
  '.percent': percent,
  'FromServiceOptions.port': oneOf(80),
  'GatewayWorkloadPort.number': port,
  'GatewayWorkloadPort.targetPort': oneOf(8080, 8443),
  'GatewayWorkload.helmRelease.name': oneOf('istio-egressgateway', 'istio-ingressgateway', 'gw'),
  'GatewayWorkload.gatewayApi.name': oneOf('egress', 'public'),
  'GatewayApiOptions.ports': oneOf([80, 443], [443, 80, 5432, 8443, 15443]),
  'GatewayWorkload.waypoint.name': oneOf('egress', 'second-egress'),
  'GatewayWorkload.istioctl.name': oneOf('istio-egressgateway', 'istio-ingressgateway'),
  'GatewayWorkloadProps.serviceName': oneOf('gw'),
  '.selector': oneOf({ app: 'gw', istio: 'gw' }, { istio: 'ingressgateway', app: 'istio-ingressgateway' }),
  'HashCookie.name': oneOf('session', 'JSESSIONID'),
  'HashCookie.path': anyPath,
  'HashCookie.ttl': seconds,
  'HashKey.header.name': header,
  'HashKey.queryParam.name': oneOf('user', 'a b'),
  'HeaderEdits.set': ({ draw }) => struct(draw.some(['x-set-a', 'X-Set-B', 'accept']).map(name => [name, headerValue({ draw } as Place)])),
  'HeaderEdits.add': ({ draw }) => struct(draw.some(['x-add-a', 'X-Add-B']).map(name => [name, headerValue({ draw } as Place)])),
  'HeaderEdits.remove': someOf('x-gone-a', 'Server', 'x-gone-b'),
  'HeaderMatch.absent.name': header,
  'HeaderMatch.exact.name': header,
  'HeaderMatch.prefix.name': header,
  'HeaderMatch.present.name': header,
  'HeaderMatch.regex.name': header,
  'HeaderMatch.exact.value': headerValue,
  'HeaderMatch.prefix.value': headerValue,
  '.regex': regex,
  'HttpListenerOptions.hosts': oneOf(['*'], ['shop.example.com']),
  'HttpListenerOptions.port': oneOf(80),
  'HttpsListenerOptions.hosts': oneOf(['shop.example.com'], ['*.example.com'], ['shop.example.com', 'www.example.com']),
  'HttpsListenerOptions.cipherSuites': someOf('ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES256-GCM-SHA384', 'AES128-SHA', 'ECDHE-RSA-AES128-SHA'),
  'HttpsListenerOptions.credentialName': ({ draw }) => literal(`tls-${draw.whole(0, 99)}`),
  'HttpsListenerOptions.port': oneOf(443),
  'HttpsListenerOptions.minTlsVersion': ({ draw }) => variable(`TlsVersion.${draw.pick(['TLSV1_0', 'TLSV1_2', 'TLSV1_2', 'TLSV1_3', 'TLSV1_3', 'TLSV1_3'])}`),
  'TlsPassthroughListenerOptions.hosts': oneOf(['pass.example.com'], ['*.pass.example.com']),
  'TlsPassthroughListenerOptions.port': oneOf(443),
  'TcpListenerOptions.port': oneOf(5432),
  'ExternalServiceProps.hosts': ({ draw }) => plain([`h${draw.whole(0, 999)}.example.org`]),
  'ExternalServiceAttributes.hosts': ({ draw }) => plain([`i${draw.whole(0, 999)}.example.org`]),
  'HttpToHttpsOptions.number': oneOf(80, 8080),
  'HttpToHttpsOptions.targetPort': oneOf(443, 8443),
  'PortOptions.number': oneOf(80, 8080),
  'PortOptions.targetPort': oneOf(80, 8081),
  'TlsPortOptions.number': oneOf(443, 8443, 636),
  'TlsPortOptions.targetPort': oneOf(443, 8443),
  'ConnectionPortOptions.targetPort': oneOf(5433),
  'TcpPortOptions.number': oneOf(5432, 22, 3128),
  'WellKnownPortOptions.number': oneOf(15432),
  'IngressDelegateAttributes.name': oneOf('rules', 'checkout'),
  'IngressDelegateProps.routeNamespace': namespace,
  'IngressDelegateProps.prefixes': oneOf(['/d']),
  'IngressGatewayProps.listenerNamespaces': oneOf(['*'], ['shop'], ['shop', 'blog']),
  'IngressGatewayProps.routeNamespaces': oneOf(['*'], ['shop'], ['shop', 'blog']),
  'IngressRouteProps.hosts': oneOf(['shop.example.com']),
  'IngressRouteProps.openPaths': someOf('/health', '/ready', '/a+b'),
  'IngressRouteProps.tcpPort': oneOf(5432),
  'IngressRouteProps.tlsPort': oneOf(443),
  'JwtOptions.issuer': oneOf('https://issuer.example.com', 'https://accounts.example.com/'),
  'JwtOptions.audiences': someOf('shop', 'https://shop.example.com', 'a b'),
  'JwtOptions.header': oneOf('x-token', 'authorization'),
  'JwtOptions.jwks': oneOf(JWKS),
  'JwtOptions.jwksUri': oneOf('https://issuer.example.com/keys'),
  'LocalityLoadBalancing.failoverPriority.labels': oneOf(['topology.kubernetes.io/region', 'topology.kubernetes.io/zone'], ['app', 'version=v1']),
  'LocalityLoadBalancing.distribute.shares': oneOf({ 'eu-west-1/*': { 'eu-west-1/*': 80, 'us-east-1/*': 20 } }, { '*': { 'eu-west-1/a/*': 100 }, 'eu-west-1/a/*': { 'eu-west-1/*': 100 } }),
  'LocalityLoadBalancing.failover.regions': oneOf({ 'eu-west-1': 'us-east-1' }, { 'eu-west-1': 'eu-central-1', 'us-east-1': 'us-west-1' }),
  'MeshSettingsOptions.kubernetesVersion': oneOf('1.30', '1.36', '1.36', '1.29'),
  'MeshSettingsOptions.istioVersion': oneOf('1.31', '1.31', '1.31', '1.30', '1.27', '1.22'),
  'MeshSettingsOptions.gatewayApiVersion': oneOf('1.5', '1.5', '1.6', '1.3', '1.0'),
  'MeshSettingsOptions.clusterDomain': oneOf('cluster.local'),
  'MeshSettingsOptions.trustDomain': oneOf('cluster.local', 'mesh.example.com'),
  'Metrics.withoutTags.tags': someOf('request_protocol', 'source_workload', 'destination_version'),
  '.path': path,
  'PathMatch.grpc.service': oneOf('shop.v1.Orders', 'grpc.health.v1.Health'),
  'PathMatch.grpc.method': oneOf('PlaceOrder', 'Check'),
  'PathRewrite.full.path': anyPath,
  'PathRewrite.prefix.path': anyPath,
  'PathRewrite.regex.regex': oneOf('/items/(\\d+)', '^/(a|b)/(.*)$', '/+'),
  'PathRewrite.regex.substitution': oneOf('/x/\\1', '/\\0', '/y', '/\\\\'),
  '.numTrustedProxies': oneOf(1, 2),
  'QueryParamMatch.exact.name': oneOf('a', 'user id', 'ü', 'x[]'),
  'QueryParamMatch.prefix.name': oneOf('b'),
  'QueryParamMatch.regex.name': oneOf('c'),
  'QueryParamMatch.exact.value': headerValue,
  'QueryParamMatch.prefix.value': headerValue,
  'RedirectOptions.authority': oneOf('new.example.com', 'new.example.com:8443'),
  'RedirectOptions.path': oneOf('/elsewhere', '/login'),
  'RedirectOptions.port': oneOf(8443, 8080),
  'RedirectOptions.scheme': oneOf('https', 'http'),
  'RedirectOptions.status': oneOf(301, 302, 303, 307, 308),
  'Retries.attempts': oneOf(1, 3, 10),
  'Retries.retryOn': someOf('5xx', 'gateway-error', 'reset', 'connect-failure', 'retriable-4xx', '503', '429', 'refused-stream', 'cancelled'),
  'Rewrite.authority': oneOf('internal.example.com', 'api.example.com'),
  'RouteAction.respond.status': oneOf(200, 204, 404, 503),
  'RouteAction.respond.body': oneOf('no\n', '{"a": "b"}', '100%', '%FOO%', 'ünïcode', ''),
  'RouteMatch.methods': someOf('GET', 'HEAD', 'POST', 'DELETE'),
  'RouteMatch.scheme': oneOf('https', 'http'),
  'RouteMatch.authority': ({ draw, side }) => draw.pick(side === 'egress' || side === 'direct'
    ? [call('StringMatch.exact', literal('api0.example.com')), call('StringMatch.prefix', literal('api'))]
    : [call('StringMatch.exact', literal('shop.example.com')), call('StringMatch.prefix', literal('shop.')), call('StringMatch.regex', literal('[a-z]+\\.example\\.com'))]),
  'StringMatch.exact.value': aName,
  'StringMatch.prefix.value': aName,
  'Destination.weighted.weight': oneOf(1, 10, 50, 90, 100),
  'Resolution.servedBy.host': oneOf('www.example.com'),
  '.id': oneOf('imported'),
  '.name': aName,
  'Duration': milliseconds,
};

/** Constructs that hold objects of others. */
export const HOLDERS: Readonly<Record<string, string>> = {
  'Destination.fromService.service': 'Service', 'MeshPeer.fromService.service': 'Service', 'GatewayWorkload.fromService.service': 'GatewayService', 'Credential.fromSecret.secret': 'Secret',
};

export function constructOf(place: Place, type: string): Expression | undefined {
  const known = place.made(type);
  return known.length === 0 ? undefined : variable(place.draw.pick(known));
}
