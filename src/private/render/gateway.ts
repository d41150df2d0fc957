import { GatewaySpecServersTlsMode, toJson_GatewaySpec } from '../../../imports/networking.istio.io';
import { GatewaySpec } from '../plan/objects';

const MODES = {
  SIMPLE: GatewaySpecServersTlsMode.SIMPLE,
  ISTIO_MUTUAL: GatewaySpecServersTlsMode.ISTIO_UNDERSCORE_MUTUAL,
  PASSTHROUGH: GatewaySpecServersTlsMode.PASSTHROUGH,
};

export function gatewaySpec({ selector, servers }: GatewaySpec): object {
  return toJson_GatewaySpec({
    selector,
    servers: servers.map(({ name, number, protocol, hosts, tls }) => ({
      port: { name, number, protocol },
      hosts,
      tls: tls && { mode: MODES[tls.mode], credentialName: tls.credentialName },
    })),
  })!;
}
