import { App, Chart } from 'cdk8s';
import {
  EgressGateway, EgressGatewayProps, EgressRoute, ExternalPort, ExternalService, GatewayWorkload, IEgressGateway, IngressGateway, IngressListener,
  UndeclaredTraffic,
} from '../../src';
import { mesh } from '../fixtures';
import { expectRefusal } from '../refusal';
import { find, manifestsOf, synth } from '../synth';

const release = GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' });
const gateway = (props: Partial<EgressGatewayProps> = {}, id = 'egress') => {
  const app = new App();
  const platform = new Chart(app, 'platform', { namespace: 'platform' });
  return { app, platform, gateway: new EgressGateway(platform, id, { workload: release, ...props }) };
};

describe('egress gateway', () => {
  test('the objects stand where the pods run, whatever the namespace of the chart', () => {
    const { app, gateway: { gateway: server, legOneServiceEntry, legOneDestinationRule } } = gateway();
    expect(manifestsOf(app, [server!, legOneServiceEntry!, legOneDestinationRule!])).toMatchInlineSnapshot(`
      apiVersion: networking.istio.io/v1
      kind: Gateway
      metadata:
        name: egress
        namespace: istio-system
      spec:
        selector:
          app: istio-egressgateway
          istio: egressgateway
        servers:
          - hosts:
              - ./*
            port:
              name: https-443
              number: 443
              protocol: HTTPS
            tls:
              mode: ISTIO_MUTUAL
      ---
      apiVersion: networking.istio.io/v1
      kind: ServiceEntry
      metadata:
        name: egress-leg-1
        namespace: istio-system
      spec:
        exportTo:
          - "."
        hosts:
          - egress.istio-system.mesh.internal
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
            app: istio-egressgateway
            istio: egressgateway
      ---
      apiVersion: networking.istio.io/v1
      kind: DestinationRule
      metadata:
        name: egress-leg-1-mtls
        namespace: istio-system
      spec:
        exportTo:
          - "."
        host: egress.istio-system.mesh.internal
        trafficPolicy:
          tls:
            mode: ISTIO_MUTUAL
            sni: egress.istio-system.mesh.internal
    `);
  });

  test('callers in other apps see leg 1', () => {
    const objects = synth(gateway({ exportTo: ['shop', 'billing'] }).app);
    expect(find(objects, 'ServiceEntry').spec.exportTo).toEqual(['.', 'billing', 'shop']);
    expect(find(objects, 'DestinationRule').spec.exportTo).toEqual(['billing', 'istio-system', 'shop']);
  });

  test('its name is part of the name that callers use', () => {
    const { app, gateway: named } = gateway({ metadata: { name: 'edge', labels: { team: 'net' }, annotations: { note: 'x' } } });
    expect(named.legOneHost).toBe('edge.istio-system.mesh.internal');
    const objects = synth(app);
    expect(objects.map(o => o.metadata)).toEqual(['edge', 'edge-leg-1', 'edge-leg-1-mtls', 'edge-undeclared'].map(
      name => ({ name, namespace: 'istio-system', labels: { team: 'net' }, annotations: { note: 'x' } }),
    ));
    expect(find(objects, 'ServiceEntry').spec.hosts).toEqual(['edge.istio-system.mesh.internal']);
  });

  test('leg 1 ends at the pods\' port behind the port of the Service', () => {
    const workload = GatewayWorkload.of({
      namespace: 'edge', serviceName: 'egress', selector: { app: 'egress' }, ports: [{ number: 443, targetPort: 8443 }, { number: 8444 }],
    });
    const ports = (port?: number) => find(synth(gateway({ workload, port }).app), 'ServiceEntry').spec.ports.map((p: any) => p.targetPort);
    expect(ports()).toEqual([8443, 8443]);
    expect(ports(8444)).toEqual([8444, 8444]);
  });

  test.each<{ when: string; props: Partial<EgressGatewayProps>; id?: string; message: string }>([
    { when: 'the Service lacks the port', props: { port: 8443 }, message: '[EgressGatewayPortMissing] platform/egress: port is 8443; allowed: ports 80, 443 of Service istio-system/istio-egressgateway; fix: add port 8443 to the Service and to the GatewayWorkload, or set `port`' },
    { when: 'the port is no port', props: { port: 0 }, message: '[PortInvalid] platform/egress: port is 0; allowed: a whole number from 1 to 65535; fix: correct the port' },
    { when: 'a namespace has no name', props: { exportTo: [''] }, message: '[NameInvalid] platform/egress: exportTo[0] is ""; allowed: a DNS label of at most 63 characters; fix: correct the name' },
    { when: 'its id is no DNS label', props: {}, id: 'Egress', message: '[GatewayNameNotALabel] platform/Egress: id is "Egress"; allowed: a DNS label: at most 63 lower-case letters, digits and dashes; fix: set metadata.name to a name without dots or capitals' },
    { when: 'its name has a dot', props: { metadata: { name: 'egress.edge' } }, message: '[GatewayNameNotALabel] platform/egress: metadata.name is "egress.edge"; allowed: a DNS label: at most 63 lower-case letters, digits and dashes; fix: set metadata.name to a name without dots or capitals' },
    { when: 'its name leaves no room for that of leg 1', props: { metadata: { name: 'a'.repeat(60) } }, message: '[NameInvalid] platform/egress: metadata.name is "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-leg-1"; allowed: a DNS label of at most 63 characters; fix: shorten or correct the name' },
    { when: 'the pods have no labels', props: { workload: GatewayWorkload.of({ namespace: 'edge', serviceName: 'egress', selector: {}, ports: [] }) }, message: '[WorkloadInvalid] platform/egress: workload.selector is {}; allowed: at least one label of the gateway\'s pods; fix: set the labels: without them the manifests would apply to every gateway in the mesh' },
    { when: 'the pods have no namespace', props: { workload: GatewayWorkload.helmRelease('egress', { namespace: '' }) }, message: '[WorkloadInvalid] platform/egress: workload.namespace is ""; allowed: a DNS label of at most 63 characters; fix: set the namespace and Service of the gateway' },
    { when: 'the Service has no name', props: { workload: GatewayWorkload.helmRelease('', { namespace: 'edge' }) }, message: '[WorkloadInvalid] platform/egress: workload.serviceName is ""; allowed: a DNS label of at most 63 characters; fix: set the namespace and Service of the gateway' },
  ])('is refused when $when', ({ props, id, message }) => {
    expectRefusal(() => gateway(props, id), message);
  });

  describe('traffic that no route declares', () => {
    const policy = (props: Partial<EgressGatewayProps> = {}, more: (platform: Chart) => void = () => {}) => {
      const { app, platform } = gateway(props);
      more(platform);
      return find(synth(app), 'AuthorizationPolicy');
    };

    test('is refused', () => {
      expect(policy().spec).toEqual({ selector: { matchLabels: { app: 'istio-egressgateway', istio: 'egressgateway' } }, action: 'ALLOW' });
    });

    test('is served where the user says why', () => {
      const { metadata, spec } = policy({ undeclared: UndeclaredTraffic.allowed('routes by hand are still there') });
      expect(metadata.annotations).toEqual({ 'cdk8s-istio/undeclared-traffic-reason': 'routes by hand are still there' });
      expect(spec.rules).toEqual([{}]);
    });

    test('is refused where nobody says why', () => {
      expectRefusal(() => gateway({ undeclared: UndeclaredTraffic.allowed(' ') }),
        '[ReasonMissing] platform/egress: undeclared is " "; allowed: a sentence that explains why; fix: explain why; the reason is kept as an annotation');
    });

    test('is not what an ingress gateway listens for on the same pods', () => {
      const sni = (value: string) => [{ key: 'connection.sni', values: [value] }];
      const listeners = [
        IngressListener.http({ hosts: ['shop.test', '*.shop.test'] }), IngressListener.tlsPassthrough({ hosts: ['db.test'] }),
        IngressListener.tcp({ port: 5432 }), IngressListener.http({ port: 8080 }),
      ];
      const workload = GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system', ports: [80, 443, 5432, 8080].map(number => ({ number })) });
      const { spec } = policy({ workload }, platform => new IngressGateway(platform, 'ingress', { workload, listeners }));
      expect(spec.rules).toEqual([
        { to: [{ operation: { hosts: ['shop.test', 'shop.test:*'], ports: ['80'] } }] },
        { to: [{ operation: { hosts: ['*.shop.test', '*.shop.test:80'], ports: ['80'] } }] },
        { to: [{ operation: { ports: ['443'] } }], when: sni('db.test') },
        { to: [{ operation: { ports: ['5432'] } }] },
        { to: [{ operation: { ports: ['8080'] } }] },
      ]);
    });

    test('is refused on pods where another ingress gateway listens elsewhere', () => {
      const workload = GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' });
      expect(policy({}, platform => new IngressGateway(platform, 'ingress', { workload, listeners: [IngressListener.http()] })).spec.rules).toBeUndefined();
    });
  });

  describe('a second one is refused when', () => {
    const ports = [{ number: 443 }, { number: 8443 }];
    const other = GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system', ports });

    test('it would listen where the first does', () => {
      const { platform } = mesh();
      expectRefusal(() => new EgressGateway(platform, 'second', { workload: other }),
        '[EgressGatewayDuplicate] platform/second: workload is "port 443 of Service istio-system/istio-egressgateway"; allowed: pods and ports that platform/egress does not use; fix: use platform/egress for all routes, or set `port` to another port: Istio drops the second server on a port');
    });

    test('it has the name of the first, for both would make the same objects', () => {
      const { platform } = mesh();
      expectRefusal(() => new EgressGateway(platform, 'second', { workload: other, port: 8443, metadata: { name: 'egress' } }),
        '[NameCollision] platform/second: metadata.name is "Gateway istio-system/egress"; allowed: a name that platform/egress does not use; fix: rename one of the two');
    });
  });

  describe('of another app', () => {
    const elsewhere = (scope: Chart, name = 'egress') => EgressGateway.fromEgressGatewayAttributes(scope, 'imported', { name: name, workload: release });

    test('makes no objects, and gives routes the same ones', () => {
      const service = { hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps(), ExternalPort.https()] };
      const objectsOf = (gatewayFor: (shop: Chart) => IEgressGateway) => {
        const app = new App();
        const shop = new Chart(app, 'shop', { namespace: 'shop' });
        const gatewayInShop = gatewayFor(shop);
        new EgressRoute(shop, 'route', { gateway: gatewayInShop, service: new ExternalService(shop, 'service', service) });
        // without the gateway's own objects, which are in the other app, Istio misses what the route refers to
        return synth(app, { admissible: false }).filter(o => !['egress', 'egress-leg-1', 'egress-leg-1-mtls', 'egress-undeclared'].includes(o.metadata.name));
      };
      const usual = objectsOf(shop => new EgressGateway(new Chart(shop.node.root as App, 'platform', { namespace: 'platform' }), 'egress', { workload: release }));
      expect(objectsOf(elsewhere)).toEqual(usual);
    });

    test('is refused when its name has a dot', () => {
      expectRefusal(() => elsewhere(mesh().shop, 'egress.edge'),
        '[GatewayNameNotALabel] shop/imported: name is "egress.edge"; allowed: a DNS label: at most 63 lower-case letters, digits and dashes; fix: write the name of the gateway');
    });
  });

  test('the order of labels does not make other pods of them', () => {
    const { platform } = mesh();
    const facts = { namespace: 'istio-system', serviceName: 'istio-egressgateway', ports: [{ number: 443 }] };
    const reversed = GatewayWorkload.of({ ...facts, selector: { istio: 'egressgateway', app: 'istio-egressgateway' } });
    expectRefusal(() => new EgressGateway(platform, 'second', { workload: reversed }),
      '[EgressGatewayDuplicate] platform/second: workload is "port 443 of Service istio-system/istio-egressgateway"; allowed: pods and ports that platform/egress does not use; fix: use platform/egress for all routes, or set `port` to another port: Istio drops the second server on a port');
  });

  test('a second one on the same pods and port is refused, for Istio would drop its server', () => {
    const { platform } = mesh();
    expectRefusal(() => new EgressGateway(platform, 'second', { workload: release }),
      '[EgressGatewayDuplicate] platform/second: workload is "port 443 of Service istio-system/istio-egressgateway"; allowed: pods and ports that platform/egress does not use; fix: use platform/egress for all routes, or set `port` to another port: Istio drops the second server on a port');
  });
});
