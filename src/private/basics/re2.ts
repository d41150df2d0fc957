import type { engine as Engine } from './re2-engine';

/** The engine of Envoy, loaded when the first regular expression is met: most charts have none. */
function engine(): typeof Engine {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load it with the library
  return require('./re2-engine').engine;
}

/** Why RE2 cannot compile a regular expression, or undefined if it can. */
export function regexError(regex: string): string | undefined {
  try {
    engine().compile(regex);
    return undefined;
  } catch (e) {
    return (e as Error).message;
  }
}

export function regexMatches(regex: string, value: string): boolean {
  return engine().matches(regex, value);
}

/** A regular expression for a text and nothing else. */
export function escapeRegex(plain: string): string {
  return plain.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
