import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * `npm run mutants` damages what decides about manifests, in one place at a time, and expects a unit test to fail. All places take hours:
 * `npm run mutants -- --mutate src/private/check/cors.ts` is one file, and `MUTANTS=5 npm run mutants` about 5 percent of all lines.
 */
const FOLDERS = ['check', 'istio', 'model', 'objects', 'requests'].map(layer => `src/private/${layer}`);
/** Lines that are mutated together in a sample. */
const CHUNK = 15;

const percent = Number(process.env.MUTANTS ?? 100);

function sample() {
  const files = FOLDERS.flatMap(folder => readdirSync(folder, { recursive: true }).filter(file => file.endsWith('.ts')).map(file => join(folder, file)));
  const chunks = files.flatMap(file => {
    const lines = readFileSync(file, 'utf8').split('\n').length;
    return Array.from({ length: Math.ceil(lines / CHUNK) }, (_, i) => `${file}:${i * CHUNK + 1}-${Math.min((i + 1) * CHUNK, lines)}`);
  });
  return chunks.filter(() => Math.random() * 100 < percent);
}

export default {
  mutate: percent < 100 ? sample() : FOLDERS.map(folder => `${folder}/**/*.ts`),
  // the wording of messages is known to tests of refusals, each as a whole
  mutator: { excludedMutations: ['StringLiteral'] },
  testRunner: 'mocha',
  mochaOptions: {
    'no-config': true,
    require: ['./test/mutants/setup.js'],
    // what measures time
    grep: '^(?!.* in time )',
    // what is quick stands first: a failure ends the run
    spec: ['test/{app,egress,gateway,http,ingress,lock,telemetry,traffic}/**/*.test.ts', 'test/*.test.ts', 'test/private/**/*.test.ts'],
    // what takes a compiler or another process; what reads the sources; what uses constructs in several tests, or jest itself
    ignore: ['test/**/{docs,layers,rules,tables,live-names,unrepresentable,index,codes,border,other-app}.test.ts'],
  },
  coverageAnalysis: 'perTest',
  // a constant of a module is computed once, before any mutant is switched on
  ignoreStatic: true,
  // the transformer knows no types
  disableTypeChecks: false,
  incremental: percent === 100,
  incrementalFile: 'coverage/mutants.json',
  concurrency: 2,
  tempDirName: 'coverage/mutants',
  ignorePatterns: ['/.ci', '/API.md', '/bench', '/coverage', '/dist', '/lib', '/rosetta'],
  reporters: ['clear-text', 'progress-append-only', 'json'],
  jsonReporter: { fileName: 'coverage/mutants-report.json' },
  clearTextReporter: { allowColor: false, reportTests: false, logTests: false },
};
