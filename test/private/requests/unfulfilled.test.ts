import fc from 'fast-check';
import { Fact, ISSUER_KEY, Requirement } from '../../../src/private/model/access';
import { Condition, MOST_WAYS, unfulfilled } from '../../../src/private/requests/unfulfilled';

type Attributes = { readonly [key: string]: readonly string[] };

const fact = (key: string, ...values: string[]): Fact => ({ key, values });
const has = (attributes: Attributes, key: string, values: string[]) => values.some(value => (
  value === '*' ? attributes[key].length > 0 : attributes[key].includes(value)
));
const fulfils = (requirement: Requirement, attributes: Attributes) => (
  requirement.some(facts => facts.every(({ key, values }) => has(attributes, key, values)))
);
const holds = (attributes: Attributes) => ({ key, values, notValues }: Condition) => (
  values ? has(attributes, key, values) : !has(attributes, key, notValues!)
);
const denied = (ways: Condition[][], attributes: Attributes) => ways.some(way => way.every(holds(attributes)));

const CLAIMS = ['aud', 'role', 'scope'];
const someOf = (...values: string[]) => fc.subarray(values, { minLength: 1 });
const token = fc.tuple(
  fc.constantFrom('a', 'b', 'c'), fc.array(fc.tuple(fc.constantFrom(...CLAIMS), someOf('1', '2', '3', '*')), { maxLength: 3 }),
).map(([issuer, claims]): Fact[] => [fact(ISSUER_KEY, issuer), ...claims.map(([key, values]) => fact(key, ...values))]);
const address = fc.tuple(fc.constantFrom('source.ip', 'remote.ip'), someOf('10.0.0.1', '10.0.0.2')).map(([key, values]) => [fact(key, ...values)]);
const requirements = fc.array(fc.oneof({ weight: 3, arbitrary: token }, address), { minLength: 1, maxLength: 6 });
const attributes: fc.Arbitrary<Attributes> = fc.record({
  [ISSUER_KEY]: fc.constantFrom([], ['a'], ['b'], ['c'], ['d']),
  ...Object.fromEntries(CLAIMS.map(claim => [claim, fc.subarray(['1', '2', '3', '4'])])),
  'source.ip': fc.constantFrom(['10.0.0.1'], ['10.0.0.3']),
  'remote.ip': fc.constantFrom(['10.0.0.2'], ['10.0.0.3']),
});

describe('the ways not to fulfil a requirement', () => {
  let [inside, outside] = [0, 0];

  test('take the requests that fulfil none of the alternatives, and no others', () => {
    fc.assert(fc.property(requirements, fc.array(attributes, { minLength: 30, maxLength: 30 }), (requirement, requests) => {
      const ways = unfulfilled(requirement)!;
      for (const request of requests) {
        const fits = fulfils(requirement, request);
        if (fits) inside++; else outside++;
        expect(denied(ways, request)).toBe(!fits);
      }
    }), { numRuns: 1000 });
    expect(Math.min(inside, outside)).toBeGreaterThan(1000);
  });

  const counted = Array.from({ length: 60 }, (_, i) => i + 1);
  const sizes = (alternative: (i: number) => Fact[]) => counted.map(n => unfulfilled(Array.from({ length: n }, (_, i) => alternative(i)))?.length);

  test.each<[string, (i: number) => Fact[], (n: number) => number]>([
    ['addresses', i => [fact('source.ip', `10.0.0.${i}`)], () => 1],
    ['audiences of one issuer', i => [fact(ISSUER_KEY, 'a'), fact('aud', `${i}`)], () => 2],
    ['audiences of one issuer beside the same role', i => [fact(ISSUER_KEY, 'a'), fact('aud', `${i}`), fact('role', 'buyer')], () => 3],
    ['issuers, each with an audience', i => [fact(ISSUER_KEY, `${i}`), fact('aud', `${i}`)], n => n + 1],
    ['issuers, each with an audience and a role', i => [fact(ISSUER_KEY, `${i}`), fact('aud', `${i}`), fact('role', `${i}`)], n => 2 * n + 1],
    ['roles of three issuers', i => [fact(ISSUER_KEY, `${i % 3}`), fact('role', `${i}`)], n => Math.min(n, 3) + 1],
  ])('are few for 1 to 60 %s', (_, alternative, expected) => {
    expect(sizes(alternative)).toEqual(counted.map(expected));
  });

  test('are too many where tokens of one issuer differ in two claims, and many such are alternatives', () => {
    const found = sizes(i => [fact(ISSUER_KEY, 'a'), fact('aud', `${i}`), fact('role', `${i}`)]);
    expect(found.slice(0, 7)).toEqual([3, 5, 9, 17, 33, 65, 129]);
    expect(found.slice(7)).toEqual(counted.slice(7).map(() => undefined));
  });

  test('of one alternative are as many as its facts, however many', () => {
    const claims = Array.from({ length: 2 * MOST_WAYS }, (_, i) => fact(`claim${i}`, '1'));
    expect(unfulfilled([[fact(ISSUER_KEY, 'a'), ...claims]])).toHaveLength(2 * MOST_WAYS + 1);
  });
});
