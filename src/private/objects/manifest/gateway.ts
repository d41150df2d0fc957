import { GatewaySpec } from '../plans';
import { Wire } from './wire';
import type * as imported from '../../../../imports/networking.istio.io';

export function gatewaySpec({ selector, servers }: GatewaySpec): object {
  return {
    selector,
    servers: servers.map(({ name, number, protocol, hosts, tls }) => ({ port: { name, number, protocol }, hosts, tls: tls && { ...tls } })),
  } satisfies Wire<imported.GatewaySpec>;
}
