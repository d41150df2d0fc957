import { App, Chart } from 'cdk8s';
import {
  AppTls, Caller, EgressCaller, EgressCallerProps, EgressGateway, EgressRoute, EgressRouteProps, ExternalPort, ExternalService, GatewayWorkload,
} from '../../src';
import { mesh, routed } from '../fixtures';
import { expectRefusal } from '../refusal';
import { Manifest, find, synth } from '../synth';

const hosts = ['api.example.com'];
const workload = GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' });

/** The caller's repository. */
function caller(ports: ExternalPort[], props: Partial<EgressCallerProps> = {}) {
  const app = new App();
  const shop = new Chart(app, 'shop', { namespace: 'shop' });
  const service = ExternalService.fromExternalServiceAttributes(shop, 'api', { hosts, ports });
  const gateway = EgressGateway.fromEgressGatewayAttributes(shop, 'egress', { name: 'egress', workload });
  return { app, shop, service, gateway, caller: new EgressCaller(shop, 'caller', { service, gateway, ...props }) };
}

/** The repository of the route. */
function route(ports: ExternalPort[], props: Partial<EgressRouteProps> = {}): Manifest[] {
  const { app, platform, egress } = mesh();
  const service = new ExternalService(platform, 'api', { hosts, ports });
  new EgressRoute(platform, 'route', { service, gateway: egress, callers: [Caller.namespace('shop', { ownLeg: true })], ...props });
  return synth(app);
}

describe('egress caller', () => {
  test.each<[string, ExternalPort[], AppTls?]>([
    ['HTTP', [ExternalPort.httpToHttps()]],
    ['gRPC', [ExternalPort.grpcToGrpcs()]],
    ['wrapped TLS', [ExternalPort.https()]],
    ['several HTTP ports and TLS', [ExternalPort.http(), ExternalPort.http({ number: 8080 }), ExternalPort.https()]],
  ])('%s: its leg is the one that a route makes', (_, ports) => {
    const own = find(synth(caller(ports).app, { admissible: false }), 'VirtualService');
    const routes = routed({ hosts, ports }).manifests();
    expect(own.metadata.namespace).toBe('shop');
    expect(own.spec).toEqual(routes.find(o => o.kind === 'VirtualService' && o.spec.gateways[0] === 'mesh')!.spec);
  });

  test('TLS that is passed through: likewise', () => {
    const own = find(synth(caller([ExternalPort.https()], { appTls: AppTls.PASSTHROUGH }).app, { admissible: false }), 'VirtualService');
    const routes = routed({ hosts, ports: [ExternalPort.https()] }, { appTls: AppTls.PASSTHROUGH }).manifests();
    expect(own.spec).toEqual(routes.find(o => o.kind === 'VirtualService' && o.spec.gateways[0] === 'mesh')!.spec);
  });

  test('is the only object of its repository', () => {
    expect(synth(caller([ExternalPort.httpToHttps()]).app, { admissible: false })).toHaveLength(1);
  });

  test('the route shows its own leg to no namespace that has one, and to nobody else either', () => {
    const leg = (objects: Manifest[]) => objects.find(o => o.kind === 'VirtualService' && o.spec.gateways[0] === 'mesh')!;
    expect(leg(route([ExternalPort.httpToHttps()])).spec.exportTo).toEqual(['.']);
    expect(leg(route([ExternalPort.httpToHttps()], { callers: [Caller.namespace('shop', { ownLeg: true }), Caller.namespace('billing')] })).spec.exportTo).toEqual(['billing']);
  });

  test('the route lets it in and makes the gateway and the service known to it', () => {
    const objects = route([ExternalPort.httpToHttps(), ExternalPort.https()]);
    expect(find(objects, 'AuthorizationPolicy', 'egress-api-example-com-80-callers').spec.rules[0].from[0].source.notNamespaces).toEqual(['shop']);
    const entries = objects.filter(o => o.kind === 'ServiceEntry');
    expect(entries.length).toBeGreaterThan(1);
    for (const entry of entries) expect(entry.spec.exportTo).toContain('shop');
  });

  test('a service is shown to the namespaces that it names', () => {
    const { app, platform } = mesh();
    const { serviceEntry } = new ExternalService(platform, 'api', { hosts, ports: [ExternalPort.https()], exportTo: ['shop', 'istio-system'] });
    expect(find(synth(app), 'ServiceEntry', serviceEntry.name).spec.exportTo).toEqual(['.', 'shop']);
  });

  test('a service of another repository can be routed', () => {
    const { app, shop, egress } = mesh();
    const service = ExternalService.fromExternalServiceAttributes(shop, 'api', { hosts, ports: [ExternalPort.httpToHttps()] });
    new EgressRoute(shop, 'route', { service, gateway: egress });
    const objects = synth(app, { admissible: false });
    expect(objects.filter(o => o.kind === 'ServiceEntry').map(o => o.metadata.name)).toEqual(['egress-leg-1']);
    expect(find(objects, 'DestinationRule', 'egress-api-example-com-tls').spec.trafficPolicy.portLevelSettings).toHaveLength(1);
  });

  test.each<[string, () => unknown, string]>([
    ['its namespace reaches the host already', () => {
      const { shop, service, gateway } = caller([ExternalPort.https()]);
      return new EgressCaller(shop, 'second', { service, gateway });
    }, '[MeshHostConflict] shop/second: service.hosts[0] is "api.example.com from shop"; allowed: hosts that shop/caller does not use; fix: use only one route per host and calling namespace; to leave this one to its EgressCaller, set `ownLeg` on the route'],
    ['the service is direct', () => {
      const { shop, gateway } = caller([ExternalPort.https()]);
      const service = ExternalService.fromExternalServiceAttributes(shop, 'direct', { hosts: ['other.example.com'], ports: [ExternalPort.https()], direct: true });
      return new EgressCaller(shop, 'second', { service, gateway });
    }, '[DirectServiceRouted] shop/second: service is "shop/direct"; allowed: a service that is not direct; fix: remove `direct` from the service, or choose another service'],
    ['no TLS could be passed through', () => caller([ExternalPort.httpToHttps()], { appTls: AppTls.PASSTHROUGH }), '[AppTlsWithoutTls] shop/caller: appTls is "PASSTHROUGH"; allowed: a service with an ExternalPort.https() or tls() port; fix: leave out appTls'],
    ['the gateway has no such port', () => caller([ExternalPort.https()], { gatewayPort: 8443 }), '[EgressGatewayPortMissing] shop/caller: gatewayPort is 8443; allowed: ports 80, 443 of Service istio-system/istio-egressgateway; fix: add the port to the Service and to the GatewayWorkload, or leave out gatewayPort'],
    ['a service is shown to no name', () => {
      const { shop } = mesh();
      return new ExternalService(shop, 'api', { hosts, ports: [ExternalPort.https()], exportTo: ['*'] });
    }, '[NameInvalid] shop/api: exportTo[0] is "*"; allowed: a DNS label of at most 63 characters; fix: correct the name'],
  ])('is refused where %s', (_, act, message) => {
    expectRefusal(act, message);
  });
});
