import { ClientTls } from './plans';
import { isWildcard } from '../basics/hosts';
import { TlsIntent } from '../model/external-service';

/** The annotation that holds the user's reasons for insecure TLS. */
export const REASON = 'cdk8s-istio/insecure-reason';

/**
 * TLS to an external host. With `sni` alone, Envoy verifies the chain but not the name (R20), so `subjectAltNames` accompany it. There are
 * neither for HTTP, where Envoy uses and verifies the host of each request; there are both if the stream is opaque or the user set one.
 */
export function clientTls(tls: TlsIntent, host: string, namespace: string): ClientTls {
  if (tls.mode === 'INSECURE') return { mode: 'SIMPLE', insecureSkipVerify: true, ...(tls.opaque && { sni: host }) };
  // a wildcard cannot be a server name; `subjectAltNames` alone is verified as well
  const named = (tls.opaque || tls.subjectAltNames) && !isWildcard(host);
  const sni = tls.sni ?? (named ? host : undefined);
  // a ConfigMap must be in the rule's own namespace, but its name is qualified nevertheless
  const credentialName = tls.caConfigMap === undefined ? tls.secret : `configmap://${namespace}/${tls.caConfigMap}`;
  return {
    mode: tls.mode,
    sni,
    subjectAltNames: tls.subjectAltNames ?? (sni && [sni]) as string[] | undefined,
    credentialName,
    // explicit: an empty field means the same to Envoy, but looks forgotten, also to `istioctl analyze`
    caCertificates: credentialName ? undefined : tls.caFile ?? 'system',
    caCrl: tls.crlFile,
    clientCertificate: tls.certificateFiles?.certificate,
    privateKey: tls.certificateFiles?.privateKey,
  };
}
