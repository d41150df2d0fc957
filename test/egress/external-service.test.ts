import { Chart } from 'cdk8s';
import { CASES } from './cases';
import { EgressRoute, ExternalPort, ExternalService, ExternalServiceProps, Resolution, SidecarScope } from '../../src';
import { direct, mesh, routed } from '../fixtures';
import { expectRefusal } from '../refusal';
import { find, synth } from '../synth';

const entryOf = (name: keyof typeof CASES) => CASES[name]().manifests()[0].spec;

describe('external service › direct', () => {
  test('the app\'s own TLS leaves from the sidecar', () => {
    expect(CASES.direct().manifests()).toMatchInlineSnapshot(`
      apiVersion: networking.istio.io/v1
      kind: ServiceEntry
      metadata:
        name: shop-service-service-entry-c889bf87
        namespace: shop
      spec:
        exportTo:
          - "."
        hosts:
          - api.example.com
        location: MESH_EXTERNAL
        ports:
          - name: https-443
            number: 443
            protocol: HTTPS
        resolution: DNS
    `);
  });

  test('a Service of the cluster may serve an external name, for example a forward proxy', () => {
    const { manifests } = direct({ hosts: ['proxy.example.com'], ports: [ExternalPort.http({ number: 3128 })], resolution: Resolution.servedBy('squid.proxy.svc.cluster.local') });
    expect(manifests()[0].spec).toMatchObject({ hosts: ['proxy.example.com'], endpoints: [{ address: 'squid.proxy.svc.cluster.local' }], location: 'MESH_EXTERNAL' });
  });

  test('selected sidecars show the certificate of a Secret, and all others speak TLS without it', () => {
    const [, own, others] = CASES['direct with a Secret of selected workloads']().manifests();
    expect([own, others]).toMatchInlineSnapshot(`
      apiVersion: networking.istio.io/v1
      kind: DestinationRule
      metadata:
        name: api-example-com-tls
        namespace: shop
      spec:
        exportTo:
          - "."
        host: api.example.com
        trafficPolicy:
          connectionPool:
            tcp:
              maxConnections: 10
          portLevelSettings:
            - connectionPool:
                tcp:
                  maxConnections: 10
              port:
                number: 80
              tls:
                credentialName: partner
                mode: MUTUAL
        workloadSelector:
          matchLabels:
            app: checkout
      ---
      apiVersion: networking.istio.io/v1
      kind: DestinationRule
      metadata:
        name: api-example-com-others-tls
        namespace: shop
      spec:
        exportTo:
          - shop
        host: api.example.com
        trafficPolicy:
          portLevelSettings:
            - port:
                number: 80
              tls:
                caCertificates: system
                mode: SIMPLE
    `);
  });

  test('workloads in the mesh are selected by their labels', () => {
    expect(entryOf('direct to workloads in the mesh')).toMatchObject({
      location: 'MESH_INTERNAL', resolution: 'STATIC', workloadSelector: { labels: { app: 'vm' } }, subjectAltNames: ['spiffe://cluster.local/ns/shop/sa/vm'],
    });
    expect(entryOf('direct to endpoints in the mesh')).toMatchObject({ location: 'MESH_INTERNAL', endpoints: [{ address: '192.0.2.1', serviceAccount: 'vm' }] });
  });

  test('addresses have one spelling', () => {
    const { manifests } = direct({ hosts: ['db.example.com'], ports: [ExternalPort.postgres()], resolution: Resolution.none(), addresses: ['2001:DB8:0:0::1', '192.0.2.77/25', '192.0.2.200/32'] });
    expect(manifests()[0].spec.addresses).toEqual(['2001:db8::1', '192.0.2.0/25', '192.0.2.200']);
  });

  test('names of certificates stand in the service and in its rule', () => {
    const [entry, rule] = CASES['direct with names of certificates']().manifests();
    expect(entry.spec.subjectAltNames).toEqual(['partner.example.com']);
    expect(rule.spec.trafficPolicy.portLevelSettings[0].tls).toMatchObject({ sni: 'api.example.com', subjectAltNames: ['partner.example.com'] });
  });

  test('TLS is originated by the sidecar', () => {
    expect(CASES['direct with TLS origination']().manifests()).toMatchInlineSnapshot(`
      apiVersion: networking.istio.io/v1
      kind: ServiceEntry
      metadata:
        name: shop-service-service-entry-c889bf87
        namespace: shop
      spec:
        exportTo:
          - "."
        hosts:
          - api.example.com
        location: MESH_EXTERNAL
        ports:
          - name: http-80
            number: 80
            protocol: HTTP
            targetPort: 443
        resolution: DNS
      ---
      apiVersion: networking.istio.io/v1
      kind: DestinationRule
      metadata:
        name: api-example-com-tls
        namespace: shop
      spec:
        exportTo:
          - "."
        host: api.example.com
        trafficPolicy:
          portLevelSettings:
            - port:
                number: 80
              tls:
                caCertificates: system
                mode: SIMPLE
    `);
  });

  test('a TCP stream is wrapped by the sidecar, which asks for the host and verifies it', () => {
    const [, rule] = CASES['direct with TLS for TCP']().manifests();
    expect(rule.spec.trafficPolicy.portLevelSettings).toEqual([
      { port: { number: 6379 }, tls: { mode: 'SIMPLE', sni: 'db.example.com', subjectAltNames: ['db.example.com'], caCertificates: 'system' } },
    ]);
  });

  test('its rule is for every workload of the namespace', () => {
    const [, rule] = CASES['direct with TLS origination']().manifests();
    expect(rule.spec).not.toHaveProperty('workloadSelector');
  });

  test('a wildcard is resolved for each request', () => {
    expect(entryOf('direct by wildcard')).toMatchObject({ hosts: ['*.example.com'], resolution: 'DYNAMIC_DNS', ports: [{ protocol: 'TLS' }], exportTo: ['.'] });
  });

  test.each(['1.30', '1.30.2', '1.31', '2.0'])('a wildcard is resolved by Istio %s', istioVersion => {
    const wildcard = { hosts: ['*.example.com'], ports: [ExternalPort.http()], resolution: Resolution.dynamicDns() };
    expect(direct(wildcard, { istioVersion }).manifests()[0].spec.resolution).toBe('DYNAMIC_DNS');
  });
});

describe('external service › beside its gateway', () => {
  const props = { hosts: ['api.example.com', 'auth.example.com'], ports: [ExternalPort.httpToHttps(), ExternalPort.https()] };

  function beside(more: Partial<ExternalServiceProps> = {}) {
    const world = mesh();
    const service = new ExternalService(world.shop, 'api', { ...props, besideGateway: world.egress, ...more });
    return { ...world, service };
  }

  test('its ServiceEntry stands with the gateway, named by what it is for, and the rest is the same', () => {
    const { app, shop, egress, service } = beside();
    new EgressRoute(shop, 'route', { service, gateway: egress });
    const objects = synth(app);
    const entry = find(objects, 'ServiceEntry', 'egress-api-example-com-entry');
    expect([entry.metadata.namespace, entry.spec.exportTo]).toEqual(['istio-system', ['.', 'shop']]);
    const others = (all: ReturnType<typeof synth>) => all.filter(o => o.kind !== 'ServiceEntry' || o.metadata.name.includes('leg-1'));
    expect(others(objects)).toEqual(others(synth(routed(props).app)));
  });

  test('its name can be set', () => {
    expect(beside({ metadata: { name: 'api' } }).service.serviceEntry.name).toBe('api');
  });

  test('Sidecars of callers import it from there', () => {
    const { app, shop, egress, service } = beside();
    new EgressRoute(shop, 'route', { service, gateway: egress });
    new SidecarScope(shop, 'scope', {});
    expect(find(synth(app), 'Sidecar').spec.egress[0].hosts).toContain('istio-system/api.example.com');
  });

  test.each<[string, Partial<ExternalServiceProps>, string]>([
    ['it is direct', { direct: true }, '[RuleOptionUnused] shop/api: besideGateway is "platform/egress"; allowed: a service that is not direct; fix: leave it out: sidecars read the ServiceEntry of a direct service'],
    ['its endpoints are pods of its namespace', { resolution: Resolution.workloads({ app: 'proxy' }) }, '[RuleOptionUnused] shop/api: besideGateway is "platform/egress"; allowed: a resolution other than workloads(), which looks for pods in the namespace of the ServiceEntry; fix: leave it out, or use Resolution.endpoints()'],
  ])('is refused where %s', (_, more, message) => {
    expectRefusal(() => beside(more), message);
  });

  test('is refused where another service there has the host', () => {
    const { app, egress } = beside();
    const billing = new Chart(app, 'billing', { namespace: 'billing' });
    expectRefusal(() => new ExternalService(billing, 'api', { ...props, besideGateway: egress }), '[HostDuplicate] billing/api: hosts[0] is "api.example.com"; allowed: hosts that no other service of istio-system declares; shop/api declares this one; fix: put all ports of a host in one ExternalService');
  });
});

test('an id of which no name of an object can be made is refused', () => {
  const { shop } = mesh();
  expectRefusal(() => new ExternalService(shop, '*.example.com', { hosts: ['api.example.com'], ports: [ExternalPort.http()] }),
    '[NameInvalid] shop/*.example.com: id is "shop-.example.com-service-entry-c83b455c"; allowed: an id of which cdk8s makes a DNS name for the object; fix: use lower-case letters, digits and dashes, or set metadata.name');
});

describe('external service › resolution', () => {
  test('none', () => {
    expect(entryOf('direct without resolution')).toMatchObject({ resolution: 'NONE', hosts: ['*.example.com'] });
  });

  test('fixed endpoints, with what is known of them', () => {
    expect(entryOf('endpoints instead of DNS')).toMatchObject({
      resolution: 'STATIC',
      endpoints: [
        { address: '192.0.2.1', ports: { 'http-80': 8080 }, locality: 'eu/west', weight: 3, labels: { tier: 'gold' } },
        { address: '2001:db8::1' },
      ],
    });
  });

  test('a unix socket', () => {
    expect(entryOf('direct to a unix socket')).toMatchObject({ resolution: 'STATIC', endpoints: [{ address: 'unix:///var/run/api.sock' }] });
  });

  test('another name', () => {
    expect(entryOf('other names to resolve')).toMatchObject({ resolution: 'DNS', endpoints: [{ address: 'origin.example.net' }] });
  });

  test('round robin', () => {
    expect(entryOf('dns round robin').resolution).toBe('DNS_ROUND_ROBIN');
  });

  test('by DNS otherwise, with no endpoints', () => {
    expect(entryOf('http')).toMatchObject({ resolution: 'DNS' });
    expect(entryOf('http')).not.toHaveProperty('endpoints');
    expect(entryOf('http')).not.toHaveProperty('addresses');
  });
});

describe('external service › ports', () => {
  test.each<[string, ExternalPort, object]>([
    ['http', ExternalPort.http(), { name: 'http-80', number: 80, protocol: 'HTTP' }],
    ['http elsewhere', ExternalPort.http({ number: 80, targetPort: 8080 }), { name: 'http-80', number: 80, protocol: 'HTTP', targetPort: 8080 }],
    ['httpToHttps', ExternalPort.httpToHttps(), { name: 'http-80', number: 80, protocol: 'HTTP', targetPort: 443 }],
    ['httpToHttps elsewhere', ExternalPort.httpToHttps({ number: 8080, targetPort: 8443 }), { name: 'http-8080', number: 8080, protocol: 'HTTP', targetPort: 8443 }],
    ['grpc', ExternalPort.grpc(), { name: 'grpc-80', number: 80, protocol: 'GRPC' }],
    ['https', ExternalPort.https(), { name: 'https-443', number: 443, protocol: 'HTTPS' }],
    ['tls', ExternalPort.tls({ number: 8883 }), { name: 'tls-8883', number: 8883, protocol: 'TLS' }],
    ['tcp', ExternalPort.tcp({ number: 5432, targetPort: 6432 }), { name: 'tcp-5432', number: 5432, protocol: 'TCP', targetPort: 6432 }],
  ])('%s', (_, port, expected) => {
    const { manifests } = direct({ hosts: ['db.example.com'], ports: [port], addresses: ['192.0.2.1', '2001:db8::1'] });
    expect(find(manifests(), 'ServiceEntry').spec.ports).toEqual([expected]);
  });
});

test('hosts are kept in lower case', () => {
  expect(routed({ hosts: ['API.Example.com'], ports: [ExternalPort.http()] }).service.hosts).toEqual(['api.example.com']);
});
