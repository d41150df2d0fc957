import { Labels } from './labels';
import { TrafficPolicy } from './traffic-policy';

export interface Port {
  readonly protocol: 'HTTP' | 'HTTP2' | 'GRPC' | 'HTTPS' | 'TLS' | 'TCP';
  readonly number: number;
  readonly targetPort: number;
  readonly tls?: TlsIntent;
  /** Whether requests leave as HTTP/2, whatever the application speaks. */
  readonly upgrade: boolean;
}

/** How proxies find the addresses of a service. */
export type ResolutionKind = 'DNS' | 'DNS_ROUND_ROBIN' | 'STATIC' | 'NONE' | 'DYNAMIC_DNS';

/** Whether a service is a part of the mesh. */
export type ServiceLocation = 'MESH_EXTERNAL' | 'MESH_INTERNAL';

/** A checked `ExternalService`. */
export interface ExternalIntent {
  readonly hosts: string[];
  readonly ports: Port[];
  readonly resolution: ResolutionKind;
  readonly endpoints: EndpointSpec[];
  /** The labels of the workloads that serve as endpoints. */
  readonly workloads?: Labels;
  readonly location: ServiceLocation;
  readonly subjectAltNames?: string[];
  readonly addresses: string[];
  /** Sidecars cannot recognize connections to its TCP ports, so only gateways may know it. */
  readonly gatewaysOnly?: boolean;
  /** The workloads to which the rule of a direct service applies; by default all of the namespace. */
  readonly selector?: Labels;
  /** Undefined if the user set none. */
  readonly traffic?: TrafficPolicy;
}

/** Whether a gateway can read requests on a port of this protocol. */
export function isHttp(port: Pick<Port, 'protocol'>): boolean {
  return port.protocol === 'HTTP' || isHttp2(port);
}

/** Whether connections to a port speak HTTP/2 from the first byte. */
export function isHttp2(port: Pick<Port, 'protocol'>): boolean {
  return port.protocol === 'HTTP2' || port.protocol === 'GRPC';
}

export function portName(port: Port): string {
  return `${port.protocol.toLowerCase()}-${port.number}`;
}

/** TLS to an external host, checked. */
export interface TlsIntent {
  readonly mode: 'SIMPLE' | 'MUTUAL' | 'INSECURE';
  readonly sni?: string;
  readonly subjectAltNames?: string[];
  /** Whether the stream is not HTTP, so that Envoy cannot take the server name from a request. */
  readonly opaque: boolean;
  /** A Secret in the gateway's namespace with the CA, and for MUTUAL also the certificate. */
  readonly secret?: string;
  /** The namespace in which the user expects the Secret. */
  readonly secretNamespace?: string;
  /** A ConfigMap with the CA, in the namespace of the DestinationRule. */
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
