import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Chart, YamlOutputType } from 'cdk8s';
import { ApiServer } from './api-server';
import { describeMesh } from './mesh';
import { declare } from './world';
import { Caller, EgressGateway, EgressLock, EgressRoute, ExternalPort, ExternalService, GatewayWorkload } from '../../src';
import { snippetsOf } from '../pages';
import { synthesize } from '../program';
import { Manifest, parsed } from '../synth';

const EXAMPLES = readdirSync('examples', { withFileTypes: true }).filter(entry => entry.isDirectory()).map(({ name }) => name);
const PAGES = ['README.md', ...readdirSync('docs').map(file => `docs/${file}`)].filter(page => snippetsOf(page).length > 0);

describeMesh('kubectl', () => {
  let server: ApiServer;
  let dist: string;
  beforeAll(async () => {
    server = await ApiServer.start();
  }, 900_000);
  afterAll(() => server.stop());
  beforeEach(() => {
    dist = mkdtempSync(join(tmpdir(), 'dist-'));
  });
  afterEach(() => rmSync(dist, { recursive: true }));

  /** The namespaces of objects; the library makes none. */
  function namespaced(): void {
    const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.yaml'));
    const objects = files.flatMap(file => parsed(readFileSync(join(dist, file), 'utf8')));
    const names = [...new Set(objects.map(({ metadata }) => metadata.namespace))].filter(name => name !== undefined);
    server.must(['apply', '--filename=-'], names.map(name => JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })).join('\n---\n'));
  }

  const apply = (...more: string[]) => server.kubectl(['apply', `--filename=${dist}`, '--recursive', ...more]);
  const lines = (text: string) => text.trim().split('\n');

  /** Applies what is in the folder, and again. */
  function expectSettled(): void {
    const first = apply();
    expect(first).toMatchObject({ ok: true, err: '' });
    const again = apply();
    expect(again).toMatchObject({ ok: true, err: '' });
    expect(lines(again.out).filter(line => !line.endsWith(' unchanged'))).toEqual([]);
    expect(lines(again.out)).toHaveLength(lines(first.out).length);
  }

  test('the examples and the pages are all there', () => {
    expect(EXAMPLES.length).toBeGreaterThanOrEqual(7);
    expect(PAGES).toEqual(expect.arrayContaining(['README.md', 'docs/egress.md', 'docs/ingress.md']));
  });

  test.each(EXAMPLES)('applies the example %s, finds no difference afterwards, and leaves nothing when it deletes it', example => {
    synthesize(readFileSync(`examples/${example}/main.ts`, 'utf8'), dist);
    namespaced();
    expect(apply('--dry-run=server')).toMatchObject({ ok: true, err: '' });
    expectSettled();
    expect(server.kubectl(['diff', `--filename=${dist}`])).toEqual({ ok: true, out: '', err: '' });
    server.must(['delete', `--filename=${dist}`, '--wait=false']);
    expect(server.kubectl(['get', `--filename=${dist}`, '--ignore-not-found'])).toMatchObject({ ok: true, out: '' });
  });

  describe.each(PAGES)('%s', page => {
    const programs = page === 'README.md' ? [...readFileSync(page, 'utf8').matchAll(/^```ts nofixture\n([^]*?)^```/gm)].map(([, program]) => program).slice(0, 1) : [];
    const all = [...programs.map(program => ({ title: 'the first chart', programs: [program] })), ...snippetsOf(page)];

    test.each(all.map(snippet => [snippet.title, snippet] as const))('applies %s', (_, snippet) => {
      snippet.programs.forEach((program, i) => synthesize(program, join(dist, String(i))));
      namespaced();
      expectSettled();
    });
  });

  test.each([
    YamlOutputType.FILE_PER_APP, YamlOutputType.FILE_PER_CHART, YamlOutputType.FILE_PER_RESOURCE, YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE,
  ].map(type => [YamlOutputType[type], type] as const))('applies all objects of the output type %s', (_, yamlOutputType) => {
    const { app } = declare({ ports: [ExternalPort.httpToHttps(), ExternalPort.https()] }, {}, { app: new App({ outdir: dist, yamlOutputType }) });
    app.synth();
    namespaced();
    expectSettled();
    expect(lines(apply().out)).toHaveLength(app.charts.flatMap(chart => chart.toJson()).length);
  });

  describe('pruning', () => {
    const KINDS = [
      ...['Gateway', 'ServiceEntry', 'DestinationRule', 'VirtualService', 'Sidecar'].map(kind => `networking.istio.io/v1/${kind}`),
      ...['AuthorizationPolicy', 'PeerAuthentication'].map(kind => `security.istio.io/v1/${kind}`),
      'telemetry.istio.io/v1/Telemetry',
      'networking.k8s.io/v1/NetworkPolicy',
    ];
    const LABELS = { part: 'pruned' };
    const nameOf = (kind: string, name: string) => `${kind.toLowerCase()}.${KINDS.find(one => one.endsWith(`/${kind}`))!.split('/')[0]}/${name}`;

    /** Synthesizes routes to hosts, locked, in the place of those that are there; returns the names of the objects. */
    function declared(hosts: Record<string, readonly string[]>): Set<string> {
      rmSync(dist, { recursive: true });
      const app = new App({ outdir: dist });
      const gateway = new EgressGateway(new Chart(app, 'platform', { namespace: 'istio-system', labels: LABELS }), 'egress', {
        workload: GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' }),
      });
      const shop = new Chart(app, 'shop', { namespace: 'shop', labels: LABELS });
      for (const [host, callers] of Object.entries(hosts)) {
        const service = new ExternalService(shop, host, { hosts: [host], ports: [ExternalPort.httpToHttps(), ExternalPort.https()] });
        new EgressRoute(shop, `${host}-route`, { service, gateway, callers: callers.map(namespace => Caller.namespace(namespace)) });
      }
      new EgressLock(shop, 'lock', { gateway });
      app.synth();
      namespaced();
      const objects = app.charts.flatMap(chart => chart.toJson() as Manifest[]);
      return new Set(objects.map(({ kind, metadata: { name, namespace } }) => `${namespace} ${nameOf(kind, name)}`));
    }

    /** What the cluster has of them. */
    function stored(): Set<string> {
      const kinds = KINDS.map(one => one.split('/')).map(([group, version, kind]) => `${kind.toLowerCase()}.${version}.${group}`).join(',');
      const { items } = JSON.parse(server.must(['get', kinds, '--all-namespaces', '--selector=part=pruned', '--output=json'])) as { readonly items: readonly Manifest[] };
      return new Set(items.map(({ kind, metadata: { name, namespace } }) => `${namespace} ${nameOf(kind, name)}`));
    }

    const prune = () => apply('--prune', '--selector=part=pruned', ...KINDS.map(kind => `--prune-allowlist=${kind}`));
    const without = (all: ReadonlySet<string>, some: ReadonlySet<string>) => [...all].filter(one => !some.has(one)).sort();
    afterEach(() => server.must(['delete', '--all', '--wait=false', '--all-namespaces', KINDS.map(one => one.split('/')[2].toLowerCase()).join(',')]));

    test('takes away what a removed route leaves, after all has been applied', () => {
      const both = declared({ 'api.test': ['shop'], 'auth.test': ['shop'] });
      expect(prune()).toMatchObject({ ok: true });
      expect(stored()).toEqual(both);
      const one = declared({ 'api.test': ['shop'] });
      const said = prune();
      expect(said.ok).toBe(true);
      const gone = without(both, one);
      expect(gone).toHaveLength(12);
      const order = lines(said.out).map(line => line.split(' ')[1]);
      expect(order.filter(word => word === 'pruned')).toHaveLength(gone.length);
      expect(order.lastIndexOf('unchanged')).toBeLessThan(order.indexOf('pruned'));
      expect(stored()).toEqual(one);
    });

    test('broken: without pruning, all of it stays', () => {
      const both = declared({ 'api.test': ['shop'], 'auth.test': ['shop'] });
      apply();
      declared({ 'api.test': ['shop'] });
      apply();
      expect(stored()).toEqual(both);
    });

    test('leaves what was in a namespace where nothing is applied any more, which must be deleted by name', () => {
      const both = declared({ 'api.test': ['shop', 'billing'] });
      prune();
      const one = declared({ 'api.test': ['shop'] });
      prune();
      const left = without(stored(), one);
      expect(left).toEqual(without(both, one));
      expect(left.map(name => name.split('.')[0])).toEqual(['billing networkpolicy', 'billing peerauthentication', 'billing sidecar', 'billing telemetry']);
      for (const name of left) server.must(['delete', name.split(' ')[1], '--namespace=billing']);
      expect(stored()).toEqual(one);
    });
  });

  describe('broken', () => {
    /** An example, with one thing wrong in an object. */
    function damaged(damage: (object: Manifest) => void, kind = 'VirtualService') {
      synthesize(readFileSync('examples/api-over-https/main.ts', 'utf8'), dist);
      namespaced();
      const [file] = readdirSync(dist).filter(name => readFileSync(join(dist, name), 'utf8').includes(`kind: ${kind}\n`));
      const objects = parsed(readFileSync(join(dist, file), 'utf8'));
      damage(objects.find(object => object.kind === kind)!);
      writeFileSync(join(dist, file), objects.map(object => JSON.stringify(object)).join('\n---\n'));
      return apply('--dry-run=server');
    }

    test('a field that does not exist is noticed', () => {
      const { ok, err } = damaged(({ spec }) => { spec.http[0].retriez = {}; });
      expect(ok).toBe(false);
      expect(err).toContain('unknown field "spec.http[0].retriez"');
    });

    test('a value of another type is noticed', () => {
      const { ok, err } = damaged(({ spec }) => { spec.http[0].route[0].weight = 'all'; });
      expect(ok).toBe(false);
      expect(err).toContain('spec.http[0].route[0].weight');
    });

    test('a misspelt value is noticed', () => {
      const { ok, err } = damaged(({ spec }) => { spec.resolution = 'DSN'; }, 'ServiceEntry');
      expect(ok).toBe(false);
      expect(err).toContain('spec.resolution: Unsupported value: "DSN"');
    });

    test('what somebody changed in the cluster is a difference, and applied again', () => {
      synthesize(readFileSync('examples/api-over-https/main.ts', 'utf8'), dist);
      namespaced();
      expectSettled();
      const [changed] = server.must(['get', `--filename=${dist}`, '--output=name']).split('\n').filter(name => name.startsWith('virtualservice'));
      const namespace = parsed(readdirSync(dist).map(file => readFileSync(join(dist, file), 'utf8')).join('\n---\n'))
        .find(({ kind, metadata }) => kind === 'VirtualService' && changed.endsWith(`/${metadata.name}`))!.metadata.namespace;
      server.must(['patch', changed, `--namespace=${namespace}`, '--type=merge', '--patch={"spec":{"exportTo":["*"]}}']);
      const difference = server.kubectl(['diff', `--filename=${dist}`]);
      expect(difference.ok).toBe(false);
      expect(difference.out).toMatch(/^-\s+- '\*'$/m);
      expect(lines(apply().out).filter(line => !line.endsWith(' unchanged'))).toEqual([`${changed} configured`]);
    });

    test('what is not deleted is found', () => {
      synthesize(readFileSync('examples/api-over-https/main.ts', 'utf8'), dist);
      namespaced();
      expectSettled();
      expect(server.kubectl(['get', `--filename=${dist}`, '--ignore-not-found']).out).toContain('NAME');
    });

    test('a namespace that does not exist is noticed', () => {
      const { ok, err } = damaged(({ metadata }) => { Object.assign(metadata, { namespace: 'nowhere' }); });
      expect(ok).toBe(false);
      expect(err).toContain('namespaces "nowhere" not found');
    });
  });
});
