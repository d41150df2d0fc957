import { Draw } from './draw';
import { Expression, Field, list, literal, struct } from './expression';

/** Texts that are texts, and still go wrong where they are put into names, headers, expressions or YAML. */
const ODD_TEXTS = [
  '', ' ', ' a', 'a ', '%', '100%', '%FOO%', '%%', '%REQ(:path)%', '%START_TIME(%', '\u0000', 'a\nb', 'a\r\nx-b: c', '\t', '\u007f', '__proto__', 'constructor', 'toString', 'ü', '\u{1f600}', '\ud800',
  '*', '**', 'a*', '*a', '{', '}', '{a}', '{*}', '${x}', '\\1', '\\9', '\\', '"', '\'', ':', ';', ',', 'a,b', 'true', 'null', '~', 'y', '1e3', '0x10', '010', '2026-01-01', '<a>', 'xn--', '-', '.', '..', '.a', 'a.',
  'A', '1', '[::1]', '::', '0.0.0.0', '127.0.0.1', '10.0.0.0/08', '(?i)', '[', '(', '(a)', 'a{1001}', '[\\x{10FFFF}]', '(a|b)*', '.*', '.+', '(?P<n>a)', '\\pL', '\\Qa', '$', '^a$', '/', '//', '/..', '/%2F', '/a?b=c', '/a#b',
  'localhost', 'kubernetes.default.svc.cluster.local', '*.cluster.local', 'a'.repeat(64), 'a'.repeat(300), 'a'.repeat(1100), `/${'a'.repeat(1100)}`, 'a.b'.repeat(90), 'host', 'Host', ':authority', ':path', 'content-length', 'connection', 'x-envoy-original-path',
];

const ODD_NUMBERS = [0, -0, -1, 0.5, 1.5, 0.0001, 1e-7, NaN, Infinity, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53, 1e21, 100, 101, 65536];

const WRONG_TYPES: readonly Expression[] = [
  literal(undefined), literal(null), literal(true), literal('text'), literal(7), literal(7n), list([]), list([literal('a')]), list([list([])]), list([literal(null)]), struct([]), struct([['a', literal('b')]]),
  literal(() => undefined), literal(new Date(0)), literal(''), literal(0),
];

export function oddText(draw: Draw): Expression {
  return literal(draw.pick(ODD_TEXTS));
}

export function oddNumber(draw: Draw): Expression {
  return literal(draw.pick(ODD_NUMBERS));
}

/** What no type allows. */
export function wrongType(draw: Draw): Expression {
  return draw.pick(WRONG_TYPES);
}

/** A field whose name is not quite that of a prop. */
export function misspelt(draw: Draw, [name, value]: Field): Field {
  const at = draw.whole(0, name.length - 1);
  return draw.pick<Field>([[name.slice(0, at) + name.slice(at + 1), value], [name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`), value], [name.toUpperCase(), value], ['__proto__', value]]);
}
