import { createContext, runInContext } from 'node:vm';
import { ApiObject, App, Chart, Duration } from 'cdk8s';
import { Program, Scope, Statement, evaluate } from './expression';
import * as library from '../../src';
import { CODES } from '../../src/private/basics/codes';
import { IstioValidationError } from '../../src/private/basics/errors';

/** What became of an app: its manifests, a refusal with a code, or what must never come of it. */
export type Built =
  | { readonly kind: 'manifests'; readonly yaml: string }
  | { readonly kind: 'refused'; readonly code: string; readonly prop?: string; readonly path?: string; readonly statement?: Statement; readonly message: string }
  | { readonly kind: 'crashed'; readonly statement?: Statement; readonly message: string };

export interface BuildOptions {
  /** More names that the program knows. */
  readonly names?: Readonly<Record<string, unknown>>;
  /** What takes longer hangs. */
  readonly limitMs?: number;
}

/** Runs a program and synthesizes its app. */
export function build(program: Program, { names = {}, limitMs = 5000 }: BuildOptions = {}): Built {
  let current: Statement | undefined;
  const run = (): string => {
    const app = new App();
    const scope: Scope = new Map<string, unknown>([...Object.entries(library), ...Object.entries({ app, ApiObject, Chart, Duration, ...names })]);
    for (const statement of program) {
      current = statement;
      const value = evaluate(statement.value, scope);
      if (statement.name !== undefined) scope.set(statement.name, value);
    }
    current = undefined;
    return app.synthYaml();
  };
  try {
    // a script of another context can be stopped although it never returns
    return { kind: 'manifests', yaml: runInContext('run()', createContext({ run }), { timeout: limitMs }) as string };
  } catch (error) {
    return refusal(error, current);
  }
}

function refusal(thrown: unknown, statement: Statement | undefined): Built {
  if (thrown instanceof IstioValidationError) {
    const { code, prop, constructPath: path, message } = thrown;
    return { kind: 'refused', code, prop, path, statement, message };
  }
  const error = thrown as { message?: string; stack?: string; code?: string } | undefined;
  const message = String(error?.message ?? thrown);
  const [, code, path, prop] = /\[([A-Z][A-Za-z]+)\] (\S*): (.*?) is /s.exec(message) ?? [];
  // what is found at synthesis comes in an error of cdk8s
  if (statement === undefined && code in CODES) return { kind: 'refused', code, path, prop, message };
  return { kind: 'crashed', statement, message: error?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? 'no end within the limit' : `${message}\n${where(error?.stack)}` };
}

function where(stack = ''): string {
  return stack.split('\n').filter(line => /^ +at .*\/(src|cdk8s)\//.test(line)).slice(0, 3).map(line => line.trim().replace(/\(.*\/(src|node_modules)\//, '($1/')).join('\n');
}
