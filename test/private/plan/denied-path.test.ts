import { regexMatches } from '../../../src/private/basics/re2';
import { deniedPath } from '../../../src/private/requests/denied-path';

const matches = (kind: 'exact' | 'prefix' | 'rawPrefix' | 'regex', value: string, path: string) => regexMatches(deniedPath({ kind, value }).value, path);

describe('a denied path', () => {
  test.each([
    ['prefix', '/admin', ['/admin', '/admin/', '/admin/x', '//admin', '/ADMIN/x', '/admin;a=1/x', '/admin%2fx', '/%2Fadmin', '/x/..;/admin', '/x/..%2fadmin', '/x%2F.%2Fadmin', '/admin\\x'], ['/', '/administrator', '/x/admin', '/a']],
    ['prefix', '/', ['/', '/x', '//x'], []],
    ['exact', '/a/b', ['/a/b', '/a/b/', '/a;x=1//b;y', '/a%2fb', '/A/B'], ['/a/b/c', '/a/bc', '/a', '/x/a/b']],
    ['rawPrefix', '/adm', ['/adm', '/admin', '//ADMx'], ['/x/adm', '/ad']],
    ['rawPrefix', '/adm/', ['/adm/', '/adm/x', '/adm;x=1//y'], ['/adm', '/admin']],
    ['prefix', '/a@b+c', ['/a@b+c', '/a%40b%2Bc/x'], ['/a', '/ab+c']],
    ['prefix', '/caf\u00e9', ['/caf%C3%A9', '/CAF%c3%a9/x'], ['/cafe']],
    ['regex', '/v[0-9]+', ['/v1'], ['/V1', '//v1']],
  ] as const)('%s %s', (kind, value, fits, misses) => {
    expect(fits.filter(path => !matches(kind, value, path))).toEqual([]);
    expect(misses.filter(path => matches(kind, value, path))).toEqual([]);
  });
});
