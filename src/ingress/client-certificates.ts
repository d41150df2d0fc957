import { Credential } from './credential';
import { valueClass } from '../private/basics/value-class';

/** Options of `ClientCertificates.required` and `ClientCertificates.optional`. */
export interface ClientCertificatesOptions {
  /**
   * The Secret with the authorities that sign the clients' certificates in `ca.crt`, and with their revocation list in `ca.crl` if they
   * have one. A Secret of its own takes Istio 1.28, unless its name is that of the listener's certificate with `-cacert` behind.
   * Error `IstioVersionTooOld`.
   *
   * @default - the Secret with the listener's (first) certificate, or the one of its name with `-cacert` behind
   */
  readonly ca?: Credential;
}

/**
 * Which certificates an HTTPS listener asks of its clients. A gateway without authorities to check them by refuses connections, at its
 * start to the whole port. Destinations find the certificate in the header `x-forwarded-client-cert`.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings-TLSmode
 */
export class ClientCertificates {
  /** A client without a valid certificate gets no connection. */
  public static required(options: ClientCertificatesOptions = {}): ClientCertificates {
    return new ClientCertificates('MUTUAL', options.ca);
  }

  /** A client may come without a certificate, but not with an invalid one. */
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
