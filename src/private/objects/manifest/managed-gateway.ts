import { ManagedGatewaySpec } from '../plans';
import { Wire } from './wire';
import type * as imported from '../../../../imports/gateway.networking.k8s.io';

export function managedGatewaySpec({ className, listeners }: ManagedGatewaySpec): object {
  return {
    gatewayClassName: className,
    listeners: listeners.map(listener => ({ ...listener, allowedRoutes: OWN_NAMESPACE })),
  } satisfies Wire<imported.GatewaySpec>;
}

/** The default, which the API server would add, and a second apply find a difference. */
const OWN_NAMESPACE = { namespaces: { from: 'Same' } } as const;
