import { AppModel } from './app-model';
import { Declared, keyOf } from './collection';
import { Pods, canBeSamePods } from './pods';
import { EVERY_NAMESPACE } from '../basics/names';

/** The declarations that decide how sidecars of a namespace, or of any, reach a host: if two VirtualServices name the same host, Istio uses only one. */
export function meshRoutesOf(app: AppModel, namespace: string, host: string): Declared[] {
  const { egressRoutes, egressCallers, directRoutes, externalServices } = app;
  const all: { with(...key: string[]): readonly Declared[] }[] = [egressRoutes, egressCallers, directRoutes, externalServices];
  const keys = namespace === EVERY_NAMESPACE ? [keyOf('mesh', host)] : [keyOf('mesh', namespace, host), keyOf('mesh', EVERY_NAMESPACE, host)];
  return all.flatMap(collection => keys.flatMap(key => collection.with(key)));
}

/** The path of another service that tells the same pods how to reach a host: they would use only one of two DestinationRules. */
export function rivalUpstream(app: AppModel, pods: Pods, host: string, service: string): string | undefined {
  const users = [
    ...app.egressRoutes.with('upstream', host).map(({ route, upstreams }) => ({ pods: route.gateway, upstreams })),
    ...app.ingressRoutes.with('upstream', host).map(({ route, upstreams }) => ({ pods: route.pods, upstreams })),
  ];
  return users.filter(user => canBeSamePods(user.pods, pods)).flatMap(({ upstreams }) => upstreams)
    .find(upstream => upstream.service !== service && upstream.hosts.includes(host))?.service;
}
