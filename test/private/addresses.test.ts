import { isCatchAll, isMapped, overlap, readAddress } from '../../src/private/basics/addresses';

const read = (text: string) => readAddress(text)!;

describe('addresses', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1/32', '192.0.2.1'],
    ['192.0.2.77/24', '192.0.2.0/24'],
    ['10.0.0.0/9', '10.0.0.0/9'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['2001:db8:0:0:0:0:0:1/128', '2001:db8::1'],
    ['2001:db8:ffff::/33', '2001:db8:8000::/33'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
  ])('%s is written %s', (text, written) => {
    expect(read(text).text).toBe(written);
    expect(read(written)).toEqual(read(text));
  });

  test.each(['', 'db', '192.0.2', '192.0.2.256', '192.0.2.01', '192.0.2.1/33', '192.0.2.1/08', '192.0.2.1/', '2001:db8::1/129', 'fe80::1%eth0', '192.0.2.1/24/8', undefined])(
    '%s is none', text => expect(readAddress(text as string)).toBeUndefined(),
  );

  test.each([
    ['192.0.2.1', '192.0.2.1', true],
    ['192.0.2.1', '192.0.2.0/24', true],
    ['192.0.0.0/8', '192.0.2.0/24', true],
    ['192.0.2.0/25', '192.0.2.128/25', false],
    ['2001:db8::/32', '2001:db8::1', true],
    ['2001:db8::1', '2001:db8::2', false],
    ['0.0.0.0/0', '::1', false],
  ])('%s and %s overlap: %s', (a, b, expected) => {
    expect([overlap(read(a), read(b)), overlap(read(b), read(a))]).toEqual([expected, expected]);
  });

  test.each([['0.0.0.0', true], ['0.0.0.0/1', true], ['0.0.0.0/0', true], ['::', true], ['::/0', true], ['128.0.0.0/1', false], ['::1', false], ['0.0.0.1', false]])(
    '%s stands for every address: %s', (text, expected) => expect(isCatchAll(read(text))).toBe(expected),
  );

  test.each([['::ffff:192.0.2.1', true], ['::ffff:0:0/96', true], ['::192.0.2.1', false], ['2001:db8::1', false]])(
    '%s is an IPv4 address in IPv6 clothes: %s', (text, expected) => expect(isMapped(read(text))).toBe(expected),
  );
});
