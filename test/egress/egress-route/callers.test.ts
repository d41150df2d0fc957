import { Caller, EgressRoute, ExternalPort, ExternalService } from '../../../src';
import { mesh, routed } from '../../fixtures';
import { find, synth } from '../../synth';
import { CASES } from '../cases';

const policy = (name: keyof typeof CASES) => find(CASES[name]().manifests(), 'AuthorizationPolicy', 'egress-api-example-com-80-callers');

describe('egress route › callers', () => {
  test('by namespace', () => {
    expect([policy('callers by namespace')]).toMatchInlineSnapshot(`
      apiVersion: security.istio.io/v1
      kind: AuthorizationPolicy
      metadata:
        name: egress-api-example-com-80-callers
        namespace: istio-system
      spec:
        action: DENY
        rules:
          - from:
              - source:
                  notNamespaces:
                    - shop
                    - billing
            to:
              - operation:
                  hosts:
                    - api.example.com
                    - api.example.com:*
                  ports:
                    - "443"
            when:
              - key: connection.sni
                values:
                  - egress.istio-system.mesh.internal
        selector:
          matchLabels:
            app: istio-egressgateway
            istio: egressgateway
    `);
  });

  test('by service account, in the trust domain', () => {
    expect(policy('callers by service account').spec.rules[0].from).toEqual([
      { source: { notNamespaces: ['billing'], notPrincipals: ['cluster.local/ns/shop/sa/checkout'] } },
    ]);
    const { manifests } = routed(
      { hosts: ['api.example.com'], ports: [ExternalPort.http()] }, { callers: [Caller.serviceAccount('shop', 'checkout')] }, { trustDomain: 'corp' },
    );
    expect(find(manifests(), 'AuthorizationPolicy', 'egress-api-example-com-80-callers').spec.rules[0].from).toEqual([{ source: { notPrincipals: ['corp/ns/shop/sa/checkout'] } }]);
  });

  test('the namespace of the chart by default', () => {
    expect(policy('http').spec.rules[0].from).toEqual([{ source: { notNamespaces: ['shop'] } }]);
  });

  test('they alone see leg 1', () => {
    const { app, route } = CASES['callers by namespace']();
    const objects = synth(app);
    expect(find(objects, 'VirtualService', route.meshVirtualService.name).spec.exportTo).toEqual(['.', 'billing']);
    expect(find(objects, 'ServiceEntry', 'egress-leg-1').spec.exportTo).toEqual(['.', 'billing', 'shop']);
    expect(find(objects, 'DestinationRule', 'egress-leg-1-mtls').spec.exportTo).toEqual(['billing', 'istio-system', 'shop']);
  });

  test('a chart that is no caller does not see its own route', () => {
    const { route, app } = routed({ hosts: ['api.example.com'], ports: [ExternalPort.http()] }, { callers: [Caller.namespace('billing')] });
    expect(find(synth(app), 'VirtualService', route.meshVirtualService.name).spec.exportTo).toEqual(['billing']);
  });

  test('each route shows its own host to its own callers', () => {
    const { shop, egress, app } = mesh();
    const service = new ExternalService(shop, 'service', { hosts: ['a.example.com'], ports: [ExternalPort.http()] });
    const other = new ExternalService(shop, 'other', { hosts: ['b.example.com'], ports: [ExternalPort.http()] });
    new EgressRoute(shop, 'route', { service, gateway: egress });
    new EgressRoute(shop, 'other-route', { service: other, gateway: egress, callers: [Caller.namespace('billing')] });
    const exported = synth(app).filter(o => o.kind === 'VirtualService' && o.spec.gateways.includes('mesh')).map(o => [o.spec.hosts, o.spec.exportTo]);
    expect(exported).toEqual([[['a.example.com'], ['.']], [['b.example.com'], ['billing']]]);
  });
});
