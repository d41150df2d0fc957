import { App, Chart } from 'cdk8s';
import {
  Caller, CaSource, ClientCertificate, Destination, EgressRoute, Endpoint, ExternalPort, ExternalService, ExternalServiceProps, GatewayWorkload,
  IngressGateway, IngressRoute, MeshSettingsOptions, Resolution, RouteAction, ServiceLocation, UpstreamTls,
} from '../../src';
import { direct, mesh, routed } from '../fixtures';
import { expectRefusal } from '../refusal';
import { synth } from '../synth';

interface Refused {
  readonly when: string;
  readonly props: Partial<ExternalServiceProps>;
  readonly settings?: MeshSettingsOptions;
  readonly message: string;
}

const hosts = ['api.example.com'];
const ports = [ExternalPort.http()];
const files = ClientCertificate.files({ certificate: '/a.crt', privateKey: '/a.key' });
const withTls = (tls: UpstreamTls) => ({ ports: [ExternalPort.httpToHttps({ tls })] });

const HOSTS: Refused[] = [
  { when: 'there are no hosts', props: { hosts: [] }, message: '[HostsEmpty] shop/service: hosts is empty; allowed: at least one host; fix: list the hosts, for example api.example.com' },
  { when: 'a host is a URL', props: { hosts: ['https://api.example.com/v1'] }, message: '[HostInvalid] shop/service: hosts[0] is "https://api.example.com/v1"; allowed: a fully qualified DNS name such as api.example.com, or a wildcard such as *.example.com; fix: write only the host, without scheme and path' },
  { when: 'a host has letters outside ASCII', props: { hosts: ['bücher.example'] }, message: '[HostNotAscii] shop/service: hosts[0] is "bücher.example"; allowed: a fully qualified DNS name such as api.example.com, or a wildcard such as *.example.com; fix: write "xn--bcher-kva.example"' },
  { when: 'a host is listed twice', props: { hosts: ['api.example.com', 'API.example.com'] }, message: '[HostDuplicate] shop/service: hosts[1] is "API.example.com"; allowed: each host once (case does not matter); fix: delete the duplicate' },
  { when: 'a wildcard covers another host', props: { hosts: ['*.example.com', 'api.example.com'], resolution: Resolution.servedBy('www.example.com') }, message: '[HostDuplicate] shop/service: hosts[1] is "api.example.com"; allowed: hosts that no wildcard of the service covers; fix: leave it out, or declare it in a separate service' },
  { when: 'a host that serves all names is none', props: { hosts: ['*.example.com'], resolution: Resolution.servedBy('*.example.com') }, message: '[HostInvalid] shop/service: resolution.endpoints[0] is "*.example.com"; allowed: a fully qualified DNS name such as api.example.com; fix: correct the name' },
  { when: 'there are more hosts than Istio takes', props: { hosts: Array.from({ length: 257 }, (_, i) => `api-${i}.example.com`) }, message: '[ListTooLong] shop/service: hosts is 257; allowed: up to 256; fix: split it across several services' },
  { when: 'a host is a Service', props: { hosts: ['api.example.com', 'Web.shop.svc.cluster.local'] }, message: '[HostInCluster] shop/service: hosts[1] is "web.shop.svc.cluster.local"; allowed: names outside the mesh; this one is reserved for Services; fix: delete it: calls inside the mesh need no external service' },
  { when: 'a host is a Service of a cluster with another domain', props: { hosts: ['web.shop.svc.k8s.example.com'] }, settings: { clusterDomain: 'k8s.example.com' }, message: '[HostInCluster] shop/service: hosts[0] is "web.shop.svc.k8s.example.com"; allowed: names outside the mesh; this one is reserved for Services; fix: delete it: calls inside the mesh need no external service' },
  { when: 'a wildcard covers Services', props: { hosts: ['*.local'], resolution: Resolution.servedBy('www.example.com') }, message: '[HostInCluster] shop/service: hosts[0] is "*.local"; allowed: names outside the mesh; this one is reserved for Services; fix: list the hosts, or use a narrower wildcard such as *.corp.local' },
  { when: 'a host is that of leg 1', props: { hosts: ['egress.istio-system.mesh.internal'] }, message: '[HostInCluster] shop/service: hosts[0] is "egress.istio-system.mesh.internal"; allowed: names outside the mesh; this one is reserved for egress gateways; fix: choose another name' },
  { when: 'a host is everything', props: { hosts: ['*'] }, message: '[HostCatchAll] shop/service: hosts[0] is "*"; allowed: a DNS name or a wildcard such as *.example.com; fix: list the hosts' },
];

const PORTS: Refused[] = [
  { when: 'there are no ports', props: { ports: [] }, message: '[PortsEmpty] shop/service: ports is empty; allowed: at least one port; fix: list the ports that the application calls, for example [ExternalPort.httpToHttps()]' },
  { when: 'a port is no port', props: { ports: [ExternalPort.http({ number: 0 })] }, message: '[PortInvalid] shop/service: ports[0].number is 0; allowed: a whole number from 1 to 65535; fix: correct the port' },
  { when: 'a target port is no port', props: { ports: [ExternalPort.http({ targetPort: 70000 })] }, message: '[PortInvalid] shop/service: ports[0].targetPort is 70000; allowed: a whole number from 1 to 65535; fix: correct the port' },
  { when: 'a port is used twice', props: { ports: [ExternalPort.http(), ExternalPort.httpToHttps()] }, message: '[PortDuplicate] shop/service: ports[1].number is 80; allowed: each port number once; fix: change one of the two numbers' },
  { when: 'clear text would go to port 443', props: { ports: [ExternalPort.http({ number: 443 })] }, message: '[HttpOn443] shop/service: ports[0] is "clear-text HTTP to port 443"; allowed: HTTP to other ports, or TLS to port 443; fix: use ExternalPort.httpToHttps() if the application calls http://, or ExternalPort.https() if it calls https://' },
  { when: 'the application would call HTTP on port 443', props: { ports: [ExternalPort.httpToHttps({ number: 443 })] }, message: '[HttpOn443] shop/service: ports[0].number is 443; allowed: the port that the application calls in clear text, such as 80; fix: leave out `number`, or use ExternalPort.https() if the application calls https://; set the port of the host with `targetPort`' },
  { when: 'clear text would go to target port 443', props: { ports: [ExternalPort.http({ targetPort: 443 })] }, message: '[HttpOn443] shop/service: ports[0] is "clear-text HTTP to port 443"; allowed: HTTP to other ports, or TLS to port 443; fix: use ExternalPort.httpToHttps() if the application calls http://, or ExternalPort.https() if it calls https://' },
  { when: 'a TCP port belongs to several hosts', props: { hosts: ['a.example.com', 'b.example.com'], ports: [ExternalPort.tcp({ number: 5432 })] }, message: '[TcpManyHosts] shop/service: hosts is "a.example.com", "b.example.com"; allowed: one host for a service with TCP port 5432; fix: create one ExternalService per host' },
  { when: 'a unix socket is for several ports', props: { ports: [ExternalPort.http(), ExternalPort.http({ number: 8080 })], resolution: Resolution.endpoints([Endpoint.unixSocket('/run/a.sock')]) }, message: '[EndpointInvalid] shop/service: resolution.endpoints[0] is "/run/a.sock"; allowed: a unix socket for a service of one port, and this one has 80, 8080; fix: make a service for each port, each with its own socket' },
  { when: 'endpoints weigh more than Envoy adds up', props: { resolution: Resolution.endpoints([Endpoint.ip('192.0.2.1', { weight: 2 ** 32 - 1 }), Endpoint.ip('192.0.2.2')]) }, message: '[EndpointInvalid] shop/service: resolution.endpoints is 4294967295, not set; allowed: weights with a sum of at most 4294967295; fix: use smaller numbers in the same proportion' },
  { when: 'an endpoint weighs too much', props: { resolution: Resolution.endpoints([Endpoint.ip('192.0.2.1', { weight: 2 ** 32 })]) }, message: '[EndpointInvalid] shop/service: resolution.endpoints[0].weight is 4294967296; allowed: a whole number from 1 to 4294967295; fix: correct the weight' },
  { when: 'a TCP port has no address', props: { ports: [ExternalPort.tcp({ number: 5432 })] }, message: '[TcpAddressMissing] shop/route: service.addresses is not set; allowed: the addresses at which the application reaches TCP port 5432; fix: list the IP addresses of the host, or set dnsCapture in MeshSettings if sidecars answer DNS' },
];

const RESOLUTION: Refused[] = [
  { when: 'DNS should resolve a wildcard', props: { hosts: ['*.example.com'] }, message: '[WildcardWithDns] shop/service: hosts is "*.example.com"; allowed: full names with Resolution.dns(); fix: list each host; or name the host that serves them all with Resolution.servedBy(host); or, for a direct service, use Resolution.dynamicDns()' },
  { when: 'round-robin DNS should resolve a wildcard', props: { hosts: ['*.example.com'], resolution: Resolution.dnsRoundRobin() }, message: '[WildcardWithDns] shop/service: hosts is "*.example.com"; allowed: full names with Resolution.dns(); fix: list each host; or name the host that serves them all with Resolution.servedBy(host); or, for a direct service, use Resolution.dynamicDns()' },
  {
    when: 'dynamic DNS is newer than the mesh',
    props: { hosts: ['*.example.com'], resolution: Resolution.dynamicDns() },
    settings: { istioVersion: '1.29' },
    message: '[IstioVersionTooOld] shop/service: resolution is "DYNAMIC_DNS with Istio 1.29"; allowed: Istio 1.30 or later; fix: list each host, or raise istioVersion in MeshSettings.of once the mesh is upgraded',
  },
  { when: 'dynamic DNS should resolve a full name', props: { resolution: Resolution.dynamicDns() }, message: '[DynamicDnsHost] shop/service: hosts is "api.example.com"; allowed: wildcards such as *.example.com; fix: declare this host in a separate service, with Resolution.dns()' },
  { when: 'dynamic DNS gets addresses', props: { hosts: ['*.example.com'], resolution: Resolution.dynamicDns(), addresses: ['192.0.2.1'] }, message: '[DynamicDnsAddresses] shop/service: addresses is "192.0.2.1"; allowed: none; fix: leave out addresses' },
  { when: 'dynamic DNS gets an HTTPS port', props: { hosts: ['*.example.com'], resolution: Resolution.dynamicDns(), ports: [ExternalPort.https()] }, message: '[DynamicDnsProtocol] shop/service: ports is "HTTPS"; allowed: HTTP, HTTP2, GRPC, TLS; fix: write ExternalPort.tls with the number 443' },
  {
    when: 'dynamic DNS gets a TCP port',
    props: { hosts: ['*.example.com'], resolution: Resolution.dynamicDns(), ports: [ExternalPort.tcp({ number: 5432 })] },
    message: '[DynamicDnsProtocol] shop/service: ports is "TCP"; allowed: HTTP, HTTP2, GRPC, TLS; fix: declare the hosts of this port one by one',
  },
  { when: 'an address is a name', props: { addresses: ['api.example.com'] }, message: '[AddressInvalid] shop/service: addresses[0] is "api.example.com"; allowed: an IP address or a CIDR block; fix: correct the address' },
  { when: 'an address stands for all', props: { addresses: ['0.0.0.0'], resolution: Resolution.none() }, message: '[AddressCatchAll] shop/service: addresses[0] is "0.0.0.0"; allowed: addresses of the service, and blocks that do not begin with 0.0.0.0 or ::; fix: list the addresses at which the application reaches the service' },
  { when: 'an IPv6 address stands for all', props: { addresses: ['::'], resolution: Resolution.none() }, message: '[AddressCatchAll] shop/service: addresses[0] is "::"; allowed: addresses of the service, and blocks that do not begin with 0.0.0.0 or ::; fix: list the addresses at which the application reaches the service' },
  { when: 'a block begins with the address for all', props: { addresses: ['192.0.2.1', '0.0.0.0/1'], resolution: Resolution.none() }, message: '[AddressCatchAll] shop/service: addresses[1] is "0.0.0.0/1"; allowed: addresses of the service, and blocks that do not begin with 0.0.0.0 or ::; fix: list the addresses at which the application reaches the service' },
  { when: 'an address is listed in two spellings', props: { addresses: ['2001:db8::1', '2001:DB8:0:0::1'], resolution: Resolution.none() }, message: '[AddressDuplicate] shop/service: addresses[1] is "2001:DB8:0:0::1"; allowed: addresses that 2001:db8::1 does not overlap; fix: delete the narrower of the two' },
  { when: 'a block holds another', props: { addresses: ['192.0.2.128/25', '192.0.2.0/24'], resolution: Resolution.none() }, message: '[AddressDuplicate] shop/service: addresses[1] is "192.0.2.0/24"; allowed: addresses that 192.0.2.128/25 does not overlap; fix: delete the narrower of the two' },
  { when: 'an IPv4 address is written as one of IPv6', props: { addresses: ['::ffff:192.0.2.1'], resolution: Resolution.none() }, message: '[AddressInvalid] shop/service: addresses[0] is "::ffff:192.0.2.1"; allowed: an IP address or a CIDR block; fix: write the IPv4 address: connections never use the mapped form' },
  { when: 'a CIDR block is too narrow for its family', props: { addresses: ['192.0.2.0/33'], resolution: Resolution.none() }, message: '[AddressInvalid] shop/service: addresses[0] is "192.0.2.0/33"; allowed: an IP address or a CIDR block; fix: correct the address' },
  { when: 'DNS gets a CIDR block', props: { addresses: ['192.0.2.0/24'] }, message: '[CidrWithDns] shop/service: addresses[0] is "192.0.2.0/24"; allowed: single IP addresses with DNS; fix: list single addresses, or use Resolution.endpoints() or Resolution.none()' },
  { when: 'there are no endpoints', props: { resolution: Resolution.endpoints([]) }, message: '[EndpointsMissing] shop/service: resolution is empty; allowed: at least one endpoint; fix: list the endpoints, or use Resolution.dns()' },
  { when: 'an endpoint is no IP address', props: { resolution: Resolution.endpoints([Endpoint.ip('api.example.com')]) }, message: '[EndpointInvalid] shop/service: resolution.endpoints[0] is "api.example.com"; allowed: an IP address; fix: use Endpoint.host for a name' },
  { when: 'a fixed endpoint is a name', props: { resolution: Resolution.endpoints([Endpoint.host('origin.example.net')]) }, message: '[EndpointInvalid] shop/service: resolution.endpoints[0] is "origin.example.net"; allowed: IP addresses and unix sockets with Resolution.endpoints; fix: use Resolution.dns([Endpoint.host(...)])' },
  { when: 'the name of an endpoint has a port', props: { resolution: Resolution.dns([Endpoint.host('origin.example.net:80')]) }, message: '[HostInvalid] shop/service: resolution.endpoints[0] is "origin.example.net:80"; allowed: a fully qualified DNS name such as api.example.com; fix: write the host without a port; declare ports separately' },
  { when: 'a weight is no share', props: { resolution: Resolution.endpoints([Endpoint.ip('192.0.2.1', { weight: 0 })]) }, message: '[EndpointInvalid] shop/service: resolution.endpoints[0].weight is 0; allowed: a whole number from 1; fix: correct the weight' },
  { when: 'an endpoint names a port that the service does not have', props: { resolution: Resolution.endpoints([Endpoint.ip('192.0.2.1', { ports: { 8080: 80 } })]) }, message: '[EndpointInvalid] shop/service: resolution.endpoints[0].ports is "8080"; allowed: ports of the service: 80; fix: use the port number that the application calls' },
  { when: 'the path of a socket is relative', props: { resolution: Resolution.endpoints([Endpoint.unixSocket('run/api.sock')]) }, message: '[EndpointInvalid] shop/service: resolution.endpoints[0] is "run/api.sock"; allowed: the absolute path of a socket; fix: correct the path' },
  { when: 'the path of a socket is a folder', props: { resolution: Resolution.endpoints([Endpoint.unixSocket('/run/')]) }, message: '[EndpointInvalid] shop/service: resolution.endpoints[0] is "/run/"; allowed: the absolute path of a socket; fix: correct the path' },
  { when: 'DNS should resolve a socket', props: { resolution: Resolution.dns([Endpoint.unixSocket('/var/run/api.sock')]) }, message: '[UnixSocketWithDns] shop/service: resolution.endpoints[0] is "/var/run/api.sock"; allowed: IP addresses and names with DNS; fix: use Resolution.endpoints([Endpoint.unixSocket(...)])' },
  { when: 'round-robin DNS should resolve a socket', props: { resolution: Resolution.dnsRoundRobin(Endpoint.unixSocket('/var/run/api.sock')) }, message: '[UnixSocketWithDns] shop/service: resolution.endpoints[0] is "/var/run/api.sock"; allowed: IP addresses and names with DNS; fix: use Resolution.endpoints([Endpoint.unixSocket(...)])' },
];

const TLS: Refused[] = [
  {
    when: 'a TCP port has a server name but no names to accept',
    props: { addresses: ['192.0.2.1'], ports: [ExternalPort.tcp({ number: 6379, tls: UpstreamTls.simple({ sni: 'db.example.com' }) })] },
    message: '[SniWithoutSubjectAltNames] shop/service: ports[0].tls.subjectAltNames is not set; allowed: the names to accept, if sni is set on a TCP port; fix: list "db.example.com" in subjectAltNames',
  },
  {
    when: 'a client certificate has no key',
    props: withTls(UpstreamTls.mutual({ clientCertificate: ClientCertificate.files({ certificate: '/a.crt', privateKey: '' }) })),
    message: '[FilePathInvalid] shop/service: ports[0].tls.clientCertificate.privateKey is ""; allowed: the absolute path of a file; fix: correct the path: it must begin with / and must not end with /',
  },
  {
    when: 'authorities stand beside the Secret that holds them',
    props: withTls(UpstreamTls.mutual({ clientCertificate: ClientCertificate.secret('cert'), ca: CaSource.system() })),
    message: '[CaSourceConflict] shop/service: ports[0].tls.ca is "system"; allowed: no `ca` together with ClientCertificate.secret; fix: put ca.crt in the Secret cert, or use ClientCertificate.files',
  },
  {
    when: 'authorities are in a Secret and the certificate is in files',
    props: withTls(UpstreamTls.mutual({ clientCertificate: files, ca: CaSource.secret('ca') })),
    message: '[CaSourceConflict] shop/service: ports[0].tls.ca is "secret"; allowed: CaSource.file or CaSource.system together with ClientCertificate.files; fix: set the path of the CA certificates',
  },
  { when: 'a server name is a wildcard', props: withTls(UpstreamTls.simple({ sni: '*.example.com' })), message: '[HostInvalid] shop/service: ports[0].tls.sni is "*.example.com"; allowed: a fully qualified DNS name such as api.example.com; fix: correct the name' },
  { when: 'names to accept are empty', props: withTls(UpstreamTls.simple({ subjectAltNames: [] })), message: '[HostsEmpty] shop/service: ports[0].tls.subjectAltNames is empty; allowed: at least one host; fix: list the hosts, for example api.example.com' },
  { when: 'TLS without verification has no reason', props: withTls(UpstreamTls.insecure(' ')), message: '[ReasonMissing] shop/service: ports[0].tls.reason is " "; allowed: a sentence that explains why; fix: explain why; the reason is kept as an annotation' },
];

const DIRECT: Refused[] = [
  {
    when: 'a sidecar should read a Secret with a client certificate',
    props: withTls(UpstreamTls.mutual({ clientCertificate: ClientCertificate.secret('cert') })),
    message: '[ClientCertificateSecretAtSidecar] shop/service: ports[0].tls is "Secret cert"; allowed: files in the sidecar, or a direct service with `workloadSelector`; fix: select the calling workloads with `workloadSelector`; or use ClientCertificate.files and CaSource.file, or route the service through a gateway',
  },
  { when: 'a sidecar should read a Secret with authorities', props: withTls(UpstreamTls.simple({ ca: CaSource.secret('ca') })), message: '[ClientCertificateSecretAtSidecar] shop/service: ports[0].tls is "Secret ca"; allowed: files in the sidecar, or a direct service with `workloadSelector`; fix: select the calling workloads with `workloadSelector`; or use ClientCertificate.files and CaSource.file, or route the service through a gateway' },
  { when: 'a part of the mesh is behind a gateway', props: { ...withTls(UpstreamTls.simple()), direct: false, location: ServiceLocation.MESH_INTERNAL }, message: '[MeshInternalNotDirect] shop/service: location is "MESH_INTERNAL"; allowed: MESH_EXTERNAL, or `direct: true`; fix: set `direct: true`: services in the mesh are not reached through an egress gateway' },
  { when: 'a TCP port has no address', props: { ports: [ExternalPort.postgres()] }, message: '[TcpAddressMissing] shop/service: addresses is not set; allowed: the addresses at which the application reaches TCP port 5432; fix: list the IP addresses of the host, or set dnsCapture in MeshSettings if sidecars answer DNS' },
  { when: 'a TCP port without an address is shown to others', props: { ports: [ExternalPort.postgres()], direct: false, exportTo: ['billing'] }, message: '[TcpAddressMissing] shop/service: addresses is not set; allowed: the addresses at which the application reaches TCP port 5432; fix: list the IP addresses of the host, or set dnsCapture in MeshSettings if sidecars answer DNS' },
  { when: 'a part of the mesh has the name of a Service', props: { hosts: ['vm.shop.svc.cluster.local'], resolution: Resolution.workloads({ app: 'vm' }), location: ServiceLocation.MESH_INTERNAL }, message: '[HostInCluster] shop/service: hosts[0] is "vm.shop.svc.cluster.local"; allowed: names outside the mesh; this one is reserved for Services; fix: delete it: calls inside the mesh need no external service' },
  { when: 'its location is none', props: { location: 'INTERNAL' as ServiceLocation }, message: '[ValueUnknown] shop/service: location is "INTERNAL"; allowed: MESH_EXTERNAL, MESH_INTERNAL; fix: use a member of the enum' },
  { when: 'an endpoint outside has a service account', props: { resolution: Resolution.endpoints([Endpoint.ip('192.0.2.1', { serviceAccount: 'vm' })]) }, message: '[EndpointInvalid] shop/service: resolution.endpoints[0].serviceAccount is "vm"; allowed: service accounts only for endpoints in the mesh; fix: set location to ServiceLocation.MESH_INTERNAL, or leave it out' },
  { when: 'all workloads would be endpoints', props: { resolution: Resolution.workloads({}) }, message: '[EndpointsMissing] shop/service: resolution.workloads is {}; allowed: at least one label; fix: set the labels of the WorkloadEntries or pods: without labels, all workloads of the namespace would be endpoints' },
  { when: 'names are for no certificate', props: { subjectAltNames: ['partner.example.com'] }, message: '[SubjectAltNamesUnused] shop/service: subjectAltNames is "partner.example.com"; allowed: at least one name, on a service that the mesh reaches by TLS and whose UpstreamTls sets no names; fix: leave it out, or use ExternalPort.httpToHttps() without subjectAltNames in its UpstreamTls' },
  { when: 'its ports have names of their own', props: { ...withTls(UpstreamTls.simple({ subjectAltNames: ['a.example.com'] })), subjectAltNames: ['b.example.com'] }, message: '[SubjectAltNamesUnused] shop/service: subjectAltNames is "b.example.com"; allowed: at least one name, on a service that the mesh reaches by TLS and whose UpstreamTls sets no names; fix: leave it out, or use ExternalPort.httpToHttps() without subjectAltNames in its UpstreamTls' },
  { when: 'an identity is for a host outside', props: { ...withTls(UpstreamTls.simple()), subjectAltNames: ['spiffe://cluster.local/ns/shop/sa/vm'] }, message: '[HostInvalid] shop/service: subjectAltNames[0] is "spiffe://cluster.local/ns/shop/sa/vm"; allowed: a fully qualified DNS name such as api.example.com; fix: write only the host, without scheme and path' },
  {
    when: 'the Secret of sidecars is in another namespace',
    props: { ...withTls(UpstreamTls.mutual({ clientCertificate: ClientCertificate.secret('cert', { namespace: 'istio-system' }) })), workloadSelector: { app: 'checkout' } },
    message: '[ClientCertificateNamespace] shop/service: ports[0].tls.clientCertificate is "istio-system/cert"; allowed: a Secret in shop, where the sidecars run; fix: create the Secret cert in shop',
  },
  { when: 'a selector is for no sidecars', props: { ...withTls(UpstreamTls.simple()), direct: false, workloadSelector: { app: 'checkout' } }, message: '[WorkloadSelectorUnused] shop/service: workloadSelector is {"app":"checkout"}; allowed: at least one label, on a service with `direct: true`; fix: leave it out: for traffic through a gateway, `callers` of the route decides who may call' },
  { when: 'a selector has no labels', props: { ...withTls(UpstreamTls.simple()), workloadSelector: {} }, message: '[WorkloadSelectorUnused] shop/service: workloadSelector is {}; allowed: at least one label, on a service with `direct: true`; fix: leave it out to select all workloads of the namespace' },
  { when: 'there is nothing to select workloads for', props: { ports: [ExternalPort.https()], workloadSelector: { app: 'checkout' } }, message: '[WorkloadSelectorUnused] shop/service: workloadSelector is {"app":"checkout"}; allowed: a service with upstream TLS or a traffic policy; fix: leave it out: all workloads of the namespace may call a direct service' },
];

describe('an external service is refused when', () => {
  test.each([...HOSTS, ...PORTS, ...RESOLUTION, ...TLS])('$when', ({ props, settings, message }) => {
    expectRefusal(() => routed({ hosts, ports, ...props }, {}, settings), message);
  });
});

describe('a direct external service is refused when', () => {
  test.each(DIRECT)('$when', ({ props, message }) => {
    expectRefusal(() => direct({ hosts, ports, ...props }), message);
  });
});

describe('external services › addresses of two', () => {
  const database = (name: string, more: Partial<ExternalServiceProps> = {}): ExternalServiceProps => ({ hosts: [`${name}.example.com`], ports: [ExternalPort.postgres()], addresses: ['192.0.2.1'], ...more });
  const made = (app: App) => () => synth(app);

  function between(callers: Caller[] | undefined, more: Partial<ExternalServiceProps> = {}) {
    const { app, shop, egress } = mesh();
    const billing = new Chart(app, 'billing', { namespace: 'billing' });
    const [mine, theirs] = [new ExternalService(shop, 'mine', database('mine')), new ExternalService(billing, 'theirs', database('theirs', more))];
    new EgressRoute(shop, 'mine-route', { service: mine, gateway: egress });
    new EgressRoute(billing, 'theirs-route', { service: theirs, gateway: egress, callers });
    return app;
  }

  test('may be the same for callers of different namespaces, whatever the gateway sees', () => {
    expect(made(between(undefined))).not.toThrow();
  });

  test.each<[string, () => App]>([
    ['a common caller', () => between([Caller.namespace('billing'), Caller.namespace('shop')])],
    ['a namespace to which one is shown', () => between(undefined, { exportTo: ['shop'] })],
    ['a caller with a leg of its own', () => between([Caller.namespace('shop', { ownLeg: true })])],
  ])('are refused for %s', (_, app) => {
    expect(made(app())).toThrow('[TcpAddressConflict] shop/mine: addresses[0] is "192.0.2.1"; allowed: addresses that do not overlap 192.0.2.1 of billing/theirs on port 5432, which sidecars of shop see as well; fix: remove the address from one of the two: sidecars have one listener for it; put all ports of a host in one ExternalService');
  });

  test('are refused for services to which sidecars go themselves', () => {
    const { app, shop } = direct(database('mine'));
    new ExternalService(shop, 'theirs', { ...database('theirs'), direct: true, addresses: ['2001:db8::1', '192.0.2.1/32'] });
    expect(made(app)).toThrow('[TcpAddressConflict] shop/theirs: addresses[1] is "192.0.2.1"; allowed: addresses that do not overlap 192.0.2.1 of shop/service on port 5432,');
  });

  test('are told apart by the names that TLS asks for, and requests by their hosts', () => {
    const { app, shop, egress } = mesh();
    for (const name of ['mine', 'theirs']) {
      const service = new ExternalService(shop, name, database(name, { ports: [ExternalPort.https(), ExternalPort.http()] }));
      new EgressRoute(shop, `${name}-route`, { service, gateway: egress });
    }
    expect(made(app)).not.toThrow();
  });
});

describe('external services › names that sidecars take for Services', () => {
  const service = (host: string) => {
    const world = routed({ hosts: [host], ports });
    new IngressRoute(world.shop, 'ingress', {
      gateway: new IngressGateway(world.shop, 'gateway', { workload: GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' }) }),
      hosts: ['shop.example.com'],
      rules: [{ action: RouteAction.forward(Destination.service('web', { port: 8080 })) }],
    });
    return () => synth(world.app);
  };

  test('are refused where something leads to the Service', () => {
    expect(service('web.shop')).toThrow('[HostInCluster] shop/service: hosts[0] is "web.shop"; allowed: names that sidecars do not resolve to web.shop.svc.cluster.local, a destination of a route in this app; fix: rename the Service or the external host');
  });

  test.each(['acme.shop', 'web.example', 'www.web.shop'])('%s may be outside', host => expect(service(host)).not.toThrow());
});

test('an imported service has no wildcard', () => {
  expectRefusal(() => ExternalService.fromExternalServiceAttributes(mesh().shop, 'imported', { hosts: ['*.example.com'], ports, direct: true }),
    '[HostInvalid] shop/imported: hosts[0] is "*.example.com"; allowed: a fully qualified DNS name such as api.example.com; fix: correct the name');
});

test('an imported service has no name inside the mesh', () => {
  expectRefusal(() => ExternalService.fromExternalServiceAttributes(mesh().shop, 'imported', { hosts: ['web.shop.svc.cluster.local'], ports, direct: true }),
    '[HostInCluster] shop/imported: hosts[0] is "web.shop.svc.cluster.local"; allowed: names outside the mesh; this one is reserved for Services; fix: delete it: calls inside the mesh need no external service');
});
