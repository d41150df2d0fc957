import { App, Chart, JsonPatch } from 'cdk8s';
import { Outcome, describeMesh, external, get, runMesh } from './mesh';
import { declare, part, run, workloads } from './world';
import { CaSource, ExternalPort, ExternalService, SimpleTlsOptions, UpstreamTls } from '../../src';

const steps = [get('http://api.test/get', { from: 'app' })];
const privateApi = [external('api.test', { https: 443 }, { certCA: 'private' })];
const revokedApi = [external('api.test', { https: 443 }, { certCA: 'private', revoked: true })];
const ports = (tls: SimpleTlsOptions) => [ExternalPort.httpToHttps({ tls: UpstreamTls.simple(tls) })];
const declared = (tls: SimpleTlsOptions) => declare({ ports: ports(tls) });

/** The same from the sidecar, past the gateway. */
function direct(tls: SimpleTlsOptions): App {
  const app = new App();
  new ExternalService(new Chart(app, 'shop', { namespace: 'shop' }), 'api', { hosts: ['api.test'], ports: ports(tls), direct: true });
  return app;
}

const configMap = (namespace: string, data: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'api-ca', namespace }, data });
const ca = { 'ca.crt': '${pem:private}' };
const listed = { ...ca, 'ca.crl': '${crlpem:private}' };
const secret = (data: object) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'api-ca', namespace: 'istio-system' }, data });

describeMesh('egress: TLS to the outside', () => {
  describe('names', () => {
    const server = (certHost: string) => [external('api.test', { https: 443 }, { certHost })];
    const partner = { sni: 'front.test', subjectAltNames: ['partner.test', 'api.test'] };

    test.each(['partner.test', 'api.test'])('a certificate of %s, one of the names to accept, is taken, and another name is asked for', async name => {
      const { answers: [answer] } = await run(declared(partner), server(name), steps);
      expect(answer).toReach('api.test', { leftBy: 'egress', sni: 'front.test' });
    });

    test.each([
      ['that is asked for, but is not to be accepted,', partner, 'front.test'],
      ['of the host, where another is to be accepted,', { subjectAltNames: ['partner.test'] }, 'api.test'],
      ['of the host, where another is asked for,', { sni: 'front.test' }, 'api.test'],
    ])('a certificate of the name %s is refused', async (_, tls, name) => {
      const { answers: [answer] } = await run(declared(tls), server(name), steps);
      expect(answer).toFail({ status: 503, at: 'egress', details: /verify_SAN_list|VERIFY_FAILED/ });
    });

    test('broken: a server name without names to accept takes any certificate', async () => {
      const broken = declared({ sni: 'front.test' });
      part(broken, 'DestinationRule').addJsonPatch(JsonPatch.remove('/spec/trafficPolicy/portLevelSettings/0/tls/subjectAltNames'));
      const { answers: [answer] } = await run(broken, server('other.test'), steps);
      expect(answer).toReach('api.test', { leftBy: 'egress', sni: 'front.test' });
    });
  });

  describe('HTTP/2 for an application that speaks HTTP/1.1', () => {
    const api = [external('api.test', { https: 443 })];
    const upgraded = () => declare({ ports: [ExternalPort.httpToHttps({ http2: true })], connectionPool: { maxRetries: 1 } });

    test('leaves the gateway', async () => {
      const { answers: [answer] } = await run(upgraded(), api, steps);
      expect(answer).toReach('api.test', { leftBy: 'egress', protocol: 'HTTP/2.0', alpn: 'h2', sni: 'api.test' });
      expect(answer.proto).toBe('HTTP/1.1');
    });

    test('leaves sidecars', async () => {
      const app = new App();
      new ExternalService(new Chart(app, 'shop', { namespace: 'shop' }), 'api', { hosts: ['api.test'], ports: [ExternalPort.httpToHttps({ http2: true })], direct: true });
      const { answers: [answer] } = await runMesh({ manifests: app, workloads, externals: api, steps });
      expect(answer).toReach('api.test', { leftBy: 'app', protocol: 'HTTP/2.0', alpn: 'h2' });
    });

    test('broken: without the upgrade, HTTP/1.1 leaves', async () => {
      const broken = upgraded();
      part(broken, 'DestinationRule').addJsonPatch(JsonPatch.remove('/spec/trafficPolicy/portLevelSettings/0/connectionPool/http/h2UpgradePolicy'));
      const { answers: [answer] } = await run(broken, api, steps);
      expect(answer).toReach('api.test', { leftBy: 'egress', protocol: 'HTTP/1.1' });
    });
  });

  describe('authorities of a ConfigMap', () => {
    const tls = { ca: CaSource.configMap('api-ca') };

    test('are trusted by the gateway', async () => {
      const { answers: [answer] } = await run(declared(tls), privateApi, steps, { fixtures: [configMap('istio-system', ca)] });
      expect(answer).toReach('api.test', { leftBy: 'egress', sni: 'api.test' });
    });

    test('are trusted by sidecars', async () => {
      const { answers: [answer] } = await runMesh({ manifests: direct(tls), workloads, externals: privateApi, steps, fixtures: [configMap('shop', ca)] });
      expect(answer).toReach('api.test', { leftBy: 'app', sni: 'api.test' });
    });

    test.each([
      ['signed by others', external('api.test', { https: 443 })],
      ['for another name', external('api.test', { https: 443 }, { certCA: 'private', certHost: 'other.test' })],
    ])('a certificate %s is refused', async (_, server) => {
      const { answers: [answer] } = await run(declared(tls), [server], steps, { fixtures: [configMap('istio-system', ca)] });
      expect(answer).toFail({ status: 503, at: 'egress', details: /CERTIFICATE_VERIFY_FAILED/ });
    });

    test('broken: in the application\'s namespace, the gateway does not find them', async () => {
      const { answers: [answer] } = await run(declared(tls), privateApi, steps, { fixtures: [configMap('shop', ca)], troubled: true, readyS: 2 });
      expect(answer).toFail({ status: 503 });
    });
  });

  describe('revoked certificates', () => {
    const revoked = (outcome: Outcome, at = 'egress') => expect(outcome.answers[0]).toFail({ status: 503, at, details: /revoked/ });

    test.each([
      ['a file', { crl: '/dev/shm/private.crl', ca: CaSource.file('/etc/certs/private.pem') }, []],
      ['the Secret of the authorities', { ca: CaSource.secret('api-ca') }, [secret({ 'ca.crt': '${ca:private}', 'ca.crl': '${crl:private}' })]],
      ['the ConfigMap of the authorities', { ca: CaSource.configMap('api-ca') }, [configMap('istio-system', listed)]],
    ])('on the list of %s are refused by the gateway, others are not', async (_, tls, fixtures) => {
      revoked(await run(declared(tls), revokedApi, steps, { fixtures }));
      const { answers: [answer] } = await run(declared(tls), privateApi, steps, { fixtures });
      expect(answer).toReach('api.test', { leftBy: 'egress' });
    });

    test('on the list of a file are refused by sidecars', async () => {
      const manifests = direct({ crl: '/dev/shm/public.crl' });
      revoked(await runMesh({ manifests, workloads, externals: [external('api.test', { https: 443 }, { revoked: true })], steps }), 'app');
    });

    test('broken: without the list, they are accepted', async () => {
      const broken = declared({ crl: '/dev/shm/private.crl', ca: CaSource.file('/etc/certs/private.pem') });
      part(broken, 'DestinationRule').addJsonPatch(JsonPatch.remove('/spec/trafficPolicy/portLevelSettings/0/tls/caCrl'));
      const { answers: [answer] } = await run(broken, revokedApi, steps);
      expect(answer).toReach('api.test', { leftBy: 'egress' });
    });

    test('broken: with the list of another authority, all are refused', async () => {
      const broken = declared({ crl: '/dev/shm/public.crl', ca: CaSource.file('/etc/certs/private.pem') });
      const { answers: [answer] } = await run(broken, privateApi, steps);
      expect(answer).toFail({ status: 503, at: 'egress', details: /CRL/ });
    });
  });
});
