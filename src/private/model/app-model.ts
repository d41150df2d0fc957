import { Collection, Declared, keyOf } from './collection';
import { DestinationPolicyIntent } from './destination-policy';
import { DirectIntent, EgressIntent } from './egress-route';
import { ExternalIntent } from './external-service';
import { GatewayFacts, WorkloadFacts } from './gateway';
import { IngressIntent } from './ingress-route';
import { Labels } from './labels';
import { LegOneIntent } from './leg-one';
import { ListenedHost } from './listener';
import { LockIntent, ScopeIntent } from './lock';
import { Rule, Target } from './rule';
import { namespacesCalling, WaypointFacts, WaypointRouteIntent } from './waypoint';
import { readAddress } from '../basics/addresses';

export interface EgressGatewayModel extends Declared {
  readonly gateway: GatewayFacts;
  readonly workload: WorkloadFacts;
  /** Namespaces of callers whose routes other apps declare. */
  readonly exportTo: string[];
  /** Whether another app creates its objects. */
  readonly imported: boolean;
  /** Why what no route declares is let through, where it is. */
  readonly undeclaredReason?: string;
}

/** An egress gateway of an ambient mesh. */
export interface WaypointModel extends Declared {
  readonly waypoint: WaypointFacts;
  /** The gateway by which its routes serve workloads with sidecars as well. */
  readonly sidecarGateway?: EgressGatewayModel;
  readonly imported: boolean;
}

export interface ExternalServiceModel extends Declared {
  readonly namespace: string;
  /** The name that the user gave to its ServiceEntry. */
  readonly name?: string;
  readonly service: ExternalIntent;
  readonly direct: boolean;
  /** The namespaces that see it regardless of what uses it in this app. */
  readonly exportTo: string[];
  /** The path of the forward proxy through which sidecars reach it. */
  readonly proxy?: string;
  /** For every object created for it. */
  readonly metadata: { readonly labels?: Labels; readonly annotations?: Labels };
  /** Whether another app creates its ServiceEntry. */
  readonly imported: boolean;
}

/** An external service to which the pods of a gateway connect. */
export interface Upstream {
  /** Its path. */
  readonly service: string;
  readonly hosts: string[];
}

export interface EgressRouteModel extends Declared {
  readonly upstreams: Upstream[];
  readonly route: EgressIntent;
  readonly gateway: string;
  readonly service: string;
  /** The destinations in the mesh to which rules send requests and mirrored copies. */
  readonly targets: Target[];
}

export interface WaypointRouteModel extends Declared {
  readonly upstreams: Upstream[];
  readonly route: WaypointRouteIntent;
  readonly gateway: string;
  readonly service: string;
  readonly targets: Target[];
}

export interface EgressCallerModel extends Declared {
  readonly namespace: string;
  readonly gateway: string;
  readonly service: string;
  readonly hosts: string[];
  readonly leg: LegOneIntent;
}

export interface DirectRouteModel extends Declared {
  readonly route: DirectIntent;
  readonly service: string;
  readonly targets: Target[];
}

export interface IngressGatewayModel extends Declared {
  /** `namespace/name` of the Gateway, or of the ListenerSet. */
  readonly gatewayName: string;
  readonly namespace: string;
  readonly workload: WorkloadFacts;
  readonly listened: ListenedHost[];
  /** Namespaces of routes that other apps declare; `*` for every namespace. */
  readonly routeNamespaces: string[];
  /** Namespaces that may add listeners to the Gateway; `*` for every namespace. Undefined if another app makes the Gateway. */
  readonly listenerNamespaces?: string[];
  readonly imported: boolean;
  /** Whether its routes are those of the Gateway API. */
  readonly standard: boolean;
}

export interface IngressRouteModel extends Declared {
  readonly upstreams: Upstream[];
  readonly route: IngressIntent;
  readonly gateway: string;
  readonly targets: Target[];
}

export interface IngressDelegateModel extends Declared {
  /** `namespace/name` of the VirtualService. */
  readonly delegateName: string;
  /** Undefined if another app declares the delegate. */
  readonly handedOver?: { readonly routeNamespace: string; readonly prefixes: string[]; readonly rules: Rule[]; readonly targets: Target[] };
}

export interface DestinationPolicyModel extends Declared { readonly policy: DestinationPolicyIntent }

export interface TelemetryModel extends Declared { readonly workload: WorkloadFacts }

export interface EgressLockModel extends Declared {
  readonly lock: LockIntent;
  /** The path of the gateway. */
  readonly gateway: string;
}

export interface EgressAdmissionModel extends Declared {
  /** The path of the lock. */
  readonly lock: string;
  /** Whether pods that may run as root are refused, and not only warned of. */
  readonly refusesUsers: boolean;
}

export interface SidecarScopeModel extends Declared {
  readonly namespace: string;
  readonly scope: ScopeIntent;
}

function upstreamKeys({ upstreams }: { readonly upstreams: Upstream[] }): string[] {
  return upstreams.flatMap(({ service, hosts }) => [keyOf('service', service), ...hosts.map(host => keyOf('upstream', host))]);
}

function targetKeys({ targets }: { readonly targets: Target[] }): string[] {
  return targets.map(({ host }) => keyOf('target', host));
}

function meshKeys(namespaces: string[], hosts: string[]): string[] {
  return hosts.flatMap(host => [keyOf('mesh', host), ...namespaces.map(namespace => keyOf('mesh', namespace, host))]);
}

/**
 * Everything that the constructs of an app declare. Questions about several of them (who sees a service, what else routes a host) are
 * answered on demand, so neither the order of constructs nor constructs that have been removed affect the answers.
 */
export class AppModel {
  public readonly egressGateways = new Collection<EgressGatewayModel>(({ path }) => [keyOf('path', path)]);

  public readonly waypoints = new Collection<WaypointModel>(({ path }) => [keyOf('path', path)]);

  public readonly externalServices = new Collection<ExternalServiceModel>(({ path, namespace, service, direct, exportTo, proxy, imported }) => {
    const { hosts, addresses, ports } = service;
    return [
      keyOf('path', path),
      ...(direct ? [namespace, ...exportTo] : []).map(viewer => keyOf('direct', viewer)),
      ...addresses.flatMap(address => ports.map(({ number }) => keyOf('address', number, readAddress(address)!.prefix))),
      ...hosts.map(host => keyOf('anywhere', host)),
      ...(imported ? [] : hosts.map(host => keyOf('host', namespace, host))),
      ...(proxy === undefined ? [] : [keyOf('service', proxy), ...meshKeys([namespace], hosts)]),
    ];
  });

  public readonly egressRoutes = new Collection<EgressRouteModel>(model => {
    const { gateway: { namespace, name }, service: { hosts }, callerNamespaces, sharedLegNamespaces } = model.route;
    return [
      keyOf('gateway', model.gateway),
      keyOf('service', model.service),
      ...callerNamespaces.map(caller => keyOf('caller', caller)),
      ...hosts.map(host => keyOf('host', namespace, name, host)),
      ...meshKeys(sharedLegNamespaces, hosts),
      ...upstreamKeys(model),
      ...targetKeys(model),
    ];
  });

  public readonly waypointRoutes = new Collection<WaypointRouteModel>(model => [
    keyOf('path', model.path),
    ...namespacesCalling(model.route).map(caller => keyOf('caller', caller)),
    keyOf('gateway', model.gateway),
    keyOf('service', model.service),
    ...model.route.service.hosts.map(host => keyOf('host', host)),
    ...upstreamKeys(model),
    ...targetKeys(model),
  ]);

  public readonly egressCallers = new Collection<EgressCallerModel>(({ namespace, gateway, service, hosts }) => [
    keyOf('gateway', gateway), keyOf('service', service), keyOf('caller', namespace), ...meshKeys([namespace], hosts),
  ]);

  public readonly directRoutes = new Collection<DirectRouteModel>(model => [
    keyOf('service', model.service), keyOf('caller', model.route.namespace), ...meshKeys([model.route.namespace], model.route.service.hosts), ...targetKeys(model),
  ]);

  public readonly ingressGateways = new Collection<IngressGatewayModel>(() => []);

  public readonly ingressRoutes = new Collection<IngressRouteModel>(model => {
    const { hosts, gateway, pods, opaque, access } = model.route;
    return [
      keyOf('path', model.path),
      keyOf('gateway', model.gateway),
      keyOf('pods', pods.namespace),
      ...(access?.issuers ?? []).map(({ issuer }) => keyOf('issuer', pods.namespace, issuer)),
      ...(access?.provider === undefined ? [] : [keyOf('authorizer', pods.namespace)]),
      ...hosts.map(host => keyOf(opaque ? 'tls' : 'host', gateway, host)),
      ...(opaque?.tcpPort === undefined ? [] : [keyOf('tcp', gateway, opaque.tcpPort)]),
      ...upstreamKeys(model),
      ...targetKeys(model),
    ];
  });

  public readonly ingressDelegates = new Collection<IngressDelegateModel>(({ delegateName }) => [keyOf('name', delegateName)]);

  public readonly destinationPolicies = new Collection<DestinationPolicyModel>(({ policy }) => [keyOf('host', policy.host)]);

  public readonly telemetries = new Collection<TelemetryModel>(({ workload }) => [keyOf('pods', workload.namespace)]);

  public readonly egressLocks = new Collection<EgressLockModel>(() => []);

  public readonly egressAdmissions = new Collection<EgressAdmissionModel>(({ lock }) => [keyOf('lock', lock)]);

  public readonly sidecarScopes = new Collection<SidecarScopeModel>(({ namespace }) => [keyOf('namespace', namespace)]);
}
