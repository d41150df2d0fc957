import { App, Chart } from 'cdk8s';
import { Destination, GatewayWorkload, IngressGateway, IngressGatewayProps, IngressListener, IngressRoute, PlainHttp, RouteAction, TlsVersion } from '../../src';
import { CASES } from '../ingress/cases';
import { expectRefusal } from '../refusal';
import { find, synth } from '../synth';

const workload = GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' });
const gatewayIn = (namespace: string | undefined, props: Partial<IngressGatewayProps> = {}) => {
  const app = new App();
  return { app, gateway: new IngressGateway(new Chart(app, 'edge', { namespace }), 'gateway', { workload, ...props }) };
};
const serversOf = (app: App) => find(synth(app), 'Gateway').spec.servers;

describe('ingress gateway', () => {
  test('listens for clear text, for every host, by default', () => {
    const { app, gateway } = gatewayIn('edge');
    expect(synth(app)).toMatchInlineSnapshot(`
      apiVersion: networking.istio.io/v1
      kind: Gateway
      metadata:
        name: edge-gateway-c893abcf
        namespace: edge
      spec:
        selector:
          app: istio-ingressgateway
          istio: ingressgateway
        servers:
          - hosts:
              - ./*
            port:
              name: http-80
              number: 80
              protocol: HTTP
    `);
    expect(gateway.gatewayName).toBe(`edge/${gateway.gateway.name}`);
  });

  test('HTTP servers are open to the namespaces that have a route, and to no others', () => {
    const { app, gateway } = gatewayIn('edge', { listeners: [IngressListener.http({ hosts: ['*.a.test', 'b.test'] })] });
    const rules = [{ action: RouteAction.forward(Destination.service('web', { port: 80 })) }];
    for (const [namespace, host] of [['shop', 'x.a.test'], ['lab', 'y.a.test'], ['edge', 'z.a.test']]) {
      new IngressRoute(new Chart(app, `${namespace}-chart`, { namespace }), 'route', { gateway, hosts: [host], rules });
    }
    expect(serversOf(app)).toEqual([
      { port: { name: 'http-80', number: 80, protocol: 'HTTP' }, hosts: ['./*.a.test', 'lab/*.a.test', 'shop/*.a.test', './b.test'] },
    ]);
  });

  test('HTTPS servers have a port name and a certificate each, and bare hosts', () => {
    const { manifests } = CASES['two certificates']();
    expect(find(manifests(), 'Gateway').spec.servers).toEqual([
      {
        port: { name: 'https-443-shop-cert-69aec897', number: 443, protocol: 'HTTPS' },
        hosts: ['shop.example.com'],
        tls: { mode: 'SIMPLE', credentialName: 'shop-cert' },
      },
      { port: { name: 'http-80', number: 80, protocol: 'HTTP' }, hosts: ['./shop.example.com', './*.example.com'] },
      {
        port: { name: 'https-443-wildcard-cert-457ea094', number: 443, protocol: 'HTTPS' },
        hosts: ['*.example.com'],
        tls: { mode: 'SIMPLE', credentialName: 'wildcard-cert' },
      },
    ]);
  });

  test('nothing listens for clear text where it is closed', () => {
    expect(find(CASES['https alone']().manifests(), 'Gateway').spec.servers.map((s: any) => s.port.number)).toEqual([443]);
  });

  test('may have a name', () => {
    const { app, gateway } = gatewayIn('edge', { metadata: { name: 'entrance' } });
    expect(gateway.gatewayName).toBe('edge/entrance');
    expect(find(synth(app), 'Gateway', 'entrance').metadata.namespace).toBe('edge');
  });

  const https = (credentialName: string, plainHttp?: PlainHttp) => IngressListener.https({ hosts: ['a.test'], credentialName, plainHttp });

  test.each<{ when: string; props: Partial<IngressGatewayProps>; message: string }>([
    { when: 'it has no listeners', props: { listeners: [] }, message: '[ListenersEmpty] edge/gateway: listeners is empty; allowed: at least one listener; fix: leave it out to listen for clear-text HTTP on port 80' },
    { when: 'the Service lacks a port', props: { listeners: [IngressListener.http({ port: 8080 })] }, message: '[IngressGatewayPortMissing] edge/gateway: listeners[0].port is "port 8080"; allowed: ports 80, 443 of Service istio-ingress/istio-ingressgateway; fix: add port 8080 to the Service and to the GatewayWorkload, or listen on another port' },
    {
      when: 'the Service lacks the port for redirects',
      props: { workload: GatewayWorkload.helmRelease('edge', { namespace: 'edge', ports: [{ number: 443 }] }), listeners: [https('cert')] },
      message: '[IngressGatewayPortMissing] edge/gateway: listeners[0].plainHttp is "port 80"; allowed: ports 443 of Service edge/edge; fix: add port 80 to the Service and to the GatewayWorkload, or say PlainHttp.closed()',
    },
    { when: 'a port is no port', props: { listeners: [IngressListener.http({ port: -1 })] }, message: '[PortInvalid] edge/gateway: listeners[0].port is -1; allowed: a whole number from 1 to 65535; fix: correct the port' },
    { when: 'a certificate has no name', props: { listeners: [https('')] }, message: '[CredentialNameMissing] edge/gateway: listeners[0].credentialName is ""; allowed: the name of a Secret, without its namespace; fix: create a TLS Secret in namespace istio-ingress, and set its name here' },
    { when: 'two listeners have a host at a port', props: { listeners: [https('cert'), IngressListener.http({ hosts: ['a.test'] })] }, message: '[ListenerConflict] edge/gateway: listeners is "a.test on port 80"; allowed: each host once per port; fix: delete one of the two listeners, or set PlainHttp.closed() on the HTTPS listener' },
    { when: 'two listeners have a certificate for a host', props: { listeners: [https('cert'), https('other', PlainHttp.closed())] }, message: '[ListenerConflict] edge/gateway: listeners is "a.test on port 443"; allowed: each host once per port; fix: delete one of the two listeners; to use two certificates for a host, list both in `credentials` of one listener' },
    { when: 'a certificate has two sets of options', props: { listeners: [https('cert'), IngressListener.https({ hosts: ['b.test'], credentialName: 'cert', minTlsVersion: TlsVersion.TLSV1_3 })] }, message: '[CertificateConflict] edge/gateway: listeners is "b.test on port 443"; allowed: the TLS options of a.test, which has the same certificate; fix: give both listeners the same credentials, clients, minTlsVersion and cipherSuites, or different certificates' },
    { when: 'TLS would share a port with clear text', props: { listeners: [https('cert'), IngressListener.http({ hosts: ['b.test'], port: 443 })] }, message: '[ListenerProtocolConflict] edge/gateway: listeners is "clear-text HTTP on port 443"; allowed: TLS, which port 443 already uses; fix: listen on another port' },
    {
      when: 'ports of the Service share a port of the pods',
      props: { workload: GatewayWorkload.helmRelease('edge', { namespace: 'edge', ports: [{ number: 80, targetPort: 8080 }, { number: 8080 }] }), listeners: [IngressListener.http(), IngressListener.http({ port: 8080 })] },
      message: '[ListenerConflict] edge/gateway: listeners is "* on port 8080"; allowed: each host once per port; fix: delete one of the two listeners, or set PlainHttp.closed() on the HTTPS listener',
    },
    { when: 'a listener has no hosts', props: { listeners: [IngressListener.http({ hosts: [] })] }, message: '[HostsEmpty] edge/gateway: listeners[0].hosts is empty; allowed: at least one host; fix: list the hosts, for example api.example.com' },
    { when: 'its name has a dot', props: { metadata: { name: 'edge.gateway' } }, message: '[GatewayNameNotALabel] edge/gateway: metadata.name is "edge.gateway"; allowed: a DNS label: at most 63 lower-case letters, digits and dashes; fix: choose a name without dots or capitals' },
  ])('is refused when $when', ({ props, message }) => {
    expectRefusal(() => gatewayIn('edge', props), message);
  });

  test('is refused when its chart has no namespace', () => {
    expectRefusal(() => gatewayIn(undefined),
      '[NamespaceMissing] edge/gateway: namespace is not set; allowed: a chart with a namespace; fix: give the chart edge a namespace');
  });

  test('is refused when another one has a host and port on the same pods, for Istio would serve one of two', () => {
    const { app } = gatewayIn('edge');
    expectRefusal(() => new IngressGateway(new Chart(app, 'other', { namespace: 'other' }), 'gateway', { workload }),
      '[ListenerConflict] other/gateway: listeners is "* on port 80"; allowed: hosts and ports that edge/gateway does not use on the same pods; fix: add the listener to edge/gateway, and use that gateway in the routes: Istio serves only one of the two');
  });

  const second = (app: App, listener: IngressListener, selector?: { [label: string]: string }) => () => new IngressGateway(new Chart(app, selector?.istio ?? 'other', { namespace: 'other' }), 'gateway', {
    workload: GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress', selector, ports: [{ number: 80 }, { number: 443 }] }), listeners: [listener],
  });

  test('is refused when another one has its certificate, for clients may use one connection for hosts of both', () => {
    const { app } = gatewayIn('edge', { listeners: [https('cert', PlainHttp.closed())] });
    expectRefusal(second(app, IngressListener.https({ hosts: ['b.test'], credentialName: 'cert' })),
      '[CertificateConflict] other/gateway: listeners is "cert on port 443"; allowed: certificates that edge/gateway does not use on the same pods; fix: add the listener to edge/gateway, and use that gateway in the routes; or use a different certificate');
  });

  test('is refused when another one has its port for something else', () => {
    const { app } = gatewayIn('edge', { listeners: [https('cert', PlainHttp.closed())] });
    expectRefusal(second(app, IngressListener.http({ hosts: ['b.test'], port: 443 })),
      '[ListenerProtocolConflict] other/gateway: listeners is "clear-text HTTP on port 443"; allowed: TLS, for which edge/gateway uses the port on the same pods; fix: listen on another port');
  });

  test('is told by the labels of its pods, in whatever order', () => {
    const { app } = gatewayIn('edge');
    expect(second(app, IngressListener.http(), { istio: 'ingressgateway', app: 'istio-ingressgateway' })).toThrow(/^\[ListenerConflict\]/);
    second(app, IngressListener.http(), { istio: 'another' })();
    expect(synth(app).filter(o => o.kind === 'Gateway').map(o => o.spec.selector)).toContainEqual({ istio: 'another' });
  });

  test('is refused when the namespace of its chart is no label', () => {
    expectRefusal(() => gatewayIn('My NS'),
      '[NameInvalid] edge/gateway: namespace is "My NS"; allowed: a DNS label of at most 63 characters; fix: correct the namespace of the chart');
  });
});
