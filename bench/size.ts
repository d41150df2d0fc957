import { spawnSync } from 'node:child_process';
import { hosts, withLibrary } from './apps';
import { kB, printTable } from './print';
import { documentedRecipe } from './recipe';
import { size } from '../test/mesh/size';
import { egressGateway, sidecar } from '../test/mesh/workloads';

const COUNTS = [10, 100, 1000];
const workloads = [sidecar('caller', { namespace: 'shop' }), sidecar('bystander', { namespace: 'other' }), egressGateway()];

/** What istiod sends to proxies, by its own code. */
export async function printSizes(): Promise<void> {
  if (spawnSync('go', ['version']).status !== 0) {
    console.error('\nSKIPPED: what proxies receive. The mesh lab, which measures it, needs Go: https://go.dev/dl/');
    process.exitCode = 1;
    return;
  }
  const rows = [await row(0, 'no egress at all', [])];
  for (const count of COUNTS) {
    rows.push(await row(count, 'documented recipe', hosts(count).flatMap(documentedRecipe)), await row(count, 'the library', withLibrary(count)));
  }
  printTable('What proxies receive: clusters, bytes', ['hosts', 'way', 'caller', 'bystander', 'gateway'], rows);
}

async function row(count: number, way: string, manifests: Parameters<typeof size>[0]['manifests']): Promise<(string | number)[]> {
  const sizes = await size({ manifests, workloads });
  return [count, way, ...['caller', 'bystander', 'egress'].map(proxy => `${sizes[proxy].clusters}, ${kB(sizes[proxy].bytes)}`)];
}
