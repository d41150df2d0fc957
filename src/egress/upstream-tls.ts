import { valueClass } from '../private/basics/value-class';

/**
 * The certificate authorities that are trusted to sign the certificate of the external host.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#ClientTLSSettings
 * @example
 * ExternalPort.httpToHttps({ tls: UpstreamTls.simple({ ca: CaSource.secret('partner-ca') }) });
 */
export class CaSource {
  /** The certificate authorities of the proxy's operating system. */
  public static system(): CaSource {
    return new CaSource('system');
  }

  /**
   * The `ca.crt` of a Secret in the namespace of the gateway's pods. The Secret may also hold a certificate revocation list, as `ca.crl`. Errors
   * `CaSourceConflict`, `ClientCertificateSecretAtSidecar`.
   *
   * @param name the name of the Secret. Error `NameInvalid`.
   */
  public static secret(name: string): CaSource {
    return new CaSource('secret', name);
  }

  /**
   * The `ca.crt` of a ConfigMap in the namespace of the gateway's pods or, for a direct service, in the namespace of the chart, where sidecars can
   * read it. The ConfigMap may also hold a certificate revocation list, as `ca.crl`. A proxy that does not find the ConfigMap refuses all connections
   * to the host.
   *
   * @param name the name of the ConfigMap. Error `NameInvalid`.
   */
  public static configMap(name: string): CaSource {
    return new CaSource('configMap', name);
  }

  /**
   * A PEM file in the proxy's container.
   *
   * @param path an absolute path. Error `FilePathInvalid`.
   */
  public static file(path: string): CaSource {
    return new CaSource('file', path);
  }

  private constructor(
    /** @internal */ public readonly _kind: 'system' | 'secret' | 'configMap' | 'file',
    /** @internal */ public readonly _value?: string,
  ) {}

  /** Where the authorities are: `system`, `secret`, `configMap` or `file`. */
  public get caKind(): string {
    return this._kind;
  }
}

valueClass(CaSource, 'CaSource');

/** Options of `ClientCertificate.secret`. */
export interface ClientCertificateSecretOptions {
  /**
   * The namespace of the Secret. Set it only to have it checked: it must be the namespace of the gateway's pods. Error `ClientCertificateNamespace`.
   *
   * @default - the namespace of the gateway's pods
   */
  readonly namespace?: string;
}

/** The files of a client certificate in the proxy's container. */
export interface ClientCertificateFiles {
  /** The path of the certificate chain, in PEM. */
  readonly certificate: string;

  /** The path of the private key, in PEM. */
  readonly privateKey: string;
}

/**
 * The certificate that the mesh presents to the external host.
 *
 * @example
 * ExternalPort.httpToHttps({ tls: UpstreamTls.mutual({ clientCertificate: ClientCertificate.secret('partner-client') }) });
 */
export class ClientCertificate {
  /**
   * A Secret with `tls.crt`, `tls.key`, `ca.crt` and optionally a certificate revocation list in `ca.crl`. It must be in the namespace of the
   * gateway's pods; Secrets in other namespaces are never found. Errors `CaSourceConflict` if `ca` is set too, `ClientCertificateSecretAtSidecar` for
   * a direct service.
   *
   * @param name the name of the Secret. Error `NameInvalid`.
   * @param options the namespace of the Secret
   */
  public static secret(name: string, options: ClientCertificateSecretOptions = {}): ClientCertificate {
    return new ClientCertificate({ secret: name, namespace: options.namespace });
  }

  /**
   * Files in the proxy's container. Error `FilePathInvalid`.
   *
   * @param files the paths of the certificate and of its key
   */
  public static files(files: ClientCertificateFiles): ClientCertificate {
    return new ClientCertificate({ files });
  }

  private constructor(
    /** @internal */ public readonly _spec: ClientCertificateSpec,
  ) {}

  /** Where the certificate is: `secret` or `files`. */
  public get certificateKind(): string {
    return this._spec.files ? 'files' : 'secret';
  }
}

valueClass(ClientCertificate, 'ClientCertificate');

/** @internal */
export interface ClientCertificateSpec {
  readonly secret?: string;
  readonly namespace?: string;
  readonly files?: ClientCertificateFiles;
}

/** Options of `UpstreamTls.simple`. */
export interface SimpleTlsOptions {
  /**
   * The certificate authorities that are trusted to sign the certificate of the external host. Error `CaSourceConflict` together with a client
   * certificate from a Secret, which also holds the authority, and for authorities from a Secret or ConfigMap together with a client certificate from
   * files.
   *
   * @default CaSource.system()
   */
  readonly ca?: CaSource;

  /**
   * The path of a PEM file with certificate revocation lists in the proxy's container. Revoked certificates are refused. The file must hold a list
   * for every authority in the chain: if one is missing, every certificate is refused. For authorities from a Secret or ConfigMap, put the list into
   * the same object instead. Errors `FilePathInvalid`, `CaSourceConflict`.
   *
   * @default - no revocation check, unless the Secret or ConfigMap of the authorities has a list
   */
  readonly crl?: string;

  /**
   * The server name (SNI) to send. Error `SniWithoutSubjectAltNames` on TCP ports if `subjectAltNames` is not set too.
   *
   * @default - the host
   */
  readonly sni?: string;

  /**
   * The accepted subject alternative names (SANs): the certificate of the external host must carry one of them.
   *
   * @default - the server name (SNI)
   */
  readonly subjectAltNames?: string[];
}

/** Options of `UpstreamTls.mutual`. */
export interface MutualTlsOptions extends SimpleTlsOptions {
  /** The certificate to present. */
  readonly clientCertificate: ClientCertificate;
}

/**
 * How the mesh speaks TLS to an external host. It verifies the host's certificate and name, except with `insecure`.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#ClientTLSSettings
 * @example
 * ExternalPort.httpToHttps({ tls: UpstreamTls.simple({ ca: CaSource.secret('partner-ca'), sni: 'partner.example.com' }) });
 */
export class UpstreamTls {
  /**
   * TLS in which only the server presents a certificate.
   *
   * @param options how the certificate of the host is verified
   */
  public static simple(options: SimpleTlsOptions = {}): UpstreamTls {
    return new UpstreamTls({ mode: 'SIMPLE', ...options });
  }

  /**
   * TLS in which both sides present a certificate.
   *
   * @param options the certificate of the mesh, and how that of the host is verified
   */
  public static mutual(options: MutualTlsOptions): UpstreamTls {
    return new UpstreamTls({ mode: 'MUTUAL', ...options });
  }

  /**
   * TLS without verification: encrypted, but to whoever answers.
   *
   * @param reason why this is acceptable; kept as an annotation on the DestinationRule. Error `ReasonMissing`.
   */
  public static insecure(reason: string): UpstreamTls {
    return new UpstreamTls({ mode: 'INSECURE', reason });
  }

  private constructor(
    /** @internal */ public readonly _spec: UpstreamTlsSpec,
  ) {}

  /** `SIMPLE`, `MUTUAL` or `INSECURE`. */
  public get tlsMode(): string {
    return this._spec.mode;
  }
}

valueClass(UpstreamTls, 'UpstreamTls');

/** @internal */
export interface UpstreamTlsSpec extends SimpleTlsOptions {
  readonly mode: 'SIMPLE' | 'MUTUAL' | 'INSECURE';
  readonly clientCertificate?: ClientCertificate;
  readonly reason?: string;
}
