import { ARTICLE } from './article';
import { CASES } from './cases';
import { readManifests, titleOf } from '../../src/private/manifests/manifest';
import { manifestSet } from '../../src/private/manifests/set';
import { ALL_RULES, judge } from '../../src/private/rules/judge';
import { edit, originate, plain } from '../mesh/recipes';
import { expectBlock } from '../pages';

/** Fields that rules read, and that may hold anything. */
const FIELDS = ['selector', 'servers', 'hosts', 'gateways', 'http', 'tls', 'tcp', 'exportTo', 'host', 'trafficPolicy', 'subsets', 'workloadSelector', 'ports', 'egress', 'rules', 'template', 'jobTemplate', 'mtls'];

const findingsIn = (...objects: object[]) => judge(manifestSet(objects.flatMap(object => readManifests(object, {}))));
const placesOf = (code: string, objects: object[]) => findingsIn(...objects).filter(one => one.code === code).map(({ object, field }) => `${titleOf(object)} ${field}`);

describe('each rule', () => {
  test('has a case, and a code that is its own', () => {
    const codes = ALL_RULES.map(({ code }) => code);
    expect([...new Set(CASES.map(({ code }) => code))].sort()).toEqual(codes);
    expect(new Set(codes).size).toBe(codes.length);
  });

  test.each(CASES.map(one => [one.code, one.what, one] as const))('%s › %s', (code, _, { clean, broken, around = [], at, also = [] }) => {
    expect(findingsIn(...Object.values(clean), ...around)).toEqual([]);
    const objects = [...Object.values(broken), ...around];
    expect([...new Set(findingsIn(...objects).map(one => one.code))].sort()).toEqual([code, ...also].sort());
    expect(placesOf(code, objects)).toEqual([at]);
  });
});

describe('the egress sample that the project started from', () => {
  test('is told of all its faults that change a request', () => {
    const [, ...told] = findingsIn(...ARTICLE).map(({ code, object, field, message }) => `[${code}] ${titleOf(object)} ${field}: ${message}`);
    expect([findingsIn(...ARTICLE)[0].code, ...told]).toMatchInlineSnapshot(`
[
  "DestinationPortMissing",
  "[GatewayNotFound] VirtualService default/route-via-egressgateway spec.gateways[1]: there is no Gateway default/istio-egressgateway, where "istio-egressgateway" is looked up; there is istio-system/istio-egressgateway",
  "[LegTwoTakesSomePathsOnly] VirtualService default/route-via-egressgateway spec.http[1]: default/istio-egressgateway: every rule has a condition on the request",
  "[NamespaceMissing] VirtualService default/route-via-egressgateway metadata.namespace: "istio-egressgateway" is looked up in the namespace of the object, which is not written",
  "[RuleForBothLegs] VirtualService default/route-via-egressgateway spec.http[1]: it names no gateway, and sidecars heed it as well",
]
`);
  });
});

describe('a policy of the root namespace', () => {
  const policy = (namespace: string, kind = 'AuthorizationPolicy') => ({
    apiVersion: 'security.istio.io/v1', kind, metadata: { name: 'guard', namespace }, spec: { selector: { matchLabels: { istio: 'egressgateway' } }, rules: [{ from: [{ source: { namespaces: ['shop'] } }] }] },
  });
  const elsewhere = (namespace: string) => {
    const service = 'istio-egressgateway.edge.svc.cluster.local';
    const recipe = edit(edit(plain(), 'meshRoute.spec.http.0.route.0.destination.host', service), 'gatewayRoute.spec.exportTo', ['*']);
    return findingsIn(...Object.values(recipe), policy(namespace)).map(({ code, object }) => `${code} ${object.kind}`);
  };

  test('is for pods elsewhere too; others are not', () => {
    expect(elsewhere('istio-system')).toEqual(['IdentityOverClearText AuthorizationPolicy']);
    expect(elsewhere('shop')).toEqual(['PolicySelectsNothing AuthorizationPolicy']);
  });
});

describe('a finding', () => {
  const bare = edit(edit(plain(), 'gatewayRoute.metadata.namespace', 'shop'), 'gatewayRoute.spec.gateways', ['egress']);
  const ignoring = (annotations: object) => findingsIn(...Object.values(edit(bare, 'gatewayRoute.metadata.annotations', annotations))).map(({ code }) => code);

  test('is silenced by an annotation with a reason, at its object alone', () => {
    expect(ignoring({ 'istio.cdk8s.io/ignore.GatewayNotFound': 'another team applies it' })).toEqual([]);
    expect(ignoring({ 'istio.cdk8s.io/ignore.HostNotOnServer': 'another team applies it' })).toEqual(['GatewayNotFound']);
  });

  test.each([['without a reason', 'GatewayNotFound', ' '], ['for a rule that does not exist', 'GatewayNotFond', 'a reason']])('is not silenced by one %s, which is a finding itself', (_, code, reason) => {
    expect(ignoring({ [`istio.cdk8s.io/ignore.${code}`]: reason })).toEqual(['GatewayNotFound', 'IgnoredWithoutReason']);
  });

  test('does not come of what is no object of Kubernetes, or of objects without anything in them', () => {
    const kinds = ['Gateway', 'VirtualService', 'DestinationRule', 'ServiceEntry', 'Sidecar', 'AuthorizationPolicy', 'PeerAuthentication', 'Service', 'Pod', 'Deployment', 'CronJob'];
    const junk = [null, 1, 'text', [], { a: 1 }, { apiVersion: 'v1' }, { apiVersion: 'v1', kind: 'List', items: [null, 1] }, { apiVersion: 'example.com/v1', kind: 'Unknown' }];
    const groups = ['networking.istio.io/v1', 'security.istio.io/v1', 'v1', 'apps/v1'];
    const specs = [undefined, null, 1, 'text', [], [null], {}, Object.fromEntries(FIELDS.map(field => [field, null])), Object.fromEntries(FIELDS.map(field => [field, [null, 1, 'a', {}]])), Object.fromEntries(FIELDS.map(field => [field, { a: null }]))];
    const empty = kinds.flatMap(kind => groups.flatMap(apiVersion => specs.map(spec => ({ apiVersion, kind, metadata: { name: 'a', namespace: 'b' }, spec }))));
    expect(empty.length).toBeGreaterThan(400);
    expect(() => findingsIn(...junk as object[], ...empty)).not.toThrow();
    expect(findingsIn(...junk as object[])).toEqual([]);
  });
});

test('four times as many routes take about four times as long', () => {
  const secondsFor = (count: number) => {
    const objects = Array.from({ length: count }, (_, i) => {
      const recipe = edit(edit(originate(`api-${i}.test`), 'gateway.metadata.name', `egress-${i}`), 'gatewayRoute.spec.gateways', [`istio-system/egress-${i}`]);
      return Object.values(i === 0 ? edit(recipe, 'gatewayRoute.spec.http.0.headers', undefined) : recipe);
    }).flat();
    const set = manifestSet(objects.flatMap(object => readManifests(object, {})));
    const { user: before } = process.cpuUsage();
    expect(judge(set).map(({ code, object }) => `${code} ${object.name}`)).toEqual(['CallerCertificateLeaves api-0-test-gateway']);
    return (process.cpuUsage().user - before) / 1e6;
  };
  secondsFor(100);
  const [few, many] = [secondsFor(250), secondsFor(1000)];
  // squares would take sixteen times as long
  expect(many / few).toBeLessThan(10);
});

test('docs/validation.md lists the rules', () => {
  const seen = (wanted: string) => [...new Set(CASES.flatMap(({ code, probe }) => (code === wanted && probe ? [`${probe.broken}${probe.leak ? ` with ${probe.leak}` : ''}, not ${probe.clean}`] : [])))];
  const rows = ALL_RULES.map(({ code, cause, effect, fix }) => `| \`${code}\` | ${cause} | ${effect} | ${fix} | ${seen(code).join('<br>') || '–'} |`);
  expectBlock('docs/validation.md', 'rules', ['| code | what is wrong | what comes of it | fix | seen |', '|---|---|---|---|---|', ...rows, ''].join('\n'));
});
