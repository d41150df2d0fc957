/** Versions of TLS. */
export enum TlsVersion {
  /** TLS 1.0, broken since 2011; it needs one of the `cipherSuites` that end in `-SHA`. */
  TLSV1_0 = 'TLSV1_0',
  /** TLS 1.1, deprecated in 2021; it needs one of the `cipherSuites` that end in `-SHA`. */
  TLSV1_1 = 'TLSV1_1',
  /** TLS 1.2. */
  TLSV1_2 = 'TLSV1_2',
  /** TLS 1.3. */
  TLSV1_3 = 'TLSV1_3',
}
