import { CertificateSpec } from '../../model/certificate';

/** For cert-manager, for which there are no imports. */
export function certificateSpec({ secretName, dnsNames, issuer, privateKey, durationS, renewBeforeS }: CertificateSpec): object {
  return {
    secretName,
    dnsNames,
    issuerRef: { ...issuer, group: 'cert-manager.io' },
    privateKey: { ...privateKey, rotationPolicy: 'Always' },
    duration: durationS === undefined ? undefined : `${durationS}s`,
    renewBefore: renewBeforeS === undefined ? undefined : `${renewBeforeS}s`,
  };
}
