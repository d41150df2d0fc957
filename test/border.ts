import { Duration } from 'cdk8s';
import { Construct } from 'constructs';
import { mesh, routed } from './fixtures';
import * as library from '../src';
import { ENUMS, METHODS, STRUCTS } from '../src/private/basics/api.generated';

// programs without types can write anything
export type Anything = any;

export interface Field {
  readonly name: string;
  readonly optional: boolean;
  readonly type: string;
  /** Where not any value of the type will do. */
  readonly value?: unknown;
}

/** What can be asked. */
const QUESTIONS: { readonly [field: string]: unknown } = {
  'ExplainedClient#get.url': 'http://a.test',
  'ExplainedClient#post.url': 'http://a.test',
  'ExplainedClient#send.url': 'http://a.test',
  'ExplainedClient#send.method': 'GET',
  'ExplainedClient#connect.url': 'tcp://a.test:1',
  'RequestExplanation#fromWorkload.caller': library.Caller.namespace('a'),
  'RequestExplanation#fromOutside.options': { claims: { a: 'b' } },
};

export function fieldsOf(text: string): Field[] {
  return [...text.matchAll(/(\w+)(\?)?: ([\w[\]{}]+)/g)].map(([, name, mark, type]) => ({ name, type, optional: !!mark }));
}

/** Something that takes values from a program. */
export interface Entry {
  readonly name: string;
  readonly fields: Field[];
  readonly call: (args: Anything[]) => unknown;
  /** How the error calls a prop of the only field; else it begins with the name of the field. */
  readonly bare?: boolean;
}

export const PUBLIC = library as Anything as { readonly [name: string]: Anything };
export const CONSTRUCTS = Object.keys(PUBLIC).filter(name => PUBLIC[name].prototype instanceof Construct);

function structEntry(name: string, struct: string, field: string, call: (props: Anything) => unknown): Entry {
  return { name, fields: fieldsOf(`${field}: ${struct}`), call: ([props]) => call(props), bare: true };
}

const { app, shop } = mesh();
let made = 0;
/** An id of its own for each construct, also for those that were refused. */
const id = () => `it-${made++}`;

/** What leaves files behind is tested by itself. */
const WRITES = ['MeshInventory#write'];

/** Every way into the library that the description tells of. */
export const ENTRIES: Entry[] = [
  ...CONSTRUCTS.map(name => structEntry(`new ${name}`, `${name}Props`, 'props', props => new PUBLIC[name](shop, id(), props))),
  ...CONSTRUCTS.filter(name => `${name}Attributes` in STRUCTS).map(name => structEntry(
    `${name}.from${name}Attributes`, `${name}Attributes`, 'attributes', attributes => PUBLIC[name][`from${name}Attributes`](shop, id(), attributes),
  )),
  structEntry('MeshSettings.of', 'MeshSettingsOptions', 'options', options => library.MeshSettings.of(app, options)),
  structEntry('IstioRules.of', 'IstioRulesOptions', 'options', options => library.IstioRules.of(app, options)),
  ...Object.entries(METHODS).filter(([method]) => !CONSTRUCTS.includes(method.split(/[.#]/)[0]) && !WRITES.includes(method)).map(([method, text]): Entry => {
    const [type, run] = method.split(/[.#]/);
    const fields = fieldsOf(text).map(field => ({ ...field, value: QUESTIONS[`${method}.${field.name}`] }));
    return { name: method, fields, call: args => (method.includes('#') ? sample(type) : PUBLIC[type])[run](...args) };
  }),
];

/** A value that is of a type, whether it makes sense or not. */
export function sample(type: string): Anything {
  if (type.endsWith('[]')) return [sample(type.slice(0, -2))];
  if (type.endsWith('{}')) return { a: sample(type.slice(0, -2)) };
  if (type in ENUMS) return ENUMS[type].split(', ')[0];
  if (type in STRUCTS) return Object.fromEntries(fieldsOf(STRUCTS[type]).map(field => [field.name, sample(field.type)]));
  if (!samples.has(type)) samples.set(type, makeSample(type));
  return samples.get(type);
}

const samples = new Map<string, Anything>();

function makeSample(type: string): Anything {
  const factory = Object.entries(METHODS).find(([method]) => method.startsWith(`${type}.`));
  if (factory) return PUBLIC[type][factory[0].split('.')[1]](...fieldsOf(factory[1]).map(field => sample(field.type)));
  switch (type) {
    case 'string': return 'a';
    case 'number': return 1;
    case 'boolean': return true;
    case 'Duration': return Duration.seconds(1);
    case 'IEgressGateway': return mesh().egress;
    case 'IExternalService': return new library.ExternalService(mesh().shop, 'api', { hosts: ['a.test'], ports: [library.ExternalPort.http()] });
    case 'IIngressGateway': return new library.IngressGateway(mesh().shop, 'gateway', { workload: library.GatewayWorkload.istioctl('a') });
    case 'IIngressDelegate': return library.IngressDelegate.fromIngressDelegateAttributes(mesh().shop, 'delegate', { name: 'a', namespace: 'b' });
    case 'IConstruct': return mesh().shop;
    case 'RequestExplanation': return library.RequestExplanation.of(mesh().app);
    case 'ExplainedClient': return sample('RequestExplanation').fromWorkload(library.Caller.namespace('a'));
    case 'Explanation': return sample('ExplainedClient').get('http://a.test');
    case 'EgressLock': {
      const { platform, egress } = routed({ hosts: ['a.test'], ports: [library.ExternalPort.http()] });
      return new library.EgressLock(platform, 'lock', { gateway: egress });
    }
    default: throw new Error(`no sample of ${type}`);
  }
}

/** A place in what an entry takes, and how another value gets there. */
export interface Spot {
  readonly path: string;
  readonly type: string;
  readonly optional: boolean;
  readonly args: (value: Anything) => Anything[];
}

/** Every argument, prop, item and value of a map, however deep. */
export function spotsOf({ fields, bare }: Entry): Spot[] {
  return fields.flatMap((field, i) => {
    const around = (value: Anything) => fields.map((other, n) => (n === i ? value : other.value ?? sample(other.type)));
    const path = field.name;
    return inner({ path, type: field.type, optional: field.optional, args: around }, bare ? '' : `${path}.`);
  });
}

function inner(spot: Spot, prefix = `${spot.path}.`): Spot[] {
  const { type, path, args } = spot;
  const item = (below: string, wrap: (value: Anything) => Anything) => inner({ path: `${path}[${below}]`, type: type.slice(0, -2), optional: false, args: value => args(wrap(value)) });
  if (type.endsWith('[]')) return [spot, ...item('0', value => [value])];
  if (type.endsWith('{}')) return [spot, ...item('a', value => ({ a: value }))];
  if (!(type in STRUCTS)) return [spot];
  return [spot, ...fieldsOf(STRUCTS[type]).flatMap(({ name, optional, type: below }) => inner(
    { path: prefix + name, type: below, optional, args: value => args({ ...sample(type), [name]: value }) },
  ))];
}

/** Values that are of another type. */
export function wrongFor(type: string): Anything[] {
  const other = library.PathMatch.exact('/');
  const always = [null, Symbol('x'), () => type];
  if (type.endsWith('[]')) return [...always, 'a', 1, { 0: 'a', length: 1 }, new Set(['a'])];
  if (type.endsWith('{}') || type in STRUCTS) return [...always, 'a', 1, true, [], new Map([['a', 'b']]), new Date(), other, Duration.seconds(1), shop];
  if (type in ENUMS) return [...always, 1, {}, ['a']];
  switch (type) {
    case 'string': return [...always, 1, true, {}, ['a'], new String('a')];
    case 'number': return [...always, '1', true, {}, [1], NaN, Infinity, 1n];
    case 'boolean': return [...always, 'false', 'true', 0, {}];
    default: return [...always, 'a', 1, {}, [], ...(type in PUBLIC ? [PUBLIC[type]] : []), ...(type === 'PathMatch' ? [library.StringMatch.exact('a')] : [other])];
  }
}
