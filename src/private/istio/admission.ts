import { gateways, namespaces, objects } from './admission/objects';
import { commands, pods, users } from './admission/pods';
import { AdmissionFacts, Policy, WATCH } from './admission/policy';
import { AppModel, EgressAdmissionModel, EgressLockModel } from '../model/app-model';
import { gatewayAt, lockedBy } from '../model/locked';
import { RenderedObject } from '../model/rendered-object';
import { renderedLate } from '../objects/manifest/object';
import { AdmissionBindingSpec, AdmissionPolicySpec, NamedExpression } from '../objects/plans';

/** By the last part of their names. */
const POLICIES: { readonly [about: string]: (facts: AdmissionFacts) => Policy } = {
  pods, users, exec: commands, namespaces, objects, gateway: gateways,
};

/** The objects for one lock. In this order they should be applied: a binding switches its policy on. Later routes may add namespaces and hosts. */
export function renderedAdmission(app: AppModel, lock: EgressLockModel, { refusesUsers }: EgressAdmissionModel, name: string): RenderedObject[] {
  return Object.entries(POLICIES).flatMap(([about, policyOf]) => {
    const head = { namespace: undefined, name: `${name}-${about}` };
    const policy = () => policyOf(factsOf(app, lock, refusesUsers));
    return [
      renderedLate({ ...head, kind: 'ValidatingAdmissionPolicy', id: about }, () => policySpec(policy())),
      renderedLate({ ...head, kind: 'ValidatingAdmissionPolicyBinding', id: `${about}-binding` }, () => bindingSpec(head.name, policy())),
    ];
  });
}

function factsOf(app: AppModel, model: EgressLockModel, refusesUsers: boolean): AdmissionFacts {
  const { gateway } = gatewayAt(app, model.gateway)!;
  const hosts = [
    ...app.egressRoutes.with('gateway', model.gateway).flatMap(({ route, upstreams }) => [...route.service.hosts, ...upstreams.flatMap(upstream => upstream.hosts)]),
    // other apps have the routes of these
    ...app.egressCallers.with('gateway', model.gateway).flatMap(caller => caller.hosts),
  ];
  return {
    gateway, refusesUsers, namespaces: lockedBy(app, model), hosts: [...new Set(hosts)].sort(), actions: model.lock.phase === 'OBSERVE' ? WATCH : ['Deny'],
  };
}

function policySpec({ resources, conditions = {}, variables = {}, validations }: Policy): AdmissionPolicySpec {
  return {
    resources: resources.map(({ groups, versions = ['v1'], ...same }) => ({ apiGroups: groups, apiVersions: versions, ...same })),
    matchConditions: named(conditions),
    variables: named(variables),
    validations: validations.map(([expression, message]) => ({ expression, reason: 'Forbidden', ...(message.startsWith('\'') ? { messageExpression: message } : { message }) })),
  };
}

function bindingSpec(policyName: string, { actions, namespaces: matched }: Policy): AdmissionBindingSpec {
  return {
    policyName, validationActions: actions, namespaceSelector: matched && { matchExpressions: [{ key: 'kubernetes.io/metadata.name', ...matched }] },
  };
}

function named(expressions: { readonly [name: string]: string }): NamedExpression[] {
  return Object.entries(expressions).map(([name, expression]) => ({ name, expression }));
}
