import { IngressListener } from '../../ingress/ingress-listener';
import { TlsVersion } from '../../ingress/tls-version';
import { MeshSettings } from '../../mesh-settings';
import { Refuse } from '../basics/errors';
import { WorkloadFacts } from '../model/gateway';
import { certificatesOf, ListenedHost } from '../model/listener';

/** The most listeners that a Gateway can have. */
const MAX_LISTENERS = 64;
/** Those of a `GatewayWorkload.gatewayApi` that names none. */
const DEFAULT_PORTS = '80,443';

/** The Gateway that a construct creates, or that another app created: its pods are those that Istio makes for it. */
export function checkStandardWorkload({ gatewayApi, serviceName }: WorkloadFacts, refuse: Refuse): string {
  if (!gatewayApi) {
    return refuse({ code: 'RouteApiWorkload', prop: 'workload', got: `pods of Service ${serviceName}`, allowed: 'the pods that Istio makes for a Gateway of the Gateway API', fix: 'describe them with GatewayWorkload.gatewayApi, or leave out `routeApi`' });
  }
  return gatewayApi.name;
}

interface Mesh {
  readonly workload: WorkloadFacts;
  readonly settings: MeshSettings;
}

/** Whether the Gateway API has kinds for the listeners, in the versions that the cluster and Istio have. */
export function checkStandardListeners(
  listeners: IngressListener[], listened: ListenedHost[], { workload, settings }: Mesh, refuse: Refuse,
): void {
  checkPorts(workload, listened, refuse);
  if (listened.length > MAX_LISTENERS) {
    refuse({ code: 'ListTooLong', prop: 'listeners', got: `${listened.length} pairs of host and port`, allowed: `up to ${MAX_LISTENERS}, because a listener of the Gateway API has one host`, fix: 'use a wildcard for hosts of one domain, or another gateway for some of them' });
  }
  checkCertificates(listened, refuse);
  listeners.forEach(({ _spec: { protocol, clients, minTlsVersion, cipherSuites } }, i) => {
    const prop = `listeners[${i}]`;
    if (protocol === 'TLS') needNewKind('a TLS passthrough listener', prop, settings, refuse);
    if (protocol === 'TCP') needVersion('1.6', 'a TCP listener', prop, settings, refuse);
    if (clients?._mode === 'OPTIONAL_MUTUAL') {
      refuse({ code: 'GatewayApiUnsupported', prop: `${prop}.clients`, got: 'optional', allowed: 'ClientCertificates.required(): Istio would close the port, or let invalid certificates in', fix: 'use required(), or a listener on another port, or another host, for clients without certificates' });
    }
    if (clients?._ca) {
      refuse({ code: 'GatewayApiUnsupported', prop: `${prop}.clients.ca`, got: 'set', allowed: 'authorities in `ca.crt` of the Secret with the certificate', fix: 'put them there, and leave out `ca`' });
    }
    if (minTlsVersion !== undefined && minTlsVersion !== TlsVersion.TLSV1_2) {
      refuse({ code: 'GatewayApiUnsupported', prop: `${prop}.minTlsVersion`, got: minTlsVersion, allowed: 'TLSV1_2, which holds for every gateway without a version of its own', fix: 'leave it out, or write the gateway and its routes in Istio\'s own API, with RouteApi.ISTIO' });
    }
    if (cipherSuites && !settings._isAtLeast('1.29')) {
      refuse({ code: 'IstioVersionTooOld', prop: `${prop}.cipherSuites`, got: `set, with Istio ${settings.istioVersion}`, allowed: 'Istio 1.29 or later', fix: 'leave it out, or raise istioVersion in MeshSettings.of once the mesh is upgraded' });
    }
  });
}

/** The Service of such a Gateway has the ports of its listeners, and no others. */
function checkPorts({ ports }: WorkloadFacts, listened: ListenedHost[], refuse: Refuse): void {
  const numbers = ports.map(({ number }) => number);
  const unused = numbers.filter(number => !listened.some(({ port }) => port === number));
  if (unused.length === 0 || numbers.join() === DEFAULT_PORTS) return;
  refuse({ code: 'RouteApiWorkload', prop: 'workload.ports', got: unused, allowed: 'ports of the listeners, from which Istio makes the Service', fix: 'leave out `ports`' });
}

/** Each host has a listener of its own, and a connection that was made for one gets no routes of another. */
function checkCertificates(listened: ListenedHost[], refuse: Refuse): void {
  const firsts = new Map<string, string>();
  for (const one of listened) {
    for (const name of certificatesOf(one)) {
      const first = firsts.get(`${one.port} ${name}`);
      if (first !== undefined) {
        refuse({ code: 'CertificateConflict', prop: 'listeners', got: `${name} for ${first} and ${one.host} on port ${one.port}`, allowed: 'a certificate for one host only: a client that reuses its connection for the other would get 404', fix: 'listen for a wildcard that covers the hosts, with routes for each of them; or use a certificate for each' });
      }
      firsts.set(`${one.port} ${name}`, one.host);
    }
  }
}

/** What came with version 1.5 of the Gateway API, and Istio 1.30. */
function needNewKind(what: string, prop: string, settings: MeshSettings, refuse: Refuse): void {
  needVersion('1.5', what, prop, settings, refuse);
  if (!settings._isAtLeast('1.30')) {
    refuse({ code: 'IstioVersionTooOld', prop, got: `${what}, with Istio ${settings.istioVersion}`, allowed: 'Istio 1.30 or later', fix: 'leave it out, or raise istioVersion in MeshSettings.of once the mesh is upgraded' });
  }
}

interface Sharing {
  readonly listeners?: IngressListener[];
  readonly listenerNamespaces?: string[];
  readonly standard: boolean;
  readonly workload: WorkloadFacts;
}

/** Whether a Gateway can take listeners of other namespaces, or get these. */
export function checkListenerSets({ standard, workload, listeners, listenerNamespaces = [] }: Sharing, settings: MeshSettings, refuse: Refuse): void {
  const adds = standard && workload.gatewayApi!.existing;
  if (listenerNamespaces.length > 0 && (adds || !standard)) {
    refuse({
      code: 'ListenerNamespacesUnused', prop: 'listenerNamespaces', got: listenerNamespaces, allowed: adds ? 'no namespaces where `workload` exists already: its maker says whose listeners it takes' : 'no namespaces in Istio\'s own API, where any Gateway can add servers to pods', fix: adds ? 'leave it out, and name the namespaces in the gateway that makes it' : 'leave it out, or set `routeApi` to RouteApi.GATEWAY_API',
    });
  }
  if (listenerNamespaces.length > 0) needNewKind('set', 'listenerNamespaces', settings, refuse);
  if (!adds) return;
  needNewKind('`existing`, for which a ListenerSet is needed', 'workload', settings, refuse);
  if (!listeners) {
    refuse({ code: 'ListenersEmpty', prop: 'listeners', got: listeners, allowed: 'at least one listener, because the Gateway is shared', fix: 'list the hosts that this app adds to it, for example with IngressListener.https' });
  }
}

export function needVersion(version: string, what: string, prop: string, settings: MeshSettings, refuse: Refuse): void {
  if (settings._gatewayApiIsAtLeast(version)) return;
  refuse({ code: 'GatewayApiVersionTooOld', prop, got: `${what}, with Gateway API ${settings.gatewayApiVersion}`, allowed: `Gateway API ${version} or later`, fix: 'leave it out, or raise gatewayApiVersion in MeshSettings.of once the CRDs are upgraded' });
}
