import { App, Chart } from 'cdk8s';
import { egressGateway, external, ingressGateway, service, sidecar, External, Workload } from './mesh';
import { istio } from './recipes';
import { issuer } from './tokens';
import { Manifest, objectsOf } from './traffic';
import { Caller, EgressGateway, EgressRoute, ExternalPort, ExternalService, GatewayWorkload, UndeclaredTraffic } from '../../src';

/** What locks the shop in, besides its routes. */
export type Layer = 'Sidecar' | 'NetworkPolicy' | 'authorization';

export const ELSEWHERE = 'elsewhere.example.com';
export const RAW = 'raw.example.com';
export const KEYS = 'keys.example.com';
export const METADATA = '169.254.169.254';
export const DECLARED = { payments: 'payments.example.com', cdn: 'cdn.example.com', db: 'db.example.com' };

const POD_PORT = 8443;
const annotated = (name: string, annotation: string, value: string) => sidecar(name, {
  namespace: 'shop', serviceAccount: 'shop', annotations: { [`traffic.sidecar.istio.io/${annotation}`]: value },
});
const relay = (name: string, namespace: string) => sidecar(name, {
  namespace, noProxy: true, service: name, ports: [{ name: 'tcp', port: 3128, serve: 'connect' }],
});

/** The shop's pods, each with another way around its sidecar, and who else is in the cluster. */
export const workloads: readonly Workload[] = [
  sidecar('shop', { namespace: 'shop', annotations: {} }),
  egressGateway({ namespace: 'istio-egress', ports: { 80: 8080, 443: POD_PORT } }),
  annotated('excludes-ports', 'excludeOutboundPorts', '443'),
  annotated('excludes-ranges', 'excludeOutboundIPRanges', '198.18.0.0/15'),
  annotated('includes-ranges', 'includeOutboundIPRanges', '10.0.0.0/8'),
  annotated('excludes-interface', 'excludeInterfaces', 'eth0'),
  sidecar('bare', { namespace: 'shop', noProxy: true }),
  sidecar('host', { namespace: 'shop', hostNetwork: true }),
  service('cart', { namespace: 'shop', http: 8080 }),
  service('stock', { namespace: 'stock', http: 8080 }),
  relay('relay-of-stock', 'stock'),
  sidecar('billing', { namespace: 'billing' }),
  relay('relay-of-billing', 'billing'),
  ingressGateway({ ports: { 80: 8080 } }),
];

/** The certificate of the host that nobody declared is good for those that were: a hijacker may have one. */
export const externals: readonly External[] = [
  external(DECLARED.payments, { http: 80, https: 443, tcp: 9999 }),
  external(DECLARED.cdn, { https: 443 }),
  external(DECLARED.db, { tcp: 5432 }),
  external(ELSEWHERE, { http: 80, https: 443, h3: 443, tcp: 9999, udp: 9999, dns: 53, tls: 853 }, { certHost: '*.example.com' }),
  external(METADATA, { http: 80 }),
  ...[80, 443].map(tcp => external(RAW, { tcp })),
  external(KEYS, { http: 80 }, { body: issuer('anyone').jwks }),
];

/** The address that the lab gives to a workload or an external host. */
export function addressOf(name: string): string {
  const [network, place] = [['10.201', workloads.findIndex(w => w.name === name)], ['198.19', externals.findIndex(e => e.host === name)]].find(([, i]) => i !== -1)!;
  return `${network}.1.${10 + Number(place)}`;
}

/** The shop's routes, behind a gateway that denies what they do not declare, or does not. */
function routes(layers: readonly Layer[]): Manifest[] {
  const app = new App();
  const gateway = new EgressGateway(new Chart(app, 'platform', { namespace: 'istio-egress' }), 'egress', {
    workload: GatewayWorkload.istioctl('istio-egressgateway', { namespace: 'istio-egress' }),
    undeclared: layers.includes('authorization') ? UndeclaredTraffic.denied() : UndeclaredTraffic.allowed('to see what else holds it'),
  });
  const shop = new Chart(app, 'shop', { namespace: 'shop' });
  const route = (name: string, host: string, port: ExternalPort, addresses?: string[]) => new EgressRoute(shop, `${name}-route`, {
    service: new ExternalService(shop, name, { hosts: [host], ports: [port], addresses }), gateway, callers: [Caller.serviceAccount('shop', 'shop')],
  });
  route('payments', DECLARED.payments, ExternalPort.httpToHttps());
  route('cdn', DECLARED.cdn, ExternalPort.https());
  route('db', DECLARED.db, ExternalPort.postgres(), [addressOf(DECLARED.db)]);
  return objectsOf(app);
}

export interface LockOptions {
  /** The ports of the gateway that NetworkPolicies open. @default - those of its pods */
  readonly gatewayPort?: number;
  readonly without?: 'DNS' | 'node DNS' | 'istiod';
}

/** The shop's routes and these layers of its lock. */
export function locked(layers: readonly Layer[], options: LockOptions = {}): object[] {
  return [...routes(layers), ...lockOf(layers, options)];
}

/** The layers that are objects of their own, in the order in which they are applied. */
export function lockOf(layers: readonly Layer[], options: LockOptions = {}): object[] {
  const legs = routes(layers).flatMap(({ kind, spec }) => kind === 'ServiceEntry' ? spec.hosts! : []).filter(host => host.endsWith('.mesh.internal'));
  return [
    ...layers.includes('Sidecar') ? [onlyRoutes(legs)] : [],
    ...layers.includes('NetworkPolicy') ? networkPolicies(options) : [],
  ];
}

function onlyRoutes(legs: string[]): object {
  return istio('Sidecar', 'shop', 'default', {
    outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
    egress: [{ hosts: ['./*', 'stock/*', ...legs.map(leg => `istio-egress/${leg}`)] }],
  });
}

const GATEWAY_PODS = { matchLabels: { app: 'istio-egressgateway', istio: 'egressgateway' } };
const inNamespace = (...names: string[]) => ({ matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: names }] });
const port = (number: number, protocol = 'TCP') => ({ port: number, protocol });

function networkPolicies({ gatewayPort = POD_PORT, without }: LockOptions): object[] {
  const dns = { to: [{ namespaceSelector: inNamespace('kube-system'), podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }], ports: [port(53, 'UDP'), port(53)] };
  const nodeDns = { to: [{ ipBlock: { cidr: '169.254.20.10/32' } }], ports: [port(53, 'UDP'), port(53)] };
  const istiod = { to: [{ namespaceSelector: inNamespace('istio-system'), podSelector: { matchLabels: { app: 'istiod' } } }], ports: [port(15012)] };
  const needed = [...without === 'DNS' ? [] : [dns], ...without === 'node DNS' ? [] : [nodeDns], ...without === 'istiod' ? [] : [istiod]];
  const policy = (namespace: string, name: string, spec: object) => ({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name, namespace }, spec });
  const outside = { cidr: '0.0.0.0/0', except: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16'] };
  return [
    policy('shop', 'egress-locked', {
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [
        ...needed,
        { to: [{ namespaceSelector: inNamespace('istio-egress'), podSelector: GATEWAY_PODS }], ports: [port(gatewayPort)] },
        { to: [{ podSelector: {} }, { namespaceSelector: inNamespace('stock') }] },
      ],
    }),
    policy('istio-egress', 'egress-gateway', {
      podSelector: GATEWAY_PODS,
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [{ namespaceSelector: inNamespace('shop') }], ports: [port(gatewayPort)] }],
      egress: [...needed, { to: [{ ipBlock: outside }], ports: [port(443), port(5432)] }],
    }),
  ];
}
