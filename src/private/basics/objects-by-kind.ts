import { ApiObject } from 'cdk8s';
import { IConstruct } from 'constructs';

/** The API groups of the kinds that are looked for: others have kinds of the same names, and Calico's NetworkPolicies join in what those of Kubernetes decide. */
const GROUPS = {
  ServiceEntry: ['networking.istio.io'],
  Sidecar: ['networking.istio.io'],
  PeerAuthentication: ['security.istio.io'],
  Telemetry: ['telemetry.istio.io'],
  NetworkPolicy: ['networking.k8s.io', 'projectcalico.org', 'crd.projectcalico.org'],
} as const satisfies { readonly [kind: string]: readonly string[] };

/** The objects of an app of some kinds, whoever made them. */
export function objectsOfKind(root: IConstruct, ...kinds: (keyof typeof GROUPS)[]): ApiObject[] {
  const isMeant = ({ apiVersion, kind }: ApiObject) => kinds.some(one => one === kind && GROUPS[one].some(group => apiVersion.startsWith(`${group}/`)));
  return root.node.findAll().filter((one): one is ApiObject => one instanceof ApiObject && isMeant(one));
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
