/** One pod with its proxy, as the lab reads it. */
export interface Workload {
  readonly name: string;
  readonly namespace: string;
  readonly serviceAccount?: string;
  readonly labels?: Record<string, string>;
  readonly gateway?: boolean;
  readonly noProxy?: boolean;
  readonly isolated?: boolean;
  /** In the node's own network, where no NetworkPolicy holds anything, and without a proxy. */
  readonly hostNetwork?: boolean;
  /** With them, even if there are none, the traffic is captured by Istio's own `istio-iptables`, as they say. */
  readonly annotations?: Record<string, string>;
  readonly service?: string;
  readonly ports?: readonly ServicePort[];
}

export interface ServicePort {
  readonly name: string;
  readonly port: number;
  readonly targetPort?: number;
  readonly serve?: 'http' | 'https' | 'tcp' | 'tls' | 'connect';
  readonly certHost?: string;
  readonly certCA?: Authority;
}

/** The lab's certificate authorities; `public` is what every operating system trusts. */
export type Authority = 'mesh' | 'public' | 'private' | 'client' | 'ingress';

export interface SidecarOptions extends Partial<Omit<Workload, 'name' | 'gateway'>> {
  readonly namespace: string;
}

/** An application that calls others; `isolated` if it has no way out of the mesh but through a gateway. */
export function sidecar(name: string, options: SidecarOptions): Workload {
  return { name, labels: { app: name }, serviceAccount: name, ...options };
}

/** An application behind a Service of its own name, which answers with what it saw. */
export function service(name: string, options: SidecarOptions & { readonly http: number }): Workload {
  const { http, ...rest } = options;
  return sidecar(name, { service: name, ports: [{ name: 'http', port: http, serve: 'http' }], ...rest });
}

export interface GatewayOptions {
  /** The workload's name in the lab. @default - `egress` or `ingress` */
  readonly name?: string;
  readonly namespace?: string;
  /** The Helm release of Istio's `gateway` chart, which gives labels, Service and service account their names. */
  readonly release?: string;
  /** Service ports to ports of the pod. @default - 80 and 443, each to itself */
  readonly ports?: Record<number, number>;
}

export function egressGateway(options: GatewayOptions = {}): Workload {
  return gateway({ name: 'egress', namespace: 'istio-system', release: 'istio-egressgateway', ...options });
}

export function ingressGateway(options: GatewayOptions = {}): Workload {
  return gateway({ name: 'ingress', namespace: 'istio-ingress', release: 'istio-ingressgateway', ...options });
}

function gateway(options: Required<Omit<GatewayOptions, 'ports'>> & GatewayOptions): Workload {
  const { name, namespace, release, ports = { 80: 80, 443: 443 } } = options;
  const known: Record<string, string> = { 80: 'http2', 443: 'https' };
  return {
    name,
    namespace,
    gateway: true,
    serviceAccount: release,
    service: release,
    labels: { app: release, istio: release.replace(/^istio-/, '') },
    ports: Object.entries(ports).map(([port, targetPort]) => ({ name: known[port] ?? `tcp-${port}`, port: Number(port), targetPort })),
  };
}
