import { isDeepStrictEqual } from 'node:util';
import { AppModel, EgressGatewayModel, EgressRouteModel, ExternalServiceModel, IngressGatewayModel, IngressRouteModel } from './app-model';
import { keyOf } from './collection';
import { isHttp } from './external-service';
import { BoundRoute, ListenedHost } from './listener';
import { Pods, canBeSamePods } from './pods';
import { namespacesCalling } from './waypoint';
import { EVERY_NAMESPACE } from '../basics/names';

/** The namespaces whose proxies must know an external service. */
export function namespacesSeeing(app: AppModel, { path, direct, namespace, exportTo }: ExternalServiceModel): string[] {
  const key = keyOf('service', path);
  return [
    ...exportTo,
    ...(direct ? [namespace] : []),
    ...gatewayNamespacesOf(app, path),
    ...app.egressRoutes.with(key)
      .filter(({ service, route }) => service === path && needsListener(route.service)).flatMap(({ route }) => route.callerNamespaces),
    ...app.egressCallers.with(key).map(caller => caller.namespace),
    ...app.externalServices.with(key).map(behind => behind.namespace),
  ];
}

/** The namespaces whose gateways connect to the external service of a path. */
export function gatewayNamespacesOf(app: AppModel, path: string): string[] {
  const key = keyOf('service', path);
  return [
    ...app.egressRoutes.with(key)
      .filter(({ upstreams }) => upstreams.some(({ service }) => service === path)).map(({ route }) => route.gateway.namespace),
    ...app.ingressRoutes.with(key).map(({ route }) => route.pods.namespace),
  ];
}

/** The namespaces whose sidecars send connections to an external service. A gateway's namespace is not one: gateways select services by name. */
export function sidecarsOf(app: AppModel, { path, direct, namespace, exportTo }: ExternalServiceModel): string[] {
  const key = keyOf('service', path);
  return [
    ...exportTo,
    ...(direct ? [namespace] : []),
    ...app.egressRoutes.with(key).filter(({ service }) => service === path).flatMap(({ route }) => route.callerNamespaces),
    ...app.egressCallers.with(key).map(caller => caller.namespace),
    ...app.externalServices.with(key).map(behind => behind.namespace),
  ];
}

/** HTTP on port 80 needs no listener besides that of leg 1 (R8); for anything else, the sidecar must know the service itself. */
export function needsListener({ ports }: ExternalServiceModel['service']): boolean {
  return ports.some(port => !isHttp(port) || port.number !== 80);
}

/** The namespaces whose sidecars must know an egress gateway. */
export function callerNamespacesOf(app: AppModel, { path, exportTo }: Pick<EgressGatewayModel, 'path' | 'exportTo'>): string[] {
  return [...exportTo, ...callersThrough(app, path)];
}

/** The routes by which workloads of a namespace may call, in the order of their paths. */
export function routesFrom(app: AppModel, namespace: string): readonly EgressRouteModel[] {
  const named = app.egressRoutes.with('caller', namespace);
  const forAll = namespace === EVERY_NAMESPACE ? [] : app.egressRoutes.with('caller', EVERY_NAMESPACE);
  return forAll.length === 0 ? named : [...named, ...forAll].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The namespaces from which routes of this app call by the gateway of a path; `*` if one is for every namespace. */
export function callersThrough(app: AppModel, gateway: string): string[] {
  const called = [
    ...app.egressRoutes.with('gateway', gateway).flatMap(({ route }) => route.callerNamespaces),
    ...app.waypointRoutes.with('gateway', gateway).flatMap(({ route }) => namespacesCalling(route)),
    ...app.egressCallers.with('gateway', gateway).map(({ namespace }) => namespace),
  ];
  return [...new Set(called)].sort();
}

/** What ingress gateways listen for on the pods of an egress gateway. */
export function listenedBeside(app: AppModel, { workload }: EgressGatewayModel): ListenedHost[] {
  return app.ingressGateways.all().filter(ingress => canBeSamePods(ingress.workload, workload)).flatMap(({ listened }) => listened);
}

/** What other ingress gateways of the app listen for on the same pods, which these are for certain if they are described alike. */
export function listenedByOthers(app: AppModel, { gatewayName, workload }: IngressGatewayModel): ListenedHost[] {
  const isSame = ({ namespace, selector }: Pods) => namespace === workload.namespace && isDeepStrictEqual(selector, workload.selector);
  return app.ingressGateways.all().filter(other => other.gatewayName !== gatewayName && isSame(other.workload)).flatMap(({ listened }) => listened);
}

/** The routes that an ingress gateway serves. */
export function routesOf(app: AppModel, { path }: IngressGatewayModel): BoundRoute[] {
  return app.ingressRoutes.with('gateway', path).map(({ route: { namespace, hosts, opaque } }) => (
    opaque?.tcpPort === undefined ? { namespace, hosts } : { namespace, hosts: ['*'], tcpPort: opaque.tcpPort }
  ));
}

/** The routes through pods, or through others that may have the same labels in their namespace. */
export function routesThroughPods(app: AppModel, pods: Pods): IngressRouteModel[] {
  return app.ingressRoutes.with('pods', pods.namespace).filter(({ route }) => canBeSamePods(route.pods, pods));
}

/** The namespaces whose proxies send requests to a host in the mesh because of routes in the app. */
export function namespacesSendingTo(app: AppModel, host: string): string[] {
  return [
    ...app.egressRoutes.with('target', host).map(({ route }) => route.gateway.namespace),
    ...app.waypointRoutes.with('target', host).map(({ route }) => route.waypoint.namespace),
    ...app.directRoutes.with('target', host).map(({ route }) => route.namespace),
    ...app.ingressRoutes.with('target', host).map(({ route }) => route.pods.namespace),
  ];
}
