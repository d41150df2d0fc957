import { undeclaredTraffic } from './declared-traffic';
import { GatewayFacts } from '../model/gateway';
import { LEG_ONE, legOneHost } from '../model/leg-one';
import { ListenedHost } from '../model/listener';
import { RenderedObject } from '../model/rendered-object';
import { rendered, renderedLate } from '../objects/manifest/object';
import { DestinationRuleSpec, GatewaySpec, ServiceEntrySpec } from '../objects/plans';
import { exportRuleTo, exportTo } from '../objects/visibility';

/** `namespace/name`: a short name would be looked up in the namespace of the VirtualService (R1). */
export function qualified(gateway: GatewayFacts, name = gateway.name): string {
  return `${gateway.namespace}/${name}`;
}

/**
 * The server that all HTTP routes share. With `./*`, only VirtualServices in the gateway's own namespace can bind to it;
 * with `*`, any namespace could take over a host.
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

/** Mesh mTLS to the gateway. The SNI is set because the default names a Service. */
export function legOneRule(gateway: GatewayFacts, host: string, callers: Iterable<string>): DestinationRuleSpec {
  return { host, exportTo: exportRuleTo([gateway.namespace, ...callers], gateway.namespace), policy: { tls: { mode: 'ISTIO_MUTUAL', sni: host } } };
}

/** What others in the app have to do with a gateway, asked when the app is synthesized. */
interface Others {
  readonly callers: () => string[];
  /** What ingress gateways listen for on its pods. */
  readonly ingress: () => ListenedHost[];
}

/** What all routes of a gateway share. */
export function planEgressGateway(gateway: GatewayFacts, undeclaredReason: string | undefined, { callers, ingress }: Others): RenderedObject[] {
  const { name, namespace } = gateway;
  return [
    rendered({ kind: 'Gateway', id: 'gateway', namespace, name, spec: sharedServer(gateway) }),
    renderedLate({ kind: 'ServiceEntry', id: 'leg-1', namespace, name: `${name}-leg-1` }, () => sharedLegOne(gateway, callers())),
    renderedLate({ kind: 'DestinationRule', id: 'leg-1-mtls', namespace, name: `${name}-leg-1-mtls` }, () => legOneRule(gateway, legOneHost(gateway), callers())),
    undeclaredTraffic(gateway, undeclaredReason, ingress),
  ];
}
