import { IConstruct } from 'constructs';
import { ErrorCode } from './codes';

/** What was wrong with one value, and how to mend it. */
export interface Refusal {
  readonly code: ErrorCode;
  /** The prop as the user writes it, for example `hosts[0]`. */
  readonly prop: string;
  readonly got: unknown;
  readonly allowed: string;
  readonly fix: string;
}

/** Stops with a coded error. Annotate variables with this type: only then does the compiler know that the code ends there. */
export type Refuse = (refusal: Refusal) => never;

/**
 * Bad input. The code heads the message, and is stable; the wording is not.
 *
 * @internal
 */
export class IstioValidationError extends Error {
  public readonly code: ErrorCode;
  public readonly prop: string;
  public readonly got: unknown;
  public readonly constructPath: string;

  constructor(scope: IConstruct, refusal: Refusal) {
    super(refusalMessage(scope, refusal));
    this.name = 'IstioValidationError';
    this.code = refusal.code;
    this.prop = refusal.prop;
    this.got = refusal.got;
    this.constructPath = scope.node.path;
  }
}

export function refuser(scope: IConstruct): Refuse {
  return refusal => {
    throw new IstioValidationError(scope, refusal);
  };
}

export function refusalMessage(scope: IConstruct, { code, prop, got, allowed, fix }: Refusal): string {
  return `[${code}] ${scope.node.path}: ${prop} is ${show(got)}; allowed: ${allowed}; fix: ${fix}`;
}

function show(value: unknown): string {
  if (value === undefined) return 'not set';
  if (Array.isArray(value)) return value.length === 0 ? 'empty' : value.map(show).join(', ');
  if (typeof value === 'object') return JSON.stringify(value);
  return typeof value === 'string' ? `"${value}"` : String(value);
}
