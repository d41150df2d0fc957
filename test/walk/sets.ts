import { isDeepStrictEqual } from 'node:util';
import type { MeshSet } from './istiod';
import type { Surroundings } from './world';
import { toYaml } from '../mesh/manifests';
import { surroundings } from '../mesh/surroundings';
import { Workload, sidecar } from '../mesh/workloads';
import { Manifest } from '../synth';

/** Objects, with the pods of which they speak. */
export interface PodSet extends MeshSet, Surroundings {
  readonly objects: readonly Manifest[];
  /** The workloads that ask. */
  readonly callers: readonly Workload[];
}

const STRANGERS = 'strangers';

/** Rules that this namespace keeps to itself and shares with some others are not found by its own sidecars. */
const ROOT = 'istio-system';

const READ_BY_ISTIOD = /istio\.io\/|^gateway\.networking/;

/** What istiod reads of an app; the pods of its gateways and Services; and in each namespace callers with each service account and label that matters. */
export function podsOf(all: readonly Manifest[], meshConfig?: string): PodSet {
  const objects = all.filter(object => READ_BY_ISTIOD.test(object?.apiVersion ?? ''));
  const selectors = objects.filter(({ kind }) => kind === 'Gateway').map(({ spec }) => spec.selector as object | undefined);
  const around = surroundings(objects).workloads;
  const others = merged(subsetPods(around).filter(({ name }) => !name.startsWith('app-')).map(workload => {
    const isGateway = workload.gateway || selectors.some(selector => isDeepStrictEqual(selector, workload.labels));
    // whoever is no proxy answers to all that comes
    return isGateway ? { ...workload, gateway: true, ports: withTargets(workload, objects) } : { ...workload, noProxy: !workload.waypoint };
  }));
  const namespaces = [...new Set([...around.filter(({ name }) => name.startsWith('app-')).map(({ namespace }) => namespace), STRANGERS])].filter(namespace => namespace !== ROOT);
  const callers = namespaces.flatMap(namespace => [
    ...accountsOf(objects, namespace).map(serviceAccount => sidecar(`as-${serviceAccount}-${namespace}`, { namespace, serviceAccount })),
    ...labelsOf(objects, namespace).filter(labels => !others.some(other => other.gateway && fitsAll(labels, other.labels))).map((labels, i) => sidecar(`labelled${i}-${namespace}`, { namespace, labels, serviceAccount: 'default' })),
  ]);
  return { objects, callers, manifests: toYaml([...objects]), workloads: [...others, ...callers], meshConfig };
}

/** The pods of subsets stand behind their Service. */
function subsetPods(workloads: readonly Workload[]): Workload[] {
  return workloads.map(workload => {
    const of = workload.service === undefined
      && workloads.find(({ service, namespace }) => namespace === workload.namespace && service !== undefined && service === workload.labels?.app);
    return of ? { ...workload, service: of.service, ports: of.ports } : workload;
  }).filter(({ name }, i, all) => all.findIndex(other => other.name === name) === i);
}

/** Gateways whose selectors find the same pods are one. */
function merged(workloads: readonly Workload[]): Workload[] {
  const out: Workload[] = [];
  for (const workload of workloads) {
    const i = out.findIndex(other => workload.gateway && other.gateway && other.namespace === workload.namespace
      && (fitsAll(workload.labels!, other.labels) || fitsAll(other.labels!, workload.labels)));
    if (i < 0) {
      out.push(workload);
    } else {
      const ports = [...out[i].ports ?? [], ...workload.ports ?? []];
      out[i] = {
        ...out[i],
        labels: { ...out[i].labels, ...workload.labels },
        ports: ports.filter(({ port }, j) => ports.findIndex(other => other.port === port) === j),
      };
    }
  }
  return out;
}

function fitsAll(selector: Record<string, string>, labels: Record<string, string> = {}): boolean {
  return Object.entries(selector).every(([name, value]) => labels[name] === value);
}

/** The ports of a gateway's Service. Where its pods listen, ServiceEntries for them tell. */
function withTargets({ namespace, labels = {}, ports = [] }: Workload, objects: readonly Manifest[]): Workload['ports'] {
  const entries = objects.filter(({ kind, metadata, spec }) => kind === 'ServiceEntry' && metadata.namespace === namespace && spec.workloadSelector
    && fitsAll(spec.workloadSelector.labels, labels));
  const legs = entries.flatMap(({ spec }) => spec.ports as { readonly number: number; readonly targetPort?: number }[]);
  const targets = new Set(legs.map(({ number, targetPort = number }) => targetPort));
  const others = [...targets].filter(target => !ports.some(({ port }) => port === target));
  return ports.map(port => ({
    ...port,
    targetPort: targets.size === 0 || targets.has(port.port) || others.length !== 1
      ? port.targetPort : others[0],
  }));
}

/** Besides the one that everybody has, the service accounts that policies name. */
function accountsOf(objects: readonly Manifest[], namespace: string): string[] {
  const named = [...JSON.stringify(objects.map(({ spec }) => spec ?? {})).matchAll(/\/ns\/([^/"]+)\/sa\/([a-z0-9.-]+)/g)].filter(([, of]) => of === namespace);
  return [...new Set(['default', ...named.map(([,, account]) => account)])];
}

/** The labels by which objects of a namespace single out workloads. */
function labelsOf(objects: readonly Manifest[], namespace: string): Record<string, string>[] {
  const own = objects.filter(object => object.metadata.namespace === namespace && ['Sidecar', 'DestinationRule', 'EnvoyFilter', 'VirtualService'].includes(object.kind));
  const selected = own.flatMap(({ spec }) => [
    spec.workloadSelector?.matchLabels ?? spec.workloadSelector?.labels,
    ...['http', 'tls', 'tcp'].flatMap(kind => (spec[kind] ?? []).flatMap((rule: any) => (rule.match ?? []).map((match: any) => match.sourceLabels))),
  ]).filter(labels => labels !== undefined);
  return selected.filter((labels, i) => selected.findIndex(other => isDeepStrictEqual(other, labels)) === i);
}
