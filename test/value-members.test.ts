import { Destination, LegOne } from '../src';
import { readPublicTypes } from './generate/public-types';

/** In Go every value fits a class that shows nothing of its own, and two classes that show the same fit each other. */
describe('each value class has a member that no other class has', () => {
  const { members, factories, constructors } = readPublicTypes();
  const values = [...factories].filter(([name, made]) => made.length > 0 && !constructors.has(name) && name !== 'MeshSettings').map(([name]) => name);

  test('and all of them are seen', () => {
    expect(values).toContain('AccessScope');
    expect(values.length).toBeGreaterThan(29);
  });

  test.each(values)('%s', name => {
    // programs give no findings
    const others = [...members].filter(([other]) => ![name, 'RuleFinding'].includes(other)).flatMap(([, theirs]) => [...theirs]);
    expect(members.get(name)!.filter(member => !others.includes(member))).not.toEqual([]);
  });

  // of Java, C#, Python and Go
  const RESERVED = 'abstract and as assert async await base bool boolean break byte case catch chan char checked class const continue decimal def default defer del delegate do double elif else enum event except exec explicit extends extern fallthrough false final finally fixed float for foreach from func function global go goto if implements implicit import in instanceof int interface internal is lambda let lock long map namespace native new nonlocal not null object operator or out override package params pass print private protected public raise range readonly record ref return sbyte sealed select short sizeof stackalloc static strictfp string struct super switch synchronized this throw throws transient true try type typeof uint ulong unchecked unsafe ushort using var virtual void volatile while with yield'.split(' ');

  test('whose name every language can write', () => {
    expect(values.flatMap(name => members.get(name)!.filter(member => RESERVED.includes(member)).map(member => `${name}.${member}`))).toEqual([]);
  });
});

test('a destination stays as it is when it is given a share', () => {
  const web = Destination.service('web', { port: 80 });
  expect([web.weighted(95).weight, web.weighted(95).weighted(5).weight, web.weight]).toEqual([95, 5, undefined]);
});

test('leg 1 in clear text says why', () => {
  expect([LegOne.mtls().plaintextReason, LegOne.plaintext('a test').plaintextReason]).toEqual([undefined, 'a test']);
});
