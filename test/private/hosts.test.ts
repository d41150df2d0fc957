import fc from 'fast-check';
import { Refuse } from '../../src/private/basics/errors';
import { checkAuthority, checkHosts, covers, HostRules } from '../../src/private/basics/hosts';

const refuse: Refuse = ({ code, fix }) => { throw new Error(`${code}: ${fix}`); };
const check = (host: string, rules: HostRules = { wildcard: true }) => checkHosts([host], 'hosts', rules, refuse)[0];
const label = fc.stringMatching(/^[a-z]([-a-z0-9]{0,8}[a-z0-9])?$/);
const name = fc.array(label, { minLength: 2, maxLength: 4 }).map(labels => labels.join('.'));

describe('hosts', () => {
  test('full names and wildcards are taken, in lower case', () => {
    fc.assert(fc.property(name, fc.boolean(), (host, wildcard) => {
      const written = (wildcard ? '*.' : '') + host;
      return check(written.toUpperCase()) === written && check(written) === written;
    }));
  });

  test('wildcards for names of two labels are taken', () => {
    expect(['*.internal', '*.LocalDomain'].map(host => check(host))).toEqual(['*.internal', '*.localdomain']);
    expect(() => check('*.')).toThrow(new Error('HostInvalid: remove the dot at the end'));
  });

  test('names of one label are taken where they may stand', () => {
    expect(check('LocalHost', { wildcard: false, short: true })).toBe('localhost');
    expect(() => check('1', { wildcard: false, short: true })).toThrow('HostInvalid');
  });

  test('what is taken is a DNS name', () => {
    const almost = fc.oneof(fc.domain(), fc.webUrl(), fc.ipV4(), fc.string(), fc.array(fc.constantFrom('a', '-', '.', '*', 'é', '1', ':'), { maxLength: 8 }).map(l => l.join('')));
    fc.assert(fc.property(almost, text => {
      let host: string;
      try {
        host = check(text);
      } catch {
        return true;
      }
      return host.length <= 253 && host.replace(/^\*\./, '').split('.').every(l => /^[a-z0-9-]{1,63}$/.test(l) && !/^-|-$/.test(l)) && host.includes('.');
    }), { numRuns: 2000 });
  });

  test.each([
    ['https://a.example.com', 'HostInvalid: write only the host, without scheme and path'],
    ['a.example.com:443', 'HostInvalid: write the host without a port; declare ports separately'],
    ['a.example.com.', 'HostInvalid: remove the dot at the end'],
    ['192.0.2.1', 'HostInvalid: give the service a name, and put its IP address in addresses or endpoints'],
    ['localhost', 'HostInvalid: write the full name: Istio would complete a short name with the namespace of the object'],
    ['a_b.example.com', 'HostInvalid: correct the name'],
    ['a.*.example.com', 'HostInvalid: correct the name'],
    [`${'a'.repeat(64)}.com`, 'HostInvalid: correct the name'],
    [`${'a.'.repeat(126)}com`, 'HostInvalid: correct the name'],
    ['bücher.example', 'HostNotAscii: write "xn--bcher-kva.example"'],
    ['*', 'HostCatchAll: list the hosts'],
  ])('%s: %s', (host, message) => {
    expect(() => check(host)).toThrow(new Error(message));
  });

  test('a wildcard is refused where none may stand', () => {
    expect(() => check('*.example.com', { wildcard: false })).toThrow(new Error('HostInvalid: correct the name'));
  });

  test('`*` alone is taken where it may stand', () => {
    expect(checkHosts(['*'], 'hosts', { wildcard: true, catchAll: true }, refuse)).toEqual(['*']);
  });

  test('a host is taken once, whatever its case', () => {
    expect(() => checkHosts(['a.test', 'A.test'], 'hosts', { wildcard: false }, refuse)).toThrow(new Error('HostDuplicate: delete the duplicate'));
  });
});

describe('an authority', () => {
  test.each([['A.test', 'a.test'], ['a.test:8443', 'a.test:8443'], ['localhost:3000', 'localhost:3000'], ['localhost', 'localhost']])('%s is %s', (text, written) => {
    expect(checkAuthority(text, 'authority', refuse)).toBe(written);
  });

  test.each([
    ['a.test:', 'HostInvalid: correct the name'], ['a.test:65536', 'PortInvalid: correct the port'], ['*.test:80', 'HostInvalid: correct the name'],
    ['https://a.test:80', 'HostInvalid: write only the host, without scheme and path'], [':80', 'HostInvalid: correct the name'],
  ])('%s: %s', (text, message) => expect(() => checkAuthority(text, 'authority', refuse)).toThrow(new Error(message)));
});

describe('a pattern covers a host', () => {
  test.each([
    ['*', 'a.test', true],
    ['a.test', 'a.test', true],
    ['*.test', 'a.test', true],
    ['*.test', 'a.b.test', true],
    ['*.test', '*.b.test', true],
    ['*.test', '*.test', true],
    ['*.test', 'test', false],
    ['*.test', 'atest', false],
    ['*.b.test', '*.test', false],
    ['a.test', 'b.test', false],
    ['a.test', '*', false],
  ])('%s, %s: %s', (pattern, host, expected) => {
    expect(covers(pattern, host)).toBe(expected);
  });
});
