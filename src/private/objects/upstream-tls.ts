import { ClientTls } from './plans';
import { TlsIntent } from '../model/external-service';
import { namesOf } from '../model/upstream-names';

/** The annotation that holds the user's reasons for insecure TLS. */
export const REASON = 'cdk8s-istio/insecure-reason';

/** TLS to an external host. */
export function clientTls(tls: TlsIntent, host: string, namespace: string): ClientTls {
  const names = namesOf(tls, host);
  if (tls.mode === 'INSECURE') return { mode: 'SIMPLE', insecureSkipVerify: true, ...names };
  // a ConfigMap must be in the rule's own namespace, but its name is qualified nevertheless
  const credentialName = tls.caConfigMap === undefined ? tls.secret : `configmap://${namespace}/${tls.caConfigMap}`;
  return {
    mode: tls.mode,
    ...names,
    credentialName,
    // explicit: an empty field means the same to Envoy, but looks forgotten, also to `istioctl analyze`
    caCertificates: credentialName ? undefined : tls.caFile ?? 'system',
    caCrl: tls.crlFile,
    clientCertificate: tls.certificateFiles?.certificate,
    privateKey: tls.certificateFiles?.privateKey,
  };
}
