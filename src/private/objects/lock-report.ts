import { EVERY_NAMESPACE } from '../basics/names';
import { AppModel, DirectRouteModel, EgressLockModel, EgressRouteModel, ExternalServiceModel, WaypointRouteModel } from '../model/app-model';
import { waypointRoutesFrom } from '../model/at-waypoints';
import { isHttp } from '../model/external-service';
import { legOneOf } from '../model/leg-one';
import { hasPart, LockFindingModel, LockIntent, LockPart, PeerIntent } from '../model/lock';
import { callersOf, directFrom, LockedGateway, lockedBy, lockedGateway, NamespaceBehind, namespacesBehind } from '../model/locked';
import { networkTargets } from '../model/network';
import { routesFrom } from '../model/visibility';

/** What closes a way out: a part of the lock, its ClusterNetworkPolicies, or admission control; with users, if that also refuses pods that may run as root. */
type Closer = LockPart | 'clusterNetworkPolicy' | 'admission' | 'admission with users';

const OBJECTS: { readonly [K in Closer]: string } = {
  'sidecar': 'Sidecar',
  'networkPolicy': 'NetworkPolicy',
  'gatewayNetworkPolicy': 'NetworkPolicy of the gateway',
  'peerAuthentication': 'PeerAuthentication',
  'telemetry': 'Telemetry',
  'clusterNetworkPolicy': 'ClusterNetworkPolicy',
  'admission': 'EgressAdmission',
  'admission with users': 'EgressAdmission',
};

/** A way out, and what holds it by what the mesh tests saw. */
interface WayOut {
  readonly wayOut: string;
  readonly by: readonly Closer[];
  /** Why nothing but admission control can close it, where that is so. */
  readonly unheld?: string;
}

const WAYS_OUT: readonly WayOut[] = [
  { wayOut: 'HTTP, TLS and TCP to undeclared hosts by the sidecar', by: ['sidecar', 'networkPolicy'] },
  { wayOut: 'connections around the sidecar: user 1337, excluded ports and addresses, pods without one', by: ['networkPolicy', 'admission with users'] },
  { wayOut: 'UDP, QUIC and, where the network plugin judges it, ICMP', by: ['networkPolicy'] },
  { wayOut: 'name servers outside, and metadata of the cloud', by: ['networkPolicy'] },
  { wayOut: 'relays in namespaces that are not called, ingress gateways among them', by: ['networkPolicy'] },
  { wayOut: 'Sidecar, ServiceEntry, EnvoyFilter and the like, created in the namespace by others', by: ['networkPolicy', 'admission'] },
  { wayOut: 'clear text from clients without a sidecar, on the way in', by: ['peerAuthentication'] },
];

/** What workloads without sidecars could try. Nothing of an ambient mesh refuses what is not declared. */
const WAYS_OUT_OF_AMBIENT: readonly WayOut[] = [
  'HTTP, TLS and TCP to undeclared hosts, which ztunnel passes on',
  'UDP, QUIC and, where the network plugin judges it, ICMP',
  'name servers outside, and metadata of the cloud',
  'relays in namespaces that are not called, ingress gateways among them',
  'ServiceEntries of others that lead past the waypoint, and pods that are taken out of the mesh',
].map(wayOut => ({ wayOut, by: ['networkPolicy'] }));

const ONLY_ADMITTED: readonly WayOut[] = [
  { wayOut: 'pods in the network of their node (hostNetwork)', by: ['admission'], unheld: 'NetworkPolicies do not apply to them' },
  { wayOut: 'NetworkPolicies with egress, created in the namespace by others', by: ['clusterNetworkPolicy', 'admission'], unheld: 'NetworkPolicies add up' },
  { wayOut: 'packets under the address of another pod (NET_ADMIN, NET_RAW)', by: ['admission with users'], unheld: 'NetworkPolicies judge by addresses' },
  { wayOut: 'requests of istiod, by the address of keys in a RequestAuthentication of others', by: ['admission'], unheld: 'istiod fetches them itself' },
];

const OTHER_CALLERS: WayOut = { wayOut: 'pods of other namespaces than those of callers', by: ['gatewayNetworkPolicy'] };
const AT_GATEWAY: readonly WayOut[] = [
  'its other ports, such as that of its administration', 'ports that no route declares, and the ranges of the cluster',
].map(wayOut => ({ wayOut, by: ['gatewayNetworkPolicy'] }));

/** A lock, and what the API server refuses for it. */
interface Reported {
  readonly lock: LockIntent;
  readonly admission: Admission;
}

/** `WATCHES` while the lock observes; `REFUSES` pods that may run as root only with users. */
type Admission = 'NONE' | 'WATCHES' | 'REFUSES' | 'REFUSES USERS';

/** All ways out of what a lock is about, from the model alone. */
export function lockReport(app: AppModel, model: EgressLockModel, scopedGateways: boolean): LockFindingModel[] {
  const { lock } = model;
  const namespaces = lockedBy(app, model);
  const everywhere = app.egressLocks.all().flatMap(other => lockedBy(app, other));
  const gateway = lockedGateway(app, model.gateway);
  const reported = { lock, admission: admissionOf(app, [model]) };
  return [
    ...namespaces.flatMap(namespace => [
      ...(lock.atWaypoint ? WAYS_OUT_OF_AMBIENT : WAYS_OUT).map(wayOut => held(namespace, wayOut, reported)),
      ...lock.atWaypoint ? [open(namespace, 'clear text from clients outside of the mesh, on the way in', 'a lock at a waypoint has no PeerAuthentication')] : [],
      ...routesFrom(app, namespace).flatMap(route => routed(namespace, route)),
      ...waypointRoutesFrom(app, namespace).flatMap(route => routedByWaypoint(namespace, route)),
      ...directFrom(app, namespace).flatMap(service => direct(namespace, service)),
      ...lock.calls.filter(peer => peer.namespace !== namespace).map(peer => called(namespace, peer, everywhere.includes(peer.namespace))),
      ...hasPart(lock, 'networkPolicy') ? behind(namespace, uncalled(lock, app.directRoutes.with('caller', namespace)), everywhere) : [],
      ...lock.kubeApi ? [open(namespace, 'the Kubernetes API server', 'whoever may do enough there starts pods elsewhere')] : [],
      ...ONLY_ADMITTED.map(wayOut => held(namespace, wayOut, reported)),
      ...earlier(namespace, 'pods and objects that were there before EgressAdmission', reported.admission),
      open(namespace, 'names that are asked of the resolver of the cluster', 'whoever serves the zone reads them'),
    ]),
    ...gateway ? atGateway(app, model, gateway, scopedGateways, everywhere) : [],
    ...besides(app, namespaces),
    ...callersOf(app, model).filter(caller => !everywhere.includes(caller)).map(caller => open(caller, 'everything', caller === EVERY_NAMESPACE
      ? 'every namespace may call by the gateway, and locks cover only some' : 'it calls by the gateway, and no lock of this app covers it')),
  ];
}

/** What the API server refuses for one of these locks. */
function admissionOf(app: AppModel, locks: readonly EgressLockModel[]): Admission {
  const admissions = locks.flatMap(({ path, lock }) => (
    app.egressAdmissions.with('lock', path).map(({ refusesUsers }) => ({ phase: lock.phase, refusesUsers }))
  ));
  const enforced = admissions.filter(({ phase }) => phase === 'ENFORCE');
  if (enforced.length === 0) return admissions.length === 0 ? 'NONE' : 'WATCHES';
  return enforced.some(({ refusesUsers }) => refusesUsers) ? 'REFUSES USERS' : 'REFUSES';
}

function open(namespace: string, wayOut: string, because: string): LockFindingModel {
  return { namespace, wayOut, state: 'OPEN', because };
}

function closed(namespace: string, wayOut: string, because: string): LockFindingModel {
  return { namespace, wayOut, state: 'CLOSED', because };
}

function held(namespace: string, { wayOut, by, unheld }: WayOut, { lock, admission }: Reported): LockFindingModel {
  const there = by.filter(closer => closes(closer, lock, admission));
  if (there.length > 0) return closed(namespace, wayOut, there.map(closer => OBJECTS[closer]).join(', '));
  if (unheld !== undefined) return open(namespace, wayOut, `${unheld}; ${notAdmitted(by, admission)}`);
  const parts = by.filter(isPart);
  const omitted = parts.flatMap(part => (lock.omits[part] === undefined ? [] : [`omit.${part}: ${lock.omits[part]}`]));
  return open(namespace, wayOut, omitted.length === parts.length ? omitted.join('; ') : 'the lock only observes');
}

function isPart(closer: Closer): closer is LockPart {
  return closer !== 'clusterNetworkPolicy' && closer !== 'admission' && closer !== 'admission with users';
}

function closes(closer: Closer, lock: LockIntent, admission: Admission): boolean {
  if (isPart(closer)) return hasPart(lock, closer) && !(closer === 'sidecar' && lock.phase === 'OBSERVE');
  if (closer === 'clusterNetworkPolicy') return lock.clusterPriority !== undefined && hasPart(lock, 'networkPolicy');
  return admission === 'REFUSES USERS' || (admission === 'REFUSES' && closer === 'admission');
}

function notAdmitted(by: readonly Closer[], admission: Admission): string {
  if (admission === 'NONE') return 'only admission control can refuse it';
  if (admission === 'WATCHES' || !by.includes('admission with users')) return 'EgressAdmission only warns while the lock observes';
  return 'EgressAdmission refuses capabilities that are added, but some runtimes give NET_RAW to all that runs as root: only `podUsers: PodUsers.REFUSE` keeps it out';
}

/** The API server judges what is written from then on. */
function earlier(namespace: string, wayOut: string, admission: Admission): LockFindingModel[] {
  if (admission === 'NONE' || admission === 'WATCHES') return [];
  return [open(namespace, wayOut, 'the API server judges only what is written from then on')];
}

/** Of what is called, there are rows already. */
function uncalled({ clusterDomain, calls }: LockIntent, routes: readonly DirectRouteModel[]): NamespaceBehind[] {
  const whole = calls.filter(({ pods }) => pods === undefined).map(({ namespace }) => namespace);
  return namespacesBehind(routes, clusterDomain).filter(({ namespace }) => !whole.includes(namespace));
}

/** What NetworkPolicies open for rules that lead to Services. */
function behind(namespace: string, opened: readonly NamespaceBehind[], locked: readonly string[]): LockFindingModel[] {
  const paths = new Map(opened.filter(({ namespace: other }) => other !== namespace).map(one => [one.namespace, one.path]));
  return [...paths].map(([other, path]) => {
    const why = `${path} leads to a Service there, and a NetworkPolicy opens the whole namespace, because the route names no pods`;
    if (locked.includes(other)) return { namespace, wayOut: `pods of ${other}`, state: 'ALLOWED', because: `${why}; it is locked itself` };
    return open(namespace, `pods of ${other}`, `${why}; no lock of this app covers it: it may pass traffic on`);
  });
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

function routedByWaypoint(namespace: string, { path, route: { service } }: WaypointRouteModel): LockFindingModel[] {
  const hosts = service.hosts.join(', ');
  const isRead = service.ports.every(isHttp);
  return [
    { namespace, wayOut: hosts, state: 'ALLOWED', because: `${path}, by the waypoint` },
    ...isRead ? [] : [open(namespace, `what is inside connections to ${hosts}`, `the waypoint does not read them (${path}), so that a host behind the same addresses may be meant`)],
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

function atGateway(app: AppModel, model: EgressLockModel, gateway: LockedGateway, scoped: boolean, locked: string[]): LockFindingModel[] {
  const { lock } = model;
  const { namespace, imported, undeclaredReason } = gateway;
  const routes = [...app.egressRoutes.with('gateway', model.gateway), ...app.waypointRoutes.with('gateway', model.gateway)];
  const undeclared = 'traffic that no route declares, through the gateway';
  const reported = { lock, admission: admissionOf(app, app.egressLocks.all().filter(other => other.gateway === model.gateway)) };
  return [
    ...(callersOf(app, model).includes(EVERY_NAMESPACE) ? [] : [OTHER_CALLERS]).map(wayOut => held(namespace, wayOut, reported)),
    ...AT_GATEWAY.map(wayOut => held(namespace, wayOut, reported)),
    ...hasPart(lock, 'gatewayNetworkPolicy') ? behind(namespace, namespacesBehind(routes, lock.clusterDomain), locked) : [],
    imported ? open(namespace, undeclared, 'the app that declares the gateway decides')
      : undeclaredReason === undefined ? closed(namespace, undeclared, 'AuthorizationPolicies of the gateway and its routes')
        : open(namespace, undeclared, undeclaredReason),
    ...lock.atWaypoint ? [] : byOthers(namespace, scoped, reported),
  ];
}

/** The waypoints through which namespaces also call, where no lock is for these. */
function besides(app: AppModel, namespaces: string[]): LockFindingModel[] {
  const locked = app.egressLocks.all().map(({ gateway }) => gateway);
  const routes = namespaces.flatMap(namespace => waypointRoutesFrom(app, namespace)).filter(({ gateway }) => !locked.includes(gateway));
  return [...new Map(routes.map(({ route: { waypoint } }) => [`${waypoint.namespace}/${waypoint.gateway}`, waypoint])).values()]
    .map(({ namespace, gateway }) => open(namespace, `everything, from the pods of the waypoint ${gateway}`, 'no lock of this app covers them: its AuthorizationPolicies alone say what it forwards'));
}

/** What selects the pods of a gateway for sidecars, or leads them elsewhere. */
function byOthers(namespace: string, scoped: boolean, reported: Reported): LockFindingModel[] {
  const strangers = 'Gateways of other namespaces for the name of leg 1';
  return [
    scoped ? closed(namespace, strangers, 'PILOT_SCOPE_GATEWAY_TO_NAMESPACE')
      : held(namespace, { wayOut: strangers, by: ['admission'], unheld: 'they select the same pods' }, reported),
    held(namespace, { wayOut: 'older ServiceEntries for declared hosts', by: ['admission'], unheld: 'gateways take the older one' }, reported),
    ...earlier(namespace, `ServiceEntries of other namespaces from before EgressAdmission or the route of their host${scoped ? '' : ', and Gateways from before EgressAdmission'}`, reported.admission),
  ];
}
