import { Caller, ClusterDns, EgressAdmission, EgressLock, EgressLockProps, EgressVerification, ExternalPort, LockPhase, MeshPeer, SidecarScope } from '../../src';
import { direct, routed } from '../fixtures';

const originated = { hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps()] };

function locked(props: Partial<EgressLockProps> = {}) {
  const world = routed(originated);
  return { ...world, lock: new EgressLock(world.shop, 'lock', { gateway: world.egress, ...props }) };
}

/** Each kind of lock, once. */
export const CASES = {
  'lock': () => locked(),
  'lock that observes': () => locked({ phase: LockPhase.OBSERVE }),
  'lock with all that it can be told': () => locked({
    namespaces: ['shop'],
    calls: [MeshPeer.namespace('stock'), MeshPeer.service('mail', { namespace: 'post', pods: { app: 'mail' }, ports: [2525] })],
    dns: ClusterDns.openshift({ nodeLocal: ['169.254.20.10'] }),
    istiod: { namespace: 'control' },
    kubeApi: { addresses: ['192.0.2.1'] },
    telemetry: [MeshPeer.namespace('observability')],
    scrapers: [MeshPeer.namespace('monitoring')],
    clusterRanges: ['10.0.0.0/8', 'fd00::/8'],
    outsidePorts: [8443],
    clusterNetworkPolicy: { priority: 5 },
    plaintextPorts: [{ namespace: 'shop', pods: { app: 'legacy' }, port: 8080, reason: 'its clients have no sidecar' }],
    omit: { telemetry: 'logs are kept elsewhere' },
  }),
  'lock that cannot be opened': () => {
    const { lock, ...world } = locked();
    return { ...world, admission: new EgressAdmission(world.platform, 'admission', { lock }) };
  },
  'verification of a lock': () => {
    const world = locked();
    return { ...world, verification: new EgressVerification(world.shop, 'verification', { lock: world.lock }) };
  },
  'lock of some namespaces that a route for any calls from': () => {
    const world = routed(originated, { callers: [Caller.anyNamespace('public documentation')] });
    return { ...world, lock: new EgressLock(world.shop, 'lock', { gateway: world.egress, namespaces: ['shop'] }) };
  },
  'scope of sidecars': () => {
    const world = direct({ ...originated });
    return { ...world, scope: new SidecarScope(world.shop, 'scope', { calls: [MeshPeer.namespace('stock')] }) };
  },
};
