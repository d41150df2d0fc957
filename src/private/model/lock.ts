import { Labels } from './labels';
import { TelemetryIntent } from './telemetry';

/** Services and pods of the mesh, checked: all of a namespace, or those of one Service. */
export interface PeerIntent {
  readonly namespace: string;
  /** The name of the Service. */
  readonly service?: string;
  readonly pods?: Labels;
  /** Of the pods; every port where it is left out. */
  readonly ports?: number[];
}

/** The resolver of the cluster, checked. */
export interface DnsIntent {
  readonly namespace: string;
  readonly service?: string;
  readonly pods: Labels;
  /** Of the pods. */
  readonly ports: number[];
  /** Those of caches on the nodes, whose pods no selector finds. */
  readonly addresses: string[];
}

/** Pods that take clear text on a port, in a locked namespace. */
export interface PlaintextException {
  readonly namespace: string;
  readonly selector: Labels;
  readonly port: number;
  readonly reason: string;
}

/** What a lock is made of. */
export type LockPart = 'sidecar' | 'networkPolicy' | 'gatewayNetworkPolicy' | 'peerAuthentication' | 'telemetry';

/** What is for sidecars, and not there at a waypoint. */
export const OF_SIDECARS: readonly LockPart[] = ['sidecar', 'peerAuthentication', 'telemetry'];

/** What a `SidecarScope` says, checked. */
export interface ScopeIntent {
  readonly calls: PeerIntent[];
  readonly telemetry: PeerIntent[];
  readonly dns: DnsIntent;
  readonly clusterDomain: string;
  /** Whether pods call the API server. */
  readonly callsKubeApi: boolean;
}

/** What an `EgressLock` says, checked. */
export interface LockIntent extends ScopeIntent {
  /** Those that call by the gateway, where it is left out. */
  readonly namespaces?: string[];
  readonly phase: 'OBSERVE' | 'ENFORCE';
  readonly istiod: { readonly namespace: string; readonly pods: Labels; readonly port: number };
  readonly kubeApi?: { readonly addresses: string[]; readonly port: number };
  /** Who reads metrics of the gateway's pods. */
  readonly scrapers: PeerIntent[];
  /** What no way out leads to. */
  readonly clusterRanges: string[];
  /** The paths of direct services that pods may reach by themselves. */
  readonly direct: string[];
  /** The ports of services outside to which only other apps have routes. */
  readonly outsidePorts?: number[];
  readonly plaintextPorts: PlaintextException[];
  readonly logging?: TelemetryIntent['accessLogging'];
  /** Of ClusterNetworkPolicies, where there are any beside the NetworkPolicies. */
  readonly clusterPriority?: number;
  /** Whether the gateway is a waypoint, so that callers have no sidecars. */
  readonly atWaypoint: boolean;
  /** Why a part is left out. */
  readonly omits: { readonly [K in LockPart]?: string };
}

/** What an `EgressVerification` says, checked. */
export interface VerificationIntent {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** What nothing declares, and everybody could reach. */
  readonly host: string;
  readonly address: string;
  readonly image: string;
}

/** Whether a lock has a part, for now. */
export function hasPart(lock: LockIntent, part: LockPart): boolean {
  return isMeant(lock, part) && (lock.phase === 'ENFORCE' || part === 'sidecar' || part === 'telemetry');
}

/** Whether a lock has a part once it enforces. */
export function isMeant({ omits, atWaypoint }: LockIntent, part: LockPart): boolean {
  return omits[part] === undefined && !(atWaypoint && OF_SIDECARS.includes(part));
}

/** One way out of one namespace, and what becomes of it. */
export interface LockFindingModel {
  readonly namespace: string;
  readonly wayOut: string;
  readonly state: 'CLOSED' | 'ALLOWED' | 'OPEN';
  readonly because: string;
}
