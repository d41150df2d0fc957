import type { IConstruct } from 'constructs';
import { Refuse } from '../basics/errors';
import { wantedConstruct } from '../basics/take';
import { AppModel, EgressGatewayModel, EgressLockModel, WaypointModel } from '../model/app-model';
import { Models, declarationOf } from '../model/declaration';

/** The construct classes by what they declare. */
const CLASSES = {
  egressGateways: 'EgressGateway',
  waypoints: 'EgressGateway',
  externalServices: 'ExternalService',
  ingressGateways: 'IngressGateway',
  ingressDelegates: 'IngressDelegate',
  destinationPolicies: 'DestinationPolicy',
  egressLocks: 'EgressLock',
} as const satisfies { readonly [K in keyof AppModel]?: string };

/** The declaration of a construct that a user passed, which must come from this library and belong to the same app. */
export function needDeclared<K extends keyof typeof CLASSES>(scope: IConstruct, given: unknown, kind: K, prop: string, refuse: Refuse): Models[K] {
  const declaration = declarationOf(given);
  const name = CLASSES[kind];
  const [one, fix] = wantedConstruct(name);
  if (declaration?.kind !== kind) {
    return refuse({ code: 'TypeInvalid', prop, got: given, allowed: one, fix });
  }
  if (declaration.construct.node.root !== scope.node.root) {
    refuse({ code: 'OtherApp', prop, got: given, allowed: `${one} of the same App`, fix: ['destinationPolicies', 'egressLocks'].includes(kind) ? 'create it in this App' : `create it in this App, or import it with ${name}.from${name}Attributes` });
  }
  if (!declaration.isAttached()) {
    refuse({ code: 'ConstructRemoved', prop, got: given, allowed: `${one} that is part of the App`, fix: 'pass one that is still in its scope' });
  }
  return declaration.model as Models[K];
}

/** A lock over workloads with sidecars. */
export function needSidecarLock(scope: IConstruct, given: unknown, refuse: Refuse): EgressLockModel {
  const lock = needDeclared(scope, given, 'egressLocks', 'lock', refuse);
  if (!lock.lock.atWaypoint) return lock;
  return refuse({ code: 'WaypointUnsuited', prop: 'lock', got: lock.path, allowed: 'a lock over workloads with sidecars: what it knows of pods and objects is about these', fix: `delete the ${scope.constructor.name}, and have other policies keep namespaces enrolled and ServiceEntries out` });
}

/** The waypoint that serves as an egress gateway, if a construct that a user passed is one. */
export function declaredWaypoint(scope: IConstruct, given: unknown, prop: string, refuse: Refuse): WaypointModel | undefined {
  return declarationOf(given)?.kind === 'waypoints' ? needDeclared(scope, given, 'waypoints', prop, refuse) : undefined;
}

/** An egress gateway with pods of its own, for constructs that configure them or sidecars: that beside a waypoint, where a waypoint has one. */
export function needSidecarGateway(scope: IConstruct, given: unknown, prop: string, what: string, refuse: Refuse): EgressGatewayModel {
  const waypoint = declaredWaypoint(scope, given, prop, refuse);
  if (!waypoint) return needDeclared(scope, given, 'egressGateways', prop, refuse);
  return waypoint.sidecarGateway ?? refuse({ code: 'WaypointUnsuited', prop, got: waypoint.path, allowed: `an EgressGateway for workloads with sidecars, because ${what}`, fix: `use a gateway on another GatewayWorkload, or delete the ${scope.constructor.name}` });
}
