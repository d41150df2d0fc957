import { legsOf } from './legs';
import { SidecarSpec } from './objects';
import { AppModel } from '../model/app-model';
import { isHttp } from '../model/external-service';
import { LegOneIntent } from '../model/leg-one';
import { LockIntent, PeerIntent, ScopeIntent } from '../model/lock';
import { directFrom, namespaceOfService } from '../model/locked';

/**
 * What sidecars of a namespace must know for the routes of the app, beyond what is in the namespace itself. The name of leg 1 is written out: the
 * route brings its cluster along, but no listener, and without one clear text would leave by the sidecar.
 */
export function routeImports(app: AppModel, namespace: string, clusterDomain: string): string[] {
  const found = new Set<string>();
  const add = (from: string | undefined, host: string) => {
    if (from !== namespace) found.add(`${from ?? '*'}/${host}`);
  };
  const addLegs = (leg: LegOneIntent) => legsOf(leg).forEach(({ entrance }) => add(leg.gateway.namespace, entrance.host));
  /** Where a ServiceEntry is; of another app it is not known. */
  const homeOf = (service: string) => app.externalServices.with('path', service).map(({ namespace: home, imported }) => (imported ? undefined : home))[0];
  const addService = (service: string, { hosts, ports }: LegOneIntent['service']) => {
    if (ports.some(port => !isHttp(port) || port.number !== 80)) for (const host of hosts) add(homeOf(service), host);
  };
  for (const { route, service } of app.egressRoutes.with('caller', namespace)) {
    addLegs(route);
    addService(service, route.service);
    if (!route.sharedLegNamespaces.includes(namespace)) continue;
    for (const host of route.service.hosts) add(route.layout === 'SINGLE' ? route.gateway.namespace : route.namespace, host);
  }
  for (const { leg, service } of app.egressCallers.with('caller', namespace)) {
    addLegs(leg);
    addService(service, leg.service);
  }
  for (const { targets } of app.directRoutes.with('caller', namespace)) {
    for (const { host } of targets) {
      const home = namespaceOfService(host, clusterDomain);
      if (home !== undefined) add(home, host);
    }
  }
  for (const { path, service } of directFrom(app, namespace)) for (const host of service.hosts) add(homeOf(path), host);
  return [...found].sort();
}

/** The Sidecar of a namespace; the policy of the mesh holds where none is said. */
export function sidecarOf(app: AppModel, namespace: string, scope: ScopeIntent, policy?: SidecarSpec['policy']): SidecarSpec {
  const { calls, telemetry, dns, callsKubeApi, clusterDomain } = scope;
  const peers = [...calls, ...telemetry].filter(peer => peer.namespace !== namespace);
  const imports = new Set([
    ...routeImports(app, namespace, clusterDomain),
    ...peers.map(peer => importOf(peer, clusterDomain)),
    // DNS over TCP is captured
    ...dns.service === undefined ? [] : [importOf(dns, clusterDomain)],
    ...callsKubeApi ? [importOf({ namespace: 'default', service: 'kubernetes' }, clusterDomain)] : [],
  ]);
  return { hosts: ['./*', ...[...imports].sort()], policy };
}

function importOf({ namespace, service }: Pick<PeerIntent, 'namespace' | 'service'>, clusterDomain: string): string {
  return service === undefined ? `${namespace}/*` : `${namespace}/${service}.${namespace}.svc.${clusterDomain}`;
}

export function lockSidecar(app: AppModel, namespace: string, lock: LockIntent): SidecarSpec {
  return sidecarOf(app, namespace, lock, lock.phase === 'OBSERVE' ? 'ALLOW_ANY' : 'REGISTRY_ONLY');
}
