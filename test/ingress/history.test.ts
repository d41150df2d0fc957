import { App, Chart, Testing } from 'cdk8s';
import fc from 'fast-check';
import { GatewayWorkload, IngressGateway, IngressListener, IngressRoute, IngressRule, PathMatch, RouteAction, StringMatch } from '../../src';
import { MatchIndex } from '../../src/private/requests/match-index';
import { Neighbours } from '../../src/private/requests/neighbours';

const HOSTS = ['a.example.com', 'b.example.com', 'c.example.com'];

/** What is done to an app: a route is made, gets another rule, or is taken out of the tree. */
type Step =
  | { readonly kind: 'make'; readonly id: string; readonly hosts: string[]; readonly rules: IngressRule[] }
  | { readonly kind: 'add'; readonly id: string; readonly rule: IngressRule }
  | { readonly kind: 'remove'; readonly id: string }
  | { readonly kind: 'synthesize' };

const ids = fc.constantFrom('r0', 'r1', 'r2');
const rule = fc.record({ path: fc.constantFrom('/a', '/a/b', '/a/b/c', '/d', '/d/e', '/f'), exact: fc.boolean(), cors: fc.integer({ min: 0, max: 5 }) })
  .map(({ path, exact, cors }): IngressRule => ({
    matches: [{ path: exact ? PathMatch.exact(path) : PathMatch.prefix(path) }],
    action: RouteAction.respond(200, path),
    ...cors === 0 && { cors: { allowOrigins: [StringMatch.exact('https://shop.example.com')] } },
  }));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('make' as const), id: ids, hosts: fc.subarray(HOSTS, { minLength: 1 }), rules: fc.array(rule, { minLength: 1, maxLength: 2 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('add' as const), id: ids, rule }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), id: ids }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('synthesize' as const) }) },
);

function world() {
  const app = new App();
  const shop = new Chart(app, 'shop', { namespace: 'shop' });
  const gateway = new IngressGateway(shop, 'gateway', { workload: GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-system' }), listeners: [IngressListener.http()] });
  return { shop, gateway };
}

function outcome(build: () => unknown): unknown {
  try {
    return build() ?? 'fine';
  } catch (e) {
    return (e as Error).message;
  }
}

const byName = (chart: Chart) => [...Testing.synth(chart)].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));

test('what happened to an app before makes no difference: routes fit each other, or are refused, as in an app that is made at once', () => {
  const seen = { fine: 0, refused: 0, removed: 0, synthesized: 0 };
  fc.assert(fc.property(fc.array(step, { minLength: 2, maxLength: 12 }), steps => {
    const { shop, gateway } = world();
    const state = new Map<string, { hosts: string[]; rules: IngressRule[] }>();
    /** The same routes in a new app, the one in question last. */
    const anew = (last: string, routes: typeof state) => {
      const fresh = world();
      for (const [id, props] of [...routes].filter(([one]) => one !== last)) new IngressRoute(fresh.shop, id, { ...props, gateway: fresh.gateway });
      if (routes.has(last)) new IngressRoute(fresh.shop, last, { ...routes.get(last)!, gateway: fresh.gateway });
      return fresh.shop;
    };
    for (const one of steps) {
      if (one.kind === 'synthesize') {
        if (state.size === 0) continue;
        seen.synthesized++;
        expect(outcome(() => byName(shop))).toEqual(outcome(() => byName(anew('', state))));
        continue;
      }
      const { id } = one;
      if (one.kind === 'remove') {
        if (state.delete(id)) seen.removed++;
        shop.node.tryRemoveChild(id);
        continue;
      }
      const before = state.get(id);
      if ((one.kind === 'make') === (before !== undefined)) continue;
      const wanted = one.kind === 'make' ? { hosts: one.hosts, rules: one.rules } : { ...before!, rules: [...before!.rules, one.rule] };
      const done = outcome(() => {
        if (one.kind === 'make') new IngressRoute(shop, id, { ...wanted, gateway });
        else (shop.node.findChild(id) as IngressRoute).addRule(one.rule);
      });
      const fresh = outcome(() => { anew(id, new Map(state).set(id, wanted)); });
      expect(done === 'fine').toBe(fresh === 'fine');
      if (done === 'fine') state.set(id, wanted);
      seen[done === 'fine' ? 'fine' : 'refused']++;
    }
  }), { numRuns: 150 });
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(10);
});

test.each<[string, (shop: Chart, gateway: IngressGateway) => void]>([
  ['route', (shop, gateway) => new IngressRoute(shop, 'refused', { hosts: HOSTS, rules: [own(0)], gateway })],
  ['rule', shop => { (shop.node.findChild('other') as IngressRoute).addRule(own(0)); }],
])('a %s that was refused leaves nothing behind', (_, wrong) => {
  const { shop, gateway } = world();
  const routes = ['kept', 'other'].map((id, i) => new IngressRoute(shop, id, { hosts: [HOSTS[0]], rules: [own(i)], gateway }));
  Testing.synth(shop);
  expect(() => wrong(shop, gateway)).toThrow('HostAlreadyRouted');
  const rulesOf = (route: IngressRoute) => byName(shop).find(({ metadata }) => metadata.name === route.virtualService!.name).spec.http.length;
  expect(routes.map(rulesOf)).toEqual([1, 1]);
});

type Methods = Record<string, (...args: unknown[]) => unknown>;

/** How often methods are called meanwhile. */
function calls(methods: [prototype: object, name: string][], meanwhile: () => void): number {
  let count = 0;
  const originals = methods.map(([prototype, name]) => (prototype as Methods)[name]);
  methods.forEach(([prototype, name], i) => {
    (prototype as Methods)[name] = function (...args) {
      count++;
      return originals[i].apply(this, args);
    };
  });
  try {
    meanwhile();
  } finally {
    methods.forEach(([prototype, name], i) => { (prototype as Methods)[name] = originals[i]; });
  }
  return count;
}

const own = (i: number): IngressRule => ({ matches: [{ path: PathMatch.exact(`/${i}`) }], action: RouteAction.respond(200) });
const times = <T>(n: number, make: (i: number) => T) => Array.from({ length: n }, (_, i) => make(i));

const GROWING: [string, (n: number) => Chart][] = [
  ['rules of one route', n => {
    const { shop, gateway } = world();
    new IngressRoute(shop, 'route', { gateway, hosts: HOSTS, rules: times(n, own) });
    return shop;
  }],
  ['rules that are added to one route', n => {
    const { shop, gateway } = world();
    const route = new IngressRoute(shop, 'route', { gateway, hosts: HOSTS, rules: [] });
    for (let i = 0; i < n; i++) route.addRule(own(i));
    return shop;
  }],
  ['routes of one host', n => {
    const { shop, gateway } = world();
    for (let i = 0; i < n; i++) new IngressRoute(shop, `route${i}`, { gateway, hosts: [HOSTS[0]], rules: [own(i)] });
    return shop;
  }],
  ['rules that are added in turns to routes beside each other', n => {
    const { shop, gateway } = world();
    const routes = [HOSTS.slice(0, 2), HOSTS.slice(1)].map((hosts, i) => new IngressRoute(shop, `route${i}`, { gateway, hosts, rules: [] }));
    for (let i = 0; i < n; i++) routes[i % 2].addRule(own(i));
    return shop;
  }],
  ['hosts with routes of their own', n => {
    const { shop, gateway } = world();
    for (let i = 0; i < n; i++) new IngressRoute(shop, `route${i}`, { gateway, hosts: [`${i}.example.com`], rules: [own(0)] });
    return shop;
  }],
];

const LOOKUPS: [object, string][] = [[MatchIndex.prototype, 'overlapping'], [MatchIndex.prototype, 'add']];

test.each(GROWING)('twice as many %s are compared twice as often', (_, build) => {
  const [few, many] = [20, 40].map(n => calls(LOOKUPS, () => { Testing.synth(build(n)); }));
  expect(few).toBeGreaterThanOrEqual(20);
  expect(few).toBeLessThanOrEqual(8 * 20);
  expect(many).toBeLessThanOrEqual(2.2 * few);
});

test.each(GROWING)('synthesis learns of %s no more than once', (_, build) => {
  const shop = build(40);
  expect(calls(LOOKUPS.slice(1), () => { Testing.synth(shop); })).toBe(0);
  expect(calls([[Neighbours.prototype, 'put']], () => { Testing.synth(shop); })).toBeLessThanOrEqual(40);
});
