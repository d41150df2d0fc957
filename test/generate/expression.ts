/** A piece of a program, plain enough to be printed, evaluated, and made smaller. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: unknown }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'struct'; readonly fields: readonly Field[] }
  /** A variable, or what hangs on one: `app`, `AppTls.WRAP`. */
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'call'; readonly callee: string; readonly args: readonly Expression[]; readonly isNew: boolean };

export type Field = readonly [name: string, value: Expression];

/** One line of a program. */
export interface Statement {
  /** The constant that it declares. */
  readonly name?: string;
  readonly value: Expression;
}

export type Program = readonly Statement[];

export const literal = (value: unknown): Expression => ({ kind: 'literal', value });
export const list = (items: readonly Expression[]): Expression => ({ kind: 'list', items });
export const struct = (fields: readonly Field[]): Expression => ({ kind: 'struct', fields });
export const variable = (name: string): Expression => ({ kind: 'name', name });
export const call = (callee: string, ...args: readonly Expression[]): Expression => ({ kind: 'call', callee, args, isNew: false });
export const make = (callee: string, ...args: readonly Expression[]): Expression => ({ kind: 'call', callee, args, isNew: true });

/** An expression of plain data. */
export function plain(value: unknown): Expression {
  if (Array.isArray(value)) return list(value.map(plain));
  return typeof value === 'object' && value !== null ? struct(Object.entries(value).map(([key, inner]) => [key, plain(inner)])) : literal(value);
}

/** The expressions within an expression. */
export function within(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'list': return expression.items;
    case 'struct': return expression.fields.map(([, value]) => value);
    case 'call': return expression.args;
    default: return [];
  }
}

/** The first names of all that an expression speaks of. */
export function namesIn(expression: Expression): string[] {
  const own = expression.kind === 'name' ? [expression.name] : expression.kind === 'call' ? [expression.callee] : [];
  return [...own.map(name => name.split('.')[0]), ...within(expression).flatMap(namesIn)];
}

export function sizeOf(expression: Expression): number {
  return 1 + within(expression).reduce((sum, inner) => sum + sizeOf(inner), 0);
}

export type Scope = Map<string, unknown>;

export function evaluate(expression: Expression, scope: Scope): unknown {
  switch (expression.kind) {
    case 'literal': return expression.value;
    case 'list': return expression.items.map(item => evaluate(item, scope));
    // not assigned one by one: `__proto__` shall be a key like others
    case 'struct': return Object.fromEntries(expression.fields.map(([name, value]) => [name, evaluate(value, scope)]));
    case 'name': return lookUp(expression.name, scope).value;
    case 'call': {
      const args = expression.args.map(arg => evaluate(arg, scope));
      const { owner, value } = lookUp(expression.callee, scope);
      const called = value as new (...all: unknown[]) => unknown;
      return expression.isNew ? new called(...args) : Reflect.apply(called, owner, args);
    }
  }
}

function lookUp(path: string, scope: Scope): { readonly owner: unknown; readonly value: unknown } {
  const [first, ...rest] = path.split('.');
  if (!scope.has(first)) throw new Error(`the program does not know ${first}`);
  const start: { owner: unknown; value: unknown } = { owner: undefined, value: scope.get(first) };
  return rest.reduce(({ value }, key) => ({ owner: value, value: (value as Record<string, unknown>)[key] }), start);
}

/** A program as its reader would write it. */
export function print(program: Program): string {
  return program.map(({ name, value }) => `${name === undefined ? '' : `const ${name} = `}${text(value)};`).join('\n');
}

function text(expression: Expression): string {
  switch (expression.kind) {
    case 'literal': return literalText(expression.value);
    case 'list': return `[${expression.items.map(text).join(', ')}]`;
    case 'struct': return expression.fields.length === 0 ? '{}' : `{ ${expression.fields.map(([name, value]) => `${keyText(name)}: ${text(value)}`).join(', ')} }`;
    case 'name': return expression.name;
    case 'call': return `${expression.isNew ? 'new ' : ''}${expression.callee}(${expression.args.map(text).join(', ')})`;
  }
}

function keyText(name: string): string {
  if (name === '__proto__') return '[\'__proto__\']';
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name);
}

function quoted(value: string): string {
  if (value.length > 60 && value === value[0].repeat(value.length)) return `${quoted(value[0])}.repeat(${value.length})`;
  const escaped = JSON.stringify(value).slice(1, -1).replace(/\\"/g, '"').replace(/'/g, '\\\'');
  // JSON leaves these as they are, where nobody sees them
  return `'${escaped.replace(/[\x7f-\x9f]/g, control => `\\u00${control.charCodeAt(0).toString(16)}`)}'`;
}

function literalText(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'object' && value !== null) return value instanceof Date ? 'new Date(0)' : JSON.stringify(value);
  return Object.is(value, -0) ? '-0' : String(value);
}
