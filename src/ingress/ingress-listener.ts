import { ClientCertificates } from './client-certificates';
import { Credential } from './credential';
import { PlainHttp } from './plain-http';
import { TlsVersion } from './tls-version';
import { valueClass } from '../private/basics/value-class';

/** Options of `IngressListener.http`. */
export interface HttpListenerOptions {
  /**
   * The hosts to serve: full names, wildcards such as `*.example.com`, or `*`. Errors `HostInvalid`, `HostDuplicate`.
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
  /** The hosts to serve: names and wildcards that the certificate covers, or `*`. Errors `HostsEmpty`, `HostInvalid`, `HostDuplicate`. */
  readonly hosts: string[];

  /**
   * The name of the Secret with `tls.crt` and `tls.key`. It must be in the namespace of the gateway's pods, wherever the Gateway object is. Errors
   * `CredentialNameMissing`, `CredentialNameSuffix`, `CertificateConflict`.
   *
   * @default - set by `credentials`
   */
  readonly credentialName?: string;

  /**
   * The Secrets with `tls.crt` and `tls.key`, instead of `credentialName`: one, or two for the same hosts (Istio 1.27), one with an RSA certificate
   * and one with an ECDSA certificate. Clients get the ECDSA certificate if they support it, that is, if they offer ECDSA signatures and, before TLS
   * 1.3, matching cipher suites. Errors `CredentialNameMissing`, `CredentialNameSuffix`, `CredentialsTooMany`, `CertificateConflict`,
   * `IstioVersionTooOld`. Error `CertificateHostMissing` if a cert-manager Certificate does not cover a host of the listener.
   *
   * @default - set by `credentialName`
   */
  readonly credentials?: Credential[];

  /**
   * Whether clients must present certificates.
   *
   * @default - clients are not asked for certificates
   */
  readonly clients?: ClientCertificates;

  /**
   * The lowest TLS version to accept. Errors `ValueUnknown`, `CipherSuitesNeeded`.
   *
   * @default TlsVersion.TLSV1_2
   */
  readonly minTlsVersion?: TlsVersion;

  /**
   * The cipher suites for TLS versions below 1.3, by their OpenSSL names. Those of TLS 1.3 are fixed. Errors `CipherSuiteUnknown`,
   * `CipherSuitesUnused`.
   *
   * @default - those with forward secrecy and AEAD
   * @see https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings-cipher_suites
   */
  readonly cipherSuites?: string[];

  /**
   * The port of the gateway's Service, 1 to 65535. Errors `PortInvalid`, `IngressGatewayPortMissing`.
   *
   * @default 443
   */
  readonly port?: number;

  /**
   * How clear-text requests on port 80 are handled.
   *
   * @default PlainHttp.redirect()
   */
  readonly plainHttp?: PlainHttp;
}

/** Options of `IngressListener.tlsPassthrough`. */
export interface TlsPassthroughListenerOptions {
  /**
   * The hosts whose connections are passed through, by the server name that clients send (SNI): names, wildcards, or `*`, which also covers clients
   * that send no SNI. Errors `HostsEmpty`, `HostInvalid`, `HostDuplicate`.
   */
  readonly hosts: string[];

  /**
   * The port of the gateway's Service, 1 to 65535. HTTPS listeners for other hosts may share it. Errors `PortInvalid`, `IngressGatewayPortMissing`.
   *
   * @default 443
   */
  readonly port?: number;
}

/** Options of `IngressListener.tcp`. */
export interface TcpListenerOptions {
  /** The port of the gateway's Service, 1 to 65535. No other listener may use it. Errors `PortInvalid`, `IngressGatewayPortMissing`. */
  readonly port: number;
}

/**
 * A listener of an ingress gateway.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/gateway/#Server
 * @example
 * new IngressGateway(chart, 'entrance', {
 *   workload: GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' }),
 *   listeners: [IngressListener.https({ hosts: ['shop.example.com'], credentialName: 'shop-tls', plainHttp: PlainHttp.redirect() })],
 * });
 */
export class IngressListener {
  /**
   * Clear-text HTTP.
   *
   * @param options the hosts and the port
   */
  public static http(options: HttpListenerOptions = {}): IngressListener {
    return new IngressListener({ protocol: 'HTTP', hosts: options.hosts ?? ['*'], port: options.port ?? 80 });
  }

  /**
   * HTTPS, terminated at the gateway.
   *
   * @param options the hosts, their certificates, and how clients are handled
   */
  public static https(options: HttpsListenerOptions): IngressListener {
    return new IngressListener({ ...options, protocol: 'HTTPS', port: options.port ?? 443, plainHttp: options.plainHttp ?? PlainHttp.redirect() });
  }

  /**
   * TLS, terminated at the destination, whose certificate clients see. Its routes have `destinations`.
   *
   * @param options the hosts and the port
   */
  public static tlsPassthrough(options: TlsPassthroughListenerOptions): IngressListener {
    return new IngressListener({ protocol: 'TLS', hosts: options.hosts, port: options.port ?? 443 });
  }

  /**
   * Raw TCP. Its only route has `destinations`.
   *
   * @param options the port
   */
  public static tcp(options: TcpListenerOptions): IngressListener {
    return new IngressListener({ protocol: 'TCP', hosts: ['*'], port: options.port });
  }

  private constructor(
    /** @internal */ public readonly _spec: IngressListenerSpec,
  ) {}

  /** The port of the gateway's Service. */
  public get listenerPort(): number {
    return this._spec.port;
  }
}

valueClass(IngressListener, 'IngressListener');

/** @internal */
export interface IngressListenerSpec extends HttpsListenerOptions {
  readonly protocol: 'HTTP' | 'HTTPS' | 'TLS' | 'TCP';
  readonly port: number;
}
