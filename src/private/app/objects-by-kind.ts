import { ApiObject } from 'cdk8s';
import { IConstruct } from 'constructs';

/** The objects of an app of one of Istio's kinds, whoever made them. */
export function objectsOfKind(root: IConstruct, kind: 'ServiceEntry' | 'Sidecar'): ApiObject[] {
  const isOfKind = ({ apiVersion, kind: its }: ApiObject) => its === kind && apiVersion.startsWith('networking.istio.io/');
  return root.node.findAll().filter((one): one is ApiObject => one instanceof ApiObject && isOfKind(one));
}

/** Kubernetes' own default, where neither the object nor its chart has a namespace. */
export function namespaceOf({ metadata: { namespace } }: ApiObject): string {
  return namespace ?? 'default';
}

/** What somebody wrote by hand may have any form. */
export interface Spec { readonly [field: string]: unknown }

export function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The specification as it will be written: what it is made of may be lazy. Objects that cannot be written are reported elsewhere. */
export function specOf(object: ApiObject): Spec {
  try {
    return object.toJson().spec ?? {};
  } catch {
    return {};
  }
}
