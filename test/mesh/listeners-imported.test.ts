import { App, Chart } from 'cdk8s';
import { forward, shopWorkloads } from './entering';
import { ask, certificate, secret } from './listening';
import { toYaml } from './manifests';
import { describeMesh, runMesh } from './mesh';
import { GatewayWorkload, IngressGateway, IngressListener, IngressRoute } from '../../src';

const workload = GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' });
const listeners = [IngressListener.https({ hosts: ['*.example.test'], credentialName: 'cert' })];

function platform(routeNamespaces?: string[]): App {
  const app = new App();
  new IngressGateway(new Chart(app, 'edge', { namespace: 'edge' }), 'gateway', { workload, listeners, routeNamespaces, metadata: { name: 'public' } });
  return app;
}

function team(name = 'public'): App {
  const app = new App();
  const shop = new Chart(app, 'shop', { namespace: 'shop' });
  const gateway = IngressGateway.fromIngressGatewayAttributes(shop, 'gateway', {
    name, namespace: 'edge', workload, listeners: [IngressListener.https({ hosts: ['*.example.test'] })],
  });
  new IngressRoute(shop, 'route', { gateway, hosts: ['shop.example.test'], rules: [{ action: forward('web') }] });
  return app;
}

const run = (...apps: App[]) => runMesh({
  manifests: apps.map(app => toYaml(app)).join('\n---\n'),
  workloads: shopWorkloads,
  fixtures: [secret('cert', certificate('*.example.test'))],
  steps: [ask('https://shop.example.test/'), ask('http://shop.example.test/')],
});

describeMesh('ingress: gateways of other repositories', () => {
  describe('routes of another repository', () => {
    test('bind to the gateway if it lists their namespace', async () => {
      const { answers: [secure, clear] } = await run(platform(['shop']), team());
      expect(secure).toReach('web');
      expect(clear.status).toBe(301);
    });

    test('bind to a gateway that is open to everybody', async () => {
      const { answers: [secure, clear] } = await run(platform(['*']), team());
      expect(secure).toReach('web');
      expect(clear.status).toBe(301);
    });

    test('broken: unless the namespace is listed, clear text gets 404', async () => {
      const { answers: [secure, clear] } = await run(platform(), team());
      expect(secure).toReach('web');
      expect(clear).toFail({ status: 404, at: 'ingress', flags: 'NR' });
    });

    test('broken: with another name for the gateway, nothing is found', async () => {
      const { answers: [secure] } = await run(platform(['shop']), team('private'));
      expect(secure).toFail({ status: 404, at: 'ingress', flags: 'NR' });
    });
  });
});
