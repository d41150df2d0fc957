import { compared, disagreements } from './explained';
import { describeMesh, external, get } from './mesh';
import { declare, run, workloads } from './world';
import { Caller, ExternalPort, PathMatch } from '../../src';

const externals = [external('api.test', { https: 443 })];
const ports = [ExternalPort.httpToHttps()];

describeMesh('explanations', () => {
  const steps = [get('http://api.test/a', { from: 'app' }), get('http://api.test/b', { from: 'app' }), get('http://api.test/a', { from: 'stranger' })];

  test('are compared with what every app in the mesh does', async () => {
    const before = { ...compared };
    await run(declare({ ports }, { allow: [{ path: PathMatch.exact('/a') }] }), externals, steps);
    expect([compared.all - before.all, compared.decided - before.decided]).toEqual([3, 2]);
  });

  test('broken: those of another app are noticed', async () => {
    const { answers } = await run(declare({ ports }, { allow: [{ path: PathMatch.exact('/a') }] }), externals, steps);
    const against = (route: Parameters<typeof declare>[1]) => disagreements({ manifests: declare({ ports }, route).app, workloads, steps }, answers).map(text => text.split('\n')[0]);
    expect(against({})).toEqual(['http://api.test/b from app: got 403']);
    expect(against({ allow: [{ path: PathMatch.exact('/b') }] })).toEqual(['http://api.test/a from app: reached api.test', 'http://api.test/b from app: got 403']);
    expect(against({ callers: [Caller.namespace('shop'), Caller.namespace('other')], allow: [{ path: PathMatch.exact('/b') }] }))
      .toContain('http://api.test/a from stranger: got 503');
  });
});
