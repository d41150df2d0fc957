import { valueClass } from '../private/basics/value-class';

/** Options of an endpoint. */
export interface EndpointOptions {
  /**
   * The port of this endpoint for each port of the service, keyed by the port number that the application calls, for example `{ '80': 8080 }`.
   *
   * @default - the target ports of the service
   */
  readonly ports?: { [port: string]: number };

  /**
   * The locality of the endpoint, as `region/zone/subzone`.
   *
   * @default - unknown
   */
  readonly locality?: string;

  /**
   * Its load-balancing weight relative to the other endpoints: a whole number, 1 or more.
   *
   * @default - equal shares
   */
  readonly weight?: number;

  /**
   * Labels of the endpoint. Error `LabelInvalid`.
   *
   * @default - none
   */
  readonly labels?: { [label: string]: string };

  /**
   * The service account of the workload, for services with `ServiceLocation.MESH_INTERNAL`. Callers use mesh mTLS for the endpoint and accept only
   * this account in the chart's namespace. Error `EndpointInvalid` for services outside the mesh, `NameInvalid`.
   *
   * @default - callers use clear text, unless `labels` say otherwise
   */
  readonly serviceAccount?: string;
}

/**
 * One address at which an external service can be reached.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/workload-entry/#WorkloadEntry
 * @example
 * new ExternalService(chart, 'stock', {
 *   hosts: ['stock.example.com'],
 *   ports: [ExternalPort.http()],
 *   direct: true,
 *   resolution: Resolution.endpoints([Endpoint.ip('192.0.2.10', { weight: 2 }), Endpoint.ip('192.0.2.11')]),
 * });
 */
export class Endpoint {
  /**
   * An IP address. Error `EndpointInvalid`.
   *
   * @param address an IPv4 or IPv6 address
   * @param options its share of the requests, its locality, and its ports
   */
  public static ip(address: string, options: EndpointOptions = {}): Endpoint {
    return new Endpoint('ip', address, options);
  }

  /**
   * A DNS name that the proxy resolves, or `localhost` for the proxy's own pod. Only with `Resolution.dns` and `Resolution.dnsRoundRobin`. Error
   * `EndpointInvalid`.
   *
   * It may be the name of a Service, such as a forward proxy in the cluster, whose own callers are not affected. Proxies then connect to its cluster
   * IP without mesh mTLS, which workloads that require mTLS refuse.
   *
   * @param name the name that is resolved
   * @param options its share of the requests, its locality, and its ports
   */
  public static host(name: string, options: EndpointOptions = {}): Endpoint {
    return new Endpoint('host', name, options);
  }

  /**
   * A Unix socket in the proxy's container. Only with `Resolution.endpoints`. Error `UnixSocketWithDns`.
   *
   * @param path an absolute path. Error `EndpointInvalid`.
   */
  public static unixSocket(path: string): Endpoint {
    return new Endpoint('unix', path, {});
  }

  private constructor(
    /** @internal */ public readonly _kind: 'ip' | 'host' | 'unix',
    /** The address, the name, or the path of the socket. */
    public readonly address: string,
    /** @internal */ public readonly _options: EndpointOptions,
  ) {}
}

valueClass(Endpoint, 'Endpoint');

/**
 * How the proxy finds the address of an external host.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/service-entry/#ServiceEntry-Resolution
 * @example
 * new ExternalService(chart, 'stock', {
 *   hosts: ['stock.example.com'],
 *   ports: [ExternalPort.http()],
 *   direct: true,
 *   resolution: Resolution.endpoints([Endpoint.ip('192.0.2.10')]),
 * });
 */
export class Resolution {
  /**
   * Resolves the hosts by DNS and balances over all addresses in the response.
   *
   * @param endpoints names or addresses to use instead of the hosts. Error `UnixSocketWithDns`.
   */
  public static dns(endpoints: Endpoint[] = []): Resolution {
    return new Resolution('DNS', endpoints);
  }

  /**
   * Resolves the hosts by DNS and opens new connections to the first address in the response. For names with many addresses.
   *
   * @param endpoint a name or address to use instead of the hosts. Istio accepts at most one. Error `UnixSocketWithDns`.
   */
  public static dnsRoundRobin(endpoint?: Endpoint): Resolution {
    return new Resolution('DNS_ROUND_ROBIN', endpoint ? [endpoint] : []);
  }

  /**
   * Uses fixed endpoints, without a DNS lookup (Istio's `STATIC`).
   *
   * @param endpoints one or more addresses or unix sockets. Errors `EndpointsMissing`, `EndpointInvalid`, `ListTooLong`.
   */
  public static endpoints(endpoints: Endpoint[]): Resolution {
    return new Resolution('STATIC', endpoints);
  }

  /**
   * Sends the traffic for all names of the service to one host that serves them. The proxy resolves that host by DNS; requests, SNI and certificate
   * verification keep the name that the application calls. For wildcards such as `*.example.com` with a common front end, also through a gateway.
   *
   * @param host the full name of that host, for example `www.example.com`. Error `HostInvalid`.
   * @see https://istio.io/latest/docs/tasks/traffic-management/egress/wildcard-egress-hosts/#wildcard-configuration-for-a-single-hosting-server
   */
  public static servedBy(host: string): Resolution {
    return Resolution.dns([Endpoint.host(host)]);
  }

  /**
   * Uses the address that the application dialed, without a DNS lookup. Direct services only, because a gateway does not know that address. Error
   * `ResolutionNoneBehindGateway`.
   */
  public static none(): Resolution {
    return new Resolution('NONE', []);
  }

  /**
   * Resolves the name in each request by DNS. Only for direct services with wildcard hosts, because Istio's gateways do not support it. Needs Istio
   * 1.30. Errors `DynamicDnsHost`, `DynamicDnsAddresses`, `DynamicDnsProtocol`, `IstioVersionTooOld`, `WildcardThroughGateway`.
   */
  public static dynamicDns(): Resolution {
    return new Resolution('DYNAMIC_DNS', []);
  }

  /**
   * Uses the workloads in the chart's namespace with these labels: pods, and WorkloadEntries such as those of virtual machines. The addresses follow
   * the workloads as they come and go (Istio's `workloadSelector`).
   *
   * @param labels at least one label. Errors `EndpointsMissing`, `LabelInvalid`.
   * @see https://istio.io/latest/docs/reference/config/networking/workload-entry/
   */
  public static workloads(labels: { [label: string]: string }): Resolution {
    return new Resolution('STATIC', [], labels);
  }

  private constructor(
    /** @internal */ public readonly _kind: 'DNS' | 'DNS_ROUND_ROBIN' | 'STATIC' | 'NONE' | 'DYNAMIC_DNS',
    /** @internal */ public readonly _endpoints: Endpoint[],
    /** @internal */ public readonly _workloads?: { [label: string]: string },
  ) {}

  /** How Istio calls it, such as `DNS`. */
  public get resolutionKind(): string {
    return this._kind;
  }
}

valueClass(Resolution, 'Resolution');
