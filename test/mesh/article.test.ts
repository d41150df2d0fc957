import { describeMesh, egressGateway, external, get, runMesh, sidecar } from './mesh';
import { ARTICLE } from '../rules/article';

describeMesh('the egress sample that the project started from', () => {
  const scenario = {
    manifests: ARTICLE,
    workloads: [sidecar('app', { namespace: 'default' }), egressGateway()],
    externals: [external('httpbin.org', { http: 80 })],
  };

  test('answers 404 to the application: the gateway has no route for the host', async () => {
    const outcome = await runMesh({ ...scenario, steps: [get('http://httpbin.org/get', { from: 'app' })] });
    expect(outcome.answers[0]).toFail({ status: 404, at: 'egress', flags: 'NR', details: /route_not_found/ });
    expect(outcome).toKeepInside('app');
  });

  test('passes its own check, which runs as the proxy and so bypasses the mesh', async () => {
    const { answers: [check] } = await runMesh({ ...scenario, steps: [get('http://httpbin.org/get', { from: 'app', uid: 1337 })] });
    expect(check).toReach('httpbin.org', { leftBy: 'app' });
    expect(check.hops).toEqual([]);
  });
});
