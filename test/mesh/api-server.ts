import { ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiBinary } from './prerequisites';

/** What kubectl said. */
export interface Said {
  readonly ok: boolean;
  readonly out: string;
  readonly err: string;
}

/** A Kubernetes API server of its own, with the custom resources of Istio, the Gateway API and cert-manager. Nothing runs what it stores. */
export class ApiServer {
  /** @param flags of kube-apiserver */
  public static async start(...flags: string[]): Promise<ApiServer> {
    const binary = apiBinary();
    const server = spawn('unshare', ['--net', '--mount', binary, 'serve', ...flags], { stdio: ['pipe', 'pipe', 'pipe'] });
    const log: string[] = [];
    server.stderr.on('data', chunk => log.push(String(chunk)));
    await new Promise<void>((resolve, reject) => {
      server.stdout.on('data', chunk => String(chunk).includes('ready') && resolve());
      server.on('error', reject).on('close', () => reject(new Error(`the API server does not start:\n${log.join('').slice(-2000)}`)));
    });
    const started = new ApiServer(binary, server);
    started.must(['apply', '--server-side', ...customResources().flatMap(file => ['--filename', file])]);
    started.must(['wait', '--for=condition=Established', '--timeout=30s', 'crd', '--all']);
    return started;
  }

  /** kubectl keeps there what it has learned of the server. */
  private readonly home = mkdtempSync(join(tmpdir(), 'kubectl-'));

  private constructor(private readonly binary: string, private readonly server: ChildProcess) {}

  public kubectl(args: readonly string[], input = ''): Said {
    const connection = ['--server=https://127.0.0.1:6443', '--token=admin', '--insecure-skip-tls-verify'];
    const { status, stdout, stderr } = spawnSync('nsenter', [`--net=/proc/${this.server.pid}/ns/net`, this.binary, 'kubectl', ...connection, ...args], {
      encoding: 'utf8', input, env: { ...process.env, HOME: this.home, KUBECONFIG: '/dev/null' }, maxBuffer: 64 * 1024 * 1024,
    });
    return { ok: status === 0, out: stdout, err: stderr };
  }

  /** As `kubectl`, where nothing else than success is thinkable. */
  public must(args: readonly string[], input?: string): string {
    const { ok, out, err } = this.kubectl(args, input);
    if (!ok) throw new Error(`kubectl ${args.join(' ')}: ${err}`);
    return out;
  }

  public async stop(): Promise<void> {
    const closed = new Promise(resolve => this.server.on('close', resolve));
    this.server.stdin!.end();
    await closed;
    rmSync(this.home, { recursive: true });
  }
}

/** From the versions with which the lab is built. */
function customResources(): string[] {
  const modules = { 'istio.io/istio': 'manifests/charts/base/files', 'github.com/cert-manager/cert-manager': 'deploy/crds', 'sigs.k8s.io/gateway-api': 'config/crd/standard', 'sigs.k8s.io/network-policy-api': 'config/crd/standard' };
  const { status, stdout, stderr } = spawnSync('go', ['list', '-m', '-f', '{{.Dir}}', ...Object.keys(modules)], { cwd: join(__dirname, 'lab'), encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const folders = stdout.trim().split('\n');
  return Object.values(modules).flatMap((folder, i) => readdirSync(join(folders[i], folder)).filter(file => /^(crd-all.gen|cert-manager|gateway|policy).*\.yaml$/.test(file)).map(file => join(folders[i], folder, file)));
}
