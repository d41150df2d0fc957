import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { machine, processes, until } from './machine';
import { describeMesh } from './mesh';

const root = join(__dirname, '..', '..');
const cacheDirectory = join(root, 'node_modules', '.cache', 'jest');
/** Types are checked elsewhere, and take longer than the tests. */
const transform = JSON.stringify({ '^.+\\.ts$': ['ts-jest', { tsconfig: 'test/tsconfig.json', isolatedModules: true, diagnostics: false }] });
const files = ['test/mesh/mesh.test.ts', 'test/mesh/size.test.ts'];
const some = 'sends all|puts faults|a bystander';

/** Runs some of the other mesh tests in a jest of its own, whose processes are known by its folder for temporary files. */
function jest() {
  const temp = mkdtempSync(join(tmpdir(), 'leftovers-'));
  const args = ['--ci', '--cacheDirectory', cacheDirectory, '--transform', transform, '--maxWorkers', '2', ...files, '-t', some];
  const env = { ...process.env, TMPDIR: temp };
  const child = spawn(process.execPath, [require.resolve('jest/bin/jest'), ...args], { cwd: root, env, stdio: 'ignore' });
  const ended = new Promise<number | NodeJS.Signals>((resolve) => child.on('close', (status, signal) => resolve(signal ?? status!)));
  return { temp, child, ended, processes: () => processes('environ', `TMPDIR=${temp}`) };
}

describeMesh('a run of jest leaves nothing behind', () => {
  test('when it passes, is interrupted or is killed, though other runs go on', async () => {
    const before = machine();
    const runs = [jest(), jest(), jest()];
    try {
      await check(runs);
    } finally {
      for (const run of runs) {
        run.child.kill('SIGKILL');
        rmSync(run.temp, { recursive: true });
      }
    }
    expect(machine()).toEqual(before);
  }, 120_000);

  async function check([passes, interrupted, killed]: ReturnType<typeof jest>[]): Promise<void> {
    for (const [run, signal] of [[interrupted, 'SIGINT'], [killed, 'SIGKILL']] as const) {
      await until(() => run.processes().some((pid) => processes('cmdline', 'envoy app').includes(pid)));
      run.child.kill(signal);
    }
    expect(await passes.ended).toBe(0);
    expect(await interrupted.ended).not.toBe(0);
    expect(await killed.ended).toBe('SIGKILL');
    for (const run of [passes, interrupted, killed]) {
      await until(() => run.processes().length === 0);
      expect(readdirSync(run.temp)).toEqual([]);
    }
  }
});
