import { checkListenerTls } from './listener-tls';
import { checkPath } from './match';
import { IngressListener } from '../../ingress/ingress-listener';
import { PlainHttpRedirectOptions } from '../../ingress/plain-http';
import { MeshSettings } from '../../mesh-settings';
import { checkPort } from '../basics/checks';
import { Refuse } from '../basics/errors';
import { checkDisjoint, checkHosts } from '../basics/hosts';
import { WorkloadFacts, workloadPortsText } from '../model/gateway';
import { certificatesOf, ListenedHost, Redirect } from '../model/listener';

const PLAIN_PORT = 80;

/** The gateway that gets the servers. */
export interface ListenerPlace {
  readonly workload: WorkloadFacts;
  /** Undefined if another app creates the servers and knows their certificates. */
  readonly settings?: MeshSettings;
  /** Whether the Service gets its ports from the listeners, as that of a Gateway of the Gateway API does. */
  readonly anyPort?: boolean;
  /**
   * Where the Secrets are.
   *
   * @default - in the namespace of the pods
   */
  readonly secretNamespace?: string;
}

export function checkListeners(listeners: IngressListener[], place: ListenerPlace, refuse: Refuse): ListenedHost[] {
  if (listeners.length === 0) {
    refuse({ code: 'ListenersEmpty', prop: 'listeners', got: listeners, allowed: 'at least one listener', fix: place.settings ? 'leave it out to listen for clear-text HTTP on port 80' : 'list the listeners of the Gateway' });
  }
  const all = listeners.flatMap((listener, i) => checkListener(listener, `listeners[${i}]`, place, refuse));
  checkPairs(all, refuse);
  return all;
}

export function checkPairs(all: ListenedHost[], refuse: Refuse): void {
  const firsts = new Map<string, number>();
  all.forEach((one, i) => {
    const keys = sharedKeys(one);
    const befores = [...new Set(keys.flatMap(key => firsts.get(key) ?? []))].sort((a, b) => a - b);
    for (const before of befores) checkPair(all[before], one, refuse);
    for (const key of keys) if (!firsts.has(key)) firsts.set(key, i);
  });
}

/** The keys under which conflicting listeners meet. Comparing with the first one under a key is enough, because the others agree with it. */
function sharedKeys(one: ListenedHost): string[] {
  return ['', `host ${one.host}`, ...certificatesOf(one).map(name => `certificate ${name}`)].map(what => `${one.podPort} ${what}`);
}

export function checkPair(before: ListenedHost, one: ListenedHost, refuse: Refuse): void {
  if (before.podPort !== one.podPort) return;
  const got = `${one.host} on port ${one.port}`;
  if (portUse(before) !== portUse(one)) {
    refuse({ code: 'ListenerProtocolConflict', prop: 'listeners', got: `${portUse(one)} on port ${one.port}`, allowed: `${portUse(before)}, which port ${before.port} already uses`, fix: 'listen on another port' });
  }
  if (before.host === one.host) {
    refuse({ code: 'ListenerConflict', prop: 'listeners', got, allowed: 'each host once per port', fix: one.tls ? 'delete one of the two listeners; to use two certificates for a host, list both in `credentials` of one listener' : 'delete one of the two listeners, or set PlainHttp.closed() on the HTTPS listener' });
  }
  if (sharesCertificate(before, one) && JSON.stringify(before.tls) !== JSON.stringify(one.tls)) {
    refuse({ code: 'CertificateConflict', prop: 'listeners', got, allowed: `the TLS options of ${before.host}, which has the same certificate`, fix: 'give both listeners the same credentials, clients, minTlsVersion and cipherSuites, or different certificates' });
  }
}

/** The use of a port: Istio serves only one per port, and drops servers with another. */
export function portUse({ protocol }: ListenedHost): string {
  return { HTTP: 'clear-text HTTP', HTTPS: 'TLS', TLS: 'TLS', TCP: 'TCP' }[protocol];
}

function sharesCertificate(a: ListenedHost, b: ListenedHost): boolean {
  return certificatesOf(a).some(name => certificatesOf(b).includes(name));
}

function checkListener(listener: IngressListener, prop: string, place: ListenerPlace, refuse: Refuse): ListenedHost[] {
  const { workload, settings, anyPort, secretNamespace = workload.namespace } = place;
  const spec = listener._spec;
  const { protocol, plainHttp } = spec;
  const onPort = (port: number, what: string, otherwise: string) => {
    const found = workload.ports.find(p => p.number === port);
    if (anyPort) return { port, podPort: port };
    if (!found) {
      return refuse({ code: 'IngressGatewayPortMissing', prop: `${prop}.${what}`, got: `port ${port}`, allowed: workloadPortsText(workload), fix: `add port ${port} to the Service and to the GatewayWorkload, or ${otherwise}` });
    }
    return { port, podPort: found.targetPort };
  };
  const main = onPort(checkPort(spec.port, `${prop}.port`, refuse), 'port', 'listen on another port');
  const hosts = checkHosts(spec.hosts, `${prop}.hosts`, { wildcard: true, catchAll: true }, refuse);
  checkDisjoint(hosts, `${prop}.hosts`, refuse);
  if (protocol === 'TLS') return hosts.map(host => ({ host, ...main, protocol, tls: { mode: 'PASSTHROUGH' } }));
  if (protocol !== 'HTTPS') return hosts.map(host => ({ host, ...main, protocol }));
  const tls = settings && checkListenerTls(spec, { secretNamespace, settings }, prop, refuse);
  const secure = hosts.map(host => ({ host, ...main, protocol, tls }));
  if (plainHttp!._kind === 'closed') return secure;
  const plain = { ...onPort(PLAIN_PORT, 'plainHttp', 'say PlainHttp.closed()'), protocol: 'HTTP' as const };
  const redirect = plainHttp!._kind === 'redirect' ? checkRedirect(plainHttp!._redirect!, main.port, `${prop}.plainHttp`, refuse) : undefined;
  return [...secure, ...hosts.map(host => ({ host, ...plain, redirect }))];
}

function checkRedirect(options: PlainHttpRedirectOptions, to: number, prop: string, refuse: Refuse): Redirect {
  const { exemptPaths = [], numTrustedProxies } = options;
  exemptPaths.forEach(({ _kind, path }, i) => checkPath(_kind, path, `${prop}.exemptPaths[${i}]`, refuse));
  if (numTrustedProxies !== undefined && !(Number.isInteger(numTrustedProxies) && numTrustedProxies > 0)) {
    refuse({ code: 'TrustedProxiesInvalid', prop: `${prop}.numTrustedProxies`, got: numTrustedProxies, allowed: 'a whole number from 1', fix: 'use the value of gatewayTopology.numTrustedProxies of the gateway\'s pods; if it is not set, they overwrite the header of the load balancer' });
  }
  return { to, exemptPaths: exemptPaths.map(({ _kind, path }) => ({ kind: _kind, value: path })), trustsProxies: numTrustedProxies !== undefined };
}
