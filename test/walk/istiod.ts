import { ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { ProxyConfig } from './proxy';
import { toYaml } from '../mesh/manifests';
import type { Scenario } from '../mesh/mesh';
import { labBinary } from '../mesh/prerequisites';

export type MeshSet = Pick<Scenario, 'name' | 'manifests' | 'fixtures' | 'workloads' | 'meshConfig' | 'channel'>;

/** What a process has gathered makes it slow after some hundred sets. */
const SETS_OF_ONE_PROCESS = 300;

/** istiod's generators, in a process that is kept: a set takes some hundredths of a second. */
export class Istiod {
  private count = 0;
  private process?: ChildProcessWithoutNullStreams;
  private answer: (line: string | undefined) => void = () => undefined;

  /** What it would send each proxy of a set. One set is asked at a time. */
  public async configs({ name = 'set', manifests, fixtures = '', workloads, meshConfig, channel }: MeshSet): Promise<Record<string, ProxyConfig>> {
    if (this.process === undefined || ++this.count >= SETS_OF_ONE_PROCESS) this.restart();
    const line = await new Promise<string | undefined>(resolve => {
      this.answer = resolve;
      this.process!.stdin.write(`${JSON.stringify({ name, manifests: toYaml(manifests), fixtures: toYaml(fixtures), workloads, meshConfig, channel })}\n`);
    });
    if (line === undefined) throw new Error(`${name}: istiod has ended`);
    const { error, proxies } = JSON.parse(line) as { readonly error?: string; readonly proxies?: Record<string, ProxyConfig> };
    if (error !== undefined) throw new Error(`${name}: ${error}`);
    return proxies ?? {};
  }

  public stop(): void {
    this.process?.kill('SIGKILL'); // its own child dies with it
    this.process = undefined;
  }

  private restart(): void {
    this.stop();
    this.count = 0;
    const started = spawn(labBinary(), ['config'], { stdio: ['pipe', 'pipe', 'pipe'] });
    started.stderr.resume();
    started.stdin.on('error', () => undefined);
    // Istio's packages write to standard output when they are loaded
    createInterface(started.stdout).on('line', line => { if (line.startsWith('{"name"')) this.answer(line); });
    started.on('close', () => { if (started === this.process) this.answer(undefined); });
    this.process = started;
  }
}
