import { UpstreamTls } from './upstream-tls';
import { valueClass } from '../private/basics/value-class';

/** Options of a port whose protocol stays as the application speaks it. */
export interface PortOptions {
  /**
   * The port that the application calls, 1 to 65535.
   *
   * @default - 80 for HTTP and gRPC, 443 for HTTPS
   */
  readonly number?: number;

  /**
   * The port of the external host.
   *
   * @default - the same as `number`
   */
  readonly targetPort?: number;
}

/** Options of `ExternalPort.httpToHttps`. */
export interface HttpToHttpsOptions {
  /**
   * The port that the application calls in clear text, 1 to 65535.
   *
   * @default 80
   */
  readonly number?: number;

  /**
   * The TLS port of the external host.
   *
   * @default 443
   */
  readonly targetPort?: number;

  /**
   * The TLS settings for the external host.
   *
   * @default - UpstreamTls.simple(): the system's certificate authorities and the host's own name
   */
  readonly tls?: UpstreamTls;

  /**
   * Whether to speak HTTP/2 to the external host (ALPN `h2` only) even if the application speaks HTTP/1.1. gRPC always uses HTTP/2. A host without
   * HTTP/2 cannot be reached with this option.
   *
   * @default false - HTTP/1.1, or HTTP/2 for gRPC
   */
  readonly http2?: boolean;
}

/** Options of `ExternalPort.tls`. */
export interface TlsPortOptions {
  /** The port that the application calls, 1 to 65535. */
  readonly number: number;

  /**
   * The port of the external host.
   *
   * @default - the same as `number`
   */
  readonly targetPort?: number;
}

/** Common options of ports for raw connections. */
export interface ConnectionPortOptions {
  /**
   * The port of the external host.
   *
   * @default - the same as `number`
   */
  readonly targetPort?: number;

  /**
   * Wraps the connection in TLS when it leaves the mesh.
   *
   * @default - bytes leave as the application sends them
   */
  readonly tls?: UpstreamTls;
}

/** Options of `ExternalPort.tcp`. */
export interface TcpPortOptions extends ConnectionPortOptions {
  /** The port that the application calls, 1 to 65535. */
  readonly number: number;
}

/** Options of ports with a well-known number, such as those of databases. */
export interface WellKnownPortOptions extends ConnectionPortOptions {
  /**
   * The port that the application calls, 1 to 65535.
   *
   * @default - the usual port of the protocol
   */
  readonly number?: number;
}

/**
 * A port of an external service, described by the protocol that the application speaks to it.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/service-entry/
 * @example
 * const partner = new ExternalService(chart, 'partner', {
 *   hosts: ['partner.example.com'],
 *   ports: [ExternalPort.httpToHttps(), ExternalPort.tls({ number: 8443 })],
 * });
 * new EgressRoute(chart, 'partner-route', { service: partner, gateway: egress });
 */
export class ExternalPort {
  /**
   * Clear-text HTTP, inside and outside the mesh. Error `HttpOn443`: use `httpToHttps` for a TLS port.
   *
   * @param options the number of the port, and of that outside
   */
  public static http(options: PortOptions = {}): ExternalPort {
    return new ExternalPort({ protocol: 'HTTP', number: options.number ?? 80, targetPort: options.targetPort });
  }

  /**
   * The application calls `http://`; the mesh sends HTTPS to the external host and verifies its name.
   *
   * @param options the numbers of the ports, and how the mesh speaks TLS
   */
  public static httpToHttps(options: HttpToHttpsOptions = {}): ExternalPort {
    return new ExternalPort({
      protocol: 'HTTP', number: options.number ?? 80, targetPort: options.targetPort ?? 443, tls: options.tls ?? UpstreamTls.simple(), http2: options.http2,
    });
  }

  /**
   * Clear-text gRPC, inside and outside the mesh.
   *
   * @param options the number of the port, and of that outside
   */
  public static grpc(options: PortOptions = {}): ExternalPort {
    return new ExternalPort({ protocol: 'GRPC', number: options.number ?? 80, targetPort: options.targetPort });
  }

  /**
   * The application speaks clear-text gRPC; the mesh sends gRPC over TLS to the external host and verifies its name.
   *
   * @param options the numbers of the ports, and how the mesh speaks TLS
   */
  public static grpcToGrpcs(options: HttpToHttpsOptions = {}): ExternalPort {
    return new ExternalPort({ ...ExternalPort.httpToHttps(options)._spec, protocol: 'GRPC' });
  }

  /**
   * Clear-text HTTP/2 (`h2c`), inside and outside the mesh.
   *
   * @param options the number of the port, and of that outside
   */
  public static http2(options: PortOptions = {}): ExternalPort {
    return new ExternalPort({ protocol: 'HTTP2', number: options.number ?? 80, targetPort: options.targetPort });
  }

  /**
   * The application calls `https://` with its own TLS, which the mesh cannot read.
   *
   * @param options the number of the port, and of that outside
   */
  public static https(options: PortOptions = {}): ExternalPort {
    return new ExternalPort({ protocol: 'HTTPS', number: options.number ?? 443, targetPort: options.targetPort });
  }

  /**
   * The application's own TLS on any port, routed by SNI.
   *
   * @param options the number of the port, and of that outside
   */
  public static tls(options: TlsPortOptions): ExternalPort {
    return new ExternalPort({ protocol: 'TLS', number: options.number, targetPort: options.targetPort });
  }

  /**
   * Bytes of any protocol, including protocols in which the server speaks first or TLS starts inside the connection. The service needs `addresses`,
   * unless sidecars capture DNS or only gateways connect to it. Errors `TcpAddressMissing`, `TcpManyHosts`.
   *
   * @param options the number of the port, that outside, and TLS
   */
  public static tcp(options: TcpPortOptions): ExternalPort {
    return new ExternalPort({ protocol: 'TCP', number: options.number, targetPort: options.targetPort, tls: options.tls });
  }

  /**
   * PostgreSQL on port 5432, as `tcp`. Its own TLS starts inside the connection; set `tls` only for servers that expect TLS from the first byte.
   *
   * @param options the number of the port, that outside, and TLS from the first byte
   */
  public static postgres(options: WellKnownPortOptions = {}): ExternalPort {
    return ExternalPort.tcp({ number: 5432, ...options });
  }

  /**
   * MySQL on port 3306, as `tcp`. The server speaks first, and its own TLS starts inside the connection.
   *
   * @param options the number of the port, that outside, and TLS from the first byte
   */
  public static mysql(options: WellKnownPortOptions = {}): ExternalPort {
    return ExternalPort.tcp({ number: 3306, ...options });
  }

  /**
   * MongoDB on port 27017, as `tcp`.
   *
   * @param options the number of the port, that outside, and TLS from the first byte
   */
  public static mongo(options: WellKnownPortOptions = {}): ExternalPort {
    return ExternalPort.tcp({ number: 27017, ...options });
  }

  /**
   * Redis on port 6379, as `tcp`.
   *
   * @param options the number of the port, that outside, and TLS from the first byte
   */
  public static redis(options: WellKnownPortOptions = {}): ExternalPort {
    return ExternalPort.tcp({ number: 6379, ...options });
  }

  private constructor(
    /** @internal */ public readonly _spec: ExternalPortSpec,
  ) {}

  /** The port that the application calls. */
  public get portNumber(): number {
    return this._spec.number;
  }
}

valueClass(ExternalPort, 'ExternalPort');

/** @internal */
export interface ExternalPortSpec {
  readonly protocol: 'HTTP' | 'HTTP2' | 'GRPC' | 'HTTPS' | 'TLS' | 'TCP';
  readonly number: number;
  readonly targetPort?: number;
  readonly tls?: UpstreamTls;
  readonly http2?: boolean;
}
