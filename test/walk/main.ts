/**
 * `npm run differential -- [apps] [seed]` draws random apps, explains requests by the model of each, and follows the same requests through what
 * istiod makes of its manifests. It shows where the two differ, and fails if they do.
 */
import { Difference, appOf, compare, programs, tally } from './differential';
import { Istiod } from './istiod';
import { Program, print } from '../generate/expression';

const [count = 200, seed = Math.floor(Date.now() / 86_400_000), only] = process.argv.slice(2).map(Number);
const QUESTIONS = 12;

void main();

async function main(): Promise<void> {
  const istiod = new Istiod();
  const counts = tally();
  let found = 0;
  for (const [i, program] of programs(count, seed, only)) {
    try {
      const differences = await compare(appOf(program), istiod, { count: QUESTIONS, seed: seed + i, counts });
      found += differences.length;
      for (const difference of differences) show(i, program, difference);
    } catch (error) {
      found++;
      console.log(`\n=== app ${i} of seed ${seed}\n${(error as Error).stack}\n${print(program)}`);
    }
  }
  istiod.stop();
  const list = (map: ReadonlyMap<string, number>) => [...map].sort(([, a], [, b]) => b - a).map(([what, n]) => `${what} ${n}`).join(', ');
  console.log([
    `seed ${seed}: ${counts.apps} apps, ${counts.questions} requests`,
    `alike: ${counts.alike}`,
    `left open by the library: ${list(counts.undecided)}`,
    `not considered by the walker: ${list(counts.notConsidered)}`,
    `alike by kind: ${list(counts.endings)}`,
    `different: ${found}`,
  ].join('\n'));
  process.exitCode = found > 0 ? 1 : 0;
}

function show(app: number, program: Program, { question, said, outcomes, contradictions }: Difference): void {
  const way = outcomes.map(({ hops, ends, status, served }) => `  ${hops.map(({ at, cluster }) => `${at} -> ${cluster}`).join(', ')}: ${served?.by ?? ''} ${status ?? ''} ${JSON.stringify(ends ?? '')}`);
  console.log(`\n=== app ${app} of seed ${seed}: ${contradictions.join('; ')}\n${JSON.stringify(question)}\nsaid ${JSON.stringify(said.ending)}\nis\n${way.join('\n')}\n${print(program)}`);
}
