import { AppModel } from './app-model';
import { WorkloadFacts } from './gateway';
import { gatewaysManagedWith } from './managed-gateway';
import { WaypointFacts } from './waypoint';

/** The headers of the mesh that routes through an egress gateway on these pods keep; undefined where there is none. */
export function keptOnPods(app: AppModel, managed: WorkloadFacts): string[] | undefined {
  const gateways = gatewaysManagedWith(app.egressGateways.all(), managed);
  if (gateways.length === 0) return undefined;
  return gateways.flatMap(({ path }) => app.egressRoutes.with('gateway', path)).flatMap(({ route }) => route.keepHeaders);
}

export function keptAtWaypoint(app: AppModel, { namespace, gateway }: WaypointFacts): string[] {
  const routes = app.waypointRoutes.all().map(({ route }) => route);
  return routes.filter(({ waypoint }) => waypoint.namespace === namespace && waypoint.gateway === gateway).flatMap(({ keepHeaders }) => keepHeaders);
}
