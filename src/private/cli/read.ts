import { readFileSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
// eslint-disable-next-line import/no-extraneous-dependencies -- bundled by the build
import { Document, LineCounter, Node, isMap, isScalar, isSeq, parseAllDocuments } from 'yaml';
import { Manifest, readManifests, titleOf } from '../manifests/manifest';

/** Input that cannot be judged, and where it is. */
export interface Problem {
  readonly file: string;
  readonly line?: number;
  readonly message: string;
}

export interface Input {
  readonly manifests: readonly Manifest[];
  readonly problems: readonly Problem[];
  /** The line of a field, or of the object if it is not written. */
  lineOf(manifest: Manifest, field: string): number | undefined;
}

const MANIFESTS = /\.(ya?ml|json)$/;
const GROUP_OF_ISTIO = /^(networking|security|telemetry|extensions)\.istio\.io$/;
const VERSION_OF_ISTIO = /^v1(alpha[1-3]|beta1)?$/;

/** Reads files, and the manifests in directories: there, files without any object may be something else. */
export function readInput(paths: readonly string[]): Input {
  const problems: Problem[] = [];
  const read = new Set<string>();
  const nodes = new Map<Manifest, { readonly node: Node; readonly lines: LineCounter }>();
  const places = new Map<string, Manifest>();

  const add = (node: Node, document: Document, file: string, lines: LineCounter, isNamed: boolean): void => {
    const line = lines.linePos(node.range?.[0] ?? 0).line;
    const value: unknown = node.toJS(document);
    if (isMap(node) && isListOfObjects(value)) {
      for (const item of isSeq(node.get('items', true)) ? (node.get('items', true) as unknown as { items: Node[] }).items : []) add(item, document, file, lines, true);
      return;
    }
    const [manifest] = readManifests(value, { file, line });
    if (!manifest) {
      if (isNamed) problems.push({ file, line, message: 'this is no object of Kubernetes: apiVersion and kind are missing' });
      return;
    }
    const version = String((value as { apiVersion: unknown }).apiVersion).split('/').pop()!;
    const key = [manifest.group, titleOf(manifest)].join('\n');
    const before = places.get(key);
    if (manifest.name === '') problems.push({ file, line, message: `${manifest.kind} has no metadata.name` });
    else if (GROUP_OF_ISTIO.test(manifest.group) && !VERSION_OF_ISTIO.test(version)) problems.push({ file, line, message: `${titleOf(manifest)}: Istio has no version ${manifest.group}/${version}` });
    else if (before) problems.push({ file, line, message: `${titleOf(manifest)} is there already: ${before.source.file}:${before.source.line}` });
    places.set(key, manifest);
    nodes.set(manifest, { node, lines });
  };

  const readFile = (file: string, isNamed: boolean): void => {
    const real = realpathSync(file);
    if (read.has(real)) return;
    read.add(real);
    const lines = new LineCounter();
    const documents = parseAllDocuments(readFileSync(file, 'utf8'), { lineCounter: lines, prettyErrors: false, logLevel: 'silent' });
    for (const document of documents as unknown as Document[]) {
      const [wrong] = document.errors;
      if (wrong) {
        problems.push({ file, line: lines.linePos(wrong.pos[0]).line, message: `this is no YAML: ${wrong.message}` });
        continue;
      }
      // an empty document is what a chart without objects writes
      const { contents } = document;
      if (contents === null || (isScalar(contents) && contents.value === null)) continue;
      try {
        add(contents, document, file, lines, isNamed);
      } catch (error) {
        problems.push({ file, message: (error as Error).message });
      }
    }
  };

  for (const path of paths) {
    try {
      if (statSync(path).isDirectory()) for (const file of manifestsIn(path)) readFile(file, false);
      else readFile(path, true);
    } catch (error) {
      problems.push({ file: path, message: (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file or directory' : (error as Error).message });
    }
  }
  if (nodes.size === 0 && problems.length === 0) problems.push({ file: paths.join(', '), message: 'there is no object of Kubernetes' });

  return {
    manifests: [...nodes.keys()],
    problems,
    lineOf: (manifest, field) => {
      const found = nodes.get(manifest);
      return found && lineOf(found.node, field, found.lines);
    },
  };
}

function isListOfObjects(value: unknown): boolean {
  const { kind, items } = value as { readonly kind?: unknown; readonly items?: unknown };
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items);
}

function manifestsIn(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter(one => one.isFile() && MANIFESTS.test(one.name) && !one.parentPath.includes('node_modules'))
    .map(one => join(one.parentPath, one.name))
    .sort();
}

/** The line of the deepest part of a field that is written. */
function lineOf(node: Node, field: string, lines: LineCounter): number {
  let at = node;
  for (const [, key, index] of field.matchAll(/([^.[\]]+)|\[(\d+)\]/g)) {
    const next: unknown = isMap(at) ? at.get(key, true) : isSeq(at) && index !== undefined ? at.get(Number(index), true) : undefined;
    if (!next) break;
    at = next as Node;
  }
  return lines.linePos(at.range?.[0] ?? 0).line;
}
