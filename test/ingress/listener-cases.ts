import {
  ClientCertificates, Credential, Destination, GatewayWorkload, HttpsListenerOptions, IngressListener, PathMatch, PlainHttp, RouteAction, TlsVersion,
} from '../../src';
import { ingress } from '../fixtures';

const hosts = ['shop.example.com'];
const rules = [{ action: RouteAction.forward(Destination.service('web', { port: 8080 })) }];
const https = (options: Partial<HttpsListenerOptions>) => ingress({ listeners: [IngressListener.https({ hosts, credentialName: 'shop-cert', ...options })] }, { hosts, rules });

const ported = GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress', ports: [80, 443, 5432, 6379].map(number => ({ number })) });
const to = (name: string, weight: number) => Destination.service(name, { port: 8443 }).weighted(weight);
const destinations = [to('web', 1)];
const shares = [to('web', 9), to('next', 1)];

/** Each kind of listener, once. */
export const LISTENERS = {
  'https with an RSA and an ECDSA certificate': () => https({ credentialName: undefined, credentials: [Credential.secret('shop-rsa'), Credential.secret('shop-ecdsa')], plainHttp: PlainHttp.closed() }),
  'https with client certificates': () => https({ clients: ClientCertificates.required({ ca: Credential.secret('clients') }) }),
  'https with client certificates if they have them': () => https({ clients: ClientCertificates.optional() }),
  'https with old TLS': () => https({ minTlsVersion: TlsVersion.TLSV1_0, cipherSuites: ['ECDHE-RSA-AES128-SHA', 'ECDHE-RSA-AES128-GCM-SHA256'] }),
  'tls passthrough': () => ingress({ listeners: [IngressListener.tlsPassthrough({ hosts: ['*.example.com'] })] }, { hosts, destinations: shares }),
  'tls passthrough beside https': () => ingress(
    { listeners: [IngressListener.https({ hosts: ['www.example.com'], credentialName: 'www-cert' }), IngressListener.tlsPassthrough({ hosts })] }, { hosts, destinations },
  ),
  'tcp': () => ingress({ workload: ported, listeners: [IngressListener.tcp({ port: 5432 })] }, { destinations }),
  'tcp to several': () => ingress({ workload: ported, listeners: [IngressListener.tcp({ port: 5432 }), IngressListener.tcp({ port: 6379 })] }, { tcpPort: 6379, destinations: shares }),
  'https whose redirect spares paths': () => https({ plainHttp: PlainHttp.redirect({ exemptPaths: [PathMatch.prefix('/.well-known/acme-challenge')] }) }),
  'https behind a load balancer': () => https({ plainHttp: PlainHttp.redirect({ numTrustedProxies: 1, exemptPaths: [PathMatch.exact('/health')] }) }),
};
