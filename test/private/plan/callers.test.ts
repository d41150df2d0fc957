import { regexMatches } from '../../../src/private/basics/re2';
import { ofSubjects } from '../../../src/private/objects/callers';

const element = (names: string, subject = 'CN=x') => `Hash=${'0a'.repeat(32)};Cert="-----BEGIN%20CERTIFICATE";Subject="${subject}";${names}`;
const fits = (header: string, ...names: string[]) => ofSubjects(names).some(regex => regexMatches(regex, header));

describe('the header with the certificate of a client', () => {
  test.each([
    ['a DNS name', element('URI=;DNS=a.test'), true],
    ['one of several', element('URI=;DNS=b.test;DNS=a.test;DNS=c.test'), true],
    ['beside a URI', element('URI=spiffe://b/x;DNS=a.test'), true],
    ['a URI', element('URI=spiffe://a/x'), true],
    ['a URI beside DNS names', element('URI=spiffe://a/x;DNS=b.test'), true],
    ['behind what the client claimed', `By=x;Hash=1;DNS=b.test,${element('URI=;DNS=a.test')}`, true],
    ['another name', element('URI=;DNS=b.test'), false],
    ['a longer name', element('URI=;DNS=a.test.b.test'), false],
    ['a name that ends so', element('URI=;DNS=b-a.test'), false],
    ['no names', element('URI='), false],
    ['a DNS name as a URI', element('URI=a.test'), false],
    ['the subject', element('URI=', 'CN=a.test'), false],
    ['a name within the subject', element('URI=', `CN=x,${element('URI=;DNS=a.test').replaceAll('"', '\\"')}`), false],
    ['what the client claimed', `${element('URI=;DNS=a.test')},${element('URI=;DNS=b.test')}`, false],
  ])('%s', (_, header, wanted) => {
    expect(fits(header, 'a.test', 'spiffe://a/x')).toBe(wanted);
  });
});
