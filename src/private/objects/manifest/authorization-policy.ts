import { AuthorizationPolicySpec, AuthorizationRule, Operation } from '../plans';
import { attachment } from './attachment';
import { Wire } from './wire';
import type * as imported from '../../../../imports/security.istio.io';

export function authorizationPolicySpec({ selector, target, action, provider, rules }: AuthorizationPolicySpec): object {
  return {
    ...attachment({ selector, target }),
    action,
    provider: provider === undefined ? undefined : { name: provider },
    rules: rules.length > 0 ? rules.map(rule) : undefined,
  } satisfies Wire<imported.AuthorizationPolicySpec>;
}

function rule({ from, to, when }: AuthorizationRule) {
  return { from: from?.map(source => ({ source })), to: to?.map(operation), when };
}

function operation({ ports, ...same }: Operation) {
  return { operation: { ...same, ports: ports.map(String) } };
}
