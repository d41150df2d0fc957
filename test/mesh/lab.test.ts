import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeMesh, external, get, runMesh, sidecar } from './mesh';
import { lab } from './prerequisites';

const sources = join(__dirname, 'lab');
const slow = {
  workloads: [sidecar('app', { namespace: 'shop' })],
  externals: [external('api.test', { http: 80 })],
};

/** The processes whose command line says that they are of a run. */
function processes(mark: string): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(mark);
    } catch {
      return false;
    }
  });
}

async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 10_000; !condition();) {
    if (Date.now() > end) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describeMesh('the lab\'s own code', () => {
  test.each([
    ['is formatted', 'gofmt', ['-l', '.']],
    ['has nothing that go vet sees', 'go', ['vet', './...']],
    ['passes its tests', 'go', ['test', './...']],
  ])('%s', (_, command, args) => {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: sources, encoding: 'utf8' });
    expect({ status, stdout: command === 'gofmt' ? stdout : '', stderr }).toEqual({ status: 0, stdout: '', stderr: status === 0 ? stderr : '' });
  }, 20 * 60_000);
});

describeMesh('the lab leaves nothing behind', () => {
  test.each(['SIGKILL', 'SIGINT', 'SIGTERM'] as const)('when it ends by %s', async (signal) => {
    const name = `ends-by-${signal.toLowerCase()}`;
    const { lab: binary, envoy } = lab();
    const child = spawn(binary, ['run'], { env: { ...process.env, ENVOY: envoy }, stdio: ['pipe', 'ignore', 'ignore'] });
    const ended = new Promise((resolve) => child.on('close', resolve));
    const request = { ...slow.workloads[0], name };
    child.stdin.end(JSON.stringify({ ...slow, workloads: [request], manifests: '', steps: [get('http://api.test/delay/30s', { from: name, timeoutS: 40 })] }));
    await until(() => processes(`envoy ${name}`).length > 0);
    child.kill(signal);
    await ended;
    await until(() => processes(`envoy ${name}`).length === 0);
  });

  test('on the machine that it runs on', async () => {
    const state = () => ({
      resolver: readFileSync('/etc/resolv.conf', 'utf8'),
      mounts: readFileSync('/proc/self/mounts', 'utf8'),
      links: readFileSync('/proc/net/dev', 'utf8').split('\n').map((line) => line.split(':')[0]),
      shm: readdirSync('/dev/shm'),
    });
    const before = state();
    await runMesh({ ...slow, manifests: '', steps: [get('http://api.test/get', { from: 'app' })] });
    expect(state()).toEqual(before);
  });

  test('to another run at the same time', async () => {
    const one = (path: string) => runMesh({ ...slow, manifests: '', steps: [get(`http://api.test/${path}`, { from: 'app' })] });
    const runs = await Promise.all(['a', 'b', 'c'].map(one));
    expect(runs.map(({ seen }) => seen.map(({ path }) => path))).toEqual([['/a'], ['/b'], ['/c']]);
  });
});
