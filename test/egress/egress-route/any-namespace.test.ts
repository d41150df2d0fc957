import { ApiObject, Chart } from 'cdk8s';
import {
  AppTls, Caller, EgressCaller, EgressGateway, EgressLock, EgressLockProps, EgressRoute, EgressRouteProps, ExternalPort, ExternalService,
  GatewayWorkload, MeshSettings, PathMatch, VirtualServiceLayout,
} from '../../../src';
import { mesh, routed } from '../../fixtures';
import { policyOf, sidecarOf, waysIn, waysOut } from '../../lock/rules-of';
import { expectRefusal } from '../../refusal';
import { find, Manifest, synth } from '../../synth';

const WHY = 'public documentation, which every team reads';
const REASON = { 'cdk8s-istio/any-namespace-reason': WHY };
const everybody = Caller.anyNamespace(WHY);
const readers = Caller.anyNamespace(WHY, { allow: [{ methods: ['GET'] }] });
const service = { hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps()] };
const forAll = (props: Partial<EgressRouteProps> = {}, of = service) => routed(of, { callers: [everybody], ...props });
const policy = (objects: Manifest[], port = 80) => find(objects, 'AuthorizationPolicy', `egress-api-example-com-${port}-callers`).spec.rules[0].from[0].source;
const callersOf = (objects: Manifest[]) => find(objects, 'VirtualService', 'egress-api-example-com-80-leg-2').spec.http[0].match.map((match: any) => [match.method?.exact, match.headers['x-forwarded-client-cert'].regex]);
const identity = (who: string) => `.*;URI=spiffe://cluster\\.local/(?:${who})(?:;[^,]*)?`;
const ANYBODY = identity('ns/[^;,/]+/sa/[^;,/]+');

describe('a route for every namespace', () => {
  test('lets in whoever has an identity of the trust domain', () => {
    const objects = forAll().manifests();
    expect(policy(objects)).toEqual({ notPrincipals: ['cluster.local/*'] });
    expect(callersOf(objects)).toEqual([[undefined, ANYBODY]]);
    expect(policy(routed(service, { callers: [everybody] }, { trustDomain: 'corp' }).manifests())).toEqual({ notPrincipals: ['corp/*'] });
  });

  test('is seen by all, with all that leads to the gateway', () => {
    const { app, route } = forAll({}, { ...service, ports: [ExternalPort.httpToHttps(), ExternalPort.https()] });
    const objects = synth(app);
    const leading = objects.filter(o => o.metadata.name.includes('leg-1') || o.kind === 'ServiceEntry' || o.metadata.name === route.meshVirtualService.name);
    expect(leading.map(o => o.kind).sort()).toEqual(['DestinationRule', 'DestinationRule', 'ServiceEntry', 'ServiceEntry', 'ServiceEntry', 'VirtualService']);
    for (const { spec } of leading) expect(spec.exportTo).toEqual(['*']);
    expect(objects.filter(o => o.kind === 'VirtualService' && o.metadata.name.includes('leg-2')).map(o => o.spec.exportTo)).toEqual([['.'], ['.']]);
  });

  test.each([VirtualServiceLayout.SPLIT, VirtualServiceLayout.SINGLE])('says why at what callers read, layout %s', layout => {
    const { app, route } = forAll({ layout });
    const { metadata, spec } = find(synth(app), 'VirtualService', route.meshVirtualService.name);
    expect([metadata.annotations, spec.exportTo]).toEqual([REASON, ['*']]);
  });

  test('may limit everybody, and let some do more', () => {
    const objects = forAll({ callers: [readers, Caller.serviceAccount('docs', 'editor')] }).manifests();
    expect(policy(objects)).toEqual({ notPrincipals: ['cluster.local/*'] });
    expect(callersOf(objects)).toEqual([[undefined, identity('ns/docs/sa/editor')], ['GET', ANYBODY]]);
  });

  test.each<[string, Partial<EgressRouteProps>, string]>([
    ['nobody says why', { callers: [Caller.anyNamespace(' ')] }, '[ReasonMissing] shop/route: callers[0] is " "; allowed: a sentence that explains why; fix: explain why; the reason is kept as an annotation'],
    ['another caller adds nothing', { callers: [Caller.namespace('docs'), everybody] }, '[CallerCovered] shop/route: callers[0] is "docs"; allowed: no other caller: callers[1] lets every namespace send whatever the route allows; fix: delete it, or limit callers[1] with an `allow` of its own'],
    ['another caller seems to be limited', { callers: [everybody, Caller.namespace('docs', { allow: [{ path: PathMatch.prefix('/docs') }] })] }, '[CallerCovered] shop/route: callers[1] is "docs"; allowed: no other caller: callers[0] lets every namespace send whatever the route allows; fix: delete it, or limit callers[0] with an `allow` of its own'],
    ['it is for all of them twice', { callers: [readers, readers] }, '[CallerCovered] shop/route: callers[1] is "*"; allowed: Caller.anyNamespace once; fix: put what both allow into one'],
    ['another caller has a leg of its own', { callers: [readers, Caller.namespace('docs', { ownLeg: true })] }, '[CallerCovered] shop/route: callers[1].ownLeg is true; allowed: no leg of its own, because callers[0] has the leg of the route exported to every namespace; fix: leave it out, and delete the EgressCaller'],
  ])('is refused where %s', (_, props, message) => {
    expectRefusal(() => forAll(props), message);
  });

  test('is refused where nobody can be identified', () => {
    expectRefusal(() => forAll({ appTls: AppTls.PASSTHROUGH }, { ...service, ports: [ExternalPort.https()] }),
      '[CallersNotEnforceable] shop/route: callers is "*"; allowed: no callers if leg 1 does not use mTLS; fix: use AppTls.WRAP, or leave out callers');
  });

  const conflict = (path: string, got: string, rival: string) => `[MeshHostConflict] ${path}: callers is "api.example.com from ${got}"; allowed: hosts and callers that ${rival} does not use; fix: use only one route per host and calling namespace`;
  const elsewhere = ({ app }: ReturnType<typeof mesh>, callers: Caller[]) => {
    const edge = new Chart(app, 'edge', { namespace: 'edge' });
    const gateway = new EgressGateway(edge, 'egress', { workload: GatewayWorkload.helmRelease('edge', { namespace: 'edge' }) });
    return new EgressRoute(edge, 'route', { service: new ExternalService(edge, 'api', service), gateway, callers });
  };

  test('leaves no room for other routes to its hosts, whichever is first', () => {
    expectRefusal(() => elsewhere(forAll(), [Caller.namespace('docs')]), conflict('edge/route', 'docs', 'shop/route'));
    expectRefusal(() => elsewhere(routed(service), [everybody]), conflict('edge/route', '*', 'shop/route'));
    expectRefusal(() => elsewhere(forAll(), [everybody]), conflict('edge/route', '*', 'shop/route'));
    const { app, service: api, egress } = forAll();
    expectRefusal(() => new EgressCaller(new Chart(app, 'docs', { namespace: 'docs' }), 'caller', { service: api, gateway: egress }),
      '[MeshHostConflict] docs/caller: service.hosts[0] is "api.example.com from docs"; allowed: hosts that shop/route does not use; fix: use only one route per host and calling namespace; to leave this one to its EgressCaller, set `ownLeg` on the route');
    expect(() => elsewhere(routed({ ...service, hosts: ['www.example.com'] }), [everybody])).not.toThrow();
  });

  test('claims its addresses in every namespace', () => {
    const database = { hosts: ['db.example.com'], addresses: ['192.0.2.1'], ports: [ExternalPort.postgres()] };
    const both = (callers: Caller[], others: Caller[]) => {
      const { app, shop, egress } = routed(database, { callers });
      const rival = new ExternalService(shop, 'rival', { ...database, hosts: ['other.example.com'] });
      new EgressRoute(shop, 'rival-route', { service: rival, gateway: egress, callers: others });
      return () => synth(app);
    };
    for (const [callers, others] of [[[everybody], [Caller.namespace('docs')]], [[Caller.namespace('docs')], [everybody]]]) {
      expectRefusal(both(callers, others), '[TcpAddressConflict] shop/service: addresses[0] is "192.0.2.1"; allowed: addresses that do not overlap 192.0.2.1 of shop/rival on port 5432, which sidecars of docs see as well; fix: remove the address from one of the two: sidecars have one listener for it; put all ports of a host in one ExternalService');
    }
    expect(both([Caller.namespace('shop')], [Caller.namespace('docs')])).not.toThrow();
  });

  test('must be known to every Sidecar of the app', () => {
    const { app } = forAll();
    const docs = new Chart(app, 'docs', { namespace: 'docs' });
    const sidecar = (hosts: string[]) => new ApiObject(docs, 'sidecar', { apiVersion: 'networking.istio.io/v1', kind: 'Sidecar', spec: { egress: [{ hosts }] } });
    const { node: { id } } = sidecar(['./*']);
    expectRefusal(() => app.synthYaml(), '[SidecarHidesRoute] docs/sidecar: spec.egress[0].hosts is "./*"; allowed: a list that imports shop/api.example.com (for shop/route), istio-system/egress.istio-system.mesh.internal (for shop/route); fix: add what is missing to `hosts`: sidecars refuse requests for hosts that they do not know, or let them leave directly and in clear text');
    docs.node.tryRemoveChild(id);
    sidecar(['./*', 'shop/api.example.com', 'istio-system/egress.istio-system.mesh.internal']);
    expect(app.synthYaml()).toContain('kind: Sidecar');
  });

  test('must be exported by the app that declares the gateway', () => {
    const { platform, app } = mesh();
    new EgressGateway(platform, 'shared', { workload: GatewayWorkload.helmRelease('shared', { namespace: 'shared' }), exportTo: ['docs', '*'] });
    expect(find(synth(app), 'ServiceEntry', 'shared-leg-1').spec.exportTo).toEqual(['*']);
    expectRefusal(() => new EgressGateway(platform, 'odd', { workload: GatewayWorkload.helmRelease('odd', { namespace: 'odd' }), exportTo: ['*.docs'] }),
      '[NameInvalid] platform/odd: exportTo[0] is "*.docs"; allowed: a DNS label of at most 63 characters; fix: correct the name');
  });
});

describe('a lock over a gateway with a route for every namespace', () => {
  function locked(props: Partial<EgressLockProps> = {}) {
    const world = forAll();
    return { ...world, lock: new EgressLock(world.shop, 'lock', { gateway: world.egress, ...props }) };
  }

  test('must say which namespaces it locks', () => {
    expectRefusal(() => synth(locked().app), '[LockNamespacesUnknown] shop/lock: namespaces is not set; allowed: a list, because a route through platform/egress is for every namespace; fix: list the namespaces to lock');
  });

  test('lets each of them call, and everybody reach the gateway at the ports of routes', () => {
    const objects = synth(locked({ namespaces: ['docs'] }).app);
    expect(waysOut(policyOf(objects, 'docs'))).toContain('istio-system (app=istio-egressgateway,istio=egressgateway): 443/TCP');
    expect(waysIn(policyOf(objects, 'istio-system'))).toEqual(['every namespace: 443/TCP']);
    expect(sidecarOf(objects, 'docs').spec.egress[0].hosts).toEqual([
      './*', 'istio-system/egress.istio-system.mesh.internal', 'kube-system/kube-dns.kube-system.svc.cluster.local', 'shop/api.example.com',
    ]);
  });

  test('reports what that leaves open', () => {
    const { app, lock } = locked({ namespaces: ['docs'] });
    MeshSettings.of(app);
    synth(app);
    const rows = lock.report.map(({ namespace, wayOut, state, because }) => `${namespace}: ${wayOut}: ${state}: ${because}`);
    expect(rows).toContain('docs: api.example.com: ALLOWED: shop/route, by the gateway');
    expect(rows).toContain('*: everything: OPEN: every namespace may call by the gateway, and locks cover only some');
    expect(rows.some(row => row.includes('pods of other namespaces than those of callers'))).toBe(false);
  });
});
