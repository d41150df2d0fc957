/** Regenerates `imports/` from the CRDs that API modules ship, through the Go module cache. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';

interface Source {
  readonly module: string;
  /** Where the module has its CRDs: a file, or a folder of files. */
  readonly path: string;
  readonly kinds: readonly string[];
  /** The version of the kinds. @default v1 */
  readonly version?: string;
  /** What is inserted into the names of the generated files. */
  readonly channel?: string;
}

const GATEWAY_API = 'sigs.k8s.io/gateway-api@v1.6.0';
const SOURCES: readonly Source[] = [
  {
    module: 'istio.io/api@v1.31.1',
    path: 'kubernetes/customresourcedefinitions.gen.yaml',
    kinds: [
      'Gateway', 'VirtualService', 'DestinationRule', 'ServiceEntry', 'Sidecar',
      'AuthorizationPolicy', 'PeerAuthentication', 'RequestAuthentication',
      'Telemetry',
    ],
  },
  {
    module: GATEWAY_API,
    path: 'config/crd/standard',
    kinds: ['Gateway', 'ListenerSet', 'HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'ReferenceGrant', 'BackendTLSPolicy'],
  },
  // whose rules may have `retry`
  { module: GATEWAY_API, path: 'config/crd/experimental', kinds: ['HTTPRoute'], channel: 'experimental' },
  { module: 'sigs.k8s.io/network-policy-api@v0.2.0', path: 'config/crd/standard', kinds: ['ClusterNetworkPolicy'], version: 'v1alpha2' },
];

interface Crd {
  readonly spec: { readonly names: { readonly kind: string }; versions: { readonly name: string }[] };
}

const temp = mkdtempSync(join(tmpdir(), 'imports-'));
try {
  for (const source of SOURCES) generate(source);
} finally {
  rmSync(temp, { recursive: true });
}

function generate(source: Source) {
  const crds = join(temp, 'crds.yaml');
  const made = mkdtempSync(join(temp, 'made-'));
  writeFileSync(crds, crdsOf(source));
  execFileSync(join('node_modules', '.bin', 'cdk8s'), [
    'import', crds, '--language', 'typescript', '--output', made, '--no-save', '--check-upgrade=false',
  ], { stdio: ['ignore', 'ignore', 'inherit'] });
  for (const file of readdirSync(made)) {
    const name = source.channel === undefined ? file : file.replace(/\.ts$/, `.${source.channel}.ts`);
    writeFileSync(join('imports', name), readFileSync(join(made, file)));
  }
}

/** One version of each kind alone: the class without a suffix is the first version in the file, whichever that is. */
function crdsOf({ module, path, kinds, version = 'v1' }: Source): string {
  const { Dir } = JSON.parse(execFileSync('go', ['mod', 'download', '-json', module], { encoding: 'utf8', cwd: temp })) as { Dir: string };
  const at = join(Dir, path);
  const files = path.endsWith('.yaml') ? [at] : readdirSync(at).map(file => join(at, file));
  const all = files.flatMap(file => parseAllDocuments(readFileSync(file, 'utf8')));
  const wanted = all.map(d => d.toJS() as Crd | null).filter(c => kinds.includes(c?.spec?.names?.kind ?? '')) as Crd[];
  for (const crd of wanted) crd.spec.versions = crd.spec.versions.filter(v => v.name === version);
  if (wanted.length !== kinds.length) throw new Error(`expected the CRDs of ${kinds.join(', ')}; found ${wanted.map(c => c.spec.names.kind).join(', ')}`);
  return wanted.map(c => stringify(c)).join('---\n');
}
