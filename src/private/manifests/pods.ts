import { Labels, fieldsOf, labelsOf } from './fields';
import { Manifest } from './manifest';

/** Pods that are all alike: one, or those that a controller makes. */
export interface Pods {
  readonly object: Manifest;
  readonly namespace: string;
  readonly labels: Labels;
}

const WITH_TEMPLATE = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController', 'Job']);

export function readPods(object: Manifest): Pods | undefined {
  const { kind, namespace, spec } = object;
  if (kind === 'Pod') return { object, namespace, labels: object.labels };
  const template = WITH_TEMPLATE.has(kind) ? spec.template : kind === 'CronJob' ? fieldsOf(fieldsOf(spec.jobTemplate).spec).template : undefined;
  if (template === undefined) return undefined;
  return { object, namespace, labels: labelsOf(fieldsOf(fieldsOf(template).metadata).labels) };
}
