import { App, Chart } from 'cdk8s';
import { mesh, routed } from './fixtures';
import { expectRefusal } from './refusal';
import { synth } from './synth';
import {
  EgressGateway, ExternalPort, ExternalService, ExternalServiceProps, GatewayWorkload, IngressGateway, MeshSettings, ServiceEntryVisibility,
} from '../src';
import { appModelOf } from '../src/private/app/declared';

describe('mesh settings', () => {
  test('have defaults', () => {
    expect(MeshSettings.of(new App())).toEqual({ istioVersion: '1.31', kubernetesVersion: '1.30', clusterDomain: 'cluster.local', trustDomain: 'cluster.local', rootNamespace: 'istio-system', dnsCapture: false, scopeGatewayToNamespace: false, serviceEntryVisibility: 'PUBLIC', gatewayApiVersion: '1.5', gatewayApiChannel: 'STANDARD', wildcardTlsAtWaypoints: false });
  });

  test('belong to one app', () => {
    const [one, other] = [new App(), new App()];
    MeshSettings.of(one, { dnsCapture: true });
    expect([MeshSettings.of(one).dnsCapture, MeshSettings.of(other).dnsCapture]).toEqual([true, false]);
  });

  test('make the cluster domain part of the names of Services', () => {
    const { egress } = mesh({ clusterDomain: 'corp.local' });
    expect(appModelOf(egress).egressGateways.all()[0].gateway.serviceHost).toBe('istio-egressgateway.istio-system.svc.corp.local');
  });

  test('are refused where others are in use', () => {
    const { app, shop } = mesh({ istioVersion: '1.30' });
    expectRefusal(() => MeshSettings.of(shop, { istioVersion: '1.31' }),
      '[MeshSettingsConflict] shop: options is {"istioVersion":"1.31"}; allowed: the settings in use, {"istioVersion":"1.30"}; fix: call MeshSettings.of(app, ...) once, right after creating the app');
    expect(MeshSettings.of(app).istioVersion).toBe('1.30');
  });

  test('may be repeated', () => {
    const { app, shop } = mesh({ istioVersion: '1.30' });
    expect(MeshSettings.of(shop, { istioVersion: '1.30' })).toEqual(MeshSettings.of(app));
  });

  test.each([
    [{ istioVersion: 'latest' }, '[MeshSettingsInvalid] shop: istioVersion is "latest"; allowed: a version from 1.22, such as 1.31; fix: write major.minor, as shown by istioctl version'],
    [{ istioVersion: '1.21' }, '[MeshSettingsInvalid] shop: istioVersion is "1.21"; allowed: a version from 1.22, such as 1.31; fix: write major.minor, as shown by istioctl version'],
    [{ istioVersion: '0.31' }, '[MeshSettingsInvalid] shop: istioVersion is "0.31"; allowed: a version from 1.22, such as 1.31; fix: write major.minor, as shown by istioctl version'],
    [{ kubernetesVersion: 'v1.30.2-gke.1' }, '[MeshSettingsInvalid] shop: kubernetesVersion is "v1.30.2-gke.1"; allowed: a version such as 1.30; fix: write major.minor, as shown by kubectl version'],
    [{ kubernetesVersion: '1' }, '[MeshSettingsInvalid] shop: kubernetesVersion is "1"; allowed: a version such as 1.30; fix: write major.minor, as shown by kubectl version'],
    [{ clusterDomain: '.cluster.local' }, '[MeshSettingsInvalid] shop: clusterDomain is ".cluster.local"; allowed: a DNS name such as cluster.local; fix: write only the name'],
    [{ trustDomain: 'https://td' }, '[MeshSettingsInvalid] shop: trustDomain is "https://td"; allowed: a DNS name such as cluster.local; fix: write only the name'],
    [{ rootNamespace: 'istio.system' }, '[MeshSettingsInvalid] shop: rootNamespace is "istio.system"; allowed: the name of a namespace, such as istio-system; fix: correct the name'],
    [{ gatewayApiVersion: 'v1.5' }, '[MeshSettingsInvalid] shop: gatewayApiVersion is "v1.5"; allowed: a version from 1.0, such as 1.5; fix: write major.minor, as the annotation gateway.networking.k8s.io/bundle-version of the CRDs shows'],
    [{ gatewayApiVersion: '0.8' }, '[MeshSettingsInvalid] shop: gatewayApiVersion is "0.8"; allowed: a version from 1.0, such as 1.5; fix: write major.minor, as the annotation gateway.networking.k8s.io/bundle-version of the CRDs shows'],
    [{ wildcardTlsAtWaypoints: true, istioVersion: '1.28' }, '[MeshSettingsInvalid] shop: wildcardTlsAtWaypoints is true; allowed: false, because Istio 1.28 has no such setting; it came with 1.29; fix: leave it out, or raise istioVersion once the mesh is upgraded'],
  ])('are refused as %j', (options, message) => {
    expectRefusal(() => MeshSettings.of(new Chart(new App(), 'shop'), options), message);
  });

  test.each([
    ['1.5', '1.4', true],
    ['1.5', '1.5', true],
    ['1.5.1', '1.5', true],
    ['1.5', '1.6', false],
    ['1.10', '1.6', true],
    ['2.0', '1.6', true],
  ])('with Gateway API %s say whether it is at least %s: %s', (gatewayApiVersion, wanted, is) => {
    expect(MeshSettings.of(new App(), { gatewayApiVersion })._gatewayApiIsAtLeast(wanted)).toBe(is);
  });

  describe('with a visibility of ServiceEntries', () => {
    const synthesized = (serviceEntryVisibility: ServiceEntryVisibility, own: Partial<ExternalServiceProps> = { direct: true }) => {
      const app = new App();
      MeshSettings.of(app, { serviceEntryVisibility });
      new ExternalService(new Chart(app, 'shop', { namespace: 'shop' }), 'api', { hosts: ['api.example.com'], ports: [ExternalPort.http()], ...own });
      return app.synthYaml();
    };
    const hidden = (got: string, viewers: string) => `[ServiceEntryHidden] App: serviceEntryVisibility is "${got}"; allowed: PUBLIC, because shop/api/service-entry must be visible in ${viewers}; fix: add a policy to \`meshConfig.serviceEntryVisibility\` that makes ServiceEntries of namespace shop PUBLIC, and leave the setting out`;

    test('refuse those that other namespaces need', () => {
      expectRefusal(() => synthesized(ServiceEntryVisibility.NAMESPACE, { direct: true, exportTo: ['billing'] }), hidden('NAMESPACE', 'billing'));
    });

    test('accept those of the own namespace', () => {
      expect(synthesized(ServiceEntryVisibility.NAMESPACE)).toContain('api.example.com');
    });

    test('refuse all of them where none is visible', () => {
      expectRefusal(() => synthesized(ServiceEntryVisibility.NONE), hidden('NONE', 'shop'));
    });

    test('refuse every route by a gateway', () => {
      const { manifests } = routed({ hosts: ['api.example.com'], ports: [ExternalPort.http()] }, {}, { serviceEntryVisibility: ServiceEntryVisibility.NAMESPACE });
      expect(manifests).toThrow(/^\[ServiceEntryHidden\] /);
    });
  });

  describe('by which a Gateway selects pods in its own namespace only', () => {
    const made = (scopeGatewayToNamespace: boolean, ...namespaces: string[]) => {
      const app = new App();
      MeshSettings.of(app, { scopeGatewayToNamespace });
      for (const namespace of namespaces) new EgressGateway(new Chart(app, namespace, { namespace }), 'egress', { workload: GatewayWorkload.helmRelease('egress', { namespace }) });
      return app;
    };

    test('let gateways in different namespaces have the same labels', () => {
      // analyzers do not know of the setting
      expect(synth(made(true, 'red', 'blue'), { admissible: false }).filter(o => o.kind === 'Gateway')).toHaveLength(2);
      expect(() => made(false, 'red', 'blue')).toThrow('[GatewaysShareForeignPods]');
    });

    test('refuse an ingress gateway elsewhere than its pods', () => {
      const ingress = (namespace: string) => new IngressGateway(new Chart(made(true), 'shop', { namespace }), 'ingress', { workload: GatewayWorkload.helmRelease('ingress', { namespace: 'edge' }) });
      expectRefusal(() => ingress('shop'),
        '[GatewayNamespaceMismatch] shop/ingress: workload.namespace is "edge"; allowed: shop, the namespace of the chart, because this mesh looks for the pods of a Gateway in its own namespace only; fix: create the gateway in a chart with namespace edge, and name the namespaces of routes in `routeNamespaces`');
      expect(ingress('edge').parts).toHaveLength(1);
    });
  });
});
