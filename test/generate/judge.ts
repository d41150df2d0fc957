import { isDeepStrictEqual } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { admit } from '../mesh/admission';
import { call } from '../mesh/call';
import { toYaml } from '../mesh/manifests';
import { lab } from '../mesh/prerequisites';
import { surroundings } from '../mesh/surroundings';
import { Workload } from '../mesh/workloads';
import { Manifest } from '../synth';

/** Who has something against manifests that the library let out. */
export type Judge = 'admission' | 'envoy';

export interface Verdict { readonly judge: Judge; readonly message: string }

interface Validation {
  readonly name: string;
  readonly error?: string;
  readonly proxies: number;
  readonly refusals: readonly { readonly proxy: string; readonly message: string }[];
}

/** What the values of `sense.ts` speak of. */
const MESH_CONFIG = JSON.stringify({
  extensionProviders: [
    { name: 'opa', envoyExtAuthzGrpc: { service: 'opa.istio-system.svc.cluster.local', port: 9191 } },
    // without a client for gRPC, as in this mode, Envoy crashes over OpenTelemetry
    { name: 'otel', zipkin: { service: 'otel.istio-system.svc.cluster.local', port: 9411 } },
  ],
});

/** What Istio's admission and the Envoys of gateways and sidecars have against each of the sets; all are judged in one go. */
export async function judge(sets: readonly string[], judges: readonly Judge[] = ['admission', 'envoy']): Promise<Verdict[][]> {
  if (sets.length === 0) return [];
  const found = await Promise.all([judges.includes('admission') ? admission(sets) : [], judges.includes('envoy') ? envoy(sets) : []]);
  return sets.map((_, i) => found.flatMap(verdicts => verdicts[i] ?? []));
}

async function admission(sets: readonly string[]): Promise<Verdict[][]> {
  const complaints = await admit(sets.map((manifests, i) => ({ name: `${i}`, manifests })));
  return sets.map((_, i) => complaints.filter(c => c.set === `${i}` && c.source !== 'analyze' && c.level === 'Error')
    .map(({ source, object, message }) => ({ judge: 'admission', message: brief(`${source} refuses ${object}: ${message}`) })));
}

async function envoy(sets: readonly string[]): Promise<Verdict[][]> {
  const input = sets.map((yaml, i) => ({ name: `${i}`, meshConfig: MESH_CONFIG, ...running(yaml) }));
  const answers = await call<Validation[]>(lab().lab, 'validate', { sets: input }, { ENVOY: lab().envoy });
  return answers.map(({ error, refusals, proxies }, i) => {
    // an app of which nothing is left has nobody to ask
    const isUnasked = proxies === 0 && error === undefined && input[i].manifests.trim() !== '';
    const all = [...error === undefined ? [] : [`istiod: ${error}`], ...isUnasked ? ['no proxy was asked'] : [], ...refusals.map(({ proxy, message }) => `${proxy}: ${message}`)];
    return all.map(message => ({ judge: 'envoy', message: brief(message) }));
  });
}

/** The lab shows manifests that it cannot read, and Envoy where it crashed. */
function brief(message: string): string {
  return message.replace(/(, in:|, suspect faulting address \S+)\n.*/s, '');
}

/** Istio's objects and the Gateway API's, the pods of the gateways and waypoints, and a sidecar in each namespace. Other pods are there without one. */
function running(yaml: string): { readonly manifests: string; readonly workloads: readonly Workload[] } {
  const written = parseAllDocuments(yaml, { version: '1.1' }).map(document => document.toJS() as Manifest).filter(o => /istio\.io\/|^gateway\.networking/.test(o?.apiVersion));
  const objects = [...written, ...waypointsBeside(written)];
  const selectors = objects.filter(o => o.kind === 'Gateway').map(o => o.spec.selector as object | undefined);
  const pods = surroundings(objects).workloads;
  // sidecars beside a waypoint would leave by themselves, and Envoy crashes in this mode over the Secrets of its rules: nothing else runs there
  const isBeside = ({ namespace }: Workload) => pods.some(pod => pod.waypoint && pod.namespace === namespace);
  const workloads = pods.map(w => w.gateway || w.waypoint ? w : (
    selectors.some(selector => isDeepStrictEqual(selector, w.labels)) ? { ...w, gateway: true } : { ...w, noProxy: !w.name.startsWith('app-') || isBeside(w) }
  ));
  return { manifests: toYaml(objects), workloads };
}

/** The Gateways of waypoints that others make, and to which ServiceEntries lead all the same. */
function waypointsBeside(objects: readonly Manifest[]): Manifest[] {
  const isMade = (name: string, namespace: string) => objects.some(o => o.kind === 'Gateway' && o.metadata.name === name && o.metadata.namespace === namespace && o.spec.gatewayClassName);
  const named = objects.filter(o => o.kind === 'ServiceEntry').flatMap(({ metadata: { namespace, labels = {} } }) => {
    const { 'istio.io/use-waypoint': name, 'istio.io/use-waypoint-namespace': home = namespace } = labels as Record<string, string>;
    return name === undefined || isMade(name, home) ? [] : [{ name, namespace: home }];
  });
  return [...new Map(named.map(metadata => [`${metadata.namespace}/${metadata.name}`, metadata])).values()].map(metadata => ({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata,
    spec: { gatewayClassName: 'istio-waypoint', listeners: [{ name: 'mesh', port: 15008, protocol: 'HBONE' }] },
  }));
}
