import { App, Chart } from 'cdk8s';
import { APP, INIT, PROXY, pod } from './injected-pods';
import { LockedApi } from './locked-api';
import { describeMesh } from './mesh';
import { Manifest, objectsOf } from './traffic';
import {
  EgressAdmission, EgressGateway, EgressLock, EgressRoute, ExternalPort, ExternalService, GatewayWorkload, LockPhase, PodUsers, Resolution,
} from '../../src';

interface Admission { readonly phase?: LockPhase; readonly podUsers?: PodUsers }

/** Routes of the shop, and what admission control makes of them. */
function objectsWith({ phase, podUsers }: Admission = {}): Manifest[] {
  const app = new App();
  const platform = new Chart(app, 'platform', { namespace: 'istio-egress' });
  const gateway = new EgressGateway(platform, 'egress', { workload: GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-egress' }) });
  const shop = new Chart(app, 'shop', { namespace: 'shop' });
  for (const host of ['payments.example.com', '*.cdn.example.com', 'mail.example.com']) {
    const id = host.replace('*', 'any');
    const service = new ExternalService(shop, id, {
      hosts: [host],
      ports: [ExternalPort.https()],
      ...host.startsWith('*') && { resolution: Resolution.servedBy('cdn.example.com') },
      ...host.startsWith('mail') && { besideGateway: gateway },
    });
    new EgressRoute(shop, `${id}-route`, { service, gateway });
  }
  const lock = new EgressLock(platform, 'lock', { gateway, phase });
  new EgressAdmission(platform, 'admission', { lock, podUsers });
  return objectsOf(app);
}

/** One stands beside the gateway. */
const entries = objectsWith().filter(({ kind, spec: { hosts } }) => kind === 'ServiceEntry' && ['payments.example.com', 'mail.example.com'].includes(hosts![0]));

const policies = (admission: Admission = {}) => objectsWith(admission).filter(({ kind }) => kind.startsWith('ValidatingAdmissionPolicy'));

const security = (securityContext: object) => ({ app: { securityContext: { ...APP.securityContext, ...securityContext } } });
const traffic = (name: string, value: string) => ({ annotations: { [`traffic.sidecar.istio.io/${name}`]: value } });
const other = (apiVersion: string, kind: string, namespace: string, more: object) => ({ apiVersion, kind, metadata: { namespace }, ...more });
const istio = (kind: string, namespace: string, spec: object) => other('networking.istio.io/v1', kind, namespace, { spec });
const entry = (namespace: string, host: string, exportTo?: string[]) => istio('ServiceEntry', namespace, { hosts: [host], exportTo, ports: [{ number: 443, name: 'tls', protocol: 'TLS' }], resolution: 'STATIC', endpoints: [{ address: '198.51.100.7' }] });
const gatewayOf = (selector?: object) => istio('Gateway', 'billing', { selector, servers: [{ port: { number: 443, name: 'https', protocol: 'HTTPS' }, hosts: ['*'], tls: { mode: 'ISTIO_MUTUAL' } }] });
const network = (spec: object) => other('networking.k8s.io/v1', 'NetworkPolicy', 'shop', { spec: { podSelector: {}, ...spec } });

const ADMITTED: Record<string, object> = {
  'a pod': pod(),
  'a pod of another namespace in the network of its node': pod({ namespace: 'billing', spec: { hostNetwork: true }, injected: [] }),
  'empty annotations, as the CNI plugin of Istio has them': pod(traffic('excludeInterfaces', '')),
  'a NetworkPolicy for what comes in': network({ policyTypes: ['Ingress'], ingress: [{}] }),
  'a Service': other('v1', 'Service', 'shop', { spec: { selector: { app: 'shop' }, ports: [{ port: 80 }] } }),
  'a VirtualService': istio('VirtualService', 'shop', { hosts: ['cart'], http: [{ route: [{ destination: { host: 'cart' } }] }] }),
  'a Gateway for other pods': gatewayOf({ istio: 'ingressgateway' }),
  'a ServiceEntry of another namespace that the gateway does not see': entry('billing', 'payments.example.com', ['.']),
  'a ServiceEntry of another namespace for another host': entry('billing', 'www.example.com'),
};

const REFUSED: Record<string, object> = {
  'the network of the node': pod({ spec: { hostNetwork: true } }),
  'the label that switches injection off': pod({ labels: { 'sidecar.istio.io/inject': 'false' } }),
  'the annotation that switches injection off': pod({ annotations: { 'sidecar.istio.io/inject': 'false' } }),
  'no sidecar': pod({ injected: [] }),
  'excludeOutboundPorts': pod(traffic('excludeOutboundPorts', '443')),
  'excludeOutboundIPRanges': pod(traffic('excludeOutboundIPRanges', '0.0.0.0/0')),
  'includeOutboundIPRanges': pod(traffic('includeOutboundIPRanges', '10.0.0.0/8')),
  'includeOutboundPorts': pod(traffic('includeOutboundPorts', '1')),
  'excludeInterfaces': pod(traffic('excludeInterfaces', 'eth0')),
  'interceptionMode': pod({ annotations: { 'sidecar.istio.io/interceptionMode': 'NONE' } }),
  'another template': pod({ annotations: { 'inject.istio.io/templates': 'gateway' } }),
  'another bootstrap': pod({ annotations: { 'sidecar.istio.io/bootstrapOverride': 'mine' } }),
  'another image for the proxy': pod({ annotations: { 'sidecar.istio.io/proxyImage': 'mine/proxyv2:1' } }),
  'another configuration for the proxy': pod({ annotations: { 'proxy.istio.io/config': 'discoveryAddress: mine:15012' } }),
  'an own istio-proxy with a command': pod({ injected: [INIT, { ...PROXY, command: ['sh'] }] }),
  'an own istio-proxy with an image': pod({ injected: [INIT, { ...PROXY, image: 'mine:1' }] }),
  'an own istio-proxy, as the injector merges it': pod({ annotations: { 'proxy.istio.io/overrides': '{"containers":[]}' } }),
  'user 1337': pod(security({ runAsUser: 1337 })),
  'group 1337': pod(security({ runAsGroup: 1337 })),
  'user 1337 of the pod': pod({ spec: { securityContext: { runAsUser: 1337 } } }),
  'fsGroup 1337': pod({ spec: { securityContext: { fsGroup: 1337 } } }),
  'supplementalGroups 1337': pod({ spec: { securityContext: { supplementalGroups: [1337] } } }),
  'an init container as 1337': pod({ injected: [INIT, PROXY, { name: 'mine', image: 'mine:1', securityContext: { runAsUser: 1337 } }] }),
  'an own istio-init': pod({ injected: [{ ...INIT, command: ['sh'], securityContext: { runAsUser: 1337 } }, PROXY] }),
  'NET_ADMIN': pod(security({ capabilities: { add: ['NET_ADMIN'] } })),
  'an own istio-validation, which the injector does not know': pod({ injected: [INIT, PROXY, { ...INIT, name: 'istio-validation', args: ['istio-iptables', '--cleanup-only'] }] }),
  'an own istio-proxy where nothing is injected': pod({ annotations: { 'sidecar.istio.io/status': '' } }),
  'net_admin, as container runtimes accept it': pod(security({ capabilities: { add: ['net_admin'] } })),
  'CAP_NET_ADMIN, as container runtimes accept it': pod(security({ capabilities: { add: ['CAP_NET_ADMIN'] } })),
  'NET_RAW': pod(security({ capabilities: { add: ['NET_RAW'] } })),
  'privileged': pod(security({ privileged: true, allowPrivilegeEscalation: true })),
  'a volume of the sidecar': pod({ app: { volumeMounts: [{ name: 'workload-socket', mountPath: '/x' }] }, spec: { volumes: [{ name: 'workload-socket', emptyDir: {} }] } }),
  'a Sidecar': istio('Sidecar', 'shop', { egress: [{ hosts: ['*/*'] }] }),
  'an EnvoyFilter': other('networking.istio.io/v1alpha3', 'EnvoyFilter', 'shop', { spec: {} }),
  'a ServiceEntry': entry('shop', 'www.example.com', ['.']),
  'a WorkloadEntry': istio('WorkloadEntry', 'shop', { address: '198.51.100.7' }),
  'keys that istiod would fetch': other('security.istio.io/v1', 'RequestAuthentication', 'shop', { spec: { jwtRules: [{ issuer: 'anyone', jwksUri: 'https://www.example.com/keys' }] } }),
  'a NetworkPolicy for what goes out': network({ policyTypes: ['Egress'], egress: [{}] }),
  'a Service of type ExternalName': other('v1', 'Service', 'shop', { spec: { type: 'ExternalName', externalName: 'www.example.com' } }),
  'an EndpointSlice': other('discovery.k8s.io/v1', 'EndpointSlice', 'shop', { addressType: 'IPv4', endpoints: [{ addresses: ['198.51.100.7'] }] }),
  'a Gateway on the pods of the gateway': gatewayOf({ istio: 'egressgateway' }),
  'a Gateway on the pods of the gateway, by another label': gatewayOf({ 'service.istio.io/canonical-name': 'istio-egressgateway' }),
  'a Gateway for all pods': gatewayOf(),
  'another ServiceEntry for a host with a route': entry('billing', 'payments.example.com'),
  'another ServiceEntry for a host with a route, shown to everybody by an empty list': entry('billing', 'payments.example.com', []),
  'another ServiceEntry for a host under a wildcard with a route': entry('billing', 'eu.cdn.example.com', ['istio-egress']),
};

const OBJECTS = { 'a Sidecar': REFUSED['a Sidecar'], 'a Gateway for all pods': REFUSED['a Gateway for all pods'] };

describeMesh('admission of a lock', () => {
  let api: LockedApi;
  let unguarded: Map<string, string>;
  let guarded: Map<string, string>;
  let unheld: Map<string, string>;

  /** What the API server says where a user leads the hosts of routes elsewhere, by the namespace of the ServiceEntry. */
  function redirected(user: string): Map<string, string> {
    const patch = JSON.stringify({ spec: { resolution: 'STATIC', endpoints: [{ address: '198.51.100.7' }] } });
    return new Map(entries.map(({ metadata: { name, namespace } }) => {
      const { ok, err } = api.server.kubectl(['patch', 'serviceentry', name, `--namespace=${namespace}`, `--as=${user}`, '--dry-run=server', '--type=merge', `--patch=${patch}`]);
      return [namespace, ok ? '' : err];
    }));
  }

  beforeAll(async () => {
    api = await LockedApi.start();
    const all = { ...ADMITTED, ...REFUSED };
    unguarded = api.refusals(all);
    api.apply(entries);
    unheld = redirected('local');
    await api.guard(policies(), { pods: REFUSED['the network of the node'], objects: REFUSED['a Sidecar'], gateway: REFUSED['a Gateway for all pods'] });
    guarded = api.refusals(all);
  }, 900_000);
  afterAll(() => api.stop());

  test.each(Object.keys(ADMITTED))('admits %s', name => {
    expect(guarded.get(name)).toBe('');
  });

  test.each(Object.keys(REFUSED))('refuses %s', name => {
    expect(guarded.get(name)).toMatch(/ValidatingAdmissionPolicy 'egress-lock-\w+' with binding 'egress-lock-\w+' denied request/);
  });

  test('broken: without its policies everything is admitted', () => {
    expect([...unguarded].filter(([, text]) => text !== '')).toEqual([]);
  });

  test('holds a namespace to its label for injection', () => {
    const label = (namespace: string, ...labels: string[]) => api.server.kubectl(['label', 'namespace', namespace, ...labels, '--dry-run=server', '--as=tenant']);
    expect(label('shop', 'istio-injection-').err).toContain('it must keep the label istio-injection: enabled, or istio.io/rev');
    expect(label('shop', 'istio-injection-', 'istio.io/rev=canary').ok).toBe(true);
    expect(label('shop', '--overwrite', 'istio-injection=disabled', 'istio.io/rev=canary').ok).toBe(false);
    expect(label('billing', 'istio-injection-').ok).toBe(true);
  });

  test('holds the sidecar of a pod that runs', () => {
    api.apply([{ ...pod(), metadata: { ...(pod() as Manifest).metadata, name: 'running' } }]);
    const exec = (container: string) => api.server.kubectl(['exec', 'running', '--namespace=shop', '--as=tenant', `--container=${container}`, '--', 'id']).err;
    expect(exec('istio-proxy')).toContain('a command in istio-proxy runs as user 1337');
    expect(exec('app')).not.toContain('ValidatingAdmissionPolicy');
    const image = (container: string) => api.server.kubectl(['set', 'image', 'pod/running', `${container}=mine:1`, '--namespace=shop', '--dry-run=server', '--as=tenant']);
    expect(image('istio-proxy').err).toContain('the image of istio-proxy must stay');
    expect(image('app').ok).toBe(true);
  });

  test('holds containers for debugging', () => {
    const debug = (runAsUser: number) => {
      const running = JSON.parse(api.server.must(['get', 'pod', 'running', '--namespace=shop', '--output=json']));
      running.spec.ephemeralContainers = [{ name: 'debug', image: 'mine:1', securityContext: { runAsUser, allowPrivilegeEscalation: false } }];
      return api.server.kubectl(['replace', '--raw', '/api/v1/namespaces/shop/pods/running/ephemeralcontainers?dryRun=All', '--filename=-'], JSON.stringify(running));
    };
    expect(debug(1337).err).toContain('user and group 1337');
    expect(debug(0).err).toContain('runAsUser is missing or 0');
    expect(debug(1000)).toMatchObject({ ok: true, err: '' });
  });

  test('holds the ServiceEntries of routes in their namespace, and RBAC one that stands beside the gateway', () => {
    for (const user of ['owner', 'local']) expect(redirected(user).get('shop')).toContain("ValidatingAdmissionPolicy 'egress-lock-objects'");
    expect(redirected('local').get('istio-egress')).toMatch(/User "local" cannot \w+ resource "serviceentries" .* in the namespace "istio-egress"/);
    expect([...redirected('deployer').values()]).toEqual(['', '']);
  });

  test('broken: without its policies, whoever may write in the namespace leads the gateway elsewhere, unless the entry stands beside it', () => {
    expect(unheld.get('shop')).toBe('');
    expect(unheld.get('istio-egress')).toContain('User "local" cannot');
  });

  test('admits what those write who may open locks', () => {
    expect([...api.refusals(OBJECTS, 'deployer').values()].join('')).toBe('');
  });

  test('broken: all rights in a locked namespace are not enough', () => {
    expect([...api.refusals(OBJECTS, 'owner').values()].filter(text => !text.includes('denied request'))).toEqual([]);
  });

  test('only warns while the lock observes', async () => {
    api.apply(policies({ phase: LockPhase.OBSERVE }));
    await api.until(() => api.refusals(OBJECTS).get('a Sidecar') === '');
    const { ok, err } = api.server.kubectl(['create', '--dry-run=server', '--as=tenant', '--filename=-'], JSON.stringify({ ...pod(security({ runAsUser: 1337 })), metadata: { namespace: 'shop', name: 'odd' } }));
    expect(ok).toBe(true);
    expect(err).toContain("Warning: Validation failed for ValidatingAdmissionPolicy 'egress-lock-pods'");
  });
});
