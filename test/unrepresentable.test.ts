import { Destination, Endpoint, ExternalPort, IngressRule, Resolution, RouteAction, UpstreamTls } from '../src';

// The compiler is what tests these: `tsc --noEmit -p test/tsconfig.json` fails where one of them is allowed.
const endpoint = Endpoint.ip('192.0.2.1');
const forward = RouteAction.forward(Destination.service('web', { port: 80 }));

test('illegal mixtures of fields cannot be written', () => {
  const mixtures: (() => unknown)[] = [
    // @ts-expect-error Istio refuses endpoints without resolution
    () => Resolution.none([endpoint]),
    // @ts-expect-error Istio refuses endpoints with DYNAMIC_DNS
    () => Resolution.dynamicDns([endpoint]),
    // @ts-expect-error Istio refuses several endpoints with DNS_ROUND_ROBIN
    () => Resolution.dnsRoundRobin(endpoint, endpoint),
    // @ts-expect-error Istio refuses several endpoints with DNS_ROUND_ROBIN
    () => Resolution.dnsRoundRobin([endpoint, endpoint]),
    // @ts-expect-error a rule has one action
    (): IngressRule => ({ action: [forward, RouteAction.redirect({ path: '/' })] }),
    // @ts-expect-error a rule at ingress has an action
    (): IngressRule => ({}),
    // @ts-expect-error a redirect goes nowhere else as well
    () => RouteAction.redirect({ path: '/', destination: Destination.service('web', { port: 80 }) }),
    // @ts-expect-error MUTUAL needs a certificate
    () => UpstreamTls.mutual({}),
    // @ts-expect-error the app's own TLS is not wrapped again
    () => ExternalPort.https({ tls: UpstreamTls.simple() }),
    // @ts-expect-error verification is not left out without a reason
    () => UpstreamTls.insecure(),
    // @ts-expect-error a Service is called at a port
    () => Destination.service('web'),
    // @ts-expect-error values are made by their factories
    () => new Resolution('NONE', [endpoint]),
  ];
  expect(mixtures).toHaveLength(12);
});
