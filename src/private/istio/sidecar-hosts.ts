import { EVERY_NAMESPACE } from '../basics/names';
import { AppModel } from '../model/app-model';
import { homeOf } from '../model/at-waypoints';
import { meshRoute } from '../model/egress-route';
import { LegOneIntent } from '../model/leg-one';
import { legsOf } from '../model/legs';
import { needsListener, routesFrom } from '../model/visibility';

/** A host, as `egress.hosts` of a Sidecar lists it. */
export interface ListedHost {
  /** The namespace of the object that has the host: `*` if only another app knows it. */
  readonly namespace: string;
  readonly host: string;
}

/** A host of which the sidecars of a namespace must know. */
export interface SidecarHost extends ListedHost {
  /** The port that is connected to. */
  readonly port: number;
  /** The path of the construct that needs it. */
  readonly neededBy: string;
}

/**
 * What the sidecars of a namespace must know so that the routes of the app work from there. With a VirtualService, Istio takes in the clusters to
 * which it leads, but no listeners: these come from the service itself or, where sidecars do not know it, from the name of leg 1. Without any,
 * requests leave by themselves, in clear text, wherever the mesh lets unknown hosts pass.
 */
export function hostsForSidecars(app: AppModel, namespace: string): SidecarHost[] {
  return [
    ...legsOfSidecars(app, namespace).flatMap(leg => hostsOfLegOne(app, leg)),
    ...app.externalServices.with('direct', namespace).flatMap(({ path, namespace: declaredIn, service: { hosts, ports } }) => (
      hosts.flatMap(host => ports.map(({ number }) => ({ namespace: declaredIn, host, port: number, neededBy: path })))
    )),
  ];
}

/** The destination of leg 1, and the route with which sidecars learn of it. */
export interface Entrance extends SidecarHost { readonly route: ListedHost }

/** What else counts if a Sidecar has listeners for ports: with a route, a listener takes in only destinations on its own port. */
export function entrancesForSidecars(app: AppModel, namespace: string): Entrance[] {
  return legsOfSidecars(app, namespace).flatMap(({ leg, neededBy, routedIn }) => legsOf(leg).map(({ host, entrance }) => (
    { namespace: leg.gateway.namespace, host: entrance.host, port: entrance.port!, neededBy, route: { namespace: routedIn, host } }
  )));
}

function legsOfSidecars(app: AppModel, namespace: string): RoutedLeg[] {
  return [
    ...routesFrom(app, namespace).map(({ path, route, service }) => {
      const isShared = [namespace, EVERY_NAMESPACE].some(one => route.sharedLegNamespaces.includes(one));
      return { neededBy: path, leg: route, service, routedIn: isShared ? meshRoute(route).namespace : namespace };
    }),
    ...app.egressCallers.with('caller', namespace).map(({ path, leg, service }) => ({ neededBy: path, leg, service, routedIn: namespace })),
  ];
}

/** The namespaces whose sidecars must know something. */
export function namespacesOfSidecars(app: AppModel): string[] {
  return [...new Set([
    ...app.egressRoutes.all().flatMap(({ route }) => route.callerNamespaces),
    ...app.egressCallers.all().map(({ namespace }) => namespace),
    ...app.externalServices.all().filter(({ direct }) => direct).flatMap(({ namespace, exportTo }) => [namespace, ...exportTo]),
  ])];
}

/** Leg 1 of a route, as the sidecars of one namespace have it. */
interface RoutedLeg {
  readonly neededBy: string;
  readonly leg: LegOneIntent;
  /** The path of the service. */
  readonly service: string;
  /** The namespace of the VirtualService that sidecars read. */
  readonly routedIn: string;
}

function hostsOfLegOne(app: AppModel, { neededBy, leg, service, routedIn }: RoutedLeg): SidecarHost[] {
  const [declared] = app.externalServices.with('path', service);
  const declaredIn = !declared || declared.imported ? '*' : homeOf(app, declared);
  return legsOf(leg).flatMap(({ host, port: { number: port }, entrance }) => {
    const listener = needsListener(leg.service) ? { namespace: declaredIn, host } : { namespace: leg.gateway.namespace, host: entrance.host };
    return [{ namespace: routedIn, host, port, neededBy }, { ...listener, port, neededBy }];
  });
}
