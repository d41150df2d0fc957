import fc from 'fast-check';
import { HostIndex, patternsOver } from '../../src/private/basics/host-index';
import { covers } from '../../src/private/basics/hosts';

const name = fc.array(fc.constantFrom('a', 'b', 'ab'), { minLength: 1, maxLength: 3 }).map(labels => [...labels, 'test'].join('.'));
const host = fc.oneof({ weight: 3, arbitrary: name }, name.map(n => `*.${n}`), fc.constant('*'));
const values = fc.array(fc.uniqueArray(host, { minLength: 1, maxLength: 3 }), { maxLength: 20 });

describe('an index of hosts', () => {
  test('finds what covers a host, the most specific first', () => {
    fc.assert(fc.property(values, host, (lists, asked) => {
      const pairs = lists.flatMap(hosts => hosts.map(own => ({ own })));
      const found = new HostIndex<{ own: string }>(pair => [pair.own], pairs).over(asked).map(({ own }) => own);
      expect(found).toEqual([...found].sort((a, b) => (a === b ? 0 : covers(a, b) ? 1 : -1)));
      expect([...found].sort()).toEqual(pairs.map(({ own }) => own).filter(own => covers(own, asked)).sort());
    }), { numRuns: 2000 });
  });

  test('finds what has a host that another covers, as it came', () => {
    fc.assert(fc.property(values, host, (lists, asked) => {
      expect(new HostIndex(hosts => hosts, lists).under(asked)).toEqual(lists.filter(hosts => hosts.some(own => covers(asked, own))));
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
