import { valueClass } from '../private/basics/value-class';

/**
 * Algorithms of private keys that gateways can use. Envoy does not support Ed25519.
 *
 * @example
 * new Certificate(chart, 'certificate', {
 *   workload: GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' }),
 *   issuer: CertificateIssuer.issuer('internal'),
 *   dnsNames: ['shop.example.com'],
 *   privateKey: PrivateKeyAlgorithm.ecdsa(),
 * });
 */
export class PrivateKeyAlgorithm {
  /**
   * RSA.
   *
   * @param bits 2048, 3072 or 4096. Error `PrivateKeyInvalid`.
   */
  public static rsa(bits: number = 2048): PrivateKeyAlgorithm {
    return new PrivateKeyAlgorithm('RSA', bits);
  }

  /** ECDSA on the curve P-256, which every version of Envoy supports. Clients that support only RSA cannot connect. */
  public static ecdsa(): PrivateKeyAlgorithm {
    return new PrivateKeyAlgorithm('ECDSA', 256);
  }

  private constructor(
    /** @internal */ public readonly _algorithm: 'RSA' | 'ECDSA',
    /** @internal */ public readonly _size: number,
  ) {}

  /** `RSA` or `ECDSA`. */
  public get keyAlgorithm(): string {
    return this._algorithm;
  }
}

valueClass(PrivateKeyAlgorithm, 'PrivateKeyAlgorithm');
