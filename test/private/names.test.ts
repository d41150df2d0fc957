import fc from 'fast-check';
import { isDnsLabel, labelOf } from '../../src/private/basics/names';

// dots and dashes often, and long labels, because that is where joining loses something
const label = fc.stringMatching(/^[ab]([-ab]{0,3}[ab])?$/);
const longLabel = fc.integer({ min: 20, max: 63 }).map(n => 'a'.repeat(n));
const host = fc.tuple(fc.boolean(), fc.array(fc.oneof({ weight: 4, arbitrary: label }, longLabel), { minLength: 2, maxLength: 4 }))
  .map(([wildcard, labels]) => (wildcard ? '*.' : '') + labels.join('.'));
const port = fc.oneof(fc.constantFrom(80, 443), fc.integer({ min: 1, max: 65535 }));

describe('a name made of parts', () => {
  test('is a DNS label', () => {
    fc.assert(fc.property(host, port, (h, p) => isDnsLabel(labelOf(h, p)) && isDnsLabel(labelOf(h, p, 'leg', 1, 'mtls'))), { numRuns: 2000 });
  });

  test('differs for different hosts and ports', () => {
    const pairs = fc.uniqueArray(fc.tuple(host, port), { selector: ([h, p]) => `${h} ${p}`, minLength: 2, maxLength: 60 });
    fc.assert(fc.property(pairs, list => new Set(list.map(([h, p]) => labelOf(h, p))).size === list.length), { numRuns: 500 });
  });

  test.each([
    ['a.example.com', 80, 'a-example-com-80'],
    ['a-b.example.com', 80, 'a-b-example-com-80-c70b7a53'],
    ['a.b-example.com', 80, 'a-b-example-com-80-5a215eeb'],
    ['*.example.com', 443, 'example-com-443-d89ce6e6'],
    [`${'a'.repeat(60)}.com`, 80, `${'a'.repeat(54)}-ef02571f`],
  ])('%s and %d', (h, p, expected) => {
    expect(labelOf(h, p)).toBe(expected);
  });
});

describe('a DNS label', () => {
  test.each(['a', 'a-b', '0', 'a'.repeat(63)])('%s', text => {
    expect(isDnsLabel(text)).toBe(true);
  });

  test.each(['', '-a', 'a-', 'a.b', 'A', 'a_b', 'a'.repeat(64), 'a\n'])('not %j', text => {
    expect(isDnsLabel(text)).toBe(false);
  });
});
