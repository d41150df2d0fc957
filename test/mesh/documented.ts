/**
 * The recipes of Istio's documentation for ways out, as a person copies them: everything in the namespace of the application, which stands for
 * the `default` of the documentation, and visible to everybody. What one line of them could mend is left as it is printed.
 */
import { GATEWAY_SERVICE, HTTP_PORT, TLS_PORT, istio, serviceEntry, to } from './recipes';

const HTTPS_PORT = { number: 443, name: 'https', protocol: 'HTTPS' };

/** Its selector is that of the gateway's pods, wherever they run. */
function gateway(port: object, host: string, tls?: object): object {
  return istio('Gateway', 'shop', 'istio-egressgateway', { selector: { istio: 'egressgateway' }, servers: [{ port, hosts: [host], ...tls && { tls } }] });
}

/** One VirtualService for both legs; its gateway is in its own namespace. */
function bothLegs(kind: 'http' | 'tls', host: string, in1: object, out1: number, in2: object, out2: number): object {
  return istio('VirtualService', 'shop', 'direct-through-egress-gateway', {
    hosts: [host],
    gateways: ['istio-egressgateway', 'mesh'],
    [kind]: [
      { match: [{ gateways: ['mesh'], ...in1 }], route: to(GATEWAY_SERVICE, out1, 'api') },
      { match: [{ gateways: ['istio-egressgateway'], ...in2 }], route: to(host, out2) },
    ],
  });
}

function legOne(host: string, port?: number): object {
  const tls = { mode: 'ISTIO_MUTUAL', sni: host };
  const trafficPolicy = { loadBalancer: { simple: 'ROUND_ROBIN' }, portLevelSettings: [{ port: { number: port }, tls }] };
  return istio('DestinationRule', 'shop', 'egressgateway-for-api', { host: GATEWAY_SERVICE, subsets: [{ name: 'api', ...port && { trafficPolicy } }] });
}

function originate(namespace: string, host: string, port: number, tls: object): object {
  return istio('DestinationRule', namespace, 'originate-tls', { host, trafficPolicy: { portLevelSettings: [{ port: { number: port }, tls }] } });
}

/** https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/#egress-gateway-for-http-traffic */
export function http(host: string): object[] {
  return [
    serviceEntry(host, [HTTP_PORT, HTTPS_PORT]), gateway(HTTP_PORT, host), legOne(host), bothLegs('http', host, { port: 80 }, 80, { port: 80 }, 80),
  ];
}

/** https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/#egress-gateway-for-https-traffic */
export function https(host: string): object[] {
  const tls = { port: 443, sniHosts: [host] };
  return [serviceEntry(host, [TLS_PORT]), gateway(TLS_PORT, host, { mode: 'PASSTHROUGH' }), legOne(host), bothLegs('tls', host, tls, 443, tls, 443)];
}

/** https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway-tls-origination/#perform-tls-origination-with-an-egress-gateway */
export function tlsOrigination(host: string): object[] {
  return [
    serviceEntry(host, [HTTP_PORT, HTTPS_PORT]),
    gateway({ number: 80, name: 'https-port-for-tls-origination', protocol: 'HTTPS' }, host, { mode: 'ISTIO_MUTUAL' }),
    legOne(host, 80),
    bothLegs('http', host, { port: 80 }, 80, { port: 80 }, 443),
    originate('shop', host, 443, { mode: 'SIMPLE' }),
  ];
}

/** https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway-tls-origination/#perform-mutual-tls-origination-with-an-egress-gateway */
export function mutualTlsOrigination(host: string): object[] {
  return [
    serviceEntry(host, [HTTP_PORT, HTTPS_PORT]),
    gateway(HTTPS_PORT, host, { mode: 'ISTIO_MUTUAL' }),
    legOne(host, 443),
    bothLegs('http', host, { port: 80 }, 443, { port: 443 }, 443),
    originate('istio-system', host, 443, { mode: 'MUTUAL', credentialName: 'client-credential', sni: host }),
  ];
}

/** https://istio.io/latest/docs/tasks/traffic-management/egress/http-proxy/ */
export function externalProxy(host: string, address: string): object[] {
  return [serviceEntry(host, [{ number: 3128, name: 'tcp', protocol: 'TCP' }], { addresses: [`${address}/32`], resolution: 'NONE' })];
}

/** https://istio.io/latest/docs/tasks/traffic-management/egress/egress-tls-origination/ */
export function sidecarTlsOrigination(host: string): object[] {
  return [serviceEntry(host, [{ ...HTTP_PORT, targetPort: 443 }, HTTPS_PORT]), originate('shop', host, 80, { mode: 'SIMPLE' })];
}
