import { sample } from 'fast-check';
import { apps } from './apps';
import { build } from './build';
import { Expression, Program, call, evaluate, literal, make, plain, print, struct, variable, within } from './expression';
import { hunt } from './hunt';
import { SENSE } from './sense';
import { smallest } from './smaller';
import { TYPES, isPlain, senseOf } from './values';
import { variants } from './variants';

const SEED = 6;
/** They ask about an app, and make nothing of it. */
const ASKING = ['ExplainedClient', 'ExplainedRequestOptions', 'MeshInventory', 'OutsideOptions', 'RequestExplanation', 'WorkloadOptions'];
const making = <T>(types: ReadonlyMap<string, T>) => [...types].filter(([name]) => !ASKING.includes(name));
const structs = making(TYPES.structs).flatMap(([, props]) => props);
const callables = [...making(TYPES.factories), ...making(TYPES.methods)].flatMap(([, all]) => all);
const slots = [...structs, ...callables.flatMap(({ parameters }) => parameters)];

describe('the generator knows the whole library', () => {
  test('reads the public types from the sources', () => {
    expect(TYPES.structs.get('RouteMatch')!.map(({ name }) => name)).toEqual(['path', 'headers', 'queryParams', 'methods', 'authority', 'scheme']);
    expect(TYPES.structs.get('IngressRule')).toContainEqual({ owner: 'RouteRule', name: 'timeout', type: { kind: 'named', name: 'Duration' }, isOptional: true });
    expect(TYPES.enums.get('AppTls')).toEqual(['WRAP', 'PASSTHROUGH']);
    expect(Object.keys(library()).filter(name => !TYPES.factories.has(name) && !TYPES.enums.has(name) && name !== 'IstioValidation')).toEqual([]);
  });

  test('says for each text, number and map what makes sense, and nothing that is not asked for', () => {
    expect(slots.filter(slot => isPlain(slot.type) && !senseOf(slot)).map(({ owner, name }) => `${owner}.${name}`)).toEqual([]);
    const asked = new Set(['Duration', ...slots.flatMap(slot => (SENSE[`${slot.owner}.${slot.name}`] ? [`${slot.owner}.${slot.name}`] : isPlain(slot.type) ? [`.${slot.name}`] : []))]);
    expect(Object.keys(SENSE).filter(name => !asked.has(name))).toEqual([]);
  });

  test('uses every construct, factory and prop', () => {
    const factories = making(TYPES.factories).flatMap(([owner, all]) => all.map(({ name }) => `${owner}.${name}`));
    const props = structs.map(({ name }) => `.${name}`);
    const unused = new Set([...TYPES.constructors.keys(), ...factories, ...props]);
    for (let seed = SEED; unused.size > 0 && seed < SEED + 30; seed++) {
      for (const { value } of sample(apps(), { seed, numRuns: 100 }).flat()) for (const name of usedIn(value)) unused.delete(name);
    }
    expect([...unused]).toEqual([]);
  });
});

describe('random apps', () => {
  test('either have an error with a code or are synthesized', async () => {
    const { apps: count, tried, atOnce, synthesized, findings } = await hunt({ apps: 50, seed: SEED, mesh: false });
    process.stdout.write(`${count} apps, ${tried} tried with what refusals left of them, ${atOnce} synthesized as drawn\n`);
    expect(findings.map(({ message, program }) => `${message}\n${print(program)}`)).toEqual([]);
    expect(atOnce).toBeGreaterThan(count / 6);
    expect(synthesized).toBeGreaterThan(count * 0.95);
  }, 60_000);

  test.each<[string, unknown, RegExp]>([
    ['an error without a code', () => { throw new TypeError('x is not a function'); }, /^x is not a function/],
    ['a code that does not exist', () => { throw new Error('[NoSuchCode] a/b: c is "d"'); }, /NoSuchCode/],
    ['what never ends', () => { for (;;); }, /^no end within/],
  ])('broken: it notices %s', (_, broken, message) => {
    expect(build([{ value: call('broken') }], { names: { broken }, limitMs: 200 })).toMatchObject({ kind: 'crashed', message: expect.stringMatching(message) });
  });

  test('a refusal has its code, found early or late', () => {
    const chart = { name: 'shop', value: make('Chart', variable('app'), literal('shop'), plain({ namespace: 'shop' })) };
    const service = (props: object) => ({ value: make('ExternalService', variable('shop'), literal('api'), plain(props)) });
    expect(build([chart, service({})])).toMatchObject({ kind: 'refused', code: 'HostsEmpty', prop: 'hosts', path: 'shop/api' });
    const idle: Program = [chart, { value: make('ExternalService', variable('shop'), literal('api'), struct([['hosts', plain(['api.test'])], ['ports', { kind: 'list', items: [call('ExternalPort.http')] }]])) }];
    expect(build(idle)).toMatchObject({ kind: 'refused', code: 'ExternalServiceUnused', prop: 'direct', path: 'shop/api' });
  });

  test('what is refused is cut off, and the rest is tried again', () => {
    const chart = { name: 'shop', value: make('Chart', variable('app'), literal('shop'), plain({ namespace: 'shop' })) };
    const ports: Expression = { kind: 'list', items: [call('ExternalPort.http')] };
    const service = { value: make('ExternalService', variable('shop'), literal('api'), struct([['hosts', plain(['api.test', 'No!'])], ['ports', ports], ['direct', literal(true)]])) };
    expect(variants([chart, service]).map(({ built }) => (built.kind === 'refused' ? built.code : built.kind))).toEqual(['HostInvalid', 'manifests']);
  });

  test('the smallest app with a fault is found', async () => {
    const [program] = sample(apps(), { seed: SEED, numRuns: 1 });
    const fault = { value: call('print', plain({ a: [1, 2, { b: 'wrong' }] })) };
    const hasFault = (candidates: readonly Program[]) => Promise.resolve(candidates.map(candidate => print(candidate).includes('\'wrong\'')));
    expect(print(await smallest([...program.slice(0, 5), fault, ...program.slice(5)], hasFault))).toBe('print({ a: [{ b: \'wrong\' }] });');
  });

  test('odd values are written so that they can be read again', () => {
    const value = plain({ 'a b': ['\u0000', '\'', '"', '\\', 'x'.repeat(70), 1e21, NaN], '__proto__x': undefined });
    const own = struct([['__proto__', literal(1)]]);
    expect(new Function(`return ${print([{ value }])}`)()).toEqual(evaluate(value, new Map()));
    expect(Object.keys(evaluate(own, new Map()) as object)).toEqual(['__proto__']);
    expect(print([{ value: literal('a\u007f') }])).toBe('\'a\\u007f\';');
    expect(print([{ value: own }])).toBe('{ [\'__proto__\']: 1 };');
  });
});

function library(): object {
  return jest.requireActual('../../src');
}

function* usedIn(expression: Expression): Generator<string> {
  if (expression.kind === 'call') yield expression.callee;
  if (expression.kind === 'struct') for (const [name] of expression.fields) yield `.${name}`;
  for (const inner of within(expression)) yield* usedIn(inner);
}
