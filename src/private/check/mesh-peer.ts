import { readService } from './service';
import { ClusterDns } from '../../lock/cluster-dns';
import { MeshPeer } from '../../lock/mesh-peer';
import { checkAddress, checkLabel, checkPort } from '../basics/checks';
import { Refuse } from '../basics/errors';
import { checkLabels } from '../basics/labels';
import { Labels } from '../model/labels';
import { DnsIntent, PeerIntent } from '../model/lock';

export function checkPeers(peers: MeshPeer[], prop: string, refuse: Refuse): PeerIntent[] {
  return peers.map((peer, i) => checkPeer(peer, `${prop}[${i}]`, refuse));
}

function checkPeer({ peerNamespace, _spec: spec }: MeshPeer, prop: string, refuse: Refuse): PeerIntent {
  if (spec.construct) return peerOf(readService(spec.construct, prop, refuse), prop, refuse);
  const namespace = checkLabel(peerNamespace!, `${prop}.namespace`, refuse);
  if (spec.service === undefined) return { namespace };
  const service = checkLabel(spec.service, prop, refuse, { code: 'ServiceNameInvalid' });
  const pods = spec.pods && checkPods(spec.pods, `${prop}.pods`, refuse);
  if (spec.ports?.length === 0) noPorts(`${prop}.ports`, refuse);
  spec.ports?.forEach((port, i) => checkPort(port, `${prop}.ports[${i}]`, refuse));
  return { namespace, service, pods, ports: spec.ports };
}

function peerOf({ name, namespace, selector, ports }: ReturnType<typeof readService>, prop: string, refuse: Refuse): PeerIntent {
  const numbers = ports.map(({ targetPort }) => {
    if (typeof targetPort === 'number') return targetPort;
    return refuse({ code: 'MeshPeerInvalid', prop: `${prop}.ports`, got: targetPort, allowed: 'numbers', fix: 'describe it with MeshPeer.service: the Service does not contain the number of a named port' });
  });
  if (numbers.length === 0) noPorts(`${prop}.ports`, refuse);
  return { namespace, service: name, pods: checkPods(selector, `${prop}.pods`, refuse), ports: numbers };
}

function noPorts(prop: string, refuse: Refuse): never {
  return refuse({ code: 'MeshPeerInvalid', prop, got: [], allowed: 'at least one port of the pods', fix: 'list the ports on which the pods listen' });
}

function checkPods(pods: Labels, prop: string, refuse: Refuse): Labels {
  if (Object.keys(checkLabels(pods, prop, refuse)).length === 0) {
    refuse({ code: 'MeshPeerInvalid', prop, got: pods, allowed: 'at least one label of the pods', fix: 'list the labels, or use MeshPeer.namespace for all pods of the namespace' });
  }
  return pods;
}

/** For what a NetworkPolicy is about: it would otherwise let everything of the namespace pass. */
export function needPods(peers: PeerIntent[], prop: string, refuse: Refuse): void {
  peers.forEach(({ service, pods, ports }, i) => {
    if (service === undefined || (pods && ports)) return;
    refuse({ code: 'MeshPeerInvalid', prop: `${prop}[${i}]`, got: `Service ${service} without ${pods ? 'ports' : 'pods'}`, allowed: 'a Service with labels and ports of its pods, because NetworkPolicies judge pods', fix: 'set `pods` and `ports` of MeshPeer.service, or use MeshPeer.fromService' });
  });
}

export function checkDns(dns: ClusterDns, refuse: Refuse): DnsIntent {
  const { namespace, serviceName, pods, ports = [53], nodeLocal = [] } = dns._props;
  checkLabel(namespace, 'dns.namespace', refuse);
  if (serviceName !== undefined) checkLabel(serviceName, 'dns.serviceName', refuse, { code: 'ServiceNameInvalid' });
  if (Object.keys(checkLabels(pods, 'dns.pods', refuse)).length === 0) {
    refuse({ code: 'ClusterDnsInvalid', prop: 'dns.pods', got: pods, allowed: 'at least one label of the pods', fix: 'list the labels: without them every pod of the namespace would count as a resolver' });
  }
  if (ports.length === 0) refuse({ code: 'ClusterDnsInvalid', prop: 'dns.ports', got: ports, allowed: 'at least one port', fix: 'list the ports of the pods, or leave it out for 53' });
  ports.forEach((port, i) => checkPort(port, `dns.ports[${i}]`, refuse));
  checkAddresses(nodeLocal, 'dns.nodeLocal', refuse);
  return { namespace, service: serviceName, pods, ports, addresses: nodeLocal };
}

/** Single addresses, and no blocks of them. */
export function checkAddresses(addresses: string[], prop: string, refuse: Refuse): void {
  addresses.forEach((address, i) => {
    if (!checkAddress(address, `${prop}[${i}]`, refuse)) return;
    refuse({ code: 'AddressInvalid', prop: `${prop}[${i}]`, got: address, allowed: 'an IP address', fix: 'list the addresses one by one' });
  });
}
