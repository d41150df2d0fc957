import { ApiObject, App, Chart } from 'cdk8s';
import { IstioRules, MeshSettings } from '../../src';
import { mesh } from '../fixtures';

/** An app with objects by hand, the VirtualService among them with a gateway. */
function byHand(gateway: string) {
  const app = new App();
  const [edge, shop] = ['edge', 'shop'].map(namespace => new Chart(app, namespace, { namespace }));
  const make = (chart: Chart, kind: string, spec: object) => new ApiObject(chart, kind.toLowerCase(), { apiVersion: 'networking.istio.io/v1', kind, metadata: { name: 'web' }, spec } as never);
  make(edge, 'Gateway', { selector: { istio: 'ingressgateway' }, servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }] });
  make(shop, 'VirtualService', { hosts: ['shop.test'], gateways: [gateway], http: [{ route: [{ destination: { host: 'web' } }] }] });
  return { app, shop };
}

describe('IstioRules', () => {
  test('finds what is wrong with objects by hand, with their paths', () => {
    const [finding, ...others] = IstioRules.of(byHand('web').shop).findings();
    expect(others).toEqual([]);
    expect({ ...finding }).toEqual({
      code: 'GatewayNotFound',
      path: 'shop/virtualservice',
      object: 'VirtualService shop/web',
      field: 'spec.gateways[0]',
      message: 'there is no Gateway shop/web, where "web" is looked up; there is edge/web',
      fix: 'Write "edge/web", also in `match.gateways`.',
    });
  });

  test('finds nothing where nothing is wrong', () => {
    expect(IstioRules.of(byHand('edge/web').app).findings()).toEqual([]);
    expect(IstioRules.of(mesh().app).findings()).toEqual([]);
  });

  test('takes what is missing as missing only if the app is complete', () => {
    const { app } = byHand('other/gateway');
    expect(IstioRules.of(app).findings()).toEqual([]);
    expect(IstioRules.of(app, { complete: true }).findings().map(({ code }) => code)).toEqual(['GatewayNotFound']);
  });

  test('knows the settings of the mesh', () => {
    const findings = (scopeGatewayToNamespace: boolean) => {
      const app = new App();
      MeshSettings.of(app, { scopeGatewayToNamespace });
      for (const namespace of ['a', 'b']) {
        const chart = new Chart(app, namespace, { namespace });
        new ApiObject(chart, 'gateway', { apiVersion: 'networking.istio.io/v1', kind: 'Gateway', spec: { selector: { app: 'gateway' }, servers: [] } } as never);
        new ApiObject(chart, 'pod', { apiVersion: 'v1', kind: 'Pod', metadata: { labels: { app: 'gateway' } } });
      }
      return IstioRules.of(app).findings().map(({ code }) => code);
    };
    expect(findings(false)).toEqual(['GatewaysShareForeignPods', 'GatewaysShareForeignPods']);
    expect(findings(true)).toEqual([]);
  });
});
