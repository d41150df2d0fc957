import { Chart, Duration } from 'cdk8s';
import {
  AppTls, Caller, ClientCertificate, EgressGateway, EgressRoute, EgressRouteProps, ExternalPort, ExternalService, ExternalServiceProps,
  GatewayWorkload, HeaderMatch, LegOne, PathMatch, Resolution, UpstreamTls, VirtualServiceLayout,
} from '../../src';
import { mesh, routed } from '../fixtures';
import { expectRefusal } from '../refusal';
import { synth } from '../synth';

interface Refused {
  readonly when: string;
  readonly service?: Partial<ExternalServiceProps>;
  readonly props?: Partial<EgressRouteProps>;
  readonly message: string;
}

/** A host of 229 characters. */
const LONG = `${Array.from({ length: 4 }, () => 'a'.repeat(53)).join('.')}.example.com`;
const hosts = ['api.example.com'];
const ports = [ExternalPort.httpToHttps()];
const opaque = { ports: [ExternalPort.https()] };
const tcp = { addresses: ['192.0.2.1'], ports: [ExternalPort.tcp({ number: 5432 })] };

const REFUSED: Refused[] = [
  { when: 'the service is direct', service: { direct: true }, message: '[DirectServiceRouted] shop/route: service is "shop/service"; allowed: a service that is not direct; fix: remove `direct` from the service, or choose another service' },
  { when: 'the host is a wildcard', service: { hosts: ['*.example.com'], resolution: Resolution.dynamicDns() }, message: '[WildcardThroughGateway] shop/route: service.hosts[0] is "*.example.com"; allowed: full names, or wildcards whose names are all served by known hosts or endpoints; fix: list each host; or name the host that serves them all with Resolution.servedBy(host); or declare the service as direct with Resolution.dynamicDns(), bypassing the gateway' },
  { when: 'nothing says where the host is', service: { resolution: Resolution.none() }, message: '[ResolutionNoneBehindGateway] shop/route: service.resolution is "NONE"; allowed: DNS, DNS_ROUND_ROBIN, STATIC; fix: use Resolution.dns() or Resolution.endpoints()' },
  {
    when: 'the Secret is not where the gateway runs',
    service: { ports: [ExternalPort.httpToHttps({ tls: UpstreamTls.mutual({ clientCertificate: ClientCertificate.secret('cert', { namespace: 'shop' }) }) })] },
    message: '[ClientCertificateNamespace] shop/route: service.ports[0].tls.clientCertificate is "shop/cert"; allowed: a Secret in istio-system, where the pods of the gateway run; fix: create the Secret cert in istio-system',
  },
  { when: 'nobody may call', props: { callers: [] }, message: '[CallersEmpty] shop/route: callers is empty; allowed: at least one caller; fix: leave it out to allow the namespace of the chart' },
  { when: 'a caller has no name', props: { callers: [Caller.namespace('shop'), Caller.namespace('')] }, message: '[NameInvalid] shop/route: callers[1] is ""; allowed: a DNS label of at most 63 characters; fix: correct the name' },
  { when: 'a service account has a name that is no label', props: { callers: [Caller.serviceAccount('shop', 'a/b')] }, message: '[NameInvalid] shop/route: callers[0] is "a/b"; allowed: the name of a service account: DNS labels separated by dots; fix: correct the name' },
  { when: 'a host covers the name of leg 1, in one VirtualService', service: { hosts: ['*.internal'], ports: [ExternalPort.https()], resolution: Resolution.servedBy('www.example.com') }, props: { layout: VirtualServiceLayout.SINGLE }, message: '[HostInCluster] shop/route: layout is "SINGLE"; allowed: SPLIT, because *.internal covers the name of leg 1, internal-443.wildcard.egress.istio-system.mesh.internal; fix: leave out layout, or name a narrower wildcard' },
  { when: 'a host covers the name of leg 1, and is passed through', service: { hosts: ['*.internal'], ports: [ExternalPort.https()], resolution: Resolution.servedBy('www.example.com') }, props: { appTls: AppTls.PASSTHROUGH }, message: '[HostInCluster] shop/route: appTls is "PASSTHROUGH"; allowed: WRAP, because *.internal covers the name of leg 1, egress.istio-system.mesh.internal; fix: leave out appTls, or use a narrower wildcard' },
  { when: 'the name of leg 1 has no room', service: { hosts: [LONG], ports: [ExternalPort.https()] }, message: `[HostInvalid] shop/route: service.hosts[0] is "${LONG}"; allowed: a host short enough for the name of leg 1, ${LONG}-443.egress.istio-system.mesh.internal; fix: shorten the name of the gateway; a label has at most 63 characters, a name at most 253` },
  { when: 'a rule asks for a header by which the gateway knows callers', props: { allow: [{ headers: [HeaderMatch.present('X-Forwarded-Client-Cert')] }] }, message: '[HeaderInvalid] shop/route: allow[0].headers is "x-forwarded-client-cert"; allowed: headers other than x-forwarded-client-cert, x-egress-port; fix: use `callers` to control who may call' },
  { when: 'a rule asks for a scheme', props: { rules: [{ matches: [{ scheme: 'https' }], timeout: Duration.seconds(1) }] }, message: '[SchemeInvalid] shop/route: rules[0].matches[0].scheme is "https"; allowed: no scheme at egress; fix: leave it out: applications use http:// where a proxy reads requests' },
  { when: 'a text is no member of an enum', service: opaque, props: { appTls: 'passthrough' as AppTls }, message: '[ValueUnknown] shop/route: appTls is "passthrough"; allowed: WRAP, PASSTHROUGH; fix: use a member of the enum' },
  { when: 'the app speaks no TLS that could be passed', props: { appTls: AppTls.PASSTHROUGH }, message: '[AppTlsWithoutTls] shop/route: appTls is "PASSTHROUGH"; allowed: a service with an ExternalPort.https() or tls() port; fix: leave out appTls' },
  { when: 'callers of TLS that is passed are named', service: opaque, props: { appTls: AppTls.PASSTHROUGH, callers: [Caller.namespace('billing')] }, message: '[CallersNotEnforceable] shop/route: callers is "billing"; allowed: no callers if leg 1 does not use mTLS; fix: use AppTls.WRAP, or leave out callers' },
  { when: 'callers in clear text are named', props: { legOne: LegOne.plaintext('why'), callers: [Caller.serviceAccount('shop', 'checkout')] }, message: '[CallersNotEnforceable] shop/route: callers is "shop/checkout"; allowed: no callers if leg 1 does not use mTLS; fix: leave out legOne, or leave out callers' },
  { when: 'clear text has no reason', props: { legOne: LegOne.plaintext('') }, message: '[ReasonMissing] shop/route: legOne.reason is ""; allowed: a sentence that explains why; fix: explain why; the reason is kept as an annotation' },
  { when: 'TLS of the app should go in clear text', service: opaque, props: { legOne: LegOne.plaintext('why') }, message: '[PlaintextLegOneProtocol] shop/route: legOne is "a service with port 443 (HTTPS)"; allowed: only HTTP ports; fix: leave out legOne: the application\'s own TLS is no plaintext' },
  { when: 'requests are allowed that the gateway cannot read', service: opaque, props: { allow: [{ methods: ['GET'] }] }, message: '[RulesOnOpaqueTraffic] shop/route: allow is "a service with port 443 (HTTPS)"; allowed: only HTTP ports, where a proxy reads requests; fix: use ExternalPort.httpToHttps() and have the application call http://' },
  { when: 'rules are for what the gateway cannot read', service: tcp, props: { rules: [{ timeout: Duration.seconds(1) }] }, message: '[RulesOnOpaqueTraffic] shop/route: rules is "ports 5432 (TCP)"; allowed: a service with an HTTP port; fix: use ExternalPort.httpToHttps() and have the application call http://' },
  { when: 'no request is allowed', props: { allow: [] }, message: '[RulesEmpty] shop/route: allow is empty; allowed: at least one match; fix: leave out `allow` to permit everything, or delete the route to permit nothing' },
  {
    when: 'a rule cannot be joined with what is allowed',
    props: { allow: [{ path: PathMatch.regex('/v[0-9]/.*') }], rules: [{ matches: [{ path: PathMatch.prefix('/v1') }] }] },
    message: '[RulesCannotCombine] shop/route: rules[0].matches is "a condition that overlaps with one of `allow`"; allowed: conditions that can be combined with those of `allow`; fix: repeat the condition of `allow` here',
  },
  {
    when: 'a rule is for nothing that is allowed',
    props: { allow: [{ path: PathMatch.prefix('/v1') }], rules: [{ matches: [{ path: PathMatch.prefix('/v2') }] }] },
    message: '[RuleNeverAllowed] shop/route: rules[0].matches is "matches outside `allow`"; allowed: requests that `allow` permits; fix: add them to `allow`, or delete the rule',
  },
  { when: 'a kept header is none of the mesh', props: { keepHeaders: ['authorization'] }, message: '[HeaderInvalid] shop/route: keepHeaders[0] is "authorization"; allowed: x-envoy-attempt-count, x-envoy-decorator-operation, x-envoy-expected-rq-timeout-ms, x-envoy-external-address, x-envoy-peer-metadata, x-envoy-peer-metadata-id, x-forwarded-client-cert, x-forwarded-for, x-forwarded-proto, x-request-id; fix: leave it out: headers of the application always pass' },
  { when: 'its name is no DNS label', props: { metadata: { name: 'Route' } }, message: '[NameInvalid] shop/route: metadata.name is "Route"; allowed: a DNS label of at most 63 characters; fix: shorten or correct the name' },
];

describe('an egress route is refused when', () => {
  test.each(REFUSED)('$when', ({ service, props, message }) => {
    expectRefusal(() => routed({ hosts, ports, ...service }, props), message);
  });

  test('its chart has no namespace', () => {
    const { app, egress, shop } = mesh();
    const service = new ExternalService(shop, 'service', { hosts, ports });
    expectRefusal(() => new EgressRoute(new Chart(app, 'nowhere'), 'route', { service, gateway: egress }),
      '[NamespaceMissing] nowhere/route: namespace is not set; allowed: a chart with a namespace; fix: give the chart nowhere a namespace');
  });

  test('the gateway has no port for clear text', () => {
    const { platform, shop } = mesh();
    const gateway = new EgressGateway(platform, 'other', { workload: GatewayWorkload.helmRelease('egress', { namespace: 'istio-system', ports: [{ number: 443 }] }) });
    const service = new ExternalService(shop, 'service', { hosts, ports });
    expectRefusal(() => new EgressRoute(shop, 'route', { service, gateway, legOne: LegOne.plaintext('why') }),
      '[EgressGatewayPortMissing] shop/route: legOne is "port 80"; allowed: ports 443 of Service istio-system/egress; fix: add port 80 to the Service and to the GatewayWorkload, or leave out legOne');
  });
});

describe('a second egress route is refused when', () => {
  const second = (port: ExternalPort, callers: Caller[]) => {
    const { app, shop, egress } = routed({ hosts, ports });
    const billing = new Chart(app, 'billing', { namespace: 'billing' });
    const service = new ExternalService(billing, 'service', { hosts, ports: [port] });
    return { shop, egress, make: () => new EgressRoute(billing, 'route', { service, gateway: egress, callers }) };
  };

  test('the gateway has a route for the host', () => {
    expectRefusal(second(ExternalPort.httpToHttps(), [Caller.namespace('billing')]).make,
      '[HostAlreadyRouted] billing/route: service.hosts[0] is "api.example.com"; allowed: hosts that shop/route does not route through istio-system/egress; fix: add the callers of this route to shop/route');
  });

  test('the gateway speaks other TLS to the host', () => {
    const { make } = second(ExternalPort.httpToHttps({ tls: UpstreamTls.simple({ sni: 'x.example.com' }) }), [Caller.namespace('billing')]);
    expectRefusal(make,
      '[UpstreamTlsConflict] billing/route: service.hosts[0] is "api.example.com"; allowed: hosts that shop/route does not route through istio-system/egress; fix: add the callers of this route to shop/route, and use the same TLS settings: the gateway keeps one setting per host');
  });

  test('a caller has a route for the host through another gateway', () => {
    const { app, shop, service } = routed({ hosts, ports });
    const gateway = new EgressGateway(new Chart(app, 'edge', { namespace: 'edge' }), 'egress', { workload: GatewayWorkload.helmRelease('egress', { namespace: 'edge' }) });
    expectRefusal(() => new EgressRoute(shop, 'second', { service, gateway }),
      '[MeshHostConflict] shop/second: callers is "api.example.com from shop"; allowed: hosts and callers that shop/route does not use; fix: use only one route per host and calling namespace');
  });
});

describe('an external service is refused when', () => {
  test('its chart has no namespace', () => {
    expectRefusal(() => new ExternalService(new Chart(mesh().app, 'nowhere'), 'service', { hosts, ports }),
      '[NamespaceMissing] nowhere/service: namespace is not set; allowed: a chart with a namespace; fix: give the chart nowhere a namespace');
  });

  test('another one of the namespace has its host', () => {
    const { shop } = routed({ hosts, ports });
    expectRefusal(() => new ExternalService(shop, 'second', { hosts, ports }),
      '[HostDuplicate] shop/second: hosts[0] is "api.example.com"; allowed: hosts that no other service of shop declares; shop/service declares this one; fix: put all ports of a host in one ExternalService');
  });

  test('nothing uses it, when the app is synthesized', () => {
    const { app, shop } = mesh();
    new ExternalService(shop, 'service', { hosts, ports });
    expect(() => synth(app)).toThrow(new Error(
      '[ExternalServiceUnused] shop/service: direct is not set; allowed: a service that an EgressRoute uses, or `direct: true`; fix: add an EgressRoute for it, or set `direct: true` if workloads may bypass the gateway',
    ));
  });
});
