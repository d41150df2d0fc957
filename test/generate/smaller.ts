import { Built } from './build';
import { Expression, Field, Program, Statement, namesIn, sizeOf } from './expression';

/** What can be left out of a program: a statement, a prop, an item of a list, the last argument. */
export type Part = Statement | Field | Expression;

export function statementsOf(program: Program): Part[] {
  return [...program].reverse();
}

export function partsOf(program: Program): Part[] {
  return [...statementsOf(program), ...program.flatMap(({ value }) => inner(value))];
}

function inner(expression: Expression): Part[] {
  switch (expression.kind) {
    case 'list': return [...expression.items, ...expression.items.flatMap(inner)];
    case 'struct': return [...expression.fields, ...expression.fields.flatMap(([, value]) => inner(value))];
    case 'call': return [...expression.isNew || expression.callee.startsWith('Duration.') ? [] : expression.args.slice(-1), ...expression.args.flatMap(inner)];
    default: return [];
  }
}

/** A program without some parts, and without the statements that speak of what is gone. */
export function without(program: Program, gone: ReadonlySet<Part>): Program {
  const names = new Set<string>();
  return program.flatMap((statement) => {
    const value = less(statement.value, gone);
    if (!gone.has(statement) && !namesIn(value).some(name => names.has(name))) return [{ ...statement, value }];
    if (statement.name !== undefined) names.add(statement.name);
    return [];
  });
}

function less(expression: Expression, gone: ReadonlySet<Part>): Expression {
  const all = (expressions: readonly Expression[]) => expressions.filter(e => !gone.has(e)).map(e => less(e, gone));
  switch (expression.kind) {
    case 'list': return { ...expression, items: all(expression.items) };
    case 'struct': return { ...expression, fields: expression.fields.filter(field => !gone.has(field)).map(([name, value]) => [name, less(value, gone)]) };
    case 'call': return { ...expression, args: all(expression.args) };
    default: return expression;
  }
}

const AT_A_TIME = 60;

/** What remains of a program when nothing can be left out any more. Many candidates are tried in one go, and parts that can go alone mostly can go together. */
export async function smallest(program: Program, areWrong: (candidates: readonly Program[]) => Promise<readonly boolean[]>): Promise<Program> {
  let best = program;
  for (const parts of [statementsOf, partsOf]) {
    for (;;) {
      const all = parts(best);
      let needless: Part[] = [];
      for (let from = 0; from < all.length && needless.length === 0; from += AT_A_TIME) {
        const some = all.slice(from, from + AT_A_TIME);
        const wrong = await areWrong(some.map(part => without(best, new Set([part]))));
        needless = some.filter((_, i) => wrong[i]);
      }
      if (needless.length === 0) break;
      const halvings = [...Array(Math.ceil(Math.log2(needless.length)) + 1).keys()];
      const candidates = halvings.map(i => without(best, new Set(needless.slice(0, Math.ceil(needless.length / 2 ** i)))));
      best = candidates[(await areWrong(candidates)).indexOf(true)] ?? without(best, new Set([needless[0]]));
    }
  }
  return best;
}

/** The program without what was refused, so that the rest of it can be tried as well. */
export function mended(program: Program, refused: Exclude<Built, { kind: 'manifests' }>): Program {
  const { path, prop } = refused.kind === 'refused' ? refused : { path: undefined, prop: undefined };
  const guilty = refused.statement ?? (path === undefined ? undefined : program.find(({ value }) => pathOf(value) === path));
  if (!guilty) return [];
  const value = prop === undefined ? undefined : cut(propsOf(guilty.value), prop.split(/[.[\]]+/).filter(Boolean));
  if (value === undefined || sizeOf(value) === sizeOf(propsOf(guilty.value))) return without(program, new Set([guilty]));
  return program.map(other => (other === guilty ? { ...other, value: withProps(other.value, value) } : other));
}

/** `chart/id` of a construct, as charts are called by their constants. */
function pathOf(expression: Expression): string | undefined {
  if (expression.kind !== 'call') return undefined;
  const [scope, id] = expression.args;
  return scope?.kind === 'name' && id?.kind === 'literal' ? `${scope.name}/${id.value}` : undefined;
}

function propsOf(expression: Expression): Expression {
  return expression.kind === 'call' && expression.args.length > 0 ? expression.args.at(-1)! : expression;
}

function withProps(expression: Expression, props: Expression): Expression {
  return expression.kind === 'call' && expression.args.length > 0 ? { ...expression, args: [...expression.args.slice(0, -1), props] } : props;
}

function put<T>(values: readonly T[], at: number, value: T): T[] {
  return values.map((other, i) => (i === at ? value : other));
}

/** Cuts off what a path of props leads to, as far as it can be followed; nothing where there is nothing to cut. */
function cut(expression: Expression, path: readonly string[]): Expression | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return undefined;
  switch (expression.kind) {
    case 'struct': {
      const at = expression.fields.findIndex(([name]) => name === key);
      if (at < 0) return undefined;
      const left = cut(expression.fields[at][1], rest);
      return left && sizeOf(left) > 1
        ? { ...expression, fields: put<Field>(expression.fields, at, [key, left]) }
        : { ...expression, fields: expression.fields.filter((_, i) => i !== at) };
    }
    case 'list': {
      const at = Number(key);
      if (!(at < expression.items.length)) return undefined;
      const left = cut(expression.items[at], rest);
      return { ...expression, items: left ? put(expression.items, at, left) : expression.items.filter((_, i) => i !== at) };
    }
    case 'call': {
      for (const [i, arg] of expression.args.entries()) {
        const left = cut(arg, path) ?? (arg.kind === 'struct' ? undefined : cut(arg, rest));
        if (left) return { ...expression, args: put(expression.args, i, left) };
      }
      return undefined;
    }
    default: return undefined;
  }
}
