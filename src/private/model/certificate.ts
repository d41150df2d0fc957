/** A Certificate of cert-manager. */
export interface CertificateSpec {
  readonly secretName: string;
  readonly dnsNames: string[];
  readonly issuer: { readonly name: string; readonly kind: 'Issuer' | 'ClusterIssuer' };
  readonly privateKey: { readonly algorithm: 'RSA' | 'ECDSA'; readonly size: number };
  readonly durationS?: number;
  readonly renewBeforeS?: number;
}
