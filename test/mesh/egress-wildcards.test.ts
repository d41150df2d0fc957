import { ApiObject, App, Chart, JsonPatch } from 'cdk8s';
import { describeMesh, external, get, runMesh, sidecar } from './mesh';
import { declare, run, workloads } from './world';
import { AppTls, Caller, EgressRoute, EgressRouteProps, ExternalPort, ExternalService, LegOne, Resolution, VirtualServiceLayout } from '../../src';

const fromApp = { from: 'app', timeoutS: 3 };
/** Every name under the wildcard has an address of its own, where nobody listens: who goes there by itself does not arrive. */
const servers = (certHost: string) => [
  external('api.wild.test', { https: 443 }), external('*.wild.test', { tcp: 9 }), external('front.test', { http: 80, https: 443 }, { certHost }),
];
const wild = (ports: ExternalPort[], route: Partial<EgressRouteProps> = {}) =>
  declare({ hosts: ['*.wild.test'], ports, resolution: Resolution.servedBy('front.test') }, route);

describeMesh('egress: wildcards', () => {
  describe('whose names one host serves', () => {
    test.each([VirtualServiceLayout.SPLIT, VirtualServiceLayout.SINGLE])('HTTP goes there, with the name that the application called (%s)', async layout => {
      const { answers } = await run(wild([ExternalPort.http()], { layout }), servers('-'), ['a.wild.test', 'a.b.wild.test'].map(h => get(`http://${h}/x`, fromApp)));
      expect(answers[0]).toReach('front.test', { leftBy: 'egress', host: 'a.wild.test' });
      expect(answers[1]).toReach('front.test', { leftBy: 'egress', host: 'a.b.wild.test' });
    });

    test('HTTP goes there over a clear-text leg 1', async () => {
      const declared = wild([ExternalPort.httpToHttps()], { legOne: LegOne.plaintext('the gateway has no certificate of the mesh') });
      const { answers: [answer] } = await run(declared, servers('a.wild.test'), [get('http://a.wild.test/x', fromApp)]);
      expect(answer).toReach('front.test', { leftBy: 'egress', sni: 'a.wild.test' });
    });

    test('TLS from the gateway requests the name that was called, and verifies it', async () => {
      const steps = ['a', 'b'].map(name => get(`http://${name}.wild.test/x`, fromApp));
      const { answers: [right, wrong] } = await run(wild([ExternalPort.httpToHttps()]), servers('a.wild.test'), steps);
      expect(right).toReach('front.test', { leftBy: 'egress', sni: 'a.wild.test', host: 'a.wild.test' });
      expect(wrong).toFail({ status: 503, at: 'egress', details: /verify_SAN_list/ });
    });

    test('also if the application names the port', async () => {
      const { answers: [answer] } = await run(wild([ExternalPort.httpToHttps({ number: 8080 })]), servers('a.wild.test'), [get('http://a.wild.test:8080/x', fromApp)]);
      expect(answer).toReach('front.test', { leftBy: 'egress', sni: 'a.wild.test' });
    });

    test.each([
      ['wrapped', AppTls.WRAP, VirtualServiceLayout.SPLIT], ['wrapped, single layout', AppTls.WRAP, VirtualServiceLayout.SINGLE],
      ['passed through', AppTls.PASSTHROUGH, VirtualServiceLayout.SPLIT],
    ])('the application\'s own TLS goes there, %s', async (_, appTls, layout) => {
      const { answers: [answer] } = await run(wild([ExternalPort.https()], { appTls, layout }), servers('a.wild.test'), [get('https://a.wild.test/x', fromApp)]);
      expect(answer).toReach('front.test', { leftBy: 'egress', sni: 'a.wild.test' });
    });

    test('sidecars go there themselves if the service is direct', async () => {
      const app = new App();
      const ports = [ExternalPort.httpToHttps(), ExternalPort.https()];
      new ExternalService(new Chart(app, 'shop', { namespace: 'shop' }), 'wild', { hosts: ['*.wild.test'], ports, resolution: Resolution.servedBy('front.test'), direct: true });
      const steps = ['http', 'https'].map(scheme => get(`${scheme}://a.wild.test/x`, fromApp));
      const { answers } = await runMesh({ manifests: app, workloads, externals: servers('a.wild.test'), steps });
      for (const answer of answers) expect(answer).toReach('front.test', { leftBy: 'app', sni: 'a.wild.test' });
    });

    test('a name with a route of its own uses that route, whoever calls', async () => {
      const declared = wild([ExternalPort.httpToHttps(), ExternalPort.https()]);
      const service = new ExternalService(declared.shop, 'named', { hosts: ['api.wild.test'], ports: [ExternalPort.httpToHttps(), ExternalPort.https()] });
      new EgressRoute(declared.shop, 'named-route', { service, gateway: declared.gateway, callers: [Caller.namespace('billing')] });
      const steps = ['till', 'app'].flatMap(from => ['http', 'https'].map(scheme => get(`${scheme}://api.wild.test/x`, { from, timeoutS: 2 })));
      const { answers: [http, tls, strange] } = await runMesh({
        manifests: declared.app, workloads: [...workloads, sidecar('till', { namespace: 'billing' })], externals: servers('a.wild.test'), steps,
      });
      expect(http).toReach('api.wild.test', { leftBy: 'egress', sni: 'api.wild.test' });
      expect(tls).toReach('api.wild.test', { leftBy: 'egress', sni: 'api.wild.test' });
      expect(strange).toFail({ status: 403, at: 'egress' });
    });

    describe('a name without TLS', () => {
      const named = () => {
        const declared = wild([ExternalPort.httpToHttps()]);
        const service = new ExternalService(declared.shop, 'named', { hosts: ['api.wild.test'], ports: [ExternalPort.http()] });
        new EgressRoute(declared.shop, 'named-route', { service, gateway: declared.gateway });
        declared.app.synthYaml();
        return { ...declared, bare: service.node.findAll().find((part): part is ApiObject => part instanceof ApiObject && part.kind === 'DestinationRule')! };
      };
      const externals = [external('api.wild.test', { http: 80 }), ...servers('a.wild.test').slice(1)];
      const steps = ['api', 'a'].map(name => get(`http://${name}.wild.test/x`, fromApp));

      test('is reached without it', async () => {
        const { answers: [api, other] } = await run(named(), externals, steps);
        expect(api).toReach('api.wild.test', { leftBy: 'egress', port: 80 });
        expect(other).toReach('front.test', { leftBy: 'egress', sni: 'a.wild.test' });
      });

      test('broken: without its rule, that of the wildcard decides', async () => {
        const broken = named();
        broken.bare.addJsonPatch(JsonPatch.replace('/spec/host', 'other.test'));
        const { answers: [api] } = await run(broken, externals, steps);
        expect(api).toFail({ status: 503, at: 'egress', details: /WRONG_VERSION_NUMBER/ });
      });
    });

    test('strangers are refused', async () => {
      const shared = 'egress.istio-system.mesh.internal';
      const intrusion = [
        { apiVersion: 'networking.istio.io/v1', kind: 'DestinationRule', metadata: { name: 'in', namespace: 'other' }, spec: { host: 'istio-egressgateway.istio-system.svc.cluster.local', trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL', sni: shared } } } },
        { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'in', namespace: 'other' }, spec: { hosts: ['*.wild.test'], exportTo: ['.'], http: [{ match: [{ port: 80 }], route: [{ destination: { host: 'istio-egressgateway.istio-system.svc.cluster.local', port: { number: 443 } } }] }] } },
      ];
      const { answers: [answer] } = await run(wild([ExternalPort.http()]), servers('-'), [get('http://a.wild.test/x', { from: 'stranger' })], { fixtures: intrusion });
      expect(answer).toFail({ status: 403, at: 'egress' });
    });

    test('broken: without the serving host, the gateway finds no address', async () => {
      const broken = wild([ExternalPort.http()]);
      broken.service.serviceEntry.addJsonPatch(JsonPatch.replace('/spec/resolution', 'NONE'), JsonPatch.remove('/spec/endpoints'));
      const { answers: [answer] } = await run(broken, servers('-'), [get('http://a.wild.test/x', fromApp)]);
      expect(answer).toFail({ status: 503, at: 'egress' });
    });

    test('broken: a route for one name carries no other', async () => {
      const broken = wild([ExternalPort.https()], { appTls: AppTls.PASSTHROUGH });
      broken.route.gatewayVirtualService.addJsonPatch(JsonPatch.replace('/spec/tls/0/match/0/sniHosts/0', 'b.wild.test'));
      const { answers: [answer] } = await run(broken, servers('a.wild.test'), [get('https://a.wild.test/x', fromApp)]);
      // it meets the gateway's own certificate
      expect(answer).toFail({ error: /not valid for any names, but wanted to match a\.wild\.test/ });
    });
  });

  describe('if sidecars answer DNS and a service has an address of its own', () => {
    const VIP = '240.240.0.7';
    const steps = [get('https://a.wild.test/x', { ...fromApp, connect: `${VIP}:443` })];

    test('all names resolve to the address of the wildcard', async () => {
      const declared = declare({ hosts: ['*.wild.test'], ports: [ExternalPort.https()], resolution: Resolution.servedBy('front.test'), addresses: [VIP] });
      const { answers: [answer] } = await run(declared, servers('a.wild.test'), steps);
      expect(answer).toReach('front.test', { leftBy: 'egress', sni: 'a.wild.test' });
    });

    test('broken: with a service for the serving host only, no other name resolves to its address', async () => {
      const broken = (addresses?: string[]) => {
        const declared = declare({ hosts: ['*.wild.test'], ports: [ExternalPort.https()], resolution: Resolution.servedBy('front.test'), addresses });
        declared.service.serviceEntry.addJsonPatch(JsonPatch.replace('/spec/hosts/0', 'www.wild.test'));
        declared.route.gatewayVirtualService.addJsonPatch(JsonPatch.replace('/spec/tcp/0/route/0/destination/host', 'www.wild.test'));
        return declared;
      };
      const call = [get('https://a.wild.test/x', fromApp)];
      const { answers: [without] } = await run(broken(), servers('a.wild.test'), call);
      expect(without).toReach('front.test', { leftBy: 'egress' });
      const { answers: [answer] } = await run(broken([VIP]), servers('a.wild.test'), call);
      // the application dials the address that it was given, and no listener is there for it
      expect(answer).toFail({ at: 'app', flags: 'UF,URX', cluster: 'PassthroughCluster' });
    });
  });
});
