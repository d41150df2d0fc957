import type { External } from '../mesh/externals';
import { external } from '../mesh/externals';
import { GATEWAY_SERVICE, HTTP_PORT, Recipe, TLS_PORT, edit, gateway, istio, originate, passthrough, plain, route, security, serviceEntry, tcp, to, wrappingServer } from '../mesh/recipes';
import type { RequestOptions } from '../mesh/steps';
import type { Workload } from '../mesh/workloads';
import { ingressGateway, service, sidecar } from '../mesh/workloads';

/** Objects as they should be, the same with one fault, and what becomes of a request. */
export interface RuleCase {
  readonly code: string;
  readonly what: string;
  readonly clean: Recipe;
  readonly broken: Recipe;
  /** What the rules are told besides; in the lab, workloads stand for them. */
  readonly around?: readonly object[];
  /** The object that has the finding, and where. */
  readonly at: string;
  /** Other codes that the same fault deserves. */
  readonly also?: readonly string[];
  readonly probe?: Probe;
}

/** A request, and where it ends: `api.test by egress` or `404 at egress`. */
export interface Probe {
  readonly url: string;
  readonly from?: string;
  readonly options?: Partial<RequestOptions>;
  readonly clean: string;
  readonly broken: string;
  /** A header that then reaches the server, and should not. */
  readonly leak?: string;
  readonly externals?: readonly External[];
  readonly workloads?: readonly Workload[];
}

const http = 'http://api.test/get';
const https = 'https://api.test/get';
const out = 'api.test by egress';
const around = 'api.test by app';

const inShop = edit(plain(), 'gatewayRoute.metadata.namespace', 'shop');
const SHOP_GATEWAY = 'VirtualService shop/api-test-gateway';
const SHOP_MESH = 'VirtualService shop/api-test-mesh';
const AT_GATEWAY = 'VirtualService istio-system/api-test-gateway';

const policy = (spec: object, namespace = 'istio-system') => security('AuthorizationPolicy', namespace, 'guard', { selector: { matchLabels: { istio: 'egressgateway' } }, ...spec });
const egressDeployment = (namespace: string) => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'istio-egressgateway', namespace }, spec: { template: { metadata: { labels: { app: 'istio-egressgateway', istio: 'egressgateway' }, annotations: { 'inject.istio.io/templates': 'gateway' } } } },
});
const egressService = (namespace: string, ports = [80, 443]) => ({
  apiVersion: 'v1', kind: 'Service', metadata: { name: 'istio-egressgateway', namespace }, spec: { selector: { istio: 'egressgateway' }, ports: ports.map(port => ({ name: `http-${port}`, port })) },
});
const upstream = (namespace: string, tls: object, more: object = {}) => istio('DestinationRule', namespace, 'upstream', { host: 'api.test', trafficPolicy: { portLevelSettings: [{ port: { number: 80 }, tls }] }, ...more });
const scope = (hosts: string[], mode = 'REGISTRY_ONLY') => istio('Sidecar', 'shop', 'default', { egress: [{ hosts }], outboundTrafficPolicy: { mode } });
const both = { externals: [external('api.test', { http: 80, https: 443 })] };
const hidden = edit(plain(), 'entry.spec.exportTo', ['istio-system']);
const direct = { entry: serviceEntry('api.test', [{ ...HTTP_PORT, targetPort: 443 }]) };
const single = (matches: object) => ({
  entry: serviceEntry('api.test', [HTTP_PORT]),
  gateway: gateway('egress', { port: HTTP_PORT, hosts: ['api.test'] }),
  route: route('istio-system', 'api-test', {
    hosts: ['api.test'],
    gateways: ['mesh', 'istio-system/egress'],
    http: [
      { match: [{ port: 80, gateways: ['mesh'], uri: { prefix: '/get' } }], route: to(GATEWAY_SERVICE, 80) },
      { match: [matches], route: to('api.test', 80) },
      { match: [{ gateways: ['mesh'] }], directResponse: { status: 403 } },
    ],
  }),
});
const ingressOf = (namespace: string, name: string, hosts: string[], destination: string) => ({
  [`${name}Route`]: route(namespace, name, { hosts, gateways: ['istio-ingress/front'], http: [{ route: to(destination, 80) }] }),
});
const front = (hosts: string[]) => ({ front: istio('Gateway', 'istio-ingress', 'front', { selector: { istio: 'ingressgateway' }, servers: [{ port: HTTP_PORT, hosts }] }) });
const shops = { workloads: [ingressGateway(), service('web', { namespace: 'shop', http: 80 }), service('thief', { namespace: 'other', http: 80 })] };

export const CASES: readonly RuleCase[] = [
  {
    code: 'GatewayNotFound', what: 'a bare name', clean: inShop, broken: edit(inShop, 'gatewayRoute.spec.gateways', ['egress']), at: `${SHOP_GATEWAY} spec.gateways[0]`, probe: { url: http, clean: out, broken: '404 at egress' },
  },
  {
    code: 'GatewayNotFound', what: 'a misspelt name', clean: plain(), broken: edit(plain(), 'gatewayRoute.spec.gateways', ['istio-system/egres']), at: `${AT_GATEWAY} spec.gateways[0]`, probe: { url: http, clean: out, broken: '404 at egress' },
  },
  {
    code: 'MatchGatewayNotBound',
    what: 'a match for the bare name',
    clean: edit(inShop, 'gatewayRoute.spec.http.0.match.0.gateways', ['istio-system/egress']),
    broken: edit(inShop, 'gatewayRoute.spec.http.0.match.0.gateways', ['egress']),
    at: `${SHOP_GATEWAY} spec.http[0].match[0].gateways[0]`,
    probe: { url: http, clean: out, broken: '404 at egress' },
  },
  {
    code: 'RouteNotVisibleToGateway', what: 'exported to its own namespace', clean: edit(inShop, 'gatewayRoute.spec.exportTo', ['.', 'istio-system']), broken: edit(inShop, 'gatewayRoute.spec.exportTo', ['.']), at: `${SHOP_GATEWAY} spec.exportTo`, probe: { url: http, clean: out, broken: '404 at egress' },
  },
  {
    code: 'HostNotOnServer', what: 'another host', clean: plain(), broken: edit(plain(), 'gateway.spec.servers.0.hosts', ['other.test']), at: `${AT_GATEWAY} spec.hosts`, probe: { url: http, clean: out, broken: '404 at egress' },
  },
  {
    code: 'HostNotOnServer', what: 'the host for another namespace', clean: edit(plain(), 'gateway.spec.servers.0.hosts', ['./api.test']), broken: edit(plain(), 'gateway.spec.servers.0.hosts', ['shop/api.test']), at: `${AT_GATEWAY} spec.hosts`, probe: { url: http, clean: out, broken: '404 at egress' },
  },
  {
    code: 'MatchPortNotOnServer', what: 'the port of the destination', clean: originate(), broken: edit(originate(), 'gatewayRoute.spec.http.0.match.0.port', 80), at: `${AT_GATEWAY} spec.http[0].match[0].port`, probe: { url: http, ...both, clean: out, broken: '404 at egress' },
  },
  {
    code: 'RouteKindMismatch',
    what: 'HTTP at a server that passes TLS on',
    clean: passthrough(),
    broken: edit(edit(passthrough(), 'gatewayRoute.spec.tls', undefined), 'gatewayRoute.spec.http', [{ route: to('api.test', 443) }]),
    at: `${AT_GATEWAY} spec.http[0]`,
    probe: { url: https, ...both, clean: out, broken: '0 at app' },
  },
  {
    code: 'RouteKindMismatch',
    what: 'TLS routes at a server that ends TLS',
    clean: tcp(),
    broken: edit(edit(tcp(), 'gatewayRoute.spec.tcp', undefined), 'gatewayRoute.spec.tls', [{ match: [{ port: 443, sniHosts: ['5432.db.test.internal'] }], route: to('db.test', 5432) }]),
    at: 'VirtualService istio-system/db-test-gateway spec.tls[0]',
  },
  {
    code: 'GatewaySelectsNoPods', what: 'another label', clean: plain(), broken: edit(plain(), 'gateway.spec.selector', { istio: 'egress' }), around: [egressDeployment('istio-system')], at: 'Gateway istio-system/egress spec.selector', probe: { url: http, clean: out, broken: '503 at app' },
  },
  {
    code: 'GatewaysShareForeignPods', what: 'one label set in two namespaces', clean: plain(), broken: { ...plain(), team: egressDeployment('team') }, around: [egressDeployment('istio-system')], at: 'Gateway istio-system/egress spec.selector',
  },
  {
    code: 'DestinationUnknown', what: 'a host that the gateway does not see', clean: edit(plain(), 'entry.spec.exportTo', ['.', 'istio-system']), broken: edit(plain(), 'entry.spec.exportTo', ['.']), at: `${AT_GATEWAY} spec.http[0].route[0].destination.host`, probe: { url: http, clean: out, broken: '503 at egress' },
  },
  {
    code: 'DestinationPortUnknown', what: 'a port that the host lacks', clean: plain(), broken: edit(plain(), 'gatewayRoute.spec.http.0.route', to('api.test', 8080)), at: `${AT_GATEWAY} spec.http[0].route[0].destination.port`, probe: { url: http, clean: out, broken: '503 at egress' },
  },
  {
    code: 'DestinationPortMissing', what: 'the gateway without a port', clean: plain(), broken: edit(plain(), 'meshRoute.spec.http.0.route', [{ destination: { host: GATEWAY_SERVICE } }]), at: `${SHOP_MESH} spec.http[0].route[0].destination`,
  },
  {
    code: 'SubsetNotVisible', what: 'a misspelt subset', clean: originate(), broken: edit(originate(), 'legOne.spec.subsets.0.name', 'typo'), at: `${SHOP_MESH} spec.http[0].route[0].destination.subset`, probe: { url: http, ...both, clean: out, broken: '503 at app' },
  },
  {
    code: 'SubsetNotVisible', what: 'a rule in a namespace where nobody looks', clean: originate(), broken: edit(originate(), 'legOne.metadata.namespace', 'other'), at: `${SHOP_MESH} spec.http[0].route[0].destination.subset`, probe: { url: http, ...both, clean: out, broken: '503 at app' },
  },
  {
    code: 'RuleHidesOthers',
    what: 'a rule in the caller\'s namespace',
    clean: originate(),
    broken: { ...originate(), own: istio('DestinationRule', 'shop', 'own', { host: GATEWAY_SERVICE, trafficPolicy: { connectionPool: { tcp: { maxConnections: 10 } } } }) },
    at: 'DestinationRule shop/own spec.host',
    probe: { url: http, ...both, clean: out, broken: '503 at app' },
  },
  {
    code: 'LegOneHasNoServer', what: 'a port without a server', clean: plain(), broken: edit(plain(), 'meshRoute.spec.http.0.route', to(GATEWAY_SERVICE, 443)), at: `${SHOP_MESH} spec.http[0].route[0].destination.port`, probe: { url: http, clean: out, broken: '503 at app' },
  },
  {
    code: 'LegOneSniMismatch', what: 'another server name', clean: originate(), broken: edit(originate(), 'legOne.spec.subsets.0.trafficPolicy.tls.sni', 'wrong.test'), at: `${SHOP_MESH} spec.http[0].route[0].destination`, probe: { url: http, ...both, clean: out, broken: '503 at egress' },
  },
  {
    code: 'LegOneSniMismatch', what: 'no server name', clean: originate(), broken: edit(originate(), 'legOne.spec.subsets.0.trafficPolicy.tls.sni', undefined), at: `${SHOP_MESH} spec.http[0].route[0].destination`, probe: { url: http, ...both, clean: out, broken: '503 at egress' },
  },
  {
    code: 'LegOneClearTextToTlsServer', what: 'TLS turned off', clean: originate(), broken: edit(originate(), 'legOne.spec.subsets.0.trafficPolicy.tls', { mode: 'DISABLE' }), at: `${SHOP_MESH} spec.http[0].route[0].destination`, probe: { url: http, ...both, clean: out, broken: '503 at egress' },
  },
  {
    code: 'LegOneClearTextToTlsServer',
    what: 'TLS turned off for TCP',
    clean: tcp(),
    broken: edit(tcp(), 'legOne.spec.subsets.0.trafficPolicy.tls', { mode: 'DISABLE' }),
    at: 'VirtualService shop/db-test-mesh spec.tcp[0].route[0].destination',
    probe: { url: 'tcp://db.test:5432', externals: [external('db.test', { tcp: 5432 })], clean: 'db.test by egress', broken: '0 at egress' },
  },
  {
    code: 'LegOneMutualToOtherServer',
    what: 'mutual TLS to a server of HTTP',
    clean: originate(),
    broken: edit(originate(), 'gateway.spec.servers.0', { port: { number: 443, name: 'http', protocol: 'HTTP' }, hosts: ['api.test'] }),
    at: `${SHOP_MESH} spec.http[0].route[0].destination`,
    probe: { url: http, ...both, clean: out, broken: '503 at egress' },
  },
  {
    code: 'LegOneTlsEndsAtServer',
    what: 'TLS of the application at a server that ends TLS',
    clean: passthrough(),
    broken: edit(passthrough(), 'gateway.spec.servers.0', wrappingServer('tls', 'api.test')),
    at: `${SHOP_MESH} spec.tls[0].route[0].destination`,
    also: ['RouteKindMismatch'],
    probe: { url: https, ...both, clean: out, broken: '0 at app' },
  },
  {
    code: 'LegTwoMissing', what: 'no route at the gateway', clean: plain(), broken: edit(plain(), 'gatewayRoute', undefined) as Recipe, at: `${SHOP_MESH} spec.http[0].route[0].destination`, probe: { url: http, clean: out, broken: '404 at egress' },
  },
  {
    code: 'ClearTextToTlsPort', what: 'no TLS on leg 2', clean: originate(), broken: edit(originate(), 'upstream', undefined) as Recipe, at: `${AT_GATEWAY} spec.http[0].route[0].destination`, probe: { url: http, ...both, clean: out, broken: '400 at egress' },
  },
  {
    code: 'ClearTextToTlsPort', what: 'TLS in a namespace where the gateway does not look', clean: originate(), broken: edit(edit(originate(), 'upstream.metadata.namespace', 'other'), 'upstream.spec.workloadSelector', undefined), at: `${AT_GATEWAY} spec.http[0].route[0].destination`, probe: { url: http, ...both, clean: out, broken: '400 at egress' },
  },
  {
    code: 'ClearTextToTlsPort', what: 'TLS in a namespace where sidecars do not look', clean: { ...direct, upstream: upstream('shop', { mode: 'SIMPLE' }) }, broken: { ...direct, upstream: upstream('other', { mode: 'SIMPLE' }) }, at: 'ServiceEntry shop/api-test spec.ports', probe: { url: http, ...both, clean: around, broken: '400 at app' },
  },
  {
    code: 'TlsInTls',
    what: 'TLS around the application\'s own',
    clean: passthrough(),
    broken: { ...passthrough(), upstream: istio('DestinationRule', 'istio-system', 'upstream', { host: 'api.test', trafficPolicy: { tls: { mode: 'SIMPLE' } } }) },
    at: `${AT_GATEWAY} spec.tls[0].route[0].destination`,
    probe: { url: https, ...both, clean: out, broken: '0 at egress' },
  },
  {
    code: 'TlsInTls',
    what: 'TLS around the application\'s own at sidecars',
    clean: { entry: serviceEntry('api.test', [TLS_PORT]) },
    broken: { entry: serviceEntry('api.test', [TLS_PORT]), upstream: istio('DestinationRule', 'shop', 'upstream', { host: 'api.test', trafficPolicy: { tls: { mode: 'SIMPLE' } } }) },
    at: 'DestinationRule shop/upstream spec.trafficPolicy.tls',
    probe: { url: https, ...both, clean: around, broken: '0 at app' },
  },
  {
    code: 'ResolutionNoneBehindGateway', what: 'no resolution', clean: plain(), broken: edit(plain(), 'entry.spec.resolution', 'NONE'), at: 'ServiceEntry shop/api-test spec.resolution', probe: { url: http, clean: out, broken: '503 at egress' },
  },
  {
    code: 'ServersCollideOnPort',
    what: 'HTTP and TLS at one port',
    clean: plain(),
    broken: { ...plain(), another: istio('Gateway', 'istio-system', 'another', { selector: { istio: 'egressgateway' }, servers: [{ port: { number: 80, name: 'tls', protocol: 'TLS' }, hosts: ['other.test'], tls: { mode: 'PASSTHROUGH' } }] }) },
    at: 'Gateway istio-system/another spec.servers[0]',
  },
  {
    code: 'SidecarHidesRoute', what: 'a Sidecar without the host', clean: { ...plain(), scope: scope(['./*', 'istio-system/*']) }, broken: { ...plain(), scope: scope(['istio-system/*']) }, at: 'Sidecar shop/default spec.egress', probe: { url: http, clean: out, broken: '502 at app' },
  },
  {
    code: 'SidecarHidesDestination', what: 'a Sidecar without the gateway', clean: { ...hidden, scope: scope(['./*', 'istio-system/*']) }, broken: { ...hidden, scope: scope(['./*']) }, at: 'Sidecar shop/default spec.egress', probe: { url: http, clean: out, broken: '0 at app' },
  },
  {
    code: 'SidecarsCompete', what: 'two for all workloads', clean: { ...plain(), scope: scope(['*/*']) }, broken: { ...plain(), scope: scope(['*/*']), second: istio('Sidecar', 'shop', 'late', { egress: [{ hosts: ['*/*'] }] }) }, at: 'Sidecar shop/late spec',
  },
  {
    code: 'PolicySelectsNothing',
    what: 'a policy in the application\'s namespace',
    clean: { ...plain(), guard: policy({ action: 'DENY', rules: [{}] }) },
    broken: { ...plain(), guard: policy({ action: 'DENY', rules: [{}] }, 'shop') },
    at: 'AuthorizationPolicy shop/guard spec.selector.matchLabels',
    probe: { url: http, clean: '403 at egress', broken: out },
  },
  {
    code: 'SniWithoutSubjectAltNames',
    what: 'sni alone',
    clean: edit(originate(), 'upstream.spec.trafficPolicy.portLevelSettings.0.tls', { mode: 'SIMPLE', sni: 'api.test', subjectAltNames: ['api.test'] }),
    broken: edit(originate(), 'upstream.spec.trafficPolicy.portLevelSettings.0.tls', { mode: 'SIMPLE', sni: 'api.test' }),
    at: 'DestinationRule istio-system/api-test-upstream spec.trafficPolicy.portLevelSettings[0].tls',
    probe: { url: http, externals: [external('api.test', { https: 443 }, { certHost: 'other.test' })], clean: '503 at egress', broken: out },
  },
  {
    code: 'CredentialAtSidecar',
    what: 'a Secret at every sidecar',
    clean: { ...direct, upstream: upstream('shop', { mode: 'SIMPLE' }) },
    broken: { ...direct, upstream: upstream('shop', { mode: 'MUTUAL', credentialName: 'partner' }) },
    at: 'DestinationRule shop/upstream spec.trafficPolicy.portLevelSettings[0].tls.credentialName',
    probe: { url: http, ...both, clean: around, broken: '400 at app' },
  },
  {
    code: 'IdentityOverClearText',
    what: 'who calls, over clear text',
    clean: { ...originate(), guard: policy({ rules: [{ from: [{ source: { namespaces: ['shop'] } }] }] }) },
    broken: { ...plain(), guard: policy({ rules: [{ from: [{ source: { namespaces: ['shop'] } }] }] }) },
    at: 'AuthorizationPolicy istio-system/guard spec.rules[0]',
    probe: { url: http, ...both, clean: out, broken: '403 at egress' },
  },
  {
    code: 'HttpPolicyOnTcp',
    what: 'hosts at a server that passes TLS on',
    clean: { ...passthrough(), guard: policy({ action: 'DENY', rules: [{ when: [{ key: 'connection.sni', values: ['other.test'] }] }] }) },
    broken: { ...passthrough(), guard: policy({ action: 'DENY', rules: [{ to: [{ operation: { hosts: ['other.test'] } }] }] }) },
    at: 'AuthorizationPolicy istio-system/guard spec.rules[0]',
    probe: { url: https, ...both, clean: out, broken: '0 at egress' },
  },
  {
    code: 'HostTakeover',
    what: 'a host that any namespace can claim',
    clean: { ...front(['shop/shop.test']), ...ingressOf('shop', 'web', ['shop.test'], 'web.shop.svc.cluster.local') },
    broken: { ...front(['shop.test']), ...ingressOf('shop', 'web', ['shop.test'], 'web.shop.svc.cluster.local'), ...ingressOf('other', 'a', ['shop.test'], 'thief.other.svc.cluster.local') },
    at: 'VirtualService other/a spec.hosts',
    probe: { url: 'http://shop.test/get', from: 'outside', options: { connect: 'ingress:80' }, ...shops, clean: 'web', broken: 'thief' },
  },
  {
    code: 'HostGoesAroundRoute',
    what: 'a port without a route',
    clean: plain(),
    broken: edit(plain(), 'entry.spec.ports', [HTTP_PORT, TLS_PORT]),
    at: 'ServiceEntry shop/api-test spec.ports',
  },
  {
    code: 'HostGoesAroundRoute', what: 'a route for another namespace', clean: plain(), broken: edit(plain(), 'meshRoute.spec.exportTo', ['other']), at: 'ServiceEntry shop/api-test spec.exportTo', probe: { url: http, clean: out, broken: around },
  },
  {
    code: 'MeshRouteTakesSomePathsOnly', what: 'one path', clean: plain(), broken: edit(plain(), 'meshRoute.spec.http.0.match.0.uri', { prefix: '/other' }), at: `${SHOP_MESH} spec.http[0]`, probe: { url: http, clean: out, broken: '404 at app' },
  },
  {
    code: 'LegTwoTakesSomePathsOnly', what: 'one path', clean: plain(), broken: edit(plain(), 'gatewayRoute.spec.http.0.match.0.uri', { prefix: '/other' }), at: `${AT_GATEWAY} spec.http[0]`, probe: { url: http, clean: out, broken: '404 at egress' },
  },
  {
    code: 'RuleForBothLegs',
    what: 'a rule that names no gateway',
    clean: single({ gateways: ['istio-system/egress'] }),
    broken: single({ uri: { prefix: '/' } }),
    at: 'VirtualService istio-system/api-test spec.http[1]',
    probe: { url: 'http://api.test/other', clean: '403 at app', broken: around },
  },
  {
    code: 'MeshHostClaimedTwice',
    what: 'two objects for one host',
    clean: plain(),
    broken: { ...plain(), twin: route('shop', 'a', { hosts: ['api.test'], gateways: ['mesh'], http: [{ match: [{ uri: { prefix: '/a' } }], route: to(GATEWAY_SERVICE, 80) }, { directResponse: { status: 418 } }] }) },
    at: 'VirtualService shop/a spec.hosts',
    probe: { url: http, clean: out, broken: '418 at app' },
  },
  {
    code: 'CallerCertificateLeaves',
    what: 'no header removed',
    clean: originate(),
    broken: edit(originate(), 'gatewayRoute.spec.http.0.headers', undefined),
    at: `${AT_GATEWAY} spec.http[0].headers`,
    probe: { url: http, ...both, clean: out, broken: out, leak: 'x-forwarded-client-cert' },
  },
  {
    code: 'NamespaceMissing', what: 'a short name without a namespace', clean: plain(), broken: edit(edit(plain(), 'gatewayRoute.metadata.namespace', undefined), 'gatewayRoute.spec.gateways', ['egress']), at: 'VirtualService default/api-test-gateway metadata.namespace', also: ['GatewayNotFound'],
  },
  {
    code: 'MatchPortNotOnHost', what: 'another port', clean: plain(), broken: edit(plain(), 'meshRoute.spec.http.0.match.0.port', 8080), at: `${SHOP_MESH} spec.http[0].match[0].port`, also: ['HostGoesAroundRoute'], probe: { url: http, clean: out, broken: around },
  },
  {
    code: 'PolicyPortNotOnHost', what: 'the target port', clean: originate(), broken: edit(originate(), 'upstream.spec.trafficPolicy.portLevelSettings.0.port.number', 443), at: 'DestinationRule istio-system/api-test-upstream spec.trafficPolicy.portLevelSettings[0].port', also: ['ClearTextToTlsPort'], probe: { url: http, ...both, clean: out, broken: '400 at egress' },
  },
  {
    code: 'ServerPortNotOnService', what: 'a port that the Service lacks', clean: plain(), broken: edit(plain(), 'gateway.spec.servers.0.port', { ...HTTP_PORT, number: 8081 }), around: [egressService('istio-system')], at: 'Gateway istio-system/egress spec.servers[0].port', also: ['LegOneHasNoServer', 'MatchPortNotOnServer'], probe: { url: http, clean: out, broken: '503 at app' },
  },
  {
    code: 'ClearTextToStrict',
    what: 'TLS turned off',
    clean: { strict: security('PeerAuthentication', 'shop', 'default', { mtls: { mode: 'STRICT' } }) },
    broken: { strict: security('PeerAuthentication', 'shop', 'default', { mtls: { mode: 'STRICT' } }), off: istio('DestinationRule', 'shop', 'off', { host: 'web.shop.svc.cluster.local', trafficPolicy: { tls: { mode: 'DISABLE' } } }) },
    at: 'DestinationRule shop/off spec.trafficPolicy.tls',
    probe: { url: 'http://web.shop/get', workloads: [service('web', { namespace: 'shop', http: 80 })], clean: 'web', broken: '503 at web' },
  },
  {
    code: 'ForeignServerOnEgressGateway',
    what: 'a Gateway of the application',
    clean: plain(),
    broken: { ...plain(), own: istio('Gateway', 'shop', 'own', { selector: { istio: 'egressgateway' }, servers: [{ port: { number: 8080, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }] }) },
    at: 'Gateway shop/own spec.selector',
  },
  {
    code: 'DelegateNotVisible',
    what: 'a delegate of another namespace',
    clean: { ...delegating(['*']) },
    broken: { ...delegating(['.']) },
    at: 'VirtualService shop/root spec.http[0].delegate',
    probe: { url: 'http://shop.test/get', from: 'outside', options: { connect: 'ingress:80' }, ...shops, clean: 'web', broken: '404 at ingress' },
  },
  {
    code: 'IgnoredWithoutReason',
    what: 'no reason',
    clean: edit(plain(), 'entry.metadata.annotations', { 'istio.cdk8s.io/ignore.ClearTextToTlsPort': 'a reason' }),
    broken: edit(plain(), 'entry.metadata.annotations', { 'istio.cdk8s.io/ignore.ClearTextToTlsPort': '' }),
    at: 'ServiceEntry shop/api-test metadata.annotations[istio.cdk8s.io/ignore.ClearTextToTlsPort]',
  },
];

function delegating(exportTo: string[]): Recipe {
  return {
    ...front(['shop.test']),
    root: route('shop', 'root', { hosts: ['shop.test'], gateways: ['istio-ingress/front'], http: [{ delegate: { name: 'web', namespace: 'other' } }] }),
    delegate: route('other', 'web', { exportTo, http: [{ route: to('web.shop.svc.cluster.local', 80) }] }),
  };
}

/** What stands around all cases in the lab. */
export const WORKLOADS = [sidecar('app', { namespace: 'shop' })];
