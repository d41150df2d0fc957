/** Writes what the public API takes, as the jsii compiler describes it, to where the library reads it. */
import { readFileSync, writeFileSync } from 'node:fs';

/** The part of a jsii assembly that is read here. */
interface Assembly { readonly name: string; readonly types: { readonly [fqn: string]: Type } }
interface Type {
  readonly kind: 'class' | 'interface' | 'enum';
  readonly name: string;
  readonly datatype?: boolean;
  readonly interfaces?: string[];
  readonly members?: { readonly name: string }[];
  readonly properties?: Field[];
  readonly methods?: (Located & { readonly name: string; readonly static?: boolean; readonly parameters?: Field[] })[];
}
interface Located { readonly locationInModule: { readonly line: number } }
interface Field extends Located { readonly name: string; readonly optional?: boolean; readonly variadic?: boolean; readonly type: Reference }
interface Reference {
  readonly primitive?: string;
  readonly fqn?: string;
  readonly collection?: { readonly kind: 'array' | 'map'; readonly elementtype: Reference };
}

const OUTPUT = 'src/private/basics/api.generated.ts';
const { types } = JSON.parse(readFileSync('.jsii', 'utf8')) as Assembly;
const all = Object.values(types).sort((a, b) => (a.name < b.name ? -1 : 1));

function typeText({ primitive, fqn, collection }: Reference): string {
  if (collection) return typeText(collection.elementtype) + (collection.kind === 'array' ? '[]' : '{}');
  const text = primitive ?? fqn?.split('.').pop();
  // what the border could not check must not be taken there
  if (text === undefined || !/^([A-Z]\w+|string|number|boolean)$/.test(text)) throw new Error(`the public API has a type that cannot be checked: ${text}`);
  return text;
}

function fieldText({ name, optional, variadic, type }: Field): string {
  // a list can be a variable, in every language
  if (variadic) throw new Error(`${name} must be a list`);
  return `${name}${optional ? '?' : ''}: ${typeText(type)}`;
}

function byLine(a: Located, b: Located): number {
  return a.locationInModule.line - b.locationInModule.line;
}

/** In the order of the source; what a struct inherits stands first. */
function propsOf({ interfaces = [], properties = [] }: Type): Field[] {
  return [...interfaces.flatMap(fqn => propsOf(types[fqn])), ...[...properties].sort(byLine)];
}

function table(name: string, comment: string, rows: (readonly [string, string])[]): string {
  return `/** ${comment} */\nexport const ${name}: { readonly [name: string]: string } = {\n${rows.map(([key, value]) => `  '${key}': '${value}',`).join('\n')}\n};\n`;
}

const structs = all.filter(type => type.datatype);
const enums = all.filter(type => type.kind === 'enum');
const methods = all.filter(type => type.kind === 'class').flatMap(type => [...type.methods ?? []].sort(byLine).map(method => ({ owner: type.name, ...method })));
const taking = methods.filter(({ parameters = [], static: isStatic }) => (isStatic || parameters.length > 0) && parameters[0]?.name !== 'scope');

writeFileSync(OUTPUT, [
  '/* Generated from .jsii by projenrc/api.ts: npx projen generate. A list is `X[]`, a map `X{}`. */\n',
  table('STRUCTS', 'The props of each struct.', structs.map(type => [type.name, propsOf(type).map(fieldText).join(', ')])),
  table('ENUMS', 'The members of each enum, whose values are their names.', enums.map(type => [type.name, type.members!.map(m => m.name).join(', ')])),
  table('METHODS', 'The parameters of each factory, `Class.name`, and method that takes something, `Class#name`, but those that make constructs.',
    taking.map(({ owner, name, parameters = [], static: isStatic }) => [`${owner}${isStatic ? '.' : '#'}${name}`, parameters.map(fieldText).join(', ')])),
].join('\n'));
