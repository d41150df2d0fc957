import { hostsForSidecars } from './sidecar-hosts';
import { AppModel } from '../model/app-model';
import { LockIntent, PeerIntent, ScopeIntent } from '../model/lock';
import { namespaceOfService } from '../model/locked';
import { SidecarSpec } from '../objects/plans';

/** What sidecars of a namespace must know for the routes of the app, beyond what is in the namespace itself. */
function routeImports(app: AppModel, namespace: string, clusterDomain: string): string[] {
  const targets = app.directRoutes.with('caller', namespace).flatMap(route => route.targets)
    .map(({ host }) => ({ namespace: namespaceOfService(host, clusterDomain) ?? namespace, host }));
  const elsewhere = [...hostsForSidecars(app, namespace), ...targets].filter(({ namespace: home }) => home !== namespace);
  return elsewhere.map(({ namespace: home, host }) => `${home}/${host}`);
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
  // Istio warns of what the whole of a namespace covers
  const isCovered = (one: string) => !one.endsWith('/*') && imports.has(`${one.split('/')[0]}/*`);
  return { hosts: ['./*', ...[...imports].filter(one => !isCovered(one)).sort()], policy };
}

function importOf({ namespace, service }: Pick<PeerIntent, 'namespace' | 'service'>, clusterDomain: string): string {
  return service === undefined ? `${namespace}/*` : `${namespace}/${service}.${namespace}.svc.${clusterDomain}`;
}

export function lockSidecar(app: AppModel, namespace: string, lock: LockIntent): SidecarSpec {
  return sidecarOf(app, namespace, lock, lock.phase === 'OBSERVE' ? 'ALLOW_ANY' : 'REGISTRY_ONLY');
}
