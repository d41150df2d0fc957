import { readFileSync } from 'node:fs';
import { App, Chart } from 'cdk8s';
import {
  Outcome, Scenario, Step, Workload, describeMesh, egressGateway, external, get, ingressGateway, runMesh, say, service, sidecar,
} from './mesh';
import { podsOf } from './promised';
import { istio, to } from './recipes';
import { size } from './size';
import { REGISTRY_ONLY } from './traffic';
import { Declared, declare } from './world';
import {
  Access, ClientCertificate, Destination, EgressGateway, EgressLock, EgressRoute, ExternalPort, ExternalService, GatewayWorkload, IngressGateway,
  IngressListener, IngressRoute, IngressRouteProps, LegOne, MeshSettings, RouteAction, UpstreamTls,
} from '../../src';
import { snippetsOf } from '../pages';
import { runProgram } from '../program';
import { Manifest, objectsOf, synth } from '../synth';

const NAMESPACE = 'istio-egress';
const PODS = GatewayWorkload.gatewayApi('egress', { namespace: NAMESPACE });
const isManaged = ({ apiVersion, kind }: Manifest) => kind === 'Gateway' && apiVersion.startsWith('gateway.networking.k8s.io/');
const isIstios = ({ apiVersion, kind }: Manifest) => kind === 'Gateway' && apiVersion.startsWith('networking.istio.io/');

/** The pods that istiod makes of the Gateways among the objects. */
function allPodsOf(made: Manifest[], name: string): Workload[] {
  return made.filter(isManaged).map(gateway => podsOf(gateway, name));
}

const callers = [sidecar('app', { namespace: 'shop' }), sidecar('stranger', { namespace: 'other' })];

function leave(objects: Manifest[], externals: Scenario['externals'], steps: Step[], more: Partial<Scenario> = {}): Promise<Outcome> {
  return runMesh({ manifests: objects, workloads: [...callers, ...allPodsOf(objects, 'egress')], externals, steps, meshConfig: REGISTRY_ONLY, ...more });
}

/** What a request came to, and what was seen of it there, whatever the identity of the gateway is. */
function told({ answers }: Outcome) {
  const varying = ['X-Request-Id', 'X-Forwarded-Client-Cert'];
  return answers.map(({ status, server }) => ({
    status,
    server: server && { ...server, headers: Object.fromEntries(Object.entries(server.headers ?? {}).filter(([name]) => !varying.includes(name))) },
  }));
}

/** The same with other listeners of the managed Gateway. */
function listening(made: Manifest[], change: (listeners: any[]) => object[]): Manifest[] {
  return made.map(o => (isManaged(o) ? { ...o, spec: { ...o.spec, listeners: change(o.spec.listeners) } } : o));
}

const certificate = (name: string, namespace: string, of: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace },
  data: { 'tls.crt': `\${cert:${of}}`, 'tls.key': `\${key:${of}}`, 'ca.crt': '${ca:public}' },
});
const CLIENT = certificate('client', NAMESPACE, 'client:shop.example');
const mutual = UpstreamTls.mutual({ clientCertificate: ClientCertificate.secret('client', { namespace: NAMESPACE }) });
const toApi = [get('http://api.test/get', { from: 'app', timeoutS: 4 })];
const clear = [external('api.test', { http: 80 })];
const without = (objects: Manifest[], ...kinds: string[]) => objects.filter(({ kind }) => !kinds.includes(kind));
const objects = (made: Declared) => synth(made.app);

describeMesh('pods of a managed Gateway', () => {
  describe('egress', () => {
    const code = /```ts nofixture\n([^]*?)```/.exec(readFileSync('README.md', 'utf8'))![1];
    const asked = ['app', 'stranger'].map(from => get('http://api.example.com/get?x=1', { from, headers: { 'x-own': '1' } }));
    const api = [external('api.example.com', { https: 443 })];

    test('the first chart does what it does on the pods of a Helm release, with one line changed', async () => {
      const line = "GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' })";
      expect(code).toContain(line);
      const made = objectsOf(runProgram(code.replace(line, "GatewayWorkload.gatewayApi('egress', { namespace: 'istio-system' })")));
      const outcome = await leave(made, api, asked);
      expect(outcome.answers[0]).toReach('api.example.com', { leftBy: 'egress', sni: 'api.example.com', without: ['x-forwarded-client-cert'] });
      expect(outcome).toKeepInside('app');
      expect(outcome).toKeepInside('stranger');
      const before = await leave(objectsOf(runProgram(code)), api, asked, { workloads: [...callers, egressGateway()] });
      expect(told(outcome)).toEqual(told(before));
    });

    const tcp = { ports: [ExternalPort.tcp({ number: 5432 })], addresses: ['198.19.1.10'] };
    const certified = { ports: [ExternalPort.httpToHttps({ tls: mutual })] };
    const demanding = [external('api.test', { https: 443 }, { clientAuth: true })];

    test.each<[string, Parameters<typeof declare>, Scenario['externals'], Step]>([
      ['HTTP', [], clear, toApi[0]],
      ['HTTP, by a first leg in clear text,', [{}, { legOne: LegOne.plaintext('a test') }], clear, toApi[0]],
      ['the application\'s own TLS', [{ ports: [ExternalPort.https()] }], [external('api.test', { https: 443 })], get('https://api.test/get', { from: 'app' })],
      ['TCP', [tcp], [external('api.test', { tcp: 5432 })], say('tcp://api.test:5432', { from: 'app' })],
      ['HTTPS with a client certificate', [certified], demanding, toApi[0]],
    ])('%s leaves by it', async (_, [own, route], externals, step) => {
      const outcome = await leave(objects(declare(own, route, { workload: PODS })), externals, [step], { fixtures: [CLIENT] });
      expect(outcome.answers[0]).toReach('api.test', { leftBy: 'egress' });
    });

    describe('somebody who was not invited and makes a first leg of his own', () => {
      const leg = istio('VirtualService', 'other', 'own', { hosts: ['api.test'], exportTo: ['.'], http: [{ route: to(`egress.${NAMESPACE}.mesh.internal`, 80) }] });
      const opened = () => [
        ...objects(declare({}, {}, { workload: PODS })).map(o => (o.metadata.name.startsWith('egress-leg-1') ? { ...o, spec: { ...o.spec, exportTo: ['*'] } } : o)),
        leg as Manifest,
      ];
      const steps = [get('http://api.test/', { from: 'stranger' })];

      test('is refused by the policies', async () => {
        const { answers } = await leave(opened(), clear, steps);
        expect(answers[0]).toFail({ status: 403, at: 'egress', details: /rbac_access_denied/ });
      });

      test('broken: without the policies the route alone refuses him', async () => {
        const { answers } = await leave(without(opened(), 'AuthorizationPolicy'), clear, steps);
        expect(answers[0]).toFail({ status: 403, at: 'egress', details: /direct_response/ });
      });
    });

    test('a lock lets callers come to it, and lets nothing out beside it', async () => {
      const made = declare({}, {}, { workload: PODS });
      new EgressLock(made.shop, 'lock', { gateway: made.gateway });
      const outcome = await leave(objects(made), clear, [...toApi, get('http://api.test/', { name: 'beside', from: 'app', uid: 1337, timeoutS: 2 })]);
      expect(outcome.answers[0]).toReach('api.test', { leftBy: 'egress' });
      expect(outcome.named.beside).toFail({ error: /no route to host/ });
      expect(outcome).toKeepInside('app');
    });

    test('broken: without its Role the client certificate is not handed out', async () => {
      const made = objects(declare(certified, {}, { workload: PODS }));
      expect(without(made, 'Role')).toHaveLength(made.length - 1);
      const { answers } = await leave(without(made, 'Role'), demanding, toApi, { fixtures: [CLIENT], readyS: 20, troubled: true });
      expect(answers[0]).toFail({ status: 503, at: 'egress', details: /Secret_is_not_supplied_by_SDS/ });
    });

    test('broken: without a listener for it, the Service lacks the port of a first leg in clear text', async () => {
      const made = listening(objects(declare({}, { legOne: LegOne.plaintext('a test') }, { workload: PODS })), ([_, secure]) => [secure]);
      const { answers } = await leave(made, clear, toApi, { troubled: true });
      expect(answers[0]).toFail({ status: 503, at: 'app', flags: 'NC', details: /cluster_not_found/ });
    });

    test('broken: a listener of another kind takes the port of leg 1', async () => {
      const made = listening(objects(declare({}, {}, { workload: PODS })), ([plain, { port }]) => [plain, { ...plain, name: 'other', port }]);
      const { answers } = await leave(made, clear, toApi);
      expect(answers[0]).toFail({ status: 503, at: 'app' });
    });

    test('costs callers and bystanders what it costs them on the pods of a Helm release', async () => {
      const routes = (workload: GatewayWorkload) => {
        const app = new App();
        const gateway = new EgressGateway(new Chart(app, 'platform', { namespace: NAMESPACE }), 'egress', { workload });
        const shop = new Chart(app, 'shop', { namespace: 'shop' });
        for (const i of Array.from({ length: 20 }).keys()) {
          const host = new ExternalService(shop, `service-${i}`, { hosts: [`api-${i}.test`], ports: [ExternalPort.httpToHttps()] });
          new EgressRoute(shop, `route-${i}`, { service: host, gateway });
        }
        return synth(app, { set: 'twenty routes' });
      };
      const release = GatewayWorkload.helmRelease('egress-istio', { namespace: NAMESPACE });
      const helm = await size({ manifests: routes(release), workloads: [...callers, egressGateway({ namespace: NAMESPACE, release: 'egress-istio' })] });
      const made = routes(PODS);
      const managed = await size({ manifests: made, workloads: [...callers, ...allPodsOf(made, 'egress')] });
      expect(managed.app).toEqual(helm.app);
      expect(managed.stranger).toEqual(helm.stranger);
      expect(managed.egress.clusters).toBe(helm.egress.clusters);
    });
  });

  describe('ingress', () => {
    const apps = [service('web', { namespace: 'shop', http: 8080 })];
    const cert = certificate('shop-cert', 'istio-ingress', 'ingress:shop.example.com');
    const requests = [
      get('https://shop.example.com/cart', { from: 'outside', connect: 'ingress:443', trustCA: 'ingress', timeoutS: 4 }),
      get('http://shop.example.com/cart?n=1', { from: 'outside', connect: 'ingress:80' }),
    ];
    const enter = (made: Manifest[], pods: Workload[], more: Partial<Scenario> = {}) => (
      runMesh({ manifests: made, workloads: [...apps, ...pods], steps: requests, fixtures: [cert], ...more })
    );

    function entrance({ namespace = 'istio-ingress', istioVersion = '1.31', access }: { namespace?: string; istioVersion?: string } & Pick<IngressRouteProps, 'access'> = {}) {
      const app = new App();
      MeshSettings.of(app, { istioVersion });
      const gateway = new IngressGateway(new Chart(app, 'edge', { namespace }), 'gateway', {
        workload: GatewayWorkload.gatewayApi('public', { namespace: 'istio-ingress' }),
        listeners: [IngressListener.https({ hosts: ['shop.example.com'], credentialName: 'shop-cert' })],
      });
      const rules = [{ action: RouteAction.forward(Destination.service('web', { port: 8080 })) }];
      new IngressRoute(new Chart(app, 'shop', { namespace: 'shop' }), 'web', { gateway, hosts: ['shop.example.com'], rules, access });
      return synth(app, { admissible: istioVersion === '1.31' });
    }

    test('the page\'s chart for HTTPS does what it does on the pods of a Helm release', async () => {
      const { programs } = snippetsOf('docs/ingress.md').find(({ title }) => title === 'docs/ingress.md, HTTPS')!;
      const before = await enter(objectsOf(programs.map(runProgram).join('---\n')), [ingressGateway()]);
      const made = entrance();
      const outcome = await enter(made, allPodsOf(made, 'ingress'));
      expect(outcome.answers[0]).toReach('web');
      expect(outcome.answers[1]).toMatchObject({ status: 301 });
      expect(told(outcome)).toEqual(told(before));
    });

    test('broken: without its Role the certificate is not handed out, and its host is closed', async () => {
      const made = without(entrance(), 'RoleBinding');
      const { answers } = await enter(made, allPodsOf(made, 'ingress'), { readyS: 20, troubled: true });
      expect(answers[0]).toFail({ error: /connection reset by peer/ });
      expect(answers[1]).toMatchObject({ status: 301 });
    });

    test('broken: Istio\'s Gateway in another namespace is not heeded', async () => {
      const made = entrance({ namespace: 'shop', istioVersion: '1.30' });
      expect(made.find(isIstios)?.metadata.namespace).toBe('shop');
      const { answers } = await enter(made, allPodsOf(made, 'ingress'));
      expect(answers[0]).toFail({ error: /connection refused/ });
      expect(answers[1]).toFail({ status: 404 });
    });

    test('Istio\'s Gateway in another namespace is heeded before Istio 1.31', async () => {
      const made = entrance({ namespace: 'shop', istioVersion: '1.30' });
      const { answers } = await enter(made, allPodsOf(made, 'ingress'), { env: { PILOT_ENABLE_STRICT_GATEWAY_MERGING: 'false' } });
      expect(answers[0]).toReach('web');
    });

    const guarded = () => entrance({ access: [Access.ipBlocks(['192.0.2.0/24'])] });
    const ignoring = { env: { ENABLE_SELECTOR_BASED_K8S_GATEWAY_POLICY: 'false' } };

    test('policies hold by the name of the Gateway, also where istiod is told to ignore selectors', async () => {
      const made = guarded();
      const { answers } = await enter(made, allPodsOf(made, 'ingress'), ignoring);
      expect(answers[0]).toFail({ status: 403, at: 'ingress', details: /rbac_access_denied/ });
    });

    test('broken: a policy that finds the pods by their labels refuses nothing there', async () => {
      const byLabels = { selector: { matchLabels: { 'gateway.networking.k8s.io/gateway-name': 'public' } }, targetRefs: undefined };
      const made = guarded().map(o => (o.kind === 'AuthorizationPolicy' ? { ...o, spec: { ...o.spec, ...byLabels } } : o));
      const { answers } = await enter(made, allPodsOf(made, 'ingress'), ignoring);
      expect(answers[0]).toReach('web');
    });

    describe('Gateways of one name in two namespaces', () => {
      const made = () => {
        const app = new App();
        for (const [namespace, port] of [['red', 80], ['blue', 8080]] as const) {
          const chart = new Chart(app, namespace, { namespace });
          const workload = GatewayWorkload.gatewayApi('public', { namespace, ports: [port] });
          const gateway = new IngressGateway(chart, 'gateway', { workload, listeners: [IngressListener.http({ hosts: [`${namespace}.test`], port })] });
          const rules = [{ action: RouteAction.forward(Destination.service('web', { port: 8080, namespace: 'shop' })) }];
          new IngressRoute(chart, 'route', { gateway, hosts: [`${namespace}.test`], rules });
        }
        return synth(app);
      };
      const steps = ['red:80', 'blue:8080', 'red:8080'].map(connect => get(`http://${connect.split(':')[0]}.test/`, { name: connect, from: 'outside', connect }));
      const pods = (all: Manifest[]) => allPodsOf(all, 'pods').map(pod => ({ ...pod, name: pod.namespace }));

      test('keep to their own pods', async () => {
        const { answers } = await runMesh({ manifests: made(), workloads: [...apps, ...pods(made())], steps });
        expect(answers.map(({ status }) => status)).toEqual([200, 200, 0]);
        expect(answers[2]).toFail({ error: /connection refused/ });
      });

      test('broken: before Istio 1.31 each listens for the other as well', async () => {
        const { answers } = await runMesh({ manifests: made(), workloads: [...apps, ...pods(made())], steps, env: { PILOT_ENABLE_STRICT_GATEWAY_MERGING: 'false' } });
        expect(answers.map(({ status }) => status)).toEqual([200, 200, 404]);
      });
    });
  });
});
