/**
 * Runs every suite, and ends with the line `N passed, N failed`: the sums of all of them.
 * A suite that cannot count (the compiler, the linter) counts as one.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiBinary, chromium, hasChromium, missing } from './mesh/prerequisites';
import { checkPages } from './mesh/tables';

interface Count { readonly passed: number; readonly failed: number; readonly skipped: number }

const ci = process.env.CI === 'true';
const temp = mkdtempSync(join(tmpdir(), 'suites-'));
/** What the last run of jest tells. */
const output = join(temp, 'jest.json');
const env: NodeJS.ProcessEnv = { ...process.env, ADMISSION_DIR: join(temp, 'admission'), ESLINT_USE_FLAT_CONFIG: 'false', NODE_NO_WARNINGS: '1', JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20' };
const hasGo = spawnSync('go', ['version']).status === 0;

const suites: { readonly name: string; readonly run: () => Count | Promise<Count>; readonly unless?: string | false }[] = [
  { name: 'generated files are up to date', run: generated, unless: !ci && 'CI only: npx projen generate' },
  {
    name: 'types and lint',
    run: () => together(
      ['tsc', '--noEmit', '--project', 'test/tsconfig.json'],
      ['tsc', '--noEmit', '--project', 'examples/tsconfig.json'],
      ['tsc', '--noEmit', '--project', 'bench/tsconfig.json'],
      ['eslint', '--ext', '.ts', 'src', 'test', 'examples', 'bench', 'projenrc', '.projenrc.ts'],
    ),
  },
  { name: 'unit tests', run: () => jest('--testPathIgnorePatterns', '/node_modules/', 'test/mesh/', 'test/package/', 'test/browser/', 'test/languages/') },
  { name: 'pages in a browser', run: browserTests, unless: !ci && !hasChromium() && 'no Chromium: apt-get install chromium' },
  { name: 'the package in a new project', run: () => jest('test/package/'), unless: !ci && 'CI only: npx projen compile && npx projen post-compile && npx jest test/package' },
  { name: 'Python, Java, Go and .NET', run: () => jest('test/languages/'), unless: !ci && 'CI only: npm run test:languages' },
  { name: 'mesh lab, its own tests', run: goTests, unless: !hasGo && 'no Go: https://go.dev/dl/' },
  { name: 'mesh tests', run: meshTests },
  { name: 'tables of what the mesh tests saw', run: tables, unless: !ci && missing().length > 0 && 'the mesh tests were skipped' },
  { name: 'admission of everything synthesized above', run: () => jest('test/mesh/admission.test.ts') },
];

void main();

async function main(): Promise<void> {
  const counts: Count[] = [];
  for (const { name, run, unless } of suites) {
    if (unless) {
      console.log(`\n=== ${name}: SKIPPED (${unless})`);
      continue;
    }
    const start = Date.now();
    console.log(`\n=== ${name}`);
    const count = await run();
    console.log(`=== ${name}: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped (${Math.round((Date.now() - start) / 1000)} s)`);
    counts.push(count);
  }
  rmSync(temp, { recursive: true });
  const { passed, failed, skipped } = total(counts);
  if (skipped > 0) console.log(`\n${skipped} tests were SKIPPED; the reasons stand above`);
  const wrong = failed + (ci ? skipped : 0);
  console.log(`\n${passed} passed, ${wrong} failed`);
  process.exitCode = wrong > 0 ? 1 : 0;
}

function total(counts: Count[]): Count {
  const sum = (key: keyof Count) => counts.reduce((all, count) => all + count[key], 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}

function tools(): NodeJS.ProcessEnv {
  return { ...env, PATH: `${join('node_modules', '.bin')}:${env.PATH}` };
}

function exec(command: string, ...args: string[]) {
  return spawnSync(command, args, { env: tools(), stdio: ['ignore', 'inherit', 'inherit'] });
}

/** Commands that use one processor each, at the same time; each counts as one. */
async function together(...commands: string[][]): Promise<Count> {
  return total(await Promise.all(commands.map(([command, ...args]) => new Promise<Count>(resolve => {
    spawn(command, args, { env: tools(), stdio: ['ignore', 'inherit', 'inherit'] }).on('close', status => resolve(verdict(status === 0)));
  }))));
}

function verdict(ok: boolean): Count {
  return ok ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

function jest(...args: string[]): Count {
  rmSync(output, { force: true });
  const { status } = exec('jest', '--ci', '--json', '--outputFile', output, ...args);
  try {
    const result = JSON.parse(readFileSync(output, 'utf8'));
    const failures = result.numFailedTests + result.numRuntimeErrorTestSuites;
    return { passed: result.numPassedTests, failed: failures || (status === 0 ? 0 : 1), skipped: result.numPendingTests + result.numTodoTests };
  } catch {
    return verdict(false);
  }
}

/** Installs the browser before, for which no test waits. */
function browserTests(): Count {
  chromium();
  return jest('test/browser/');
}

/** They wait as much as they compute, so there are more of them at a time than processors; jest itself reads 150% as 150 workers. */
function meshTests(): Count {
  return jest('test/mesh/', '--maxWorkers', String(Math.ceil(availableParallelism() * 1.5)), '--testPathIgnorePatterns', '/node_modules/', 'test/mesh/admission.test.ts');
}

/** With `UPDATE_DOCS=1` they are written instead of compared. */
function tables(): Count {
  const complaints = checkPages(JSON.parse(readFileSync(output, 'utf8')), !ci && process.env.UPDATE_DOCS === '1');
  console.log(complaints.join('\n'));
  return verdict(complaints.length === 0);
}

function goTests(): Count {
  apiBinary(); // minutes the first time, for which no test waits
  const unformatted = spawnSync('gofmt', ['-l', '.'], { cwd: 'test/mesh', encoding: 'utf8' }).stdout;
  if (unformatted) console.log(`gofmt: ${unformatted}`);
  const cwd = 'test/mesh/lab';
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
