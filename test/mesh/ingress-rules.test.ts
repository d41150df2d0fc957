import { App, Chart, JsonPatch } from 'cdk8s';
import { enter, forward, routesFor, shopWorkloads } from './entering';
import { Outcome, describeMesh, get, ingressGateway, runMesh, service, sidecar, stream } from './mesh';
import { GatewayWorkload, IngressGateway, IngressListener, IngressRoute, IngressRule, PathMatch, PathRewrite, PlainHttp, RouteAction } from '../../src';

const named = (name: string, port: string) => sidecar(name, { namespace: 'shop', service: name, ports: [{ name: port, port: 8080, serve: 'http' }] });

describeMesh('ingress: rules', () => {
  describe('paths in any case', () => {
    const hosts: Record<string, IngressRule[]> = {
      'prefix.test': [{ matches: [{ path: PathMatch.prefix('/Api', { ignoreCase: true }) }], action: forward('web') }],
      'exact.test': [{ matches: [{ path: PathMatch.exact('/Api', { ignoreCase: true }) }], action: forward('web') }],
      'regex.test': [{ matches: [{ path: PathMatch.regex('(?i)/api.*') }], action: forward('web') }],
      'rewritten.test': [{ matches: [{ path: PathMatch.prefix('/Api', { ignoreCase: true }) }], action: forward('web'), rewrite: { path: PathRewrite.prefix('/v2') } }],
      'strict.test': [{ matches: [{ path: PathMatch.prefix('/Api', { ignoreCase: true }) }], action: forward('web') }],
    };
    let answers: Outcome['named'];
    beforeAll(async () => {
      const { app, routes } = routesFor(hosts);
      const { virtualService } = routes['strict.test'];
      for (const i of [0, 1]) virtualService!.addJsonPatch(JsonPatch.remove(`/spec/http/0/match/${i}/ignoreUriCase`));
      const urls = ['prefix.test/aPI/x', 'prefix.test/API', 'prefix.test/apix', 'exact.test/API', 'exact.test/API/', 'regex.test/API/x', 'rewritten.test/API/Orders', 'strict.test/aPI/x'];
      ({ named: answers } = await runMesh({ manifests: app, workloads: shopWorkloads, steps: urls.map(url => enter(`http://${url}`, { name: url })) }));
    });

    test('a prefix, still by whole segments', () => {
      for (const url of ['prefix.test/aPI/x', 'prefix.test/API']) expect(answers[url]).toReach('web');
      expect(answers['prefix.test/apix']).toFail({ status: 404, flags: 'NR' });
    });
    test('an exact path', () => {
      expect(answers['exact.test/API']).toReach('web');
      expect(answers['exact.test/API/']).toFail({ status: 404 });
    });
    test('a regular expression with its own flag', () => expect(answers['regex.test/API/x']).toReach('web'));
    test('a prefix is rewritten, whatever its case', () => expect(answers['rewritten.test/API/Orders']).toReach('web', { path: '/v2/Orders' }));
    test('broken: without `ignoreUriCase`, another case is another path', () => expect(answers['strict.test/aPI/x']).toFail({ status: 404, flags: 'NR' }));
  });

  describe('gRPC and websockets', () => {
    const orders = PathMatch.grpc('shop.v1.Orders');
    const hosts: Record<string, IngressRule[]> = {
      'service.test': [{ matches: [{ path: orders }], action: forward('grpc') }],
      'method.test': [{ matches: [{ path: PathMatch.grpc('shop.v1.Orders', 'Place') }], action: forward('grpc') }],
      'plain.test': [{ matches: [{ path: orders }], action: forward('plain') }],
      'http2.test': [{ action: forward('grpc') }],
    };
    const grpc = (host: string, method: string) => stream(`grpc://${host}/${method}`, { name: `${host} ${method}`, from: 'outside', connect: 'ingress:80' });
    const websocket = (host: string, path: string) => enter(`http://${host}${path}`, {
      name: `${host} websocket`,
      headers: { 'connection': 'Upgrade', 'upgrade': 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' },
    });
    let answers: Outcome['named'];
    beforeAll(async () => {
      const { app } = routesFor({ ...hosts, 'socket.test': [{ action: forward('plain') }] });
      ({ named: answers } = await runMesh({
        manifests: app,
        workloads: [named('grpc', 'grpc'), named('plain', 'http'), ingressGateway()],
        steps: [
          grpc('service.test', 'shop.v1.Orders/Place'), grpc('service.test', 'shop.v1.OrdersOld/Place'), grpc('method.test', 'shop.v1.Orders/Place'),
          grpc('method.test', 'shop.v1.Orders/Cancel'), grpc('plain.test', 'shop.v1.Orders/Place'), websocket('socket.test', '/ws'), websocket('http2.test', '/ws'),
        ],
      }));
    });

    test('a gRPC service is matched with all of its methods, and called over HTTP/2', () => {
      expect(answers['service.test shop.v1.Orders/Place']).toReach('grpc', { protocol: 'HTTP/2.0' });
      expect(answers['service.test shop.v1.OrdersOld/Place']).toFail({ flags: 'NR' });
    });
    test('a gRPC method is matched alone', () => {
      expect(answers['method.test shop.v1.Orders/Place']).toReach('grpc');
      expect(answers['method.test shop.v1.Orders/Cancel']).toFail({ flags: 'NR' });
    });
    test('broken: on a port named http, a gRPC service cannot be called', () => {
      expect(answers['plain.test shop.v1.Orders/Place']).toFail({ error: /./ });
    });
    test('a websocket needs no settings', () => expect(answers['socket.test websocket']).toReach('plain', { status: 101 }));
    test('broken: on a port named grpc or http2, a websocket does not open', () => {
      expect(answers['http2.test websocket']).toFail({ status: 503, at: 'ingress', flags: 'UC' });
    });
  });

  describe('redirects', () => {
    const run = async (broken: boolean) => {
      const toApp: IngressRule = { matches: [{ path: PathMatch.exact('/') }], action: RouteAction.redirect({ path: '/app' }) };
      const { app, routes } = routesFor({ 'shop.test': [toApp, { action: forward('web') }] });
      if (broken) routes['shop.test'].virtualService!.addJsonPatch(JsonPatch.replace('/spec/http/0/match/0/uri', { prefix: '/' }));
      return (await runMesh({ manifests: app, workloads: shopWorkloads, steps: [enter('http://shop.test/'), enter('http://shop.test/app')] })).answers;
    };
    test('lead to another URL', async () => {
      const [root, target] = await run(false);
      expect(root.headers?.Location).toEqual(['http://shop.test/app']);
      expect(target).toReach('web');
    });
    const old = [{ path: PathMatch.exact('/old') }];
    test('with a query replace that of the request, and without one keep it', async () => {
      const { app } = routesFor({
        'asked.test': [{ matches: old, action: RouteAction.redirect({ path: '/new?from=old&x=%20' }) }],
        'kept.test': [{ matches: old, action: RouteAction.redirect({ path: '/new' }) }],
      });
      const { answers } = await runMesh({ manifests: app, workloads: shopWorkloads, steps: ['asked.test', 'kept.test'].map(host => enter(`http://${host}/old?a=1`)) });
      expect(answers.map(({ headers }) => headers?.Location)).toEqual([['http://asked.test/new?from=old&x=%20'], ['http://kept.test/new?a=1']]);
    });
    test('broken: a fragment swallows the query of the request', async () => {
      const { app, routes } = routesFor({ 'shop.test': [{ matches: old, action: RouteAction.redirect({ path: '/new' }) }] });
      routes['shop.test'].virtualService!.addJsonPatch(JsonPatch.replace('/spec/http/0/redirect/uri', '/new#part'));
      const { answers: [answer] } = await runMesh({ manifests: app, workloads: shopWorkloads, steps: [enter('http://shop.test/old?a=1')] });
      expect(answer.headers?.Location).toEqual(['http://shop.test/new#part?a=1']);
    });
    test('broken: a redirect to what its own rule matches never ends', async () => {
      const [, target] = await run(true);
      expect(target.headers?.Location).toEqual(['http://shop.test/app']);
    });
  });

  describe('schemes', () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'cert', namespace: 'istio-ingress' }, data: { 'tls.crt': '${cert:ingress:shop.test}', 'tls.key': '${key:ingress:shop.test}' } };
    const run = async (numTrustedProxies: number) => {
      const app = new App();
      const shop = new Chart(app, 'shop', { namespace: 'shop' });
      const gateway = new IngressGateway(shop, 'gateway', {
        workload: GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' }),
        listeners: [IngressListener.https({ hosts: ['shop.test'], credentialName: 'cert', plainHttp: PlainHttp.serve() })],
      });
      const rules = [{ matches: [{ scheme: 'https' }], action: forward('web') }, { matches: [{ scheme: 'http' }], action: forward('next') }];
      new IngressRoute(shop, 'route', { gateway, hosts: ['shop.test'], rules });
      const { answers } = await runMesh({
        manifests: app,
        fixtures: [secret],
        workloads: [...['web', 'next'].map(name => service(name, { namespace: 'shop', http: 8080 })), ingressGateway()],
        meshConfig: `defaultConfig: { gatewayTopology: { numTrustedProxies: ${numTrustedProxies} } }`,
        steps: [
          get('https://shop.test/', { from: 'outside', connect: 'ingress:443', trustCA: 'ingress' }), enter('http://shop.test/'),
          enter('http://shop.test/', { headers: { 'x-forwarded-proto': 'https' } }),
        ],
      });
      return answers;
    };

    test('are those by which requests reached the gateway, whatever a client claims', async () => {
      const [tls, clear, claimed] = await run(0);
      expect(tls).toReach('web');
      expect(clear).toReach('next');
      expect(claimed).toReach('next');
    });

    test('are those that a trusted proxy in front of the gateway reports', async () => {
      const [, clear, forwarded] = await run(1);
      expect(clear).toReach('next');
      expect(forwarded).toReach('web');
    });
  });
});
