import { Wire } from './wire';
import type * as imported from '../../../imports/security.istio.io';
import { AuthorizationPolicySpec } from '../plan/objects';

export function authorizationPolicySpec({ selector, notNamespaces, notPrincipals, hosts, port, sni }: AuthorizationPolicySpec): object {
  return {
    selector: { matchLabels: selector },
    action: 'DENY',
    rules: [{
      from: [{ source: { notNamespaces: present(notNamespaces), notPrincipals: present(notPrincipals) } }],
      to: [{ operation: { hosts, ports: [String(port)] } }],
      when: [{ key: 'connection.sni', values: [sni] }],
    }],
  } satisfies Wire<imported.AuthorizationPolicySpec>;
}

function present<T>(list: T[]): T[] | undefined {
  return list.length > 0 ? list : undefined;
}
