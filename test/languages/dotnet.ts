/** What can be seen of C# without its compiler: names of the API, and of the generated code, that it would not take. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Member { readonly name: string }
export interface Type {
  readonly name: string;
  readonly kind: string;
  readonly datatype?: boolean;
  readonly base?: string;
  readonly methods?: readonly Member[];
  readonly properties?: readonly Member[];
}
export interface Assembly { readonly types: Readonly<Record<string, Type>> }

/** Of System.Object and jsii's DeputyBase, which every class has; only `ToString` is overridden. */
const OF_EVERY_CLASS = ['Equals', 'GetHashCode', 'GetType', 'MemberwiseClone', 'Finalize', 'ReferenceEquals', 'Reference', 'Props'];

/** Namespaces by which generated code names types: a class of this name would stand before them. */
const NAMESPACES = ['System', 'Amazon', 'Constructs', 'Org', 'Cdk8sIstio'];

const KEYWORDS = `abstract as base bool break byte case catch char checked class const continue decimal default delegate do double else enum event explicit
  extern false finally fixed float for foreach goto if implicit in int interface internal is lock long namespace new null object operator out override params private
  protected public readonly ref return sbyte sealed short sizeof stackalloc static string struct switch this throw true try typeof uint ulong unchecked unsafe ushort
  using virtual void volatile while`.split(/\s+/);

/** A parameter without `@`; types and modifiers stand before others, and are followed by a name. */
const BARE_PARAMETER = new RegExp(`[\\w>?\\]] (${KEYWORDS.join('|')})(?= ?[,)=])`, 'g');

export function dotnetHazards({ types }: Assembly, code: string): string[] {
  return [...Object.values(types).flatMap(type => ofType(type, types)), ...sources(code).flatMap(bareKeywords)];
}

function ofType(type: Type, types: Assembly['types']): string[] {
  const names = members(type).map(pascal);
  const inherited = ancestors(type, types).flatMap(members).map(pascal);
  return [
    ...NAMESPACES.filter(name => name === type.name).map(() => `${type.name}: is the name of a namespace`),
    ...Object.values(types).filter(({ name }) => type.datatype && name === `I${type.name}`).map(({ name }) => `${type.name}: its interface is named as ${name} is`),
    ...names.filter(name => name === type.name).map(() => `${type.name}: has a member of its own name`),
    ...names.filter((name, i) => names.indexOf(name) < i).map(name => `${type.name}.${name}: two members get this name`),
    ...names.filter(name => type.kind === 'class' && OF_EVERY_CLASS.includes(name)).map(name => `${type.name}.${name}: every class has a member of this name`),
    ...names.filter(name => type.kind === 'class' && inherited.includes(name)).map(name => `${type.name}.${name}: hides a member that it inherits`),
  ];
}

function members({ methods = [], properties = [] }: Type): string[] {
  return [...methods, ...properties].map(({ name }) => name);
}

function ancestors({ base }: Type, types: Assembly['types']): Type[] {
  return base && types[base] ? [types[base], ...ancestors(types[base], types)] : [];
}

function pascal(name: string): string {
  return name[0].toUpperCase() + name.slice(1);
}

function sources(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.cs')).map(file => readFileSync(join(dir, file), 'utf8'));
}

export function bareKeywords(code: string): string[] {
  const declarations = code.split('\n').filter(line => /^\s*(public|internal|private|protected) .*\)/.test(line)).map(line => line.replace(/"[^"]*"/g, ''));
  return declarations.flatMap(line => [...line.matchAll(BARE_PARAMETER)].map(([, word]) => `${word}: a parameter is named as this keyword, in: ${line.trim()}`));
}
