import { IstioValidationError } from '../src/private/basics/errors';

/** Expects that something is refused with this message and no other: `[Code] path: prop is ...; allowed: ...; fix: ...`. */
export function expectRefusal(act: () => unknown, message: string): void {
  const error = thrownBy(act);
  expect(error).toBeInstanceOf(IstioValidationError);
  const { code, constructPath, prop, message: actual } = error as IstioValidationError;
  expect(actual).toBe(message);
  expect(actual.startsWith(`[${code}] ${constructPath}: ${prop} is `)).toBe(true);
}

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (e) {
    return e;
  }
  throw new Error('nothing was refused');
}

/** The coded error with which something is refused. */
export function refusalOf(act: () => unknown): unknown {
  const error = thrownBy(act);
  expect(error).toMatchObject({ name: 'IstioValidationError', code: expect.any(String) });
  return error;
}
