import { Duration } from 'cdk8s';
import { CA_SUFFIX } from './listener-tls';
import { CertificateIssuer } from '../../gateway/certificate-issuer';
import { PrivateKeyAlgorithm } from '../../gateway/private-key-algorithm';
import { ObjectMetadata } from '../../object-metadata';
import { Refuse } from '../basics/errors';
import { checkHosts } from '../basics/hosts';
import { isDnsName } from '../basics/names';
import { CertificateSpec } from '../model/certificate';

interface Input {
  readonly dnsNames: string[];
  readonly issuer: CertificateIssuer;
  readonly privateKey?: PrivateKeyAlgorithm;
  readonly duration?: Duration;
  readonly renewBefore?: Duration;
  readonly metadata?: ObjectMetadata;
}

const RSA_BITS = [2048, 3072, 4096];
/** The duration that cert-manager uses by default. */
const USUAL_S = Duration.days(90).toSeconds();

export function checkCertificate(input: Input, refuse: Refuse): Omit<CertificateSpec, 'secretName'> {
  const { metadata } = input;
  const { issuer, privateKey = PrivateKeyAlgorithm.rsa() } = input;
  const dnsNames = checkHosts(input.dnsNames, 'dnsNames', { wildcard: true }, refuse);
  if (!isDnsName(issuer.issuerName)) {
    refuse({ code: 'NameInvalid', prop: 'issuer', got: issuer.issuerName, allowed: 'the name of an issuer: DNS labels separated by dots', fix: 'correct the name' });
  }
  if (privateKey._algorithm === 'RSA' && !RSA_BITS.includes(privateKey._size)) {
    refuse({ code: 'PrivateKeyInvalid', prop: 'privateKey', got: privateKey._size, allowed: RSA_BITS.join(', '), fix: 'use one of these sizes' });
  }
  if (metadata?.name?.endsWith(CA_SUFFIX)) {
    refuse({ code: 'CredentialNameSuffix', prop: 'metadata.name', got: metadata.name, allowed: `a name that does not end in ${CA_SUFFIX}`, fix: 'choose another name: Istio reserves this suffix for CA certificates' });
  }
  return {
    dnsNames,
    issuer: { name: issuer.issuerName, kind: issuer._kind },
    privateKey: { algorithm: privateKey._algorithm, size: privateKey._size },
    ...checkDurations(input, refuse),
  };
}

function checkDurations({ duration, renewBefore }: Input, refuse: Refuse): Pick<CertificateSpec, 'durationS' | 'renewBeforeS'> {
  const durationS = duration?.toSeconds({ integral: false });
  const renewBeforeS = renewBefore?.toSeconds({ integral: false });
  if (durationS !== undefined && durationS < 3600) {
    refuse({ code: 'CertificateDurationInvalid', prop: 'duration', got: `${durationS} s`, allowed: 'one hour or more', fix: 'correct it' });
  }
  if (renewBeforeS !== undefined && (renewBeforeS < 300 || renewBeforeS >= (durationS ?? USUAL_S))) {
    refuse({ code: 'CertificateDurationInvalid', prop: 'renewBefore', got: `${renewBeforeS} s`, allowed: `five minutes or more, and less than the duration of ${durationS ?? USUAL_S} s`, fix: 'correct it' });
  }
  return { durationS, renewBeforeS };
}
