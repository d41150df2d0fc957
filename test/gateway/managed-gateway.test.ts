import { App, Chart } from 'cdk8s';
import {
  ClientCertificate, Destination, EgressGateway, EgressGatewayProps, EgressLock, EgressRoute, ExternalPort, ExternalService, GatewayApiOptions,
  GatewayTelemetry, GatewayWorkload, IEgressGateway, IngressGateway, IngressListener, IngressRoute, MeshSettings, MeshSettingsOptions, Metrics,
  RouteAction, UpstreamTls,
} from '../../src';
import { expectRefusal } from '../refusal';
import { find, Manifest, manifestsOf, synth, SynthOptions } from '../synth';

const managed = (options: Partial<GatewayApiOptions> = {}, name = 'edge') => GatewayWorkload.gatewayApi(name, { namespace: 'edge', ...options });

function world(settings: MeshSettingsOptions = {}) {
  const app = new App();
  MeshSettings.of(app, settings);
  const chart = (namespace: string, id = namespace) => new Chart(app, id, { namespace });
  return { app, edge: chart('edge'), shop: chart('shop'), chart };
}

function egressed(options: Partial<GatewayApiOptions> = {}, props: Partial<EgressGatewayProps> = {}, settings?: MeshSettingsOptions) {
  const made = world(settings);
  return { ...made, egress: new EgressGateway(made.edge, 'egress', { workload: managed(options), ...props }) };
}

function ingressed(listeners: IngressListener[], options: Partial<GatewayApiOptions> = {}) {
  const made = world();
  return { ...made, ingress: new IngressGateway(made.edge, 'ingress', { workload: managed(options), listeners }) };
}

const WITHHELD = '{"proxyHeaders":{"attemptCount":{"disabled":true},"envoyDebugHeaders":{"disabled":true}}}';
const secure = IngressListener.https({ hosts: ['shop.example.com'], credentialName: 'shop-cert' });
const mutual = { tls: UpstreamTls.mutual({ clientCertificate: ClientCertificate.secret('client', { namespace: 'edge' }) }) };
const kinds = (objects: Manifest[]) => objects.map(({ apiVersion, kind, metadata: { name } }) => `${apiVersion.split('/')[0]} ${kind} ${name}`);
const managedOf = (objects: Manifest[]) => objects.filter(o => o.apiVersion === 'gateway.networking.k8s.io/v1');
const listenersOf = (app: App) => managedOf(synth(app))[0].spec.listeners.map((l: { name: string }) => l.name);

/** A route to an external service that asks for a client certificate. */
function presenting(chart: Chart, gateway: IEgressGateway, port = mutual) {
  const service = new ExternalService(chart, 'api', { hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps(port)] });
  return new EgressRoute(chart, 'route', { service, gateway });
}

describe('a gateway on the pods of a managed Gateway', () => {
  test('is what Istio\'s own API makes of it elsewhere, and the Gateway behind a Service in the cluster', () => {
    const { app, egress } = egressed();
    expect(manifestsOf(app, [egress.legOneServiceEntry!])).toMatchInlineSnapshot(`
      apiVersion: networking.istio.io/v1
      kind: ServiceEntry
      metadata:
        name: egress-leg-1
        namespace: edge
      spec:
        exportTo:
          - "."
        hosts:
          - egress.edge.mesh.internal
        location: MESH_INTERNAL
        ports:
          - name: http
            number: 80
            protocol: HTTP
            targetPort: 443
          - name: grpc
            number: 15443
            protocol: GRPC
            targetPort: 443
        resolution: STATIC
        workloadSelector:
          labels:
            gateway.networking.k8s.io/gateway-name: edge
    `);
    expect(managedOf(synth(app))).toMatchInlineSnapshot(`
      apiVersion: gateway.networking.k8s.io/v1
      kind: Gateway
      metadata:
        annotations:
          networking.istio.io/service-type: ClusterIP
          proxy.istio.io/config: '{"proxyHeaders":{"attemptCount":{"disabled":true},"envoyDebugHeaders":{"disabled":true}}}'
        name: edge
        namespace: edge
      spec:
        gatewayClassName: istio
        listeners:
          - allowedRoutes:
              namespaces:
                from: Same
            hostname: unused.invalid
            name: http-80
            port: 80
            protocol: HTTP
          - allowedRoutes:
              namespaces:
                from: Same
            hostname: unused.invalid
            name: tls-443
            port: 443
            protocol: TLS
            tls:
              mode: Passthrough
    `);
    expect(egress.parts.map(part => part.kind)).toEqual(['Gateway', 'ServiceEntry', 'DestinationRule', 'AuthorizationPolicy', 'Gateway']);
    expect(egress.managedGateway).toBe(egress.parts[4]);
  });

  test('of ingress has a load balancer, and a Role for its certificate', () => {
    const { app, ingress } = ingressed([secure]);
    const objects = synth(app);
    expect(managedOf(objects)[0].metadata).toEqual({ name: 'edge', namespace: 'edge' });
    expect(objects.filter(({ kind }) => kind.startsWith('Role'))).toMatchInlineSnapshot(`
      apiVersion: rbac.authorization.k8s.io/v1
      kind: Role
      metadata:
        name: edge-ingress-gateway-c8dbe213-secrets-c08b96f9
        namespace: edge
      rules:
        - apiGroups:
            - ""
          resources:
            - secrets
          verbs:
            - get
            - list
            - watch
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: RoleBinding
      metadata:
        name: edge-ingress-gateway-c8dbe213-secrets-c08b96f9
        namespace: edge
      roleRef:
        apiGroup: rbac.authorization.k8s.io
        kind: Role
        name: edge-ingress-gateway-c8dbe213-secrets-c08b96f9
      subjects:
        - kind: ServiceAccount
          name: edge-istio
          namespace: edge
    `);
    expect(ingress.parts.map(part => part.kind)).toEqual(['Gateway', 'Gateway', 'Role', 'RoleBinding']);
    expect(objects.find(o => o.apiVersion === 'networking.istio.io/v1')!.spec.selector).toEqual({ 'gateway.networking.k8s.io/gateway-name': 'edge' });
  });

  test('makes no Gateway where it exists', () => {
    const { app, egress } = egressed({ existing: true });
    expect(managedOf(synth(app))).toEqual([]);
    expect(egress.managedGateway).toBeUndefined();
  });

  test('gives every object of its own the metadata that users set', () => {
    const { app } = egressed({}, { metadata: { labels: { team: 'net' }, annotations: { note: 'x' } } });
    expect(managedOf(synth(app))[0].metadata).toEqual({
      name: 'edge',
      namespace: 'edge',
      labels: { team: 'net' },
      annotations: { 'note': 'x', 'networking.istio.io/service-type': 'ClusterIP', 'proxy.istio.io/config': WITHHELD },
    });
  });

  describe('has its pods write no headers that routes cannot remove', () => {
    const told = (app: App, options?: SynthOptions) => managedOf(synth(app, options)).map(({ metadata: { annotations = {} } }) => (
      Object.entries(annotations).find(([name]) => name === 'proxy.istio.io/config')?.[1]
    ));
    const keeping = (chart: Chart, gateway: IEgressGateway, ...keepHeaders: string[]) => {
      const service = new ExternalService(chart, 'api', { hosts: ['api.example.com'], ports: [ExternalPort.http()] });
      new EgressRoute(chart, 'route', { service, gateway, keepHeaders });
    };
    const [attempts, timeout] = ['x-envoy-attempt-count', 'x-envoy-expected-rq-timeout-ms'];
    const remaining = (setting: string) => JSON.stringify({ proxyHeaders: { [setting]: { disabled: true } } });

    test.each([
      ['none', ['x-request-id'], WITHHELD],
      ['the number of attempts', [attempts], remaining('envoyDebugHeaders')],
      ['the timeout', [timeout], remaining('attemptCount')],
      ['both', [attempts, timeout], undefined],
    ])('but those that a route keeps: %s', (_, kept, wanted) => {
      const { app, shop, egress } = egressed();
      keeping(shop, egress, ...kept);
      expect(told(app)).toEqual([wanted]);
    });

    test('or a route of the same app through the gateway as another names it', () => {
      const { app, edge, shop } = egressed({ ports: [443, 8443] });
      const attributes = { name: 'other', workload: managed({ existing: true, ports: [443, 8443] }), port: 8443 };
      keeping(shop, EgressGateway.fromEgressGatewayAttributes(edge, 'other', attributes), timeout);
      // the gateway is made by another app
      expect(told(app, { admissible: false })).toEqual([remaining('attemptCount')]);
    });

    test('as long as the route is there', () => {
      const { app, shop, egress } = egressed();
      keeping(shop, egress, timeout);
      synth(app);
      for (const id of ['route', 'api']) shop.node.tryRemoveChild(id);
      expect(told(app)).toEqual([WITHHELD]);
    });

    test('unless users say what the pods do', () => {
      expect(told(egressed({}, { metadata: { annotations: { 'proxy.istio.io/config': 'concurrency: 4' } } }).app)).toEqual(['concurrency: 4']);
    });

    test('where only clients from outside enter, there are none to withhold', () => {
      const { app, edge } = ingressed([secure]);
      expect(told(app)).toEqual([undefined]);
      new EgressGateway(edge, 'egress', { workload: managed({ existing: true, ports: [8443] }), port: 8443 });
      expect(told(app)).toEqual([WITHHELD]);
    });
  });

  describe('has a listener for each port, of the kind of what stands beside it', () => {
    test.each<[string, IngressListener[], number[] | undefined, string[]]>([
      ['HTTP', [IngressListener.http()], undefined, ['http-80', 'tls-443']],
      ['HTTP on another port', [IngressListener.http({ port: 8080 })], [8080], ['http-8080']],
      ['HTTPS', [secure], undefined, ['http-80', 'tls-443']],
      ['TLS on port 80', [IngressListener.tlsPassthrough({ hosts: ['db.example.com'], port: 80 })], [80], ['tls-80']],
      ['ports that nothing uses yet', [IngressListener.http()], [80, 443, 8443], ['http-80', 'tls-443', 'tls-8443']],
    ])('%s', (_, listeners, ports, names) => {
      expect(listenersOf(ingressed(listeners, { ports }).app)).toEqual(names);
    });

    test('leg 1 on port 80', () => {
      expect(listenersOf(egressed({ ports: [80] }, { port: 80 }).app)).toEqual(['tls-80']);
    });

    test('the port of a route', () => {
      const { app, shop, egress } = egressed({ ports: [80, 443] });
      const service = new ExternalService(shop, 'db', { hosts: ['db.example.com'], ports: [ExternalPort.tls({ number: 5433 })] });
      new EgressRoute(shop, 'route', { service, gateway: egress, gatewayPort: 80 });
      expect(listenersOf(app)).toEqual(['tls-80', 'tls-443']);
    });

    test('those of another gateway on the same pods', () => {
      const { app, edge } = egressed({ ports: [443] });
      new IngressGateway(edge, 'ingress', { workload: managed({ existing: true, ports: [8080] }), listeners: [IngressListener.http({ port: 8080 })] });
      expect(listenersOf(app)).toEqual(['tls-443', 'http-8080']);
    });
  });

  describe('has a Role for Secrets', () => {
    const rolesOf = (app: App) => kinds(synth(app)).filter(kind => kind.includes(' Role'));

    test('once a route has a client certificate', () => {
      const { app, shop, egress } = egressed();
      expect(rolesOf(app)).toEqual([]);
      presenting(shop, egress);
      expect(rolesOf(app)).toEqual(['rbac.authorization.k8s.io Role egress-secrets', 'rbac.authorization.k8s.io RoleBinding egress-secrets']);
      expect(find(synth(app), 'RoleBinding')).toMatchObject({ subjects: [{ kind: 'ServiceAccount', name: 'edge-istio', namespace: 'edge' }] });
    });

    test('as long as the route is there', () => {
      const { app, shop, egress } = egressed();
      presenting(shop, egress);
      synth(app);
      shop.node.tryRemoveChild('route');
      shop.node.tryRemoveChild('api');
      expect(rolesOf(app)).toEqual([]);
      expect(egress.parts).toHaveLength(5);
    });

    test('also where the Gateway exists', () => {
      const { app, shop, egress } = egressed({ existing: true });
      presenting(shop, egress);
      expect(rolesOf(app)).toHaveLength(2);
    });

    test('not for certificate authorities alone, which Istio gives to any pod', () => {
      const { app, shop, egress } = egressed();
      presenting(shop, egress, { tls: UpstreamTls.simple() });
      expect(rolesOf(app)).toEqual([]);
    });

    test('by the side of a route, under a name of its own, where another app declares the gateway', () => {
      const { app, shop } = world();
      presenting(shop, EgressGateway.fromEgressGatewayAttributes(shop, 'egress', { name: 'egress', workload: managed() }));
      const objects = synth(app, { admissible: false });
      const { metadata: { name, namespace } } = find(objects, 'Role');
      expect({ name, namespace }).toEqual({ name: expect.stringMatching(/^shop-egress-secrets-role-/), namespace: 'edge' });
      expect(find(objects, 'RoleBinding')).toMatchObject({ roleRef: { name } });
    });

    test('for an ingress route that another app\'s gateway serves', () => {
      const { app, edge } = world();
      const gateway = IngressGateway.fromIngressGatewayAttributes(edge, 'ingress', { name: 'public', namespace: 'edge', workload: managed(), listeners: [IngressListener.http()] });
      const service = new ExternalService(edge, 'api', { hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps(mutual)] });
      new IngressRoute(edge, 'route', { gateway, hosts: ['shop.example.com'], rules: [{ action: RouteAction.forward(Destination.external(service)) }] });
      expect(synth(app, { admissible: false }).filter(({ kind }) => kind === 'Role')).toHaveLength(1);
    });

    test('not on pods that Helm installs with one', () => {
      const { app, edge } = world();
      new IngressGateway(edge, 'ingress', { workload: GatewayWorkload.helmRelease('edge', { namespace: 'edge' }), listeners: [secure] });
      expect(rolesOf(app)).toEqual([]);
    });
  });

  test('is locked by the labels of its pods, and guarded and observed by the name of the Gateway', () => {
    const { app, edge, shop, egress } = egressed();
    presenting(shop, egress, { tls: UpstreamTls.simple() });
    new EgressLock(edge, 'lock', { gateway: egress });
    new GatewayTelemetry(edge, 'telemetry', { workload: managed(), metrics: Metrics.off() });
    const objects = synth(app);
    const label = { 'gateway.networking.k8s.io/gateway-name': 'edge' };
    expect(objects.filter(o => o.kind === 'NetworkPolicy' && o.metadata.namespace === 'edge').map(o => o.spec.podSelector)).toEqual([{ matchLabels: label }]);
    const target = [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'edge' }];
    expect(find(objects, 'Telemetry', 'edge-istio-telemetry-8530225d').spec).toMatchObject({ targetRefs: target });
    expect(find(objects, 'AuthorizationPolicy', 'egress-undeclared').spec).toMatchObject({ targetRefs: target });
    expect(JSON.stringify(objects.filter(o => o.kind === 'AuthorizationPolicy'))).not.toContain('matchLabels');
  });

  test('stands beside those of other pods, and of Gateways of the same name elsewhere', () => {
    const { app, edge, chart } = egressed();
    new IngressGateway(edge, 'helm', { workload: GatewayWorkload.helmRelease('ingress', { namespace: 'edge' }), listeners: [IngressListener.tlsPassthrough({ hosts: ['db.example.com'] })] });
    new EgressGateway(chart('other'), 'egress', { workload: managed({ namespace: 'other' }) });
    // analyzers do not know that pods of managed Gateways heed those of their namespace alone
    expect(managedOf(synth(app, { admissible: false }))).toHaveLength(2);
  });

  describe('is refused', () => {
    test.each<[string, () => unknown, string]>([
      ['where policies cannot name it', () => egressed({ existing: true }, {}, { istioVersion: '1.23' }), '[IstioVersionTooOld] edge/egress: workload is "pods of a managed Gateway with Istio 1.23"; allowed: Istio 1.24 or later, whose policies have targetRefs; fix: use pods of a Helm release, or raise istioVersion in MeshSettings.of once the mesh is upgraded'],
      ['where Telemetry cannot name it', () => new GatewayTelemetry(world({ istioVersion: '1.23' }).edge, 'telemetry', { workload: managed(), metrics: Metrics.off() }), '[IstioVersionTooOld] edge/telemetry: workload is "pods of a managed Gateway with Istio 1.23"; allowed: Istio 1.24 or later, whose policies have targetRefs; fix: use pods of a Helm release, or raise istioVersion in MeshSettings.of once the mesh is upgraded'],
      ['where Istio knows no such listener', () => egressed({}, {}, { istioVersion: '1.29' }), '[IstioVersionTooOld] edge/egress: workload is "Gateway edge/edge with Istio 1.29"; allowed: Istio 1.30 or later, whose Gateways have TLS listeners; fix: make the Gateway yourself, with an HTTPS listener, and set `existing: true` in GatewayWorkload.gatewayApi; or raise istioVersion in MeshSettings.of once the mesh is upgraded'],
      ['where a Gateway of the same name can have its pods', () => {
        const { chart } = egressed({ existing: true }, {}, { istioVersion: '1.30' });
        new EgressGateway(chart('other'), 'egress', { workload: managed({ namespace: 'other' }) });
      }, '[GatewaysShareForeignPods] other/egress: workload.selector is "gateway.networking.k8s.io/gateway-name=edge"; allowed: labels that the pods of edge/egress in namespace edge cannot have (gateway.networking.k8s.io/gateway-name=edge); fix: give each Gateway of the Gateway API a name of its own: before Istio 1.31, Istio\'s Gateways select such pods in every namespace'],
      ['where another makes the Gateway', () => {
        const { edge } = egressed();
        new IngressGateway(edge, 'ingress', { workload: managed() });
      }, '[NameCollision] edge/ingress: workload is "Gateway edge/edge"; allowed: a Gateway that edge/egress does not make; fix: set `existing: true` in GatewayWorkload.gatewayApi here, to use its pods for both; or choose another name'],
      ['in another namespace than its pods', () => new IngressGateway(world().shop, 'ingress', { workload: managed() }), '[GatewayNamespaceMismatch] shop/ingress: workload.namespace is "edge"; allowed: shop, the namespace of the chart, because pods of a managed Gateway heed Istio\'s Gateways of their own namespace alone (from Istio 1.31); fix: create the gateway in a chart with namespace edge'],
      ['in another namespace than its pods, by their labels', () => new IngressGateway(world().shop, 'ingress', { workload: GatewayWorkload.of({ namespace: 'edge', serviceName: 'edge-istio', selector: { 'gateway.networking.k8s.io/gateway-name': 'edge' }, ports: [{ number: 80 }] }) }), '[GatewayNamespaceMismatch] shop/ingress: workload.namespace is "edge"; allowed: shop, the namespace of the chart, because pods of a managed Gateway heed Istio\'s Gateways of their own namespace alone (from Istio 1.31); fix: create the gateway in a chart with namespace edge'],
      ['in another namespace than its pods, as declared elsewhere', () => IngressGateway.fromIngressGatewayAttributes(world().shop, 'ingress', { name: 'public', namespace: 'shop', workload: managed(), listeners: [IngressListener.http()] }), '[GatewayNamespaceMismatch] shop/ingress: namespace is "shop"; allowed: edge, the namespace of the pods, because pods of a managed Gateway heed Istio\'s Gateways there alone (from Istio 1.31); fix: correct the namespace'],
      ['for TCP', () => ingressed([IngressListener.tcp({ port: 80 })]), '[ListenerProtocolConflict] edge/ingress: listeners is "TCP on port 80"; allowed: HTTP, HTTPS or TLS, because the listener of a managed Gateway, by which its Service has the port, would take all connections; fix: serve it from pods of a Helm release, with GatewayWorkload.helmRelease'],
      ['with a name that leaves no room for that of its Service', () => new EgressGateway(world().edge, 'egress', { workload: managed({}, 'a'.repeat(58)) }), '[WorkloadInvalid] edge/egress: workload.name is "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"; allowed: a DNS label of at most 57 characters, because Istio calls the Service <name>-istio; fix: write the name of the Gateway'],
      ['with a name that is none', () => new EgressGateway(world().edge, 'egress', { workload: managed({}, 'a.b') }), '[WorkloadInvalid] edge/egress: workload.name is "a.b"; allowed: a DNS label of at most 57 characters, because Istio calls the Service <name>-istio; fix: write the name of the Gateway'],
      ['with a port that is none', () => egressed({ ports: [443, 0] }), '[PortInvalid] edge/egress: workload.ports[1] is 0; allowed: a whole number from 1 to 65535; fix: correct the port'],
      ['without the port of leg 1', () => egressed({ ports: [80] }), '[EgressGatewayPortMissing] edge/egress: port is 443; allowed: ports 80 of Service edge/edge-istio; fix: add port 443 to the Service and to the GatewayWorkload, or set `port`'],
      ['outside a chart, where it is declared elsewhere', () => EgressGateway.fromEgressGatewayAttributes(new App(), 'egress', { name: 'egress', workload: managed() }), '[ChartMissing] egress: scope is the App App; allowed: a Chart, or a construct inside one; fix: create a Chart in the App, and pass it as the scope'],
    ])('%s', (_, make, message) => {
      expectRefusal(make, message);
    });

    test('not in another namespace than its pods before Istio 1.31', () => {
      const { app, shop } = world({ istioVersion: '1.30' });
      new IngressGateway(shop, 'ingress', { workload: managed() });
      expect(synth(app)).toHaveLength(2);
    });

    test('not with an older Istio where the Gateway exists', () => {
      expect(synth(egressed({ existing: true }, {}, { istioVersion: '1.24' }).app)).toHaveLength(4);
    });
  });
});
