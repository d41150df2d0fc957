import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { kB, printTable } from './print';

interface Pack {
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: { readonly path: string; readonly size: number }[];
}

const PARTS: [string, RegExp][] = [
  ['re2js, bundled', /^node_modules\/re2js\//],
  ['lib/imports', /^lib\/imports\//],
  ['lib/src, code', /^lib\/src\/.*\.js$/],
  ['lib/src, types', /^lib\/src\/.*\.d\.ts$/],
  ['.jsii', /^\.jsii$/],
  ['documents', /\.md$|^LICENSE$/],
  ['other', /^/],
];

/** What the package weighs, and which part of it. Parts are compressed one by one, so that their sum is not quite the whole. */
export function printWeight(): void {
  const [{ size, unpackedSize, files }] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'],
  })) as Pack[];
  const parts = PARTS.map(([name]) => ({ name, files: files.filter(f => PARTS.find(([, path]) => path.test(f.path))![0] === name) }));
  printTable('Package', ['part', 'files', 'unpacked', 'compressed'], [
    ['all', files.length, kB(unpackedSize), kB(size)],
    ...parts.filter(part => part.files.length > 0).map(part => {
      const content = Buffer.concat(part.files.map(f => readFileSync(f.path)));
      return [part.name, part.files.length, kB(content.length), kB(gzipSync(content).length)];
    }),
  ]);
}
