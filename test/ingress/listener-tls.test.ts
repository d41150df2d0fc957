import { ApiObject, App, Chart } from 'cdk8s';
import { IConstruct } from 'constructs';
import { LISTENERS } from './listener-cases';
import { ClientCertificates, Credential, GatewayWorkload, HttpsListenerOptions, IngressGateway, IngressListener, MeshSettings, PlainHttp, TlsVersion } from '../../src';
import { expectRefusal } from '../refusal';
import { find, synth } from '../synth';

const workload = GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' });
const serversOf = (name: keyof typeof LISTENERS) => find(LISTENERS[name]().manifests(), 'Gateway').spec.servers.filter((s: any) => s.tls);

function listening(options: Partial<HttpsListenerOptions>, istioVersion?: string) {
  const app = new App();
  MeshSettings.of(app, { istioVersion });
  const chart = new Chart(app, 'edge', { namespace: 'edge' });
  const listeners = [IngressListener.https({ hosts: ['a.test'], ...options })];
  const gateway = () => new IngressGateway(chart, 'gateway', { workload, listeners });
  return { chart, gateway, tls: () => { gateway(); return find(synth(app), 'Gateway').spec.servers[0].tls; } };
}

/** An object of some library in a namespace. */
function made(kind: string, namespace: string | undefined, more: object = {}, name = 'made'): IConstruct {
  return new ApiObject(new Chart(new App(), 'chart', { namespace }), 'object', { apiVersion: 'v1', kind, metadata: { name }, ...more });
}

const certificate = { data: { 'tls.crt': 'YQ==', 'tls.key': 'YQ==' } };
const named = (...names: string[]) => names.map(name => Credential.secret(name));

describe('an https listener', () => {
  test('takes one certificate for two versions of a key', () => {
    expect(serversOf('https with an RSA and an ECDSA certificate')).toEqual([
      { port: { name: 'https-443-shop-rsa-shop-ecdsa-e6d72947', number: 443, protocol: 'HTTPS' }, hosts: ['shop.example.com'], tls: { mode: 'SIMPLE', credentialNames: ['shop-rsa', 'shop-ecdsa'] } },
    ]);
  });

  test('asks clients for certificates', () => {
    const [{ tls }] = serversOf('https with client certificates');
    expect(tls).toEqual({ mode: 'MUTUAL', credentialName: 'shop-cert', caCertCredentialName: 'clients-cacert' });
    expect(listening({ credentialName: 'cert', clients: ClientCertificates.optional() }).tls()).toEqual({ mode: 'OPTIONAL_MUTUAL', credentialName: 'cert' });
  });

  test.each([
    { ca: 'clients', field: 'clients-cacert' }, // Istio looks for clients-cacert first, and then for clients
    { ca: 'clients-cacert', field: 'clients-cacert' },
    { ca: 'cert', field: undefined },
    { ca: 'cert-cacert', field: undefined },
  ])('finds authorities in Secret $ca', ({ ca, field }) => {
    expect(listening({ credentialName: 'cert', clients: ClientCertificates.required({ ca: Credential.secret(ca) }) }).tls().caCertCredentialName).toBe(field);
  });

  test('speaks chosen versions and cipher suites', () => {
    const [{ tls }] = serversOf('https with old TLS');
    expect(tls).toEqual({ mode: 'SIMPLE', credentialName: 'shop-cert', minProtocolVersion: 'TLSV1_0', cipherSuites: ['ECDHE-RSA-AES128-SHA', 'ECDHE-RSA-AES128-GCM-SHA256'] });
    expect(listening({ credentialName: 'cert', minTlsVersion: TlsVersion.TLSV1_3 }).tls()).toEqual({ mode: 'SIMPLE', credentialName: 'cert', minProtocolVersion: 'TLSV1_3' });
  });

  test.each<{ what: string; kind: string; more: object; name: string }>([
    { what: 'a Secret', kind: 'Secret', more: certificate, name: 'made' },
    { what: 'a Secret with other keys', kind: 'Secret', more: { stringData: { cert: 'a', key: 'a' } }, name: 'made' },
    { what: 'a Secret that is filled elsewhere', kind: 'Secret', more: {}, name: 'made' },
    { what: 'a Certificate of cert-manager', kind: 'Certificate', more: { spec: { secretName: 'issued' } }, name: 'issued' },
  ])('reads the name of $what', ({ kind, more, name }) => {
    expect(listening({ credentials: [Credential.fromSecret(made(kind, 'istio-ingress', more))] }).tls().credentialName).toBe(name);
  });

  const issued = (...dnsNames: string[]) => [Credential.fromSecret(made('Certificate', 'istio-ingress', { spec: { secretName: 'issued', dnsNames } }))];

  test.each<[string[], string[]]>([
    [['a.test'], ['a.test', 'b.test']], [['A.test', 'b.test'], ['B.TEST', 'a.test']], [['a.test'], ['*.test', 'x.test']], [['*.a.test'], ['*.a.test']], [['*'], ['a.test']],
  ])('for %j takes a Certificate that names %j', (hosts, dnsNames) => {
    expect(listening({ hosts, credentials: issued(...dnsNames) }).tls().credentialName).toBe('issued');
  });

  test.each<[string[], string[], string]>([
    [['a.test', 'b.test'], ['a.test'], 'b.test'], [['x.a.test'], ['*.test'], 'x.a.test'], [['*.a.test'], ['x.a.test', '*.test'], '*.a.test'], [['a.test'], ['*.a.test'], 'a.test'],
  ])('for %j is refused with a Certificate for %j', (hosts, dnsNames, missing) => {
    expectRefusal(listening({ hosts, credentials: issued(...dnsNames) }).gateway,
      `[CertificateHostMissing] edge/gateway: listeners[0].credentials[0] is "the Certificate made for ${dnsNames.join(', ')}"; allowed: a certificate that covers ${missing}; fix: add ${missing} to its dnsNames: clients would not trust the listener`);
  });

  test('has the hosts of one certificate in one server', () => {
    const app = new App();
    const listeners = ['a.test', 'b.test'].map(host => IngressListener.https({ hosts: [host], credentialName: 'cert', plainHttp: PlainHttp.closed() }));
    new IngressGateway(new Chart(app, 'edge', { namespace: 'edge' }), 'gateway', { workload, listeners });
    expect(find(synth(app), 'Gateway').spec.servers).toEqual([
      { port: { name: 'https-443-cert', number: 443, protocol: 'HTTPS' }, hosts: ['a.test', 'b.test'], tls: { mode: 'SIMPLE', credentialName: 'cert' } },
    ]);
  });

  const suites = 'ECDHE-ECDSA-AES128-GCM-SHA256, ECDHE-RSA-AES128-GCM-SHA256, ECDHE-ECDSA-AES256-GCM-SHA384, ECDHE-RSA-AES256-GCM-SHA384, ECDHE-ECDSA-CHACHA20-POLY1305, ECDHE-RSA-CHACHA20-POLY1305, ECDHE-ECDSA-AES128-SHA, ECDHE-RSA-AES128-SHA, ECDHE-ECDSA-AES256-SHA, ECDHE-RSA-AES256-SHA, AES128-GCM-SHA256, AES256-GCM-SHA384, AES128-SHA, AES256-SHA, DES-CBC3-SHA';
  const one = { credentialName: 'cert' };

  test.each<{ when: string; options: Partial<HttpsListenerOptions>; version?: string; message: string }>([
    { when: 'no certificate is named', options: {}, message: '[CredentialNameMissing] edge/gateway: listeners[0].credentialName is not set; allowed: the name of a Secret, without its namespace; fix: create a TLS Secret in namespace istio-ingress, and set its name here' },
    { when: 'the list of certificates is empty', options: { credentials: [] }, message: '[CredentialNameMissing] edge/gateway: listeners[0].credentials is not set; allowed: the name of a Secret, without its namespace; fix: create a TLS Secret in namespace istio-ingress, and set its name here' },
    { when: 'a name is no name', options: { credentials: named('istio-ingress/cert') }, message: '[CredentialNameMissing] edge/gateway: listeners[0].credentials[0] is "istio-ingress/cert"; allowed: the name of a Secret, without its namespace; fix: create a TLS Secret in namespace istio-ingress, and set its name here' },
    { when: 'certificates are named twice over', options: { ...one, credentials: named('other') }, message: '[CredentialsTooMany] edge/gateway: listeners[0].credentials is "set together with credentialName"; allowed: one of the two; fix: leave out credentialName' },
    { when: 'there are three', options: { credentials: named('a', 'b', 'c') }, message: '[CredentialsTooMany] edge/gateway: listeners[0].credentials is "a", "b", "c"; allowed: one Secret, or two different ones; fix: keep one with an RSA certificate and one with an ECDSA certificate' },
    { when: 'the second is the first', options: { credentials: named('a', 'a') }, message: '[CredentialsTooMany] edge/gateway: listeners[0].credentials is "a", "a"; allowed: one Secret, or two different ones; fix: keep one with an RSA certificate and one with an ECDSA certificate' },
    { when: 'Istio knows one certificate only', options: { credentials: named('a', 'b') }, version: '1.26', message: '[IstioVersionTooOld] edge/gateway: listeners[0].credentials is "two with Istio 1.26"; allowed: Istio 1.27 or later; fix: keep one, or raise istioVersion in MeshSettings.of once the mesh is upgraded' },
    { when: 'a name says that it has authorities alone', options: { credentialName: 'shop-cacert' }, message: '[CredentialNameSuffix] edge/gateway: listeners[0].credentialName is "shop-cacert"; allowed: a name that does not end in -cacert; fix: rename the Secret: Istio reserves this suffix for CA certificates' },
    { when: 'Istio knows no Secret of authorities', options: { ...one, clients: ClientCertificates.required({ ca: Credential.secret('clients') }) }, version: '1.27', message: '[IstioVersionTooOld] edge/gateway: listeners[0].clients.ca is "clients with Istio 1.27"; allowed: Istio 1.28 or later; fix: rename the Secret to cert-cacert, or raise istioVersion in MeshSettings.of once the mesh is upgraded' },
    { when: 'a Secret is in another namespace', options: { credentials: [Credential.fromSecret(made('Secret', 'shop', certificate))] }, message: '[SecretNamespace] edge/gateway: listeners[0].credentials[0] is "made in namespace shop"; allowed: a Secret in namespace istio-ingress; fix: put it in a chart of namespace istio-ingress: the pods of the gateway can read no other Secret' },
    { when: 'a Secret is in no namespace', options: { credentials: [Credential.fromSecret(made('Secret', undefined, certificate))] }, message: '[SecretNamespace] edge/gateway: listeners[0].credentials[0] is "made in no namespace"; allowed: a Secret in namespace istio-ingress; fix: put it in a chart of namespace istio-ingress: the pods of the gateway can read no other Secret' },
    { when: 'a construct is no Secret', options: { credentials: [Credential.fromSecret(made('ConfigMap', 'istio-ingress'))] }, message: '[SecretUnreadable] edge/gateway: listeners[0].credentials[0] is "ConfigMap made"; allowed: a Secret, or a Certificate of cert-manager; fix: pass the construct of the Secret, or refer to it with Credential.secret' },
    { when: 'a construct holds nothing', options: { credentials: [Credential.fromSecret(new App())] }, message: '[SecretUnreadable] edge/gateway: listeners[0].credentials[0] is ""; allowed: a construct that contains a Secret (cannot find a (direct or indirect) child of type ApiObject for construct ); fix: pass the construct of the Secret, or refer to it with Credential.secret' },
    { when: 'a Secret lacks its keys', options: { credentials: [Credential.fromSecret(made('Secret', 'istio-ingress', { data: { 'tls.crt': 'YQ==', 'key': 'YQ==' } }))] }, message: '[SecretKeysMissing] edge/gateway: listeners[0].credentials[0] is "key", "tls.crt"; allowed: tls.crt and tls.key, or cert and key; fix: use these keys: without them the gateway rejects the whole port for a while, and then these hosts' },
    { when: 'a Secret lacks authorities', options: { ...one, clients: ClientCertificates.required({ ca: Credential.fromSecret(made('Secret', 'istio-ingress', certificate)) }) }, message: '[SecretKeysMissing] edge/gateway: listeners[0].clients.ca is "tls.crt", "tls.key"; allowed: ca.crt, or cacert; fix: use these keys: without them the gateway rejects the whole port for a while, and then these hosts' },
    { when: 'an old version has no cipher suite', options: { ...one, minTlsVersion: TlsVersion.TLSV1_1, cipherSuites: ['AES128-GCM-SHA256'] }, message: '[CipherSuitesNeeded] edge/gateway: listeners[0].cipherSuites is "AES128-GCM-SHA256"; allowed: at least one suite that works with TLS below 1.2: ECDHE-ECDSA-AES128-SHA, ECDHE-RSA-AES128-SHA, ECDHE-ECDSA-AES256-SHA, ECDHE-RSA-AES256-SHA, AES128-SHA, AES256-SHA, DES-CBC3-SHA; fix: add ECDHE-RSA-AES128-SHA or ECDHE-ECDSA-AES128-SHA, depending on the certificate; or, better, raise minTlsVersion' },
    { when: 'a cipher suite is unknown', options: { ...one, cipherSuites: ['TLS_AES_128_GCM_SHA256'] }, message: `[CipherSuiteUnknown] edge/gateway: listeners[0].cipherSuites[0] is "TLS_AES_128_GCM_SHA256"; allowed: each once: ${suites}; fix: use only these: Istio ignores others` },
    { when: 'a cipher suite is there twice', options: { ...one, cipherSuites: ['AES128-SHA', 'AES128-SHA'] }, message: `[CipherSuiteUnknown] edge/gateway: listeners[0].cipherSuites[1] is "AES128-SHA"; allowed: each once: ${suites}; fix: use only these: Istio ignores others` },
    { when: 'cipher suites decide nothing', options: { ...one, minTlsVersion: TlsVersion.TLSV1_3, cipherSuites: ['AES128-SHA'] }, message: '[CipherSuitesUnused] edge/gateway: listeners[0].cipherSuites is "AES128-SHA"; allowed: at least one suite, with a minimum version below TLS 1.3; fix: leave it out: TLS 1.3 does not use them' },
    { when: 'one of its hosts covers another', options: { ...one, hosts: ['a.test', '*'] }, message: '[HostDuplicate] edge/gateway: listeners[0].hosts[0] is "a.test"; allowed: hosts that * does not cover; fix: delete it' },
  ])('is refused when $when', ({ options, version, message }) => {
    expectRefusal(listening(options, version).gateway, message);
  });
});
