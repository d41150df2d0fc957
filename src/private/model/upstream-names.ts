import { TlsIntent } from './external-service';
import { isWildcard } from '../basics/hosts';

/** The name that TLS asks for, and those, one of which the certificate must carry. Without either, the proxy takes both from the Host header of each request. */
export interface UpstreamNames {
  readonly sni?: string;
  readonly subjectAltNames?: string[];
}

/**
 * With `sni` alone, Envoy verifies the chain but not the name (R20), so `subjectAltNames` accompany it. There are neither for HTTP, where Envoy uses
 * and verifies the host of each request; there are both if the stream is opaque or the user set one.
 */
export function namesOf(tls: TlsIntent, host: string): UpstreamNames {
  if (tls.mode === 'INSECURE') return tls.opaque ? { sni: host } : {};
  // a wildcard cannot be a server name; `subjectAltNames` alone is verified as well
  const named = (tls.opaque || tls.subjectAltNames) && !isWildcard(host);
  const sni = tls.sni ?? (named ? host : undefined);
  return { sni, subjectAltNames: tls.subjectAltNames ?? (sni === undefined ? undefined : [sni]) };
}
