import { valueClass } from '../private/basics/value-class';

/**
 * Which authorities may have signed the certificate of the external host.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#ClientTLSSettings
 */
export class CaSource {
  /** The authorities of the proxy's operating system. */
  public static system(): CaSource {
    return new CaSource('system');
  }

  /**
   * The `ca.crt` of a Secret in the namespace of the gateway's pods. A list of revoked certificates may stand beside it, as `ca.crl`.
   * Errors `CaSourceConflict`, `ClientCertificateSecretAtSidecar`.
   *
   * @param name the name of the Secret. Error `NameInvalid`.
   */
  public static secret(name: string): CaSource {
    return new CaSource('secret', name);
  }

  /**
   * The `ca.crt` of a ConfigMap in the namespace of the gateway's pods; of a direct service, in the namespace of the chart, where sidecars
   * may read it too. A list of revoked certificates may stand beside it, as `ca.crl`.
   * A proxy that finds no such ConfigMap refuses all connections to the host.
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
   * The namespace of the Secret, where you want it checked: it must be that of the gateway's pods. Error `ClientCertificateNamespace`.
   *
   * @default - the namespace of the gateway's pods
   */
  readonly namespace?: string;
}

/** Where a client certificate stands in the proxy's container. */
export interface ClientCertificateFiles {
  /** The path of the certificate chain, PEM. */
  readonly certificate: string;

  /** The path of the private key, PEM. */
  readonly privateKey: string;
}

/** The certificate that is shown to the external host. */
export class ClientCertificate {
  /**
   * A Secret with `tls.crt`, `tls.key` and `ca.crt`, and perhaps `ca.crl` with revoked certificates, in the namespace of the gateway's pods:
   * a Secret of another namespace is never found.
   * Errors `CaSourceConflict` where a `ca` stands beside it, `ClientCertificateSecretAtSidecar` for a direct service.
   *
   * @param name the name of the Secret. Error `NameInvalid`.
   */
  public static secret(name: string, options: ClientCertificateSecretOptions = {}): ClientCertificate {
    return new ClientCertificate({ secret: name, namespace: options.namespace });
  }

  /** Files in the proxy's container. Error `FilePathInvalid`. */
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
   * Who may have signed the certificate of the external host. Error `CaSourceConflict` beside a client certificate of a Secret, which holds
   * the authority as well, and for authorities of a Secret or ConfigMap beside a client certificate of files.
   *
   * @default CaSource.system()
   */
  readonly ca?: CaSource;

  /**
   * The path of a PEM file in the proxy's container: the certificates that their authorities have revoked, and that are refused.
   * The file needs a list of each authority in the chain: with any missing, every certificate is refused.
   * Authorities of a Secret or ConfigMap have their list beside them. Errors `FilePathInvalid`, `CaSourceConflict`.
   *
   * @default - nobody asks whether a certificate was revoked, unless the Secret or ConfigMap of the authorities says it
   */
  readonly crl?: string;

  /**
   * The server name to ask for. Error `SniWithoutSubjectAltNames` on TCP ports where `subjectAltNames` is not set too.
   *
   * @default - the host
   */
  readonly sni?: string;

  /**
   * Names, one of which the certificate of the external host must carry.
   *
   * @default - the server name that is asked for
   */
  readonly subjectAltNames?: string[];
}

/** Options of `UpstreamTls.mutual`. */
export interface MutualTlsOptions extends SimpleTlsOptions {
  /** The certificate to show. */
  readonly clientCertificate: ClientCertificate;
}

/**
 * How the mesh speaks TLS to an external host. The host's certificate and its name are verified unless `insecure` says otherwise.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#ClientTLSSettings
 */
export class UpstreamTls {
  /** TLS in which the server alone shows a certificate. */
  public static simple(options: SimpleTlsOptions = {}): UpstreamTls {
    return new UpstreamTls({ mode: 'SIMPLE', ...options });
  }

  /** TLS in which both sides show a certificate. */
  public static mutual(options: MutualTlsOptions): UpstreamTls {
    return new UpstreamTls({ mode: 'MUTUAL', ...options });
  }

  /**
   * TLS to whoever answers: encrypted, but to nobody in particular.
   *
   * @param reason why; it is kept as an annotation of the rule. Error `ReasonMissing`.
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
