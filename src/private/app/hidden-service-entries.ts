import { IConstruct } from 'constructs';
import { Refusal } from '../basics/errors';
import { asList, namespaceOf, objectsOfKind, specOf } from '../basics/objects-by-kind';
import { USE_WAYPOINT } from '../model/waypoint';

/**
 * The ServiceEntries that the mesh hides from proxies to which they are exported: these would not know the host. Those that lead to a waypoint are
 * for ztunnels everywhere, whatever they are exported to.
 */
export function hiddenServiceEntries(root: IConstruct, visibility: 'NAMESPACE' | 'NONE' | 'PUBLIC'): Refusal[] {
  if (visibility === 'PUBLIC') return [];
  return objectsOfKind(root, 'ServiceEntry').flatMap(entry => {
    const namespace = namespaceOf(entry);
    const exported = asList(specOf(entry).exportTo).filter(viewer => viewer !== '.' && viewer !== namespace);
    const elsewhere = entry.metadata.getLabel(USE_WAYPOINT) === undefined ? exported : ['*'];
    if (visibility === 'NAMESPACE' && elsewhere.length === 0) return [];
    const viewers = elsewhere.map(viewer => (viewer === '*' ? 'every namespace' : viewer)).join(', ') || namespace;
    return [{
      code: 'ServiceEntryHidden' as const,
      prop: 'serviceEntryVisibility',
      got: visibility,
      allowed: `PUBLIC, because ${entry.node.path} must be visible in ${viewers}`,
      fix: `add a policy to \`meshConfig.serviceEntryVisibility\` that makes ServiceEntries of namespace ${namespace} PUBLIC, and leave the setting out`,
    }];
  });
}
