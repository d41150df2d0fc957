import { ObjectPlan } from './plans';

/**
 * What lets pods that Istio runs for a Gateway have the Secrets of their namespace. Istiod asks whether their ServiceAccount may list Secrets before
 * it hands out one with a private key, and gives it no Role itself, unlike the Helm chart.
 */
export function secretsRole(at: { readonly namespace: string; readonly name?: string }): ObjectPlan & { readonly kind: 'Role' } {
  return { kind: 'Role', id: 'secrets-role', ...at, spec: { rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'watch'] }] } };
}

export function secretsRoleBinding(role: string, serviceAccount: { readonly namespace: string; readonly name: string }): ObjectPlan & { readonly kind: 'RoleBinding' } {
  return { kind: 'RoleBinding', id: 'secrets-role-binding', namespace: serviceAccount.namespace, name: role, spec: { role, serviceAccounts: [serviceAccount] } };
}
