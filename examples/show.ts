/** Synthesizes an example, bookinfo if none is named, and prints its manifests and a line for each object. */
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

interface Manifest { readonly kind: string; readonly metadata: { readonly namespace: string; readonly name: string } }

const example = join('examples', process.argv[2] ?? 'bookinfo');
execFileSync('cdk8s', ['synth', '--check-upgrade=false'], { cwd: example, stdio: 'inherit' });

const dist = join(example, 'dist');
const texts = readdirSync(dist).filter(file => file.endsWith('.k8s.yaml')).sort().map(file => readFileSync(join(dist, file), 'utf8'));
const objects = texts.flatMap(text => parseAllDocuments(text)).map(document => document.toJS() as Manifest);

console.log(texts.join('---\n'));
console.log(`# ${objects.length} objects, written to ${dist}`);
for (const { kind, metadata } of objects) console.log(`#   ${kind.padEnd(20)} ${metadata.namespace}/${metadata.name}`);
