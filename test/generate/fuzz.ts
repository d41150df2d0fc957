/**
 * `npm run fuzz -- [apps] [seed] [--without-mesh]` draws random apps, and shows each that neither has an error with a code nor is accepted
 * by Istio's admission and by Envoy. It fails where there is one.
 */
import { print } from './expression';
import { Finding, hunt } from './hunt';
import { CODES } from '../../src/private/basics/codes';
import { missing } from '../mesh/prerequisites';

const [count = 1000, seed = Math.floor(Date.now() / 86_400_000)] = process.argv.slice(2).filter(arg => /^\d+$/.test(arg)).map(Number);

void main();

async function main(): Promise<void> {
  const lacking = missing();
  const mesh = !process.argv.includes('--without-mesh') && lacking.length === 0;
  if (lacking.length > 0) console.log(`Admission and Envoy are not asked:\n${lacking.join('\n')}`);
  const start = Date.now();
  const report = await hunt({ apps: count, seed, mesh, progress: text => process.stderr.write(`${text}\n`), found: show });
  const { apps, tried, atOnce, synthesized, judged, codes, findings } = report;
  const share = (part: number) => `${part} (${Math.round(part / apps * 100)} %)`;
  const histogram = [...codes].sort(([, a], [, b]) => b - a).map(([code, n]) => `${code} ${n}`);
  console.log([
    `seed ${seed}: ${apps} apps, ${tried} tried with what refusals left of them, in ${Math.round((Date.now() - start) / 1000)} s`,
    `synthesized as drawn: ${share(atOnce)}; in the end: ${share(synthesized)}`,
    `judged by admission and by Envoys: ${share(judged)}`,
    `refused with a code: ${tried - synthesized - findings.length} or more, ${codes.size} codes of ${Object.keys(CODES).length}: ${histogram.join(', ')}`,
    `never: ${Object.keys(CODES).filter(code => !codes.has(code)).join(', ')}`,
    `findings: ${findings.length}`,
  ].join('\n'));
  process.exitCode = findings.length > 0 ? 1 : 0;
}

function show({ by, message, app, program }: Finding): void {
  console.log(`\n=== ${by}, app ${app} of seed ${seed}\n${message}\n--- smallest app\n${print(program)}\n`);
}
