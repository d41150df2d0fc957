import { Message, known, notConsidered } from './message';
import { engine } from '../../src/private/basics/re2-engine';

/** Whether a value is what a StringMatcher asks for. */
export function fits(matcher: Message, value: string): boolean {
  known('StringMatcher', matcher);
  const fold = (text: string) => (matcher.ignore_case ? text.toLowerCase() : text);
  const { exact, prefix, suffix, contains, safe_regex: regex } = matcher;
  if (exact !== undefined) return fold(value) === fold(exact);
  if (prefix !== undefined) return fold(value).startsWith(fold(prefix));
  if (suffix !== undefined) return fold(value).endsWith(fold(suffix));
  if (contains !== undefined) return fold(value).includes(fold(contains));
  if (regex !== undefined) return engine.matches(regex.regex, value);
  return notConsidered(`StringMatcher ${JSON.stringify(matcher)}`);
}

export function headerFits(matcher: Message, headers: Readonly<Record<string, string>>): boolean {
  known('HeaderMatcher', matcher);
  const value = headers[matcher.name.toLowerCase()] ?? (matcher.treat_missing_header_as_empty ? '' : undefined);
  if (matcher.present_match !== undefined) return (value !== undefined) === matcher.present_match !== Boolean(matcher.invert_match);
  const asked = matcher.string_match ?? deprecated(matcher);
  if (asked === undefined) return (value !== undefined) !== Boolean(matcher.invert_match);
  // a header that is missing fits no value, neither inverted
  return value !== undefined && fits(asked, value) !== Boolean(matcher.invert_match);
}

function deprecated({ exact_match: exact, prefix_match: prefix, suffix_match: suffix, safe_regex_match: regex }: Message): Message | undefined {
  if (exact !== undefined) return { exact };
  if (prefix !== undefined) return { prefix };
  if (suffix !== undefined) return { suffix };
  return regex && { safe_regex: regex };
}

export function queryFits(matcher: Message, path: string): boolean {
  known('QueryMatcher', matcher);
  const value = queryOf(path).get(matcher.name);
  if (matcher.string_match === undefined) return value !== undefined;
  return value !== undefined && fits(matcher.string_match, value);
}

/** The first value of each parameter, as it is written. */
function queryOf(path: string): Map<string, string> {
  const query = path.split('#')[0].split('?').slice(1).join('?');
  const out = new Map<string, string>();
  for (const part of query === '' ? [] : query.split('&')) {
    const [name, ...rest] = part.split('=');
    if (!out.has(name)) out.set(name, rest.join('='));
  }
  return out;
}
