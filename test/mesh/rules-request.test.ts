import { describeMesh, down, egressGateway, external, finish, get, kill, load, runMesh, sidecar } from './mesh';
import { edit, MESH_HEADERS, originate, plain, Recipe } from './recipes';

const workloads = [sidecar('app', { namespace: 'shop' }), egressGateway()];
const externals = [external('api.test', { http: 80, https: 443 })];

async function ask(recipe: Recipe, url = 'http://api.test/get') {
  const { answers: [answer] } = await runMesh({ manifests: Object.values(recipe), workloads, externals, steps: [get(url, { from: 'app' })] });
  return answer;
}

describeMesh('R23: each leg retries for itself, so that retries multiply', () => {
  const legOne = (recipe: Recipe, retries: object) => edit(recipe, 'meshRoute.spec.http.0.retries', retries);
  const legTwo = (recipe: Recipe, retries: object) => edit(recipe, 'gatewayRoute.spec.http.0.retries', retries);
  const on5xx = { attempts: 2, retryOn: '5xx' };

  test.each([
    ['by default an answer of 503 is not retried', plain(), 1],
    ['`attempts` without `retryOn` do not change that', legTwo(plain(), { attempts: 2 }), 1],
    ['on leg 2 alone there are as many as `attempts` says', legTwo(plain(), on5xx), 3],
    ['broken: on both legs two attempts each make nine requests', legOne(legTwo(plain(), on5xx), on5xx), 9],
  ])('%s', async (_, recipe, times) => {
    const answer = await ask(recipe, 'http://api.test/status/503');
    expect(answer.status).toBe(503);
    expect(answer.seen).toHaveLength(times);
  });

  test('by default each leg retries its own lost connections: the gateway is asked once', async () => {
    const { answers: [answer] } = await runMesh({
      manifests: Object.values(plain()), workloads, externals, steps: [down('api.test'), get('http://api.test/get', { from: 'app' })],
    });
    expect(answer).toFail({ status: 503, at: 'egress', flags: 'URX,UF' });
    expect(answer.hops.map(({ proxy }) => proxy)).toEqual(['app', 'egress']);
  });

  test('broken: without retries on leg 1 callers notice the death of one of two gateway pods', async () => {
    const survive = async (recipe: Recipe) => {
      const { loads } = await runMesh({
        manifests: Object.values(recipe),
        workloads: [...workloads, egressGateway({ name: 'egress-2' })],
        externals,
        steps: [kill('egress'), load('calls', 'http://api.test/get', { from: 'app', count: 40 }), finish('calls')],
      });
      return loads.calls.tally;
    };
    expect(await survive(plain())).toEqual({ '200 api.test': 40 });
    expect(await survive(legOne(plain(), { attempts: 0 }))).toMatchObject({ 503: expect.any(Number) });
  });
});

describeMesh('R24: leg 2 removes what the mesh adds to requests', () => {
  const open = edit(originate(), 'gatewayRoute.spec.http.0.headers', undefined);

  test('broken: otherwise the caller\'s identity and the mesh\'s own headers reach the host', async () => {
    expect(await ask(open)).toReach('api.test', {
      headers: {
        'x-forwarded-client-cert': /URI=spiffe:\/\/cluster.local\/ns\/shop\/sa\/app/,
        'x-envoy-attempt-count': '1',
        'x-envoy-decorator-operation': /api\.test/,
        'x-envoy-external-address': /./,
        'x-forwarded-for': /./,
        'x-forwarded-proto': 'https',
        'x-request-id': /./,
      },
    });
  });

  test('the headers that it removes do not reach the host', async () => {
    expect(await ask(originate())).toReach('api.test', { leftBy: 'egress', without: MESH_HEADERS });
  });

  test('plaintext leg 1 has no identity to add', async () => {
    expect(await ask(plain())).toReach('api.test', { without: ['x-forwarded-client-cert'], headers: { 'x-request-id': /./ } });
  });
});
