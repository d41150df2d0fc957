import { Construct, IConstruct } from 'constructs';
import { ErrorCode } from './codes';

/** What is wrong with a value, and how to fix it. */
export interface Refusal {
  readonly code: ErrorCode;
  /** The prop as the user writes it, for example `hosts[0]`. */
  readonly prop: string;
  readonly got: unknown;
  readonly allowed: string;
  readonly fix: string;
}

/** Throws a coded error. Annotate variables with this type: only then does the compiler know that control does not return. */
export type Refuse = (refusal: Refusal) => never;

/**
 * Invalid input. The message begins with the code, which is stable; the wording is not.
 *
 * @internal
 */
export class IstioValidationError extends Error {
  public readonly code: ErrorCode;
  public readonly prop: string;
  public readonly got: unknown;
  public readonly constructPath: string;

  /** @param place the path of a construct, or the factory of a value that belongs to no construct yet */
  constructor(place: string, refusal: Refusal) {
    super(messageAt(place, refusal));
    this.name = 'IstioValidationError';
    this.code = refusal.code;
    this.prop = refusal.prop;
    this.got = refusal.got;
    this.constructPath = place;
  }
}

/** All errors found at synthesis in one, with the code of the first. */
export function lateError(errors: IstioValidationError[]): Error {
  if (errors.length === 1) return errors[0];
  const [{ code }] = errors;
  return Object.assign(new Error(errors.map(({ message }) => message).join('\n')), { name: 'IstioValidationError', code, errors });
}

export function refuser(scope: IConstruct): Refuse {
  return refuserAt(pathOf(scope));
}

export function refuserAt(place: string): Refuse {
  return refusal => {
    throw new IstioValidationError(place, refusal);
  };
}

function messageAt(place: string, { code, prop, got, allowed, fix }: Refusal): string {
  return `[${code}] ${place}: ${prop} is ${show(got)}; allowed: ${allowed}; fix: ${fix}`;
}

/** The path of an app itself is empty. */
export function pathOf(scope: IConstruct): string {
  return scope.node.path || 'App';
}

/** How many characters of a value are shown. */
const SHOWN = 300;

function show(value: unknown): string {
  const text = shown(value);
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}... (${text.length} characters)`;
}

function shown(value: unknown): string {
  if (value === undefined) return 'not set';
  if (Array.isArray(value)) return value.length === 0 ? 'empty' : value.map(item => (Array.isArray(item) ? showObject(item) : shown(item))).join(', ');
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value === 'object' && value !== null) return showObject(value);
  return typeof value === 'string' ? `"${value}"` : String(value);
}

/** Instances of value classes have private fields, and constructs refer to each other in cycles. */
function showObject(value: object): string {
  if (Construct.isConstruct(value)) return `the ${value.constructor.name} ${pathOf(value)}`;
  if (!isPlain(value)) return `a value of class ${classNameOf(value)}`;
  try {
    return JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? `${inner}` : isPlain(inner) ? inner : showObject(inner)));
  } catch {
    return 'an object that holds itself';
  }
}

/** Looks at the prototype, because the object may have a field called `constructor`. */
function isPlain(value: unknown): boolean {
  return typeof value !== 'object' || value === null || Array.isArray(value) || ['Object', undefined].includes(classNameOf(value));
}

function classNameOf(value: object): string | undefined {
  return Object.getPrototypeOf(value)?.constructor?.name;
}
