import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { Answer, Workload, ambient, describeMesh, egressGateway, external, get, runMesh, sidecar, waypoint } from './mesh';
import { PagePromise, leaving } from './promise';
import { UNBOUND, ask, expectStraightOut, podsOf, unbound } from './promised';
import { MESH_HEADERS } from '../../src/private/model/mesh-headers';
import { Row, WAYPOINT, moved, programOf, snippetsOf } from '../pages';
import { runProgram } from '../program';
import { Manifest, objectsOf } from '../synth';

const PLANES = ['sidecars', 'waypoint', 'Gateway API'] as const;
type Plane = typeof PLANES[number];

/** What becomes of a feature on a data plane, if it does not work as it stands. */
type Fate =
  | { readonly kind: 'differs'; readonly but: string }
  | { readonly kind: 'refused'; readonly code: string; readonly why: string }
  /** It is refused as it stands, and works with one change to the chart. */
  | { readonly kind: 'mended'; readonly code: string; readonly once: string; readonly edit: readonly [from: string | RegExp, to: string] };

interface Feature {
  readonly name: string;
  /** Of a page. */
  readonly chart?: string;
  readonly code?: string;
  readonly promises?: readonly Row[];
  readonly fates?: Partial<Record<Plane, Fate>>;
}

const inNamespace: Fate = {
  kind: 'mended',
  code: 'ClientCertificateNamespace',
  once: 'the Secret is in the namespace of the waypoint',
  edit: ['partner-client\', { namespace: \'istio-system\' }', 'partner-client\', { namespace: \'istio-egress\' }'],
};
const noAddress: Fate = { kind: 'refused', code: 'TcpAddressMissing', why: 'nothing tells hosts apart, unless sidecars capture DNS (`dnsCapture`)' };
const unknownName: Fate = { kind: 'refused', code: 'WildcardThroughGateway', why: 'the gateway cannot resolve a name that it does not know' };
const unused = (why: string): Fate => ({ kind: 'refused', code: 'WaypointOptionUnused', why });
const by = (request: string, left = '', answer = '200'): Row => ({ 'from': '`shop`', 'request': `\`${request}\``, answer, 'what leaves': left && `by the gateway${left}` || 'nothing' });

/** The charts of docs/egress.md, by their headings, and what these pages have no chart for. */
const FEATURES: Feature[] = [
  { name: 'HTTPS origination', chart: 'HTTPS origination' },
  { name: 'client certificates from Secrets', chart: 'A client certificate', fates: { waypoint: inNamespace } },
  { name: 'HTTP', chart: 'HTTP' },
  { name: 'gRPC', chart: 'gRPC' },
  { name: '`allow` and `rules`: answers, headers, timeouts, retries', chart: 'What may leave, and how' },
  { name: 'rules that lead to other external services', chart: 'Several places' },
  { name: 'pools, outlier detection', chart: 'Places that fail' },
  { name: 'several ports', chart: 'Several ports' },
  { name: 'the application\'s own TLS', chart: 'Wrapped TLS' },
  { name: 'the same, unwrapped on leg 1', chart: 'TLS passthrough', fates: { waypoint: unused('ztunnel wraps every connection in mTLS, so that callers are always known') } },
  { name: 'TCP', chart: 'TCP' },
  {
    name: 'TCP to a host without a known address',
    code: `const database = new ExternalService(chart, 'database', { hosts: ['db.example.com'], ports: [ExternalPort.postgres()] });
new EgressRoute(chart, 'database-route', { service: database, gateway: egress });`,
    promises: [by('tcp://db.example.com:5432', ', port 5432, bytes', 'bytes')],
    fates: { 'sidecars': noAddress, 'Gateway API': noAddress },
  },
  { name: '`gatewayPort`', chart: 'A port of its own', fates: { waypoint: unused('a waypoint has one port for everything') } },
  { name: 'by a forward proxy', chart: 'By a forward proxy' },
  { name: '`LegOne.plaintext`', chart: 'Plaintext leg 1', fates: { waypoint: unused('ztunnel speaks nothing but mTLS to a waypoint') } },
  {
    name: '`direct` with TLS',
    chart: 'Direct',
    fates: { waypoint: { kind: 'refused', code: 'DirectInAmbient', why: 'callers have no proxy that could originate TLS; route the service through the waypoint' } },
  },
  {
    name: '`DirectRoute`',
    chart: 'Direct (2)',
    fates: { waypoint: { kind: 'refused', code: 'DirectInAmbient', why: 'callers have no proxy that could apply rules; route the service through the waypoint' } },
  },
  { name: '`direct`, as the application sends it', chart: 'Wildcards (2)' },
  {
    name: 'wildcards that one host serves',
    chart: 'Wildcards',
    fates: {
      waypoint: {
        kind: 'mended',
        code: 'WaypointAddressMissing',
        once: 'it has `addresses`',
        edit: ['resolution: Resolution.servedBy', 'addresses: [\'198.19.2.10\'],\n  resolution: Resolution.servedBy'],
      },
    },
  },
  {
    name: 'wildcards whose names have addresses of their own',
    code: `const cdn = new ExternalService(chart, 'cdn', { hosts: ['*.cdn.example.com'], ports: [ExternalPort.httpToHttps()], resolution: Resolution.dynamicDns() });
new EgressRoute(chart, 'cdn-route', { service: cdn, gateway: egress });`,
    promises: [by('GET http://a.cdn.example.com/logo', ', port 443, server name `a.cdn.example.com`')],
    fates: { 'sidecars': unknownName, 'Gateway API': unknownName },
  },
  { name: '`VirtualServiceLayout.SINGLE`', chart: 'One VirtualService', fates: { waypoint: unused('no VirtualService leads callers to a waypoint') } },
  {
    name: '`callers`: namespaces and service accounts',
    chart: 'Who may call',
    fates: { waypoint: { kind: 'differs', but: 'a namespace that is not among them gets 403 from the waypoint, where a sidecar answers 502' } },
  },
  { name: '`Caller.anyNamespace`', chart: 'Who may call (3)' },
  { name: 'a list for each caller', chart: 'Who may call (2)' },
  {
    name: 'the same with expressions, query parameters, or any case',
    code: `new EgressRoute(chart, 'api-route', {
  service: api,
  gateway: egress,
  callers: [Caller.namespace('shop', { allow: [{ path: PathMatch.regex('/v[0-9]+') }] })],
});`,
    promises: [by('GET http://api.example.com/v1', ', path `/v1`'), by('GET http://api.example.com/vx', '', '403')],
    fates: { waypoint: { kind: 'refused', code: 'CallerListInexpressible', why: 'only an AuthorizationPolicy tells callers apart there; `allow` of the route can have them' } },
  },
  {
    name: 'gateway and routes in different repositories',
    chart: 'Contract (2)',
    fates: { waypoint: { kind: 'mended', code: 'WaypointOptionUnused', once: '`exportTo` of the gateway is left out: every ambient workload reaches a waypoint', edit: [/ {2}exportTo: .*\n/, ''] } },
  },
  { name: '`EgressCaller`', chart: 'A leg of its own (2)', fates: { waypoint: unused('callers need no object to reach a waypoint') } },
  {
    name: '`UndeclaredTraffic.allowed`',
    code: `const open = new EgressGateway(platform, 'open', {
  workload: GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' }),
  undeclared: UndeclaredTraffic.allowed('some routes are still by hand'),
});
new EgressRoute(chart, 'api-route', { service: api, gateway: open });`,
    promises: [by('GET http://api.example.com/v1', ', server name `api.example.com`')],
    fates: { waypoint: { kind: 'refused', code: 'UndeclaredAtWaypoint', why: 'it would open the hosts of routes to everybody; give ServiceEntries by hand policies of their own' } },
  },
  {
    name: '`EgressLock`',
    code: `new EgressRoute(chart, 'api-route', { service: api, gateway: egress });
new EgressLock(chart, 'lock', { gateway: egress });`,
    promises: [by('GET http://api.example.com/v1', ', server name `api.example.com`'), by('GET http://www.example.com/', '', '502')],
    fates: { waypoint: { kind: 'differs', but: 'of NetworkPolicies alone: an undeclared host is not reached, where a sidecar answers 502; see [the lock](lockdown.md#in-ambient)' } },
  },
];

const list = (ports: number[], write: (port: number) => string) => ports.length > 0 ? `, ports: [${ports.map(write).join(', ')}]` : '';

const WORKLOADS: Record<Plane, (ports: number[]) => string> = {
  'sidecars': ports => `GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system'${list(ports, number => `{ number: ${number} }`)} })`,
  'waypoint': () => WAYPOINT,
  'Gateway API': ports => `GatewayWorkload.gatewayApi('egress', { namespace: 'istio-system'${list(ports, String)} })`,
};

interface Twin {
  readonly what: string;
  readonly damage: (objects: Manifest[]) => Manifest[];
  readonly check: (answer: Answer, wanted: PagePromise) => void;
}

const toGateway: Twin = { what: 'its gateway', damage: unbound, check: answer => expect(answer).toFail(...UNBOUND) };
const goPast: Twin['check'] = (answer, { from }) => expectStraightOut(answer, from);
const elsewhere = (objects: Manifest[]) => objects.map(o => o.kind === 'Gateway' ? { ...o, metadata: { ...o.metadata, name: 'elsewhere' } } : o);
const TWINS: Record<Plane, Twin[]> = {
  'sidecars': [toGateway],
  'waypoint': [
    { what: 'the label', damage: unbound, check: goPast },
    { what: 'the Gateway', damage: elsewhere, check: goPast },
  ],
  'Gateway API': [toGateway],
};

/** Who calls, and on which data planes the gateway leads them out. */
const CALLERS: Record<string, { readonly make: typeof sidecar; readonly led: readonly Plane[] }> = {
  'with sidecars': { make: sidecar, led: ['sidecars', 'Gateway API'] },
  'in ambient': { make: ambient, led: ['waypoint'] },
};
const PODS: Record<Plane, (objects: Manifest[]) => Workload> = {
  'sidecars': () => egressGateway(),
  'waypoint': () => waypoint(),
  'Gateway API': objects => podsOf(objects.find(({ spec }) => spec?.gatewayClassName)!, 'egress'),
};

const [ATTEMPT, EXPECTED, ORIGINAL] = ['x-envoy-attempt-count', 'x-envoy-expected-rq-timeout-ms', 'x-envoy-original-path'];

/** What Envoy writes after routes have removed headers: of each request that the host sees. */
const LATE_HEADERS: Record<string, { readonly rule: string; readonly path: string; readonly left: (plane: Plane) => string[][] }> = {
  'headers that Envoy writes on attempts after the first': {
    rule: "{ timeout: Duration.seconds(10), retries: { attempts: 2, retryOn: ['5xx'] } }",
    path: '/flaky/1',
    left: plane => [[], plane === 'waypoint' ? [EXPECTED] : [ATTEMPT, EXPECTED]],
  },
  'headers that Envoy writes when it rewrites the path': {
    rule: "{ matches: [{ path: PathMatch.prefix('/v1') }], rewrite: { path: PathRewrite.prefix('/v2') } }", path: '/v1/orders', left: () => [[ORIGINAL]],
  },
};
const WITHHELD = '{"proxyHeaders":{"attemptCount":{"disabled":true},"envoyDebugHeaders":{"disabled":true}}}';

/** README's first chart is among them: it is whole, and its page says in a sentence what it does. */
const [, firstChart] = /```ts nofixture\n([^]*?)```/.exec(readFileSync('README.md', 'utf8'))!;
const FIRST: Charted = {
  name: 'the first chart of README.md',
  programs: [firstChart],
  promises: [by('GET http://api.example.com/v1', ', port 443, server name `api.example.com`, no `x-forwarded-client-cert`'), { ...by('GET http://api.example.com/v1', '', '502'), from: '`billing`' }],
};

interface Charted extends Pick<Feature, 'name' | 'fates'> {
  readonly programs: readonly string[];
  readonly promises: readonly Row[];
}

const charts = snippetsOf('docs/egress.md').filter(({ promises }) => promises.length > 0);

const ALL: Charted[] = [FIRST, ...FEATURES.map(({ name, chart, code, promises = [], fates }): Charted => {
  if (code !== undefined) return { name, programs: [programOf(code)], promises, fates };
  const found = charts.find(({ title }) => title === `docs/egress.md, ${chart}`);
  if (!found) throw new Error(`no chart: ${chart}`);
  return { name, programs: found.programs, promises: found.promises, fates };
})];

for (const plane of PLANES) {
  describeMesh(`planes: ${plane}`, () => {
    describe.each(ALL.map(feature => [feature.name, feature] as const))('%s', (_, { programs, promises, fates = {} }) => {
      const fate = fates[plane];
      const made = (change = (program: string) => program) => objectsOf(programs.map(program => runProgram(onPlane(change(program), plane))).join('---\n'));

      if (fate?.kind === 'refused') {
        test(`refused (\`${fate.code}\`): ${fate.why}`, () => { expect(() => made()).toThrow(`[${fate.code}] `); });
        return;
      }
      const objects = () => made(fate?.kind === 'mended' ? program => program.replace(fate.edit[0], fate.edit[1]) : undefined);
      const wanted = promises.map(row => promise(row, plane));
      const isLed = (row: Row) => plane !== 'waypoint' || row['what leaves'].startsWith('by the ');
      const led = wanted.filter(({ reaches }, i) => reaches && isLed(promises[i]));

      test(fate === undefined ? 'yes' : fate.kind === 'differs' ? `yes, but ${fate.but}` : `yes, once ${fate.once} (\`${fate.code}\`)`, async () => {
        if (fate?.kind === 'mended') expect(() => made()).toThrow(`[${fate.code}] `);
        const answers = await ask(objects(), wanted);
        expect(wanted.length).toBeGreaterThan(0);
        wanted.forEach(({ check }, i) => check(answers[i]));
      });

      if (led.length === 0) return;
      test.each(TWINS[plane])('broken: without $what, nothing leaves by it', async ({ damage, check }) => {
        const answers = await ask(damage(objects()), led);
        expect(answers).toHaveLength(led.length);
        answers.forEach((answer, i) => check(answer, led[i]));
      });
    });

    describe.each(Object.entries(LATE_HEADERS))('%s', (_, { rule, path, left }) => {
      const program = programOf(`new EgressRoute(chart, 'api-route', { service: api, gateway: egress, rules: [${rule}] });`);
      interface Told { readonly annotations?: Record<string, string>; readonly meshConfig?: string }
      const lateHeaders = async ({ annotations, meshConfig }: Told = {}) => {
        const objects = objectsOf(runProgram(onPlane(program, plane)));
        const from = plane === 'waypoint' ? ambient : sidecar;
        const { answers: [{ seen }] } = await runMesh({
          manifests: objects.map(object => stringify(object, { version: '1.1' })).join('---\n'),
          workloads: [from('app', { namespace: 'shop' }), { ...PODS[plane](objects), annotations }],
          externals: [external('api.example.com', { https: 443 })],
          steps: [get(`http://api.example.com${path}`, { from: 'app' })],
          meshConfig,
        });
        const namesIn = (headers = {}) => Object.keys(headers).map(name => name.toLowerCase());
        return seen.map(({ headers }) => [...MESH_HEADERS, ORIGINAL].filter(name => namesIn(headers).includes(name)));
      };
      const all = left(plane);
      const none = all.map(() => []);
      const names = all.flat().map(name => `\`${name}\``).join(' and ');

      if (plane === 'sidecars') {
        test(`${names}, unless the pods are told otherwise; see [headers](#headers)`, async () => {
          expect(await lateHeaders()).toEqual(all);
        });
        test.each([
          ['an annotation of the pods', { annotations: { 'proxy.istio.io/config': WITHHELD } }],
          ['the mesh config', { meshConfig: `defaultConfig: ${WITHHELD}` }],
        ])('broken: %s withholds them', async (__, told) => { expect(await lateHeaders(told)).toEqual(none); });
        return;
      }
      test('none', async () => { expect(await lateHeaders()).toEqual(none); });
      test(`broken: without the annotation of the Gateway, ${names}`, async () => { expect(await lateHeaders({ annotations: {} })).toEqual(all); });
    });

    describe.each(Object.entries(CALLERS))('callers %s', (_, { make, led }) => {
      const yes = led.includes(plane);
      test(yes ? 'yes' : 'no: they leave by themselves, past every policy', async () => {
        const objects = objectsOf(runProgram(onPlane(firstChart, plane)));
        const { answers: [answer] } = await runMesh({
          manifests: objects.map(object => stringify(object, { version: '1.1' })).join('---\n'),
          workloads: [make('app', { namespace: 'shop' }), PODS[plane](objects)],
          externals: [external('api.example.com', { http: 80, https: 443 })],
          steps: [get('http://api.example.com/v1', { from: 'app' })],
        });
        if (yes) expect(answer).toReach('api.example.com', { leftBy: 'egress', sni: 'api.example.com' });
        else expectStraightOut(answer, 'app');
      });
    });
  });
}

test('every chart of docs/egress.md is a feature', () => {
  expect(charts.length).toBeGreaterThanOrEqual(24);
  expect(FEATURES.flatMap(({ chart }) => chart ?? []).sort()).toEqual(charts.map(({ title }) => title.replace('docs/egress.md, ', '')).sort());
});

/**
 * The program with the one line changed. Without a gateway it stands beside a route through the waypoint, which tells that its namespace is
 * ambient.
 */
function onPlane(program: string, plane: Plane): string {
  const result = moved(program, WORKLOADS[plane]);
  if (plane !== 'waypoint' || result.includes('GatewayWorkload.')) return result;
  return result.replace(/app\.synth\(\);\n$/, `
const ambient = new EgressGateway(chart, 'ambient', { workload: ${WORKLOADS.waypoint([])} });
new EgressRoute(chart, 'beside-route', { service: new ExternalService(chart, 'beside', { hosts: ['beside.example.com'], ports: [ExternalPort.http()] }), gateway: ambient });
app.synth();
`);
}

/**
 * A sidecar answers 502 for a host that it does not know. Ztunnel knows all that are declared, and leads to the waypoint, which refuses strangers; what nobody
 * declares, it passes on.
 */
function promise(row: Row, plane: Plane): PagePromise {
  const isDeclared = !row.request.includes('//www.example.com');
  return leaving(plane === 'waypoint' && row.answer === '502' ? { ...row, answer: isDeclared ? '403' : 'closed' } : row);
}
