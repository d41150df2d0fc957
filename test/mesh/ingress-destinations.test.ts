import { ApiObject, App, Chart, JsonPatch } from 'cdk8s';
import { enter, entrance } from './entering';
import { describeMesh, external, ingressGateway, runMesh, service, sidecar } from './mesh';
import {
  CaSource, Destination, DestinationPolicy, DestinationPolicyProps, ExternalPort, ExternalService, HashKey, IngressRoute, LoadBalancer, RouteAction,
  UpstreamTls,
} from '../../src';

const version = (v: string) => service(`web-${v}`, { namespace: 'shop', service: 'web', labels: { app: 'web', version: v }, http: 8080 });
const workloads = [version('v1'), version('v2'), ingressGateway()];
const STRICT = { apiVersion: 'security.istio.io/v1', kind: 'PeerAuthentication', metadata: { name: 'default', namespace: 'shop' }, spec: { mtls: { mode: 'STRICT' } } };
const subsets = { v1: { labels: { version: 'v1' } }, v2: { labels: { version: 'v2' } } };
const web = Destination.service('web', { port: 8080 });
const repeated = (n: number, headers?: (i: number) => Record<string, string>) => Array.from({ length: n }, (_, i) => enter('http://shop.test/', { headers: headers?.(i) }));

/** A route to a Service of the shop with a policy. */
function declare(props: Omit<DestinationPolicyProps, 'destination'>, to: (policy: DestinationPolicy) => RouteAction = () => RouteAction.forward(web)) {
  const { app, shop, gateway } = entrance();
  const policy = new DestinationPolicy(shop, 'policy', { destination: web, ...props });
  new IngressRoute(shop, 'route', { gateway, hosts: ['shop.test'], rules: [{ action: to(policy) }] });
  return { app, shop, policy };
}

const run = async (app: App, count = repeated(1), fixtures: object[] = [STRICT], pods = workloads) => {
  const { answers } = await runMesh({ manifests: app, workloads: pods, fixtures, steps: count });
  return answers;
};

describeMesh('ingress: destinations', () => {
  describe('subsets', () => {
    const toV2 = (policy: DestinationPolicy) => RouteAction.forward(policy.subset('v2'));

    test('a request reaches only the pods of its subset, over mTLS', async () => {
      for (const answer of await run(declare({ subsets }, toV2).app, repeated(10))) expect(answer).toReach('web-v2');
    });

    test('a split distributes requests among subsets', async () => {
      const { app } = declare({ subsets }, policy => RouteAction.split([policy.subset('v1').weighted(1), policy.subset('v2').weighted(1)]));
      const answers = await run(app, repeated(40));
      expect(new Set(answers.map(a => a.server?.server))).toEqual(new Set(['web-v1', 'web-v2']));
    });

    test('broken: the gateway\'s pods do not see the policy', async () => {
      const { app, policy } = declare({ subsets }, toV2);
      policy.destinationRule.addJsonPatch(JsonPatch.replace('/spec/exportTo/0', '.'));
      const [answer] = await run(app);
      expect(answer).toFail({ status: 503, at: 'ingress', flags: 'NC' });
    });

    test('broken: another rule for the Service in the gateway\'s namespace hides the subsets', async () => {
      const other = { apiVersion: 'networking.istio.io/v1', kind: 'DestinationRule', metadata: { name: 'other', namespace: 'istio-ingress' }, spec: { host: 'web.shop.svc.cluster.local', trafficPolicy: { connectionPool: { tcp: { maxConnections: 9 } } } } };
      const [answer] = await run(declare({ subsets }, toV2).app, repeated(1), [STRICT, other]);
      expect(answer).toFail({ status: 503, at: 'ingress', flags: 'NC' });
    });

    test('broken: if the policy turns TLS off, the pods refuse requests', async () => {
      const { app, policy } = declare({ subsets }, toV2);
      policy.destinationRule.addJsonPatch(JsonPatch.add('/spec/trafficPolicy', { tls: { mode: 'DISABLE' } }));
      const [answer] = await run(app);
      expect(answer).toFail({ status: 503, at: 'ingress', flags: 'UC' });
    });
  });

  describe('load balancing', () => {
    const byUser = { loadBalancer: LoadBalancer.consistentHash(HashKey.header('x-user')) };
    const servers = (answers: readonly { server?: { server: string } }[]) => new Set(answers.map(a => a.server?.server));

    test('requests with the same header value reach the same pod', async () => {
      const answers = await run(declare(byUser).app, [...repeated(10, () => ({ 'x-user': 'ann' })), ...repeated(20, i => ({ 'x-user': `user-${i}` }))]);
      expect(servers(answers.slice(0, 10)).size).toBe(1);
      expect(servers(answers.slice(10)).size).toBe(2);
    });

    test('broken: without the header in the policy, they reach both', async () => {
      const { app, policy } = declare(byUser);
      policy.destinationRule.addJsonPatch(JsonPatch.replace('/spec/trafficPolicy/loadBalancer', { simple: 'ROUND_ROBIN' }));
      expect(servers(await run(app, repeated(30, () => ({ 'x-user': 'ann' })))).size).toBe(2);
    });
  });

  describe('TLS of the application itself', () => {
    const pods = (certHost: string) => [
      sidecar('web', { namespace: 'shop', noProxy: true, service: 'web', ports: [{ name: 'https', port: 8080, serve: 'https', certHost, certCA: 'private' }] }), ingressGateway(),
    ];
    const ca = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'web-ca', namespace: 'istio-ingress' }, data: { 'ca.crt': '${ca:private}' } };
    const tls = (subjectAltNames?: string[]) => ({ tls: UpstreamTls.simple({ ca: CaSource.secret('web-ca'), subjectAltNames }) });

    test('is verified by the name of the Service', async () => {
      const [answer] = await run(declare(tls()).app, repeated(1), [ca], pods('web.shop.svc.cluster.local'));
      expect(answer).toReach('web', { sni: 'web.shop.svc.cluster.local' });
    });

    test('is verified by the listed names', async () => {
      const [answer] = await run(declare(tls(['web.example.com'])).app, repeated(1), [ca], pods('web.example.com'));
      expect(answer).toReach('web');
    });

    test('for another name is refused', async () => {
      const [answer] = await run(declare(tls()).app, repeated(1), [ca], pods('other.shop.svc.cluster.local'));
      expect(answer).toFail({ status: 503, at: 'ingress', details: /VERIFY/ });
    });

    test('broken: without names, the certificate is verified for the host that the client requested', async () => {
      const { app, policy } = declare(tls());
      for (const field of ['sni', 'subjectAltNames']) policy.destinationRule.addJsonPatch(JsonPatch.remove(`/spec/trafficPolicy/portLevelSettings/0/tls/${field}`));
      const [answer] = await run(app, repeated(1), [ca], pods('web.shop.svc.cluster.local'));
      expect(answer).toFail({ status: 503, at: 'ingress', details: /VERIFY/ });
    });
  });

  describe('a Service of another namespace', () => {
    test('has its policy where every proxy finds it', async () => {
      const { app, gateway } = entrance();
      const team = new Chart(app, 'team', { namespace: 'team' });
      const destination = Destination.service('web', { port: 8080, namespace: 'shop' });
      const policy = new DestinationPolicy(team, 'policy', { destination, subsets });
      new IngressRoute(team, 'route', { gateway, hosts: ['shop.test'], rules: [{ action: RouteAction.forward(policy.subset('v1')) }] });
      for (const answer of await run(app, repeated(5))) expect(answer).toReach('web-v1');
    });

    test('broken: in a third namespace, nobody finds it', async () => {
      const { app, policy } = declare({ subsets }, p => RouteAction.forward(p.subset('v2')));
      policy.destinationRule.addJsonPatch(JsonPatch.replace('/metadata/namespace', 'team'));
      const [answer] = await run(app);
      expect(answer).toFail({ status: 503, at: 'ingress', flags: 'NC' });
    });
  });

  describe('an external host', () => {
    const assets = external('assets.test', { https: 443 });
    const outside = (broken: (parts: { route: IngressRoute; rule: ApiObject }) => void = () => undefined) => {
      const { app, shop, gateway } = entrance();
      const destination = Destination.external(new ExternalService(shop, 'assets', { hosts: ['assets.test'], ports: [ExternalPort.httpToHttps()] }));
      const route = new IngressRoute(shop, 'route', { gateway, hosts: ['shop.test'], rules: [{ action: RouteAction.forward(destination) }] });
      broken({ route, rule: route.parts.find(part => part.kind === 'DestinationRule')! });
      return runMesh({ manifests: app, workloads: [ingressGateway()], externals: [assets], steps: [enter('http://shop.test/logo?size=2')] });
    };

    test('is called under its own name, by verified TLS and without headers of the mesh', async () => {
      const { answers: [answer] } = await outside();
      expect(answer).toReach('assets.test', { leftBy: 'ingress', host: 'assets.test', sni: 'assets.test', path: '/logo?size=2', without: ['x-forwarded-client-cert', 'x-request-id', 'x-forwarded-for'] });
    });

    test('broken: under the name that the client requested, its certificate does not match', async () => {
      const { answers: [answer] } = await outside(({ route }) => route.virtualService!.addJsonPatch(JsonPatch.remove('/spec/http/0/route/0/headers/request/set')));
      expect(answer).toFail({ status: 503, at: 'ingress', details: /VERIFY/ });
    });

    test('broken: without the rule in the gateway\'s namespace, clear text goes to its TLS port', async () => {
      const { answers: [answer] } = await outside(({ rule }) => rule.addJsonPatch(JsonPatch.replace('/metadata/namespace', 'shop')));
      expect(answer).toFail({ status: 400 });
    });
  });
});
