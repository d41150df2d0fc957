import { ExternalPort } from '../../../src';
import { routed } from '../../fixtures';
import { expectRefusal } from '../../refusal';
import { find } from '../../synth';
import { CASES } from '../cases';

describe('egress route › a port of the gateway for connections', () => {
  test('is that of the server, of leg 1 and of the policy; requests keep the shared one', () => {
    const objects = CASES['connections by a port of the gateway']().manifests();
    expect(find(objects, 'Gateway', 'egress-db-example-com-5432').spec.servers[0]).toMatchObject({ port: { number: 5432, protocol: 'TLS' }, tls: { mode: 'ISTIO_MUTUAL' } });
    expect(find(objects, 'ServiceEntry', 'egress-db-example-com-443-leg-1').spec.ports).toEqual([{ name: 'tls', number: 5432, protocol: 'TLS', targetPort: 15432 }]);
    expect(find(objects, 'VirtualService', 'egress-db-example-com-443-leg-2').spec.tcp[0].match).toEqual([{ port: 5432 }]);
    expect(find(objects, 'VirtualService', 'egress-db-example-com-80-leg-2').spec.http[0].match[0].port).toBe(443);
    const ports = ['5432', '443', '80'].map(port => find(objects, 'AuthorizationPolicy', `egress-db-example-com-${port}-callers`).spec.rules[0].to[0].operation.ports);
    expect(ports).toEqual([['15432'], ['15432'], ['443']]);
  });

  test.each([
    ['that the Service lacks', [ExternalPort.https()], '[EgressGatewayPortMissing] shop/route: gatewayPort is 5432; allowed: ports 80, 443 of Service istio-system/istio-egressgateway; fix: add the port to the Service and to the GatewayWorkload, or leave out gatewayPort'],
    ['for requests', [ExternalPort.http()], '[RuleOptionUnused] shop/route: gatewayPort is 5432; allowed: a service with an ExternalPort.https(), tls() or tcp() port; fix: leave it out: all requests enter through the port of the EgressGateway'],
  ])('refuses one %s', (_, ports, message) => {
    expectRefusal(() => routed({ hosts: ['api.example.com'], ports }, { gatewayPort: 5432 }), message);
  });
});
