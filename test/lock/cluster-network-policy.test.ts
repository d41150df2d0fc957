import { EgressLock, EgressLockProps, EgressRoute, ExternalPort, ExternalService, LockPhase, MeshPeer } from '../../src';
import { mesh } from '../fixtures';
import { expectRefusal } from '../refusal';
import { Manifest, synth } from '../synth';

const api = { hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps()] };

function locked(props: Partial<EgressLockProps> = {}, direct = false) {
  const world = mesh();
  new EgressRoute(world.shop, 'route', { service: new ExternalService(world.shop, 'api', api), gateway: world.egress });
  const services = direct ? [new ExternalService(world.shop, 'cdn', { hosts: ['cdn.example.com'], ports: [ExternalPort.https()], direct: true })] : [];
  new EgressLock(world.shop, 'lock', { gateway: world.egress, clusterNetworkPolicy: {}, direct: services, ...props });
  return world;
}

const policiesOf = ({ app }: ReturnType<typeof locked>): Manifest[] => synth(app, { admissible: false }).filter(({ kind }) => kind === 'ClusterNetworkPolicy');
/** A line for each rule: `Pass allowed: 53/UDP`. */
const linesOf = ({ spec }: Manifest): string[] => spec.egress.map(({ action, name, protocols }: any) => (
  `${action} ${name}: ${protocols?.map((one: any) => Object.entries<any>(one).map(([protocol, { destinationPort }]) => `${destinationPort.number}/${protocol}`)).join(' ') ?? 'every port'}`
));

describe('the ClusterNetworkPolicy of a lock', () => {
  test('leaves what is allowed to NetworkPolicies, and denies the rest', () => {
    expect(policiesOf(locked({ calls: [MeshPeer.namespace('stock')] }))).toMatchInlineSnapshot(`
      apiVersion: policy.networking.k8s.io/v1alpha2
      kind: ClusterNetworkPolicy
      metadata:
        name: egress-lock-shop-e58e0133
      spec:
        egress:
          - action: Pass
            name: allowed
            protocols:
              - udp:
                  destinationPort:
                    number: 53
              - tcp:
                  destinationPort:
                    number: 53
            to:
              - pods:
                  namespaceSelector:
                    matchLabels:
                      kubernetes.io/metadata.name: kube-system
                  podSelector:
                    matchLabels:
                      k8s-app: kube-dns
          - action: Pass
            name: allowed
            protocols:
              - tcp:
                  destinationPort:
                    number: 15012
            to:
              - pods:
                  namespaceSelector:
                    matchLabels:
                      kubernetes.io/metadata.name: istio-system
                  podSelector:
                    matchLabels:
                      app: istiod
          - action: Pass
            name: allowed
            protocols:
              - tcp:
                  destinationPort:
                    number: 443
            to:
              - pods:
                  namespaceSelector:
                    matchLabels:
                      kubernetes.io/metadata.name: istio-system
                  podSelector:
                    matchLabels:
                      app: istio-egressgateway
                      istio: egressgateway
          - action: Pass
            name: allowed
            to:
              - namespaces:
                  matchLabels:
                    kubernetes.io/metadata.name: shop
              - namespaces:
                  matchLabels:
                    kubernetes.io/metadata.name: stock
          - action: Deny
            name: everything-else
            to:
              - namespaces: {}
              - networks:
                  - 0.0.0.0/0
                  - ::/0
        priority: 100
        subject:
          namespaces:
            matchLabels:
              kubernetes.io/metadata.name: shop
        tier: Admin
    `);
  });

  test('denies the ranges of the cluster before it lets direct services leave', () => {
    const [policy] = policiesOf(locked({ clusterNetworkPolicy: { priority: 7 } }, true));
    expect(policy.spec.priority).toBe(7);
    expect(linesOf(policy).slice(-3)).toEqual(['Deny cluster: every port', 'Pass outside: 443/tcp', 'Deny everything-else: every port']);
    expect(policy.spec.egress.find(({ name }: any) => name === 'cluster').to).toEqual([{ networks: expect.arrayContaining(['10.0.0.0/8', '169.254.0.0/16', 'fe80::/10']) }]);
  });

  test('is none while the lock observes', () => {
    expect(policiesOf(locked({ phase: LockPhase.OBSERVE }))).toEqual([]);
  });

  test('parts lists that are longer than it may have', () => {
    const [{ spec }] = policiesOf(locked({ calls: Array.from({ length: 30 }, (_, i) => MeshPeer.namespace(`team-${i}`)) }));
    expect(spec.egress.filter(({ protocols }: any) => !protocols).map(({ to }: any) => to.length)).toEqual([25, 6, 2]);
  });

  test('is refused if it needs too many rules', () => {
    const calls = Array.from({ length: 30 }, (_, i) => MeshPeer.service(`team-${i}`, { namespace: 'stock', pods: { app: `team-${i}` }, ports: [8000 + i] }));
    expectRefusal(() => synth(locked({ calls }).app), '[ListTooLong] shop/lock: ClusterNetworkPolicy spec.egress is 35; allowed: up to 25 rules, one for each different list of ports; fix: call whole namespaces with MeshPeer.namespace, or leave out clusterNetworkPolicy');
  });
});
