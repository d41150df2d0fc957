import { AppModel, DirectRouteModel, EgressGatewayModel, EgressLockModel, ExternalServiceModel } from './app-model';
import { podsOfWaypoint } from './at-waypoints';
import { CallerIdentity } from './egress-route';
import { LegOneIntent } from './leg-one';
import { Pods } from './pods';
import { callerNamespacesOf, callersThrough, sidecarsOf } from './visibility';
import { EVERY_NAMESPACE } from '../basics/names';

export function gatewayAt(app: AppModel, path: string): EgressGatewayModel | undefined {
  return app.egressGateways.with('path', path)[0];
}

/** What a lock must know of its gateway, on pods of its own or a waypoint. */
export interface LockedGateway extends Pods {
  readonly path: string;
  readonly imported: boolean;
  /** Namespaces of callers whose routes other apps declare. */
  readonly exportTo: string[];
  /** Why what no route declares is let through, where it is. */
  readonly undeclaredReason?: string;
}

export function lockedGateway(app: AppModel, path: string): LockedGateway | undefined {
  const gateway = gatewayAt(app, path);
  if (gateway) return { ...gateway, ...gateway.gateway };
  const [waypoint] = app.waypoints.with('path', path);
  return waypoint && { ...podsOfWaypoint(waypoint.waypoint), path, imported: waypoint.imported, exportTo: [] };
}

/** The namespaces that a lock locks. That of the gateway cannot be one of them. */
export function lockedBy(app: AppModel, { lock, gateway }: EgressLockModel): string[] {
  if (lock.namespaces) return lock.namespaces;
  const own = lockedGateway(app, gateway)?.namespace;
  return callersThrough(app, gateway).filter(namespace => namespace !== own && namespace !== EVERY_NAMESPACE);
}

/** The path of another lock, or of a Sidecar scope, that covers a namespace: of two Sidecars for it Istio heeds the older one. */
export function otherCover(app: AppModel, { path }: EgressLockModel, namespace: string): string | undefined {
  const lock = app.egressLocks.all().find(other => other.path !== path && lockedBy(app, other).includes(namespace));
  return (lock ?? app.sidecarScopes.with('namespace', namespace)[0])?.path;
}

/** The namespaces that may call by the gateway of a lock, those of other apps included. */
export function callersOf(app: AppModel, { gateway }: EgressLockModel): string[] {
  const model = lockedGateway(app, gateway);
  return model ? [...new Set(callerNamespacesOf(app, model))].sort() : [];
}

/** How traffic of a namespace gets to gateways; with a service account, only what it may send there, as far as routes of this app say. */
export function callsFrom(app: AppModel, namespace: string, serviceAccount?: string): LegOneIntent[] {
  const isMeant = (caller: CallerIdentity) => caller.namespace === namespace && [undefined, serviceAccount].includes(caller.serviceAccount);
  return [
    ...app.egressRoutes.with('caller', namespace).map(({ route }) => route).filter(({ callers }) => serviceAccount === undefined || callers.some(isMeant)),
    ...app.egressCallers.with('caller', namespace).map(({ leg }) => leg),
  ];
}

/** The services to which sidecars of a namespace go without a gateway. */
export function directFrom(app: AppModel, namespace: string): ExternalServiceModel[] {
  return app.externalServices.all().filter(service => service.direct && sidecarsOf(app, service).includes(namespace));
}

/** The namespace of a Service, by its full name. */
export function namespaceOfService(host: string, clusterDomain: string): string | undefined {
  const end = `.svc.${clusterDomain}`;
  return host.endsWith(end) ? host.slice(0, -end.length).split('.')[1] : undefined;
}

/** A namespace of Services, and the route that leads there. */
export interface NamespaceBehind {
  readonly namespace: string;
  readonly path: string;
}

/** The namespaces of Services to which rules of routes lead. A route names the port of a Service, and neither its pods nor their ports. */
export function namespacesBehind(routes: readonly Pick<DirectRouteModel, 'path' | 'targets'>[], clusterDomain: string): NamespaceBehind[] {
  return routes.flatMap(({ path, targets }) => (
    targets.flatMap(({ host }) => namespaceOfService(host, clusterDomain) ?? []).map(namespace => ({ path, namespace }))
  ));
}
