import { EgressIntent } from './egress-route';
import { isHttp, Port } from './external-service';
import { GatewayFacts } from './gateway';
import { MESH_DOMAIN } from '../basics/cluster-names';
import { isWildcard } from '../basics/hosts';

/**
 * The gateway writes the identity that it verified into this header, whatever the client had put there. If the mesh is configured to append
 * (`forwardClientCertDetails`), it is the last element, and the only one that is evaluated.
 */
export const CALLER_HEADER = 'x-forwarded-client-cert';

/** The ports of the leg-1 name. They only select the protocol: both lead to the same port of the pods. */
export const LEG_ONE = { http: 80, grpc: 15443 };

/**
 * The name under which callers reach the gateway. It is not the gateway's Service, because a rule for the Service
 * would hide, or be hidden by, rules that others have for it (R16).
 */
export function legOneHost(gateway: GatewayFacts): string {
  return `${gateway.name}.${gateway.namespace}.${MESH_DOMAIN}`;
}

/** Like `legOneHost`, for a single destination whose traffic has no Host header: the gateway recognizes it by this name in the SNI. */
export function ownLegOneHost(gateway: GatewayFacts, host: string, port: number): string {
  // no host and port ends with the label that stands for a wildcard
  return isWildcard(host) ? `${host.slice('*.'.length)}-${port}.wildcard.${legOneHost(gateway)}` : `${host}-${port}.${legOneHost(gateway)}`;
}

/** How the traffic of one port gets to the gateway. */
export type LegOne = 'shared' | 'own' | 'passthrough' | 'plaintext';

export const PORT_HEADER = 'x-egress-port';

export function legOneOf(intent: Pick<EgressIntent, 'plaintextReason' | 'appTls'>, port: Port): LegOne {
  if (intent.plaintextReason !== undefined) return 'plaintext';
  if (isHttp(port)) return 'shared';
  return port.protocol !== 'TCP' && intent.appTls === 'PASSTHROUGH' ? 'passthrough' : 'own';
}

/** What determines how traffic gets to the gateway: the same for a route and for a caller's leg in another repository. */
export type LegOneIntent = Pick<EgressIntent, 'service' | 'gateway' | 'appTls' | 'plaintextReason' | 'gatewayPort'>;
