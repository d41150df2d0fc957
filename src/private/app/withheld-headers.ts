import { ApiObject, Lazy } from 'cdk8s';
import { Labels } from '../model/labels';

/** What istiod gives to the pods that it makes of a Gateway, and their agents read. */
const PROXY_CONFIG = 'proxy.istio.io/config';

/** Headers that a proxy writes on some requests after its routes have removed headers, and the setting by which it does not. */
const SETTINGS = { 'x-envoy-attempt-count': 'attemptCount', 'x-envoy-expected-rq-timeout-ms': 'envoyDebugHeaders' };

/**
 * Has the pods of an egress gateway write no headers of the mesh that no route could remove, unless a route keeps them. A setting of the user
 * stays as it is.
 */
export function withholdHeaders(gateway: ApiObject, annotations: Labels | undefined, kept: () => string[] | undefined): void {
  if (annotations?.[PROXY_CONFIG] !== undefined) return;
  gateway.metadata.addAnnotation(PROXY_CONFIG, Lazy.any({ produce: () => settings(kept()) }));
}

function settings(kept?: string[]): string | undefined {
  const withheld = Object.entries(SETTINGS).filter(([header]) => kept && !kept.includes(header));
  if (withheld.length === 0) return undefined;
  return JSON.stringify({ proxyHeaders: Object.fromEntries(withheld.map(([, setting]) => [setting, { disabled: true }])) });
}
