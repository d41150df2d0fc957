import { IConstruct } from 'constructs';
import { needDeclared } from './declared';
import { checkAddresses, checkDns, checkPeers, needPods } from './mesh-peer';
import { checkTelemetry } from './telemetry';
import { IExternalService } from '../../egress/i-external-service';
import { ClusterDns } from '../../lock/cluster-dns';
import { MeshPeer } from '../../lock/mesh-peer';
import { AccessLogging } from '../../telemetry/access-logging';
import { isCatchAll, overlap, readAddress } from '../basics/addresses';
import { checkAddress, checkLabel, checkPort, checkReason } from '../basics/checks';
import { Refuse } from '../basics/errors';
import { checkLabels } from '../basics/labels';
import { Labels } from '../model/labels';
import { LockIntent, LockPart, OF_SIDECARS, PlaintextException, ScopeIntent } from '../model/lock';
import { LockedGateway } from '../model/locked';
import { networkTargets } from '../model/network';
import { canSelectSamePods } from '../model/pods';

/** Nothing outside has such an address, but cloud metadata has. */
const LINK_LOCAL = ['169.254.0.0/16', 'fe80::/10'];
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'];

export interface ScopeInput {
  readonly calls?: MeshPeer[];
  readonly telemetry?: MeshPeer[];
  readonly dns?: ClusterDns;
}

export interface LockInput extends ScopeInput {
  readonly namespaces?: string[];
  readonly phase?: 'OBSERVE' | 'ENFORCE';
  readonly istiod?: { readonly namespace?: string; readonly pods?: Labels; readonly port?: number };
  readonly kubeApi?: { readonly addresses: string[]; readonly port?: number };
  readonly scrapers?: MeshPeer[];
  readonly clusterRanges?: string[];
  readonly direct?: IExternalService[];
  readonly outsidePorts?: number[];
  readonly plaintextPorts?: { readonly namespace: string; readonly pods: Labels; readonly port: number; readonly reason: string }[];
  readonly accessLogging?: AccessLogging;
  readonly clusterNetworkPolicy?: { readonly priority?: number };
  readonly omit?: { readonly [K in LockPart]?: string };
}

export function checkScope(input: ScopeInput, callsKubeApi: boolean, clusterDomain: string, refuse: Refuse): ScopeIntent {
  return {
    calls: checkPeers(input.calls ?? [], 'calls', refuse),
    telemetry: checkPeers(input.telemetry ?? [], 'telemetry', refuse),
    dns: checkDns(input.dns ?? ClusterDns.kubeDns(), refuse),
    callsKubeApi,
    clusterDomain,
  };
}

export function checkLock(
  scope: IConstruct, input: LockInput, gateway: LockedGateway, atWaypoint: boolean, clusterDomain: string, refuse: Refuse,
): LockIntent {
  if (atWaypoint) checkWithoutSidecars(input, refuse);
  const omits = checkOmissions(input, gateway, atWaypoint, refuse);
  const lock: LockIntent = {
    ...checkScope(input, input.kubeApi !== undefined, clusterDomain, refuse),
    namespaces: input.namespaces && checkNamespaces(input.namespaces, gateway, refuse),
    phase: input.phase ?? 'ENFORCE',
    istiod: checkIstiod(input.istiod ?? {}, refuse),
    kubeApi: input.kubeApi && checkKubeApi(input.kubeApi, refuse),
    scrapers: checkPeers(input.scrapers ?? [], 'scrapers', refuse),
    clusterRanges: checkRanges(input.clusterRanges, refuse),
    direct: checkDirect(scope, input, refuse),
    outsidePorts: input.outsidePorts?.map((port, i) => checkPort(port, `outsidePorts[${i}]`, refuse)),
    plaintextPorts: checkPlaintext(input.plaintextPorts ?? [], refuse),
    logging: input.accessLogging && checkTelemetry({ accessLogging: input.accessLogging }, refuse).accessLogging,
    clusterPriority: input.clusterNetworkPolicy && checkPriority(input.clusterNetworkPolicy.priority ?? 100, refuse),
    atWaypoint,
    omits,
  };
  if (omits.networkPolicy === undefined) needPods(lock.calls, 'calls', refuse);
  if (omits.networkPolicy === undefined || omits.gatewayNetworkPolicy === undefined) needPods(lock.telemetry, 'telemetry', refuse);
  return lock;
}

/** What is about sidecars, or about routes of other apps: which of these call by a waypoint, nothing says. */
function checkWithoutSidecars({ phase, omit = {}, plaintextPorts, accessLogging, outsidePorts }: LockInput, refuse: Refuse): void {
  const option = (prop: string, got: unknown, allowed: string, fix = 'leave it out') => refuse({ code: 'WaypointOptionUnused', prop, got, allowed, fix });
  if (phase === 'OBSERVE') option('phase', phase, 'ENFORCE: callers have no sidecars that could log what they would refuse', 'create the lock once all that is called is declared');
  const part = OF_SIDECARS.find(one => omit[one] !== undefined);
  if (part) option(`omit.${part}`, omit[part], 'parts that a lock at a waypoint has: networkPolicy, gatewayNetworkPolicy');
  if (plaintextPorts) option('plaintextPorts', 'set', 'no exceptions: a lock at a waypoint has no PeerAuthentications');
  if (accessLogging) option('accessLogging', 'set', 'none: callers have no sidecars that could log');
  if (outsidePorts) option('outsidePorts', outsidePorts, 'no ports: the NetworkPolicy of a waypoint is for routes of this app alone', 'set omit.gatewayNetworkPolicy if other apps have routes through the waypoint');
}

function checkNamespaces(namespaces: string[], { namespace: own }: LockedGateway, refuse: Refuse): string[] {
  if (namespaces.length === 0) {
    refuse({ code: 'LockEmpty', prop: 'namespaces', got: namespaces, allowed: 'at least one namespace', fix: 'list the namespaces, or leave it out to lock all that routes of this app call from' });
  }
  namespaces.forEach((namespace, i) => {
    const prop = `namespaces[${i}]`;
    checkLabel(namespace, prop, refuse);
    if (namespaces.indexOf(namespace) < i) refuse({ code: 'LockDuplicate', prop, got: namespace, allowed: 'each namespace once', fix: 'delete the duplicate' });
    if (namespace === own) refuse(onGateway(prop, namespace));
  });
  return [...namespaces].sort();
}

export function onGateway(prop: string, namespace: string) {
  return { code: 'LockOnGateway', prop, got: namespace, allowed: 'namespaces other than that of the gateway, whose pods must connect to the outside', fix: 'run the gateway in a namespace of its own, or list the namespaces to lock' } as const;
}

/** What each option of one part is for. */
const PART_OPTIONS = {
  accessLogging: ['telemetry'],
  scrapers: ['gatewayNetworkPolicy'],
  outsidePorts: ['gatewayNetworkPolicy'],
  plaintextPorts: ['peerAuthentication'],
  clusterRanges: ['networkPolicy', 'gatewayNetworkPolicy'],
  istiod: ['networkPolicy', 'gatewayNetworkPolicy'],
} as const satisfies { readonly [option in keyof LockInput]?: readonly LockPart[] };

function checkOmissions(input: LockInput, { path, imported }: LockedGateway, atWaypoint: boolean, refuse: Refuse): LockIntent['omits'] {
  const omits = input.omit ?? {};
  for (const [part, reason] of Object.entries(omits)) checkReason(reason, `omit.${part}`, refuse);
  if (input.phase === 'OBSERVE') {
    const needed = (['sidecar', 'telemetry'] as const).find(part => omits[part] !== undefined);
    if (needed) refuse({ code: 'LockPartsConflict', prop: `omit.${needed}`, got: omits[needed], allowed: 'a lock that observes has its Sidecars and Telemetry: without them nothing is seen', fix: `delete omit.${needed}, or remove the lock` });
  }
  if (atWaypoint && omits.networkPolicy !== undefined && omits.gatewayNetworkPolicy !== undefined) {
    refuse({ code: 'LockEmpty', prop: 'omit', got: 'networkPolicy, gatewayNetworkPolicy', allowed: 'a lock with NetworkPolicies: at a waypoint it has nothing else', fix: 'delete one of the two, or remove the lock' });
  }
  if (omits.sidecar !== undefined && omits.networkPolicy !== undefined) {
    refuse({ code: 'LockEmpty', prop: 'omit', got: 'sidecar, networkPolicy', allowed: 'a lock with Sidecars or NetworkPolicies', fix: 'delete one of the two, or remove the lock' });
  }
  if (input.clusterNetworkPolicy && omits.networkPolicy !== undefined) {
    refuse({ code: 'LockPartsConflict', prop: 'omit.networkPolicy', got: omits.networkPolicy, allowed: 'a lock with NetworkPolicies beside ClusterNetworkPolicies, which many network plugins do not know', fix: 'delete omit.networkPolicy, or clusterNetworkPolicy' });
  }
  if (imported && omits.gatewayNetworkPolicy === undefined) {
    refuse({ code: 'LockForeignGateway', prop: 'gateway', got: path, allowed: 'a gateway that this app declares, or a lock without the NetworkPolicy of the gateway', fix: 'set omit.gatewayNetworkPolicy, and say which app protects the pods of the gateway' });
  }
  for (const [option, parts] of Object.entries(PART_OPTIONS)) {
    if (input[option as keyof LockInput] === undefined || parts.some(part => omits[part] === undefined)) continue;
    refuse({ code: 'RuleOptionUnused', prop: option, got: 'set', allowed: `a lock with ${parts.join(' or ')}`, fix: `delete it, or omit.${parts[0]}` });
  }
  return omits;
}

function checkPriority(priority: number, refuse: Refuse): number {
  if (!Number.isInteger(priority) || priority < 0 || priority > 1000) {
    refuse({ code: 'PriorityInvalid', prop: 'clusterNetworkPolicy.priority', got: priority, allowed: 'a whole number from 0 to 1000', fix: 'choose one that no other policy of the Admin tier has for the same pods; the lowest is asked first' });
  }
  return priority;
}

function checkIstiod({ namespace = 'istio-system', pods = { app: 'istiod' }, port = 15012 }: NonNullable<LockInput['istiod']>, refuse: Refuse): LockIntent['istiod'] {
  checkLabel(namespace, 'istiod.namespace', refuse);
  if (Object.keys(checkLabels(pods, 'istiod.pods', refuse)).length === 0) {
    refuse({ code: 'MeshPeerInvalid', prop: 'istiod.pods', got: pods, allowed: 'at least one label of the pods', fix: 'list the labels, or leave it out for app: istiod' });
  }
  return { namespace, pods, port: checkPort(port, 'istiod.port', refuse) };
}

function checkKubeApi({ addresses, port = 6443 }: NonNullable<LockInput['kubeApi']>, refuse: Refuse): NonNullable<LockIntent['kubeApi']> {
  if (addresses.length === 0) {
    refuse({ code: 'AddressInvalid', prop: 'kubeApi.addresses', got: addresses, allowed: 'at least one address of an API server', fix: 'list those that `kubectl get endpointslices -n default` shows for kubernetes; the address of the Service is not one of them' });
  }
  checkAddresses(addresses, 'kubeApi.addresses', refuse);
  return { addresses, port: checkPort(port, 'kubeApi.port', refuse) };
}

/** Those of a family of addresses that the user does not list are the private ones. */
function checkRanges(given: string[] | undefined, refuse: Refuse): string[] {
  if (given?.length === 0) {
    refuse({ code: 'AddressInvalid', prop: 'clusterRanges', got: given, allowed: 'at least one range of the cluster', fix: 'list the ranges of nodes, pods and Services, or leave it out for all private ranges' });
  }
  const ranges = (given ?? []).map((range, i) => {
    const prop = `clusterRanges[${i}]`;
    const isBlock = checkAddress(range, prop, refuse);
    const read = readAddress(range)!;
    if (isCatchAll(read)) refuse({ code: 'AddressCatchAll', prop, got: range, allowed: 'ranges of the cluster', fix: 'list the ranges of nodes, pods and Services' });
    return isBlock && read.text.includes('/') ? read.text : `${read.text}/${isIPv6(read.text) ? 128 : 32}`;
  });
  const unlisted = PRIVATE.filter(one => !ranges.some(range => isIPv6(range) === isIPv6(one)));
  return [...new Set([...ranges, ...unlisted, ...LINK_LOCAL])];
}

function isIPv6(range: string): boolean {
  return range.includes(':');
}

function checkDirect(scope: IConstruct, { direct = [], clusterRanges }: LockInput, refuse: Refuse): string[] {
  return direct.map((service, i) => {
    const prop = `direct[${i}]`;
    const model = needDeclared(scope, service, 'externalServices', prop, refuse);
    if (!model.direct) {
      refuse({ code: 'ServiceNotDirect', prop, got: model.path, allowed: 'a service with `direct: true`', fix: 'leave it out: what routes carry is allowed anyway' });
    }
    const blocks = networkTargets(model.service).flatMap(target => target.blocks ?? []);
    const inside = blocks.find(one => clusterRanges?.some(range => overlap(readAddress(one)!, readAddress(range)!)));
    if (inside !== undefined) {
      refuse({ code: 'LockDirectInCluster', prop, got: `${model.path} at ${inside}`, allowed: 'a service outside of `clusterRanges`', fix: 'use `calls` for workloads in the cluster, or correct clusterRanges' });
    }
    return model.path;
  });
}

function checkPlaintext(exceptions: NonNullable<LockInput['plaintextPorts']>, refuse: Refuse): PlaintextException[] {
  return exceptions.map(({ namespace, pods, port, reason }, i) => {
    const prop = `plaintextPorts[${i}]`;
    checkLabel(namespace, `${prop}.namespace`, refuse);
    if (Object.keys(checkLabels(pods, `${prop}.pods`, refuse)).length === 0) {
      refuse({ code: 'MeshPeerInvalid', prop: `${prop}.pods`, got: pods, allowed: 'at least one label of the pods', fix: 'list the labels: Istio heeds ports only for selected pods' });
    }
    const text = (labels: Labels) => JSON.stringify(Object.entries(labels).sort());
    const before = exceptions.slice(0, i).filter(other => other.namespace === namespace && canSelectSamePods(other.pods, pods));
    if (before.some(other => text(other.pods) !== text(pods))) {
      refuse({ code: 'PlaintextPortConflict', prop: `${prop}.pods`, got: pods, allowed: 'labels that select other pods than those before, or the same labels', fix: 'use the same labels for all ports of the same pods: Istio heeds one PeerAuthentication per pod' });
    }
    if (before.some(other => other.port === port)) refuse({ code: 'PortDuplicate', prop: `${prop}.port`, got: port, allowed: 'each port of the same pods once', fix: 'delete the duplicate' });
    return { namespace, selector: pods, port: checkPort(port, `${prop}.port`, refuse), reason: checkReason(reason, `${prop}.reason`, refuse) };
  });
}
