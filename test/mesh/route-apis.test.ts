import { Channel, describeMesh } from './mesh';
import { entering } from './promise';
import { UNBOUND, ask, unbound } from './promised';
import { Row, programOf, snippetsOf } from '../pages';
import { runProgram } from '../program';
import { objectsOf } from '../synth';

const APIS = ['Istio', 'Gateway API'] as const;
type Api = typeof APIS[number];

/** What becomes of a feature in an API, if it does not work as it stands. */
type Fate =
  | { readonly kind: 'refused'; readonly code: string; readonly why: string }
  /** It is refused as it stands, and works with one change to the chart. */
  | { readonly kind: 'mended'; readonly code: string; readonly once: string; readonly edit: readonly [from: string | RegExp, to: string]; readonly channel?: Channel };

interface Feature {
  readonly name: string;
  /** The heading of a chart of docs/ingress.md, or of another page with its name. */
  readonly chart?: string;
  readonly code?: string;
  /** What stands for the chart in Istio's own API. */
  readonly before?: string;
  readonly promises?: readonly Row[];
  readonly fates?: Partial<Record<Api, Fate>>;
}

const refused = (why: string, code = 'GatewayApiUnsupported'): Feature['fates'] => ({ 'Gateway API': { kind: 'refused', code, why } });
const EXPERIMENTAL = 'gatewayApiChannel: GatewayApiChannel.EXPERIMENTAL';
/** What comes of a request: from a Service, or from the gateway, with a status or a place. */
const by = (request: string, answer = '200', server = '`web`'): Row => ({ request, answer, 'answered by': server });
const gets = (path: string, answer?: string, server?: string) => by(`\`GET http://shop.example.com${path}\``, answer, server);
const GATEWAY = 'the gateway';

const WEB = "RouteAction.forward(Destination.service('web', { port: 8080 }))";
const NEXT = "RouteAction.forward(Destination.service('next', { port: 8080 }))";
const routeOf = (rules: string, more = '') => `new IngressRoute(chart, 'shop', { gateway: ingress, hosts: ['shop.example.com'], ${more}rules: [${rules}] });`;
const ruled = (options: string) => routeOf(`{ ${options}, action: ${WEB} }`);
const listening = (listener: string, { host = 'shop.example.com', more = '' } = {}) => `const gateway = new IngressGateway(chart, 'gateway', {
  workload: GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' }),
  listeners: [${listener}],
});
new IngressRoute(chart, 'shop', { gateway, hosts: ['${host}'], ${more}rules: [{ action: ${WEB} }] });`;
const https = (options: string) => listening(`IngressListener.https({ hosts: ['shop.example.com'], credentialName: 'shop-cert', ${options} })`);
const secure = by('`GET https://shop.example.com/cart`');

/** The charts of docs/ingress.md, by their headings, and what these have no chart for. */
const FEATURES: Feature[] = [
  { name: 'HTTP', chart: 'HTTP' },
  { name: 'HTTPS; clear text is redirected', chart: 'HTTPS' },
  { name: 'a redirect that spares paths', chart: 'HTTPS (2)' },
  { name: 'clear text beside HTTPS', code: https('plainHttp: PlainHttp.serve()'), promises: [secure, gets('/cart')] },
  { name: 'certificates by cert-manager', chart: 'Certificates by cert-manager' },
  {
    name: 'one certificate for several hosts',
    code: listening("IngressListener.https({ hosts: ['shop.example.com', 'blog.example.com'], credentialName: 'shop-cert' })"),
    promises: [secure],
    fates: { 'Gateway API': { kind: 'mended', code: 'CertificateConflict', once: 'the listener is for a wildcard', edit: ["['shop.example.com', 'blog.example.com']", "['*.example.com']"] } },
  },
  { name: '`cipherSuites`', code: https("cipherSuites: ['ECDHE-ECDSA-AES256-GCM-SHA384']"), promises: [secure] },
  { name: '`minTlsVersion`', code: https('minTlsVersion: TlsVersion.TLSV1_3'), promises: [secure], fates: refused('a listener has no version; the mesh configuration has one for all gateways') },
  { name: 'client certificates', code: https('clients: ClientCertificates.required()'), promises: [by('`GET https://shop.example.com/` with a client certificate of `acme.example.com`'), by('`GET https://shop.example.com/`', 'closed', GATEWAY)] },
  {
    name: 'client certificates of SPIFFE IDs',
    code: listening("IngressListener.https({ hosts: ['shop.example.com'], credentialName: 'shop-cert', clients: ClientCertificates.required() })", { more: "access: [Access.mtls(['spiffe://partners/ns/acme'])], " }),
    promises: [by('`GET https://shop.example.com/` with a client certificate of `spiffe://partners/ns/acme`'), by('`GET https://shop.example.com/` with a client certificate of `spiffe://partners/ns/other`', '403', GATEWAY)],
  },
  { name: 'client certificates of other names', chart: 'Client certificates', fates: refused('let the Service check `x-forwarded-client-cert`, or trust an authority for these clients alone') },
  { name: 'optional client certificates', code: https('clients: ClientCertificates.optional()'), promises: [secure], fates: refused('Istio would close the port') },
  { name: 'TLS passthrough', chart: 'TLS passthrough' },
  { name: 'TCP', chart: 'TCP', fates: { 'Gateway API': { kind: 'mended', code: 'GatewayApiVersionTooOld', once: 'the cluster has the CRDs of version 1.6', edit: [/^const app = .*$/m, "$&\nMeshSettings.of(app, { gatewayApiVersion: '1.6' });"] } } },
  { name: 'matches by path, method and query parameter', chart: 'Matches' },
  {
    name: 'paths by characters, by expression and in any case',
    code: routeOf(`{ matches: [{ path: PathMatch.regex('/v[0-9]+/.*') }, { path: PathMatch.exact('/Login', { ignoreCase: true }) }], action: ${NEXT} }, { matches: [{ path: PathMatch.rawPrefix('/cart') }], action: ${WEB} }`),
    promises: [gets('/v1/orders', '200', '`next`'), gets('/login', '200', '`next`'), gets('/carts'), gets('/', '404', GATEWAY)],
  },
  {
    name: 'an order of rules that is not that of the Gateway API',
    code: routeOf(`{ matches: [{ path: PathMatch.prefix('/cart'), headers: [HeaderMatch.exact('x-canary', 'yes')] }], action: ${NEXT} }, { matches: [{ path: PathMatch.prefix('/cart/pay') }], action: ${WEB} }`),
    promises: [by('`GET http://shop.example.com/cart/pay` with `x-canary: yes`', '200', '`next`')],
    fates: refused('the most specific path is tried first', 'GatewayApiOrder'),
  },
  {
    name: 'headers that are absent',
    code: routeOf(`{ matches: [{ headers: [HeaderMatch.absent('x-canary')] }], action: ${WEB} }, { action: ${NEXT} }`),
    promises: [gets('/cart'), by('`GET http://shop.example.com/cart` with `x-canary: yes`', '200', '`next`')],
    fates: { 'Gateway API': { kind: 'mended', code: 'GatewayApiUnsupported', once: 'the rule for those with the header comes first', edit: [/rules: \[.*\] \}\);/, `rules: [{ matches: [{ headers: [HeaderMatch.present('x-canary')] }], action: ${NEXT} }, { action: ${WEB} }] });`] } },
  },
  { name: 'canary by header', chart: 'Canary by header' },
  { name: 'splits', chart: 'Splits' },
  { name: 'subsets of a Service', chart: 'Parts of a Service', fates: refused('only Services are destinations; each version needs one of its own') },
  { name: 'answers of the gateway', chart: 'Redirects, rewrites and answers', fates: refused('no filter answers; the nearest is no rule, for 404') },
  {
    name: 'redirects and rewrites',
    code: routeOf(`{ matches: [{ path: PathMatch.prefix('/old') }], action: RouteAction.redirect({ path: '/new', status: 308 }) }, { matches: [{ path: PathMatch.prefix('/api') }], rewrite: { path: PathRewrite.prefix('/') }, action: ${WEB} }`),
    promises: [gets('/old/a', '308 to `http://shop.example.com/new`', GATEWAY), gets('/api/orders', '200', '`web`, path `/orders`')],
  },
  {
    name: 'rewrites by expression',
    code: ruled("rewrite: { path: PathRewrite.regex('^/v[0-9]+/', '/') }"),
    promises: [gets('/v1/orders', '200', '`web`, path `/orders`')],
    fates: refused('a whole path or a prefix is replaced'),
  },
  {
    name: 'timeouts, headers of requests and responses',
    code: ruled("timeout: Duration.millis(300), requestHeaders: { set: { 'x-from': 'ingress' }, remove: ['x-debug'] }"),
    promises: [gets('/delay/2s', '504', GATEWAY), by('`GET http://shop.example.com/cart` with `x-debug: 1`', '200', '`web`, `x-from: ingress`, no `x-debug`')],
  },
  {
    name: '`retries`',
    code: ruled("retries: { attempts: 2, retryOn: ['503'] }"),
    promises: [gets('/flaky/2')],
    fates: { 'Gateway API': { kind: 'mended', code: 'GatewayApiChannelMissing', once: 'the cluster has the CRDs of the experimental channel', edit: [/^const app = .*$/m, `$&\nMeshSettings.of(app, { ${EXPERIMENTAL} });`], channel: 'experimental' } },
  },
  {
    name: '`retries` on conditions, such as `5xx`',
    chart: 'Timeouts, retries and headers',
    fates: { 'Gateway API': { kind: 'mended', code: 'GatewayApiChannelMissing', once: 'they are status codes, on the experimental channel', edit: [/^(const app = .*)$([^]*)'5xx'/m, `$1\nMeshSettings.of(app, { ${EXPERIMENTAL} });$2'500', '503'`], channel: 'experimental' } },
  },
  { name: '`mirror`', code: ruled("mirror: { destination: Destination.service('next', { port: 8080 }) }"), promises: [gets('/cart')] },
  { name: '`fault`', code: ruled('fault: { abort: { percent: 100, status: 503 } }'), promises: [gets('/cart', '503', GATEWAY)], fates: refused('no filter fails on purpose') },
  { name: '`cors`', chart: 'Calls of web pages' },
  {
    name: '`cors` for origins by expression',
    code: ruled("cors: { allowOrigins: [StringMatch.regex('https://.*\\\\.example\\\\.com')] }"),
    promises: [by('`GET http://shop.example.com/` with `origin: https://a.example.com`')],
    fates: refused('origins are written out'),
  },
  { name: '`access` by token, `openPaths`', chart: 'Who may enter' },
  {
    name: '`access` by address',
    code: routeOf(`{ action: ${WEB} }`, "access: [Access.ipBlocks(['203.0.113.0/24'])], openPaths: ['/health'], "),
    promises: [gets('/cart', '403', GATEWAY), gets('/health')],
  },
  {
    name: '`access` for wildcards of HTTPS',
    code: listening("IngressListener.https({ hosts: ['*.example.com'], credentialName: 'shop-cert' })", { host: '*.example.com', more: "access: [Access.ipBlocks(['203.0.113.0/24'])], openPaths: ['/health'], " }),
    promises: [by('`GET https://a.example.com/cart`', '403', GATEWAY), by('`GET https://a.example.com/health`')],
  },
  {
    name: '`access` for wildcards of clear text',
    code: listening("IngressListener.http({ hosts: ['*.example.com'] })", { host: '*.example.com', more: "access: [Access.ipBlocks(['203.0.113.0/24'])], openPaths: ['/health'], " }),
    promises: [gets('/cart', '403', GATEWAY), gets('/health')],
    fates: refused('a policy for a wildcard could be walked around with a port in the Host header'),
  },
  { name: '`deny` by method and header', code: routeOf(`{ action: ${WEB} }`, "deny: [{ methods: ['DELETE'] }], "), promises: [gets('/cart'), by('`DELETE http://shop.example.com/cart`', '403', GATEWAY)] },
  { name: '`deny` by path, in whatever spelling', chart: 'Path traps (2)', fates: refused('policies compare paths letter by letter, and no rule answers 403') },
  { name: 'a rule that answers 403', chart: 'Path traps', fates: refused('no filter answers') },
  { name: 'lists of what is allowed', chart: 'Path traps (3)' },
  { name: 'routes of several teams for one host', chart: 'Several teams' },
  {
    name: '`IngressDelegate`',
    code: `const blog = new Chart(app, 'blog', { namespace: 'blog' });
const delegate = new IngressDelegate(blog, 'delegate', { routeNamespace: 'shop', prefixes: ['/blog'], rules: [{ action: RouteAction.forward(Destination.service('blog', { port: 8080 })) }] });
${routeOf("{ matches: [{ path: PathMatch.prefix('/blog') }], action: RouteAction.delegate(delegate) }")}`,
    promises: [gets('/blog/1', '200', '`blog`')],
    fates: refused('routes of several teams need none: the most specific path decides'),
  },
  { name: 'gateway and routes in different repositories', chart: 'Several teams (3)' },
  {
    name: 'listeners of a team, with certificates in its namespace',
    chart: 'docs/gateway-api.md, Listeners of teams',
    before: `const secret = new ApiObject(chart, 'cert', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'shop-cert' } });
${listening("IngressListener.https({ hosts: ['shop.example.com'], credentials: [Credential.fromSecret(secret)] })")}`,
    fates: { Istio: { kind: 'refused', code: 'SecretNamespace', why: 'a team can add listeners, but pods read Secrets of their own namespace alone' } },
  },
  {
    name: 'a wildcard beside a name',
    code: `${listening("IngressListener.http({ hosts: ['*.example.com'] }), IngressListener.http({ hosts: ['shop.example.com'] })")}
new IngressRoute(chart, 'rest', { gateway, hosts: ['*.example.com'], rules: [{ action: ${NEXT} }] });`,
    promises: [gets('/cart'), by('`GET http://blog.example.com/`', '200', '`next`')],
  },
];

const charts = ['docs/ingress.md', 'docs/gateway-api.md'].flatMap(snippetsOf).filter(({ promises }) => promises.length > 0);
const ofIngress = charts.filter(({ title }) => title.startsWith('docs/ingress.md, '));

function charted({ chart, code = '', promises = [] }: Feature): { readonly programs: readonly string[]; readonly promises: readonly Row[] } {
  if (chart === undefined) return { programs: [programOf(code)], promises };
  const found = charts.find(({ title }) => title === chart || title === `docs/ingress.md, ${chart}`);
  if (!found) throw new Error(`no chart: ${chart}`);
  return found;
}

for (const api of APIS) {
  describeMesh(`routes: ${api}`, () => {
    describe.each(FEATURES.map(feature => [feature.name, feature] as const))('%s', (_, feature) => {
      const { programs, promises } = feature.before !== undefined && api === 'Istio' ? charted({ ...feature, chart: undefined, code: feature.before }) : charted(feature);
      const fate = feature.fates?.[api];
      const made = (change = (program: string) => program) => objectsOf(programs.map(program => runProgram(change(inApi(program, api)))).join('---\n'));

      if (fate?.kind === 'refused') {
        test(`refused (\`${fate.code}\`): ${fate.why}`, () => { expect(() => made()).toThrow(`[${fate.code}] `); });
        return;
      }
      const objects = () => made(fate && (program => program.replace(fate.edit[0], fate.edit[1])));
      const wanted = promises.map(entering);
      const channel = fate?.channel;

      test(fate === undefined ? 'yes' : `yes, once ${fate.once} (\`${fate.code}\`)`, async () => {
        if (fate) expect(() => made()).toThrow(`[${fate.code}] `);
        const answers = await ask(objects(), wanted, { channel });
        expect(wanted.length).toBeGreaterThan(0);
        wanted.forEach(({ check }, i) => check(answers[i]));
      });

      const reaching = wanted.filter(({ reaches }) => reaches);
      // the twins of the page's own charts are run where the page is
      if (reaching.length === 0 || (api === 'Istio' && feature.chart)) return;
      test('broken: without its gateway, nothing arrives', async () => {
        const answers = await ask(unbound(objects()), reaching, { channel });
        expect(answers).toHaveLength(reaching.length);
        for (const answer of answers) expect(answer).toFail(...UNBOUND);
      });
    });
  });
}

test('every chart of docs/ingress.md is a feature', () => {
  expect(ofIngress.length).toBeGreaterThanOrEqual(20);
  expect(FEATURES.flatMap(({ chart = '' }) => (chart === '' || chart.startsWith('docs/') ? [] : [chart])).sort()).toEqual(ofIngress.map(({ title }) => title.replace('docs/ingress.md, ', '')).sort());
});

const HELM = /GatewayWorkload\.helmRelease\('istio-ingressgateway', \{[^\n]*?\} ?\)/g;

/** The program with its gateway on pods that Istio makes for it, in their namespace, and with the routes in the other API. Charts of teams stay. */
function inApi(program: string, api: Api): string {
  if (api === 'Istio' || program.search(HELM) < 0) return program;
  return program
    .replace(HELM, "GatewayWorkload.gatewayApi('public', { namespace: 'istio-ingress' })")
    .replace(/new IngressGateway\(chart, /g, 'new IngressGateway(edge, ')
    .replace(/(new IngressGateway|fromIngressGatewayAttributes)\(\w+, '\w+', \{/g, '$& routeApi: RouteApi.GATEWAY_API,')
    .replace(/namespace: 'platform'/g, "namespace: 'istio-ingress'")
    .replace("IngressListener } from 'cdk8s-istio'", "IngressListener, RouteApi } from 'cdk8s-istio'")
    .replace(/^const app = .*$(?=[^]*\(edge, )/m, "$&\nconst edge = new Chart(app, 'edge', { namespace: 'istio-ingress' });");
}
