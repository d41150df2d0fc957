import { DestinationRuleSpec, Labels, ServiceEntrySpec } from './objects';
import { clientTls } from './upstream-tls';
import { exportTo } from './visibility';
import { ExternalIntent, Port, portName } from '../intent/external';

/** The ServiceEntry of an external service, visible to the namespaces that must know it. */
export function externalServiceEntry(intent: ExternalIntent, namespace: string, viewers: Iterable<string>): ServiceEntrySpec {
  return {
    hosts: intent.hosts,
    location: 'MESH_EXTERNAL',
    resolution: intent.resolution,
    exportTo: exportTo(viewers, namespace),
    ports: intent.ports.map(p => ({
      name: portName(p), number: p.number, protocol: p.protocol, targetPort: p.targetPort === p.number ? undefined : p.targetPort,
    })),
    addresses: intent.addresses.length > 0 ? intent.addresses : undefined,
    endpoints: intent.endpoints.length > 0 ? intent.endpoints : undefined,
  };
}

/**
 * TLS to one external host, for the proxies that a selector names, or for all of the namespace.
 * The rule is for the port that the application calls: `targetPort` does not count here.
 */
export function upstreamRule(host: string, ports: Port[], selector?: Labels): DestinationRuleSpec | undefined {
  const portTls = ports.filter(p => p.tls).map(p => ({ port: p.number, tls: clientTls(p.tls!, host) }));
  return portTls.length > 0 ? { host, exportTo: ['.'], workloadSelector: selector, portTls } : undefined;
}

/** The reasons that the user gave for insecure TLS, as they are kept. */
export function insecureReasons(ports: Port[]): string | undefined {
  return ports.flatMap(p => p.tls?.reason ?? []).join('; ') || undefined;
}
