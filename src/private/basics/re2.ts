import type { engine as Engine } from './re2-engine';

/** Envoy's engine, loaded with the first regular expression: most charts have none. */
function engine(): typeof Engine {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load it with the library
  return require('./re2-engine').engine;
}

/** The largest program, in instructions, that Istio lets Envoy compile a regular expression to (`re2.max_program_size.error_level`). */
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

/** Envoy matches bytes: it has no characters above `\xFF`, and Unicode classes, where it accepts them, match single bytes. */
function characterError(regex: string): string | undefined {
  if (/[^\x00-\x7f]/.test(regex)) return 'characters outside ASCII stand for several bytes';
  const [escape] = /(?<=(?:^|[^\\])(?:\\\\)*)\\(?:[pP]|x\{0*(?:[1-9a-fA-F][0-9a-fA-F]{2,})\})/.exec(withoutQuotes(regex)) ?? [];
  return escape === undefined ? undefined : `${escape} is about characters, where Envoy compares bytes`;
}

/** Nothing between `\Q` and `\E` is an escape. */
function withoutQuotes(regex: string): string {
  return regex.replace(/\\Q.*?(?:\\E|$)/gs, '');
}

/** How many instructions Envoy's engine may need for a class: one for each range of bytes, where this engine needs one in all. */
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

/** Whether the whole text matches, byte by byte as in Envoy. */
export function regexMatches(regex: string, value: string): boolean {
  return engine().matches(regex, Buffer.from(value).toString('latin1'));
}

/** Replaces what a regular expression matches; the substitution may refer to groups as `\1`. */
export function regexReplace(regex: string, text: string, substitution: string): string {
  const template = substitution.replace(/\$/g, '$$$$').replace(/\\(\d)/g, '$$$1');
  return engine().compile(regex).matcher(text).replaceAll(template);
}

/** A regular expression that matches only this text. */
export function escapeRegex(plain: string): string {
  return plain.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
