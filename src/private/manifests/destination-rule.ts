import { Fields, Labels, fieldsOf, labelsOf, listOf, numberOf, textOf, textsOf } from './fields';
import { Manifest } from './manifest';
import { fullHost } from './names';
import { ExportTo } from './visible';

export interface DestinationRule {
  readonly object: Manifest;
  readonly host: string;
  /** The pods of its namespace for which alone it counts. */
  readonly workloadSelector: Labels | undefined;
  readonly exportTo: ExportTo;
  readonly policy: Policy;
  readonly subsets: readonly Subset[];
}

export interface Policy {
  readonly tls: ClientTls | undefined;
  /** A port with settings of its own has those instead of the others. */
  readonly ports: ReadonlyMap<number, { readonly field: string; readonly tls: ClientTls | undefined }>;
}

export interface Subset {
  readonly name: string;
  readonly field: string;
  readonly labels: Labels;
  readonly policy: Policy;
}

export interface ClientTls {
  readonly field: string;
  /** Upper case. */
  readonly mode: string;
  readonly sni: string | undefined;
  readonly subjectAltNames: readonly string[];
  readonly credentialName: string | undefined;
  readonly isUnverified: boolean;
}

export function readDestinationRule(object: Manifest, clusterDomain: string): DestinationRule {
  const { spec, namespace } = object;
  const selector = fieldsOf(spec.workloadSelector);
  return {
    object,
    host: fullHost(textOf(spec.host) ?? '', namespace, clusterDomain),
    workloadSelector: spec.workloadSelector ? labelsOf(selector.matchLabels) : undefined,
    exportTo: spec.workloadSelector ? ['.'] : textsOf(spec.exportTo),
    policy: readPolicy(spec.trafficPolicy, 'spec.trafficPolicy'),
    subsets: listOf(spec.subsets).map((one, i) => {
      const { name, labels, trafficPolicy } = fieldsOf(one);
      const field = `spec.subsets[${i}]`;
      return { name: textOf(name) ?? '', field, labels: labelsOf(labels), policy: readPolicy(trafficPolicy, `${field}.trafficPolicy`) };
    }),
  };
}

function readPolicy(value: unknown, field: string): Policy {
  const { tls, portLevelSettings } = fieldsOf(value);
  return {
    tls: readTls(tls, `${field}.tls`),
    ports: new Map(listOf(portLevelSettings).flatMap((one, i) => {
      const settings: Fields = fieldsOf(one);
      const number = numberOf(fieldsOf(settings.port).number);
      const at = `${field}.portLevelSettings[${i}]`;
      return number === undefined ? [] : [[number, { field: at, tls: readTls(settings.tls, `${at}.tls`) }] as const];
    })),
  };
}

function readTls(value: unknown, field: string): ClientTls | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { mode, sni, subjectAltNames, credentialName, insecureSkipVerify } = fieldsOf(value);
  return {
    field,
    mode: (textOf(mode) ?? 'DISABLE').toUpperCase(),
    sni: textOf(sni)?.toLowerCase(),
    subjectAltNames: textsOf(subjectAltNames),
    credentialName: textOf(credentialName),
    isUnverified: insecureSkipVerify === true,
  };
}

/** The TLS settings of a rule, wherever they stand. */
export function allTls({ policy, subsets }: DestinationRule): ClientTls[] {
  const policies = [policy, ...subsets.map(subset => subset.policy)];
  return policies.flatMap(({ tls, ports }) => [tls, ...[...ports.values()].map(port => port.tls)]).filter(tls => tls !== undefined);
}

function tlsAt({ tls, ports }: Policy, port: number | undefined): ClientTls | undefined {
  const own = port === undefined ? undefined : ports.get(port);
  return own ? own.tls : tls;
}

/** The DestinationRules that count for a host at proxies of one kind. */
export interface RulesFound {
  readonly rules: readonly DestinationRule[];
  /** Not where it depends on labels that are not known. */
  readonly isSure: boolean;
  readonly subsets: ReadonlyMap<string, Subset>;
  /** Those that say something of the whole host. */
  readonly policies: readonly Policy[];
}

/** Rules of one host and namespace, merged as Istio merges them: the first word counts. */
export function merged(rules: readonly DestinationRule[], isSure: boolean): RulesFound {
  const subsets = new Map<string, Subset>();
  for (const subset of rules.flatMap(rule => rule.subsets)) if (!subsets.has(subset.name)) subsets.set(subset.name, subset);
  return { rules, isSure, subsets, policies: rules.map(({ policy }) => policy).filter(({ tls, ports }) => tls || ports.size > 0) };
}

/** What rules for one host say of a connection to a port: the subset's word counts before that for the whole host. */
export function tlsOf({ subsets, policies }: RulesFound, port: number | undefined, subset: string | undefined): ClientTls | undefined {
  const named = subset === undefined ? undefined : subsets.get(subset);
  return (named && tlsAt(named.policy, port)) ?? policies.map(policy => tlsAt(policy, port)).find(tls => tls !== undefined);
}

export function encrypts(tls: ClientTls | undefined): tls is ClientTls {
  return tls !== undefined && tls.mode !== 'DISABLE';
}

/** TLS that the outside world speaks, and not the mesh's own. */
export function originates(tls: ClientTls | undefined): tls is ClientTls {
  return encrypts(tls) && tls.mode !== 'ISTIO_MUTUAL';
}
