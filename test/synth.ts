import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiObject, App, Yaml } from 'cdk8s';
import { parseAllDocuments } from 'yaml';

/** An object as a cluster receives it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string; readonly labels?: object; readonly annotations?: object };
  // tests look into specs of every kind
  readonly spec: any;
}

export interface SynthOptions {
  /**
   * Whether the cluster should accept the objects. Tests of fields that Istio does not know, and of apps that are a part only, say `false`.
   *
   * @default true
   */
  readonly admissible?: boolean;

  /**
   * What the set is called where it is judged: one test may look at many sets, and what an analyzer says is accepted by their names.
   *
   * @default - the name of the test
   */
  readonly set?: string;
}

/**
 * The objects of an app, read back from its YAML as Go reads it (YAML 1.1). All tests synthesize here, so that Istio's own
 * validation can judge every set in one batch: where `ADMISSION_DIR` is set, it receives them.
 */
export function synth(app: App, { admissible = true, set }: SynthOptions = {}): Manifest[] {
  const yaml = app.synthYaml();
  if (admissible) record(yaml, set);
  return parseAllDocuments(yaml, { version: '1.1' }).map(document => document.toJS());
}

/** The objects of a YAML that a whole program wrote. */
export function objectsOf(yaml: string): Manifest[] {
  record(yaml);
  return parsed(yaml);
}

/** As `objectsOf`, for a part of what a program wrote, at which analyzers would miss the rest. */
export function parsed(yaml: string): Manifest[] {
  return parseAllDocuments(yaml).map(document => document.toJS() as Manifest);
}

/** Hands a set to the judgement of Istio's own validation. */
export function record(manifests: string, set?: string): void {
  const folder = process.env.ADMISSION_DIR;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  const hash = createHash('sha256').update(manifests).digest('hex').slice(0, 16);
  const file = join(folder, `${hash}.json`);
  const name = set ?? expect.getState().currentTestName;
  // what is made before the tests of a file run has no name, and must not take that of the same set in a test
  if (name !== undefined || !existsSync(file)) writeFileSync(file, JSON.stringify({ name: name ?? expect.getState().testPath, manifests }));
}

/** The only object of a kind, or of a kind and name. */
export function find(objects: Manifest[], kind: string, name?: string): Manifest {
  const found = objects.filter(o => o.kind === kind && (name === undefined || o.metadata.name === name));
  if (found.length !== 1) {
    throw new Error(`${found.length} objects are ${kind} ${name ?? ''}; there are: ${objects.map(o => `${o.kind} ${o.metadata.name}`).join(', ')}`);
  }
  return found[0];
}

/** The objects of constructs, out of those of the whole app. */
export function manifestsOf(app: App, parts: ApiObject[], options?: SynthOptions): Manifest[] {
  const all = synth(app, options);
  return parts.map(part => find(all.filter(o => o.metadata.namespace === part.metadata.namespace), part.kind, part.name));
}

// snapshots show objects as users see them
expect.addSnapshotSerializer({
  test: value => Array.isArray(value) && value.length > 0 && value.every(o => o?.apiVersion && o.kind),
  serialize: (value: Manifest[]) => Yaml.stringify(...value).trimEnd(),
});
