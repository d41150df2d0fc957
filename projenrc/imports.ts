/** Regenerates `imports/` from the CRDs that Istio's API module ships, through the Go module cache. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';

const MODULE = 'istio.io/api@v1.31.1';
const KINDS = [
  'Gateway', 'VirtualService', 'DestinationRule', 'ServiceEntry', 'Sidecar',
  'AuthorizationPolicy', 'PeerAuthentication', 'RequestAuthentication',
  'Telemetry',
];

interface Crd {
  readonly kind: string;
  readonly spec: { readonly names: { readonly kind: string }; versions: { readonly name: string }[] };
}

const temp = mkdtempSync(join(tmpdir(), 'imports-'));
try {
  const crds = join(temp, 'istio.yaml');
  writeFileSync(crds, v1Crds());
  execFileSync(join('node_modules', '.bin', 'cdk8s'), [
    'import', crds, '--language', 'typescript', '--output', 'imports', '--no-save', '--check-upgrade=false',
  ], { stdio: ['ignore', 'ignore', 'inherit'] });
} finally {
  rmSync(temp, { recursive: true });
}

/** The v1 versions alone: the class without a suffix is the first version in the file, whichever that is. */
function v1Crds(): string {
  const module = JSON.parse(execFileSync('go', ['mod', 'download', '-json', MODULE], { encoding: 'utf8', cwd: temp })) as { Dir: string };
  const all = parseAllDocuments(readFileSync(join(module.Dir, 'kubernetes/customresourcedefinitions.gen.yaml'), 'utf8'));
  const wanted = all.map(d => d.toJS() as Crd | null).filter(c => c !== null && KINDS.includes(c.spec?.names.kind)) as Crd[];
  for (const crd of wanted) crd.spec.versions = crd.spec.versions.filter(v => v.name === 'v1');
  if (wanted.length !== KINDS.length) throw new Error(`expected the CRDs of ${KINDS.join(', ')}; found ${wanted.map(c => c.spec.names.kind).join(', ')}`);
  return wanted.map(c => stringify(c)).join('---\n');
}
