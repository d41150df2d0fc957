/** Egress by a waypoint written by hand, as a person would from Istio's documentation, in parts for tests that break one field of them. */
import { edit, istio, label, security } from './recipes';

/** Where the waypoint is, and all that it needs. */
const NAMESPACE = 'istio-egress';

export type GatewayApiKind = 'Gateway' | 'HTTPRoute' | 'GRPCRoute' | 'TLSRoute' | 'TCPRoute' | 'ReferenceGrant' | 'ListenerSet' | 'BackendTLSPolicy';

export function gatewayApi(kind: GatewayApiKind, namespace: string, name: string, spec: object, labels?: Record<string, string>): object {
  return { apiVersion: 'gateway.networking.k8s.io/v1', kind, metadata: { name, namespace, ...labels && { labels } }, spec };
}

export const GATEWAY_REF = { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'egress' };
export const entryRef = (host: string) => ({ group: 'networking.istio.io', kind: 'ServiceEntry', name: label(host) });

/** The platform's: the Gateway of which istiod makes the waypoint. */
export const WAYPOINT = gatewayApi('Gateway', NAMESPACE, 'egress', {
  gatewayClassName: 'istio-waypoint', listeners: [{ name: 'mesh', port: 15008, protocol: 'HBONE' }],
}, { 'istio.io/waypoint-for': 'service' });

/** Nobody may pass whom no policy lets. */
export const DEFAULT_DENY = security('AuthorizationPolicy', NAMESPACE, 'egress-deny-by-default', { targetRefs: [GATEWAY_REF], action: 'ALLOW' });

/** A host that is reached through the waypoint, on one port. */
export function bound(host: string, port: object) {
  const entry = istio('ServiceEntry', NAMESPACE, label(host), { hosts: [host], location: 'MESH_EXTERNAL', resolution: 'DNS', exportTo: ['.'], ports: [port] });
  return edit({ waypoint: WAYPOINT, entry }, 'entry.metadata.labels', { 'istio.io/use-waypoint': 'egress' });
}

/** What the waypoint does with the connections that it opens; without a workloadSelector, which waypoints do not honour. */
export function upstream(host: string, number: number, tls: object) {
  return istio('DestinationRule', NAMESPACE, label(host), { host, exportTo: ['.'], trafficPolicy: { portLevelSettings: [{ port: { number }, tls }] } });
}

/** Who may call. */
export function callers(host: string, namespaces: readonly string[], operation?: object) {
  return security('AuthorizationPolicy', NAMESPACE, label(host), {
    targetRefs: [entryRef(host)], action: 'ALLOW', rules: [{ from: [{ source: { namespaces } }], ...operation && { to: [{ operation }] } }],
  });
}

/** Takes headers away. */
export function hygiene(host: string, port: number, remove: readonly string[]) {
  return gatewayApi('HTTPRoute', NAMESPACE, label(host), {
    parentRefs: [{ ...entryRef(host), port }],
    rules: [{
      filters: [{ type: 'RequestHeaderModifier', requestHeaderModifier: { remove } }],
      backendRefs: [{ group: 'networking.istio.io', kind: 'Hostname', name: host, port }],
    }],
  });
}

/** What the pods that istiod makes of a Gateway need to read a client certificate. */
export const SECRET_READERS = {
  role: {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'egress-secrets', namespace: NAMESPACE },
    rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'watch', 'list'] }],
  },
  binding: {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'egress-secrets', namespace: NAMESPACE },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'egress-secrets' },
    subjects: [{ kind: 'ServiceAccount', name: 'egress', namespace: NAMESPACE }],
  },
};
