import { readFileSync } from 'node:fs';
import { arch, cpus } from 'node:os';
import { join } from 'node:path';
import { printCallers } from './callers';
import { printDeclared } from './declared';
import { printGrowth } from './growth';
import { printLoad } from './load';
import { printOnce } from './once';
import { printPage } from './page';
import { printScopes } from './scope';
import { printSizes } from './size';
import { printTimes } from './time';
import { printWeight } from './weight';

const PARTS: Record<string, () => unknown> = {
  time: printTimes,
  growth: printGrowth,
  once: printOnce,
  load: printLoad,
  weight: printWeight,
  size: printSizes,
  callers: printCallers,
  scope: printScopes,
  declared: printDeclared,
  page: printPage,
};

void main(process.argv.slice(2));

async function main(wanted: string[]): Promise<void> {
  const unknown = wanted.filter(part => !(part in PARTS));
  if (unknown.length > 0) throw new Error(`no such part: ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}`);
  const versions = ['cdk8s', 'constructs'].map(name => `${name} ${JSON.parse(readFileSync(join('node_modules', name, 'package.json'), 'utf8')).version}`);
  console.log(`Node ${process.version}, ${versions.join(', ')}, ${arch()}, ${cpus()[0].model} × ${cpus().length}`);
  for (const part of wanted.length > 0 ? wanted : Object.keys(PARTS)) await PARTS[part]();
}
