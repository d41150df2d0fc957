import fc from 'fast-check';
import { HostIndex, patternsOver } from '../../src/private/basics/host-index';
import { checkDisjoint, covered, covers } from '../../src/private/basics/hosts';

const name = fc.array(fc.constantFrom('a', 'b', 'ab'), { minLength: 1, maxLength: 3 }).map(labels => [...labels, 'test'].join('.'));
const host = fc.oneof({ weight: 3, arbitrary: name }, name.map(n => `*.${n}`), fc.constant('*'));
const values = fc.array(host.map(own => ({ host: own })), { maxLength: 20 });

describe('an index of hosts', () => {
  test('finds what covers a host, the most specific first', () => {
    fc.assert(fc.property(values, host, (pairs, asked) => {
      const found = new HostIndex(pairs).over(asked).map(value => value.host);
      expect(found).toEqual([...found].sort((a, b) => (a === b ? 0 : covers(a, b) ? 1 : -1)));
      expect([...found].sort()).toEqual(pairs.map(value => value.host).filter(own => covers(own, asked)).sort());
    }), { numRuns: 2000 });
  });

  test('finds what another host covers, as it came', () => {
    fc.assert(fc.property(values, host, (pairs, asked) => {
      expect(new HostIndex(pairs).under(asked)).toEqual(pairs.filter(value => covers(asked, value.host)));
    }), { numRuns: 2000 });
  });

  test.each([
    ['a.b.test', ['a.b.test', '*.b.test', '*.test', '*']],
    ['*.b.test', ['*.b.test', '*.test', '*']],
    ['localhost', ['localhost', '*']],
    ['*', ['*']],
  ])('what covers %s', (asked, expected) => {
    expect(patternsOver(asked)).toEqual(expected);
  });
});

describe('hosts of which one covers another', () => {
  test('are found as if all pairs were compared', () => {
    fc.assert(fc.property(fc.uniqueArray(host, { maxLength: 10 }), hosts => {
      expect(covered(hosts)).toEqual(hosts.map(one => hosts.find(other => other !== one && covers(other, one))));
    }), { numRuns: 2000 });
  });

  test('are refused with the first that covers it', () => {
    const refuse = ({ prop, allowed }: { readonly prop: string; readonly allowed: string }) => { throw new Error(`${prop}: ${allowed}`); };
    expect(() => checkDisjoint(['a.b.test', '*.test', '*.b.test'], 'hosts', refuse)).toThrow(new Error('hosts[0]: hosts that *.test does not cover'));
  });
});
