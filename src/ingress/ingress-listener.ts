import { ClientCertificates } from './client-certificates';
import { Credential } from './credential';
import { PlainHttp } from './plain-http';
import { TlsVersion } from './tls-version';
import { valueClass } from '../private/basics/value-class';

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
  /**
   * The hosts that are served: names and wildcards that the certificate covers, or `*`.
   * Errors `HostsEmpty`, `HostInvalid`, `HostDuplicate`.
   */
  readonly hosts: string[];

  /**
   * The name of the Secret with `tls.crt` and `tls.key`. It must be in the namespace of the gateway's pods,
   * wherever the Gateway object is. Errors `CredentialNameMissing`, `CredentialNameSuffix`, `CertificateConflict`.
   *
   * @default - `credentials` says it
   */
  readonly credentialName?: string;

  /**
   * The Secrets with `tls.crt` and `tls.key`, instead of `credentialName`: one, or two for the same hosts (Istio 1.27), of which one
   * has an RSA certificate and the other an ECDSA one. Clients get the ECDSA certificate where they can take it: those that offer
   * ECDSA signatures, and before TLS 1.3 cipher suites for them as well.
   * Errors `CredentialNameMissing`, `CredentialNameSuffix`, `CredentialsTooMany`, `CertificateConflict`, `IstioVersionTooOld`.
   * Error `CertificateHostMissing` where a Certificate of cert-manager does not name a host of the listener.
   *
   * @default - `credentialName` says it
   */
  readonly credentials?: Credential[];

  /**
   * Which certificates clients must show.
   *
   * @default - none is asked for
   */
  readonly clients?: ClientCertificates;

  /**
   * The lowest version of TLS that is spoken. Errors `ValueUnknown`, `CipherSuitesNeeded`.
   *
   * @default TlsVersion.TLSV1_2
   */
  readonly minTlsVersion?: TlsVersion;

  /**
   * The cipher suites that are offered below TLS 1.3, by their OpenSSL names. Those of TLS 1.3 are fixed.
   * Errors `CipherSuiteUnknown`, `CipherSuitesUnused`.
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
   * What is done with clear-text requests on port 80.
   *
   * @default PlainHttp.redirect()
   */
  readonly plainHttp?: PlainHttp;
}

/** Options of `IngressListener.tlsPassthrough`. */
export interface TlsPassthroughListenerOptions {
  /**
   * The hosts whose connections are passed on, told by the server name that clients ask for (SNI): names, wildcards, or `*`, which is
   * for clients that ask for no name as well. Errors `HostsEmpty`, `HostInvalid`, `HostDuplicate`.
   */
  readonly hosts: string[];

  /**
   * The port of the gateway's Service, 1 to 65535. Hosts of HTTPS listeners may be on the same.
   * Errors `PortInvalid`, `IngressGatewayPortMissing`.
   *
   * @default 443
   */
  readonly port?: number;
}

/** Options of `IngressListener.tcp`. */
export interface TcpListenerOptions {
  /** The port of the gateway's Service, 1 to 65535, which nothing else listens on. Errors `PortInvalid`, `IngressGatewayPortMissing`. */
  readonly port: number;
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
    return new IngressListener({ ...options, protocol: 'HTTPS', port: options.port ?? 443, plainHttp: options.plainHttp ?? PlainHttp.redirect() });
  }

  /** TLS that ends at the destination, whose certificate clients see. Routes for it have `destinations`. */
  public static tlsPassthrough(options: TlsPassthroughListenerOptions): IngressListener {
    return new IngressListener({ protocol: 'TLS', hosts: options.hosts, port: options.port ?? 443 });
  }

  /** Any bytes. The one route for it has `destinations`. */
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
