import { ClientTls } from './objects';
import { TlsIntent } from '../intent/upstream-tls';

/**
 * TLS to an external host. With `sni` alone Envoy verifies the chain but not the name (R20), so there are both or neither:
 * neither for HTTP, where the name of each request is asked for and verified; both where the stream is opaque or the user gave one.
 */
export function clientTls(tls: TlsIntent, host: string): ClientTls {
  if (tls.mode === 'INSECURE') return { mode: 'SIMPLE', insecureSkipVerify: true, ...(tls.opaque && { sni: host }) };
  // a wildcard is no server name; `subjectAltNames` alone verifies them as well
  const named = (tls.opaque || tls.subjectAltNames) && !host.startsWith('*');
  const sni = tls.sni ?? (named ? host : undefined);
  return {
    mode: tls.mode,
    sni,
    subjectAltNames: tls.subjectAltNames ?? (sni && [sni]) as string[] | undefined,
    credentialName: tls.secret,
    // written out, because an empty field means the same to Envoy but reads like a forgotten one, also to `istioctl analyze`
    caCertificates: tls.secret ? undefined : tls.caFile ?? 'system',
    clientCertificate: tls.certificateFiles?.certificate,
    privateKey: tls.certificateFiles?.privateKey,
  };
}

export const REASON = 'cdk8s-istio/insecure-reason';
