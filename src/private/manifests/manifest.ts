import { Fields, Labels, fieldsOf, labelsOf, textOf } from './fields';

/** Where an object was read. */
export interface Source {
  readonly file?: string;
  readonly line?: number;
  /** The path of the construct. */
  readonly path?: string;
}

/** A Kubernetes object, whoever made it. */
export interface Manifest {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  /** Kubernetes' own default where none is written. */
  readonly namespace: string;
  readonly hasNamespace: boolean;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly spec: Fields;
  readonly source: Source;
}

/** The objects that a document holds: none if it is empty or no object of Kubernetes, several if it is a List. */
export function readManifests(document: unknown, source: Source): Manifest[] {
  const { apiVersion, kind, metadata, items, ...rest } = fieldsOf(document);
  const version = textOf(apiVersion);
  const of = textOf(kind);
  if (version === undefined || of === undefined) return [];
  if (of.endsWith('List') && Array.isArray(items)) return items.flatMap(item => readManifests(item, source));
  const { name, namespace, labels, annotations } = fieldsOf(metadata);
  const home = textOf(namespace);
  return [{
    group: version.includes('/') ? version.slice(0, version.indexOf('/')) : '',
    kind: of,
    name: textOf(name) ?? '',
    namespace: home ?? 'default',
    hasNamespace: home !== undefined,
    labels: labelsOf(labels),
    annotations: labelsOf(annotations),
    spec: fieldsOf(rest.spec),
    source,
  }];
}

/** An object as people speak of it. */
export function titleOf({ kind, namespace, name }: Manifest): string {
  return `${kind} ${namespace}/${name}`;
}
