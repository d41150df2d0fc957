import { waysIn, WayIn } from './ways-in';
import { waysOut, WayOut } from './ways-out';
import { AppModel } from '../model/app-model';
import { lockedBy } from '../model/locked';

/** What an app lets out of the mesh and into it, as plain data in a stable order. inventory.schema.json describes it. */
export interface Inventory {
  readonly format: 'cdk8s-istio/inventory';
  /** Grows when a field changes its meaning or goes away. */
  readonly version: 1;
  readonly waysOut: WayOut[];
  readonly waysIn: WayIn[];
  readonly egressGateways: EgressGatewayFact[];
  readonly locks: LockFact[];
}

export interface EgressGatewayFact {
  readonly declaredBy: string;
  readonly kind: 'SIDECAR_GATEWAY' | 'WAYPOINT';
  readonly namespace: string;
  readonly name: string;
  /** Whether another app creates its objects. */
  readonly imported: boolean;
  /** Why what no route declares is let through, where it is. */
  readonly undeclaredAllowedBecause?: string;
  /** The namespaces for which other apps declare routes. */
  readonly otherCallers: string[];
}

export interface LockFact {
  readonly declaredBy: string;
  /** The path of the gateway that is the only way out. */
  readonly gateway: string;
  readonly phase: 'OBSERVE' | 'ENFORCE';
  readonly namespaces: string[];
}

export function inventoryOf(app: AppModel): Inventory {
  return {
    format: 'cdk8s-istio/inventory', version: 1, waysOut: waysOut(app), waysIn: waysIn(app), egressGateways: egressGateways(app), locks: locks(app),
  };
}

function egressGateways(app: AppModel): EgressGatewayFact[] {
  return [
    ...app.egressGateways.all().map(({ path, gateway: { namespace, name }, imported, undeclaredReason, exportTo }): EgressGatewayFact => ({
      declaredBy: path, kind: 'SIDECAR_GATEWAY', namespace, name, imported, undeclaredAllowedBecause: undeclaredReason, otherCallers: [...new Set(exportTo)].sort(),
    })),
    ...app.waypoints.all().map(({ path, waypoint: { namespace, gateway }, imported }): EgressGatewayFact => ({
      declaredBy: path, kind: 'WAYPOINT', namespace, name: gateway, imported, otherCallers: [],
    })),
  ];
}

function locks(app: AppModel): LockFact[] {
  return app.egressLocks.all().map(model => ({
    declaredBy: model.path, gateway: model.gateway, phase: model.lock.phase, namespaces: [...lockedBy(app, model)].sort(),
  }));
}
