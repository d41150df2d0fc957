import { Chart } from 'cdk8s';
import {
  ClientCertificate, Destination, ExternalPort, ExternalService, ExternalServiceProps, IngressRoute, RouteAction, UpstreamTls,
} from '../../src';
import { ingress } from '../fixtures';
import { expectRefusal } from '../refusal';
import { find, synth } from '../synth';

/** The shop's route, all of whose requests leave the mesh. */
function leaving(props: Partial<ExternalServiceProps> = {}) {
  const made = ingress({}, { hosts: ['a.test'] });
  const service = new ExternalService(made.shop, 'assets', { hosts: ['assets.example.com'], ports: [ExternalPort.httpToHttps()], ...props });
  made.route.addRule({ action: RouteAction.forward(Destination.external(service)) });
  return { ...made, service };
}

describe('an ingress route to a host outside', () => {
  test('names that host, and nothing of the mesh', () => {
    const { http } = find(synth(leaving().app), 'VirtualService').spec;
    expect(http).toEqual([{
      match: [{ port: 80 }],
      route: [{
        destination: { host: 'assets.example.com', port: { number: 80 } },
        headers: { request: { set: { host: 'assets.example.com' }, remove: expect.arrayContaining(['x-forwarded-client-cert', 'x-request-id', 'x-forwarded-for']) } },
      }],
    }]);
  });

  test('is known to the pods of the gateway alone, which speak its TLS', () => {
    const objects = synth(leaving().app);
    expect(find(objects, 'ServiceEntry').spec.exportTo).toEqual(['istio-ingress']);
    const { metadata, spec } = find(objects, 'DestinationRule');
    expect(metadata.namespace).toBe('istio-ingress');
    expect(spec).toEqual({
      host: 'assets.example.com',
      exportTo: ['.'],
      workloadSelector: { matchLabels: { app: 'istio-ingressgateway', istio: 'ingressgateway' } },
      trafficPolicy: { portLevelSettings: [{ port: { number: 80 }, tls: { mode: 'SIMPLE', caCertificates: 'system' } }] },
    });
  });

  test('shares its rule with other routes', () => {
    const { app, shop, gateway, service } = leaving();
    new IngressRoute(shop, 'second', { gateway, hosts: ['b.test'], rules: [{ action: RouteAction.forward(Destination.external(service)) }] });
    expect(synth(app).filter(o => o.kind === 'DestinationRule')).toHaveLength(1);
  });

  test('is refused when the service is direct', () => {
    expectRefusal(() => leaving({ direct: true }),
      '[DirectServiceRouted] shop/route: rule is "shop/assets"; allowed: a service that is not direct; fix: remove `direct` from the service, or choose another service');
  });

  test('is refused when the Secret is elsewhere', () => {
    const clientCertificate = ClientCertificate.secret('cert', { namespace: 'shop' });
    expectRefusal(() => leaving({ ports: [ExternalPort.httpToHttps({ tls: UpstreamTls.mutual({ clientCertificate }) })] }),
      '[ClientCertificateNamespace] shop/route: shop/assets.ports[0].tls.clientCertificate is "shop/cert"; allowed: a Secret in istio-ingress, where the pods of the gateway run; fix: create the Secret cert in istio-ingress');
  });

  test('is refused when another service has the host', () => {
    const { app, gateway } = leaving();
    const other = new ExternalService(new Chart(app, 'blog', { namespace: 'blog' }), 'assets', { hosts: ['assets.example.com'], ports: [ExternalPort.http()] });
    expectRefusal(() => new IngressRoute(Chart.of(other), 'route', { gateway, hosts: ['b.test'], rules: [{ action: RouteAction.forward(Destination.external(other)) }] }),
      '[UpstreamTlsConflict] blog/route: rules is "assets.example.com"; allowed: hosts that shop/assets does not declare for the same gateway; fix: declare the host in one service, and pass that service to all routes');
  });
});
