import { describeMesh, egressGateway, external, get, ingressGateway, runMesh, service, sidecar } from './mesh';
import { MESH_HEADERS } from '../../src/private/model/mesh-headers';
import { runFile } from '../program';

const certificate = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'bookinfo-cert', namespace: 'istio-ingress' },
  data: { 'tls.crt': '${cert:ingress:bookinfo.example.com}', 'tls.key': '${key:ingress:bookinfo.example.com}' },
};

function cluster(namespace: string) {
  return [
    service('productpage', { namespace, http: 9080 }),
    sidecar('reviews', { namespace }),
    sidecar('stranger', { namespace: 'other' }),
    ingressGateway(),
    egressGateway(),
  ];
}

describeMesh('examples/bookinfo', () => {
  describe('main.ts', () => {
    const scenario = { manifests: runFile('examples/bookinfo/main.ts'), fixtures: [certificate], workloads: cluster('bookinfo'), externals: [external('httpbin.org', { http: 80, https: 443 })] };
    const browser = (path: string) => get(`https://bookinfo.example.com${path}`, { from: 'outside', connect: 'ingress:443', trustCA: 'ingress' });

    test('serves the product page with its static files and login', async () => {
      const { answers } = await runMesh({ ...scenario, steps: ['/productpage', '/productpage?u=normal', '/static/bootstrap/js/bootstrap.min.js', '/login'].map(browser) });
      for (const answer of answers) expect(answer).toReach('productpage', { host: 'bookinfo.example.com' });
    });

    test('serves nothing else', async () => {
      const { answers: [answer] } = await runMesh({ ...scenario, steps: [browser('/productpages')] });
      expect(answer).toFail({ status: 404, at: 'ingress', flags: 'NR' });
    });

    test('redirects clear text to HTTPS on its own port', async () => {
      const steps = [get('http://bookinfo.example.com:8080/productpage', { from: 'outside', connect: 'ingress:80' })];
      const { answers: [answer] } = await runMesh({ ...scenario, steps });
      expect(answer.status).toBe(301);
      expect(answer.headers?.Location).toEqual(['https://bookinfo.example.com/productpage']);
    });

    test('lets /get leave by the egress gateway, as verified HTTPS', async () => {
      const { answers: [answer] } = await runMesh({ ...scenario, steps: [get('http://httpbin.org/get', { from: 'reviews' })] });
      expect(answer).toReach('httpbin.org', { leftBy: 'egress', port: 443, sni: 'httpbin.org', without: MESH_HEADERS });
    });

    test('lets nothing else leave', async () => {
      const { answers: [answer] } = await runMesh({ ...scenario, steps: [get('http://httpbin.org/anything', { from: 'reviews' })] });
      expect(answer).toFail({ status: 403, at: 'egress' });
    });
  });

  describe('article.ts', () => {
    const scenario = { manifests: runFile('examples/bookinfo/article.ts'), workloads: cluster('default'), externals: [external('httpbin.org', { http: 80 })] };

    test('serves the product page to every host, and not its static files', async () => {
      const from = { from: 'outside', connect: 'ingress:80' };
      const { answers: [page, files] } = await runMesh({ ...scenario, steps: [get('http://whatever.test/productpage', from), get('http://whatever.test/static/x.css', from)] });
      expect(page).toReach('productpage');
      expect(files).toFail({ status: 404, at: 'ingress' });
    });

    test('lets /get leave by the egress gateway, as the application that its sidecar captures', async () => {
      const { answers: [get1, other] } = await runMesh({ ...scenario, steps: [get('http://httpbin.org/get', { from: 'reviews' }), get('http://httpbin.org/anything', { from: 'reviews' })] });
      expect(get1).toReach('httpbin.org', { leftBy: 'egress', port: 80 });
      expect(other).toFail({ status: 403, at: 'egress' });
    });
  });
});
