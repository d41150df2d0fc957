import { App, Chart, JsonPatch } from 'cdk8s';
import { describeMesh, external, get, runMesh, say, sidecar } from './mesh';
import { Declared, declare, part, run, workloads } from './world';
import {
  AppTls, ConnectProxy, EgressRoute, EgressRouteProps, ExternalPort, ExternalService, ExternalServiceProps, TunnelProtocol, UpstreamTls,
  VirtualServiceLayout,
} from '../../src';

const PROXY = '198.19.1.10';
const servers = [external('proxy.test', { connect: 3128, connects: 3129 }), external('api.test', { https: 443 })];
const byProxy = [get('https://api.test/get', { from: 'app', proxy: 'proxy.test:3128', timeoutS: 3 })];
const plain = () => ({ hosts: ['proxy.test'], addresses: [PROXY], ports: [ExternalPort.tcp({ number: 3128 })] });
const secure = () => ({ ...plain(), ports: [ExternalPort.tcp({ number: 3128, targetPort: 3129, tls: UpstreamTls.simple() })] });

describeMesh('egress: forward proxies', () => {
  describe('to which the application itself speaks', () => {
    test.each([['clear text', plain], ['TLS from there', secure]])('are reached through the gateway by %s', async (_, service) => {
      const outcome = await run(declare(service()), servers, byProxy);
      expect(outcome.answers[0]).toReach('api.test', { leftBy: 'proxy.test', sni: 'api.test' });
      expect(outcome.seen[0]).toMatchObject({ server: 'proxy.test', peer: 'egress', method: 'CONNECT', host: 'api.test:443' });
    });

    test.each([['clear text', plain], ['TLS from the sidecar', secure]])('are reached directly by %s', async (_, service) => {
      const app = new App();
      new ExternalService(new Chart(app, 'shop', { namespace: 'shop' }), 'proxy', { ...service(), direct: true });
      const { answers: [answer], seen } = await runMesh({ manifests: app, workloads, externals: servers, steps: byProxy });
      expect(answer).toReach('api.test', { leftBy: 'proxy.test' });
      expect(seen[0]).toMatchObject({ server: 'proxy.test', peer: 'app' });
    });

    test('broken: declared as HTTP, the sidecar answers the CONNECT itself', async () => {
      const broken = declare(plain());
      broken.service.serviceEntry.addJsonPatch(JsonPatch.replace('/spec/ports/0/protocol', 'HTTP'));
      const { answers: [answer] } = await run(broken, servers, byProxy);
      expect(answer).toFail({ at: 'app', flags: 'NR', error: /Not Found/ });
    });
  });

  const DB = '198.19.1.11';
  const hosts = [external('proxy.test', { connect: 3128, connects: 3129 }), external('db.test', { starttls: 5432, https: 443 }), external('api.test', { https: 8443 })];
  const calls = {
    tls: get('https://api.test/get', { from: 'app', timeoutS: 3 }),
    tcp: say('starttls://db.test:5432', { from: 'app', timeoutS: 3 }),
  };
  const https: Partial<ExternalServiceProps> = { ports: [ExternalPort.https({ targetPort: 8443 })] };
  const database: Partial<ExternalServiceProps> = { hosts: ['db.test'], addresses: [DB], ports: [ExternalPort.postgres()] };

  function tunnelled(
    service: Partial<ExternalServiceProps>,
    route: Partial<EgressRouteProps> = {},
    more: Partial<ConnectProxy> = {},
    to: ExternalServiceProps = plain(),
  ): Declared & { proxy: ExternalService } {
    const app = new App();
    const proxy = new ExternalService(new Chart(app, 'network', { namespace: 'istio-system' }), 'proxy', { ...to, connectionPool: { maxConnections: 9 } });
    return { ...declare(service, { ...route, connectProxy: { service: proxy, ...more } }, { app }), proxy };
  }

  /** A call through the proxy, and one of a workload beside the gateway to the same port of another host. */
  const beyond = ({ app }: Declared) => runMesh({
    manifests: app,
    workloads: [...workloads, sidecar('tool', { namespace: 'istio-system' })],
    externals: [...hosts, external('other.test', { tcp: 3128 })],
    steps: [calls.tls, say('tcp://other.test:3128', { from: 'tool', timeoutS: 3 })],
  });

  describe('to which the gateway speaks', () => {
    test.each([
      ['the application\'s TLS, wrapped', https, {}, calls.tls, 'api.test'],
      ['the application\'s TLS, passed through', https, { appTls: AppTls.PASSTHROUGH }, calls.tls, 'api.test'],
      ['the application\'s TLS, single layout', https, { layout: VirtualServiceLayout.SINGLE }, calls.tls, 'api.test'],
      ['TCP', database, {}, calls.tcp, 'db.test'],
    ])('carry %s', async (_, service, route, call, host) => {
      const { answers: [answer], seen } = await run(tunnelled(service, route), hosts, [call]);
      expect(answer).toReach(host, { leftBy: 'proxy.test', sni: host });
      expect(seen[0]).toMatchObject({ server: 'proxy.test', peer: 'egress', protocol: 'HTTP/1.1', method: 'CONNECT', host: host === 'db.test' ? 'db.test:5432' : 'api.test:8443' });
    });

    test('carry connections in POST requests if configured', async () => {
      const { answers: [answer], seen } = await run(tunnelled(https, {}, { protocol: TunnelProtocol.POST }), hosts, [calls.tls]);
      expect(answer).toReach('api.test', { leftBy: 'proxy.test', sni: 'api.test' });
      expect(seen[0]).toMatchObject({ server: 'proxy.test', peer: 'egress', method: 'POST' });
    });

    test('are reached by TLS, and their name is verified', async () => {
      const { answers: [answer], seen } = await run(tunnelled(https, {}, {}, secure()), hosts, [calls.tls]);
      expect(answer).toReach('api.test', { leftBy: 'proxy.test', sni: 'api.test' });
      expect(seen[0]).toMatchObject({ server: 'proxy.test', peer: 'egress', port: 3129, sni: 'proxy.test' });
      const others = [external('proxy.test', { connects: 3129 }, { certHost: 'other.test' }), ...hosts.slice(1)];
      const { answers: [refused] } = await run(tunnelled(https, {}, {}, secure()), others, [calls.tls]);
      expect(refused).toFail({ at: 'egress', flags: 'UF,URX', details: /SAN matcher/ });
    });

    test('carry the connections of several routes', async () => {
      const declared = tunnelled(https, {}, {}, secure());
      const service = new ExternalService(declared.shop, 'db', { ...database, hosts: ['db.test'], ports: [ExternalPort.postgres(), ExternalPort.https()] });
      new EgressRoute(declared.shop, 'db-route', { service, gateway: declared.gateway, connectProxy: { service: declared.proxy } });
      const { answers } = await run(declared, hosts, [calls.tls, calls.tcp, get('https://db.test/get', { from: 'app' })]);
      expect(answers[0]).toReach('api.test', { leftBy: 'proxy.test' });
      expect(answers[1]).toReach('db.test', { leftBy: 'proxy.test', port: 5432 });
      expect(answers[2]).toReach('db.test', { leftBy: 'proxy.test', port: 443 });
    });

    test.each([
      ['wrapped', AppTls.WRAP], ['passed through', AppTls.PASSTHROUGH],
    ])('broken: without the tunnel, the proxy gets bytes that it cannot read (%s)', async (_, appTls) => {
      const broken = tunnelled(https, { appTls });
      part(broken, 'DestinationRule', 'tunnel').addJsonPatch(JsonPatch.remove('/spec/subsets/0/trafficPolicy'));
      const { answers: [answer] } = await run(broken, hosts, [calls.tls]);
      expect(answer).toFail({ at: 'egress', flags: '-', cluster: /proxy\.test$/, error: /does not look like a TLS handshake/ });
    });

    test('broken: without the subset for its host, TCP has no route', async () => {
      const broken = tunnelled(database);
      part(broken, 'DestinationRule', 'tunnel').addJsonPatch(JsonPatch.replace('/spec/subsets/0/name', 'another'));
      const { answers: [answer] } = await run(broken, hosts, [calls.tcp]);
      expect(answer).toFail({ at: 'egress', flags: 'NC' });
    });

    test.each([['clear text', plain], ['TLS', secure]])('need no address, for %s', async (_, to) => {
      const declared = tunnelled(https, {}, {}, { ...to(), addresses: undefined });
      const { answers: [answer, beside] } = await beyond(declared);
      expect(answer).toReach('api.test', { leftBy: 'proxy.test', sni: 'api.test' });
      expect(beside).toReach('other.test', { leftBy: 'tool' });
    });

    test('broken: without an address, a TCP port captures what workloads beside the gateway send elsewhere', async () => {
      const broken = tunnelled(https, {}, {}, { ...plain(), addresses: undefined });
      broken.proxy.serviceEntry.addJsonPatch(JsonPatch.replace('/spec/ports/0/protocol', 'TCP'));
      const { answers: [, beside] } = await beyond(broken);
      expect(beside.hops[0].line.upstream_cluster).toBe('outbound|3128||proxy.test');
    });
  });

  describe('to which sidecars speak', () => {
    function direct(service: Partial<ExternalServiceProps>, to = plain()): ExternalService {
      const shop = new Chart(new App(), 'shop', { namespace: 'shop' });
      const proxy = new ExternalService(shop, 'proxy', { ...to, direct: true });
      return new ExternalService(shop, 'api', { hosts: ['api.test'], ports: [ExternalPort.http()], direct: true, ...service, connectProxy: { service: proxy } });
    }
    const tell = (service: ExternalService, call: typeof calls.tls) =>
      runMesh({ manifests: Chart.of(service), workloads, externals: hosts, steps: [call] });

    test.each([
      ['the application\'s TLS', https, plain(), calls.tls, 'api.test'],
      ['the application\'s TLS, inside TLS to the proxy', https, secure(), calls.tls, 'api.test'],
      ['TCP', database, plain(), calls.tcp, 'db.test'],
    ])('carry %s', async (_, service, to, call, host) => {
      const { answers: [answer], seen } = await tell(direct(service, to), call);
      expect(answer).toReach(host, { leftBy: 'proxy.test', sni: host });
      expect(seen[0]).toMatchObject({ server: 'proxy.test', peer: 'app', method: 'CONNECT' });
    });

    test('broken: without the route, connections bypass the proxy', async () => {
      const broken = direct(https);
      broken.virtualService!.addJsonPatch(JsonPatch.replace('/spec/tls/0/match/0/port', 444));
      const { answers: [answer] } = await tell(broken, calls.tls);
      expect(answer).toReach('api.test', { leftBy: 'app' });
    });
  });
});
