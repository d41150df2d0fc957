import { ApiObject } from 'cdk8s';
import { IConstruct } from 'constructs';
import { Refusal } from '../basics/errors';

/** The ServiceEntries that the mesh hides from proxies to which they are exported: these would not know the host. */
export function hiddenServiceEntries(root: IConstruct, visibility: 'NAMESPACE' | 'NONE' | 'PUBLIC'): Refusal[] {
  const entries = root.node.findAll().filter((one): one is ApiObject => one instanceof ApiObject && one.kind === 'ServiceEntry');
  return entries.flatMap(entry => {
    const namespace = entry.metadata.namespace ?? 'default';
    const elsewhere = exportsOf(entry).filter(viewer => viewer !== '.' && viewer !== namespace);
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

function exportsOf(entry: ApiObject): string[] {
  try {
    return entry.toJson().spec.exportTo ?? [];
  } catch {
    return []; // other checks report what is wrong
  }
}
