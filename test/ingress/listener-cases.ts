import {
  ClientCertificates, Credential, Destination, HttpsListenerOptions, IngressListener, PlainHttp, RouteAction, TlsVersion,
} from '../../src';
import { ingress } from '../fixtures';

const hosts = ['shop.example.com'];
const rules = [{ action: RouteAction.forward(Destination.service('web', { port: 8080 })) }];
const https = (options: Partial<HttpsListenerOptions>) => ingress({ listeners: [IngressListener.https({ hosts, credentialName: 'shop-cert', ...options })] }, { hosts, rules });

/** Each kind of listener, once. */
export const LISTENERS = {
  'https with an RSA and an ECDSA certificate': () => https({ credentialName: undefined, credentials: [Credential.secret('shop-rsa'), Credential.secret('shop-ecdsa')], plainHttp: PlainHttp.closed() }),
  'https with client certificates': () => https({ clients: ClientCertificates.required({ ca: Credential.secret('clients') }) }),
  'https with client certificates if they have them': () => https({ clients: ClientCertificates.optional() }),
  'https with old TLS': () => https({ minTlsVersion: TlsVersion.TLSV1_0, cipherSuites: ['ECDHE-RSA-AES128-SHA', 'ECDHE-RSA-AES128-GCM-SHA256'] }),
};
