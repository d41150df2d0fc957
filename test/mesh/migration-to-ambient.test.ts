import { App, Chart } from 'cdk8s';
import { ambient, apply, describeMesh, egressGateway, External, external, get, Outcome, runMesh, sidecar, stop, waypoint } from './mesh';
import { change, count, lost, Manifest, objectsOf, REGISTRY_ONLY, traffic } from './traffic';
import {
  ClientCertificate, EgressGateway, EgressLock, EgressRoute, EgressRouteProps, Endpoint, ExternalPort, ExternalService, ExternalServiceProps,
  GatewayWorkload, PathMatch, Resolution, RouteAction, UpstreamTls,
} from '../../src';

/** By what the platform serves the routes of the shop. */
type Stage = 'sidecar gateway' | 'both' | 'waypoint';

interface Mode {
  readonly service: ExternalServiceProps;
  readonly route?: Partial<EgressRouteProps>;
  readonly externals: External[];
  readonly url: string;
  /** What the waypoint tells a stranger. */
  readonly refusal: Parameters<jest.Matchers<void>['toFail']>[0];
}

const forbidden = { status: 403, at: 'waypoint', details: /rbac_access_denied/ };
const closed = { error: /EOF|reset/ };
const api = { hosts: ['api.test'], ports: [ExternalPort.httpToHttps()] };
const secure = { externals: [external('api.test', { https: 443 })], url: 'http://api.test/get', refusal: forbidden };
const partner = UpstreamTls.mutual({ clientCertificate: ClientCertificate.secret('partner') });

const plain: Mode = { service: { ...api, ports: [ExternalPort.http()] }, externals: [external('api.test', { http: 80 })], url: 'http://api.test/get', refusal: forbidden };
const originated: Mode = { ...secure, service: api };

const MODES: [string, Mode][] = [
  ['HTTP', plain],
  ['TLS origination', originated],
  ['TLS origination to known addresses', { ...secure, service: { ...api, resolution: Resolution.endpoints([Endpoint.ip('198.19.1.10')]) } }],
  ['a client certificate', { ...secure, externals: [external('api.test', { https: 443 }, { clientAuth: true })], service: { ...api, ports: [ExternalPort.httpToHttps({ tls: partner })] } }],
  ['another port than 80', { ...secure, service: { ...api, ports: [ExternalPort.httpToHttps({ number: 8080 })] }, url: 'http://api.test:8080/get' }],
  ['a host among several', { ...secure, service: { hosts: ['auth.test', 'api.test'], ports: [ExternalPort.httpToHttps(), ExternalPort.http({ number: 8080 })] } }],
  ['rules of a VirtualService', { ...secure, service: api, route: { rules: [{ matches: [{ path: PathMatch.exact('/gone') }], action: RouteAction.respond(410) }] } }],
  ['the application\'s own TLS', { ...secure, service: { ...api, ports: [ExternalPort.https()] }, url: 'https://api.test/get', refusal: closed }],
  ['TCP', {
    service: { hosts: ['db.test'], ports: [ExternalPort.tcp({ number: 5432 })], addresses: ['198.19.1.10'] },
    externals: [external('db.test', { tcp: 5432 })],
    url: 'tcp://db.test:5432',
    refusal: closed,
  }],
];

/** The platform's chart at a stage, and the shop's, which is always the same. */
function declared(stage: Stage, { service, route }: Mode, pods = 'istio-system'): App {
  const app = new App();
  const platform = new Chart(app, 'platform', { namespace: 'istio-system' });
  const workload = GatewayWorkload.helmRelease('istio-egressgateway', { namespace: pods });
  const sidecarGateway = stage === 'waypoint' ? undefined : new EgressGateway(platform, 'egress', { workload });
  const gateway = stage === 'sidecar gateway' ? sidecarGateway! : new EgressGateway(platform, 'waypoint', {
    workload: GatewayWorkload.waypoint('waypoint', { namespace: 'istio-egress' }), sidecarGateway,
  });
  const shop = new Chart(app, 'shop', { namespace: 'shop' });
  new EgressRoute(shop, 'route', { service: new ExternalService(shop, 'api', service), gateway, ...route });
  return app;
}

/** Pods of two namespaces, with sidecars and, after a restart, in ambient. */
const workloads = (pods = 'istio-system') => [
  sidecar('old', { namespace: 'shop' }), sidecar('old-stranger', { namespace: 'other' }),
  ambient('new', { namespace: 'shop' }), ambient('new-stranger', { namespace: 'other' }),
  egressGateway({ namespace: pods }), waypoint({ name: 'waypoint' }),
];

const secretsIn = (namespaces: string[]) => [...new Set(namespaces)].map(namespace => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'partner', namespace },
  data: { 'tls.crt': '${cert:client:client.shop.test}', 'tls.key': '${key:client:client.shop.test}', 'ca.crt': '${ca:public}' },
}));

// in the lab, Roles are there from the start
const isRole = ({ kind }: Manifest) => kind.startsWith('Role');
const changes = (from: App, to: App) => change(from, to).filter(step => !('apply' in step && step.apply.includes('kind: Role')));

describeMesh('migration to ambient', () => {
  async function migrate(mode: Mode, pods?: string): Promise<Outcome> {
    const { url, externals } = mode;
    const [before, both, after] = (['sidecar gateway', 'both', 'waypoint'] as const).map(stage => declared(stage, mode, pods));
    const call = (from: string, name: string) => get(url, { from, name: `${from} ${name}` });
    const outcome = await runMesh({
      manifests: before,
      fixtures: [...objectsOf(both).filter(isRole), ...secretsIn([pods ?? 'istio-system', 'istio-egress'])],
      workloads: workloads(pods),
      externals,
      meshConfig: REGISTRY_ONLY,
      // that of the name of leg 1, if it goes where the waypoint is
      troubled: true,
      steps: [
        traffic('old', url, 'old'),
        call('old', 'before'), call('old-stranger', 'before'),
        ...changes(before, both),
        // pods are restarted without sidecars, one by one
        traffic('new', url, 'new'),
        call('old', 'meanwhile'), call('old-stranger', 'meanwhile'), call('new', 'meanwhile'), call('new-stranger', 'meanwhile'),
        stop('old'),
        ...changes(both, after),
        call('new', 'after'), call('new-stranger', 'after'),
        stop('new'),
      ],
    });
    count(outcome);
    expect(outcome.troubles.filter(trouble => !trouble.includes('Ignoring unwatched type URL'))).toEqual([]);
    return outcome;
  }

  describe.each([
    ['of the sidecar gateway elsewhere', 'istio-system', MODES],
    ['of the sidecar gateway beside the waypoint', 'istio-egress', MODES.filter(([name]) => /origination$|certificate|TCP/.test(name))],
  ])('with the pods %s', (_, pods, modes) => {
    test.each(modes)('%s: no request is lost, and no stranger gets out', async (__, mode) => {
      const { loads, named, seen } = await migrate(mode, pods);
      const [{ host }] = mode.externals;
      const leavesBy = (leftBy: string, ...names: string[]) => names.forEach(name => expect(named[name]).toReach(host, { leftBy }));
      leavesBy('egress', 'old before', 'old meanwhile');
      leavesBy('waypoint', 'new meanwhile', 'new after');
      for (const name of ['new-stranger meanwhile', 'new-stranger after']) expect(named[name]).toFail(mode.refusal);
      for (const name of ['old-stranger before', 'old-stranger meanwhile']) expect(named[name].server).toBeUndefined();
      for (const name of ['old', 'new']) expect(Object.keys(loads[name].tally)).toEqual([mode.url.startsWith('tcp') ? host : `200 ${host}`]);
      expect(new Set(seen.map(({ peer }) => peer))).toEqual(new Set(['egress', 'waypoint']));
    });
  });

  test('on the way back no request is lost either', async () => {
    const { url, externals } = originated;
    const [before, both, after] = (['sidecar gateway', 'both', 'waypoint'] as const).map(stage => declared(stage, originated));
    const { loads } = await runMesh({
      manifests: after,
      workloads: workloads(),
      externals,
      meshConfig: REGISTRY_ONLY,
      steps: [
        traffic('new', url, 'new'), ...changes(after, both), get(url, { from: 'new' }), traffic('old', url, 'old'), stop('new'),
        ...changes(both, before), get(url, { from: 'old' }), stop('old'),
      ],
      troubled: true,
    });
    for (const name of ['old', 'new']) expect(Object.keys(loads[name].tally)).toEqual(['200 api.test']);
  });

  test.each<[string, (policy: any) => void, boolean]>([
    ['a lock lets pods of both kinds out by their gateways', () => {}, true],
    ['broken: without the port of tunnels, it keeps ambient pods from the waypoint', ({ spec }) => {
      spec.egress = spec.egress.filter(({ ports }: any) => ports?.[0].port !== 15008);
    }, false],
  ])('%s', async (_, damage, passes) => {
    const app = declared('both', plain);
    const gateway = app.node.findChild('platform').node.findChild('egress') as EgressGateway;
    new EgressLock(app.node.findChild('platform') as Chart, 'lock', { gateway, clusterRanges: ['10.0.0.0/8'] });
    const [open, locked] = [declared('both', plain), app].map(objectsOf);
    const policies = locked.filter(({ kind, metadata: { namespace } }) => kind === 'NetworkPolicy' && namespace === 'shop');
    policies.forEach(damage);
    const undeclared = get('http://evil.test/', { from: 'new', timeoutS: 2 });
    const { answers: [before, old, enrolled, evil] } = await runMesh({
      manifests: open,
      workloads: workloads(),
      externals: [...plain.externals, external('evil.test', { http: 80 })],
      meshConfig: REGISTRY_ONLY,
      steps: [get(plain.url, { from: 'new' }), apply(policies), get(plain.url, { from: 'old' }), get(plain.url, { from: 'new', timeoutS: 2 }), undeclared],
    });
    expect(policies).toHaveLength(1);
    expect(before).toReach('api.test', { leftBy: 'waypoint' });
    expect(old).toReach('api.test');
    if (passes) expect(enrolled).toReach('api.test', { leftBy: 'waypoint' });
    else expect(enrolled.denied).toContainEqual(expect.objectContaining({ to: 'waypoint', port: 15008 }));
    expect(evil.denied).toContainEqual(expect.objectContaining({ to: 'evil.test' }));
  });

  /** What the pods of the shop get where something is wrong. */
  async function ask(objects: Manifest[], { externals, url }: Mode, pods?: string) {
    const { named } = await runMesh({
      manifests: objects, workloads: workloads(pods), externals, meshConfig: REGISTRY_ONLY, steps: [get(url, { from: 'old', name: 'old' }), get(url, { from: 'new', name: 'new' })],
    });
    return named;
  }

  const isEntry = ({ kind, spec }: Manifest) => kind === 'ServiceEntry' && spec.hosts?.[0] === 'api.test';
  const damaged = (is: (object: Manifest) => boolean, damage: (object: any) => void, ...[mode, pods]: [Mode, string?]) => (
    objectsOf(declared('both', mode, pods)).map(object => {
      const copy = structuredClone(object);
      if (is(copy)) damage(copy);
      return copy;
    })
  );

  test('with a ServiceEntry at the waypoint for both, each pod leaves by its own gateway', async () => {
    const { old, new: fresh } = await ask(damaged(() => false, () => undefined, plain), plain);
    expect(old).toReach('api.test', { leftBy: 'egress' });
    expect(fresh).toReach('api.test', { leftBy: 'waypoint' });
  });

  test('broken: without its label, ambient pods go straight out', async () => {
    const { old, new: fresh } = await ask(damaged(isEntry, object => { delete object.metadata.labels; }, plain), plain);
    expect(old).toReach('api.test', { leftBy: 'egress' });
    expect(fresh).toReach('api.test', { leftBy: 'new' });
  });

  test('broken: if it is not exported to the gateway for sidecars, these lose their requests', async () => {
    const { old, new: fresh } = await ask(damaged(isEntry, object => { object.spec.exportTo = ['.']; }, plain), plain);
    expect(old).toFail({ status: 503, at: 'egress', flags: 'NC' });
    expect(fresh).toReach('api.test', { leftBy: 'waypoint' });
  });

  test('broken: with the ServiceEntry of before left beside the service, ambient pods go straight out', async () => {
    const [leftover] = objectsOf(declared('sidecar gateway', plain)).filter(isEntry);
    const { old, new: fresh } = await ask([...objectsOf(declared('both', plain)), leftover], plain);
    expect(old).toReach('api.test', { leftBy: 'egress' });
    expect(fresh).toReach('api.test', { leftBy: 'new' });
  });

  test('broken: pods that are ambient before the waypoint has their routes go straight out', async () => {
    const { new: fresh } = await ask([...objectsOf(declared('sidecar gateway', plain)), ...objectsOf(declared('waypoint', plain)).filter(({ kind }) => kind === 'Gateway')], plain);
    expect(fresh).toReach('api.test', { leftBy: 'new' });
  });

  test('broken: beside the gateway for sidecars, Istio drops the rule of the waypoint if both are exported alike, and clear text goes to the TLS port', async () => {
    const isRule = ({ kind, metadata: { name } }: Manifest) => kind === 'DestinationRule' && name === 'waypoint-api-test-tls';
    const { old, new: fresh } = await ask(damaged(isRule, object => { object.spec.exportTo = ['.']; }, originated, 'istio-egress'), originated, 'istio-egress');
    expect(old).toReach('api.test', { leftBy: 'egress', sni: 'api.test' });
    expect(fresh).toFail({ status: 400, at: 'waypoint', details: /HTTP request to an HTTPS server/ });
  });

  test('broken: with the VirtualService for sidecars where the waypoint reads it too, it does not know where they should go', async () => {
    const isMeshRoute = ({ kind, metadata: { namespace } }: Manifest) => kind === 'VirtualService' && namespace === 'shop';
    const move = (object: any) => Object.assign(object.metadata, { namespace: 'istio-egress' }) && Object.assign(object.spec, { exportTo: ['.', 'shop'] });
    const { old, new: fresh } = await ask(damaged(isMeshRoute, move, plain), plain);
    expect(old).toReach('api.test', { leftBy: 'egress' });
    expect(fresh).toFail({ status: 503, at: 'waypoint', flags: 'NC' });
  });

  test('broken: with the gateway for sidecars gone, pods that still have one lose their requests', async () => {
    const { loads } = await runMesh({
      manifests: declared('both', plain),
      workloads: workloads(),
      externals: plain.externals,
      meshConfig: REGISTRY_ONLY,
      steps: [traffic('old', plain.url, 'old'), ...changes(declared('both', plain), declared('waypoint', plain)), get(plain.url, { from: 'old' }), stop('old')],
    });
    expect(lost(loads.old)).toBeGreaterThan(0);
  });
});
