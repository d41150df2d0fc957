import { AppModel, EgressGatewayModel, EgressLockModel, EgressRouteModel, ExternalServiceModel } from '../model/app-model';
import { legOneOf } from '../model/leg-one';
import { hasPart, LockFindingModel, LockIntent, LockPart, PeerIntent } from '../model/lock';
import { callersOf, directFrom, gatewayAt, lockedBy } from '../model/locked';
import { networkTargets } from '../model/network';

const OBJECTS: { readonly [K in LockPart]: string } = {
  sidecar: 'Sidecar', networkPolicy: 'NetworkPolicy', gatewayNetworkPolicy: 'NetworkPolicy of the gateway', peerAuthentication: 'PeerAuthentication', telemetry: 'Telemetry',
};

/** What holds each way out of a locked namespace, by what the mesh tests saw. */
const HELD: readonly (readonly [wayOut: string, by: readonly LockPart[]])[] = [
  ['HTTP, TLS and TCP to undeclared hosts by the sidecar', ['sidecar', 'networkPolicy']],
  ['connections around the sidecar: user 1337, excluded ports and addresses, pods without one', ['networkPolicy']],
  ['UDP, QUIC and, where the network plugin judges it, ICMP', ['networkPolicy']],
  ['name servers outside, and metadata of the cloud', ['networkPolicy']],
  ['relays in namespaces that are not called, ingress gateways among them', ['networkPolicy']],
  ['clear text from clients without a sidecar, on the way in', ['peerAuthentication']],
];

const ADMISSION = 'only admission control can refuse it';
/** What none of the objects holds. */
const NEVER_HELD: readonly (readonly [wayOut: string, because: string])[] = [
  ['pods in the network of their node (hostNetwork)', `NetworkPolicies do not apply to them; ${ADMISSION}`],
  ['NetworkPolicies with egress, created in the namespace by others', `NetworkPolicies add up; ${ADMISSION}`],
  ['packets under the address of another pod (NET_ADMIN, NET_RAW)', `NetworkPolicies judge by addresses; ${ADMISSION}`],
  ['requests of istiod, by the address of keys in a RequestAuthentication of others', `istiod fetches them itself; ${ADMISSION}`],
  ['names that are asked of the resolver of the cluster', 'whoever serves the zone reads them'],
];

const HELD_AT_GATEWAY = ['pods of other namespaces than those of callers', 'its other ports, such as that of its administration', 'ports that no route declares, and the ranges of the cluster'];

/** All ways out of what a lock is about, from the model alone. */
export function lockReport(app: AppModel, model: EgressLockModel, scopedGateways: boolean): LockFindingModel[] {
  const { lock } = model;
  const namespaces = lockedBy(app, model);
  const everywhere = app.egressLocks.all().flatMap(other => lockedBy(app, other));
  const gateway = gatewayAt(app, model.gateway);
  return [
    ...namespaces.flatMap(namespace => [
      ...HELD.map(([wayOut, by]) => held(namespace, wayOut, by, lock)),
      ...app.egressRoutes.with('caller', namespace).flatMap(route => routed(namespace, route)),
      ...directFrom(app, namespace).flatMap(service => direct(namespace, service)),
      ...lock.calls.filter(peer => peer.namespace !== namespace).map(peer => called(namespace, peer, everywhere.includes(peer.namespace))),
      ...lock.kubeApi ? [open(namespace, 'the Kubernetes API server', 'whoever may do enough there starts pods elsewhere')] : [],
      ...NEVER_HELD.map(([wayOut, because]) => open(namespace, wayOut, because)),
    ]),
    ...gateway ? atGateway(model, gateway, scopedGateways) : [],
    ...callersOf(app, model).filter(caller => !everywhere.includes(caller)).map(caller => open(caller, 'everything', 'it calls by the gateway, and no lock of this app covers it')),
  ];
}

function open(namespace: string, wayOut: string, because: string): LockFindingModel {
  return { namespace, wayOut, state: 'OPEN', because };
}

function held(namespace: string, wayOut: string, parts: readonly LockPart[], lock: LockIntent): LockFindingModel {
  const there = parts.filter(part => hasPart(lock, part) && !(part === 'sidecar' && lock.phase === 'OBSERVE'));
  if (there.length > 0) return { namespace, wayOut, state: 'CLOSED', because: there.map(part => OBJECTS[part]).join(', ') };
  const omitted = parts.flatMap(part => (lock.omits[part] === undefined ? [] : [`omit.${part}: ${lock.omits[part]}`]));
  return open(namespace, wayOut, omitted.length === parts.length ? omitted.join('; ') : 'the lock only observes');
}

function routed(namespace: string, { path, route }: EgressRouteModel): LockFindingModel[] {
  const hosts = route.service.hosts.join(', ');
  const legs = new Set(route.service.ports.map(port => legOneOf(route, port)));
  return [
    { namespace, wayOut: hosts, state: 'ALLOWED', because: `${path}, by the gateway` },
    ...legs.has('own') ? [open(namespace, `what is inside connections to ${hosts}`, `the gateway does not read them (${path}), so that a host behind the same addresses may be meant`)] : [],
    ...legs.has('passthrough') ? [open(namespace, `what is inside connections to ${hosts}`, `the gateway neither reads them nor knows who sends them (${path}, PASSTHROUGH)`)] : [],
    ...legs.has('plaintext') ? [open(namespace, `requests of others to ${hosts}`, `the gateway does not know who sends them (${path}, plaintext leg 1)`)] : [],
  ];
}

function direct(namespace: string, { path, service }: ExternalServiceModel): LockFindingModel[] {
  const hosts = service.hosts.join(', ');
  const unknown = networkTargets(service).filter(({ blocks, pods }) => !blocks && !pods).flatMap(({ ports }) => ports);
  return [
    { namespace, wayOut: hosts, state: 'ALLOWED', because: `${path}, a direct service` },
    ...unknown.length > 0 ? [open(namespace, `connections around the sidecar to any address outside of the cluster, port ${[...new Set(unknown)].join(', ')}`, `NetworkPolicies know no names, and ${path} has no addresses`)] : [],
  ];
}

function called(namespace: string, { namespace: other, service }: PeerIntent, isLocked: boolean): LockFindingModel {
  const wayOut = service === undefined ? `pods of ${other}` : `Service ${service} of ${other}`;
  if (isLocked) return { namespace, wayOut, state: 'ALLOWED', because: 'it is called, and locked itself' };
  return open(namespace, wayOut, 'it is called, but no lock of this app covers it: it may pass traffic on');
}

function atGateway({ lock }: EgressLockModel, gateway: EgressGatewayModel, scoped: boolean): LockFindingModel[] {
  const { gateway: { namespace }, imported, undeclaredReason } = gateway;
  const undeclared = 'traffic that no route declares, through the gateway';
  return [
    ...HELD_AT_GATEWAY.map(wayOut => held(namespace, wayOut, ['gatewayNetworkPolicy'], lock)),
    imported ? open(namespace, undeclared, 'the app that declares the gateway decides')
      : undeclaredReason === undefined ? { namespace, wayOut: undeclared, state: 'CLOSED', because: 'AuthorizationPolicies of the gateway and its routes' }
        : open(namespace, undeclared, undeclaredReason),
    scoped ? { namespace, wayOut: 'Gateways of other namespaces for the name of leg 1', state: 'CLOSED', because: 'PILOT_SCOPE_GATEWAY_TO_NAMESPACE' }
      : open(namespace, 'Gateways of other namespaces for the name of leg 1', ADMISSION),
    open(namespace, 'older ServiceEntries for declared hosts', `gateways take the older one; ${ADMISSION}`),
  ];
}
