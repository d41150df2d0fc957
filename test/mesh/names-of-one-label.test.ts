import { JsonPatch } from 'cdk8s';
import { admit } from './admission';
import { enter, entrance, forward, routesFor, shopWorkloads } from './entering';
import { describeMesh, external, get, runMesh } from './mesh';
import { istio, to } from './recipes';
import { declare, declareDirect, part, run } from './world';
import { Endpoint, ExternalPort, IngressListener, IngressRoute, PathMatch, Resolution, RouteAction, UpstreamTls } from '../../src';

const byHand = (listener: string, host: string) => [
  istio('Gateway', 'shop', 'gateway', { selector: { istio: 'ingressgateway' }, servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: [listener] }] }),
  istio('VirtualService', 'shop', 'route', { hosts: [host], gateways: ['shop/gateway'], http: [{ route: to('web.shop.svc.cluster.local', 8080) }] }),
];

describeMesh('names of one label', () => {
  const servers = [external('front.test', { http: 80, https: 443 }, { certHost: 'a.internal' }), external('a.internal', { tcp: 9 })];
  const calls = ['http', 'https'].map(scheme => get(`${scheme}://a.internal/x`, { from: 'app', timeoutS: 3 }));
  const leave = () => declare({ hosts: ['*.internal'], ports: [ExternalPort.http(), ExternalPort.https()], resolution: Resolution.servedBy('front.test') });

  test('under a wildcard they leave through the gateway', async () => {
    const { answers } = await run(leave(), servers, calls);
    for (const answer of answers) expect(answer).toReach('front.test', { leftBy: 'egress', host: 'a.internal' });
  });

  test('broken: under a wildcard that is passed through, the gateway takes leg 1 for one of them', async () => {
    const broken = leave();
    part(broken, 'Gateway').addJsonPatch(JsonPatch.replace('/spec/servers/0/hosts/0', '*.internal'), JsonPatch.replace('/spec/servers/0/tls/mode', 'PASSTHROUGH'));
    broken.route.parts.find(({ name }) => name === 'egress---internal-443-leg-2')!.addJsonPatch(
      JsonPatch.replace('/spec/hosts/0', '*.internal'), JsonPatch.move('/spec/tcp', '/spec/tls'), JsonPatch.add('/spec/tls/0/match/0/sniHosts', ['*.internal']),
    );
    const { answers: [answer] } = await run(broken, servers, calls.slice(0, 1));
    expect(answer).toFail({ status: 503, at: 'app', details: /remote_connection_failure/ });
  });

  test('under a wildcard they come in', async () => {
    const { app, shop, gateway } = entrance([IngressListener.http({ hosts: ['*.localdomain'] })]);
    new IngressRoute(shop, 'route', { gateway, hosts: ['*.localdomain'], rules: [{ action: forward('web') }], deny: [{ path: PathMatch.prefix('/admin') }] });
    const steps = ['a.localdomain', 'a.localdomain/admin', 'localdomain'].map(url => enter(`http://${url}`));
    const { answers: [under, denied, itself] } = await runMesh({ manifests: app, workloads: shopWorkloads, steps });
    expect(under).toReach('web');
    expect(denied).toFail({ status: 403 });
    expect(itself).toFail({ status: 404 });
  });

  describe('are taken where nobody completes them', () => {
    test('in the Host header of a rewrite and in a redirect, with a port', async () => {
      const { app } = routesFor({
        'rewritten.test': [{ action: forward('web'), rewrite: { authority: 'localhost:3000' } }],
        'moved.test': [{ action: RouteAction.redirect({ authority: 'localhost:3000' }) }],
      });
      const { answers: [rewritten, moved] } = await runMesh({ manifests: app, workloads: shopWorkloads, steps: ['rewritten.test', 'moved.test/x'].map(url => enter(`http://${url}`)) });
      expect(rewritten).toReach('web', { host: 'localhost:3000' });
      expect(moved.headers?.Location).toEqual(['http://localhost:3000/x']);
    });

    test('in the names of certificates', async () => {
      const tls = UpstreamTls.simple({ sni: 'localhost', subjectAltNames: ['localhost'] });
      const { answers: [answer] } = await run(declare({ ports: [ExternalPort.httpToHttps({ tls })] }), [external('api.test', { https: 443 }, { certHost: 'localhost' })], [get('http://api.test/', { from: 'app' })]);
      expect(answer).toReach('api.test', { leftBy: 'egress', sni: 'localhost' });
    });

    test('as an endpoint, which is the pod of the sidecar', async () => {
      const { app } = declareDirect({ ports: [ExternalPort.http({ targetPort: 8080 })], resolution: Resolution.dns([Endpoint.host('localhost')]) });
      const { answers: [answer] } = await runMesh({ manifests: app, workloads: shopWorkloads, externals: [external('api.test', { tcp: 9 })], steps: [get('http://api.test/', { from: 'web' })] });
      expect(answer).toReach('web', { host: 'api.test' });
    });
  });

  test('broken: alone they are completed with the namespace of the route, and nothing comes in', async () => {
    const { answers: [answer] } = await runMesh({ manifests: byHand('*', 'localhost'), workloads: shopWorkloads, steps: [enter('http://localhost/')] });
    expect(answer).toFail({ status: 404, flags: 'NR' });
  });

  test('broken: Istio refuses a Gateway that listens for one alone', async () => {
    const findings = await admit([{ name: 'localhost', manifests: byHand('localhost', '*'), workloads: shopWorkloads }]);
    expect(findings.map(({ source, message }) => `${source}: ${message}`).join()).toContain('short names (non FQDN) are not allowed');
  });
});

describeMesh('a port in the Host header', () => {
  const route = () => declare({ ports: [ExternalPort.httpToHttps({ targetPort: 8443 })] }, { rules: [{ rewrite: { authority: 'front.test:8443' } }] });
  const servers = [external('api.test', { https: 8443 }, { certHost: 'front.test' })];

  test('goes to the host, and not into the name that TLS asks for and verifies', async () => {
    const { answers: [answer] } = await run(route(), servers, [get('http://api.test/x', { from: 'app' })]);
    expect(answer).toReach('api.test', { leftBy: 'egress', sni: 'front.test', host: 'front.test:8443' });
  });

  test('broken: without the rewrite the certificate does not fit', async () => {
    const broken = route();
    broken.route.gatewayVirtualService.addJsonPatch(JsonPatch.remove('/spec/http/0/rewrite'));
    const { answers: [answer] } = await run(broken, servers, [get('http://api.test/x', { from: 'app' })]);
    expect(answer).toFail({ status: 503, at: 'egress', details: /verify_SAN_list/ });
  });
});
