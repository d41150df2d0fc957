import { JsonPatch } from 'cdk8s';
import { describeMesh, egressGateway, external, get, runMesh, say } from './mesh';
import { declare, part, run, workloads } from './world';
import { AppTls, EgressRouteProps, ExternalPort, ExternalServiceProps, GatewayWorkload } from '../../src';

const fromApp = { from: 'app', timeoutS: 2 };
const mail = () => declare({ hosts: ['db.test'], addresses: ['198.19.1.10'], ports: [ExternalPort.mysql()] });
const servers = [external('db.test', { starttls: 3306 })];

describeMesh('egress: TCP', () => {
  describe('protocols in which the server speaks first and TLS begins inside', () => {
    test('pass through the gateway', async () => {
      const { answers: [answer] } = await run(mail(), servers, [say('starttls://db.test:3306', fromApp)]);
      expect(answer).toReach('db.test', { leftBy: 'egress', sni: 'db.test', protocol: 'TCP' });
    });

    test('broken: declared as HTTP, they never begin', async () => {
      const broken = mail();
      broken.service.serviceEntry.addJsonPatch(JsonPatch.replace('/spec/ports/0/protocol', 'HTTP'));
      const { answers: [answer] } = await run(broken, servers, [say('starttls://db.test:3306', fromApp)]);
      expect(answer).toFail({ error: /waiting for "220 ready/ });
    });
  });

  describe('a port of the gateway for connections', () => {
    const workload = GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system', ports: [{ number: 443 }, { number: 5432, targetPort: 15432 }] });
    const database: Partial<ExternalServiceProps> = { hosts: ['db.test'], addresses: ['198.19.1.10'], ports: [ExternalPort.postgres(), ExternalPort.https(), ExternalPort.httpToHttps()] };
    const shared = (route: Partial<EgressRouteProps> = {}) => declare(database, { gatewayPort: 5432, ...route }, { workload });
    const hosts = [external('db.test', { tcp: 5432, https: 443 })];
    const calls = [say('tcp://db.test:5432', fromApp), get('https://db.test/x', fromApp), get('http://db.test/x', fromApp)];
    const mesh = [...workloads.filter(w => !w.gateway), egressGateway({ ports: { 443: 443, 5432: 15432 } })];
    const tell = (declared: ReturnType<typeof shared>, steps = calls) =>
      runMesh({ manifests: declared.app, workloads: mesh, externals: hosts, steps });
    const enteredBy = ({ hops }: { hops: readonly { proxy: string; line: { [field: string]: unknown } }[] }) =>
      String(hops.find(hop => hop.proxy === 'egress')?.line.downstream_local_address).replace(/.*:/, '');

    test.each([
      ['wrapped', AppTls.WRAP], ['passed through', AppTls.PASSTHROUGH],
    ])('carries TCP and TLS, %s, while requests use the shared one', async (_, appTls) => {
      const { answers } = await tell(shared({ appTls }));
      for (const answer of answers) expect(answer).toReach('db.test', { leftBy: 'egress' });
      expect(answers.map(enteredBy)).toEqual(['15432', '15432', '443']);
    });

    test('keeps strangers out', async () => {
      const leg = [{ destination: { host: 'istio-egressgateway.istio-system.svc.cluster.local', port: { number: 5432 } } }];
      const intrusion = [
        { apiVersion: 'networking.istio.io/v1', kind: 'DestinationRule', metadata: { name: 'in', namespace: 'other' }, spec: { host: 'istio-egressgateway.istio-system.svc.cluster.local', trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL', sni: 'db.test-443.egress.istio-system.mesh.internal' } } } },
        { apiVersion: 'networking.istio.io/v1', kind: 'ServiceEntry', metadata: { name: 'in', namespace: 'other' }, spec: { hosts: ['db.test'], location: 'MESH_EXTERNAL', resolution: 'DNS', exportTo: ['.'], ports: [{ number: 443, name: 'tls', protocol: 'TLS' }] } },
        { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'in', namespace: 'other' }, spec: { hosts: ['db.test'], exportTo: ['.'], tls: [{ match: [{ port: 443, sniHosts: ['db.test'] }], route: leg }] } },
      ];
      const steps = [get('https://db.test/x', { from: 'stranger', timeoutS: 2 })];
      const attempt = (declared: ReturnType<typeof shared>) =>
        runMesh({ manifests: declared.app, workloads: mesh, externals: hosts, steps, fixtures: intrusion });
      const { answers: [refused] } = await attempt(shared());
      expect(refused).toFail({ at: 'egress', details: /rbac_access_denied/ });
      const open = shared();
      part(open, 'AuthorizationPolicy', '443-callers').addJsonPatch(JsonPatch.replace('/spec/rules/0/to/0/operation/ports/0', '443'));
      const { answers: [passed] } = await attempt(open);
      expect(passed).toReach('db.test', { leftBy: 'egress' });
    });

    test('broken: with the server on the shared port, nobody listens there', async () => {
      const broken = shared();
      part(broken, 'Gateway', '5432').addJsonPatch(JsonPatch.replace('/spec/servers/0/port/number', 443));
      broken.route.gatewayVirtualService.addJsonPatch(JsonPatch.replace('/spec/tcp/0/match/0/port', 443));
      const { answers: [answer] } = await tell(broken, calls.slice(0, 1));
      expect(answer).toFail({ at: 'egress', flags: 'NR', details: /filter_chain_not_found/ });
    });

    test('broken: if the Service has no such port, TLS passthrough does not reach the gateway', async () => {
      const { answers: [, answer] } = await run(shared({ appTls: AppTls.PASSTHROUGH }), hosts, calls.slice(0, 2));
      expect(answer).toFail({ at: 'app', flags: 'NC' });
    });
  });
});
