/**
 * Two-leg egress written by hand, as a person would from Istio's documentation: minimal correct sets of objects, for tests that
 * break one field of them.
 */

export type Recipe = Record<string, object>;

export const GATEWAY_SERVICE = 'istio-egressgateway.istio-system.svc.cluster.local';
const GATEWAY = 'istio-system/egress';

type Kind = 'ServiceEntry' | 'Gateway' | 'VirtualService' | 'DestinationRule' | 'Sidecar' | 'EnvoyFilter' | 'WorkloadEntry';

export function istio(kind: Kind, namespace: string, name: string, spec: object): object {
  return { apiVersion: 'networking.istio.io/v1', kind, metadata: { name, namespace }, spec };
}

export function security(kind: 'AuthorizationPolicy' | 'PeerAuthentication', namespace: string, name: string, spec: object): object {
  return { apiVersion: 'security.istio.io/v1', kind, metadata: { name, namespace }, spec };
}

/** An external host on its ports; it lives with the application. */
export function serviceEntry(host: string, ports: object[], more: object = {}): object {
  return istio('ServiceEntry', 'shop', label(host), { hosts: [host], location: 'MESH_EXTERNAL', resolution: 'DNS', ports, ...more });
}

/** A server of the egress gateway. */
export function gateway(name: string, ...servers: object[]): object {
  return istio('Gateway', 'istio-system', name, { selector: { istio: 'egressgateway' }, servers });
}

export function route(namespace: string, name: string, spec: object): object {
  return istio('VirtualService', namespace, name, spec);
}

export const to = (host: string, port: number, subset?: string) => [{ destination: { host, port: { number: port }, ...subset && { subset } } }];

export const label = (host: string) => host.replace(/[^a-z0-9]+/g, '-');

export const HTTP_PORT = { number: 80, name: 'http', protocol: 'HTTP' };
export const TLS_PORT = { number: 443, name: 'tls', protocol: 'TLS' };

/** The application says http://, clear text goes to the gateway and on to the host. */
export function plain(host = 'api.test') {
  return {
    entry: serviceEntry(host, [HTTP_PORT]),
    gateway: gateway('egress', { port: HTTP_PORT, hosts: [host] }),
    meshRoute: route('shop', `${label(host)}-mesh`, { hosts: [host], gateways: ['mesh'], http: [{ match: [{ port: 80 }], route: to(GATEWAY_SERVICE, 80) }] }),
    gatewayRoute: route('istio-system', `${label(host)}-gateway`, {
      hosts: [host], gateways: [GATEWAY], http: [{ match: [{ port: 80 }], route: to(host, 80) }],
    }),
  };
}

/** The application says http://, mesh mTLS goes to the gateway, HTTPS to the host. */
export function originate(host = 'api.test') {
  const subset = label(host);
  return {
    entry: serviceEntry(host, [{ ...HTTP_PORT, targetPort: 443 }]),
    gateway: gateway('egress', { port: { number: 443, name: 'https', protocol: 'HTTPS' }, hosts: [host], tls: { mode: 'ISTIO_MUTUAL' } }),
    meshRoute: route('shop', `${subset}-mesh`, {
      hosts: [host], gateways: ['mesh'], http: [{ match: [{ port: 80 }], route: to(GATEWAY_SERVICE, 443, subset) }],
    }),
    legOne: legOne(subset, host),
    gatewayRoute: route('istio-system', `${subset}-gateway`, {
      hosts: [host], gateways: [GATEWAY], http: [{ match: [{ port: 443 }], route: to(host, 80), headers: { request: { remove: MESH_HEADERS } } }],
    }),
    upstream: istio('DestinationRule', 'istio-system', `${subset}-upstream`, {
      host,
      workloadSelector: { matchLabels: { istio: 'egressgateway' } },
      trafficPolicy: { portLevelSettings: [{ port: { number: 80 }, tls: { mode: 'SIMPLE', caCertificates: 'system' } }] },
    }),
  };
}

export const MESH_HEADERS = [
  'x-forwarded-client-cert', 'x-envoy-attempt-count', 'x-envoy-decorator-operation', 'x-envoy-external-address', 'x-forwarded-for',
  'x-forwarded-proto', 'x-request-id',
];

/** The caller's side of leg 1: mesh mTLS that names its destination. */
export function legOne(subset: string, sni: string, name = `${subset}-leg-one`): object {
  return istio('DestinationRule', 'istio-system', name, {
    host: GATEWAY_SERVICE, subsets: [{ name: subset, trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL', sni } } }],
  });
}

/** The application's own TLS goes through untouched. */
export function passthrough(host = 'api.test') {
  const tls = [{ match: [{ port: 443, sniHosts: [host] }], route: to(GATEWAY_SERVICE, 443) }];
  return {
    entry: serviceEntry(host, [TLS_PORT]),
    gateway: gateway('egress', { port: TLS_PORT, hosts: [host], tls: { mode: 'PASSTHROUGH' } }),
    meshRoute: route('shop', `${label(host)}-mesh`, { hosts: [host], gateways: ['mesh'], tls }),
    gatewayRoute: route('istio-system', `${label(host)}-gateway`, {
      hosts: [host], gateways: [GATEWAY], tls: [{ match: [{ port: 443, sniHosts: [host] }], route: to(host, 443) }],
    }),
  };
}

/** A TCP service inside mesh mTLS, known to the gateway by an SNI of our own. */
export function tcp(host = 'db.test', port = 5432) {
  const sni = `${port}.${host}.internal`;
  return {
    entry: serviceEntry(host, [{ number: port, name: 'tcp', protocol: 'TCP' }]),
    gateway: gateway('egress', wrappingServer('tls', sni)),
    meshRoute: route('shop', `${label(host)}-mesh`, { hosts: [host], gateways: ['mesh'], tcp: [{ match: [{ port }], route: to(GATEWAY_SERVICE, 443, label(host)) }] }),
    legOne: legOne(label(host), sni),
    gatewayRoute: route('istio-system', `${label(host)}-gateway`, { hosts: [sni], gateways: [GATEWAY], tcp: [{ match: [{ port: 443 }], route: to(host, port) }] }),
  };
}

export function wrappingServer(name: string, ...hosts: string[]): object {
  return { port: { number: 443, name, protocol: 'TLS' }, hosts, tls: { mode: 'ISTIO_MUTUAL' } };
}

/** The recipe with one field changed; `undefined` takes the field away. */
export function edit<R extends Recipe>(recipe: R, path: string, value: unknown): R {
  const copy = structuredClone(recipe);
  const keys = path.split('.');
  const last = keys.pop()!;
  const parent = keys.reduce((at: Record<string, unknown>, key) => {
    if (typeof at[key] !== 'object' || at[key] === null) {
      throw new Error(`nothing to edit at ${path}: no ${key}`);
    }
    return at[key] as Record<string, unknown>;
  }, copy);
  if (value === undefined) {
    delete parent[last];
  } else {
    parent[last] = value;
  }
  return copy;
}
