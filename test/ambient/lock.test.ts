import { Chart } from 'cdk8s';
import {
  Caller, Destination, EgressLock, EgressLockProps, EgressRoute, EgressRouteProps, ExternalPort, ExternalService, LockFinding, MeshPeer,
  RouteAction, WayOutState,
} from '../../src';
import { atWaypoint, migrating } from '../fixtures';
import { expectBlock } from '../pages';
import { expectRefusal } from '../refusal';
import { Manifest, synth } from '../synth';

const api = { hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps()] };

function locked(props: Partial<EgressLockProps> = {}, route: Partial<EgressRouteProps> = {}) {
  const world = atWaypoint(api, route);
  return { ...world, lock: new EgressLock(world.shop, 'lock', { gateway: world.egress, ...props }) };
}

const rowsOf = (report: LockFinding[]) => report.map(({ namespace, wayOut, state, because }) => `| \`${namespace}\` | ${wayOut} | ${state === WayOutState.OPEN ? '**open**' : state.toLowerCase()} | ${because} |`);
const policies = (objects: Manifest[]) => objects.filter(({ kind }) => /NetworkPolicy$/.test(kind));

describe('a lock at a waypoint', () => {
  test('is NetworkPolicies alone', () => {
    const { lock, app } = locked({ calls: [MeshPeer.service('stock', { namespace: 'stock', pods: { app: 'stock' }, ports: [8080] })], scrapers: [MeshPeer.namespace('monitoring')] });
    const objects = synth(app, { set: 'lock at a waypoint' });
    expect(lock.parts.map(({ kind, metadata: { namespace } }) => `${kind} ${namespace}`)).toEqual(['NetworkPolicy istio-egress', 'NetworkPolicy shop']);
    expect(policies(objects)).toMatchInlineSnapshot(`
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata:
        name: egress-lock
        namespace: istio-egress
      spec:
        egress:
          - ports:
              - port: 53
                protocol: UDP
              - port: 53
                protocol: TCP
            to:
              - namespaceSelector:
                  matchLabels:
                    kubernetes.io/metadata.name: kube-system
                podSelector:
                  matchLabels:
                    k8s-app: kube-dns
          - ports:
              - port: 15012
                protocol: TCP
            to:
              - namespaceSelector:
                  matchLabels:
                    kubernetes.io/metadata.name: istio-system
                podSelector:
                  matchLabels:
                    app: istiod
          - ports:
              - port: 443
                protocol: TCP
            to:
              - ipBlock:
                  cidr: 0.0.0.0/0
                  except:
                    - 10.0.0.0/8
                    - 172.16.0.0/12
                    - 192.168.0.0/16
                    - 100.64.0.0/10
                    - 169.254.0.0/16
              - ipBlock:
                  cidr: ::/0
                  except:
                    - fc00::/7
                    - fe80::/10
        ingress:
          - from:
              - namespaceSelector:
                  matchLabels:
                    kubernetes.io/metadata.name: shop
            ports:
              - port: 15008
                protocol: TCP
          - from:
              - namespaceSelector:
                  matchLabels:
                    kubernetes.io/metadata.name: monitoring
            ports:
              - port: 15020
                protocol: TCP
              - port: 15090
                protocol: TCP
        podSelector:
          matchLabels:
            gateway.networking.k8s.io/gateway-name: waypoint
        policyTypes:
          - Ingress
          - Egress
      ---
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata:
        name: egress-lock
        namespace: shop
      spec:
        egress:
          - ports:
              - port: 53
                protocol: UDP
              - port: 53
                protocol: TCP
            to:
              - namespaceSelector:
                  matchLabels:
                    kubernetes.io/metadata.name: kube-system
                podSelector:
                  matchLabels:
                    k8s-app: kube-dns
          - ports:
              - port: 15012
                protocol: TCP
            to:
              - namespaceSelector:
                  matchLabels:
                    kubernetes.io/metadata.name: istio-system
                podSelector:
                  matchLabels:
                    app: istiod
          - ports:
              - port: 15008
                protocol: TCP
            to:
              - namespaceSelector:
                  matchLabels:
                    kubernetes.io/metadata.name: istio-egress
                podSelector:
                  matchLabels:
                    gateway.networking.k8s.io/gateway-name: waypoint
          - to:
              - podSelector: {}
          - ports:
              - port: 8080
                protocol: TCP
              - port: 15008
                protocol: TCP
            to:
              - namespaceSelector:
                  matchLabels:
                    kubernetes.io/metadata.name: stock
                podSelector:
                  matchLabels:
                    app: stock
        podSelector: {}
        policyTypes:
          - Egress
    `);
  });

  test('has a policy of the cluster besides, if it is told to', () => {
    const objects = synth(locked({ clusterNetworkPolicy: {} }).app, { set: 'lock at a waypoint, with a policy of the cluster' });
    expect(policies(objects).map(({ kind }) => kind)).toEqual(['NetworkPolicy', 'NetworkPolicy', 'ClusterNetworkPolicy']);
    expect(JSON.stringify(objects.find(({ kind }) => kind === 'ClusterNetworkPolicy'))).toContain('15008');
  });

  test('follows routes that come later', () => {
    const { app, lock, egress } = locked();
    const billing = new Chart(app, 'billing', { namespace: 'billing' });
    const service = new ExternalService(billing, 'db', { hosts: ['db.example.com'], ports: [ExternalPort.postgres()] });
    new EgressRoute(billing, 'db-route', { service, gateway: egress });
    const [waypoint, ...callers] = policies(synth(app, { admissible: false })).sort((a, b) => Number(b.metadata.namespace === 'istio-egress') - Number(a.metadata.namespace === 'istio-egress'));
    expect(callers.map(({ metadata: { namespace } }) => namespace).sort()).toEqual(['billing', 'shop']);
    expect(JSON.stringify(waypoint.spec.ingress)).toMatch(/billing.*shop/);
    expect(waypoint.spec.egress.at(-1).ports.map(({ port }: any) => port)).toEqual([443, 5432]);
    expect(rowsOf(lock.report)).toContain('| `billing` | what is inside connections to db.example.com | **open** | the waypoint does not read them (billing/db-route), so that a host behind the same addresses may be meant |');
  });

  test('tells what it closes, as it stands on the page', () => {
    const { lock, app } = locked();
    synth(app, { admissible: false });
    expectBlock('docs/lockdown.md', 'report in ambient', ['| from | way out | | because |', '|---|---|---|---|', ...rowsOf(lock.report), ''].join('\n'));
  });

  test('tells what is left open', () => {
    const { lock, app } = locked({ namespaces: ['shop'], omit: { networkPolicy: 'no plugin' }, kubeApi: { addresses: ['192.0.2.1'] } }, { callers: [Caller.namespace('shop'), Caller.namespace('billing')] });
    synth(app, { admissible: false });
    const plain = new Set(rowsOf(locked().lock.report));
    expect(rowsOf(lock.report).filter((row) => !plain.has(row))).toMatchInlineSnapshot(`
      [
        "| \`shop\` | HTTP, TLS and TCP to undeclared hosts, which ztunnel passes on | **open** | omit.networkPolicy: no plugin |",
        "| \`shop\` | UDP, QUIC and, where the network plugin judges it, ICMP | **open** | omit.networkPolicy: no plugin |",
        "| \`shop\` | name servers outside, and metadata of the cloud | **open** | omit.networkPolicy: no plugin |",
        "| \`shop\` | relays in namespaces that are not called, ingress gateways among them | **open** | omit.networkPolicy: no plugin |",
        "| \`shop\` | ServiceEntries of others that lead past the waypoint, and pods that are taken out of the mesh | **open** | omit.networkPolicy: no plugin |",
        "| \`shop\` | the Kubernetes API server | **open** | whoever may do enough there starts pods elsewhere |",
        "| \`billing\` | everything | **open** | it calls by the gateway, and no lock of this app covers it |",
      ]
    `);
  });

  test('opens the namespaces of Services to which rules lead', () => {
    const { app, lock } = locked({}, { rules: [{ action: RouteAction.forward(Destination.service('stock', { namespace: 'stock', port: 8080 })) }] });
    const [waypoint] = policies(synth(app, { admissible: false }));
    expect(JSON.stringify(waypoint.spec.egress)).toContain('"kubernetes.io/metadata.name":"stock"');
    expect(rowsOf(lock.report)).toContain('| `istio-egress` | pods of stock | **open** | shop/route leads to a Service there, and a NetworkPolicy opens the whole namespace, because the route names no pods; no lock of this app covers it: it may pass traffic on |');
  });

  test('is refused over a namespace that another lock covers', () => {
    const { app, platform, egress } = locked();
    new EgressLock(platform, 'second', { gateway: egress, namespaces: ['shop'], omit: { gatewayNetworkPolicy: 'the other does' }, metadata: { name: 'second' } });
    expect(() => synth(app)).toThrow('[LockDuplicate] platform/second: namespaces is "shop"; allowed: namespaces that shop/lock does not cover');
  });

  test('is refused without namespaces for a route that is for all of them', () => {
    const { app } = locked({}, { callers: [Caller.anyNamespace('public')] });
    expectRefusal(() => synth(app), '[LockNamespacesUnknown] shop/lock: namespaces is not set; allowed: a list, because a route through platform/egress is for every namespace; fix: list the namespaces to lock');
  });
});

test('a lock for sidecars lets ambient pods reach the waypoint beside the gateway, which it does not cover', () => {
  const { app, shop, platform, egress } = migrating();
  new EgressRoute(shop, 'route', { service: new ExternalService(shop, 'api', api), gateway: egress });
  const lock = new EgressLock(platform, 'lock', { gateway: egress });
  const caller = policies(synth(app, { admissible: false })).find(({ metadata: { namespace } }) => namespace === 'shop')!;
  expect(JSON.stringify(caller.spec.egress)).toContain('"gateway.networking.k8s.io/gateway-name":"waypoint"');
  expect(rowsOf(lock.report).filter((row) => row.includes('waypoint'))).toMatchInlineSnapshot(`
    [
      "| \`shop\` | api.example.com | allowed | shop/route, by the waypoint |",
      "| \`istio-egress\` | everything, from the pods of the waypoint waypoint | **open** | no lock of this app covers them: its AuthorizationPolicies alone say what it forwards |",
    ]
  `);
});
