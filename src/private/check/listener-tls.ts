import { checkCredential, checkSecretName } from './secret';
import { IngressListenerSpec } from '../../ingress/ingress-listener';
import { TlsVersion } from '../../ingress/tls-version';
import { MeshSettings } from '../../mesh-settings';
import { Refuse } from '../basics/errors';
import { ServerTls } from '../model/listener';

/** Istio treats any Secret with this suffix as one of certificate authorities, whatever it holds. */
export const CA_SUFFIX = '-cacert';

/** The cipher suites that Istio passes on to Envoy; it silently drops others. */
const CIPHER_SUITES = [
  'ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305', 'ECDHE-ECDSA-AES128-SHA', 'ECDHE-RSA-AES128-SHA', 'ECDHE-ECDSA-AES256-SHA',
  'ECDHE-RSA-AES256-SHA', 'AES128-GCM-SHA256', 'AES256-GCM-SHA384', 'AES128-SHA', 'AES256-SHA', 'DES-CBC3-SHA',
];

/** Where Secrets are read. */
export interface SecretReader {
  readonly secretNamespace: string;
  readonly settings: MeshSettings;
}

/** The TLS of an HTTPS listener. */
export function checkListenerTls(spec: IngressListenerSpec, at: SecretReader, prop: string, refuse: Refuse): ServerTls {
  const credentials = checkCredentials(spec, at, prop, refuse);
  const [first] = credentials;
  return {
    mode: spec.clients?._mode ?? 'SIMPLE',
    ...(credentials.length === 1 ? { credentialName: first } : { credentialNames: credentials }),
    caCertCredentialName: checkAuthorities(spec, first, at, prop, refuse),
    ...checkVersions(spec, prop, refuse),
  };
}

function checkCredentials({ credentialName, credentials, hosts }: IngressListenerSpec, at: SecretReader, prop: string, refuse: Refuse): string[] {
  const { secretNamespace, settings } = at;
  if (credentials && credentialName !== undefined) {
    refuse({ code: 'CredentialsTooMany', prop: `${prop}.credentials`, got: 'set together with credentialName', allowed: 'one of the two', fix: 'leave out credentialName' });
  }
  if (!credentials) {
    const name = checkSecretName(credentialName, secretNamespace, `${prop}.credentialName`, refuse);
    return [ofCertificate(name, `${prop}.credentialName`, refuse)];
  }
  const names = credentials.map((credential, i) => {
    const name = checkCredential(credential, 'certificate', secretNamespace, `${prop}.credentials[${i}]`, refuse, hosts.map(host => host.toLowerCase()));
    return ofCertificate(name, `${prop}.credentials[${i}]`, refuse);
  });
  if (names.length === 0) checkSecretName(undefined, secretNamespace, `${prop}.credentials`, refuse);
  if (names.length > 2 || names[0] === names[1]) {
    refuse({ code: 'CredentialsTooMany', prop: `${prop}.credentials`, got: names, allowed: 'one Secret, or two different ones', fix: 'keep one with an RSA certificate and one with an ECDSA certificate' });
  }
  if (names.length === 2 && !settings._isAtLeast('1.27')) {
    refuse({ code: 'IstioVersionTooOld', prop: `${prop}.credentials`, got: `two with Istio ${settings.istioVersion}`, allowed: 'Istio 1.27 or later', fix: 'keep one, or raise istioVersion in MeshSettings.of once the mesh is upgraded' });
  }
  return names;
}

function ofCertificate(name: string, prop: string, refuse: Refuse): string {
  if (name.endsWith(CA_SUFFIX)) {
    refuse({ code: 'CredentialNameSuffix', prop, got: name, allowed: `a name that does not end in ${CA_SUFFIX}`, fix: 'rename the Secret: Istio reserves this suffix for CA certificates' });
  }
  return name;
}

/**
 * The field works only for names with the suffix, and Istio falls back to the name without it if there is no such Secret. For the name of
 * the first certificate it does this by itself.
 */
function checkAuthorities({ clients }: IngressListenerSpec, certificate: string, at: SecretReader, prop: string, refuse: Refuse): string | undefined {
  const { secretNamespace, settings } = at;
  const ca = clients?._ca;
  if (!ca) return undefined;
  const name = checkCredential(ca, 'authorities', secretNamespace, `${prop}.clients.ca`, refuse);
  if (name === certificate || name === `${certificate}${CA_SUFFIX}`) return undefined;
  if (!settings._isAtLeast('1.28')) {
    refuse({ code: 'IstioVersionTooOld', prop: `${prop}.clients.ca`, got: `${name} with Istio ${settings.istioVersion}`, allowed: 'Istio 1.28 or later', fix: `rename the Secret to ${certificate}${CA_SUFFIX}, or raise istioVersion in MeshSettings.of once the mesh is upgraded` });
  }
  return name.endsWith(CA_SUFFIX) ? name : `${name}${CA_SUFFIX}`;
}

function checkVersions({ minTlsVersion, cipherSuites }: IngressListenerSpec, prop: string, refuse: Refuse): Pick<ServerTls, 'minProtocolVersion' | 'cipherSuites'> {
  cipherSuites?.forEach((suite, i) => {
    if (!CIPHER_SUITES.includes(suite) || cipherSuites.indexOf(suite) < i) {
      refuse({ code: 'CipherSuiteUnknown', prop: `${prop}.cipherSuites[${i}]`, got: suite, allowed: `each once: ${CIPHER_SUITES.join(', ')}`, fix: 'use only these: Istio ignores others' });
    }
  });
  if (cipherSuites && (cipherSuites.length === 0 || minTlsVersion === TlsVersion.TLSV1_3)) {
    refuse({ code: 'CipherSuitesUnused', prop: `${prop}.cipherSuites`, got: cipherSuites, allowed: 'at least one suite, with a minimum version below TLS 1.3', fix: 'leave it out: TLS 1.3 does not use them' });
  }
  const old = minTlsVersion === TlsVersion.TLSV1_0 || minTlsVersion === TlsVersion.TLSV1_1;
  if (old && !cipherSuites?.some(suite => suite.endsWith('-SHA'))) {
    refuse({ code: 'CipherSuitesNeeded', prop: `${prop}.cipherSuites`, got: cipherSuites, allowed: `at least one suite that works with TLS below 1.2: ${CIPHER_SUITES.filter(suite => suite.endsWith('-SHA')).join(', ')}`, fix: 'add ECDHE-RSA-AES128-SHA or ECDHE-ECDSA-AES128-SHA, depending on the certificate; or, better, raise minTlsVersion' });
  }
  return { minProtocolVersion: minTlsVersion, cipherSuites };
}
