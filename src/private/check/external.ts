import { isIP } from 'node:net';
import { checkExternalPolicy } from './external-policy';
import { checkLocation, checkSubjectAltNames, checkWorkloads, MembershipInput, withNames } from './membership';
import { TrafficPolicyInput } from './traffic-policy';
import { checkUpstreamTls, TlsProxies } from './upstream-tls';
import { ExternalPort } from '../../egress/external-port';
import { Endpoint, Resolution } from '../../egress/resolution';
import { MeshSettings } from '../../mesh-settings';
import { AddressBlock, isCatchAll, isMapped, overlap, readAddress } from '../basics/addresses';
import { checkDnsName, checkLength, checkPort } from '../basics/checks';
import { ownerOf } from '../basics/cluster-names';
import { Refuse } from '../basics/errors';
import { checkHost, checkHosts, covered, HostRules, isWildcard } from '../basics/hosts';
import { checkLabels } from '../basics/labels';
import { EndpointSpec, ExternalIntent, isHttp, Port, portName, ResolutionKind } from '../model/external-service';
import { Labels } from '../model/labels';

export interface ExternalInput extends TrafficPolicyInput, MembershipInput {
  readonly hosts: string[];
  readonly ports: ExternalPort[];
  readonly addresses?: string[];
  readonly exportTo?: string[];
  readonly workloadSelector?: Labels;
}

export function checkExternal(input: ExternalInput, namespace: string, settings: MeshSettings, refuse: Refuse): ExternalIntent {
  const hosts = checkExternalHosts(input.hosts, { wildcard: true }, settings, refuse);
  checkOverlap(hosts, refuse);
  const selector = checkSelector(input, refuse);
  const ports = checkPorts(input, !input.direct ? 'gateway' : selector ? { selectedIn: namespace } : 'sidecars', refuse);
  const resolution = (input.resolution ?? Resolution.dns())._kind;
  const location = checkLocation(input, refuse);
  const subjectAltNames = checkSubjectAltNames(input, ports, refuse);
  const workloads = checkWorkloads(input.resolution, refuse);
  checkResolution(input, hosts, ports, settings, refuse);
  const addresses = checkAddresses(input.addresses, resolution, refuse);
  const gatewaysOnly = checkTcp(input, hosts, ports, addresses, settings, refuse);
  const endpoints = checkEndpoints(input.resolution, ports, refuse);
  const longest = { 'hosts': [hosts, 256], 'ports': [ports, 256], 'addresses': [addresses, 256], 'resolution.endpoints': [endpoints, 4096] } as const;
  if (endpoints.reduce((sum, { weight = 1 }) => sum + weight, 0) >= 2 ** 32) {
    refuse({ code: 'EndpointInvalid', prop: 'resolution.endpoints', got: endpoints.map(({ weight }) => weight), allowed: 'weights with a sum of at most 4294967295', fix: 'use smaller numbers in the same proportion' });
  }
  for (const [prop, [list, max]] of Object.entries(longest)) checkLength(list, max, prop, 'split it across several services', refuse);
  const traffic = checkExternalPolicy(input, resolution, workloads ? undefined : endpoints, ports.some(isHttp), refuse);
  if (selector && !traffic && !ports.some(p => p.tls)) {
    refuse({ code: 'WorkloadSelectorUnused', prop: 'workloadSelector', got: selector, allowed: 'a service with upstream TLS or a traffic policy', fix: 'leave it out: all workloads of the namespace may call a direct service' });
  }
  const named = ports.map(p => withNames(p, subjectAltNames));
  return { hosts, ports: named, location, resolution, addresses, gatewaysOnly, endpoints, workloads, subjectAltNames, traffic, selector };
}

/** A service whose ServiceEntry another app creates: only what routes need to know about it. */
export function checkImported(input: Pick<ExternalInput, 'hosts' | 'ports' | 'direct'>, settings: MeshSettings, refuse: Refuse): ExternalIntent {
  const hosts = checkExternalHosts(input.hosts, { wildcard: false }, settings, refuse);
  const { ports, direct } = input;
  const checked = checkPorts({ hosts, ports, direct }, direct ? 'sidecars' : 'gateway', refuse);
  return { hosts, ports: checked, location: 'MESH_EXTERNAL', resolution: 'DNS', addresses: [], endpoints: [] };
}

/** A ServiceEntry for a name inside the mesh takes a share of its calls: Istio merges its endpoints with those of the Service. */
function checkExternalHosts(input: string[], rules: HostRules, { clusterDomain }: MeshSettings, refuse: Refuse): string[] {
  const hosts = checkHosts(input, 'hosts', rules, refuse);
  hosts.forEach((host, i) => {
    const owner = ownerOf(host, clusterDomain);
    if (!owner) return;
    const own = owner === 'Services' ? 'delete it: calls inside the mesh need no external service' : 'choose another name';
    refuse({ code: 'HostInCluster', prop: `hosts[${i}]`, got: host, allowed: `names outside the mesh; this one is reserved for ${owner}`, fix: isWildcard(host) ? 'list the hosts, or use a narrower wildcard such as *.corp.local' : own });
  });
  return hosts;
}

/** Istio refuses a route if one of its hosts covers another. */
function checkOverlap(hosts: string[], refuse: Refuse): void {
  covered(hosts).forEach((wide, i) => {
    if (wide) {
      refuse({ code: 'HostDuplicate', prop: `hosts[${i}]`, got: hosts[i], allowed: 'hosts that no wildcard of the service covers', fix: 'leave it out, or declare it in a separate service' });
    }
  });
}

function checkSelector({ workloadSelector, direct }: ExternalInput, refuse: Refuse): Labels | undefined {
  const selector = checkLabels(workloadSelector, 'workloadSelector', refuse);
  if (selector && (!direct || Object.keys(selector).length === 0)) {
    refuse({ code: 'WorkloadSelectorUnused', prop: 'workloadSelector', got: selector, allowed: 'at least one label, on a service with `direct: true`', fix: direct ? 'leave it out to select all workloads of the namespace' : 'leave it out: for traffic through a gateway, `callers` of the route decides who may call' });
  }
  return selector;
}

function checkPorts(input: ExternalInput, by: TlsProxies, refuse: Refuse): Port[] {
  if (input.ports.length === 0) {
    refuse({ code: 'PortsEmpty', prop: 'ports', got: input.ports, allowed: 'at least one port', fix: 'list the ports that the application calls, for example [ExternalPort.httpToHttps()]' });
  }
  const seen = new Set<number>();
  return input.ports.map(({ _spec: spec }, i) => {
    const prop = `ports[${i}]`;
    const number = checkPort(spec.number, `${prop}.number`, refuse);
    const targetPort = checkPort(spec.targetPort ?? number, `${prop}.targetPort`, refuse);
    if (seen.has(number)) {
      refuse({ code: 'PortDuplicate', prop: `${prop}.number`, got: number, allowed: 'each port number once', fix: 'change one of the two numbers' });
    }
    seen.add(number);
    const http = isHttp(spec);
    if (http && targetPort === 443 && !spec.tls) {
      refuse({ code: 'HttpOn443', prop, got: 'clear-text HTTP to port 443', allowed: 'HTTP to other ports, or TLS to port 443', fix: 'use ExternalPort.httpToHttps() if the application calls http://, or ExternalPort.https() if it calls https://' });
    }
    if (http && number === 443) {
      refuse({ code: 'HttpOn443', prop: `${prop}.number`, got: number, allowed: 'the port that the application calls in clear text, such as 80', fix: 'leave out `number`, or use ExternalPort.https() if the application calls https://; set the port of the host with `targetPort`' });
    }
    const opaque = spec.protocol === 'TCP';
    const upgrade = spec.http2 === true && spec.protocol === 'HTTP';
    return { protocol: spec.protocol, number, targetPort, tls: spec.tls && checkUpstreamTls(spec.tls, opaque, by, `${prop}.tls`, refuse), upgrade };
  });
}

function checkResolution(input: ExternalInput, hosts: string[], ports: Port[], settings: MeshSettings, refuse: Refuse): void {
  const resolution = input.resolution ?? Resolution.dns();
  const wildcard = hosts.find(isWildcard);
  if (resolution._kind === 'DYNAMIC_DNS') {
    if (!settings._isAtLeast('1.30')) {
      refuse({ code: 'IstioVersionTooOld', prop: 'resolution', got: `DYNAMIC_DNS with Istio ${settings.istioVersion}`, allowed: 'Istio 1.30 or later', fix: 'list each host, or raise istioVersion in MeshSettings.of once the mesh is upgraded' });
    }
    const plain = hosts.find(h => !isWildcard(h));
    if (plain) refuse({ code: 'DynamicDnsHost', prop: 'hosts', got: plain, allowed: 'wildcards such as *.example.com', fix: 'declare this host in a separate service, with Resolution.dns()' });
    if (input.addresses?.length) refuse({ code: 'DynamicDnsAddresses', prop: 'addresses', got: input.addresses, allowed: 'none', fix: 'leave out addresses' });
    const port = ports.find(p => p.protocol === 'HTTPS' || p.protocol === 'TCP');
    if (port) {
      refuse({ code: 'DynamicDnsProtocol', prop: 'ports', got: port.protocol, allowed: 'HTTP, HTTP2, GRPC, TLS', fix: port.protocol === 'HTTPS' ? `write ExternalPort.tls with the number ${port.number}` : 'declare the hosts of this port one by one' });
    }
  } else if (wildcard && resolution._kind.startsWith('DNS') && resolution._endpoints.length === 0) {
    refuse({ code: 'WildcardWithDns', prop: 'hosts', got: wildcard, allowed: 'full names with Resolution.dns()', fix: 'list each host; or name the host that serves them all with Resolution.servedBy(host); or, for a direct service, use Resolution.dynamicDns()' });
  }
}

/** The addresses in Envoy's spelling. */
function checkAddresses(input: string[] | undefined, resolution: ResolutionKind, refuse: Refuse): string[] {
  const blocks = (input ?? []).map((text, i) => checkOneAddress(text, `addresses[${i}]`, resolution, refuse));
  blocks.forEach((block, i) => {
    const before = blocks.slice(0, i).find(other => overlap(other, block));
    if (before) {
      refuse({ code: 'AddressDuplicate', prop: `addresses[${i}]`, got: input![i], allowed: `addresses that ${before.text} does not overlap`, fix: 'delete the narrower of the two' });
    }
  });
  return blocks.map(({ text }) => text);
}

function checkOneAddress(text: string, prop: string, resolution: ResolutionKind, refuse: Refuse): AddressBlock {
  const block = readAddress(text);
  if (!block || isMapped(block)) {
    return refuse({ code: 'AddressInvalid', prop, got: text, allowed: 'an IP address or a CIDR block', fix: block ? 'write the IPv4 address: connections never use the mapped form' : 'correct the address' });
  }
  if (isCatchAll(block)) {
    refuse({ code: 'AddressCatchAll', prop, got: text, allowed: 'addresses of the service, and blocks that do not begin with 0.0.0.0 or ::', fix: 'list the addresses at which the application reaches the service' });
  }
  if (block.text.includes('/') && resolution !== 'STATIC' && resolution !== 'NONE') {
    refuse({ code: 'CidrWithDns', prop, got: text, allowed: 'single IP addresses with DNS', fix: 'list single addresses, or use Resolution.endpoints() or Resolution.none()' });
  }
  return block;
}

/** Returns whether only gateways can know the service. */
function checkTcp(input: ExternalInput, hosts: string[], ports: Port[], addresses: string[], settings: MeshSettings, refuse: Refuse): boolean {
  const tcp = ports.find(p => p.protocol === 'TCP');
  if (!tcp) return false;
  const wildcard = hosts.find(isWildcard);
  const tls = ports.findIndex(p => p === tcp);
  if (wildcard && tcp.tls && tcp.tls.mode !== 'INSECURE' && tcp.tls.sni === undefined) {
    refuse({ code: 'SniWithoutSubjectAltNames', prop: `ports[${tls}].tls.sni`, got: undefined, allowed: `a server name and subjectAltNames, for TLS on the TCP port of ${wildcard}`, fix: 'set the name to request and the names to accept: a wildcard cannot serve as either' });
  }
  if (hosts.length > 1) {
    refuse({ code: 'TcpManyHosts', prop: 'hosts', got: hosts, allowed: `one host for a service with TCP port ${tcp.number}`, fix: 'create one ExternalService per host' });
  }
  const unknown = addresses.length === 0 && !settings.dnsCapture;
  if (unknown && (input.direct || (input.exportTo?.length ?? 0) > 0)) refuseWithoutAddresses('addresses', ports, refuse);
  return unknown;
}

/** For services that sidecars call: a listener without an address would take every connection to its port. */
export function refuseWithoutAddresses(prop: string, ports: Port[], refuse: Refuse): void {
  const port = ports.find(p => p.protocol === 'TCP')!.number;
  refuse({ code: 'TcpAddressMissing', prop, got: undefined, allowed: `the addresses at which the application reaches TCP port ${port}`, fix: 'list the IP addresses of the host, or set dnsCapture in MeshSettings if sidecars answer DNS' });
}

function checkEndpoints(resolution: Resolution | undefined, ports: Port[], refuse: Refuse): EndpointSpec[] {
  if (!resolution) return [];
  const kind = resolution._kind;
  if (kind === 'STATIC' && !resolution._workloads && (resolution._endpoints === undefined || resolution._endpoints.length === 0)) {
    refuse({ code: 'EndpointsMissing', prop: 'resolution', got: resolution._endpoints, allowed: 'at least one endpoint', fix: 'list the endpoints, or use Resolution.dns()' });
  }
  return resolution._endpoints.map((e, i) => checkEndpoint(e, kind, ports, `resolution.endpoints[${i}]`, refuse));
}

function checkEndpoint(endpoint: Endpoint, kind: Resolution['_kind'], ports: Port[], prop: string, refuse: Refuse): EndpointSpec {
  const address = endpoint.address;
  if (endpoint._kind === 'unix') {
    if (kind !== 'STATIC') {
      refuse({ code: 'UnixSocketWithDns', prop, got: address, allowed: 'IP addresses and names with DNS', fix: 'use Resolution.endpoints([Endpoint.unixSocket(...)])' });
    }
    if (!/^\/.*[^/]$/.test(address)) {
      refuse({ code: 'EndpointInvalid', prop, got: address, allowed: 'the absolute path of a socket', fix: 'correct the path' });
    }
    if (ports.length > 1) {
      refuse({ code: 'EndpointInvalid', prop, got: address, allowed: `a unix socket for a service of one port, and this one has ${ports.map(p => p.number).join(', ')}`, fix: 'make a service for each port, each with its own socket' });
    }
    return { address: `unix://${address}` };
  }
  if (endpoint._kind === 'ip' && !isIP(address)) {
    refuse({ code: 'EndpointInvalid', prop, got: address, allowed: 'an IP address', fix: 'use Endpoint.host for a name' });
  }
  if (endpoint._kind === 'host') {
    if (kind === 'STATIC') {
      refuse({ code: 'EndpointInvalid', prop, got: address, allowed: 'IP addresses and unix sockets with Resolution.endpoints', fix: 'use Resolution.dns([Endpoint.host(...)])' });
    }
    if (address !== 'localhost') checkHost(address, prop, { wildcard: false }, refuse);
  }
  const { locality, weight, labels, serviceAccount, ports: own } = endpoint._options;
  if (weight !== undefined && (!Number.isInteger(weight) || weight < 1 || weight >= 2 ** 32)) {
    refuse({ code: 'EndpointInvalid', prop: `${prop}.weight`, got: weight, allowed: `a whole number from 1${weight >= 2 ** 32 ? ' to 4294967295' : ''}`, fix: 'correct the weight' });
  }
  if (serviceAccount !== undefined) checkDnsName(serviceAccount, `${prop}.serviceAccount`, 'service account', refuse);
  const named = Object.entries(own ?? {}).map(([number, target]) => {
    const port = ports.find(p => String(p.number) === number);
    if (!port) {
      return refuse({ code: 'EndpointInvalid', prop: `${prop}.ports`, got: number, allowed: `ports of the service: ${ports.map(p => p.number).join(', ')}`, fix: 'use the port number that the application calls' });
    }
    return [portName(port), checkPort(target, `${prop}.ports`, refuse)] as const;
  });
  return {
    address, locality, weight, serviceAccount, labels: checkLabels(labels, `${prop}.labels`, refuse), ports: named.length > 0 ? Object.fromEntries(named) : undefined,
  };
}
