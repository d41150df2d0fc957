import { Credential } from './credential';
import { valueClass } from '../private/basics/value-class';

/** Options of `ClientCertificates.required` and `ClientCertificates.optional`. */
export interface ClientCertificatesOptions {
  /**
   * The Secret with the certificate authorities for client certificates in `ca.crt` and, optionally, their revocation list in `ca.crl`. A separate
   * Secret needs Istio 1.28, unless its name is that of the listener's certificate Secret with the suffix `-cacert`. Error `IstioVersionTooOld`.
   *
   * @default - the Secret with the listener's (first) certificate, or the Secret of the same name with the suffix `-cacert`
   */
  readonly ca?: Credential;
}

/**
 * Whether an HTTPS listener asks clients for certificates. A gateway that does not find the authorities refuses connections; while it starts, even to
 * the whole port. Destinations find the certificate in the header `x-forwarded-client-cert`.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings-TLSmode
 * @example
 * IngressListener.https({ hosts: ['shop.example.com'], credentialName: 'shop-tls', clients: ClientCertificates.required() });
 */
export class ClientCertificates {
  /**
   * Connections without a valid client certificate are refused.
   *
   * @param options the authorities that are trusted
   */
  public static required(options: ClientCertificatesOptions = {}): ClientCertificates {
    return new ClientCertificates('MUTUAL', options.ca);
  }

  /**
   * Connections without a client certificate are accepted; those with an invalid one are refused.
   *
   * @param options the authorities that are trusted
   */
  public static optional(options: ClientCertificatesOptions = {}): ClientCertificates {
    return new ClientCertificates('OPTIONAL_MUTUAL', options.ca);
  }

  private constructor(
    /** @internal */ public readonly _mode: 'MUTUAL' | 'OPTIONAL_MUTUAL',
    /** @internal */ public readonly _ca?: Credential,
  ) {}

  /** Whether a client without a certificate gets no connection. */
  public get certificateNeeded(): boolean {
    return this._mode === 'MUTUAL';
  }
}

valueClass(ClientCertificates, 'ClientCertificates');
