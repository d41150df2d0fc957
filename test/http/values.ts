/** Values of headers that are taken, and what arrives. */
export const HEADER_VALUES: [written: string, arrives: string | RegExp][] = [
  ['plain', 'plain'],
  ['100%%', '100%'],
  ['%%FOO%%', '%FOO%'],
  ['a\tb, "c"; d=\\e', 'a\tb, "c"; d=\\e'],
  ['zw\u00f6lf \u65e5\u672c', 'zw\u00f6lf \u65e5\u672c'],
  ['%REQ(x-own)%', 'own'],
  ['%REQ(x-missing?:authority)%/%PROTOCOL%', 'a.test/HTTP/1.1'],
  ['%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%', /^[\d.]+$/],
  ['%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/],
  ['x'.repeat(16384), 'x'.repeat(16384)],
];

/** Values that Istio or Envoy refuses, or that do not arrive. */
export const NO_HEADER_VALUES = [
  '100%', '%', '%%%', '%FOO%', '%START_TIME%%', '%PROTOCOL', '%REQ(x', '%REQ(a b)%', '%REQ()%', '%REQ%', '%PROTOCOL(x)%', '%HOSTNAME:3%', '%req(x)%',
  '', ' x', 'x ', 'a\nb', 'a\rb', '\u0001', 'x'.repeat(16385),
];

/** Expressions that are taken, and a path that fits. */
export const REGEXES: [regex: string, path: string][] = [
  ['/[a-z]+', '/abc'],
  ['/\\x61', '/a'],
  ['/(?i)a.c', '/ABC'],
  ['/[^\\x{80}-\\x{ff}]', '/a'],
  ['/\\Qa.b\\E', '/a.b'],
  ['/[[:alpha:]]{1,1000}', '/abc'],
  ["/[A-Za-z0-9._~!$&'()*+,;=:@%-]{1,512}", '/a-b'],
  [`/(?:${'ab'.repeat(250)}){0,65}`, '/'],
  [`/${'a'.repeat(1021)}?b`, `/${'a'.repeat(1021)}b`],
];

/** Expressions that Go or this library's engine compiles, and Envoy does not, or reads as something else. */
export const NO_REGEXES = [
  '/[\\x{10FFFF}]', '/\\x{100}', '/[^\\x00-\\x{10FFFF}]', '/\\p{LC}', '/\\p{Cn}', '/\\p{Greek}', '/\\PN', '/[\u00e9-\u00fc]', `/(?:${'ab'.repeat(250)}){66}`,
  `/${'[acegikmoqsuwy02468]{1000}'.repeat(3)}`,
];
