import { ApiObject, App, Chart, Lazy } from 'cdk8s';
import {
  AccessLogging, Caller, ClusterDns, EgressGateway, EgressLock, EgressLockProps, EgressRoute, Endpoint, ExternalPort, ExternalService,
  GatewayWorkload, IngressGateway, IngressListener, LockPhase, MeshPeer, Resolution, SidecarScope,
} from '../../src';
import { mesh } from '../fixtures';
import { expectRefusal } from '../refusal';
import { synth } from '../synth';

const http = { hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps()] };

/** A lock over the gateway by which the shop calls an API. */
function locked(props: Partial<EgressLockProps> = {}) {
  const world = mesh();
  const service = new ExternalService(world.shop, 'api', http);
  new EgressRoute(world.shop, 'route', { service, gateway: world.egress });
  const lock = new EgressLock(world.shop, 'lock', { gateway: world.egress, ...props });
  return { ...world, service, lock };
}

describe('a lock is refused', () => {
  const service = (spec: object) => new ApiObject(new Chart(new App(), 'post', { namespace: 'post' }), 'mail', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'mail' }, spec });
  const legacy = { namespace: 'shop', pods: { app: 'legacy' }, port: 8080, reason: 'no sidecar' };

  test.each<{ when: string; props: Partial<EgressLockProps>; message: string }>([
    { when: 'it lists no namespace', props: { namespaces: [] }, message: '[LockEmpty] shop/lock: namespaces is empty; allowed: at least one namespace; fix: list the namespaces, or leave it out to lock all that routes of this app call from' },
    { when: 'it lists a namespace twice', props: { namespaces: ['shop', 'shop'] }, message: '[LockDuplicate] shop/lock: namespaces[1] is "shop"; allowed: each namespace once; fix: delete the duplicate' },
    { when: 'a namespace has no such name', props: { namespaces: ['Shop'] }, message: '[NameInvalid] shop/lock: namespaces[0] is "Shop"; allowed: a DNS label of at most 63 characters; fix: correct the name' },
    { when: 'the gateway is in the namespace', props: { namespaces: ['istio-system'] }, message: '[LockOnGateway] shop/lock: namespaces[0] is "istio-system"; allowed: namespaces other than that of the gateway, whose pods must connect to the outside; fix: run the gateway in a namespace of its own, or list the namespaces to lock' },
    { when: 'a reason is missing', props: { omit: { networkPolicy: ' ' } }, message: '[ReasonMissing] shop/lock: omit.networkPolicy is " "; allowed: a sentence that explains why; fix: explain why; the reason is kept as an annotation' },
    { when: 'it observes nothing', props: { phase: LockPhase.OBSERVE, omit: { telemetry: 'costs' } }, message: '[LockPartsConflict] shop/lock: omit.telemetry is "costs"; allowed: a lock that observes has its Sidecars and Telemetry: without them nothing is seen; fix: delete omit.telemetry, or remove the lock' },
    { when: 'it locks nothing', props: { omit: { sidecar: 'a', networkPolicy: 'b' } }, message: '[LockEmpty] shop/lock: omit is "sidecar, networkPolicy"; allowed: a lock with Sidecars or NetworkPolicies; fix: delete one of the two, or remove the lock' },
    { when: 'an option is for a part that is left out', props: { accessLogging: AccessLogging.all(), omit: { telemetry: 'costs' } }, message: '[RuleOptionUnused] shop/lock: accessLogging is "set"; allowed: a lock with telemetry; fix: delete it, or omit.telemetry' },
    { when: 'an option is for parts that are left out', props: { clusterRanges: ['10.0.0.0/8'], omit: { networkPolicy: 'a', gatewayNetworkPolicy: 'b' } }, message: '[RuleOptionUnused] shop/lock: clusterRanges is "set"; allowed: a lock with networkPolicy or gatewayNetworkPolicy; fix: delete it, or omit.networkPolicy' },
    { when: 'a Service has no pods', props: { calls: [MeshPeer.service('mail', { namespace: 'post' })] }, message: '[MeshPeerInvalid] shop/lock: calls[0] is "Service mail without pods"; allowed: a Service with labels and ports of its pods, because NetworkPolicies judge pods; fix: set `pods` and `ports` of MeshPeer.service, or use MeshPeer.fromService' },
    { when: 'a collector has no ports', props: { telemetry: [MeshPeer.service('otel', { namespace: 'obs', pods: { app: 'otel' } })] }, message: '[MeshPeerInvalid] shop/lock: telemetry[0] is "Service otel without ports"; allowed: a Service with labels and ports of its pods, because NetworkPolicies judge pods; fix: set `pods` and `ports` of MeshPeer.service, or use MeshPeer.fromService' },
    { when: 'pods have no labels', props: { calls: [MeshPeer.service('mail', { namespace: 'post', pods: {}, ports: [25] })] }, message: '[MeshPeerInvalid] shop/lock: calls[0].pods is {}; allowed: at least one label of the pods; fix: list the labels, or use MeshPeer.namespace for all pods of the namespace' },
    { when: 'a list of ports is empty', props: { calls: [MeshPeer.service('mail', { namespace: 'post', pods: { app: 'mail' }, ports: [] })] }, message: '[MeshPeerInvalid] shop/lock: calls[0].ports is empty; allowed: at least one port of the pods; fix: list the ports on which the pods listen' },
    { when: 'a Service has no such name', props: { calls: [MeshPeer.service('mail.post', { namespace: 'post' })] }, message: '[ServiceNameInvalid] shop/lock: calls[0] is "mail.post"; allowed: a DNS label of at most 63 characters; fix: correct the name' },
    { when: 'a Service names its target port', props: { calls: [MeshPeer.fromService(service({ selector: { app: 'mail' }, ports: [{ port: 25, targetPort: 'smtp' }] }))] }, message: '[MeshPeerInvalid] shop/lock: calls[0].ports is "smtp"; allowed: numbers; fix: describe it with MeshPeer.service: the Service does not contain the number of a named port' },
    { when: 'a resolver has no labels', props: { dns: ClusterDns.of({ namespace: 'net', pods: {} }) }, message: '[ClusterDnsInvalid] shop/lock: dns.pods is {}; allowed: at least one label of the pods; fix: list the labels: without them every pod of the namespace would count as a resolver' },
    { when: 'a resolver has no ports', props: { dns: ClusterDns.of({ namespace: 'net', pods: { app: 'dns' }, ports: [] }) }, message: '[ClusterDnsInvalid] shop/lock: dns.ports is empty; allowed: at least one port; fix: list the ports of the pods, or leave it out for 53' },
    { when: 'a cache on nodes is a block', props: { dns: ClusterDns.kubeDns({ nodeLocal: ['169.254.0.0/16'] }) }, message: '[AddressInvalid] shop/lock: dns.nodeLocal[0] is "169.254.0.0/16"; allowed: an IP address; fix: list the addresses one by one' },
    { when: 'istiod has no labels', props: { istiod: { pods: {} } }, message: '[MeshPeerInvalid] shop/lock: istiod.pods is {}; allowed: at least one label of the pods; fix: list the labels, or leave it out for app: istiod' },
    { when: 'the API server has no address', props: { kubeApi: { addresses: [] } }, message: '[AddressInvalid] shop/lock: kubeApi.addresses is empty; allowed: at least one address of an API server; fix: list those that `kubectl get endpointslices -n default` shows for kubernetes; the address of the Service is not one of them' },
    { when: 'the cluster has no range', props: { clusterRanges: [] }, message: '[AddressInvalid] shop/lock: clusterRanges is empty; allowed: at least one range of the cluster; fix: list the ranges of nodes, pods and Services, or leave it out for all private ranges' },
    { when: 'a range is everything', props: { clusterRanges: ['0.0.0.0/0'] }, message: '[AddressCatchAll] shop/lock: clusterRanges[0] is "0.0.0.0/0"; allowed: ranges of the cluster; fix: list the ranges of nodes, pods and Services' },
    { when: 'a port is none', props: { outsidePorts: [0] }, message: '[PortInvalid] shop/lock: outsidePorts[0] is 0; allowed: a whole number from 1 to 65535; fix: correct the port' },
    { when: 'a priority is none', props: { clusterNetworkPolicy: { priority: 1001 } }, message: '[PriorityInvalid] shop/lock: clusterNetworkPolicy.priority is 1001; allowed: a whole number from 0 to 1000; fix: choose one that no other policy of the Admin tier has for the same pods; the lowest is asked first' },
    { when: 'a priority is no whole number', props: { clusterNetworkPolicy: { priority: 0.5 } }, message: '[PriorityInvalid] shop/lock: clusterNetworkPolicy.priority is 0.5; allowed: a whole number from 0 to 1000; fix: choose one that no other policy of the Admin tier has for the same pods; the lowest is asked first' },
    { when: 'policies of the cluster stand alone', props: { clusterNetworkPolicy: {}, omit: { networkPolicy: 'because' } }, message: '[LockPartsConflict] shop/lock: omit.networkPolicy is "because"; allowed: a lock with NetworkPolicies beside ClusterNetworkPolicies, which many network plugins do not know; fix: delete omit.networkPolicy, or clusterNetworkPolicy' },
    { when: 'clear text has no reason', props: { plaintextPorts: [{ ...legacy, reason: '' }] }, message: '[ReasonMissing] shop/lock: plaintextPorts[0].reason is ""; allowed: a sentence that explains why; fix: explain why; the reason is kept as an annotation' },
    { when: 'clear text is for all pods', props: { plaintextPorts: [{ ...legacy, pods: {} }] }, message: '[MeshPeerInvalid] shop/lock: plaintextPorts[0].pods is {}; allowed: at least one label of the pods; fix: list the labels: Istio heeds ports only for selected pods' },
    { when: 'clear text is for the same pods by other labels', props: { plaintextPorts: [legacy, { ...legacy, pods: { tier: 'old' } }] }, message: '[PlaintextPortConflict] shop/lock: plaintextPorts[1].pods is {"tier":"old"}; allowed: labels that select other pods than those before, or the same labels; fix: use the same labels for all ports of the same pods: Istio heeds one PeerAuthentication per pod' },
    { when: 'clear text is for a port twice', props: { plaintextPorts: [legacy, legacy] }, message: '[PortDuplicate] shop/lock: plaintextPorts[1].port is 8080; allowed: each port of the same pods once; fix: delete the duplicate' },
  ])('where $when', ({ props, message }) => {
    expectRefusal(() => locked(props), message);
  });

  test('where a direct service is none, or is inside the cluster', () => {
    const { shop, egress, service: api } = locked();
    const db = new ExternalService(shop, 'db', { hosts: ['db.example.com'], ports: [ExternalPort.https()], direct: true, resolution: Resolution.endpoints([Endpoint.ip('10.96.4.1')]) });
    expectRefusal(() => new EgressLock(shop, 'second', { gateway: egress, direct: [api] }), '[ServiceNotDirect] shop/second: direct[0] is "shop/api"; allowed: a service with `direct: true`; fix: leave it out: what routes carry is allowed anyway');
    expectRefusal(() => new EgressLock(shop, 'second', { gateway: egress, direct: [db], clusterRanges: ['10.96.0.0/12'] }), '[LockDirectInCluster] shop/second: direct[0] is "shop/db at 10.96.4.1/32"; allowed: a service outside of `clusterRanges`; fix: use `calls` for workloads in the cluster, or correct clusterRanges');
  });

  test('where another app declares the gateway, and nothing says who protects it', () => {
    const shop = new Chart(new App(), 'shop', { namespace: 'shop' });
    const gateway = EgressGateway.fromEgressGatewayAttributes(shop, 'egress', { name: 'egress', workload: GatewayWorkload.helmRelease('egw', { namespace: 'istio-system' }) });
    expectRefusal(() => new EgressLock(shop, 'lock', { gateway }), '[LockForeignGateway] shop/lock: gateway is "shop/egress"; allowed: a gateway that this app declares, or a lock without the NetworkPolicy of the gateway; fix: set omit.gatewayNetworkPolicy, and say which app protects the pods of the gateway');
  });
});

describe('a lock is refused at synthesis', () => {
  test.each<{ when: string; props?: Partial<EgressLockProps>; more?: (world: ReturnType<typeof locked>) => unknown; message: string }>([
    { when: 'a namespace calls nothing', props: { namespaces: ['billing', 'shop'] }, message: '[LockUncalled] shop/lock: namespaces[0] is "billing"; allowed: namespaces from which routes call by platform/egress: shop; fix: add the namespace to the callers of a route, or delete it here' },
    { when: 'no namespace calls', more: ({ shop }) => ['route', 'api'].forEach(id => shop.node.tryRemoveChild(id)), message: '[LockUncalled] shop/lock: namespaces is not set; allowed: namespaces from which routes of this app call by platform/egress; there are none; fix: add an EgressRoute through the gateway, or list the namespaces where other apps declare the routes' },
    {
      when: 'routes call from the namespace of the gateway',
      more: ({ platform, egress }) => new EgressRoute(platform, 'route', { gateway: egress, service: new ExternalService(platform, 'cdn', { hosts: ['cdn.example.com'], ports: [ExternalPort.https()] }) }),
      message: '[LockOnGateway] shop/lock: namespaces is "istio-system"; allowed: namespaces other than that of the gateway, whose pods must connect to the outside; fix: run the gateway in a namespace of its own, or list the namespaces to lock',
    },
    {
      when: 'an ingress gateway uses the pods',
      more: ({ platform }) => new IngressGateway(platform, 'ingress', { workload: GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' }), listeners: [IngressListener.http()] }),
      message: '[LockGatewayShared] shop/lock: gateway is "platform/egress"; allowed: a gateway whose pods platform/ingress does not use; fix: give each gateway pods of its own, or set omit.gatewayNetworkPolicy',
    },
    { when: 'the gateway has been removed', more: ({ platform }) => platform.node.tryRemoveChild('egress'), message: '[ConstructRemoved] shop/lock: gateway is "platform/egress"; allowed: an EgressGateway that is part of the App; fix: pass one that is still in its scope' },
    {
      when: 'a direct service is not listed',
      more: ({ shop }) => new ExternalService(shop, 'cdn', { hosts: ['cdn.example.com'], ports: [ExternalPort.https()], direct: true }),
      message: '[LockDirect] shop/lock: direct is empty; allowed: a list with shop/cdn, to which workloads of shop connect without the gateway; fix: add the service to `direct`, or route it through the gateway',
    },
    {
      when: 'a namespace is called that has an ingress gateway',
      props: { calls: [MeshPeer.namespace('edge')] },
      more: ({ platform }) => new IngressGateway(platform, 'ingress', { workload: GatewayWorkload.helmRelease('ingress', { namespace: 'edge' }), listeners: [IngressListener.http()] }),
      message: '[LockCallsIngress] shop/lock: calls[0] is "edge"; allowed: workloads other than the pods of platform/ingress, which could send requests back out; fix: name the Services that are called with MeshPeer.service, or run the ingress gateway in a namespace of its own',
    },
    { when: 'clear text is let in where nothing is locked', props: { plaintextPorts: [{ namespace: 'blog', pods: { app: 'a' }, port: 80, reason: 'no sidecar' }] }, message: '[RuleOptionUnused] shop/lock: plaintextPorts[0].namespace is "blog"; allowed: a locked namespace: shop; fix: correct the namespace, or delete the exception' },
  ])('where $when', ({ props, more, message }) => {
    const world = locked(props);
    more?.(world);
    expectRefusal(() => synth(world.app), message);
  });

  test('where a direct service is listed that no locked namespace sees', () => {
    const { app, shop, platform, egress } = mesh();
    const db = new ExternalService(platform, 'db', { hosts: ['db.example.com'], ports: [ExternalPort.https()], direct: true });
    new EgressRoute(shop, 'route', { service: new ExternalService(shop, 'api', http), gateway: egress });
    new EgressLock(shop, 'lock', { gateway: egress, direct: [db] });
    expectRefusal(() => synth(app), '[RuleOptionUnused] shop/lock: direct[0] is "platform/db"; allowed: services that the locked namespaces see: there are none; fix: delete it');
  });

  test('where other apps route through the gateway to ports that nobody knows', () => {
    const { app, platform, shop } = mesh();
    const gateway = new EgressGateway(platform, 'second', { workload: GatewayWorkload.helmRelease('second', { namespace: 'second' }), exportTo: ['crm'] });
    new EgressRoute(shop, 'route', { service: new ExternalService(shop, 'api', http), gateway });
    new EgressLock(shop, 'lock', { gateway });
    expectRefusal(() => synth(app), '[LockPortsUnknown] shop/lock: outsidePorts is not set; allowed: the ports of the external services that other apps route from crm; fix: list them, [] if this app declares the same ones; the NetworkPolicy of the gateway would otherwise close these routes');
  });

  test('where a second lock or a Sidecar scope covers the namespace', () => {
    const { app, shop, egress } = mesh();
    new SidecarScope(shop, 'scope', {});
    new EgressLock(shop, 'lock', { gateway: egress });
    new EgressRoute(shop, 'route', { service: new ExternalService(shop, 'api', http), gateway: egress });
    expectRefusal(() => synth(app), '[LockDuplicate] shop/lock: namespaces is "shop"; allowed: namespaces that shop/scope does not cover; fix: cover each namespace once; to treat namespaces differently, list those of each lock in `namespaces`');
    const two = locked();
    new EgressLock(two.shop, 'second', { gateway: two.egress, namespaces: ['shop'], metadata: { name: 'second' } });
    expect(() => synth(two.app)).toThrow('[LockDuplicate] shop/second: namespaces is "shop"; allowed: namespaces that shop/lock does not cover; fix: cover each');
  });

  test('but two locks may share a gateway', () => {
    const { app, platform, shop, egress } = locked({ namespaces: ['shop'] });
    const service = new ExternalService(shop, 'cdn', { hosts: ['cdn.example.com'], ports: [ExternalPort.https()] });
    new EgressRoute(shop, 'cdn-route', { service, gateway: egress, callers: [Caller.namespace('billing')] });
    new EgressLock(platform, 'rest', { gateway: egress, namespaces: ['billing'], metadata: { name: 'rest' } });
    expect(synth(app).filter(o => o.kind === 'Sidecar').map(o => o.metadata.namespace).sort()).toEqual(['billing', 'shop']);
  });

  const object = (kind: string, namespace: string, spec: object, apiVersion = 'networking.k8s.io/v1') => ({ shop }: ReturnType<typeof locked>) => new ApiObject(shop, 'own', { apiVersion, kind, metadata: { name: 'own', namespace }, spec });
  const pods = { matchLabels: { istio: 'egressgateway' } };
  test.each<[string, (world: ReturnType<typeof locked>) => unknown, string, string]>([
    ['a Sidecar', object('Sidecar', 'shop', { egress: [{ hosts: ['*/*'] }] }, 'networking.istio.io/v1'), 'Sidecar shop/own', 'sidecar'],
    ['a NetworkPolicy that lets out', object('NetworkPolicy', 'shop', { podSelector: {}, egress: [{}] }), 'NetworkPolicy shop/own', 'networkPolicy'],
    ['a NetworkPolicy about what goes out', object('NetworkPolicy', 'shop', { podSelector: {}, policyTypes: ['Egress'] }), 'NetworkPolicy shop/own', 'networkPolicy'],
    ['a NetworkPolicy of Calico that lets out', object('NetworkPolicy', 'shop', { order: 1, egress: [{ action: 'Allow' }] }, 'projectcalico.org/v3'), 'NetworkPolicy shop/own', 'networkPolicy'],
    ['a PeerAuthentication', object('PeerAuthentication', 'shop', { mtls: { mode: 'PERMISSIVE' } }, 'security.istio.io/v1'), 'PeerAuthentication shop/own', 'peerAuthentication'],
    ['Telemetry that logs', object('Telemetry', 'shop', { accessLogging: [{ disabled: true }] }, 'telemetry.istio.io/v1'), 'Telemetry shop/own', 'telemetry'],
    ['a NetworkPolicy of the gateway', object('NetworkPolicy', 'istio-system', { podSelector: pods, ingress: [{}] }), 'NetworkPolicy istio-system/own', 'gatewayNetworkPolicy'],
    ['a NetworkPolicy of all pods beside the gateway', object('NetworkPolicy', 'istio-system', { podSelector: {}, egress: [{}] }), 'NetworkPolicy istio-system/own', 'gatewayNetworkPolicy'],
  ])('where there is %s', (_, add, got, part) => {
    const world = locked();
    add(world);
    const kind = got.split(' ')[0];
    expectRefusal(() => synth(world.app, { admissible: false }), `[LockOpened] shop/lock: namespaces is "${got}"; allowed: no other ${kind} of this app that could open what is locked; shop/own makes this one; fix: delete it, and say the same by the lock; or set omit.${part}`);
    const without = locked({ omit: { [part]: 'ours' } });
    add(without);
    expect(synth(without.app, { admissible: false })).not.toHaveLength(0);
  });

  test.each<[string, (world: ReturnType<typeof locked>) => unknown]>([
    ['a Sidecar elsewhere', object('Sidecar', 'blog', { egress: [{ hosts: ['./*'] }] }, 'networking.istio.io/v1')],
    ['a NetworkPolicy about what comes in', object('NetworkPolicy', 'shop', { podSelector: {}, ingress: [] })],
    ['Telemetry of some pods', object('Telemetry', 'shop', { selector: { matchLabels: { app: 'a' } }, accessLogging: [{ disabled: true }] }, 'telemetry.istio.io/v1')],
    ['Telemetry that does not log', object('Telemetry', 'shop', { tracing: [{ disableSpanReporting: true }] }, 'telemetry.istio.io/v1')],
    ['an object of another API with a kind of that name', object('Telemetry', 'shop', { accessLogging: [{ disabled: true }] }, 'operator.example.com/v1')],
    ['a NetworkPolicy of other pods beside the gateway', object('NetworkPolicy', 'istio-system', { podSelector: { matchLabels: { istio: 'ingressgateway' } }, egress: [{}] })],
  ])('but not where there is %s', (_, add) => {
    const world = locked();
    add(world);
    expect(synth(world.app, { admissible: false }).some(o => o.metadata.name === 'own')).toBe(true);
  });

  test('but an object that cannot be written has an error of its own', () => {
    const { app, shop } = locked();
    const spec = Lazy.any({ produce: () => { throw new Error('no spec today'); } });
    new ApiObject(shop, 'own', { apiVersion: 'telemetry.istio.io/v1', kind: 'Telemetry', metadata: { name: 'own' }, spec });
    expect(() => app.synthYaml()).toThrow('no spec today');
  });
});
