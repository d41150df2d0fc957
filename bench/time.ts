import { strictEqual } from 'node:assert';
import { Manifest, WAYS, Way, manifestsOf } from './apps';
import { printTable } from './print';
import { median, spread } from './statistics';

interface Sample {
  readonly construction: number;
  readonly synthesis: number;
}

const ROUNDS = { 10: 60, 100: 40, 1000: 24 };
const ways = Object.keys(WAYS) as Way[];

/** How long the library takes beside the same app written without it. */
export function printTimes(): void {
  const samples = Object.entries(ROUNDS).map(([routes, rounds]) => ({ routes: Number(routes), of: samplesOf(Number(routes), rounds) }));
  const rest = ways.slice(1);
  printTable('Time of the library, as a multiple: median (middle half)', ['routes', ...rest.map(way => `over ${way}`)],
    samples.map(({ routes, of }) => [routes, ...rest.map(way => spread(of['the library'].map((s, round) => total(s) / total(of[way][round]))))]));
  printTable('Shares, in CPU time of this machine', ['routes', 'way', 'construction', 'synthesis', 'construction, share'],
    samples.flatMap(({ routes, of }) => ways.map(way => {
      const construction = median(of[way].map(s => s.construction));
      const synthesis = median(of[way].map(s => s.synthesis));
      return [routes, way, `${construction.toFixed(1)} ms`, `${synthesis.toFixed(1)} ms`, `${(100 * construction / (construction + synthesis)).toFixed(0)} %`];
    })));
  printTable('Growth: time of a route among 1000, as a multiple of a route among 100', ['way', 'construction', 'synthesis', 'both'],
    ways.map(way => [way, ...[(s: Sample) => s.construction, (s: Sample) => s.synthesis, total]
      .map(part => (median(samples[2].of[way].map(part)) / median(samples[1].of[way].map(part)) / 10).toFixed(2))]));
}

/** The ways take turns, and every round begins with another one: what else the machine does then hits all of them. */
function samplesOf(routes: number, rounds: number): Record<Way, Sample[]> {
  const manifests = manifestsOf(routes);
  const yaml = WAYS['the library'](routes).synthYaml();
  for (const way of ways) strictEqual(WAYS[way](routes, manifests).synthYaml(), yaml, `${way} must give the same YAML`);
  const samples: Record<Way, Sample[]> = { 'the library': [], 'plain objects': [], 'generated classes': [] };
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < ways.length; turn++) {
      const way = ways[(round + turn) % ways.length];
      samples[way].push(once(way, routes, manifests));
    }
  }
  return samples;
}

function once(way: Way, routes: number, manifests: Manifest[]): Sample {
  const start = cpuMs();
  const app = WAYS[way](routes, manifests);
  const constructed = cpuMs();
  app.synthYaml();
  return { construction: constructed - start, synthesis: cpuMs() - constructed };
}

/** CPU time, not that of the clock: others may use the machine. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function total(sample: Sample): number {
  return sample.construction + sample.synthesis;
}
