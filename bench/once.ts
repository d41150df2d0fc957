import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import { Manifest, WAYS, Way, manifestsOf } from './apps';
import { printTable } from './print';
import { median, spread } from './statistics';

interface Run {
  readonly cpuMs: number;
  readonly peakMB: number;
}

const ROUTES = 1000;
const ROUNDS = 15;
const ways = Object.keys(WAYS) as Way[];

/** A process of its own that makes one app, as `cdk8s synth` does. It must not load ts-node, whose compiler is heavier than the app. */
const PROGRAM = `
  ${transpileModule(readFileSync(join(__dirname, 'apps.ts'), 'utf8'), { compilerOptions: { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 } }).outputText}
  const way = process.argv[1];
  const manifests = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
  exports.WAYS[way](0, []); // loads what it needs
  const start = process.cpuUsage();
  exports.WAYS[way](${ROUTES}, manifests).synthYaml();
  const { user, system } = process.cpuUsage(start);
  console.log(JSON.stringify({ cpuMs: (user + system) / 1000, peakMB: process.resourceUsage().maxRSS / 1000 }));
`;

/** What one app costs a process that does nothing else. */
export function printOnce(): void {
  const manifests = manifestsOf(ROUTES);
  const rounds = Array.from({ length: ROUNDS }, () => ways.map(way => run(way, way === 'the library' ? [] : manifests)));
  printTable(`Once, in a process of its own, ${ROUTES} routes`, ['way', 'CPU time', 'as a multiple of plain objects', 'peak memory'], ways.map((way, i) => [
    way,
    `${median(rounds.map(round => round[i].cpuMs)).toFixed(0)} ms`,
    spread(rounds.map(round => round[i].cpuMs / round[ways.indexOf('plain objects')].cpuMs)),
    `${median(rounds.map(round => round[i].peakMB)).toFixed(0)} MB`,
  ]));
}

function run(way: Way, manifests: Manifest[]): Run {
  return JSON.parse(execFileSync(process.execPath, ['-e', PROGRAM, way], { input: JSON.stringify(manifests), encoding: 'utf8' }));
}
