import { AppModel, EgressRouteModel, ExternalServiceModel } from './app-model';
import { WaypointFacts } from './waypoint';

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

/** The hosts under a wildcard that other services of the app declare for a gateway: they have callers of their own. */
export function narrowerRoutes(app: AppModel, wildcard: string): string[] {
  const routes = [...app.waypointRoutes.all(), ...app.egressRoutes.all()];
  const hosts = routes.flatMap(({ route }) => route.service.hosts).filter(host => host !== wildcard && host.endsWith(wildcard.slice(1)));
  return [...new Set(hosts)].sort();
}

/** The namespaces whose workloads call by waypoints, because of routes in the app. */
export function ambientCallers(app: AppModel): Set<string> {
  return new Set(app.waypointRoutes.all().flatMap(({ route }) => route.grants.flatMap(({ callers }) => callers.map(({ namespace }) => namespace))));
}

/** All services of the app that a waypoint serves. */
export function servicesAtWaypoints(app: AppModel): ExternalServiceModel[] {
  return app.externalServices.all().filter(({ path }) => waypointOf(app, path) !== undefined);
}
