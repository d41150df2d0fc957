import { App, Chart } from 'cdk8s';
import { egressGateway, external, ingressGateway, service, sidecar, External, Workload } from './mesh';
import { issuer } from './tokens';
import { Manifest, objectsOf } from './traffic';
import {
  Caller, ClusterDns, EgressAdmission, EgressGateway, EgressLock, EgressLockProps, EgressRoute, EgressVerification, ExternalPort, ExternalService,
  GatewayWorkload, MeshPeer, PodUsers, UndeclaredTraffic,
} from '../../src';

/** What locks the shop in, besides its routes. */
export type Layer = 'Sidecar' | 'NetworkPolicy' | 'authorization' | 'admission';

export const ELSEWHERE = 'elsewhere.example.com';
export const RAW = 'raw.example.com';
export const KEYS = 'keys.example.com';
export const METADATA = '169.254.169.254';
/** Of the Kubernetes API server, which is no pod. */
export const API_ADDRESS = '172.20.0.1';
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

/** The shop's routes, behind a gateway that denies what they do not declare, or does not, and the layers of its lock. */
function appOf(layers: readonly Layer[], podUsers?: PodUsers): App {
  return worldOf(layers, {}, podUsers).app;
}

function worldOf(layers: readonly Layer[], props: Partial<EgressLockProps> = {}, podUsers?: PodUsers) {
  const app = new App();
  const platform = new Chart(app, 'platform', { namespace: 'istio-egress' });
  const gateway = new EgressGateway(platform, 'egress', {
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
  const [sidecars, policies] = [layers.includes('Sidecar'), layers.includes('NetworkPolicy')];
  const other = 'it is tried without';
  const lock = !sidecars && !policies ? undefined
    : new EgressLock(platform, 'lock', {
      gateway,
      calls: [MeshPeer.namespace('stock')],
      dns: ClusterDns.kubeDns({ nodeLocal: ['169.254.20.10'] }),
      omit: {
        peerAuthentication: other,
        telemetry: other,
        ...!sidecars && { sidecar: other },
        ...!policies && { networkPolicy: other, gatewayNetworkPolicy: other },
      },
      ...props,
    });
  if (lock && layers.includes('admission')) new EgressAdmission(platform, 'admission', { lock, podUsers });
  return { app, platform, lock };
}

export interface VerificationOptions {
  readonly lock?: Partial<EgressLockProps>;
  readonly outsideHost?: string;
}

/** What verifies such a lock from inside. */
export function verificationOf(layers: readonly Layer[], { lock: props, outsideHost = ELSEWHERE }: VerificationOptions = {}): Manifest[] {
  const { app, platform, lock } = worldOf(layers, props);
  new EgressVerification(platform, 'verification', { lock: lock!, namespace: 'shop', serviceAccount: 'shop', outsideHost, outsideAddress: addressOf(ELSEWHERE) });
  return objectsOf(app).filter(({ kind }) => kind === 'ConfigMap' || kind === 'Job');
}

export function scriptOf(verification: Manifest[]): string {
  return (verification[0] as unknown as { readonly data: Readonly<Record<string, string>> }).data['verify.sh'];
}

export interface LockOptions {
  /** The port of the gateway that NetworkPolicies open. @default - that of its pods */
  readonly gatewayPort?: number;
  readonly without?: 'DNS' | 'node DNS' | 'istiod';
  /** With ClusterNetworkPolicies beside NetworkPolicies. */
  readonly cluster?: boolean;
}

/** What has the API server refuse pods and objects that would open the lock. */
export function admissionOf(podUsers?: PodUsers): object[] {
  const objects = objectsOf(appOf(['Sidecar', 'NetworkPolicy', 'authorization', 'admission'], podUsers));
  return objects.filter(({ kind }) => kind.startsWith('ValidatingAdmissionPolicy'));
}

const isOfLock = ({ kind }: Manifest) => ['Sidecar', 'NetworkPolicy', 'ClusterNetworkPolicy'].includes(kind);

/** The shop's routes and these layers of its lock. */
export function locked(layers: readonly Layer[], options: LockOptions = {}): object[] {
  return [...objectsOf(appOf(layers)).filter(object => !isOfLock(object)), ...lockOf(layers, options)];
}

/** The layers that are objects of their own, in the order in which they are applied. */
export function lockOf(layers: readonly Layer[], options: LockOptions = {}): Manifest[] {
  return objectsOf(worldOf(layers, options.cluster ? { clusterNetworkPolicy: {} } : {}).app).filter(isOfLock).map(object => (object.kind === 'NetworkPolicy' ? damaged(object, options) : object));
}

const NEEDED = { 'DNS': 'k8s-app', 'node DNS': '169.254.20.10', 'istiod': 'istiod' };

/** A NetworkPolicy without one of its rules, or with another port of the gateway. */
function damaged(policy: Manifest, { gatewayPort, without }: LockOptions): Manifest {
  const { spec } = policy as unknown as { spec: { ingress?: Rule[]; egress: Rule[] } };
  const at = (one: { readonly port: number }) => (one.port === POD_PORT && gatewayPort ? { ...one, port: gatewayPort } : one);
  const port = (rule: Rule) => ({ ...rule, ports: rule.ports?.map(at) });
  const egress = spec.egress.filter(rule => !without || !JSON.stringify(rule).includes(NEEDED[without])).map(port);
  return { ...policy, spec: { ...spec, egress, ...spec.ingress && { ingress: spec.ingress.map(port) } } } as Manifest;
}

interface Rule { readonly ports?: readonly { readonly port: number }[] }
