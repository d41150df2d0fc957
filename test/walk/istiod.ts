import { ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { ProxyConfig } from './proxy';
import { toYaml } from '../mesh/manifests';
import type { Scenario } from '../mesh/mesh';
import { labBinary } from '../mesh/prerequisites';

export type MeshSet = Pick<Scenario, 'name' | 'manifests' | 'fixtures' | 'workloads' | 'meshConfig' | 'channel'>;

/** Several hundred sets, and what a process has gathered makes it slow. */
const SETS_OF_ONE_PROCESS = 300;

/** istiod's generators, in a process that is kept: a set takes some hundredths of a second. */
export class Istiod {
  private process?: ChildProcessWithoutNullStreams;
  private lines?: AsyncIterator<string>;
  private count = 0;

  /** What it would send each proxy of a set. */
  public async configs({ name = 'set', manifests, fixtures = '', workloads, meshConfig, channel }: MeshSet): Promise<Record<string, ProxyConfig>> {
    if (this.process === undefined || this.count++ % SETS_OF_ONE_PROCESS === 0) await this.restart();
    this.process!.stdin.write(`${JSON.stringify({ name, manifests: toYaml(manifests), fixtures: toYaml(fixtures), workloads, meshConfig, channel })}\n`);
    for (;;) {
      const { value, done } = await this.lines!.next();
      if (done) throw new Error(`${name}: istiod has ended`);
      // Istio's packages write to standard output when they are loaded
      if (!value.startsWith('{"name"')) continue;
      const { error, proxies } = JSON.parse(value) as { readonly error?: string; readonly proxies?: Record<string, ProxyConfig> };
      if (error !== undefined) throw new Error(`${name}: ${error}`);
      return proxies ?? {};
    }
  }

  public async stop(): Promise<void> {
    const ending = this.process;
    this.process = undefined;
    if (ending === undefined) return;
    const end = new Promise(resolve => ending.on('close', resolve));
    ending.stdin.end();
    ending.stdout.resume();
    await end;
  }

  private async restart(): Promise<void> {
    await this.stop();
    this.process = spawn(labBinary(), ['config'], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.process.stderr.resume();
    this.lines = createInterface(this.process.stdout)[Symbol.asyncIterator]();
  }
}
