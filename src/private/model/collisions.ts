import { AppModel } from './app-model';
import { Declared, keyOf } from './collection';
import { Pods, canBeSamePods } from './pods';

/** What says how sidecars of a namespace reach a host: of two VirtualServices for one host, Istio takes one. */
export function meshRoutesOf(app: AppModel, namespace: string, host: string): Declared[] {
  const { egressRoutes, egressCallers, directRoutes, externalServices } = app;
  const all: { with(...key: string[]): readonly Declared[] }[] = [egressRoutes, egressCallers, directRoutes, externalServices];
  const key = keyOf('mesh', namespace, host);
  return all.flatMap(collection => collection.with(key));
}

/** The path of another service by which the same pods learn how to reach a host: of two DestinationRules they would heed one. */
export function rivalUpstream(app: AppModel, pods: Pods, host: string, service: string): string | undefined {
  const users = [
    ...app.egressRoutes.with('upstream', host).map(({ route, upstreams }) => ({ pods: route.gateway, upstreams })),
    ...app.ingressRoutes.with('upstream', host).map(({ route, upstreams }) => ({ pods: route.pods, upstreams })),
  ];
  return users.filter(user => canBeSamePods(user.pods, pods)).flatMap(({ upstreams }) => upstreams)
    .find(upstream => upstream.service !== service && upstream.hosts.includes(host))?.service;
}
