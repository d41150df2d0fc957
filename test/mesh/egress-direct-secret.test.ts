import { ApiObject, JsonPatch } from 'cdk8s';
import { describeMesh, external, get, runMesh, sidecar } from './mesh';
import { declareDirect } from './world';
import { CaSource, ClientCertificate, ExternalPort, ExternalService, UpstreamTls } from '../../src';

// two applications of the shop, of which the selector names the first
const workloads = [sidecar('app', { namespace: 'shop' }), sidecar('till', { namespace: 'shop' })];
const steps = ['app', 'till'].map(from => get('http://api.test/get', { from }));
const secret = (name: string, data: object, namespace = 'shop') => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, data });
const certificate = secret('partner', { 'tls.crt': '${cert:client:shop.test}', 'tls.key': '${key:client:shop.test}', 'ca.crt': '${ca:public}' });
const authority = secret('partner', { 'ca.crt': '${ca:private}' });
const demanding = [external('api.test', { https: 443 }, { clientAuth: true })];
const privateApi = [external('api.test', { https: 443 }, { certCA: 'private' })];
const publicApi = [external('api.test', { https: 443 })];

function selected(tls: UpstreamTls) {
  return declareDirect({ ports: [ExternalPort.httpToHttps({ tls })], workloadSelector: { app: 'app' } });
}
const mutual = () => selected(UpstreamTls.mutual({ clientCertificate: ClientCertificate.secret('partner') }));
const privately = () => selected(UpstreamTls.simple({ ca: CaSource.secret('partner') }));

function ruleOf(service: ExternalService, whose: 'own' | 'others'): ApiObject {
  return service.destinationRules[whose === 'own' ? 0 : 1];
}

describeMesh('egress: direct with a Secret', () => {
  const run = ({ app }: ReturnType<typeof declareDirect>, externals: ReturnType<typeof external>[], fixture: object) =>
    runMesh({ manifests: app, workloads, externals, steps, fixtures: [fixture] });

  describe('client certificate', () => {
    test('is presented by the selected workloads only', async () => {
      const { answers: [app, till] } = await run(mutual(), demanding, certificate);
      expect(app).toReach('api.test', { leftBy: 'app', sni: 'api.test', clientSAN: 'shop.test' });
      expect(till).toFail({ status: 503 });
    });

    test('other workloads are served if the service asks for none', async () => {
      const { answers: [, till] } = await run(mutual(), publicApi, certificate);
      expect(till).toReach('api.test', { leftBy: 'till', sni: 'api.test', clientSAN: '' });
    });

    test('broken: without a selector, clear text goes to the TLS port', async () => {
      const broken = mutual();
      ruleOf(broken.service, 'others').addJsonPatch(JsonPatch.replace('/spec/host', 'another.test'));
      ruleOf(broken.service, 'own').addJsonPatch(JsonPatch.remove('/spec/workloadSelector'));
      const { answers: [app] } = await run(broken, demanding, certificate);
      expect(app.status).toBe(400);
    });

    test('broken: a rule for the others with the same exportTo is not found', async () => {
      const broken = mutual();
      ruleOf(broken.service, 'others').addJsonPatch(JsonPatch.replace('/spec/exportTo', ['.']));
      const { answers: [, till] } = await run(broken, demanding, certificate);
      expect(till.status).toBe(400);
    });

    test('broken: without the rule for the others, they send clear text to the TLS port', async () => {
      const broken = mutual();
      ruleOf(broken.service, 'others').addJsonPatch(JsonPatch.replace('/spec/host', 'another.test'));
      const { answers: [, till] } = await run(broken, demanding, certificate);
      expect(till.status).toBe(400);
    });

    test('broken: a Secret in another namespace is not found', async () => {
      const { answers: [app] } = await runMesh({
        manifests: mutual().app,
        workloads,
        externals: demanding,
        steps,
        readyS: 25,
        troubled: true,
        fixtures: [secret('partner', certificate.data, 'other')],
      });
      expect(app).toFail({ status: 503, at: 'app', details: /Secret is not supplied by SDS/ });
    });
  });

  describe('authorities', () => {
    test('are trusted by the selected workloads only', async () => {
      const { answers: [app, till] } = await run(privately(), privateApi, authority);
      expect(app).toReach('api.test', { leftBy: 'app', sni: 'api.test' });
      expect(till).toFail({ status: 503, details: /CERTIFICATE_VERIFY_FAILED/ });
    });

    test('broken: another authority is not trusted', async () => {
      const { answers: [app] } = await run(privately(), privateApi, secret('partner', { 'ca.crt': '${ca:client}' }));
      expect(app).toFail({ status: 503, details: /CERTIFICATE_VERIFY_FAILED/ });
    });
  });
});
