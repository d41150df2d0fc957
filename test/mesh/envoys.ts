/** Runs the mesh tests on each Envoy that the library is held to; arguments are passed on to jest. */
import { spawnSync } from 'node:child_process';
import { ENVOY_VERSIONS } from './prerequisites';

const failed = ENVOY_VERSIONS.filter(version => {
  console.log(`\n=== Envoy ${version}`);
  // admission needs no Envoy
  const args = ['test/mesh', '--testPathIgnorePatterns', '/node_modules/', 'test/mesh/admission.test.ts', ...process.argv.slice(2)];
  return spawnSync('node_modules/.bin/jest', ['--ci', '--maxWorkers', '100%', ...args], { env: { ...process.env, ENVOY_VERSION: version }, stdio: 'inherit' }).status !== 0;
});
console.log(failed.length === 0 ? `\npassed on Envoy ${ENVOY_VERSIONS.join(' and ')}` : `\nFAILED on Envoy ${failed.join(' and ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
