import { JsonPatch } from 'cdk8s';
import { forward } from './entering';
import { ask, certificate, listening, secret, send } from './listening';
import { describeMesh } from './mesh';
import { ClientCertificates, Credential, HttpsListenerOptions, IngressListener, TlsVersion } from '../../src';

const declare = (options: Partial<HttpsListenerOptions>) =>
  listening([IngressListener.https({ hosts: ['shop.test'], ...options })], { hosts: ['shop.test'], rules: [{ action: forward('web') }] });
const url = 'https://shop.test/';

describeMesh('ingress: TLS of listeners', () => {
  describe('an RSA and an ECDSA certificate', () => {
    const fixtures = [secret('rsa', { 'tls.crt': '${rsacert:ingress:shop.test}', 'tls.key': '${rsakey:ingress:shop.test}' }), secret('ecdsa', certificate('shop.test'))];
    // the lab's client offers no ECDSA for sure only below TLS 1.2: Envoy believes whoever speaks later ones to know it
    const old = { minTlsVersion: TlsVersion.TLSV1_1, cipherSuites: ['ECDHE-RSA-AES128-SHA', 'ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-AES128-GCM-SHA256'] };
    const both = () => declare({ credentials: [Credential.secret('rsa'), Credential.secret('ecdsa')], ...old });
    const steps = [ask(url), ask(url, { tlsMax: '1.1', ciphers: ['TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA'] })];

    test('each client gets the one that it supports', async () => {
      const { answers: [able, unable] } = await send(both(), steps, { fixtures });
      expect(able).toReach('web');
      expect(able.peerKey).toBe('ECDSA');
      expect(unable).toReach('web');
      expect(unable.peerKey).toBe('RSA');
    });

    test('broken: with only the ECDSA certificate, a client that supports only RSA gets no connection', async () => {
      const broken = both();
      broken.gateway.gateway.addJsonPatch(JsonPatch.remove('/spec/servers/0/tls/credentialNames/0'));
      const { answers: [able, unable] } = await send(broken, steps, { fixtures });
      expect(able).toReach('web');
      expect(unable).toFail({ error: /handshake failure/ });
    });
  });

  describe('client certificates', () => {
    const fixtures = [
      secret('shop-cert', certificate('shop.test')),
      secret('whole-cert', { ...certificate('shop.test'), 'ca.crt': '${ca:client}', 'ca.crl': '${crl:client}' }),
      secret('clients', { 'ca.crt': '${ca:client}', 'ca.crl': '${crl:client}' }),
    ];
    const required = () => declare({ credentialName: 'shop-cert', clients: ClientCertificates.required({ ca: Credential.secret('clients') }) });
    const steps = [ask(url), ask(url, { cert: 'client' }), ask(url, { cert: 'client', revoked: true }), ask(url, { cert: 'private' })];
    const NO_CERTIFICATE = { error: /certificate required|broken pipe|reset/ };
    const BAD_CERTIFICATE = { error: /revoked certificate|unknown certificate authority|broken pipe|reset/ };

    test.each([
      { where: 'a Secret of their own', declared: required },
      { where: 'the Secret of the listener', declared: () => declare({ credentialName: 'whole-cert', clients: ClientCertificates.required() }) },
    ])('are required, and checked against authorities and revocations in $where', async ({ declared }) => {
      const { answers: [none, good, revoked, strange] } = await send(declared(), steps, { fixtures });
      expect(none).toFail(NO_CERTIFICATE);
      expect(good).toReach('web', { headers: { 'x-forwarded-client-cert': /Cert=/ } });
      expect(revoked).toFail(BAD_CERTIFICATE);
      expect(strange).toFail(BAD_CERTIFICATE);
    });

    test('are optional, but never invalid', async () => {
      const optional = declare({ credentialName: 'shop-cert', clients: ClientCertificates.optional({ ca: Credential.secret('clients') }) });
      const { answers: [none, good, revoked, strange] } = await send(optional, steps, { fixtures });
      expect(none).toReach('web');
      expect(good).toReach('web');
      expect(revoked).toFail(BAD_CERTIFICATE);
      expect(strange).toFail(BAD_CERTIFICATE);
    });

    test('broken: with the name of the Secret without its suffix, the port is closed', async () => {
      const broken = required();
      broken.gateway.gateway.addJsonPatch(JsonPatch.replace('/spec/servers/0/tls/caCertCredentialName', 'clients'));
      const { answers: [, good] } = await send(broken, steps, { fixtures, troubled: true, readyS: 2 });
      expect(good).toFail({ error: /refused|reset/ });
    });

    test('broken: with mode SIMPLE, everybody is admitted', async () => {
      const broken = required();
      broken.gateway.gateway.addJsonPatch(JsonPatch.replace('/spec/servers/0/tls/mode', 'SIMPLE'));
      const { answers: [none] } = await send(broken, steps.slice(0, 1), { fixtures });
      expect(none).toReach('web');
    });
  });

  describe('versions and cipher suites', () => {
    const fixtures = [secret('cert', { 'tls.crt': '${rsacert:ingress:shop.test}', 'tls.key': '${rsakey:ingress:shop.test}' })];
    const offered = ['TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA', 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'];
    const steps = (['1.0', '1.1', '1.2', '1.3'] as const).map(tlsMax => ask(url, { tlsMax, ciphers: offered, name: tlsMax }));
    const { TLSV1_0, TLSV1_1, TLSV1_2, TLSV1_3 } = TlsVersion;
    const OLD = ['ECDHE-RSA-AES128-SHA', 'ECDHE-RSA-AES128-GCM-SHA256'];

    test.each<{ what: string; minTlsVersion?: TlsVersion; cipherSuites?: string[]; served: string[] }>([
      { what: 'by default', served: ['1.2', '1.3'] },
      { what: 'from TLS 1.0, with cipher suites for it', minTlsVersion: TLSV1_0, cipherSuites: OLD, served: ['1.0', '1.1', '1.2', '1.3'] },
      { what: 'from TLS 1.1, with cipher suites for it', minTlsVersion: TLSV1_1, cipherSuites: OLD, served: ['1.1', '1.2', '1.3'] },
      { what: 'from TLS 1.2', minTlsVersion: TLSV1_2, served: ['1.2', '1.3'] },
      { what: 'from TLS 1.3', minTlsVersion: TLSV1_3, served: ['1.3'] },
      { what: 'with cipher suites for another kind of certificate', cipherSuites: ['ECDHE-ECDSA-AES256-GCM-SHA384'], served: ['1.3'] },
    ])('$what: $served', async ({ what, served, ...tls }) => {
      const { named } = await send(declare({ credentialName: 'cert', ...tls }), steps, { fixtures });
      expect(Object.keys(named).filter(version => named[version].status === 200)).toEqual(served);
    });

    test('a chosen cipher suite is the one that is used below TLS 1.3', async () => {
      const { named } = await send(declare({ credentialName: 'cert', cipherSuites: ['ECDHE-RSA-AES256-GCM-SHA384'] }), steps, { fixtures });
      expect(named['1.2'].cipher).toBe('TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384');
    });

    test('broken: without its cipher suites, a low version has no effect', async () => {
      const broken = declare({ credentialName: 'cert', minTlsVersion: TLSV1_0, cipherSuites: OLD });
      broken.gateway.gateway.addJsonPatch(JsonPatch.remove('/spec/servers/0/tls/cipherSuites'));
      const { named } = await send(broken, steps, { fixtures });
      expect(named['1.0']).toFail({ error: /handshake failure/ });
      expect(named['1.1']).toFail({ error: /handshake failure/ });
    });
  });

  describe('two hosts of one certificate', () => {
    const fixtures = [secret('cert', certificate('shop.test,blog.test'))];
    const declared = () => listening(
      ['shop.test', 'blog.test'].map(host => IngressListener.https({ hosts: [host], credentialName: 'cert' })),
      { hosts: ['shop.test'], rules: [{ action: forward('web') }] }, { hosts: ['blog.test'], rules: [{ action: forward('next') }] },
    );
    const reuse = [ask('https://blog.test/', { http2: true, before: url })];

    test('are served over one connection', async () => {
      const { answers: [blog] } = await send(declared(), reuse, { fixtures });
      expect(blog).toReach('next');
      expect(blog.proto).toBe('HTTP/2.0');
    });

    test('broken: with two servers, the second host is not found over the connection of the first', async () => {
      const broken = declared();
      const server = { port: { number: 443, name: 'https-blog', protocol: 'HTTPS' }, hosts: ['blog.test'], tls: { mode: 'SIMPLE', credentialName: 'cert' } };
      broken.gateway.gateway.addJsonPatch(JsonPatch.remove('/spec/servers/0/hosts/1'), JsonPatch.add('/spec/servers/-', server));
      const { answers: [reused, fresh] } = await send(broken, [...reuse, ask('https://blog.test/')], { fixtures });
      expect(reused).toFail({ status: 404 });
      expect(fresh).toReach('next');
    });
  });
});
