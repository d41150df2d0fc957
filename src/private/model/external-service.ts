import { Labels } from './labels';
import { TrafficPolicy } from './traffic-policy';

export interface Port {
  readonly protocol: 'HTTP' | 'HTTP2' | 'GRPC' | 'HTTPS' | 'TLS' | 'TCP';
  readonly number: number;
  readonly targetPort: number;
  readonly tls?: TlsIntent;
  /** HTTP/2 leaves, whatever comes in. */
  readonly upgrade: boolean;
}

/** How proxies find the addresses of a service. */
export type ResolutionKind = 'DNS' | 'DNS_ROUND_ROBIN' | 'STATIC' | 'NONE' | 'DYNAMIC_DNS';

/** Whether a service is a part of the mesh. */
export type ServiceLocation = 'MESH_EXTERNAL' | 'MESH_INTERNAL';

/** What an `ExternalService` says, checked. */
export interface ExternalIntent {
  readonly hosts: string[];
  readonly ports: Port[];
  readonly resolution: ResolutionKind;
  readonly endpoints: EndpointSpec[];
  /** Labels of workloads that are the endpoints. */
  readonly workloads?: Labels;
  readonly location: ServiceLocation;
  readonly subjectAltNames?: string[];
  readonly addresses: string[];
  /** Sidecars cannot tell connections to its TCP ports, so that gateways alone may know it. */
  readonly gatewaysOnly?: boolean;
  /** The workloads for which a direct service's rule is; all of the namespace where it is left out. */
  readonly selector?: Labels;
  /** Left out where the user wrote none. */
  readonly traffic?: TrafficPolicy;
}

/** Whether a gateway can read requests on a port of this protocol. */
export function isHttp(port: Pick<Port, 'protocol'>): boolean {
  return port.protocol === 'HTTP' || isHttp2(port);
}

/** Whether requests on a port are HTTP/2 from the first byte. */
export function isHttp2(port: Pick<Port, 'protocol'>): boolean {
  return port.protocol === 'HTTP2' || port.protocol === 'GRPC';
}

export function portName(port: Port): string {
  return `${port.protocol.toLowerCase()}-${port.number}`;
}

/** How TLS is spoken to an external host, checked. */
export interface TlsIntent {
  readonly mode: 'SIMPLE' | 'MUTUAL' | 'INSECURE';
  readonly sni?: string;
  readonly subjectAltNames?: string[];
  /** The stream is not HTTP, so that Envoy cannot take the server name from a request. */
  readonly opaque: boolean;
  /** A Secret of the gateway's namespace with the CA, and for MUTUAL the certificate too. */
  readonly secret?: string;
  /** The namespace that the user believes the Secret to be in. */
  readonly secretNamespace?: string;
  /** A ConfigMap with the CA, in the namespace of the rule. */
  readonly caConfigMap?: string;
  readonly caFile?: string;
  readonly crlFile?: string;
  readonly certificateFiles?: { readonly certificate: string; readonly privateKey: string };
  readonly reason?: string;
}

export interface EndpointSpec {
  readonly address: string;
  readonly ports?: { readonly [name: string]: number };
  readonly locality?: string;
  readonly weight?: number;
  readonly labels?: Labels;
  readonly serviceAccount?: string;
}
