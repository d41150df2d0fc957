import type { engine as Engine } from './re2-engine';

/** The engine of Envoy, loaded when the first regular expression is met: most charts have none. */
function engine(): typeof Engine {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load it with the library
  return require('./re2-engine').engine;
}

/** The instructions of the longest program that Istio lets Envoy make of a regular expression (`re2.max_program_size.error_level`). */
const MAX_PROGRAM = 32768;

/** Why Envoy cannot compile a regular expression, or undefined if it can. */
export function regexError(regex: string): string | undefined {
  try {
    const size = engine().compile(regex).programSize();
    return characterError(regex) ?? (size * widestClass(regex) > MAX_PROGRAM ? 'its repetitions make too large a program of it' : undefined);
  } catch (e) {
    return (e as Error).message;
  }
}

/** Envoy reads bytes: it knows no characters above `\xFF`, and the classes of Unicode, where it takes them, hold bytes. */
function characterError(regex: string): string | undefined {
  if (/[^\x00-\x7f]/.test(regex)) return 'characters outside ASCII stand for several bytes';
  const [escape] = /(?<=(?:^|[^\\])(?:\\\\)*)\\(?:[pP]|x\{0*(?:[1-9a-fA-F][0-9a-fA-F]{2,})\})/.exec(withoutQuotes(regex)) ?? [];
  return escape === undefined ? undefined : `${escape} is about characters, where Envoy compares bytes`;
}

/** Between `\Q` and `\E` nothing is an escape. */
function withoutQuotes(regex: string): string {
  return regex.replace(/\\Q.*?(?:\\E|$)/gs, '');
}

/** How many instructions Envoy's engine may make of a class, where this one makes a single one: one for each range of bytes. */
function widestClass(regex: string): number {
  const classes = regex.match(/\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]/gs) ?? [];
  return Math.max(/[.\\]/.test(regex) ? 5 : 1, ...[...new Set(classes)].map(one => rangesOf(regex.includes('(?') ? `(?i)${one}` : one)));
}

function rangesOf(characterClass: string): number {
  const fits = Array.from({ length: 256 }, (_, byte) => engine().matches(characterClass, String.fromCharCode(byte)));
  return fits.filter((fit, byte) => fit && !fits[byte - 1]).length;
}

export function groupsOf(regex: string): number {
  return engine().compile(regex).groupCount();
}

/** Whether the whole text fits, by bytes as for Envoy. */
export function regexMatches(regex: string, value: string): boolean {
  return engine().matches(regex, Buffer.from(value).toString('latin1'));
}

/** A regular expression for a text and nothing else. */
export function escapeRegex(plain: string): string {
  return plain.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
