import { AppModel, EgressRouteModel, ExternalServiceModel, WaypointRouteModel } from './app-model';
import { MANAGED_BY } from './labels';
import { Pods } from './pods';
import { namespacesCalling, WaypointFacts } from './waypoint';
import { patternsOver } from '../basics/host-index';
import { covers, isWildcard } from '../basics/hosts';
import { EVERY_NAMESPACE } from '../basics/names';

/** The waypoint through which routes of the app lead to the service of a path, or to others by way of it. */
export function waypointOf(app: AppModel, service: string): WaypointFacts | undefined {
  return app.waypointRoutes.with('service', service)[0]?.route.waypoint;
}

/** The namespace of the ServiceEntry of a service. */
export function homeOf(app: AppModel, { path, namespace }: ExternalServiceModel): string {
  return waypointOf(app, path)?.namespace ?? namespace;
}

/** Whether a route for sidecars is one half of a route that leads through a waypoint as well. */
export function isAlsoAtWaypoint(app: AppModel, { path }: EgressRouteModel): boolean {
  return app.waypointRoutes.with('path', path).length > 0;
}

/** How a host at a waypoint and those of other services of the app cover each other. */
export interface Overlap {
  /** Whether a wildcard of another route through waypoints of the namespace covers it: Istio reads the routes of both for either. */
  readonly isCovered: boolean;
  /** The hosts under it, if it is a wildcard, that are declared for gateways: they have callers of their own. */
  readonly narrower: string[];
}

export function overlapOf(app: AppModel, { namespace }: WaypointFacts, host: string): Overlap {
  const isHere = ({ route }: WaypointRouteModel) => route.waypoint.namespace === namespace;
  return {
    isCovered: patternsOver(host).some(pattern => pattern !== host && app.waypointRoutes.with('host', pattern).some(isHere)),
    narrower: isWildcard(host) ? narrowerHosts(app, host) : [],
  };
}

function narrowerHosts(app: AppModel, wildcard: string): string[] {
  const services = [...app.egressRoutes.all().map(({ route }) => route.service), ...servicesAtWaypoints(app).map(({ service }) => service)];
  const hosts = services.flatMap(service => service.hosts).filter(host => host !== wildcard && covers(wildcard, host));
  return [...new Set(hosts)].sort();
}

/** The namespaces whose workloads call by waypoints, because of routes in the app. */
export function ambientCallers(app: AppModel): Set<string> {
  return new Set(app.waypointRoutes.all().flatMap(({ route }) => namespacesCalling(route)));
}

/** The routes through waypoints by which workloads of a namespace may call. */
export function waypointRoutesFrom(app: AppModel, namespace: string): WaypointRouteModel[] {
  return [...new Set([namespace, EVERY_NAMESPACE].flatMap(caller => app.waypointRoutes.with('caller', caller)))];
}

/** The pods that istiod makes of a waypoint. */
export function podsOfWaypoint({ namespace, gateway }: WaypointFacts): Pods {
  return { namespace, selector: { [MANAGED_BY]: gateway } };
}

/** All services of the app that a waypoint serves. */
export function servicesAtWaypoints(app: AppModel): ExternalServiceModel[] {
  return app.externalServices.all().filter(({ path }) => waypointOf(app, path) !== undefined);
}
