import { App, Chart } from 'cdk8s';
import {
  AppTls, Caller, Destination, DirectRoute, EgressAdmission, EgressGateway, EgressLock, EgressLockProps, EgressRoute, Endpoint,
  ExternalPort, ExternalService, GatewayWorkload, LegOne, LockPhase, MeshPeer, MeshSettings, PathMatch, PodUsers, Resolution, RouteAction,
  UndeclaredTraffic, WayOutState,
} from '../../src';
import { expectBlock } from '../pages';
import { synth } from '../synth';

const workload = GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' });
const http = { hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps()] };

type More = (chart: Chart, gateway: EgressGateway) => Partial<EgressLockProps> | void;

/** The first chart of docs/lockdown.md, or something like it. */
function locked(props: Partial<EgressLockProps> = {}, more: More = () => {}, gatewayProps = {}, after: (lock: EgressLock) => void = () => {}) {
  const app = new App();
  const egress = new EgressGateway(new Chart(app, 'platform', { namespace: 'istio-system' }), 'egress', { workload, ...gatewayProps });
  const chart = new Chart(app, 'chart', { namespace: 'shop' });
  new EgressRoute(chart, 'api-route', { service: new ExternalService(chart, 'api', http), gateway: egress });
  const added = more(chart, egress) ?? {};
  const lock = new EgressLock(chart, 'lock', { gateway: egress, ...props, ...added });
  after(lock);
  synth(app, { admissible: !app.node.findAll().some(one => one instanceof EgressAdmission) });
  return lock.report;
}

const rowsOf = (report: ReturnType<typeof locked>) => report.map(({ namespace, wayOut, state, because }) => `${namespace}: ${wayOut}: ${state}: ${because}`);
/** What a report says that the plain one does not. */
function news(report: ReturnType<typeof locked>): string[] {
  const plain = new Set(rowsOf(locked()));
  return rowsOf(report).filter(row => !plain.has(row));
}

function tableOf(report: ReturnType<typeof locked>): string {
  const rows = report.map(({ namespace, wayOut, state, because }) => `| \`${namespace}\` | ${wayOut} | ${state === WayOutState.OPEN ? '**open**' : state.toLowerCase()} | ${because} |`);
  return ['| from | way out | | because |', '|---|---|---|---|', ...rows, ''].join('\n');
}

describe('the report of a lock', () => {
  test('stands on the page as it is', () => {
    const report = locked();
    expectBlock('docs/lockdown.md', 'report', tableOf(report));
  });

  test('says what ClusterNetworkPolicies hold, once they are there', () => {
    expect(news(locked({ clusterNetworkPolicy: {} }))).toEqual(['shop: NetworkPolicies with egress, created in the namespace by others: CLOSED: ClusterNetworkPolicy']);
    const observed = rowsOf(locked({ phase: LockPhase.OBSERVE, clusterNetworkPolicy: {} }));
    expect(observed).toEqual(rowsOf(locked({ phase: LockPhase.OBSERVE })));
  });

  test('says what is lost where a lock observes', () => {
    const rows = news(locked({ phase: LockPhase.OBSERVE }));
    expect(rows).toHaveLength(10);
    for (const row of rows) expect(row).toMatch(/: OPEN: the lock only observes$/);
  });

  test('says why a part is left out, and what remains for its ways', () => {
    expect(news(locked({ omit: { networkPolicy: 'no plugin', peerAuthentication: 'legacy' } }))).toEqual([
      'shop: HTTP, TLS and TCP to undeclared hosts by the sidecar: CLOSED: Sidecar',
      'shop: connections around the sidecar: user 1337, excluded ports and addresses, pods without one: OPEN: omit.networkPolicy: no plugin',
      'shop: UDP, QUIC and, where the network plugin judges it, ICMP: OPEN: omit.networkPolicy: no plugin',
      'shop: name servers outside, and metadata of the cloud: OPEN: omit.networkPolicy: no plugin',
      'shop: relays in namespaces that are not called, ingress gateways among them: OPEN: omit.networkPolicy: no plugin',
      'shop: Sidecar, ServiceEntry, EnvoyFilter and the like, created in the namespace by others: OPEN: omit.networkPolicy: no plugin',
      'shop: clear text from clients without a sidecar, on the way in: OPEN: omit.peerAuthentication: legacy',
    ]);
  });

  describe('with admission', () => {
    const NET_RAW = 'shop: packets under the address of another pod (NET_ADMIN, NET_RAW)';
    const AROUND = 'shop: connections around the sidecar: user 1337, excluded ports and addresses, pods without one';
    const admitted = (props: Partial<EgressLockProps>, podUsers?: PodUsers) => locked(props, undefined, {}, lock => new EgressAdmission(lock, 'admission', { lock, podUsers }));

    test('is on the page as far as it differs', () => {
      const differs = new Set(news(admitted({})));
      const rows = admitted({}).filter(row => differs.has(rowsOf([row])[0]));
      expectBlock('docs/lockdown.md', 'report with admission', tableOf(rows));
    });

    test('has no row left that only admission control could close', () => {
      expect(rowsOf(locked()).filter(row => row.includes('only admission control can refuse it'))).toHaveLength(6);
      expect(rowsOf(admitted({})).filter(row => row.includes('only admission control'))).toEqual([]);
    });

    test('tells pods that may run as root from those that may not', () => {
      const rows = rowsOf(admitted({}, PodUsers.REFUSE));
      expect(rows).toContain(`${AROUND}: CLOSED: NetworkPolicy, EgressAdmission`);
      expect(rows).toContain(`${NET_RAW}: CLOSED: EgressAdmission`);
      expect(rowsOf(admitted({}))).toContain(`${AROUND}: CLOSED: NetworkPolicy`);
    });

    test('closes what a NetworkPolicy that is left out would have closed, as far as it can', () => {
      const omit = { networkPolicy: 'no plugin' };
      const rows = rowsOf(admitted({ omit }));
      expect(rows).toContain(`${AROUND}: OPEN: omit.networkPolicy: no plugin`);
      expect(rows).toContain('shop: Sidecar, ServiceEntry, EnvoyFilter and the like, created in the namespace by others: CLOSED: EgressAdmission');
      expect(rowsOf(admitted({ omit }, PodUsers.REFUSE))).toContain(`${AROUND}: CLOSED: EgressAdmission`);
    });

    test('closes nothing while the lock observes', () => {
      const rows = rowsOf(admitted({ phase: LockPhase.OBSERVE }, PodUsers.REFUSE));
      expect(rows.filter(row => row.includes('EgressAdmission'))).toEqual([
        'shop: pods in the network of their node (hostNetwork): OPEN: NetworkPolicies do not apply to them; EgressAdmission only warns while the lock observes',
        'shop: NetworkPolicies with egress, created in the namespace by others: OPEN: NetworkPolicies add up; EgressAdmission only warns while the lock observes',
        `${NET_RAW}: OPEN: NetworkPolicies judge by addresses; EgressAdmission only warns while the lock observes`,
        'shop: requests of istiod, by the address of keys in a RequestAuthentication of others: OPEN: istiod fetches them itself; EgressAdmission only warns while the lock observes',
        'istio-system: Gateways of other namespaces for the name of leg 1: OPEN: they select the same pods; EgressAdmission only warns while the lock observes',
        'istio-system: older ServiceEntries for declared hosts: OPEN: gateways take the older one; EgressAdmission only warns while the lock observes',
      ]);
    });

    test('of another lock is that of the gateway, and not of the namespaces', () => {
      const rows = rowsOf(locked({ namespaces: ['shop'] }, (chart, gateway) => {
        new EgressRoute(chart, 'cdn', { service: new ExternalService(chart, 'cdn-service', { hosts: ['cdn.example.com'], ports: [ExternalPort.http()] }), gateway, callers: [Caller.namespace('billing')] });
        const lock = new EgressLock(chart, 'other', { gateway, namespaces: ['billing'], metadata: { name: 'other' } });
        new EgressAdmission(chart, 'admission', { lock });
      }));
      expect(rows.filter(row => row.endsWith('only admission control can refuse it'))).toHaveLength(4);
      expect(rows).toContain('istio-system: older ServiceEntries for declared hosts: CLOSED: EgressAdmission');
    });
  });

  test.each<[string, More, string[]]>([
    ['routes that the gateway does not read', (chart, gateway) => {
      const route = (host: string, props: object) => new EgressRoute(chart, host, { service: new ExternalService(chart, `${host}-service`, { hosts: [`${host}.example.com`], ports: [ExternalPort.https()] }), gateway, ...props });
      route('cdn', {});
      route('mirror', { appTls: AppTls.PASSTHROUGH });
      new EgressRoute(chart, 'old', { service: new ExternalService(chart, 'old-service', { hosts: ['old.example.com'], ports: [ExternalPort.http()] }), gateway, legOne: LegOne.plaintext('no sidecars') });
    }, [
      'shop: cdn.example.com: ALLOWED: chart/cdn, by the gateway',
      'shop: what is inside connections to cdn.example.com: OPEN: the gateway does not read them (chart/cdn), so that a host behind the same addresses may be meant',
      'shop: mirror.example.com: ALLOWED: chart/mirror, by the gateway',
      'shop: what is inside connections to mirror.example.com: OPEN: the gateway neither reads them nor knows who sends them (chart/mirror, PASSTHROUGH)',
      'shop: old.example.com: ALLOWED: chart/old, by the gateway',
      'shop: requests of others to old.example.com: OPEN: the gateway does not know who sends them (chart/old, plaintext leg 1)',
    ]],
    ['direct services', chart => {
      const direct = (host: string, props: object) => new ExternalService(chart, host, { hosts: [`${host}.example.com`], ports: [ExternalPort.https()], direct: true, ...props });
      return { direct: [direct('cdn', {}), direct('db', { resolution: Resolution.endpoints([Endpoint.ip('192.0.2.1')]) })] };
    }, [
      'shop: cdn.example.com: ALLOWED: chart/cdn, a direct service',
      'shop: connections around the sidecar to any address outside of the cluster, port 443: OPEN: NetworkPolicies know no names, and chart/cdn has no addresses',
      'shop: db.example.com: ALLOWED: chart/db, a direct service',
    ]],
    ['what is called', () => ({ calls: [MeshPeer.namespace('stock'), MeshPeer.service('mail', { namespace: 'post', pods: { app: 'mail' }, ports: [25] })], kubeApi: { addresses: ['192.0.2.1'] } }), [
      'shop: pods of stock: OPEN: it is called, but no lock of this app covers it: it may pass traffic on',
      'shop: Service mail of post: OPEN: it is called, but no lock of this app covers it: it may pass traffic on',
      'shop: the Kubernetes API server: OPEN: whoever may do enough there starts pods elsewhere',
    ]],
    ['rules that lead to Services', (chart, gateway) => {
      const rules = (...namespaces: string[]) => namespaces.map(namespace => ({ matches: [{ path: PathMatch.prefix(`/${namespace}`) }], action: RouteAction.forward(Destination.service('cart', { namespace, port: 80 })) }));
      const service = new ExternalService(chart, 'db', { hosts: ['db.example.com'], ports: [ExternalPort.http()], direct: true, resolution: Resolution.endpoints([Endpoint.ip('192.0.2.1')]) });
      new DirectRoute(chart, 'direct', { service, rules: rules('stock', 'post', 'mail', 'shop') });
      new EgressRoute(chart, 'cdn', { service: new ExternalService(chart, 'cdn-service', { hosts: ['cdn.example.com'], ports: [ExternalPort.http()] }), gateway, rules: rules('post', 'shop'), callers: [Caller.namespace('shop')] });
      return { direct: [service], calls: [MeshPeer.namespace('stock'), MeshPeer.service('mail', { namespace: 'mail', pods: { app: 'mail' }, ports: [25] })] };
    }, [
      'shop: cdn.example.com: ALLOWED: chart/cdn, by the gateway',
      'shop: db.example.com: ALLOWED: chart/db, a direct service',
      'shop: pods of stock: OPEN: it is called, but no lock of this app covers it: it may pass traffic on',
      'shop: Service mail of mail: OPEN: it is called, but no lock of this app covers it: it may pass traffic on',
      'shop: pods of post: OPEN: chart/direct leads to a Service there, and a NetworkPolicy opens the whole namespace, because the route names no pods; no lock of this app covers it: it may pass traffic on',
      'shop: pods of mail: OPEN: chart/direct leads to a Service there, and a NetworkPolicy opens the whole namespace, because the route names no pods; no lock of this app covers it: it may pass traffic on',
      'istio-system: pods of post: OPEN: chart/cdn leads to a Service there, and a NetworkPolicy opens the whole namespace, because the route names no pods; no lock of this app covers it: it may pass traffic on',
      'istio-system: pods of shop: ALLOWED: chart/cdn leads to a Service there, and a NetworkPolicy opens the whole namespace, because the route names no pods; it is locked itself',
    ]],
    ['callers without a lock', (chart, gateway) => {
      new EgressRoute(chart, 'cdn', { service: new ExternalService(chart, 'cdn-service', { hosts: ['cdn.example.com'], ports: [ExternalPort.http()] }), gateway, callers: [Caller.namespace('billing')] });
      return { namespaces: ['shop'] };
    }, ['billing: everything: OPEN: it calls by the gateway, and no lock of this app covers it']],
    ['a namespace that is called and locked', (chart, gateway) => {
      new EgressRoute(chart, 'cdn', { service: new ExternalService(chart, 'cdn-service', { hosts: ['cdn.example.com'], ports: [ExternalPort.http()] }), gateway, callers: [Caller.namespace('billing')] });
      new EgressLock(chart, 'other', { gateway, namespaces: ['billing'], metadata: { name: 'other' } });
      return { namespaces: ['shop'], calls: [MeshPeer.namespace('billing')] };
    }, ['shop: pods of billing: ALLOWED: it is called, and locked itself']],
  ])('tells of %s', (_, more, rows) => {
    expect(news(locked({}, more))).toEqual(rows);
  });

  test('tells of a gateway that lets undeclared traffic through, and of one that keeps other namespaces out', () => {
    expect(news(locked({}, undefined, { undeclared: UndeclaredTraffic.allowed('a route by hand') }))).toEqual(['istio-system: traffic that no route declares, through the gateway: OPEN: a route by hand']);
    expect(news(locked({}, chart => void MeshSettings.of(chart)))).toEqual([]);
    const app = new App();
    MeshSettings.of(app, { scopeGatewayToNamespace: true });
    const chart = new Chart(app, 'chart', { namespace: 'shop' });
    const gateway = EgressGateway.fromEgressGatewayAttributes(chart, 'egress', { name: 'egress', workload });
    new EgressRoute(chart, 'api-route', { service: new ExternalService(chart, 'api', http), gateway });
    expect(news(new EgressLock(chart, 'lock', { gateway, omit: { gatewayNetworkPolicy: 'the platform does it' } }).report)).toEqual([
      'istio-system: pods of other namespaces than those of callers: OPEN: omit.gatewayNetworkPolicy: the platform does it',
      'istio-system: its other ports, such as that of its administration: OPEN: omit.gatewayNetworkPolicy: the platform does it',
      'istio-system: ports that no route declares, and the ranges of the cluster: OPEN: omit.gatewayNetworkPolicy: the platform does it',
      'istio-system: traffic that no route declares, through the gateway: OPEN: the app that declares the gateway decides',
      'istio-system: Gateways of other namespaces for the name of leg 1: CLOSED: PILOT_SCOPE_GATEWAY_TO_NAMESPACE',
    ]);
  });
});
