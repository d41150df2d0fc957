import './mesh/matchers';
import type { Failed } from './mesh/matchers';

const told = (answer: object, ...ways: Failed[]) => {
  try {
    (expect(answer).toFail as (...how: Failed[]) => void)(...ways);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n').filter(Boolean);
  }
};

const refused = {
  status: 403,
  story: 'its story',
  seen: [],
  hops: [
    { proxy: 'app', line: { response_flags: '-', response_code_details: 'via_upstream', upstream_cluster: 'outbound|443||egress' } },
    { proxy: 'egress', line: { response_flags: 'NR', response_code_details: 'rbac_access_denied' } },
  ],
};

describe('toFail', () => {
  test('takes the failure that it is told, or one of several', () => {
    expect(told(refused, { status: 403, at: 'egress', flags: 'NR', details: /rbac/ })).toEqual([]);
    expect(told(refused, { at: 'app', cluster: /egress$/ })).toEqual([]);
    expect(told(refused, { status: 404 }, { status: 403 })).toEqual([]);
  });

  test.each<[string, Failed[], string[]]>([
    ['status', [{ status: 404 }], ['status is 403, not 404']],
    ['flags', [{ at: 'app', flags: 'NR' }], ['flags at app is "-", not "NR"']],
    ['details', [{ details: /no_route/ }], ['details is "rbac_access_denied rbac access denied ", not /no_route/']],
    ['cluster', [{ at: 'app', cluster: 'PassthroughCluster' }], ['cluster is "outbound|443||egress", not "PassthroughCluster"']],
    ['error', [{ error: /reset/ }], ['error is undefined, not /reset/']],
    ['proxy', [{ status: 403, at: 'ingress' }], ['it never came to ingress']],
    ['way of several', [{ status: 404 }, { flags: 'UH' }], ['status is 403, not 404', 'flags at the last hop is "NR", not "UH"']],
  ])('refuses another %s', (_, ways, complaints) => {
    expect(told(refused, ...ways)).toEqual([...complaints, 'its story']);
  });

  test('refuses an answer of a server', () => {
    expect(told({ ...refused, server: { server: 'api.test' } }, { status: 403 })).toEqual(['api.test answered', 'its story']);
  });

  test.each<[string, Failed[]]>([['nothing', []], ['an empty failure', [{}]], ['a place alone', [{ at: 'egress' }]]])('is not told by %s', (_, ways) => {
    expect(told(refused, ...ways)).toEqual(['toFail: every failure would do; say which one it is']);
  });
});

describe('toKeepInside', () => {
  const outcome = { story: 'its story', workloads: ['app'], seen: [{ server: 'api.test', peer: 'egress' }] };

  test('takes a run in which nothing was connected by the workload', () => {
    expect(outcome).toKeepInside('app');
  });

  test('refuses another, and a workload that is not there', () => {
    expect(() => expect({ ...outcome, seen: [{ server: 'api.test', peer: 'app' }] }).toKeepInside('app')).toThrow('app came to api.test itself (tcp)');
    expect(() => expect(outcome).toKeepInside('ap')).toThrow('no workload is ap; there are: app');
  });
});
