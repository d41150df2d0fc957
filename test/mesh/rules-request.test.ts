import { describeMesh, down, egressGateway, external, finish, get, kill, load, runMesh, sidecar } from './mesh';
import { edit, MESH_HEADERS, originate, plain, Recipe } from './recipes';

const workloads = [sidecar('app', { namespace: 'shop' }), egressGateway()];
const externals = [external('api.test', { http: 80, https: 443 })];

async function ask(recipe: Recipe, url = 'http://api.test/get') {
  const { answers: [answer] } = await runMesh({ manifests: Object.values(recipe), workloads, externals, steps: [get(url, { from: 'app' })] });
  return answer;
}

describeMesh('R23: retries', () => {
  const legOne = (recipe: Recipe, retries: object) => edit(recipe, 'meshRoute.spec.http.0.retries', retries);
  const legTwo = (recipe: Recipe, retries: object) => edit(recipe, 'gatewayRoute.spec.http.0.retries', retries);
  const on5xx = { attempts: 2, retryOn: '5xx' };

  test.each([
    ['by default an answer of 503 is not asked for again', plain(), 1],
    ['`attempts` without `retryOn` do not change that', legTwo(plain(), { attempts: 2 }), 1],
    ['on leg 2 they are as many as they say', legTwo(plain(), on5xx), 3],
    ['on both legs they multiply', legOne(legTwo(plain(), on5xx), on5xx), 9],
  ])('%s', async (_, recipe, times) => {
    const answer = await ask(recipe, 'http://api.test/status/503');
    expect(answer.status).toBe(503);
    expect(answer.seen).toHaveLength(times);
  });

  test('by default each leg gets over its own lost connections alone: the gateway is asked once', async () => {
    const { answers: [answer] } = await runMesh({
      manifests: Object.values(plain()), workloads, externals, steps: [down('api.test'), get('http://api.test/get', { from: 'app' })],
    });
    expect(answer).toFail({ status: 503, at: 'egress', flags: 'URX,UF' });
    expect(answer.hops.map(({ proxy }) => proxy)).toEqual(['app', 'egress']);
  });

  test('without them on leg 1 the death of one of two gateways is everyone\'s', async () => {
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

describeMesh('R24: what the mesh tells the outside', () => {
  const open = edit(originate(), 'gatewayRoute.spec.http.0.headers', undefined);

  test('the caller\'s certificate and the mesh\'s own headers reach the host', async () => {
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

  test('removed on leg 2 they do not', async () => {
    expect(await ask(originate())).toReach('api.test', { leftBy: 'egress', without: MESH_HEADERS });
  });

  test('plain leg 1 knows no certificate to tell', async () => {
    expect(await ask(plain())).toReach('api.test', { without: ['x-forwarded-client-cert'], headers: { 'x-request-id': /./ } });
  });
});
