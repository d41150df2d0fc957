import { valueClass } from '../private/basics/value-class';

/**
 * The cert-manager issuer that signs a certificate.
 *
 * @see https://cert-manager.io/docs/configuration/issuers/
 * @example
 * new Certificate(chart, 'certificate', {
 *   workload: GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' }),
 *   issuer: CertificateIssuer.clusterIssuer('letsencrypt'),
 *   dnsNames: ['shop.example.com'],
 * });
 */
export class CertificateIssuer {
  /**
   * A ClusterIssuer, which serves all namespaces.
   *
   * @param name Error `NameInvalid`.
   */
  public static clusterIssuer(name: string): CertificateIssuer {
    return new CertificateIssuer(name, 'ClusterIssuer');
  }

  /**
   * An Issuer; it must be in the namespace of the gateway's pods.
   *
   * @param name Error `NameInvalid`.
   */
  public static issuer(name: string): CertificateIssuer {
    return new CertificateIssuer(name, 'Issuer');
  }

  private constructor(
    /** The name of the issuer. */
    public readonly issuerName: string,
    /** @internal */ public readonly _kind: 'ClusterIssuer' | 'Issuer',
  ) {}
}

valueClass(CertificateIssuer, 'CertificateIssuer');
