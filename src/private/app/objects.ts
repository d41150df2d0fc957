import { ApiObject, App, Chart, Lazy, YamlOutputType } from 'cdk8s';
import { Construct, IConstruct } from 'constructs';
import { checkLate, takeName } from './declared';
import { objectRefusals, textRefusals } from './object-limits';
import { checkLabel } from '../basics/checks';
import { Refusal, Refuse, refuser } from '../basics/errors';
import { checkAnnotations, checkLabels } from '../basics/labels';
import { isDnsName } from '../basics/names';
import { Labels } from '../model/labels';
import { RenderedObject } from '../model/rendered-object';

/** The metadata that users set on the objects of a construct. */
interface Metadata { readonly labels?: Labels; readonly annotations?: Labels }

export function addObjects(scope: Construct, objects: RenderedObject[], metadata?: Metadata): ApiObject[] {
  return objects.map(object => addObject(scope, object, metadata));
}

/**
 * Adds an object. It is a plain `ApiObject` and not an instance of the imported class: that class drops every field that it does not know,
 * so that a JSON patch for such a field would vanish.
 */
export function addObject(scope: Construct, object: RenderedObject, metadata: Metadata = {}): ApiObject {
  const { id, apiVersion, kind, namespace, name, spec, inline, field = 'spec' } = object;
  const refuse = refuser(scope);
  if (name !== undefined) checkLabel(name, 'metadata.name', refuse, { fix: 'shorten or correct the name' });
  checkLabels(metadata.labels, 'metadata.labels', refuse);
  const labels = object.labels ? { ...metadata.labels, ...object.labels } : metadata.labels;
  const annotations = metadata.annotations || object.annotations ? { ...metadata.annotations, ...object.annotations } : undefined;
  checkAnnotations(annotations, 'metadata.annotations', refuse);
  textRefusals(annotations, 'metadata.annotations').forEach(refuse);
  const made = new ApiObject(scope, id, {
    apiVersion,
    kind,
    metadata: name === undefined ? { namespace, labels, annotations } : { namespace, labels, annotations, name },
    ...inline ? checkedNow(kind, spec, refuse) : { [field]: typeof spec === 'function' ? checkedLate(scope, kind, spec as () => object) : checkedNow(kind, spec, refuse) },
  });
  // cdk8s would write the namespace of the chart
  if (namespace === undefined) Object.assign(made.metadata, { namespace: undefined });
  if (!isDnsName(made.name)) {
    scope.node.tryRemoveChild(id);
    refuse({ code: 'NameInvalid', prop: 'id', got: made.name, allowed: 'an id of which cdk8s makes a DNS name for the object', fix: 'use lower-case letters, digits and dashes, or set metadata.name' });
  }
  const other = takeName(made);
  if (other) {
    scope.node.tryRemoveChild(id);
    refuse(nameCollision(made, other));
  }
  checkFiles(made.node.root);
  return made;
}

export function nameCollision({ kind, name, metadata: { namespace } }: ApiObject, other: ApiObject): Refusal {
  return { code: 'NameCollision', prop: 'metadata.name', got: namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`, allowed: `a name that ${other.node.scope!.node.path} does not use`, fix: 'rename one of the two' };
}

function checkedNow(kind: string, spec: object, refuse: Refuse): object {
  const [first] = objectRefusals(kind, spec);
  return first === undefined ? spec : refuse(first);
}

function checkedLate(scope: Construct, kind: string, spec: () => object): unknown {
  checkLate(scope, () => {
    let planned: object;
    try {
      planned = spec();
    } catch {
      return []; // other checks report what is wrong
    }
    return objectRefusals(kind, planned);
  });
  return Lazy.any({ produce: spec });
}

const checked = new WeakSet<IConstruct>();

function checkFiles(root: IConstruct): void {
  if (!(root instanceof App) || !FILE_PER_OBJECT.includes(root.yamlOutputType) || checked.has(root)) return;
  checked.add(root);
  checkLate(root, () => sharedFiles(root), { always: true });
}

const FILE_PER_OBJECT = [YamlOutputType.FILE_PER_RESOURCE, YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE];

/** cdk8s names the file of an object after its kind and name. If two objects differ only in their namespace, one file overwrites the other. */
function sharedFiles(app: App): Refusal[] {
  const files = new Map<string, ApiObject>();
  return app.node.findAll().filter(one => one instanceof ApiObject).flatMap(object => {
    const file = `${object.kind}.${object.name}`;
    const folder = app.yamlOutputType === YamlOutputType.FILE_PER_RESOURCE ? '' : Chart.of(object).node.path;
    const other = files.get(`${folder} ${file}`);
    if (!other) {
      files.set(`${folder} ${file}`, object);
      return [];
    }
    return [{
      code: 'FileNameCollision' as const,
      prop: 'yamlOutputType',
      got: YamlOutputType[app.yamlOutputType],
      allowed: `FILE_PER_CHART or FILE_PER_APP, because ${other.node.path} and ${object.node.path} would both be written to ${file}.k8s.yaml`,
      fix: 'use one of these, or give the gateways and routes of different namespaces different names',
    }];
  });
}
