import { ApiObject } from 'cdk8s';
import { IConstruct } from 'constructs';
import { onGateway } from './lock';
import { Refusal } from '../basics/errors';
import { EVERY_NAMESPACE } from '../basics/names';
import { asList, namespaceOf, objectsOfKind, specOf } from '../basics/objects-by-kind';
import { AppModel, EgressLockModel, SidecarScopeModel } from '../model/app-model';
import { declarationOf } from '../model/declaration';
import { Labels } from '../model/labels';
import { hasPart, isMeant } from '../model/lock';
import { callersOf, directFrom, LockedGateway, lockedBy, lockedGateway, otherCover } from '../model/locked';
import { canBeSamePods, canSelectSamePods } from '../model/pods';
import { callersThrough } from '../model/visibility';

/** What is wrong with a lock for reasons that other constructs of the app have. */
export function lockRefusals(root: IConstruct, app: AppModel, model: EgressLockModel): Refusal[] {
  const namespaces = lockedBy(app, model);
  const gateway = lockedGateway(app, model.gateway);
  if (!gateway) return [{ code: 'ConstructRemoved', prop: 'gateway', got: model.gateway, allowed: 'an EgressGateway that is part of the App', fix: 'pass one that is still in its scope' }];
  return [
    ...uncalled(app, model, gateway, namespaces),
    ...overlaps(app, model, namespaces),
    ...unlistedServices(app, model, namespaces),
    ...callsToIngress(app, model),
    ...unknownPorts(app, model),
    ...sharedPods(app, model, gateway),
    ...strayExceptions(model, namespaces),
    ...rivals(objectsIn(root, namespaces), model),
    ...rivalsAtGateway(objectsIn(root, [gateway.namespace]), model, gateway),
  ];
}

function uncalled(app: AppModel, { lock, gateway: path }: EgressLockModel, gateway: LockedGateway, namespaces: string[]): Refusal[] {
  const callers = callersThrough(app, path);
  const own = gateway.namespace;
  if (!lock.namespaces && callers.includes(own)) return [onGateway('namespaces', own)];
  if (!lock.namespaces && callers.includes(EVERY_NAMESPACE)) {
    return [{ code: 'LockNamespacesUnknown', prop: 'namespaces', got: undefined, allowed: `a list, because a route through ${path} is for every namespace`, fix: 'list the namespaces to lock' }];
  }
  if (namespaces.length === 0) {
    return [{ code: 'LockUncalled', prop: 'namespaces', got: undefined, allowed: `namespaces from which routes of this app call by ${path}; there are none`, fix: 'add an EgressRoute through the gateway, or list the namespaces where other apps declare the routes' }];
  }
  const known = [...callers, ...gateway.exportTo];
  const isCaller = (namespace: string) => gateway.imported || known.includes(namespace) || known.includes(EVERY_NAMESPACE);
  const idle = namespaces.findIndex(namespace => !isCaller(namespace));
  if (idle < 0) return [];
  return [{ code: 'LockUncalled', prop: `namespaces[${idle}]`, got: namespaces[idle], allowed: `namespaces from which routes call by ${path}: ${callers.join(', ') || 'none so far'}`, fix: 'add the namespace to the callers of a route, or delete it here' }];
}

function overlaps(app: AppModel, model: EgressLockModel, namespaces: string[]): Refusal[] {
  return namespaces.flatMap(namespace => {
    const other = otherCover(app, model, namespace);
    return other === undefined ? [] : [duplicate(namespace, other)];
  });
}

function duplicate(namespace: string, other: string): Refusal {
  return { code: 'LockDuplicate', prop: 'namespaces', got: namespace, allowed: `namespaces that ${other} does not cover`, fix: 'cover each namespace once; to treat namespaces differently, list those of each lock in `namespaces`' };
}

/** As `overlaps`, for a Sidecar without a lock. */
export function scopeRefusals(root: IConstruct, app: AppModel, { path, namespace }: SidecarScopeModel): Refusal[] {
  const other = app.sidecarScopes.with('namespace', namespace).find(scope => scope.path !== path);
  return [
    ...other ? [duplicate(namespace, other.path)] : [],
    ...objectsIn(root, [namespace]).filter(({ kind }) => kind === 'Sidecar').map(object => opened(object, 'Sidecar')),
  ];
}

/** What leaves without the gateway must be allowed here as well. */
function unlistedServices(app: AppModel, { lock }: EgressLockModel, namespaces: string[]): Refusal[] {
  const leaving = new Map(namespaces.flatMap(namespace => directFrom(app, namespace).map(({ path }) => [path, namespace] as const)));
  const unlisted = [...leaving].filter(([path]) => !lock.direct.includes(path))
    .map(([path, namespace]): Refusal => ({ code: 'LockDirect', prop: 'direct', got: lock.direct, allowed: `a list with ${path}, to which workloads of ${namespace} connect without the gateway`, fix: 'add the service to `direct`, or route it through the gateway' }));
  const idle = lock.direct.findIndex(path => !leaving.has(path));
  if (idle < 0) return unlisted;
  return [...unlisted, { code: 'RuleOptionUnused', prop: `direct[${idle}]`, got: lock.direct[idle], allowed: `services that the locked namespaces see: ${[...leaving.keys()].join(', ') || 'there are none'}`, fix: 'delete it' }];
}

/** The pods of an ingress gateway connect to whatever hosts are routed there. */
function callsToIngress(app: AppModel, { lock }: EgressLockModel): Refusal[] {
  return lock.calls.flatMap(({ namespace, pods }, i) => {
    const ingress = app.ingressGateways.all()
      .find(({ workload }) => workload.namespace === namespace && (!pods || canSelectSamePods(pods, workload.selector)));
    if (!ingress) return [];
    return [{ code: 'LockCallsIngress' as const, prop: `calls[${i}]`, got: namespace, allowed: `workloads other than the pods of ${ingress.path}, which could send requests back out`, fix: 'name the Services that are called with MeshPeer.service, or run the ingress gateway in a namespace of its own' }];
  });
}

function unknownPorts(app: AppModel, model: EgressLockModel): Refusal[] {
  const { lock } = model;
  const own = callersThrough(app, model.gateway);
  const foreign = callersOf(app, model).filter(caller => !own.includes(caller));
  if (foreign.length === 0 || lock.outsidePorts || lock.omits.gatewayNetworkPolicy !== undefined) return [];
  return [{ code: 'LockPortsUnknown', prop: 'outsidePorts', got: undefined, allowed: `the ports of the external services that other apps route from ${foreign.join(', ')}`, fix: 'list them, [] if this app declares the same ones; the NetworkPolicy of the gateway would otherwise close these routes' }];
}

/** Another gateway must be reached by its clients, and reach what it serves. */
function sharedPods(app: AppModel, { lock }: EgressLockModel, { path, ...pods }: LockedGateway): Refusal[] {
  const others = [...app.ingressGateways.all(), ...app.egressGateways.all()].filter(one => one.path !== path);
  const other = others.find(one => canBeSamePods(one.workload, pods));
  if (!other || lock.omits.gatewayNetworkPolicy !== undefined) return [];
  return [{ code: 'LockGatewayShared', prop: 'gateway', got: path, allowed: `a gateway whose pods ${other.path} does not use`, fix: 'give each gateway pods of its own, or set omit.gatewayNetworkPolicy' }];
}

function strayExceptions({ lock }: EgressLockModel, namespaces: string[]): Refusal[] {
  const stray = lock.plaintextPorts.findIndex(({ namespace }) => !namespaces.includes(namespace));
  if (stray < 0) return [];
  return [{ code: 'RuleOptionUnused', prop: `plaintextPorts[${stray}].namespace`, got: lock.plaintextPorts[stray].namespace, allowed: `a locked namespace: ${namespaces.join(', ')}`, fix: 'correct the namespace, or delete the exception' }];
}

/** Objects by other hands that would open a locked namespace again: NetworkPolicies add up, and a Sidecar replaces another. */
function rivals(objects: ApiObject[], { lock }: EgressLockModel): Refusal[] {
  return objects.flatMap(object => {
    switch (object.kind) {
      case 'Sidecar': return isMeant(lock, 'sidecar') ? [opened(object, 'sidecar')] : [];
      case 'NetworkPolicy': return isMeant(lock, 'networkPolicy') && letsOut(object) ? [opened(object, 'networkPolicy')] : [];
      case 'PeerAuthentication': return hasPart(lock, 'peerAuthentication') ? [opened(object, 'peerAuthentication')] : [];
      default: {
        const { selector, accessLogging } = specOf(object);
        return isMeant(lock, 'telemetry') && !selector && accessLogging ? [opened(object, 'telemetry')] : [];
      }
    }
  });
}

function rivalsAtGateway(objects: ApiObject[], { lock }: EgressLockModel, { selector }: LockedGateway): Refusal[] {
  if (lock.omits.gatewayNetworkPolicy !== undefined) return [];
  return objects.filter(object => object.kind === 'NetworkPolicy' && selects(object, selector)).map(object => opened(object, 'gatewayNetworkPolicy'));
}

function opened(object: ApiObject, part: string): Refusal {
  return { code: 'LockOpened', prop: 'namespaces', got: `${object.kind} ${namespaceOf(object)}/${object.name}`, allowed: `no other ${object.kind} of this app that could open what is locked; ${object.node.path} makes this one`, fix: part === 'Sidecar' ? 'delete one of the two' : `delete it, and say the same by the lock; or set omit.${part}` };
}

/** Those of locks and scopes are none of them: these tell each other apart by namespaces. */
function objectsIn(root: IConstruct, namespaces: string[]): ApiObject[] {
  const isOurs = (object: ApiObject) => ['egressLocks', 'sidecarScopes'].includes(declarationOf(object.node.scope)?.kind ?? '');
  return objectsOfKind(root, 'Sidecar', 'NetworkPolicy', 'PeerAuthentication', 'Telemetry')
    .filter(one => namespaces.includes(namespaceOf(one)) && !isOurs(one));
}

/** Without types it is about what comes out if it says something of that. */
function letsOut(object: ApiObject): boolean {
  const { egress, policyTypes } = specOf(object);
  return egress !== undefined || asList(policyTypes).includes('Egress');
}

function selects(object: ApiObject, selector: Labels): boolean {
  const { matchLabels } = (specOf(object).podSelector ?? {}) as { readonly matchLabels?: Labels };
  return canSelectSamePods(matchLabels ?? {}, selector);
}
