import { ListenerSetSpec, ManagedGatewaySpec, ManagedListener } from '../plans';
import { GROUPS } from './groups';
import { Wire } from './wire';
import type * as imported from '../../../../imports/gateway.networking.k8s.io';

export function managedGatewaySpec({ className, listeners, listenerNamespaces }: ManagedGatewaySpec): object {
  return {
    gatewayClassName: className,
    listeners: listeners.map(listener),
    allowedListeners: listenerNamespaces && { namespaces: allowed(listenerNamespaces) },
  } satisfies Wire<imported.GatewaySpec>;
}

export function listenerSetSpec({ gateway, listeners }: ListenerSetSpec): object {
  return {
    parentRef: { group: GROUPS.Gateway, kind: 'Gateway', ...gateway },
    listeners: listeners.map(listener),
  } satisfies Wire<imported.ListenerSetSpec>;
}

function listener({ tls, namespaces, ...same }: ManagedListener) {
  return {
    ...same,
    tls: tls && { mode: tls.mode, certificateRefs: tls.certificates?.map(name => ({ group: '', kind: 'Secret', name })), options: tls.options },
    allowedRoutes: { namespaces: namespaces ? allowed(namespaces) : OWN_NAMESPACE },
  };
}

function allowed(namespaces: string[]): Wire<imported.GatewaySpecListenersAllowedRoutesNamespaces> {
  if (namespaces.includes('*')) return { from: 'All' };
  return { from: 'Selector', selector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: namespaces }] } };
}

/** The default, which the API server would add, and a second apply find a difference. */
const OWN_NAMESPACE = { from: 'Same' } as const;
