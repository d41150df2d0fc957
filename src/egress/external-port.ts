import { UpstreamTls } from './upstream-tls';

/** Options of a port that leaves the mesh as the application spoke. */
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
   * How TLS is spoken to the external host.
   *
   * @default - UpstreamTls.simple(): the system's authorities, the host's own name
   */
  readonly tls?: UpstreamTls;
}

/** Options of `ExternalPort.tls`. */
export interface TlsPortOptions {
  /** The port, 1 to 65535. */
  readonly number: number;
}

/** Options of `ExternalPort.tcp`. */
export interface TcpPortOptions {
  /** The port that the application calls, 1 to 65535. */
  readonly number: number;

  /**
   * The port of the external host.
   *
   * @default - the same as `number`
   */
  readonly targetPort?: number;

  /**
   * Wraps the connection in TLS where it leaves the mesh.
   *
   * @default - bytes leave as the application sent them
   */
  readonly tls?: UpstreamTls;
}

/**
 * A port of an external service, by what the application speaks when it calls it.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/service-entry/
 */
export class ExternalPort {
  /** Clear-text HTTP, inside and outside the mesh. Error `HttpOn443`: use `httpToHttps` for a TLS port. */
  public static http(options: PortOptions = {}): ExternalPort {
    return new ExternalPort({ protocol: 'HTTP', number: options.number ?? 80, targetPort: options.targetPort });
  }

  /** The application says `http://`; HTTPS leaves the mesh, and the name of the external host is verified. */
  public static httpToHttps(options: HttpToHttpsOptions = {}): ExternalPort {
    return new ExternalPort({
      protocol: 'HTTP', number: options.number ?? 80, targetPort: options.targetPort ?? 443, tls: options.tls ?? UpstreamTls.simple(),
    });
  }

  /** Clear-text gRPC, inside and outside the mesh. */
  public static grpc(options: PortOptions = {}): ExternalPort {
    return new ExternalPort({ protocol: 'GRPC', number: options.number ?? 80, targetPort: options.targetPort });
  }

  /** The application says `https://`: its own TLS, which the mesh cannot read. */
  public static https(options: PortOptions = {}): ExternalPort {
    return new ExternalPort({ protocol: 'HTTPS', number: options.number ?? 443, targetPort: options.targetPort });
  }

  /** The application's own TLS on any port, told apart by its SNI. */
  public static tls(options: TlsPortOptions): ExternalPort {
    return new ExternalPort({ protocol: 'TLS', number: options.number });
  }

  /**
   * Bytes of any protocol, also of those in which the server speaks first or TLS begins inside.
   * The service needs `addresses`, unless sidecars capture DNS. Errors `TcpAddressMissing`, `TcpManyHosts`.
   */
  public static tcp(options: TcpPortOptions): ExternalPort {
    return new ExternalPort({ protocol: 'TCP', number: options.number, targetPort: options.targetPort, tls: options.tls });
  }

  private constructor(
    /** @internal */ public readonly _spec: ExternalPortSpec,
  ) {}
}

/** @internal */
export interface ExternalPortSpec {
  readonly protocol: 'HTTP' | 'GRPC' | 'HTTPS' | 'TLS' | 'TCP';
  readonly number: number;
  readonly targetPort?: number;
  readonly tls?: UpstreamTls;
}
