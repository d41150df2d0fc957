import fc from 'fast-check';
import { anyMatch } from './requests';
import { orEverything } from '../../../src/private/model/match';
import { granted, within } from '../../../src/private/requests/grants';
import { intersect } from '../../../src/private/requests/intersect';

describe('what of some matches lies within others', () => {
  test('is found as if all pairs were compared', () => {
    fc.assert(fc.property(fc.array(anyMatch, { maxLength: 3 }), fc.array(anyMatch, { maxLength: 12 }), (matches, allow) => {
      const all = orEverything(matches).flatMap(match => orEverything(allow).map(allowed => intersect(match, allowed)));
      expect(granted(matches, allow)).toEqual(all.filter(match => typeof match !== 'string'));
      expect(within(matches, allow).filter(match => match !== 'never')).toEqual(all.filter(match => match !== 'never'));
    }), { numRuns: 1000 });
  });
});
