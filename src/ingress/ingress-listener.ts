/** What is done with clear-text requests to the hosts of an HTTPS listener. */
export class PlainHttp {
  /** They are redirected to HTTPS, with status 301. Under a wildcard host, a port that the client wrote into its Host header is kept. */
  public static redirect(): PlainHttp {
    return new PlainHttp('redirect');
  }

  /** They are served like the others. */
  public static serve(): PlainHttp {
    return new PlainHttp('serve');
  }

  /** Nothing listens for them. */
  public static closed(): PlainHttp {
    return new PlainHttp('closed');
  }

  private constructor(
    /** @internal */ public readonly _kind: 'redirect' | 'serve' | 'closed',
  ) {}
}

/** Options of `IngressListener.http`. */
export interface HttpListenerOptions {
  /**
   * The hosts that are served: full names, wildcards such as `*.example.com`, or `*`. Errors `HostInvalid`, `HostDuplicate`.
   *
   * @default - every host
   */
  readonly hosts?: string[];

  /**
   * The port of the gateway's Service, 1 to 65535. Errors `PortInvalid`, `IngressGatewayPortMissing`.
   *
   * @default 80
   */
  readonly port?: number;
}

/** Options of `IngressListener.https`. */
export interface HttpsListenerOptions {
  /** The hosts that are served: names and wildcards that the certificate covers. Errors `HostsEmpty`, `HostInvalid`, `HostDuplicate`. */
  readonly hosts: string[];

  /**
   * The name of the Secret with `tls.crt` and `tls.key`. It must be in the namespace of the gateway's pods,
   * wherever the Gateway object is. Error `CredentialNameMissing`.
   */
  readonly credentialName: string;

  /**
   * The port of the gateway's Service, 1 to 65535. Errors `PortInvalid`, `IngressGatewayPortMissing`.
   *
   * @default 443
   */
  readonly port?: number;

  /**
   * What is done with clear-text requests on port 80.
   *
   * @default PlainHttp.redirect()
   */
  readonly plainHttp?: PlainHttp;
}

/**
 * What an ingress gateway listens for.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/gateway/#Server
 */
export class IngressListener {
  /** Clear-text HTTP. */
  public static http(options: HttpListenerOptions = {}): IngressListener {
    return new IngressListener({ protocol: 'HTTP', hosts: options.hosts ?? ['*'], port: options.port ?? 80 });
  }

  /** HTTPS that ends in the gateway. */
  public static https(options: HttpsListenerOptions): IngressListener {
    return new IngressListener({
      protocol: 'HTTPS', hosts: options.hosts, port: options.port ?? 443, credentialName: options.credentialName, plainHttp: options.plainHttp ?? PlainHttp.redirect(),
    });
  }

  private constructor(
    /** @internal */ public readonly _spec: IngressListenerSpec,
  ) {}
}

/** @internal */
export interface IngressListenerSpec {
  readonly protocol: 'HTTP' | 'HTTPS';
  readonly hosts: string[];
  readonly port: number;
  readonly credentialName?: string;
  readonly plainHttp?: PlainHttp;
}
