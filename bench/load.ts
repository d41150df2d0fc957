import { execFileSync } from 'node:child_process';
import { printTable } from './print';
import { median, spread } from './statistics';

const ROUNDS = 31;
const PROGRAM = `
  const start = performance.now();
  require('cdk8s');
  const between = performance.now();
  require('./lib/src');
  const end = performance.now();
  const files = Object.keys(require.cache).filter(file => file.startsWith(process.cwd() + '/lib/')).length;
  console.log(JSON.stringify({ cdk8s: between - start, library: end - between, files }));
`;

/** How long it takes to load the library where cdk8s is loaded already. */
export function printLoad(): void {
  const runs = Array.from({ length: ROUNDS }, () => JSON.parse(execFileSync(process.execPath, ['-e', PROGRAM], { encoding: 'utf8' })));
  printTable('Loading, in ms: median (middle half)', ['cdk8s', 'the library on top', 'its files'],
    [[spread(runs.map(run => run.cdk8s)), spread(runs.map(run => run.library)), median(runs.map(run => run.files))]]);
}
