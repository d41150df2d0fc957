/** Prints the manifests of a synthesized example, and a line for each object. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

interface Manifest { readonly kind: string; readonly metadata: { readonly namespace: string; readonly name: string } }

const dist = process.argv[2];
const texts = readdirSync(dist).filter(file => file.endsWith('.k8s.yaml')).sort().map(file => readFileSync(join(dist, file), 'utf8'));
const objects = texts.flatMap(text => parseAllDocuments(text)).map(document => document.toJS() as Manifest);

console.log(texts.join('---\n'));
console.log(`# ${objects.length} objects, written to ${dist}`);
for (const { kind, metadata } of objects) console.log(`#   ${kind.padEnd(20)} ${metadata.namespace}/${metadata.name}`);
