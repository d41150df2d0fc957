import { valueClass } from '../private/basics/value-class';

/** Options of an endpoint. */
export interface EndpointOptions {
  /**
   * The port of this endpoint for each port of the service, by the number that the application calls, for example `{ '80': 8080 }`.
   *
   * @default - the target ports of the service
   */
  readonly ports?: { [port: string]: number };

  /**
   * Where the endpoint is, as `region/zone/subzone`.
   *
   * @default - unknown
   */
  readonly locality?: string;

  /**
   * Its share of the load, a whole number from 1, relative to the other endpoints.
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
   * The service account of a workload in the mesh, for services with `ServiceLocation.MESH_INTERNAL`: callers speak mesh mTLS to the endpoint,
   * and only to this account of the chart's namespace. Error `EndpointInvalid` for services outside, `NameInvalid`.
   *
   * @default - callers speak clear text, unless `labels` say otherwise
   */
  readonly serviceAccount?: string;
}

/**
 * One place where an external service can be reached.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/workload-entry/#WorkloadEntry
 */
export class Endpoint {
  /** An IP address. Error `EndpointInvalid`. */
  public static ip(address: string, options: EndpointOptions = {}): Endpoint {
    return new Endpoint('ip', address, options);
  }

  /** A DNS name, which is resolved by the proxy, or `localhost`, which is the pod of the proxy. With `Resolution.dns` and `Resolution.dnsRoundRobin` only. Error `EndpointInvalid`. */
  public static host(name: string, options: EndpointOptions = {}): Endpoint {
    return new Endpoint('host', name, options);
  }

  /**
   * A unix socket in the container of the proxy. With `Resolution.endpoints` only. Error `UnixSocketWithDns`.
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
 */
export class Resolution {
  /**
   * By DNS, all addresses of the answer in turn.
   *
   * @param endpoints names or addresses to use instead of the hosts. Error `UnixSocketWithDns`.
   */
  public static dns(endpoints: Endpoint[] = []): Resolution {
    return new Resolution('DNS', endpoints);
  }

  /**
   * By DNS, a new connection to the first address of the answer: for names with very many addresses.
   *
   * @param endpoint a name or address to use instead of the hosts. Istio takes one at most. Error `UnixSocketWithDns`.
   */
  public static dnsRoundRobin(endpoint?: Endpoint): Resolution {
    return new Resolution('DNS_ROUND_ROBIN', endpoint ? [endpoint] : []);
  }

  /**
   * No look-up: fixed endpoints (Istio's `STATIC`).
   *
   * @param endpoints one or more addresses or unix sockets. Errors `EndpointsMissing`, `EndpointInvalid`, `ListTooLong`.
   */
  public static endpoints(endpoints: Endpoint[]): Resolution {
    return new Resolution('STATIC', endpoints);
  }

  /**
   * One host serves all names of the service: the proxy looks it up by DNS and goes there, while the names that the application calls stay
   * in requests, in SNI and in the names that certificates are verified for. For wildcards such as `*.example.com` that one front answers,
   * also through a gateway.
   *
   * @param host the full name of the front, for example `www.example.com`. Error `HostInvalid`.
   * @see https://istio.io/latest/docs/tasks/traffic-management/egress/wildcard-egress-hosts/#wildcard-configuration-for-a-single-hosting-server
   */
  public static servedBy(host: string): Resolution {
    return Resolution.dns([Endpoint.host(host)]);
  }

  /**
   * No look-up: the proxy goes where the application was going. Direct services only, for a gateway has no such
   * place to go to. Error `ResolutionNoneBehindGateway`.
   */
  public static none(): Resolution {
    return new Resolution('NONE', []);
  }

  /**
   * By DNS, for the name in each request. Wildcard hosts and direct services only, for Istio's gateways cannot do it; needs Istio 1.30.
   * Errors `DynamicDnsHost`, `DynamicDnsAddresses`, `DynamicDnsProtocol`, `IstioVersionTooOld`, `WildcardThroughGateway`.
   */
  public static dynamicDns(): Resolution {
    return new Resolution('DYNAMIC_DNS', []);
  }

  /**
   * The workloads of the chart's namespace that carry these labels: WorkloadEntries, as virtual machines have them, and pods. Their addresses are
   * taken as they come and go (Istio's `workloadSelector`).
   *
   * @param labels one label or more. Errors `EndpointsMissing`, `LabelInvalid`.
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
