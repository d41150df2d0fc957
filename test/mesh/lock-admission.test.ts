import { App, Chart } from 'cdk8s';
import { ApiServer } from './api-server';
import { describeMesh } from './mesh';
import { Manifest, objectsOf } from './traffic';
import {
  EgressAdmission, EgressGateway, EgressLock, EgressRoute, ExternalPort, ExternalService, GatewayWorkload, LockPhase, PodUsers, Resolution,
} from '../../src';

interface Admission { readonly phase?: LockPhase; readonly podUsers?: PodUsers }

function policies({ phase, podUsers }: Admission = {}): Manifest[] {
  const app = new App();
  const platform = new Chart(app, 'platform', { namespace: 'istio-egress' });
  const gateway = new EgressGateway(platform, 'egress', { workload: GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-egress' }) });
  const shop = new Chart(app, 'shop', { namespace: 'shop' });
  for (const host of ['payments.example.com', '*.cdn.example.com']) {
    const service = new ExternalService(shop, host, { hosts: [host], ports: [ExternalPort.https()], ...host.startsWith('*') && { resolution: Resolution.servedBy('cdn.example.com') } });
    new EgressRoute(shop, `${host}-route`, { service, gateway });
  }
  const lock = new EgressLock(platform, 'lock', { gateway, phase });
  new EgressAdmission(platform, 'admission', { lock, podUsers });
  return objectsOf(app).filter(({ kind }) => kind.startsWith('ValidatingAdmissionPolicy'));
}

const PROXY = { name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.31.0', args: ['proxy', 'sidecar'], restartPolicy: 'Always', securityContext: { runAsUser: 1337, runAsGroup: 1337 } };
const INIT = { name: 'istio-init', image: 'docker.io/istio/proxyv2:1.31.0', args: ['istio-iptables', '-p', '15001'], securityContext: { runAsUser: 0, capabilities: { add: ['NET_ADMIN', 'NET_RAW'] } } };
const APP = { name: 'app', image: 'shop:1', securityContext: { runAsUser: 1000, runAsGroup: 1000, allowPrivilegeEscalation: false } };

const INJECTED = { 'sidecar.istio.io/status': '{"initContainers":["istio-init","istio-proxy"],"containers":null}' };

interface Odd {
  readonly namespace?: string;
  readonly labels?: object;
  readonly annotations?: object;
  readonly spec?: object;
  readonly app?: object;
  /** Those of Istio. @default - as the injector writes them */
  readonly injected?: object[];
}

/** A pod as it is after injection, with something odd about it. */
function pod({ namespace = 'shop', labels = {}, annotations = {}, spec = {}, app = {}, injected = [INIT, PROXY] }: Odd = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, labels: { app: 'shop', ...labels }, annotations: { ...INJECTED, ...annotations } },
    spec: { containers: [{ ...APP, ...app }], initContainers: injected, ...spec },
  };
}

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

const rbac = (kind: string, name: string, namespace: string | undefined, more: object) => ({ apiVersion: 'rbac.authorization.k8s.io/v1', kind, metadata: { name, namespace }, ...more });
const bound = (kind: string, name: string, ...users: string[]) => ({
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name }, subjects: users.map(user => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user })),
});

describeMesh('admission of a lock', () => {
  let server: ApiServer;
  let unguarded: Map<string, string>;
  let guarded: Map<string, string>;

  /** What the API server says of each object, by its name: nothing where it is admitted. */
  function refusals(cases: Record<string, object>, user = 'tenant'): Map<string, string> {
    const named = Object.values(cases).map((object, i) => ({ ...object, metadata: { ...(object as Manifest).metadata, name: `case-${i}` } }));
    const { err } = server.kubectl(['create', '--dry-run=server', `--as=${user}`, '--filename=-'], named.map(object => JSON.stringify(object)).join('\n---\n'));
    return new Map(Object.keys(cases).map((name, i) => [name, err.split('\n').filter(line => new RegExp(`"case-${i}"`).test(line) && !line.startsWith('Warning')).join('\n')]));
  }
  const apply = (objects: readonly object[]) => server.must(['apply', '--filename=-'], objects.map(object => JSON.stringify(object)).join('\n---\n'));

  /** Policies take effect a moment after they have been stored. */
  async function until(condition: () => boolean): Promise<void> {
    for (const end = Date.now() + 60_000; !condition();) {
      if (Date.now() > end) throw new Error('waited in vain');
      await new Promise(resolve => setTimeout(resolve, 200));
    }
  }

  beforeAll(async () => {
    server = await ApiServer.start('--allow-privileged=true');
    apply(['shop', 'billing', 'istio-egress'].map(name => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { 'istio-injection': 'enabled' } } })));
    // a tenant with all rights to resources that exist, in every namespace
    const groups = ['', 'networking.istio.io', 'security.istio.io', 'networking.k8s.io', 'discovery.k8s.io'];
    apply([
      rbac('ClusterRole', 'tenant', undefined, { rules: [{ apiGroups: groups, resources: ['*'], verbs: ['*'] }] }),
      rbac('ClusterRoleBinding', 'tenants', undefined, bound('ClusterRole', 'tenant', 'tenant', 'deployer', 'owner')),
      rbac('Role', 'deployer', 'istio-egress', { rules: [{ apiGroups: ['cdk8s-istio'], resources: ['egresslocks'], verbs: ['open'] }] }),
      rbac('RoleBinding', 'deployer', 'istio-egress', bound('Role', 'deployer', 'deployer')),
      rbac('RoleBinding', 'owner', 'shop', bound('ClusterRole', 'cluster-admin', 'owner')),
    ]);
    const all = { ...ADMITTED, ...REFUSED };
    unguarded = refusals(all);
    apply(policies());
    const probe = { probe: REFUSED['the network of the node'], objects: REFUSED['a Sidecar'], gateway: REFUSED['a Gateway for all pods'] };
    await until(() => [...refusals(probe).values()].every(text => text !== ''));
    guarded = refusals(all);
  }, 900_000);
  afterAll(() => server.stop());

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
    const label = (namespace: string, ...labels: string[]) => server.kubectl(['label', 'namespace', namespace, ...labels, '--dry-run=server', '--as=tenant']);
    expect(label('shop', 'istio-injection-').err).toContain('it must keep the label istio-injection: enabled, or istio.io/rev');
    expect(label('shop', 'istio-injection-', 'istio.io/rev=canary').ok).toBe(true);
    expect(label('shop', '--overwrite', 'istio-injection=disabled', 'istio.io/rev=canary').ok).toBe(false);
    expect(label('billing', 'istio-injection-').ok).toBe(true);
  });

  test('holds the sidecar of a pod that runs', () => {
    apply([{ ...pod(), metadata: { ...(pod() as Manifest).metadata, name: 'running' } }]);
    const exec = (container: string) => server.kubectl(['exec', 'running', '--namespace=shop', '--as=tenant', `--container=${container}`, '--', 'id']).err;
    expect(exec('istio-proxy')).toContain('a command in istio-proxy runs as user 1337');
    expect(exec('app')).not.toContain('ValidatingAdmissionPolicy');
    const image = (container: string) => server.kubectl(['set', 'image', 'pod/running', `${container}=mine:1`, '--namespace=shop', '--dry-run=server', '--as=tenant']);
    expect(image('istio-proxy').err).toContain('the image of istio-proxy must stay');
    expect(image('app').ok).toBe(true);
  });

  test('holds containers for debugging', () => {
    const debug = (runAsUser: number) => {
      const running = JSON.parse(server.must(['get', 'pod', 'running', '--namespace=shop', '--output=json']));
      running.spec.ephemeralContainers = [{ name: 'debug', image: 'mine:1', securityContext: { runAsUser, allowPrivilegeEscalation: false } }];
      return server.kubectl(['replace', '--raw', '/api/v1/namespaces/shop/pods/running/ephemeralcontainers?dryRun=All', '--filename=-'], JSON.stringify(running));
    };
    expect(debug(1337).err).toContain('user and group 1337');
    expect(debug(0).err).toContain('runAsUser is missing or 0');
    expect(debug(1000)).toMatchObject({ ok: true, err: '' });
  });

  test('admits what those write who may open locks', () => {
    expect([...refusals(OBJECTS, 'deployer').values()].join('')).toBe('');
  });

  test('broken: all rights in a locked namespace are not enough', () => {
    expect([...refusals(OBJECTS, 'owner').values()].filter(text => !text.includes('denied request'))).toEqual([]);
  });

  test('only warns while the lock observes', async () => {
    apply(policies({ phase: LockPhase.OBSERVE }));
    await until(() => refusals(OBJECTS).get('a Sidecar') === '');
    const { ok, err } = server.kubectl(['create', '--dry-run=server', '--as=tenant', '--filename=-'], JSON.stringify({ ...pod(security({ runAsUser: 1337 })), metadata: { namespace: 'shop', name: 'odd' } }));
    expect(ok).toBe(true);
    expect(err).toContain("Warning: Validation failed for ValidatingAdmissionPolicy 'egress-lock-pods'");
  });
});
