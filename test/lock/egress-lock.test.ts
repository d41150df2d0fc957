import { ApiObject, App, Chart, YamlOutputType } from 'cdk8s';
import { policyOf, sidecarOf, waysIn, waysOut } from './rules-of';
import {
  AccessLogging, AppTls, Caller, ClusterDns, Destination, DirectRoute, EgressCaller, EgressGateway, EgressLock, EgressLockProps, EgressRoute,
  EgressRouteProps, Endpoint, ExternalPort, ExternalService, ExternalServiceProps, GatewayWorkload, LegOne, LockPhase, MeshPeer, Resolution,
  RouteAction, VirtualServiceLayout,
} from '../../src';
import { mesh } from '../fixtures';
import { find, synth } from '../synth';

const http = { hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps()] };
const tls = { hosts: ['cdn.example.com'], ports: [ExternalPort.https()] };
const DNS = 'kube-system (k8s-app=kube-dns): 53/UDP 53/TCP';
const ISTIOD = 'istio-system (app=istiod): 15012/TCP';
const GATEWAY = 'istio-system (app=istio-egressgateway,istio=egressgateway)';
const OUTSIDE = '0.0.0.0/0 without 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 169.254.0.0/16, ::/0 without fc00::/7 fe80::/10';
const RESOLVER = 'kube-system/kube-dns.kube-system.svc.cluster.local';
const LEG = 'istio-system/egress.istio-system.mesh.internal';

/** A lock over the gateway by which the shop calls services, each by a route of its own. */
function locked(props: Partial<EgressLockProps> = {}, services: [ExternalServiceProps, Partial<EgressRouteProps>?][] = [[http]]) {
  const world = mesh({}, [{ number: 80, targetPort: 8080 }, { number: 443, targetPort: 8443 }, { number: 15443 }]);
  const { app, shop, egress } = world;
  const made = services.map(([service, route = {}], i) => {
    const external = new ExternalService(shop, `service-${i}`, service);
    new EgressRoute(shop, `route-${i}`, { service: external, gateway: egress, ...route });
    return external;
  });
  const lock = new EgressLock(shop, 'lock', { gateway: egress, ...props });
  return { ...world, lock, services: made, objects: () => synth(app) };
}

const lockedKinds = ['NetworkPolicy', 'PeerAuthentication', 'Sidecar', 'Telemetry'];
const namesOf = (objects: ReturnType<typeof synth>) => objects.filter(o => lockedKinds.includes(o.kind)).map(o => `${o.kind} ${o.metadata.namespace}/${o.metadata.name}`).sort();

describe('a lock', () => {
  test('has these objects for a namespace and the gateway', () => {
    const { app, lock } = locked();
    expect(synth(app).filter((o) => lockedKinds.includes(o.kind))).toMatchInlineSnapshot(`
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata:
        name: egress-lock
        namespace: istio-system
      spec:
        egress:
          - ports:
              - port: 53
                protocol: UDP
              - port: 53
                protocol: TCP
            to:
              - namespaceSelector:
                  matchLabels:
                    kubernetes.io/metadata.name: kube-system
                podSelector:
                  matchLabels:
                    k8s-app: kube-dns
          - ports:
              - port: 15012
                protocol: TCP
            to:
              - namespaceSelector:
                  matchLabels:
                    kubernetes.io/metadata.name: istio-system
                podSelector:
                  matchLabels:
                    app: istiod
          - ports:
              - port: 443
                protocol: TCP
            to:
              - ipBlock:
                  cidr: 0.0.0.0/0
                  except:
                    - 10.0.0.0/8
                    - 172.16.0.0/12
                    - 192.168.0.0/16
                    - 100.64.0.0/10
                    - 169.254.0.0/16
              - ipBlock:
                  cidr: ::/0
                  except:
                    - fc00::/7
                    - fe80::/10
        ingress:
          - from:
              - namespaceSelector:
                  matchLabels:
                    kubernetes.io/metadata.name: shop
            ports:
              - port: 8443
                protocol: TCP
        podSelector:
          matchLabels:
            app: istio-egressgateway
            istio: egressgateway
        policyTypes:
          - Ingress
          - Egress
      ---
      apiVersion: telemetry.istio.io/v1
      kind: Telemetry
      metadata:
        name: egress-lock
        namespace: shop
      spec:
        accessLogging:
          - filter:
              expression: xds.cluster_name in ['PassthroughCluster', 'BlackHoleCluster'] || xds.route_name == 'block_all'
            providers:
              - name: envoy
      ---
      apiVersion: networking.istio.io/v1
      kind: Sidecar
      metadata:
        name: default
        namespace: shop
      spec:
        egress:
          - hosts:
              - ./*
              - istio-system/egress.istio-system.mesh.internal
              - kube-system/kube-dns.kube-system.svc.cluster.local
        outboundTrafficPolicy:
          mode: REGISTRY_ONLY
      ---
      apiVersion: security.istio.io/v1
      kind: PeerAuthentication
      metadata:
        name: default
        namespace: shop
      spec:
        mtls:
          mode: STRICT
      ---
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata:
        name: egress-lock
        namespace: shop
      spec:
        egress:
          - ports:
              - port: 53
                protocol: UDP
              - port: 53
                protocol: TCP
            to:
              - namespaceSelector:
                  matchLabels:
                    kubernetes.io/metadata.name: kube-system
                podSelector:
                  matchLabels:
                    k8s-app: kube-dns
          - ports:
              - port: 15012
                protocol: TCP
            to:
              - namespaceSelector:
                  matchLabels:
                    kubernetes.io/metadata.name: istio-system
                podSelector:
                  matchLabels:
                    app: istiod
          - ports:
              - port: 8443
                protocol: TCP
            to:
              - namespaceSelector:
                  matchLabels:
                    kubernetes.io/metadata.name: istio-system
                podSelector:
                  matchLabels:
                    app: istio-egressgateway
                    istio: egressgateway
          - to:
              - podSelector: {}
        podSelector: {}
        policyTypes:
          - Egress
    `);
    expect(lock.parts).toHaveLength(5);
  });

  test('locks every namespace from which routes call, those declared later among them', () => {
    const { app, shop, egress, lock } = locked();
    const service = new ExternalService(shop, 'late', tls);
    new EgressRoute(shop, 'late-route', { service, gateway: egress, callers: [Caller.namespace('billing'), Caller.serviceAccount('stock', 'clerk')] });
    const objects = synth(app);
    expect(objects.filter(o => o.kind === 'Sidecar').map(o => o.metadata.namespace).sort()).toEqual(['billing', 'shop', 'stock']);
    expect(waysIn(policyOf(objects, 'istio-system'))).toEqual(['billing shop stock: 8443/TCP']);
    expect(lock.parts).toHaveLength(13);
  });

  test('locks a namespace no more when its routes have been removed', () => {
    const { app, shop, egress, lock } = locked();
    const service = new ExternalService(shop, 'late', tls);
    new EgressRoute(shop, 'late-route', { service, gateway: egress, callers: [Caller.namespace('billing')] });
    app.synthYaml();
    expect(lock.parts).toHaveLength(9);
    shop.node.tryRemoveChild('late-route');
    shop.node.tryRemoveChild('late');
    expect(namesOf(synth(app)).filter(name => name.includes('billing'))).toEqual([]);
  });

  test('locks the namespaces that are listed, and lets the other callers reach the gateway', () => {
    const objects = locked({ namespaces: ['billing'] }, [[http, { callers: [Caller.namespace('shop'), Caller.namespace('billing')] }]]).objects();
    expect(namesOf(objects)).toEqual([
      'NetworkPolicy billing/egress-lock', 'NetworkPolicy istio-system/egress-lock', 'PeerAuthentication billing/default', 'Sidecar billing/default',
      'Telemetry billing/egress-lock',
    ]);
    expect(waysIn(policyOf(objects, 'istio-system'))).toEqual(['billing shop: 8443/TCP']);
  });

  test('stands behind the routes of its chart, and its NetworkPolicies behind its Sidecars', () => {
    const { app, shop, egress } = mesh();
    new EgressLock(shop, 'lock', { gateway: egress });
    const service = new ExternalService(shop, 'api', http);
    new EgressRoute(shop, 'route', { service, gateway: egress });
    const kinds = synth(app).filter(o => o.metadata.namespace === 'shop').map(o => o.kind);
    expect(kinds).toEqual(['VirtualService', 'ServiceEntry', 'Telemetry', 'Sidecar', 'PeerAuthentication', 'NetworkPolicy']);
  });

  test('that observes lets everything pass and logs it', () => {
    const objects = locked({ phase: LockPhase.OBSERVE }).objects();
    expect(namesOf(objects)).toEqual(['Sidecar shop/default', 'Telemetry shop/egress-lock']);
    expect(sidecarOf(objects, 'shop').spec).toEqual({ outboundTrafficPolicy: { mode: 'ALLOW_ANY' }, egress: [{ hosts: ['./*', LEG, RESOLVER] }] });
    expect(find(objects, 'Telemetry').spec.accessLogging).toEqual([{ providers: [{ name: 'envoy' }], filter: { expression: "xds.cluster_name == 'PassthroughCluster'" } }]);
  });

  test('logs as it is told', () => {
    const objects = locked({ accessLogging: AccessLogging.all({ provider: 'otel' }) }).objects();
    expect(find(objects, 'Telemetry').spec.accessLogging).toEqual([{ providers: [{ name: 'otel' }] }]);
  });

  test('leaves parts out, and says why at those that remain', () => {
    const omit = { networkPolicy: 'the CNI has none', peerAuthentication: 'legacy clients' };
    const objects = locked({ omit }).objects();
    expect(namesOf(objects)).toEqual(['NetworkPolicy istio-system/egress-lock', 'Sidecar shop/default', 'Telemetry shop/egress-lock']);
    for (const one of objects.filter(o => lockedKinds.includes(o.kind))) {
      expect(one.metadata.annotations).toEqual({ 'cdk8s-istio/egress-lock-omits': 'networkPolicy: the CNI has none; peerAuthentication: legacy clients' });
    }
    expect(namesOf(locked({ omit: { sidecar: 'a', gatewayNetworkPolicy: 'b', telemetry: 'c' } }).objects())).toEqual(['NetworkPolicy shop/egress-lock', 'PeerAuthentication shop/default']);
  });

  test('gives its name to what need not be called default', () => {
    const objects = locked({ metadata: { name: 'only-way-out', labels: { team: 'security' }, annotations: { ticket: '1' } } }).objects();
    expect(namesOf(objects)).toEqual([
      'NetworkPolicy istio-system/only-way-out', 'NetworkPolicy shop/only-way-out', 'PeerAuthentication shop/default', 'Sidecar shop/default', 'Telemetry shop/only-way-out',
    ]);
    expect(sidecarOf(objects, 'shop').metadata).toMatchObject({ labels: { team: 'security' }, annotations: { ticket: '1' } });
  });

  test('keeps named ports open to clear text', () => {
    const pods = { app: 'legacy' };
    const objects = locked({
      plaintextPorts: [
        { namespace: 'shop', pods, port: 8080, reason: 'the load balancer has no sidecar' },
        { namespace: 'shop', pods, port: 9090, reason: 'metrics' },
        { namespace: 'shop', pods: { app: 'web' }, port: 8080, reason: 'the same' },
      ],
    }).objects().filter(o => o.kind === 'PeerAuthentication');
    expect(objects.map(o => [o.metadata.annotations, o.spec])).toEqual([
      [
        { 'cdk8s-istio/plaintext-port-reason': '8080: the load balancer has no sidecar; 9090: metrics' },
        { selector: { matchLabels: pods }, portLevelMtls: { 8080: { mode: 'PERMISSIVE' }, 9090: { mode: 'PERMISSIVE' } } },
      ],
      [{ 'cdk8s-istio/plaintext-port-reason': '8080: the same' }, { selector: { matchLabels: { app: 'web' } }, portLevelMtls: { 8080: { mode: 'PERMISSIVE' } } }],
      [undefined, { mtls: { mode: 'STRICT' } }],
    ]);
  });

  test('over a gateway of another app locks namespaces alone', () => {
    const app = new App();
    const shop = new Chart(app, 'shop', { namespace: 'shop' });
    const gateway = EgressGateway.fromEgressGatewayAttributes(shop, 'egress', { name: 'egress', workload: GatewayWorkload.helmRelease('egw', { namespace: 'istio-system' }) });
    const service = ExternalService.fromExternalServiceAttributes(shop, 'cdn', tls);
    new EgressCaller(shop, 'cdn-caller', { service, gateway });
    new EgressLock(shop, 'lock', { gateway, omit: { gatewayNetworkPolicy: 'the platform locks it' } });
    const objects = synth(app, { admissible: false });
    expect(namesOf(objects)).toEqual(['NetworkPolicy shop/egress-lock', 'PeerAuthentication shop/default', 'Sidecar shop/default', 'Telemetry shop/egress-lock']);
    expect(sidecarOf(objects, 'shop').spec.egress[0].hosts).toEqual([
      './*', '*/cdn.example.com', RESOLVER,
    ]);
    expect(waysOut(policyOf(objects, 'shop'))).toEqual([DNS, ISTIOD, 'istio-system (app=egw,istio=egw): 443/TCP', 'own: every port']);
  });

  test('needs files that tell namespaces apart', () => {
    const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_RESOURCE });
    const platform = new Chart(app, 'platform', { namespace: 'istio-system' });
    const gateway = new EgressGateway(platform, 'egress', { workload: GatewayWorkload.helmRelease('egw', { namespace: 'istio-system' }) });
    new EgressLock(platform, 'lock', { gateway });
    const service = new ExternalService(platform, 'api', http);
    new EgressRoute(platform, 'route', { service, gateway, callers: [Caller.namespace('shop'), Caller.namespace('billing')] });
    expect(() => app.synthYaml()).toThrow(/FileNameCollision.*would both be written to NetworkPolicy.egress-lock.k8s.yaml/);
  });
});

describe('a Sidecar of a lock knows', () => {
  const hostsOf = (services: [ExternalServiceProps, Partial<EgressRouteProps>?][], namespace = 'shop', props: Partial<EgressLockProps> = {}) =>
    sidecarOf(locked(props, services).objects(), namespace).spec.egress[0].hosts.filter((host: string) => host !== './*' && host !== RESOLVER);

  const both = { callers: [Caller.namespace('shop'), Caller.namespace('billing')] };
  test.each<[string, Partial<EgressRouteProps>, ExternalServiceProps, string, string[]]>([
    ['the name of leg 1', {}, http, 'shop', [LEG]],
    ['the route as well, from another namespace', both, http, 'billing', [LEG, 'shop/api.example.com']],
    ['the route where the gateway is, with the single layout', { layout: VirtualServiceLayout.SINGLE }, http, 'shop', ['istio-system/api.example.com', LEG]],
    ['nothing else for what is wrapped: sidecars know the service, and its route the gateway', {}, tls, 'shop', []],
    ['nothing else for what is passed through', { appTls: AppTls.PASSTHROUGH }, tls, 'shop', []],
    ['the Service of the gateway for clear text', { legOne: LegOne.plaintext('no sidecars') }, http, 'shop', ['istio-system/istio-egressgateway.istio-system.svc.cluster.local']],
    ['a service on another port', both, { ...http, ports: [ExternalPort.http({ number: 8080 })] }, 'billing', ['shop/api.example.com']],
  ])('%s', (_, route, service, namespace, hosts) => {
    expect(hostsOf([[service, route]], namespace)).toEqual(hosts);
  });

  test('what it calls, collectors and the API server', () => {
    const calls = [MeshPeer.namespace('stock'), MeshPeer.service('mail', { namespace: 'post', pods: { app: 'mail' }, ports: [2525] }), MeshPeer.namespace('shop')];
    expect(hostsOf([[http]], 'shop', { calls, telemetry: [MeshPeer.namespace('observability')], kubeApi: { addresses: ['192.0.2.1'] } })).toEqual([
      'default/kubernetes.default.svc.cluster.local', LEG, 'observability/*', 'post/mail.post.svc.cluster.local', 'stock/*',
    ]);
  });

  test('direct services of other namespaces, and where rules of direct routes lead', () => {
    const { app, shop, platform, egress } = mesh();
    const db = new ExternalService(platform, 'db', { hosts: ['db.example.com'], addresses: ['192.0.2.9'], ports: [ExternalPort.postgres()], direct: true, exportTo: ['shop'] });
    const api = new ExternalService(shop, 'api', { ...http, direct: true });
    new DirectRoute(shop, 'api-route', { service: api, rules: [{ action: RouteAction.forward(Destination.service('cache', { port: 80, namespace: 'stock' })) }] });
    new EgressRoute(shop, 'cdn-route', { service: new ExternalService(shop, 'cdn', tls), gateway: egress });
    new EgressLock(shop, 'lock', { gateway: egress, direct: [db, api] });
    const objects = synth(app);
    expect(sidecarOf(objects, 'shop').spec.egress[0].hosts).toEqual([
      './*', 'istio-system/db.example.com', RESOLVER, 'stock/cache.stock.svc.cluster.local',
    ]);
    expect(waysOut(policyOf(objects, 'shop'))).toEqual([
      DNS, ISTIOD, `${GATEWAY}: 443/TCP`, 'own: every port', 'stock: every port', `${OUTSIDE}: 443/TCP 5432/TCP`,
    ]);
  });
});

describe('a NetworkPolicy of locked pods lets them reach', () => {
  const out = (props: Partial<EgressLockProps>, services?: [ExternalServiceProps, Partial<EgressRouteProps>?][]) => waysOut(policyOf(locked(props, services).objects(), 'shop'));

  test('the resolver, istiod, the gateway and each other', () => {
    expect(out({})).toEqual([DNS, ISTIOD, `${GATEWAY}: 8443/TCP`, 'own: every port']);
  });

  test('the ports of the gateway\'s pods by which routes enter', () => {
    expect(out({}, [[http, { legOne: LegOne.plaintext('no sidecars') }], [tls, { gatewayPort: 15443 }]])).toEqual([DNS, ISTIOD, `${GATEWAY}: 8080/TCP 15443/TCP`, 'own: every port']);
  });

  test('what they call, on the ports of its pods', () => {
    const calls = [MeshPeer.namespace('stock'), MeshPeer.service('mail', { namespace: 'post', pods: { app: 'mail' }, ports: [2525, 2526] })];
    expect(out({ calls }).slice(4)).toEqual(['stock: every port', 'post (app=mail): 2525/TCP 2526/TCP']);
  });

  test('the Service that a construct holds', () => {
    const { app, shop, egress } = mesh();
    const spec = { selector: { app: 'mail' }, ports: [{ port: 25, targetPort: 2525 }] };
    const mail = new ApiObject(new Chart(app, 'post', { namespace: 'post' }), 'mail', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'mail' }, spec });
    new EgressRoute(shop, 'route', { service: new ExternalService(shop, 'api', http), gateway: egress });
    new EgressLock(shop, 'lock', { gateway: egress, calls: [MeshPeer.fromService(mail)] });
    const objects = synth(app);
    expect(waysOut(policyOf(objects, 'shop'))[4]).toBe('post (app=mail): 2525/TCP');
    expect(sidecarOf(objects, 'shop').spec.egress[0].hosts).toContain('post/mail.post.svc.cluster.local');
  });

  test.each<[string, ClusterDns, string[], string]>([
    ['caches on the nodes', ClusterDns.kubeDns({ nodeLocal: ['169.254.20.10', 'fd00::a'] }), [DNS, '169.254.20.10/32, fd00::a/128: 53/UDP 53/TCP'], RESOLVER],
    ['resolvers of OpenShift', ClusterDns.openshift(), ['openshift-dns (dns.operator.openshift.io/daemonset-dns=default): 5353/UDP 5353/TCP'], 'openshift-dns/dns-default.openshift-dns.svc.cluster.local'],
    ['any other resolver', ClusterDns.of({ namespace: 'net', pods: { app: 'dns' }, serviceName: 'dns', ports: [53, 8053] }), ['net (app=dns): 53/UDP 53/TCP 8053/UDP 8053/TCP'], 'net/dns.net.svc.cluster.local'],
  ])('%s', (_, dns, rules, host) => {
    const objects = locked({ dns }).objects();
    expect(waysOut(policyOf(objects, 'shop')).slice(0, rules.length + 1)).toEqual([...rules, ISTIOD]);
    expect(sidecarOf(objects, 'shop').spec.egress[0].hosts).toContain(host);
  });

  test('a resolver without a Service by UDP alone', () => {
    const objects = locked({ dns: ClusterDns.of({ namespace: 'net', pods: { app: 'dns' } }) }).objects();
    expect(waysOut(policyOf(objects, 'shop'))[0]).toBe('net (app=dns): 53/UDP 53/TCP');
    expect(sidecarOf(objects, 'shop').spec.egress[0].hosts).toEqual(['./*', LEG]);
  });

  test('an istiod and API servers elsewhere', () => {
    const istiod = { namespace: 'control', pods: { 'app': 'istiod', 'istio.io/rev': 'canary' }, port: 15022 };
    expect(out({ istiod, kubeApi: { addresses: ['192.0.2.1', '2001:db8::1'], port: 443 } })).toEqual([
      DNS, 'control (app=istiod,istio.io/rev=canary): 15022/TCP', `${GATEWAY}: 8443/TCP`, 'own: every port', '192.0.2.1/32, 2001:db8::1/128: 443/TCP',
    ]);
    expect(out({ kubeApi: { addresses: ['192.0.2.1'] } })[4]).toBe('192.0.2.1/32: 6443/TCP');
  });
});

describe('the NetworkPolicy of the gateway lets it reach', () => {
  const out = (props: Partial<EgressLockProps>, services: [ExternalServiceProps, Partial<EgressRouteProps>?][]) => waysOut(policyOf(locked(props, services).objects(), 'istio-system')).slice(2);

  test.each<[string, [ExternalServiceProps, Partial<EgressRouteProps>?][], string[]]>([
    ['the target ports of its routes', [[http], [{ ...tls, ports: [ExternalPort.tls({ number: 8883, targetPort: 8884 })] }]], [`${OUTSIDE}: 443/TCP 8884/TCP`]],
    [
      'endpoints by their addresses', [[{
        ...http, resolution: Resolution.endpoints([Endpoint.ip('10.1.2.3', { ports: { 80: 8443 } }), Endpoint.ip('2001:db8::3')]),
      }]], ['10.1.2.3/32: 8443/TCP', '2001:db8::3/128: 443/TCP'],
    ],
    ['endpoints by name', [[{ ...http, resolution: Resolution.dns([Endpoint.host('eu.example.com', { ports: { 80: 8443 } })]) }]], [`${OUTSIDE}: 8443/TCP`]],
  ])('%s', (_, services, rules) => {
    expect(out({}, services)).toEqual(rules);
  });

  test('outside of the ranges that are told', () => {
    expect(out({ clusterRanges: ['10.0.0.0/8', '198.51.100.7', 'fd00::/8'] }, [[http]])).toEqual(['0.0.0.0/0 without 10.0.0.0/8 198.51.100.7/32 169.254.0.0/16, ::/0 without fd00::/8 fe80::/10: 443/TCP']);
    expect(out({ clusterRanges: ['10.0.0.0/8'] }, [[http]])).toEqual(['0.0.0.0/0 without 10.0.0.0/8 169.254.0.0/16, ::/0 without fc00::/7 fe80::/10: 443/TCP']);
  });

  test('a forward proxy instead of the hosts behind it', () => {
    const { app, shop, egress } = mesh();
    const proxy = new ExternalService(shop, 'proxy', { hosts: ['proxy.example.com'], addresses: ['192.0.2.20'], ports: [ExternalPort.tcp({ number: 3128 })] });
    new EgressRoute(shop, 'route', { service: new ExternalService(shop, 'cdn', tls), gateway: egress, connectProxy: { service: proxy } });
    new EgressLock(shop, 'lock', { gateway: egress });
    expect(waysOut(policyOf(synth(app), 'istio-system'))).toEqual([DNS, ISTIOD, `${OUTSIDE}: 3128/TCP`]);
  });

  test('where rules lead: external services and namespaces of Services', () => {
    const { app, shop, egress } = mesh();
    const other = new ExternalService(shop, 'other', { hosts: ['other.example.com'], ports: [ExternalPort.http({ number: 8080 })] });
    new EgressRoute(shop, 'route', {
      service: new ExternalService(shop, 'api', http),
      gateway: egress,
      rules: [{ action: RouteAction.split([Destination.external(other).weighted(1), Destination.service('stub', { port: 80, namespace: 'stock' }).weighted(1)]) }],
    });
    new EgressLock(shop, 'lock', { gateway: egress });
    expect(waysOut(policyOf(synth(app), 'istio-system'))).toEqual([DNS, ISTIOD, 'stock: every port', `${OUTSIDE}: 443/TCP 8080/TCP`]);
  });

  test('collectors, and lets in who reads metrics', () => {
    const policy = policyOf(locked({ telemetry: [MeshPeer.namespace('observability')], scrapers: [MeshPeer.service('prometheus', { namespace: 'monitoring', pods: { app: 'prometheus' } })] }).objects(), 'istio-system');
    expect(waysOut(policy)[2]).toBe('observability: every port');
    expect(waysIn(policy)).toEqual(['shop: 8443/TCP', 'monitoring (app=prometheus): 15020/TCP 15090/TCP']);
  });

  test('what callers of other apps call, by any port of the gateway', () => {
    const { app, platform, shop } = mesh();
    const gateway = new EgressGateway(platform, 'second', { workload: GatewayWorkload.helmRelease('second', { namespace: 'second' }), exportTo: ['crm'] });
    new EgressRoute(shop, 'route', { service: new ExternalService(shop, 'api', http), gateway });
    new EgressLock(shop, 'lock', { gateway, outsidePorts: [8443, 443] });
    const policy = policyOf(synth(app), 'second');
    expect(waysIn(policy)).toEqual(['shop: 443/TCP', 'crm: 80/TCP 443/TCP']);
    expect(waysOut(policy)[2]).toBe(`${OUTSIDE}: 443/TCP 8443/TCP`);
  });
});
