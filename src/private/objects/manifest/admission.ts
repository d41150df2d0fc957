import { AdmissionBindingSpec, AdmissionPolicySpec } from '../plans';

/** What cannot be judged is refused. */
export function admissionPolicySpec({ resources, matchConditions, variables, validations }: AdmissionPolicySpec): object {
  return {
    failurePolicy: 'Fail',
    // the API server would add the scope, and a second apply find a difference
    matchConstraints: { resourceRules: resources.map(rule => ({ ...rule, scope: '*' })) },
    matchConditions: matchConditions.length > 0 ? matchConditions : undefined,
    variables: variables.length > 0 ? variables : undefined,
    validations,
  };
}

export function admissionBindingSpec({ policyName, validationActions, namespaceSelector }: AdmissionBindingSpec): object {
  return { policyName, validationActions, matchResources: namespaceSelector && { namespaceSelector } };
}
