import { JsonPatch } from 'cdk8s';
import { describeMesh, external, get, runMesh, service, sidecar } from './mesh';
import { declareDirect } from './world';
import { Endpoint, ExternalPort, ExternalServiceProps, Resolution, ServiceLocation, UpstreamTls } from '../../src';

const FIRST_WORKLOAD = '10.201.1.10';
const machine = service('vm', { namespace: 'shop', http: 8080 });
const workloads = [machine, sidecar('app', { namespace: 'shop' })];
const steps = [get('http://vm.test/get', { from: 'app', connect: '198.19.250.1:80' })];
const strict = { apiVersion: 'security.istio.io/v1', kind: 'PeerAuthentication', metadata: { name: 'strict', namespace: 'shop' }, spec: { mtls: { mode: 'STRICT' } } };
const identity = { 'x-forwarded-client-cert': /URI=spiffe:\/\/cluster\.local\/ns\/shop\/sa\/app/ };

const inside = (props: Partial<ExternalServiceProps> = {}) => declareDirect({
  hosts: ['vm.test'],
  ports: [ExternalPort.http({ targetPort: 8080 })],
  resolution: Resolution.workloads({ app: 'vm' }),
  location: ServiceLocation.MESH_INTERNAL,
  ...props,
});
async function call({ app }: ReturnType<typeof inside>, fixtures: object[] = []) {
  return (await runMesh({ manifests: app, workloads, steps, fixtures })).answers[0];
}

describeMesh('egress: direct to workloads', () => {
  describe('workloads by their labels', () => {
    test('are endpoints, by mesh mTLS if they have a sidecar', async () => {
      expect(await call(inside(), [strict])).toReach('vm', { headers: identity });
    });

    test('broken: declared outside the mesh, they get clear text, which a STRICT sidecar refuses', async () => {
      expect(await call(inside({ location: ServiceLocation.MESH_EXTERNAL }), [strict])).toFail({ status: 503 });
    });

    test('broken: no workload has the labels', async () => {
      const broken = inside();
      broken.service.serviceEntry.addJsonPatch(JsonPatch.replace('/spec/workloadSelector/labels/app', 'nobody'));
      expect(await call(broken)).toFail({ status: 503, at: 'app', flags: 'UH' });
    });

    test('WorkloadEntries of machines are endpoints, verified by their service accounts', async () => {
      expect(await call(inside({ resolution: Resolution.workloads({ on: 'machine' }) }), [strict, entry('vm')])).toReach('vm', { headers: identity });
    });

    test('broken: a machine of another service account is not trusted', async () => {
      expect(await call(inside({ resolution: Resolution.workloads({ on: 'machine' }) }), [strict, entry('other')])).toFail({ status: 503, details: /CERTIFICATE_VERIFY_FAILED/ });
    });
  });

  describe('endpoints in the mesh', () => {
    const at = (serviceAccount?: string) => inside({ resolution: Resolution.endpoints([Endpoint.ip(FIRST_WORKLOAD, { serviceAccount })]) });

    test('are reached by mesh mTLS if they have a service account', async () => {
      expect(await call(at('vm'), [strict])).toReach('vm', { headers: identity });
    });

    test('broken: without one, they get clear text, which a STRICT sidecar refuses', async () => {
      expect(await call(at(), [strict])).toFail({ status: 503 });
    });

    test('broken: another account is not trusted', async () => {
      expect(await call(at('other'), [strict])).toFail({ status: 503, details: /CERTIFICATE_VERIFY_FAILED/ });
    });
  });

  function entry(serviceAccount: string): object {
    return { apiVersion: 'networking.istio.io/v1', kind: 'WorkloadEntry', metadata: { name: 'vm-1', namespace: 'shop' }, spec: { address: FIRST_WORKLOAD, labels: { on: 'machine' }, serviceAccount } };
  }
});

describeMesh('egress: direct', () => {
  describe('names of certificates', () => {
    const ports = [ExternalPort.httpToHttps(), ExternalPort.httpToHttps({ number: 8080, tls: UpstreamTls.simple({ sni: 'front.test' }) })];
    const named = (...names: string[]) => declareDirect({ ports, subjectAltNames: names });
    const ask = async ({ app }: ReturnType<typeof named>) => (await runMesh({
      manifests: app,
      workloads,
      externals: [external('api.test', { https: 443 }, { certHost: 'partner.test' })],
      steps: [get('http://api.test/get', { from: 'app' }), get('http://api.test:8080/get', { from: 'app' })],
    })).answers;

    test('are those of the service, whatever server name is requested', async () => {
      const [own, asked] = await ask(named('partner.test'));
      expect(own).toReach('api.test', { leftBy: 'app', sni: 'api.test' });
      expect(asked).toReach('api.test', { leftBy: 'app', sni: 'front.test' });
    });

    test('refuse others', async () => {
      for (const answer of await ask(named('another.test'))) expect(answer).toFail({ status: 503, details: /CERTIFICATE_VERIFY_FAILED/ });
    });

    test('broken: if only the service lists them, the host of the request is verified', async () => {
      const broken = named('partner.test');
      const tls = '/spec/trafficPolicy/portLevelSettings/0/tls';
      broken.service.destinationRules[0].addJsonPatch(JsonPatch.remove(`${tls}/subjectAltNames`), JsonPatch.remove(`${tls}/sni`));
      expect((await ask(broken))[0]).toFail({ status: 503, details: /verify SAN list/ });
    });
  });
});
