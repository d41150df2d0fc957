import { ManagedPort } from '../model/managed-gateway';
import { ManagedGatewaySpec } from '../objects/plans';

/** No request is for it: what listens is there for the Service to have the port, beside which servers of Istio's own API stand. */
const UNUSED_HOST = 'unused.invalid';

export function managedGateway(ports: ManagedPort[]): ManagedGatewaySpec {
  return {
    className: 'istio',
    listeners: ports.map(({ port, use }) => ({
      name: `${use.toLowerCase()}-${port}`, port, protocol: use, hostname: UNUSED_HOST, tls: use === 'TLS' ? { mode: 'Passthrough' } : undefined,
    })),
  };
}
