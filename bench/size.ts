import { spawnSync } from 'node:child_process';
import { hosts, withLibrary, withWaypoint } from './apps';
import { kB, printTable } from './print';
import { documentedRecipe } from './recipe';
import { Size, size } from '../test/mesh/size';
import { ambient, egressGateway, sidecar, waypoint } from '../test/mesh/workloads';

const COUNTS = [10, 100, 1000];
const WAYPOINT_COUNTS = [0, 1, 10, 100];
const workloads = [sidecar('caller', { namespace: 'shop' }), sidecar('bystander', { namespace: 'other' }), egressGateway()];
/** The bystander has a sidecar: callers in ambient have no proxy. */
const ambientWorkloads = [ambient('caller', { namespace: 'shop' }), sidecar('bystander', { namespace: 'other' }), waypoint()];

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
  const ambientRows: (string | number)[][] = [];
  for (const count of WAYPOINT_COUNTS) {
    const { caller, bystander, egress } = await size({ manifests: withWaypoint(count), workloads: ambientWorkloads });
    ambientRows.push([count, caller ? told(caller) : 'no proxy', told(bystander), told(egress)]);
  }
  printTable('What proxies receive through a waypoint: clusters, bytes', ['hosts', 'caller', 'bystander with a sidecar', 'waypoint'], ambientRows);
}

async function row(count: number, way: string, manifests: Parameters<typeof size>[0]['manifests']): Promise<(string | number)[]> {
  const sizes = await size({ manifests, workloads });
  return [count, way, ...['caller', 'bystander', 'egress'].map(proxy => told(sizes[proxy]))];
}

function told({ clusters, bytes }: Size): string {
  return `${clusters}, ${kB(bytes)}`;
}
