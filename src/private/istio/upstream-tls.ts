import { ClientTls } from './objects';
import { isWildcard } from '../basics/hosts';
import { TlsIntent } from '../model/external-service';

/** Where the reasons that the user gave for insecure TLS are kept. */
export const REASON = 'cdk8s-istio/insecure-reason';

/**
 * TLS to an external host. With `sni` alone Envoy verifies the chain but not the name (R20), so there are both or neither:
 * neither for HTTP, where the name of each request is asked for and verified; both where the stream is opaque or the user gave one.
 */
export function clientTls(tls: TlsIntent, host: string, namespace: string): ClientTls {
  if (tls.mode === 'INSECURE') return { mode: 'SIMPLE', insecureSkipVerify: true, ...(tls.opaque && { sni: host }) };
  // a wildcard is no server name; `subjectAltNames` alone verifies them as well
  const named = (tls.opaque || tls.subjectAltNames) && !isWildcard(host);
  const sni = tls.sni ?? (named ? host : undefined);
  // a ConfigMap must be of the rule's own namespace, and is named in full all the same
  const credentialName = tls.caConfigMap === undefined ? tls.secret : `configmap://${namespace}/${tls.caConfigMap}`;
  return {
    mode: tls.mode,
    sni,
    subjectAltNames: tls.subjectAltNames ?? (sni && [sni]) as string[] | undefined,
    credentialName,
    // written out, because an empty field means the same to Envoy but reads like a forgotten one, also to `istioctl analyze`
    caCertificates: credentialName ? undefined : tls.caFile ?? 'system',
    caCrl: tls.crlFile,
    clientCertificate: tls.certificateFiles?.certificate,
    privateKey: tls.certificateFiles?.privateKey,
  };
}
