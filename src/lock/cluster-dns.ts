import { valueClass } from '../private/basics/value-class';

/** Options of the well-known resolvers. */
export interface ClusterDnsOptions {
  /**
   * Addresses of DNS caches on the nodes (NodeLocal DNSCache), for example `169.254.20.10`. Their pods use the network of the node, so that no selector
   * of a NetworkPolicy finds them. Error `AddressInvalid`.
   *
   * @default - none
   */
  readonly nodeLocal?: string[];
}

/** All properties of a resolver. */
export interface ClusterDnsProps extends ClusterDnsOptions {
  /** The namespace of the pods. Error `NameInvalid`. */
  readonly namespace: string;

  /** Labels of the pods. Errors `LabelInvalid`, `ClusterDnsInvalid`. */
  readonly pods: { [label: string]: string };

  /**
   * The name of their Service. Sidecars capture DNS over TCP, and refuse it if they do not know the Service. Error `ServiceNameInvalid`.
   *
   * @default - only DNS over UDP works from locked pods
   */
  readonly serviceName?: string;

  /**
   * The ports on which the pods listen, for UDP and TCP. Errors `PortInvalid`, `ClusterDnsInvalid`.
   *
   * @default - 53
   */
  readonly ports?: number[];
}

/**
 * Which pods resolve names for the cluster.
 *
 * @example
 * new EgressRoute(chart, 'api-route', { service: api, gateway: egress });
 * new EgressLock(chart, 'lock', { gateway: egress, dns: ClusterDns.openshift() });
 */
export class ClusterDns {
  /**
   * CoreDNS or kube-dns as most clusters run it: pods with label `k8s-app: kube-dns` in namespace `kube-system`, port 53.
   *
   * @param options the addresses of DNS caches on the nodes
   */
  public static kubeDns(options: ClusterDnsOptions = {}): ClusterDns {
    return new ClusterDns({ namespace: 'kube-system', serviceName: 'kube-dns', pods: { 'k8s-app': 'kube-dns' }, ...options });
  }

  /**
   * OpenShift's: pods with label `dns.operator.openshift.io/daemonset-dns: default` in namespace `openshift-dns`, which listen on port 5353.
   *
   * @param options the addresses of DNS caches on the nodes
   */
  public static openshift(options: ClusterDnsOptions = {}): ClusterDns {
    return new ClusterDns({
      namespace: 'openshift-dns', serviceName: 'dns-default', pods: { 'dns.operator.openshift.io/daemonset-dns': 'default' }, ports: [5353], ...options,
    });
  }

  /**
   * Any other.
   *
   * @param props the namespace, labels and ports of the pods
   */
  public static of(props: ClusterDnsProps): ClusterDns {
    return new ClusterDns(props);
  }

  private constructor(
    /** @internal */ public readonly _props: ClusterDnsProps,
  ) {}

  /** The namespace of the pods. */
  public get dnsNamespace(): string {
    return this._props.namespace;
  }
}

valueClass(ClusterDns, 'ClusterDns');
