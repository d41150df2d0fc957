import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * `npm run mutants` damages what decides about manifests, in one place at a time, and expects a unit test to fail. All places take hours:
 * `npm run mutants -- --mutate src/private/check/cors.ts` is one file, and `MUTANTS=5 npm run mutants` about 5 percent of all lines.
 * `TESTS=ingress,private,invariants` asks these tests alone, which is faster, and too hard on what others would notice.
 */
const FOLDERS = ['check', 'istio', 'model', 'requests'].map(layer => `src/private/${layer}`);
/** Lines that are mutated together in a sample. */
const CHUNK = 15;

const { jest } = JSON.parse(readFileSync('package.json', 'utf8'));
const { MUTANTS: percent = 100, TESTS: tests } = process.env;

function sample() {
  const files = FOLDERS.flatMap(folder => readdirSync(folder, { recursive: true }).filter(file => file.endsWith('.ts')).map(file => join(folder, file)));
  const chunks = files.flatMap(file => {
    const lines = readFileSync(file, 'utf8').split('\n').length;
    return Array.from({ length: Math.ceil(lines / CHUNK) }, (_, i) => `${file}:${i * CHUNK + 1}-${Math.min((i + 1) * CHUNK, lines)}`);
  });
  return chunks.filter(() => Math.random() * 100 < Number(percent));
}

export default {
  mutate: Number(percent) < 100 ? sample() : FOLDERS.map(folder => `${folder}/**/*.ts`),
  // the wording of messages is known to tests of refusals, each as a whole
  mutator: { excludedMutations: ['StringLiteral'] },
  testRunner: 'jest',
  coverageAnalysis: 'perTest',
  // each mutant of a module's constants would need all tests
  ignoreStatic: true,
  // the transformer knows no types
  disableTypeChecks: false,
  incremental: Number(percent) === 100 && !tests,
  incrementalFile: 'coverage/mutants.json',
  concurrency: 2,
  timeoutMS: 60_000,
  tempDirName: 'coverage/mutants',
  ignorePatterns: ['/.ci', '/API.md', '/bench', '/coverage', '/dist', '/lib', '/rosetta'],
  jest: {
    enableFindRelatedTests: false,
    config: {
      ...jest,
      ...tests && { testMatch: tests.split(',').map(name => `<rootDir>/test/${name}{/**/,}*.test.ts`) },
      reporters: [],
      transform: { '^.+\\.ts$': '<rootDir>/test/mutants/transform.js' },
      // what needs a mesh, another process or the compiler takes too long; some read the sources themselves
      testPathIgnorePatterns: ['/node_modules/', '/test/mesh/', '/test/package/', '/(docs|rules|unrepresentable|index|codes)\\.test\\.ts$'],
    },
  },
  reporters: ['clear-text', 'progress-append-only', 'json'],
  jsonReporter: { fileName: 'coverage/mutants-report.json' },
  clearTextReporter: { allowColor: false, reportTests: false, logTests: false },
};
