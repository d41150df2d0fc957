import { overlap, readAddress } from '../basics/addresses';
import { Refusal, Refuse } from '../basics/errors';
import { covers, isWildcard } from '../basics/hosts';
import { AppModel, ExternalServiceModel, WaypointRouteModel } from '../model/app-model';
import { ambientCallers, isAlsoAtWaypoint, servicesAtWaypoints, waypointOf } from '../model/at-waypoints';
import { keyOf } from '../model/collection';
import { isHttp, Port } from '../model/external-service';
import { Labels } from '../model/labels';
import { sidecarsOf } from '../model/visibility';
import { USE_WAYPOINT, WaypointFacts } from '../model/waypoint';

/** A host has one route through one waypoint. */
export function checkWaypointRouteConflicts({ service, route }: WaypointRouteModel, app: AppModel, refuse: Refuse): void {
  route.service.hosts.forEach((host, i) => {
    const [other] = app.waypointRoutes.with('host', host);
    if (!other) return;
    const { namespace, gateway } = other.route.waypoint;
    const at = { prop: `service.hosts[${i}]`, got: host, allowed: `hosts that ${other.path} does not route through ${namespace}/${gateway}` };
    if (other.service === service) refuse({ code: 'HostAlreadyRouted', ...at, fix: `add the callers of this route to ${other.path}` });
    refuse({ code: 'WaypointHostConflict', ...at, fix: `add the ports to ${other.service}, and the callers of this route to ${other.path}` });
  });
}

/** What is wrong with a service because of waypoints, once all constructs of the app are known. */
export function waypointRefusals(app: AppModel, model: ExternalServiceModel): Refusal[] {
  const waypoint = waypointOf(app, model.path);
  if (!waypoint) return model.direct ? [...withoutProxy(app, model)] : [];
  return [
    ...otherUsers(app, model, waypoint),
    ...otherDeclarations(app, model),
    ...widerHosts(app, model, waypoint),
    ...sharedAddresses(app, model),
    ...ownLabel(model),
  ];
}

/** The ServiceEntry stands in the namespace of one waypoint, and only that knows it. It would read the VirtualService of a caller there as well. */
function otherUsers(app: AppModel, { path, service: { hosts } }: ExternalServiceModel, waypoint: WaypointFacts): Refusal[] {
  const key = keyOf('service', path);
  const isHere = ({ namespace, gateway }: WaypointFacts) => namespace === waypoint.namespace && gateway === waypoint.gateway;
  const elsewhere = app.waypointRoutes.with(key).filter(({ route }) => !isHere(route.waypoint));
  const sidecars = app.egressRoutes.with(key).filter(route => !isAlsoAtWaypoint(app, route));
  const callers = app.egressCallers.with(key).filter(({ namespace }) => namespace === waypoint.namespace);
  const [other] = [...sidecars, ...callers, ...app.ingressRoutes.with(key), ...elsewhere];
  if (!other) return [];
  return [{ code: 'WaypointHostConflict', prop: 'hosts', got: hosts, allowed: `hosts that only routes through ${waypoint.namespace}/${waypoint.gateway} lead to; ${other.path} leads to them too`, fix: 'lead to a service through one gateway' }];
}

/** Ztunnel prefers the ServiceEntry of the caller's own namespace, and then the oldest. */
function otherDeclarations(app: AppModel, { path, service: { hosts } }: ExternalServiceModel): Refusal[] {
  return hosts.flatMap((host, i) => {
    const other = app.externalServices.with('anywhere', host).find(one => one.path !== path);
    if (!other) return [];
    return [{ code: 'WaypointHostConflict' as const, prop: `hosts[${i}]`, got: host, allowed: `hosts that no other service of the App declares; ${other.path} declares this one`, fix: 'declare each host once, with all of its ports, and lead to it through one waypoint' }];
  });
}

/** Istio gives the routes of both hosts to either of them. Those of requests ask for their Host header, but for a connection without a server name, nothing tells. */
function widerHosts(app: AppModel, { path: own, service: { hosts, ports } }: ExternalServiceModel, { namespace }: WaypointFacts): Refusal[] {
  const beside = servicesAtWaypoints(app).filter(({ path }) => waypointOf(app, path)!.namespace === namespace);
  const isTunnelled = (path: string, { protocol }: Port) => protocol === 'TCP' && app.waypointRoutes.with('service', path).some(({ service, route }) => service === path && route.proxy);
  return hosts.flatMap((host, i) => beside.flatMap(({ path, service: other }) => {
    const wide = other.hosts.find(one => one !== host && isWildcard(one) && covers(one, host));
    const shared = wide !== undefined && ports.find(port => other.ports.some(one => (
      one.number === port.number && ![one, port].some(isHttp) && (isTunnelled(own, port) || isTunnelled(path, one))
    )));
    if (!shared) return [];
    return [{ code: 'WaypointWildcardConflict' as const, prop: `hosts[${i}]`, got: host, allowed: `hosts that ${wide} of ${path} does not cover on port ${shared.number}, where a forward proxy connects by the port alone, through waypoints in ${namespace}`, fix: 'lead to one of the two through a waypoint in another namespace' }];
  }));
}

function sharedAddresses(app: AppModel, { path, service: { hosts, addresses } }: ExternalServiceModel): Refusal[] {
  if (addresses.length === 0) return [];
  if (hosts.length > 1) {
    return [{ code: 'WaypointAddressConflict', prop: 'addresses', got: addresses, allowed: `addresses for one host; the service has ${hosts.join(', ')}`, fix: 'leave them out, because istiod allocates one to each host, or declare each host in a service of its own' }];
  }
  const own = addresses.map(address => readAddress(address)!);
  for (const other of servicesAtWaypoints(app)) {
    if (other.path >= path) continue;
    const blocks = other.service.addresses.map(address => readAddress(address)!);
    const index = own.findIndex(block => blocks.some(one => overlap(one, block)));
    if (index >= 0) return [{ code: 'WaypointAddressConflict', prop: `addresses[${index}]`, got: addresses[index], allowed: `addresses that ${other.path} does not have`, fix: 'give each host addresses of its own, or leave them out to have one allocated' }];
  }
  return [];
}

function ownLabel({ metadata: { labels } }: ExternalServiceModel): Refusal[] {
  const set: Labels = labels ?? {};
  if (!(USE_WAYPOINT in set)) return [];
  return [{ code: 'WaypointOptionUnused', prop: `metadata.labels[${USE_WAYPOINT}]`, got: set[USE_WAYPOINT], allowed: 'no such label: the gateway of the route decides', fix: 'leave it out' }];
}

/** Ztunnel passes connections on as they are: clear text would go to a TLS port. */
function withoutProxy(app: AppModel, model: ExternalServiceModel): Refusal[] {
  const { path, service: { ports, traffic }, proxy } = model;
  const [route] = app.directRoutes.with('service', path);
  const need = ports.some(({ tls }) => tls) ? 'TLS origination' : traffic ? 'traffic policies' : proxy !== undefined ? 'a forward proxy' : route && `the rules of ${route.path}`;
  if (need === undefined) return [];
  const callers = ambientCallers(app);
  const namespace = sidecarsOf(app, model).find(viewer => callers.has(viewer));
  if (namespace === undefined) return [];
  return [{ code: 'DirectInAmbient', prop: 'direct', got: `${need} in ${namespace}`, allowed: `services to which applications connect as they are, because ${namespace} calls by a waypoint, and its workloads have no sidecars`, fix: 'route the service through the waypoint' }];
}
