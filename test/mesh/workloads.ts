/** One pod with its proxy, as the lab reads it. */
export interface Workload {
  readonly name: string;
  readonly namespace: string;
  readonly serviceAccount?: string;
  readonly labels?: Record<string, string>;
  readonly gateway?: boolean;
  /** Its labels name the Gateway of which it is the waypoint. */
  readonly waypoint?: boolean;
  readonly noProxy?: boolean;
  /** Without a sidecar, in a namespace that it enrols in ambient: ztunnel carries what it sends. */
  readonly ambient?: boolean;
  readonly isolated?: boolean;
  /** In the node's own network, where no NetworkPolicy holds anything, and without a proxy. */
  readonly hostNetwork?: boolean;
  /** With them, even if there are none, a sidecar's traffic is captured by Istio's own `istio-iptables`, as they say. */
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

/** The same application in ambient. */
export function ambient(name: string, options: SidecarOptions): Workload {
  return { ...sidecar(name, options), ambient: true };
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
  const { name, namespace, release, ports } = options;
  return {
    name,
    namespace,
    gateway: true,
    serviceAccount: release,
    service: release,
    labels: { app: release, istio: release.replace(/^istio-/, '') },
    ports: servicePorts(ports),
  };
}

function servicePorts(ports: Record<number, number> = { 80: 80, 443: 443 }): ServicePort[] {
  const known: Record<string, string> = { 80: 'http2', 443: 'https' };
  return Object.entries(ports).map(([port, targetPort]) => ({ name: known[port] ?? `tcp-${port}`, port: Number(port), targetPort }));
}

export interface ManagedOptions extends Omit<GatewayOptions, 'release'> {
  /** The Gateway of the Gateway API. @default - the workload's name */
  readonly gateway?: string;
}

/** The pod that istiod makes of a Gateway of the class `istio-waypoint`; the Gateway itself is among the manifests or fixtures. */
export function waypoint({ name = 'egress', gateway: of = name, namespace = 'istio-egress' }: Omit<ManagedOptions, 'ports'> = {}): Workload {
  return {
    name,
    namespace,
    waypoint: true,
    serviceAccount: of,
    service: of,
    labels: managed(of, 'istio-waypoint', 'mesh'),
    ports: [{ name: 'mesh', port: 15008 }],
  };
}

/** The pod that istiod makes of a Gateway of the class `istio`, whose listeners have these ports. */
export function managedGateway({ name = 'egress', gateway: of = name, namespace = 'istio-egress', ports }: ManagedOptions = {}): Workload {
  return {
    name,
    namespace,
    gateway: true,
    serviceAccount: `${of}-istio`,
    service: `${of}-istio`,
    labels: managed(of, 'istio', 'gateway'),
    ports: servicePorts(ports),
  };
}

/** The label by which pods name the Gateway of which istiod made them. */
export const GATEWAY_NAME = 'gateway.networking.k8s.io/gateway-name';

function managed(gatewayName: string, className: string, by: 'mesh' | 'gateway'): Record<string, string> {
  return {
    [GATEWAY_NAME]: gatewayName,
    'gateway.networking.k8s.io/gateway-class-name': className,
    'gateway.istio.io/managed': `istio.io-${by}-controller`,
    'istio.io/dataplane-mode': 'none',
  };
}
