import { spawn } from 'node:child_process';
import { machine, processes, until } from './machine';
import { describeMesh, external, get, runMesh, sidecar } from './mesh';
import { lab } from './prerequisites';

const slow = {
  workloads: [sidecar('app', { namespace: 'shop' })],
  externals: [external('api.test', { http: 80 })],
};

describeMesh('the lab leaves nothing behind', () => {
  test.each(['SIGKILL', 'SIGINT', 'SIGTERM'] as const)('when it ends by %s', async (signal) => {
    const before = machine();
    const name = `ends-by-${signal.toLowerCase()}`;
    const { lab: binary, envoy } = lab();
    const child = spawn(binary, ['run'], { env: { ...process.env, ENVOY: envoy }, stdio: ['pipe', 'ignore', 'ignore'] });
    const ended = new Promise((resolve) => child.on('close', resolve));
    const request = { ...slow.workloads[0], name };
    child.stdin.end(JSON.stringify({ ...slow, workloads: [request], manifests: '', steps: [get('http://api.test/delay/30s', { from: name, timeoutS: 40 })] }));
    await until(() => processes('cmdline', `envoy ${name}`).length > 0);
    child.kill(signal);
    await ended;
    await until(() => processes('cmdline', `envoy ${name}`).length === 0);
    expect(machine()).toEqual(before);
  });

  test('when it has done all', async () => {
    const before = machine();
    await runMesh({ ...slow, manifests: '', steps: [get('http://api.test/get', { from: 'app' })] });
    expect(machine()).toEqual(before);
  });

  test('when it fails', async () => {
    const before = machine();
    await expect(runMesh({ ...slow, manifests: 'kind: Nonsense', steps: [] })).rejects.toThrow(/the mesh is in trouble/);
    expect(machine()).toEqual(before);
  });

  test('to another run at the same time', async () => {
    const one = (path: string) => runMesh({ ...slow, manifests: '', steps: [get(`http://api.test/${path}`, { from: 'app' })] });
    const runs = await Promise.all(['a', 'b', 'c'].map(one));
    expect(runs.map(({ seen }) => seen.map(({ path }) => path))).toEqual([['/a'], ['/b'], ['/c']]);
  });
});
