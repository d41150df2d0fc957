import { Construct } from 'constructs';
import { ENUMS, METHODS, STRUCTS } from './api.generated';
import { classOf } from './brand';
import { Refuse } from './errors';
import { nearest } from './nearest';
import { READABLE, UNREADABLE } from './text';

/*
 * The boundary between what users write and what the library relies on. Untyped programs can pass anything, and any program can modify
 * what it has passed. So all input is checked against the description of the public API, and the library keeps a frozen copy.
 * Class instances and constructs are checked and copied where they are created.
 */

/** Checks one value, and returns the copy to keep. */
type Taker = (value: unknown, prop: string, refuse: Refuse) => unknown;

/** What is allowed instead of a wrong type, and the fix. */
type Wanted = readonly [allowed: string, fix: string];

interface Field {
  readonly name: string;
  readonly optional: boolean;
  readonly type: string;
}

const TEXT: Wanted = ['a string', 'put it in quotes'];
const NUMBER: Wanted = ['a number', 'write a number, without quotes'];
const FLAG: Wanted = ['true or false', 'write it without quotes'];
const LIST: Wanted = ['a list', 'put it in brackets'];
const STRUCT: Wanted = ['an object with named fields', 'put its fields in braces'];
const DURATION: Wanted = ['a value of class Duration', 'create it with Duration.millis, seconds, minutes, hours, days, parse'];

/** Keys that cdk8s cannot write: the first vanishes, and with the second it mistakes the object for a class instance. */
const UNWRITABLE = ['__proto__', 'constructor'];

/** Takes the props of a construct. They are named as in the program: `rules[0].timeout`. */
export function takeProps<T extends object>(struct: string, props: T, refuse: Refuse, whole = 'props'): T {
  if (!isStruct(props)) wrong(props, STRUCT, whole, refuse);
  return takeFields(struct, props, '', refuse) as T;
}

/** Takes a value that is not part of a struct. */
export function take<T>(type: string, value: T, prop: string, refuse: Refuse): T {
  return takerOf(type)(value, prop, refuse) as T;
}

/** Takes the arguments of a factory, `Class.name`, or of a method of a value, `Class#name`. */
export function takeArguments(method: string, given: readonly unknown[], refuse: Refuse): unknown[] {
  const fields = fieldsOf(METHODS, method);
  const taken = fields.map((field, i) => {
    // a missing list could be mistaken for a request for the default
    if (given[i] === undefined && !field.optional) takerOf(field.type)(undefined, field.name, refuse);
    return takeField(given[i], field, field.name, refuse);
  });
  refuseMore(given, fields, refuse);
  return taken;
}

function refuseMore(given: readonly unknown[], { length }: Field[], refuse: Refuse): void {
  const extra = given.findIndex((value, i) => i >= length && value !== undefined);
  if (extra < 0 || isCallOfMap(given)) return;
  refuse({ code: 'TypeInvalid', prop: `argument ${extra + 1}`, got: given[extra], allowed: length === 0 ? 'no argument' : length === 1 ? 'one argument' : `${length} arguments`, fix: 'leave it out' });
}

/** `list.map(StringMatch.exact)` passes the index and the list as well. */
function isCallOfMap([value, index, list]: readonly unknown[]): boolean {
  return Array.isArray(list) && list[index as number] === value;
}

function takeFields(struct: string, given: object, prefix: string, refuse: Refuse): object {
  const fields = fieldsOf(STRUCTS, struct);
  refuseUnknown(given, fields, prefix, refuse);
  const taken: { [name: string]: unknown } = {};
  for (const field of fields) {
    const value = takeField(given[field.name as keyof object], field, prefix + field.name, refuse);
    if (value !== undefined) taken[field.name] = value;
  }
  return Object.freeze(taken);
}

function takeField(value: unknown, { type, optional }: Field, prop: string, refuse: Refuse): unknown {
  if (value !== undefined) return takerOf(type)(value, prop, refuse);
  if (optional) return undefined;
  // the check that needs the list explains what a missing one means
  if (type.endsWith('[]')) return Object.freeze([]);
  if (type.endsWith('{}')) return Object.freeze({});
  return takerOf(type)(undefined, prop, refuse);
}

function refuseUnknown(given: object, fields: Field[], prefix: string, refuse: Refuse): void {
  const unknown = Object.keys(given).find(key => !fields.some(({ name }) => name === key));
  if (unknown === undefined) return;
  const names = fields.map(({ name }) => name);
  const meant = nearest(unknown, names);
  refuse({ code: 'PropUnknown', prop: prefix + unknown, got: given[unknown as keyof object], allowed: names.join(', '), fix: meant ? `write ${meant}` : 'leave it out' });
}

const takers = new Map<string, Taker>();

function takerOf(type: string): Taker {
  const known = takers.get(type);
  if (known) return known;
  const taker = makeTaker(type);
  takers.set(type, taker);
  return taker;
}

function makeTaker(type: string): Taker {
  if (type.endsWith('[]')) return listTaker(takerOf(type.slice(0, -2)));
  if (type.endsWith('{}')) return mapTaker(takerOf(type.slice(0, -2)));
  if (type in SIMPLE) return SIMPLE[type];
  if (type in ENUMS) return enumTaker(ENUMS[type].split(', '));
  if (type in STRUCTS) return structTaker(type);
  const factories = Object.keys(METHODS).filter(method => method.startsWith(`${type}.`)).map(method => method.slice(type.length + 1));
  return factories.length > 0 ? classTaker(type, factories) : constructTaker(type);
}

const SIMPLE: { readonly [type: string]: Taker } = {
  string: takeText,
  number: takerIf(Number.isFinite, NUMBER),
  boolean: takerIf(value => typeof value === 'boolean', FLAG),
  Duration: takerIf(isDuration, DURATION),
};

function takerIf(fits: (value: unknown) => boolean, wanted: Wanted): Taker {
  return (value, prop, refuse) => (fits(value) ? value : wrong(value, wanted, prop, refuse));
}

function takeText(value: unknown, prop: string, refuse: Refuse): unknown {
  if (typeof value !== 'string') return wrong(value, TEXT, prop, refuse);
  const odd = UNREADABLE.exec(value);
  if (odd) {
    const code = `U+${odd[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
    const [allowed, fix] = READABLE;
    refuse({ code: 'TextInvalid', prop, got: `a string with ${code} at ${odd.index}`, allowed, fix });
  }
  return value;
}

function enumTaker(members: string[]): Taker {
  const wanted: Wanted = [members.join(', '), 'use a member of the enum'];
  return (value, prop, refuse) => {
    if (typeof value !== 'string') return wrong(value, wanted, prop, refuse);
    if (!members.includes(value)) refuse({ code: 'ValueUnknown', prop, got: value, allowed: wanted[0], fix: wanted[1] });
    return value;
  };
}

function listTaker(takeItem: Taker): Taker {
  return (value, prop, refuse) => {
    if (!Array.isArray(value)) return wrong(value, LIST, prop, refuse);
    // an index loop also visits holes (`[, a]`)
    return Object.freeze(Array.from(value, (item, i) => takeItem(item, `${prop}[${i}]`, refuse)));
  };
}

function mapTaker(takeItem: Taker): Taker {
  return (value, prop, refuse) => {
    if (!isStruct(value)) return wrong(value, STRUCT, prop, refuse);
    // maps of other languages have no order of their own, and Java's differ from run to run: none reaches a manifest
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.freeze(Object.fromEntries(entries.map(([key, item]) => {
      checkWritable(key, prop, refuse);
      return [takeText(key, prop, refuse), takeItem(item, `${prop}[${key}]`, refuse)];
    })));
  };
}

/** Text that becomes a key of a manifest. */
export function checkWritable(key: string, prop: string, refuse: Refuse): void {
  if (UNWRITABLE.includes(key)) refuse({ code: 'NameReserved', prop, got: key, allowed: 'a name that JavaScript does not reserve', fix: 'rename it' });
}

function structTaker(struct: string): Taker {
  return (value, prop, refuse) => {
    if (!isStruct(value)) return wrong(value, STRUCT, prop, refuse);
    return takeFields(struct, value, `${prop}.`, refuse);
  };
}

function classTaker(name: string, factories: string[]): Taker {
  return takerIf(value => classOf(value) === name, [`a value of class ${name}`, `create it with ${name}.${factories.join(', ')}`]);
}

/** A construct of any library; which constructs of this one are suitable is checked where they are used. */
function constructTaker(type: string): Taker {
  const name = type.replace(/^I(?=[A-Z])/, '');
  return takerIf(isConstruct, name === 'Construct' ? ['a construct', 'pass the construct itself'] : wantedConstruct(name));
}

/** What is allowed instead of a wrong construct. */
export function wantedConstruct(name: string): Wanted {
  return [`${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`, `pass the construct itself, created with new ${name}(...)`];
}

/** Anything with named fields: literals, and instances of the program's own classes. */
function isStruct(value: unknown): value is object {
  return Object.prototype.toString.call(value) === '[object Object]' && classOf(value) === undefined && !isConstruct(value) && !isDuration(value);
}

function isConstruct(value: unknown): boolean {
  return Boolean(Construct.isConstruct(value));
}

/** Also recognizes a Duration of a second copy of cdk8s. */
function isDuration(value: unknown): boolean {
  return typeof value === 'object' && typeof (value as { readonly toMilliseconds?: unknown } | null)?.toMilliseconds === 'function';
}

function wrong(got: unknown, [allowed, fix]: Wanted, prop: string, refuse: Refuse): never {
  return refuse({ code: 'TypeInvalid', prop, got, allowed, fix });
}

const fields = new Map<string, Field[]>();

function fieldsOf(table: { readonly [name: string]: string }, name: string): Field[] {
  const known = fields.get(name);
  if (known) return known;
  const read = table[name].split(', ').filter(Boolean).map(text => {
    const [, field, mark, type] = /^(\w+)(\?)?: (.+)$/.exec(text)!;
    return { name: field, optional: mark !== undefined, type };
  });
  fields.set(name, read);
  return read;
}
