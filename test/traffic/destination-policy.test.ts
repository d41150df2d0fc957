import { Chart, Duration } from 'cdk8s';
import {
  CaSource, Destination, DestinationPolicy, DestinationPolicyProps, EgressRoute, ExternalPort, ExternalService, HashKey, IngressRule, LoadBalancer,
  RouteAction, UpstreamTls,
} from '../../src';
import { ingress, mesh } from '../fixtures';
import { expectRefusal } from '../refusal';
import { find, manifestsOf, synth } from '../synth';

const web = Destination.service('web', { port: 8080 });
const subsets = { v1: { labels: { version: 'v1' } }, v2: { labels: { version: 'v2' } } };

/** The shop's route with these rules, and a policy for one of its Services. */
function withPolicy(props: Partial<DestinationPolicyProps> = {}, rules: IngressRule[] = [{ action: RouteAction.forward(web) }]) {
  const made = ingress({}, { hosts: ['a.test'], rules });
  const policy = new DestinationPolicy(made.shop, 'policy', { destination: web, ...(Object.keys(props).length > 0 ? props : { subsets }) });
  const spec = () => manifestsOf(made.app, [policy.destinationRule])[0].spec;
  return { ...made, policy, spec };
}

describe('a policy for a destination', () => {
  test('subsets, and the route to them', () => {
    const { app, route, policy } = withPolicy({ subsets }, []);
    route.addRule({
      action: RouteAction.split([policy.subset('v1').weighted(9), policy.subset('v2').weighted(1)]),
      mirror: { destination: policy.subset('v2') },
    });
    const [rule, virtualService] = manifestsOf(app, [policy.destinationRule, route.virtualService!]);
    expect([rule]).toMatchInlineSnapshot(`
      apiVersion: networking.istio.io/v1
      kind: DestinationRule
      metadata:
        name: shop-policy-destination-rule-c89ff138
        namespace: shop
      spec:
        exportTo:
          - istio-ingress
        host: web.shop.svc.cluster.local
        subsets:
          - labels:
              version: v1
            name: v1
          - labels:
              version: v2
            name: v2
    `);
    expect(virtualService.spec.http[0]).toMatchObject({
      route: [
        { destination: { host: 'web.shop.svc.cluster.local', subset: 'v1', port: { number: 8080 } }, weight: 9 },
        { destination: { host: 'web.shop.svc.cluster.local', subset: 'v2', port: { number: 8080 } }, weight: 1 },
      ],
      mirrors: [{ destination: { subset: 'v2' } }],
    });
  });

  test('how requests are spread leaves mTLS to Istio', () => {
    const { spec } = withPolicy({
      loadBalancer: LoadBalancer.consistentHash(HashKey.cookie({ name: 'user', ttl: Duration.hours(1) })), outlierDetection: { consecutiveServerErrors: 5 }, connectionPool: { maxConnections: 100 },
    });
    expect(spec()).toEqual({
      host: 'web.shop.svc.cluster.local',
      exportTo: ['istio-ingress'],
      trafficPolicy: {
        loadBalancer: { consistentHash: { httpCookie: { name: 'user', ttl: '3600s' } } },
        connectionPool: { tcp: { maxConnections: 100 } },
        outlierDetection: { consecutive5xxErrors: 5, maxEjectionPercent: 100 },
      },
    });
  });

  test.each([
    ['the full name of the Service', UpstreamTls.simple(), { sni: 'web.shop.svc.cluster.local', subjectAltNames: ['web.shop.svc.cluster.local'], caCertificates: 'system' }],
    ['names of its certificate', UpstreamTls.simple({ subjectAltNames: ['web.example.com'], sni: 'web.example.com', ca: CaSource.secret('web-ca') }), { sni: 'web.example.com', subjectAltNames: ['web.example.com'], credentialName: 'web-ca' }],
  ])('TLS of the application asks for %s', (_, tls, expected) => {
    const { spec } = withPolicy({ tls, connectionPool: { maxConnections: 9 } });
    const pool = { connectionPool: { tcp: { maxConnections: 9 } } };
    expect(spec().trafficPolicy).toEqual({ ...pool, portLevelSettings: [{ port: { number: 8080 }, ...pool, tls: { mode: 'SIMPLE', ...expected } }] });
  });

  test('TLS to whoever answers keeps the reason', () => {
    const { app, policy } = withPolicy({ tls: UpstreamTls.insecure('a lab without certificates') });
    expect(manifestsOf(app, [policy.destinationRule])[0].metadata.annotations).toEqual({ 'cdk8s-istio/insecure-reason': 'a lab without certificates' });
  });

  test('sidecars keep to it where their namespaces are named', () => {
    expect(withPolicy({ subsets, exportTo: ['shop', 'billing'] }).spec().exportTo).toEqual(['billing', 'istio-ingress', 'shop']);
  });

  test('it stands in the namespace of the Service, which all proxies look into', () => {
    const { app, shop } = ingress({}, { hosts: ['a.test'], rules: [{ action: RouteAction.forward(web) }] });
    new DestinationPolicy(shop, 'policy', { destination: Destination.service('bank', { port: 80, namespace: 'billing' }), subsets, exportTo: ['billing'] });
    const { metadata, spec } = find(synth(app, { admissible: false }), 'DestinationRule');
    expect([metadata.namespace, spec.host, spec.exportTo]).toEqual(['billing', 'bank.billing.svc.cluster.local', ['.']]);
  });

  test('the egress gateway reads it where a rule of an egress route leads there', () => {
    const { app, shop, egress } = mesh();
    const policy = new DestinationPolicy(shop, 'policy', { destination: web, subsets });
    const service = new ExternalService(shop, 'service', { hosts: ['api.example.com'], ports: [ExternalPort.http()] });
    new EgressRoute(shop, 'route', { service, gateway: egress, rules: [{ mirror: { destination: policy.subset('v1') } }] });
    expect(manifestsOf(app, [policy.destinationRule])[0].spec.exportTo).toEqual(['istio-system']);
  });

  test('labels of subsets may have a prefix, and no value', () => {
    const labels = { 'shop.example.com/version': 'v1', 'canary': '' };
    expect(withPolicy({ subsets: { v1: { labels } } }).spec().subsets).toEqual([{ name: 'v1', labels }]);
  });

  const refused: [string, Partial<DestinationPolicyProps>, string][] = [
    ['has a label with two prefixes', { subsets: { v1: { labels: { 'a/b/c': 'd' } } } }, '[SubsetInvalid] shop/policy: subsets[v1].labels is "a/b/c=d"; allowed: labels that are valid for pods; fix: correct the label; put numbers and booleans in quotes'],
    ['says nothing', { subsets: {} }, '[TrafficPolicyUnused] shop/policy: subsets is {}; allowed: one of subsets, loadBalancer, connectionPool, outlierDetection, tls; fix: set one of these, or delete the policy'],
    ['gives its Service a share', { destination: web.weighted(1), subsets }, '[WeightInvalid] shop/policy: destination.weight is 1; allowed: no weight: there are no other destinations; fix: leave out .weighted(...), or use RouteAction.split'],
    ['has a subset without labels', { subsets: { v1: { labels: {} } } }, '[SubsetInvalid] shop/policy: subsets[v1].labels is {}; allowed: at least one label; fix: set the labels that distinguish its pods: without labels the subset would contain all pods'],
    ['has a label that is none', { subsets: { v1: { labels: { version: 'v 1' } } } }, '[SubsetInvalid] shop/policy: subsets[v1].labels is "version=v 1"; allowed: labels that are valid for pods; fix: correct the label; put numbers and booleans in quotes'],
    ['has a label with a number', { subsets: { v1: { labels: { version: 1 as unknown as string } } } }, '[TypeInvalid] shop/policy: subsets[v1].labels[version] is 1; allowed: a string; fix: put it in quotes'],
    ['has a subset with dots in its name', { subsets: { 'v1.0': { labels: { a: 'b' } } } }, '[NameInvalid] shop/policy: subsets[v1.0] is "v1.0"; allowed: a DNS label of at most 63 characters; fix: correct the name'],
    ['names a namespace that there cannot be', { subsets, exportTo: ['*'] }, '[NameInvalid] shop/policy: exportTo[0] is "*"; allowed: a DNS label of at most 63 characters; fix: correct the name'],
    ['would have sidecars read a Secret', { tls: UpstreamTls.simple({ ca: CaSource.secret('ca') }), exportTo: ['shop'] }, '[ClientCertificateSecretAtSidecar] shop/policy: tls is "Secret ca"; allowed: files in the sidecar, or a direct service with `workloadSelector`; fix: select the calling workloads with `workloadSelector`; or use ClientCertificate.files and CaSource.file, or route the service through a gateway'],
    ['would have gateways read a ConfigMap', { tls: UpstreamTls.simple({ ca: CaSource.configMap('ca') }) }, '[CaSourceConflict] shop/policy: tls.ca is "configMap"; allowed: CaSource.system, file or secret; fix: put ca.crt in a Secret in the namespace of the gateway\'s pods'],
    ['asks for a name and takes any', { tls: UpstreamTls.simple({ sni: 'web.example.com' }) }, '[SniWithoutSubjectAltNames] shop/policy: tls.subjectAltNames is not set; allowed: the names to accept, if sni is set on a TCP port; fix: list "web.example.com" in subjectAltNames'],
  ];
  test.each(refused)('is refused when it %s', (_, props, message) => {
    expectRefusal(() => withPolicy(props), message);
  });

  test('is refused when it is for a subset', () => {
    const { shop, policy } = withPolicy();
    expectRefusal(() => new DestinationPolicy(shop, 'second', { destination: policy.subset('v1'), subsets }),
      '[SubsetInvalid] shop/second: destination is "subset v1 of web.shop.svc.cluster.local"; allowed: a Service; fix: pass the Service: its policy defines its subsets');
  });

  test('is refused when another is for the Service', () => {
    const { app } = withPolicy();
    const other = new Chart(app, 'other', { namespace: 'shop' });
    expectRefusal(() => new DestinationPolicy(other, 'policy', { destination: Destination.service('web', { port: 9090 }), subsets }),
      '[DestinationPolicyDuplicate] other/policy: destination is "web.shop.svc.cluster.local"; allowed: a Service to which shop/policy does not apply; fix: merge the two into shop/policy: proxies read one DestinationRule per Service');
  });

  test('is refused when a subset is asked for that it does not have', () => {
    expectRefusal(() => withPolicy().policy.subset('v3'), '[SubsetUnknown] shop/policy: subset is "v3"; allowed: v1, v2; fix: use one of the subsets, or add this one to the policy');
    expectRefusal(() => withPolicy({ connectionPool: { maxConnections: 1 } }).policy.subset('v1'),
      '[SubsetUnknown] shop/policy: subset is "v1"; allowed: none, because the policy has no subsets; fix: use one of the subsets, or add this one to the policy');
  });

  test('is refused when no proxy reads it, when the app is synthesized', () => {
    const { app, shop } = mesh();
    new DestinationPolicy(shop, 'policy', { destination: web, subsets });
    expect(() => synth(app)).toThrow(new Error(
      '[DestinationPolicyUnused] shop/policy: destination is "web.shop.svc.cluster.local"; allowed: a Service to which an IngressRoute leads, or `exportTo`; fix: use it in a route, or name the namespaces whose sidecars keep to the policy in `exportTo`',
    ));
  });
});
