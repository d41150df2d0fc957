/** Expressions that Istio's webhook parses. */
export const EXPRESSIONS = [
  'response.code >= 400', 'connection.mtls == false', "!('x' in request.headers) || request.headers['x'] == 'y'", 'response.code == 404 ? true : false',
  'a', '.a.b', 'a[1]', 'a.b.c().d', 'f(x, y)', '.f(x)', '[1,2,]', "{'a':1,}['a']", 'has(a.b)', 'has((a.b))', 'x.all(y, y > 1)', 'a.map(x, x*2)', 'a.map(x, x>1, x*2)', 'a ? b : c ? d : e',
  '!!a', '--1', '1 + 2 * 3', '1u', '0x1F', '1.5e3', '.1', '1.b', "r'\\d'", "br'\\d'", 'a // \\d', "'\\n\\x41\\u0041\\101'", "'''multi\nline'''", "b'abc'", 'null', 'a in [1]', 'a.package', 'Msg{a: 1}', 'a.Msg{a: 1, b: 2}',
  'a // c', '(a)', "'a'.size()", '-9223372036854775808', '18446744073709551615u', 'a < b < c', "'it' + \"s\"",
];

/** Expressions that it does not. */
export const NO_EXPRESSIONS = [
  '', ' ', 'response.code >= 400 &&', 'response.code >== 400', 'a b', 'a..b', 'a.b(', 'f(x,)', 'f(,x)', '[1,2', "{'a': 1, 'b': }", 'has(a)', "has(a['b'])", 'x.all(1, y)', 'x.exists_one(a.b, c)',
  'a ? b', 'a ? b ? c : d : e', '-!a', '!-a', '1.', '1e', '0xG', '1uu', "'\\d'", "'r\\d'", "'\\x4'", "'multi\nline'", "'a", "'''a''", 'in', 'if', 'package', 'a.in', 'a.true', 'Msg{1: 2}', 'Msg{a}', '{a}', 'a[1', 'a[]',
  '()', '(a', 'a)', 'a = b', 'a === b', 'a & b', '# c', '1 2', 'a;b', '$a', 'a{', '9223372036854775809', '18446744073709551616u', '1e400', '\u00a0a',
];
