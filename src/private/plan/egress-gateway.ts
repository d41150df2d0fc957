import { DestinationRuleSpec, GatewaySpec, Labels, ServiceEntrySpec } from './objects';
import { exportTo } from './visibility';
import { isWildcard } from '../hosts';

/** An egress gateway as callers and routes need to know it. */
export interface GatewayFacts {
  readonly name: string;
  /** The namespace of the gateway's pods. */
  readonly namespace: string;
  readonly selector: Labels;
  /** The full name of its Service. */
  readonly serviceHost: string;
  /** The port of its Service that leg 1 uses, and the port of the pods behind it. */
  readonly port: number;
  readonly targetPort: number;
}

/** Ports of the leg-1 name. They are names for protocols: both lead to the same port of the pods. */
export const LEG_ONE = { http: 80, grpc: 15443 };

/**
 * The name under which callers reach the gateway. It is not the gateway's Service, because a rule for the Service
 * would hide, or be hidden by, rules that others have for it (R16).
 */
export function legOneHost(gateway: GatewayFacts): string {
  return `${gateway.name}.${gateway.namespace}.mesh.internal`;
}

/** As `legOneHost`, for one destination whose traffic has no Host header: the gateway tells it by this name, in the SNI. */
export function ownLegOneHost(gateway: GatewayFacts, host: string, port: number): string {
  // no host and port ends as the label that stands for a wildcard
  return isWildcard(host) ? `${host.slice('*.'.length)}-${port}.wildcard.${legOneHost(gateway)}` : `${host}-${port}.${legOneHost(gateway)}`;
}

/** `namespace/name`: a short name would be looked up in the namespace of the VirtualService (R1). */
export function qualified(gateway: GatewayFacts, name = gateway.name): string {
  return `${gateway.namespace}/${name}`;
}

/**
 * The server that all HTTP routes share. `./*` lets only VirtualServices of the gateway's own namespace bind to it;
 * with `*` any namespace could take over a host.
 */
export function sharedServer(gateway: GatewayFacts): GatewaySpec {
  return {
    selector: gateway.selector,
    servers: [{ name: `https-${gateway.port}`, number: gateway.port, protocol: 'HTTPS', hosts: ['./*'], tls: { mode: 'ISTIO_MUTUAL' } }],
  };
}

export function sharedLegOne(gateway: GatewayFacts, callers: Iterable<string>): ServiceEntrySpec {
  return legOneEntry(gateway, legOneHost(gateway), callers, [
    { name: 'http', number: LEG_ONE.http, protocol: 'HTTP', targetPort: gateway.targetPort },
    { name: 'grpc', number: LEG_ONE.grpc, protocol: 'GRPC', targetPort: gateway.targetPort },
  ]);
}

export function legOneEntry(gateway: GatewayFacts, host: string, callers: Iterable<string>, ports: ServiceEntrySpec['ports']): ServiceEntrySpec {
  return {
    hosts: [host],
    location: 'MESH_INTERNAL',
    resolution: 'STATIC',
    exportTo: exportTo([gateway.namespace, ...callers], gateway.namespace),
    ports,
    workloadSelector: gateway.selector,
  };
}

/** Mesh mTLS to the gateway. The SNI is set, because the default one names a Service. */
export function legOneRule(gateway: GatewayFacts, host: string, callers: Iterable<string>): DestinationRuleSpec {
  return { host, exportTo: exportTo([gateway.namespace, ...callers], gateway.namespace), policy: { tls: { mode: 'ISTIO_MUTUAL', sni: host } } };
}
