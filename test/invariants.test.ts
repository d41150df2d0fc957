import { CASES as EGRESS } from './egress/cases';
import { CASES as INGRESS } from './ingress/cases';
import { INVARIANTS, TWIN_OF } from './invariants';
import { Manifest, synth } from './synth';

type Cases = Record<string, () => Manifest[]>;

/** Every way out of the mesh, and into it. */
const CASES: Cases = Object.fromEntries(Object.entries({ egress: EGRESS, ingress: INGRESS }).flatMap(([direction, cases]) =>
  Object.entries(cases).map(([name, make]) => [`${direction} › ${name}`, () => synth(make().app, { set: `${direction} › ${name}` })])));
let clean: [string, Manifest[]][];

beforeAll(() => {
  clean = Object.entries(CASES).map(([name, make]) => [name, make()]);
});

test('the cases are all there', () => {
  expect(clean.length).toBeGreaterThanOrEqual(95);
  expect(clean.filter(([, objects]) => objects.length === 0)).toEqual([]);
});

test.each(Object.entries(INVARIANTS))('%s', (_, { look, atLeast, twins }) => {
  const looks = clean.flatMap(([name, objects]) => look(objects).map(complaint => complaint && `${name} › ${complaint}`));
  expect(looks.filter(Boolean)).toEqual([]);
  expect(looks.length).toBeGreaterThanOrEqual(atLeast);

  expect(twins.length).toBeGreaterThan(0);
  for (const [damage, complaint, of = TWIN_OF] of twins) {
    const damaged = CASES[of]();
    damage(damaged);
    expect(look(damaged).filter(Boolean)).toEqual([complaint]);
  }
});

test('the same app made again gives the same objects', () => {
  const differs = (again: Cases) => clean.filter(([name, was]) => JSON.stringify(again[name]()) !== JSON.stringify(was)).map(([name]) => name);
  expect(differs(CASES)).toEqual([]);
  expect(differs({ ...CASES, 'egress › http': CASES['egress › grpc'] })).toEqual(['egress › http']);
});
