import { RoleBindingSpec, RoleSpec } from '../plans';

const GROUP = 'rbac.authorization.k8s.io';

/** Kubernetes' own; there are no imports for it. */
export function role({ rules }: RoleSpec): object {
  return { rules };
}

export function roleBinding({ role: name, serviceAccounts }: RoleBindingSpec): object {
  return {
    roleRef: { apiGroup: GROUP, kind: 'Role', name },
    subjects: serviceAccounts.map(account => ({ kind: 'ServiceAccount', ...account })),
  };
}
