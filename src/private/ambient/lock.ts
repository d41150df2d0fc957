import { AppModel, EgressLockModel, WaypointModel } from '../model/app-model';
import { podsOfWaypoint } from '../model/at-waypoints';
import { hasPart } from '../model/lock';
import { callersOf } from '../model/locked';
import { RenderedObject } from '../model/rendered-object';
import { reasonsOf } from '../objects/locked-network';
import { renderedLate } from '../objects/manifest/object';
import { controlRules, HBONE, namespacePeers, outsideRules, peerRule, present, scraperRules, serviceRules, tcp, upstreamServices } from '../objects/network-rules';
import { NetworkPolicySpec } from '../objects/plans';

/** What keeps others from the pods of a waypoint, and these from what no route declares. */
export function planLockedWaypoint(app: AppModel, model: EgressLockModel, { waypoint }: WaypointModel, name: string): RenderedObject[] {
  if (!hasPart(model.lock, 'gatewayNetworkPolicy')) return [];
  const { namespace, selector } = podsOfWaypoint(waypoint);
  const head = { kind: 'NetworkPolicy', id: 'gateway-network-policy', namespace, name, annotations: reasonsOf(model.lock) } as const;
  return [renderedLate(head, () => ({ selector, ...waypointRules(app, model) }))];
}

/** Callers come by tunnels of ztunnel, from their own addresses. */
function waypointRules(app: AppModel, model: EgressLockModel): Pick<NetworkPolicySpec, 'ingress' | 'egress'> {
  const { lock } = model;
  const routes = app.waypointRoutes.with('gateway', model.gateway);
  return {
    ingress: present([{ peers: namespacePeers(callersOf(app, model)), ports: tcp([HBONE]) }, ...scraperRules(lock)]),
    egress: present([
      ...controlRules(lock),
      ...lock.telemetry.map(peerRule),
      ...serviceRules(routes, lock),
      ...outsideRules(upstreamServices(app, routes), lock),
    ]),
  };
}
