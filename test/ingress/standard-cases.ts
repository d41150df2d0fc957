import { Duration } from 'cdk8s';
import {
  Access, ClientCertificates, Destination, ExternalPort, ExternalService, GatewayApiChannel, GatewayWorkload, HeaderMatch, IngressGateway,
  IngressListener, IngressRoute, IngressRule, PathMatch, PathRewrite, PlainHttp, QueryParamMatch, RouteAction, RouteApi, StringMatch,
} from '../../src';
import { standardIngress } from '../fixtures';
import { manifestsOf } from '../synth';

const hosts = ['shop.example.com'];
const forward = (name: string, namespace?: string) => RouteAction.forward(Destination.service(name, { port: 8080, namespace }));
const rules = [{ action: forward('web') }];
const https = (plainHttp?: PlainHttp) => ({ listeners: [IngressListener.https({ hosts, credentialName: 'shop-cert', plainHttp })] });
const numbered = (count: number) => Array.from({ length: count }, (_, i) => `x${i}`);

/** Rules with each option that the Gateway API has. */
export const RULES: IngressRule[] = [
  { matches: [{ path: PathMatch.exact('/') }], action: RouteAction.redirect({ path: '/home', status: 302 }) },
  {
    matches: [{ path: PathMatch.prefix('/api'), methods: ['GET', 'PUT'], headers: [HeaderMatch.prefix('x-version', '2.')], queryParams: [QueryParamMatch.exact('n', '1')] }],
    action: RouteAction.split([Destination.service('api', { port: 80 }).weighted(9), Destination.service('api-next', { port: 80, namespace: 'lab' }).weighted(1)]),
    timeout: Duration.millis(1500),
    rewrite: { path: PathRewrite.prefix('/') },
    requestHeaders: { set: { 'x-from': 'ingress' }, remove: ['x-debug'] },
    responseHeaders: { add: { 'x-served': 'yes' } },
    mirror: { destination: Destination.service('copy', { port: 80, namespace: 'lab' }), percent: 0.5 },
  },
  {
    matches: [{ path: PathMatch.prefix('/pages') }],
    action: forward('web'),
    cors: { allowOrigins: [StringMatch.exact('https://example.com')], allowHeaders: ['x-tenant'], maxAge: Duration.minutes(1), allowCredentials: true },
  },
  { action: forward('web'), rewrite: { authority: 'web.internal', path: PathRewrite.full('/') } },
];

/** Ways into the mesh by routes of the Gateway API. */
export const STANDARD = {
  'Gateway API: http for every host': () => standardIngress({}, { hosts, rules }),
  'Gateway API: https': () => standardIngress(https(), { hosts, rules }),
  'Gateway API: https beside clear text': () => standardIngress(https(PlainHttp.serve()), { hosts, rules }),
  'Gateway API: https whose redirect spares something': () => standardIngress(
    https(PlainHttp.redirect({ numTrustedProxies: 1, exemptPaths: [PathMatch.exact('/health')] })), { hosts, rules },
  ),
  'Gateway API: https with client certificates': () => standardIngress({
    listeners: [IngressListener.https({ hosts, credentialName: 'shop-cert', clients: ClientCertificates.required(), cipherSuites: ['ECDHE-RSA-AES128-GCM-SHA256'] })],
  }, { hosts, rules }),
  'Gateway API: rules': () => standardIngress({}, { hosts, rules: RULES }),
  'Gateway API: mirror': () => standardIngress({}, {
    hosts, rules: [{ action: forward('web', 'lab'), mirror: { destination: Destination.service('copy', { port: 80, namespace: 'lab' }) } }],
  }),
  'Gateway API: retries': () => standardIngress(
    {}, { hosts, rules: [{ ...rules[0], retries: { attempts: 2, retryOn: ['gateway-error', '409'], perTryTimeout: Duration.seconds(1) } }] },
    { gatewayApiChannel: GatewayApiChannel.EXPERIMENTAL },
  ),
  'Gateway API: access': () => standardIngress({}, { hosts, rules, access: [Access.ipBlocks(['192.0.2.0/24'])], openPaths: ['/health'] }),
  'Gateway API: a token': () => standardIngress({}, { hosts, rules, access: [Access.jwt({ issuer: 'https://id.example.com', jwksUri: 'https://id.example.com/keys', audiences: ['shop'] })] }),
  'Gateway API: many hosts and rules': () => standardIngress(
    { listeners: [IngressListener.http({ hosts: ['*.example.com', '*.example.org'] })] },
    { hosts: ['*.example.org', ...numbered(20).map(name => `${name}.example.com`)], rules: numbered(20).map(path => ({ matches: [{ path: PathMatch.prefix(`/${path}`) }], action: forward('web') })) },
  ),
  'Gateway API: TLS passthrough': () => standardIngress(
    { listeners: [IngressListener.tlsPassthrough({ hosts: ['*.example.com'] })] },
    { hosts, destinations: [Destination.service('web', { port: 8443 }).weighted(9), Destination.service('web', { port: 8443, namespace: 'lab' }).weighted(1)] },
  ),
  'Gateway API: tcp': () => standardIngress(
    { listeners: [IngressListener.tcp({ port: 5432 })] }, { destinations: [Destination.service('db', { port: 5432 })] }, { gatewayApiVersion: '1.6' },
  ),
  'Gateway API: listeners of a team': () => {
    const made = standardIngress({ ...https(), listenerNamespaces: ['shop'] }, { hosts, rules });
    const gateway = new IngressGateway(made.shop, 'own', {
      workload: GatewayWorkload.gatewayApi('public', { namespace: 'istio-ingress', existing: true }),
      routeApi: RouteApi.GATEWAY_API,
      listeners: [IngressListener.https({ hosts: ['team.example.com'], credentialName: 'shop-cert' })],
    });
    const own = new IngressRoute(made.shop, 'own-route', { gateway, hosts: ['team.example.com'], rules });
    return { ...made, manifests: () => manifestsOf(made.app, [made.gateway.gateway, gateway.gateway, ...own.routeObjects]) };
  },
  'Gateway API: a host outside': () => {
    const made = standardIngress({}, { hosts });
    const service = new ExternalService(made.shop, 'assets', { hosts: ['assets.example.com'], ports: [ExternalPort.httpToHttps()] });
    made.route.addRule({ matches: [{ path: PathMatch.prefix('/assets') }], action: RouteAction.forward(Destination.external(service)) });
    made.route.addRule(rules[0]);
    return made;
  },
};
