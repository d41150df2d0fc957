/**
 * Runs every suite, and ends with the line `N passed, N failed`: the sums of all of them.
 * A suite that cannot count (the compiler, the linter) counts as one.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Count { readonly passed: number; readonly failed: number; readonly skipped: number }

const ci = process.env.CI === 'true';
const temp = mkdtempSync(join(tmpdir(), 'suites-'));
const env: NodeJS.ProcessEnv = { ...process.env, ADMISSION_DIR: join(temp, 'admission'), ESLINT_USE_FLAT_CONFIG: 'false', NODE_NO_WARNINGS: '1', JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20' };
const hasGo = spawnSync('go', ['version']).status === 0;

const suites: { readonly name: string; readonly run: () => Count; readonly unless?: string | false }[] = [
  { name: 'generated files are up to date', run: generated, unless: !ci && 'CI only: npx projen generate' },
  { name: 'types of tests', run: () => one('tsc', '--noEmit', '--project', 'test/tsconfig.json') },
  { name: 'types of examples', run: () => one('tsc', '--noEmit', '--project', 'examples/tsconfig.json') },
  { name: 'types of benchmarks', run: () => one('tsc', '--noEmit', '--project', 'bench/tsconfig.json') },
  { name: 'lint', run: () => one('eslint', '--ext', '.ts', 'src', 'test', 'examples', 'bench', 'projenrc', '.projenrc.ts') },
  { name: 'unit tests', run: () => jest('--testPathIgnorePatterns', '/node_modules/', 'test/mesh/', 'test/package/') },
  { name: 'the package in a new project', run: () => jest('test/package/'), unless: !ci && 'CI only: npx projen compile && npx jest test/package' },
  { name: 'mesh lab, its own tests', run: goTests, unless: !hasGo && 'no Go: https://go.dev/dl/' },
  { name: 'mesh tests', run: () => jest('test/mesh/', '--testPathIgnorePatterns', '/node_modules/', 'test/mesh/admission.test.ts') },
  { name: 'admission of everything synthesized above', run: () => jest('test/mesh/admission.test.ts') },
];

const counts = suites.map(({ name, run, unless }) => {
  if (unless) {
    console.log(`\n=== ${name}: SKIPPED (${unless})`);
    return { passed: 0, failed: 0, skipped: 0 };
  }
  const start = Date.now();
  console.log(`\n=== ${name}`);
  const count = run();
  console.log(`=== ${name}: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped (${Math.round((Date.now() - start) / 1000)} s)`);
  return count;
});
rmSync(temp, { recursive: true });

const sum = (key: keyof Count) => counts.reduce((total, count) => total + count[key], 0);
const skipped = sum('skipped');
if (skipped > 0) console.log(`\n${skipped} tests were SKIPPED; the reasons stand above`);
const failed = sum('failed') + (ci ? skipped : 0);
console.log(`\n${sum('passed')} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

function exec(command: string, ...args: string[]) {
  return spawnSync(command, args, { env: { ...env, PATH: `${join('node_modules', '.bin')}:${env.PATH}` }, stdio: ['ignore', 'inherit', 'inherit'] });
}

function one(command: string, ...args: string[]): Count {
  return verdict(exec(command, ...args).status === 0);
}

function verdict(ok: boolean): Count {
  return ok ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

function jest(...args: string[]): Count {
  const output = join(temp, 'jest.json');
  rmSync(output, { force: true });
  // jest leaves one processor alone, and mesh tests wait as much as they compute
  const { status } = exec('jest', '--ci', '--maxWorkers', '150%', '--json', '--outputFile', output, ...args);
  try {
    const result = JSON.parse(readFileSync(output, 'utf8'));
    const failures = result.numFailedTests + result.numRuntimeErrorTestSuites;
    return { passed: result.numPassedTests, failed: failures || (status === 0 ? 0 : 1), skipped: result.numPendingTests + result.numTodoTests };
  } catch {
    return verdict(false);
  }
}

function goTests(): Count {
  const cwd = 'test/mesh/lab';
  const unformatted = spawnSync('gofmt', ['-l', '.'], { cwd, encoding: 'utf8' }).stdout;
  if (unformatted) console.log(`gofmt: ${unformatted}`);
  const vet = spawnSync('go', ['vet', './...'], { cwd, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
  const { stdout, status } = spawnSync('go', ['test', '-json', './...'], { cwd, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
  const events = stdout.split('\n').filter(line => line.startsWith('{')).map(line => JSON.parse(line) as { Action: string; Test?: string; Output?: string });
  if (status !== 0) console.log(events.map(event => event.Output ?? '').join(''));
  const tests = (action: string) => events.filter(event => event.Action === action && event.Test).length;
  const own = verdict(vet && !unformatted);
  return { passed: tests('pass') + own.passed, failed: tests('fail') + own.failed, skipped: tests('skip') };
}

/** Regenerates everything that is generated and committed; git then tells what was stale. */
function generated(): Count {
  const made = exec('projen', 'generate').status === 0;
  const stale = spawnSync('git', ['status', '--porcelain'], { encoding: 'utf8' }).stdout;
  if (stale) console.log(`these files are not what the generators make; commit them:\n${stale}`);
  return verdict(made && !stale);
}
