import { ManagedGatewaySpec } from '../plans';
import { Wire } from './wire';
import type * as imported from '../../../../imports/gateway.networking.k8s.io';

export function managedGatewaySpec({ className, listeners }: ManagedGatewaySpec): object {
  return { gatewayClassName: className, listeners } satisfies Wire<imported.GatewaySpec>;
}
