import { isDeepStrictEqual } from 'node:util';
import { ApiObject } from 'cdk8s';
import { Construct, IDependable } from 'constructs';
import { appModelOf, makeLate, takeName } from './declared';
import { addObject, nameCollision } from './objects';
import { waypointEntry } from '../ambient/service-entry';
import { refuser } from '../basics/errors';
import { ExternalServiceModel } from '../model/app-model';
import { waypointOf } from '../model/at-waypoints';
import { namespacesSeeing } from '../model/visibility';
import { entryName, USE_WAYPOINT, WaypointFacts } from '../model/waypoint';
import { renderedLate } from '../objects/manifest/object';

/** The prefix of the ids of ServiceEntries for further hosts. */
const FURTHER = 'service-entry-';

/**
 * Has the ServiceEntry of a service stand in the namespace of its waypoint, once the app is synthesized and a route leads to one: in the namespace of
 * the service, ambient workloads would take it for a way straight out. Each further host gets one of its own, because a route at a waypoint leads to
 * one host.
 */
export function placeLate(construct: Construct, model: ExternalServiceModel, entry: ApiObject, before: IDependable): void {
  const home: Place = { name: entry.name, namespace: model.namespace };
  let placed: Place = home;
  makeLate(construct, () => {
    const waypoint = waypointOf(appModelOf(construct), model.path);
    const { service, name } = model;
    const { namespace, gateway } = waypoint ?? {};
    const wanted = waypoint ? { name: entryName(waypoint, service, service.hosts[0], name), namespace: namespace!, gateway } : home;
    if (isDeepStrictEqual(wanted, placed)) return;
    placed = wanted;
    move(construct, entry, wanted);
    for (const { node: { id } } of furtherEntries(construct)) construct.node.tryRemoveChild(id);
    if (waypoint) addFurther(construct, model, waypoint, before);
  });
}

/** Where the ServiceEntry of the first host stands. */
interface Place {
  readonly name: string;
  readonly namespace: string;
  /** The waypoint to which it leads. */
  readonly gateway?: string;
}

/** Cdk8s decides where an object stands when it is made, before it is known which routes there will be. */
function move(construct: Construct, entry: ApiObject, { name, namespace, gateway }: Place): void {
  Object.assign(entry, { name });
  Object.assign(entry.metadata, { name, namespace });
  // cdk8s omits what is undefined
  entry.metadata.addLabel(USE_WAYPOINT, gateway as string);
  const other = takeName(entry);
  if (other) refuser(construct)(nameCollision(entry, other));
}

function addFurther(construct: Construct, model: ExternalServiceModel, waypoint: WaypointFacts, before: IDependable): void {
  const { service, metadata } = model;
  const { namespace, gateway } = waypoint;
  const app = appModelOf(construct);
  for (const host of service.hosts.slice(1)) {
    const head = {
      kind: 'ServiceEntry' as const,
      id: FURTHER + host,
      namespace,
      name: entryName(waypoint, service, host),
      labels: { [USE_WAYPOINT]: gateway },
    };
    const entry = renderedLate(head, () => waypointEntry(service, host, namespace, namespacesSeeing(app, model)));
    addObject(construct, entry, metadata).node.addDependency(before);
  }
}

/** The ServiceEntries of further hosts, which are there once the app has been synthesized. */
export function furtherEntries(construct: Construct): ApiObject[] {
  return construct.node.children.filter((child): child is ApiObject => child.node.id.startsWith(FURTHER) && child instanceof ApiObject);
}
