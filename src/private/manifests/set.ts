import { AuthorizationPolicy, readAuthorizationPolicy } from './authorization-policy';
import { DestinationRule, RulesFound, merged, readDestinationRule } from './destination-rule';
import { Labels, fieldsOf, labelsOf, listOf, selects, textOf } from './fields';
import { Gateway, readGateway } from './gateway';
import { KnownHost, readService, readServiceEntry } from './hosts';
import { Manifest } from './manifest';
import { serviceOf } from './names';
import { Pods, readPods } from './pods';
import { Sidecar, readSidecar } from './sidecar';
import { VirtualService, readVirtualService } from './virtual-service';
import { sees } from './visible';
import { HostIndex } from '../basics/host-index';

/** What the objects do not say about the mesh that they are for. */
export interface MeshFacts {
  readonly clusterDomain: string;
  readonly rootNamespace: string;
  /** Whether a Gateway selects pods in its own namespace only. */
  readonly scopeGatewayToNamespace: boolean;
  /** Whether the objects are all that there are: what is not among them does not exist. */
  readonly isComplete: boolean;
}

export const USUAL_MESH: MeshFacts = { clusterDomain: 'cluster.local', rootNamespace: 'istio-system', scopeGatewayToNamespace: false, isComplete: false };

/** Where objects are looked up as Istio does it. */
export interface ManifestSet {
  readonly facts: MeshFacts;
  readonly manifests: readonly Manifest[];
  readonly gateways: readonly Gateway[];
  readonly virtualServices: readonly VirtualService[];
  readonly destinationRules: readonly DestinationRule[];
  readonly knownHosts: readonly KnownHost[];
  readonly pods: readonly Pods[];
  readonly sidecars: readonly Sidecar[];
  readonly authorizationPolicies: readonly AuthorizationPolicy[];
  /** The mode that the namespace's or mesh's own PeerAuthentication asks for, in upper case. */
  mtlsModeOf(namespace: string): string | undefined;
  gateway(id: string): Gateway | undefined;
  /** The hosts that are a host or a wildcard over it, most specific first, whoever sees them. */
  known(host: string): KnownHost[];
  /** The one of these that a namespace gets. */
  knownIn(host: string, reader: string): KnownHost | undefined;
  /** The namespace in which the owner of a host has its DestinationRules. */
  homeOf(host: string, reader: string): string | undefined;
  /** The DestinationRules that count for a host in a namespace. Without labels those for selected pods are left out. */
  rulesFor(host: string, reader: string, labels?: Labels): RulesFound;
  rulesAbout(host: string): readonly DestinationRule[];
  /** The VirtualServices for sidecars that have this very host. */
  inMesh(host: string): readonly VirtualService[];
  /** The VirtualServices of a gateway. */
  boundTo(gateway: string): readonly VirtualService[];
  /** Pods of a namespace, or the Services that stand for pods there, that have these labels. */
  podsWith(labels: Labels, namespace: string): boolean;
}

const NETWORKING = 'networking.istio.io';
const SECURITY = 'security.istio.io';

export function manifestSet(manifests: readonly Manifest[], facts: MeshFacts = USUAL_MESH): ManifestSet {
  const ofKind = (group: string, kind: string) => manifests.filter(one => one.group === group && one.kind === kind);
  const { clusterDomain, rootNamespace } = facts;
  const gateways = ofKind(NETWORKING, 'Gateway').map(readGateway);
  const virtualServices = ofKind(NETWORKING, 'VirtualService').map(one => readVirtualService(one, clusterDomain));
  const destinationRules = ofKind(NETWORKING, 'DestinationRule').map(one => readDestinationRule(one, clusterDomain));
  const knownHosts = [...ofKind('', 'Service').map(one => readService(one, clusterDomain)), ...ofKind(NETWORKING, 'ServiceEntry').flatMap(readServiceEntry)];
  const pods = manifests.flatMap(one => readPods(one) ?? []);

  const byId = new Map(gateways.map(gateway => [gateway.id, gateway]));
  const hosts = new HostIndex(knownHosts);
  const rulesByNamespace = groupBy(destinationRules, rule => rule.object.namespace);
  const ruleIndexes = new Map([...rulesByNamespace].map(([namespace, rules]) => [namespace, new HostIndex(rules)]));
  const rulesByHost = groupBy(destinationRules, ({ host }) => host);
  const meshByHost = groupEach(virtualServices.filter(({ gateways: refs }) => refs.some(({ id }) => id === 'mesh')), ({ hosts: own }) => own);
  const byGateway = groupEach(virtualServices, ({ gateways: refs }) => [...new Set(refs.map(({ id }) => id))]);
  const podsByNamespace = groupBy(pods, ({ namespace }) => namespace);
  const backedByNamespace = groupBy(knownHosts.filter(({ selector }) => selector), ({ object }) => object.namespace);
  const mtls = new Map(ofKind(SECURITY, 'PeerAuthentication').filter(({ spec }) => !spec.selector)
    .map(({ namespace, spec }) => [namespace, textOf(fieldsOf(spec.mtls).mode)?.toUpperCase()]));

  const found = new Map<string, RulesFound>();
  const lookUp = (host: string, reader: string, labels: Labels | undefined): RulesFound => {
    for (const place of new Set([reader, set.homeOf(host, reader), rootNamespace])) {
      const all = ruleIndexes.get(place ?? '')?.over(host).filter(rule => sees(reader, rule)) ?? [];
      const fitting = all.filter(({ workloadSelector }) => !workloadSelector || labels === undefined || selects(workloadSelector, labels));
      if (fitting.length === 0) continue;
      const rules = fitting.filter(rule => rule.host === fitting[0].host);
      const forAll = rules.filter(({ workloadSelector }) => !workloadSelector);
      return merged(labels === undefined ? forAll : rules, labels !== undefined || forAll.length === rules.length);
    }
    return merged([], true);
  };

  const set: ManifestSet = {
    facts,
    manifests,
    gateways,
    virtualServices,
    destinationRules,
    knownHosts,
    pods,
    sidecars: ofKind(NETWORKING, 'Sidecar').map(readSidecar),
    authorizationPolicies: ofKind(SECURITY, 'AuthorizationPolicy').map(readAuthorizationPolicy),
    mtlsModeOf: namespace => mtls.get(namespace) ?? mtls.get(rootNamespace),
    gateway: id => byId.get(id),
    known: host => hosts.over(host),
    knownIn: (host, reader) => {
      const visible = hosts.over(host).filter(one => sees(reader, one));
      const best = visible.filter(one => one.host === visible[0].host);
      return best.find(({ object }) => object.namespace === reader) ?? best[0];
    },
    homeOf: (host, reader) => (set.knownIn(host, reader) ?? hosts.over(host)[0])?.object.namespace ?? serviceOf(host, clusterDomain)?.namespace,
    rulesFor: (host, reader, labels) => {
      const key = JSON.stringify([host, reader, labels]);
      const before = found.get(key);
      if (before) return before;
      const answer = lookUp(host, reader, labels);
      found.set(key, answer);
      return answer;
    },
    rulesAbout: host => rulesByHost.get(host) ?? [],
    inMesh: host => meshByHost.get(host) ?? [],
    boundTo: gateway => byGateway.get(gateway) ?? [],
    podsWith: (labels, namespace) => (
      (podsByNamespace.get(namespace) ?? []).some(one => selects(labels, one.labels))
      || (backedByNamespace.get(namespace) ?? []).some(({ selector }) => selects(labels, selector!))
    ),
  };
  return set;
}

/** The labels by which an object of any kind selects pods of its namespace, and where they stand. */
export function selectorOf({ group, kind, spec }: Manifest): { readonly field: string; readonly labels: Labels } | undefined {
  if (kind === 'Gateway' || !/istio\.io$/.test(group)) return undefined;
  const matched = kind === 'DestinationRule' ? 'workloadSelector.matchLabels' : kind === 'Sidecar' || kind === 'EnvoyFilter' ? 'workloadSelector.labels' : 'selector.matchLabels';
  const [outer, inner] = matched.split('.');
  const labels = labelsOf(fieldsOf(spec[outer])[inner]);
  return Object.keys(labels).length > 0 && listOf(spec.targetRefs).length === 0 ? { field: `spec.${matched}`, labels } : undefined;
}

export function groupBy<T>(values: Iterable<T>, key: (value: T) => string): Map<string, T[]> {
  return groupEach(values, value => [key(value)]);
}

export function groupEach<T>(values: Iterable<T>, keys: (value: T) => readonly string[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    for (const key of keys(value)) {
      const group = groups.get(key);
      if (group) group.push(value);
      else groups.set(key, [value]);
    }
  }
  return groups;
}
