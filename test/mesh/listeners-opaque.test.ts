import { App, Chart, JsonPatch } from 'cdk8s';
import { forward } from './entering';
import { ask, certificate, secret } from './listening';
import { describeMesh, ingressGateway, runMesh, say, service, sidecar } from './mesh';
import { Destination, GatewayWorkload, IngressGateway, IngressListener, IngressRoute, IngressRouteProps } from '../../src';

const pod = (name: string, namespace: string) => sidecar(name, {
  namespace,
  service: name,
  ports: [
    { name: 'tls', port: 443, targetPort: 8443, serve: 'tls', certHost: 'tls.test', certCA: 'private' },
    { name: 'tcp', port: 5432, serve: 'tcp' },
  ],
});
const workloads = [pod('old', 'shop'), pod('new', 'shop'), pod('intruder', 'other'), service('web', { namespace: 'shop', http: 8080 }), ingressGateway({ ports: { 443: 443, 5432: 5432, 6379: 6379 } })];
const INTRUDER = 'intruder.other.svc.cluster.local';
const release = GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress', ports: [443, 5432, 6379].map(number => ({ number })) });
const to = (name: string, port: number, weight = 1) => Destination.service(name, { port }).weighted(weight);

function declare(listeners: IngressListener[], ...routes: Omit<IngressRouteProps, 'gateway'>[]) {
  const app = new App();
  const shop = new Chart(app, 'shop', { namespace: 'shop' });
  const gateway = new IngressGateway(shop, 'gateway', { workload: release, listeners });
  return { app, gateway, routes: routes.map((route, i) => new IngressRoute(shop, `route-${i}`, { gateway, ...route })) };
}

const tls = (sni = 'tls.test', port = 443) => say(`tls://tls.test:${port}`, { from: 'outside', connect: `ingress:${port}`, trustCA: 'private', sni });
const tcp = (port = 5432) => say(`tcp://ingress:${port}`, { from: 'outside', connect: `ingress:${port}` });
const times = <T>(n: number, step: T): T[] => Array.from({ length: n }, () => step);

describeMesh('ingress: TLS passthrough and TCP', () => {
  describe('TLS passthrough', () => {
    const listeners = [IngressListener.tlsPassthrough({ hosts: ['tls.test'] })];

    test('clients see the certificate of the destination', async () => {
      const { app } = declare(listeners, { hosts: ['tls.test'], destinations: [to('old', 443)] });
      const { answers: [answer, other] } = await runMesh({ manifests: app, workloads, steps: [tls(), tls('other.test')] });
      expect(answer).toReach('old', { sni: 'tls.test' });
      expect(answer.peerSAN).toEqual(['tls.test']);
      expect(other).toFail({ error: /EOF|reset/ });
    });

    test('shares a port with hosts that are terminated at the gateway', async () => {
      const certified = IngressListener.https({ hosts: ['web.test'], credentialName: 'web-cert' });
      const both = [IngressListener.tlsPassthrough({ hosts: ['*.tls.test'] }), certified];
      const app = new App();
      const shop = new Chart(app, 'shop', { namespace: 'shop' });
      const gateway = new IngressGateway(shop, 'gateway', { workload: GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' }), listeners: both });
      new IngressRoute(shop, 'tls', { gateway, hosts: ['*.tls.test'], destinations: [to('old', 443)] });
      new IngressRoute(shop, 'web', { gateway, hosts: ['web.test'], rules: [{ action: forward('web') }] });
      const { answers: [passed, ended] } = await runMesh({
        manifests: app, workloads: [...workloads.slice(0, -1), ingressGateway()], fixtures: [secret('web-cert', certificate('web.test'))], steps: [tls('a.tls.test'), ask('https://web.test/')],
      });
      expect(passed.error ?? '').toContain('not a.tls.test'); // the connection came to the destination, whose certificate is for another name
      expect(ended).toReach('web');
    });

    test('connections are distributed by weight', async () => {
      const { app } = declare(listeners, { hosts: ['tls.test'], destinations: [to('old', 443), to('new', 443)] });
      const { answers } = await runMesh({ manifests: app, workloads, steps: times(30, tls()) });
      expect(new Set(answers.map(a => a.server?.server))).toEqual(new Set(['old', 'new']));
    });

    const onTwoPorts = () => declare([443, 6379].map(port => IngressListener.tlsPassthrough({ hosts: ['tls.test'], port })),
      { hosts: ['tls.test'], tlsPort: 443, destinations: [to('old', 443)] }, { hosts: ['tls.test'], tlsPort: 6379, destinations: [to('new', 443)] });

    test('a host has other destinations on another port', async () => {
      const { answers: [first, second] } = await runMesh({ manifests: onTwoPorts().app, workloads, steps: [tls(), tls('tls.test', 6379)] });
      expect(first).toReach('old', { sni: 'tls.test' });
      expect(second).toReach('new', { sni: 'tls.test' });
    });

    test('broken: without ports, Istio uses the first of two routes for both', async () => {
      const broken = onTwoPorts();
      for (const { virtualService } of broken.routes) virtualService!.addJsonPatch(JsonPatch.remove('/spec/tls/0/match/0/port'));
      const { answers: [first, second] } = await runMesh({ manifests: broken.app, workloads, steps: [tls(), tls('tls.test', 6379)] });
      expect(first.server?.server).toBe(second.server?.server);
    });

    test('broken: the route is for another server name', async () => {
      const broken = declare(listeners, { hosts: ['tls.test'], destinations: [to('old', 443)] });
      broken.routes[0].virtualService!.addJsonPatch(JsonPatch.replace('/spec/tls/0/match/0/sniHosts/0', 'www.tls.test'), JsonPatch.replace('/spec/hosts/0', '*.test'));
      broken.gateway.gateway.addJsonPatch(JsonPatch.replace('/spec/servers/0/hosts/0', '*.test'));
      const { answers: [answer] } = await runMesh({ manifests: broken.app, workloads, steps: [tls()] });
      expect(answer).toFail({ error: /EOF|reset/ });
    });

    test('broken: with HTTP rules, nothing listens', async () => {
      const broken = declare(listeners, { hosts: ['tls.test'], destinations: [to('old', 443)] });
      broken.routes[0].virtualService!.addJsonPatch(JsonPatch.move('/spec/tls', '/spec/http'), JsonPatch.remove('/spec/http/0/match/0/sniHosts'));
      const { answers: [answer] } = await runMesh({ manifests: broken.app, workloads, steps: [tls()], troubled: true });
      expect(answer).toFail({ error: /refused/ });
    });
  });

  describe('TCP', () => {
    const listeners = [5432, 6379].map(port => IngressListener.tcp({ port }));

    test('each listener has a route of its own', async () => {
      const { app } = declare(listeners, { tcpPort: 5432, destinations: [to('old', 5432)] }, { tcpPort: 6379, destinations: [to('new', 5432)] });
      const { answers: [first, second] } = await runMesh({ manifests: app, workloads, steps: [tcp(), tcp(6379)] });
      expect(first).toReach('old');
      expect(second).toReach('new');
    });

    test('connections are distributed by weight', async () => {
      const { app } = declare(listeners, { tcpPort: 5432, destinations: [to('old', 5432, 1), to('new', 5432, 1), to('intruder', 5432, 0)] });
      const { answers } = await runMesh({ manifests: app, workloads, steps: times(30, tcp()) });
      expect(new Set(answers.map(a => a.server?.server))).toEqual(new Set(['old', 'new']));
    });

    test('broken: with a route for another port, nothing listens', async () => {
      const broken = declare(listeners, { tcpPort: 5432, destinations: [to('old', 5432)] });
      broken.routes[0].virtualService!.addJsonPatch(JsonPatch.replace('/spec/tcp/0/match/0/port', 5433));
      const { answers: [answer] } = await runMesh({ manifests: broken.app, workloads, steps: [tcp()] });
      expect(answer).toFail({ error: /refused/ });
    });

    const takeover = (gateway: string) => ({
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'aaa', namespace: 'other' },
      spec: {
        hosts: ['*'],
        gateways: [gateway],
        exportTo: ['istio-ingress'], // those that name the gateway's namespace come first
        tcp: [{ match: [{ port: 5432 }], route: [{ destination: { host: INTRUDER, port: { number: 5432 } } }] }],
      },
    });

    test('another namespace cannot take over a listener', async () => {
      const { app, gateway } = declare(listeners, { tcpPort: 5432, destinations: [to('old', 5432)] });
      const { answers: [answer] } = await runMesh({ manifests: app, workloads, fixtures: [takeover(gateway.gatewayName)], steps: [tcp()] });
      expect(answer).toReach('old');
    });

    test('broken: it can if the host is bare', async () => {
      const broken = declare(listeners, { tcpPort: 5432, destinations: [to('old', 5432)] });
      broken.gateway.gateway.addJsonPatch(JsonPatch.replace('/spec/servers/0/hosts/0', '*'));
      const fixtures = [takeover(broken.gateway.gatewayName)];
      const { answers: [answer] } = await runMesh({ manifests: broken.app, workloads, fixtures, steps: [tcp()] });
      expect(answer).toReach('intruder');
    });
  });
});
