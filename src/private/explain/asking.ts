import { AskedRequest, Client, Condition, Decision, Hop, NearMiss, ObjectRef } from './explanation';
import { patternsOver } from '../basics/host-index';
import { AppModel } from '../model/app-model';
import { ConcreteRequest } from '../requests/concrete';

/** What the mesh is known to be. */
export interface MeshFacts {
  readonly clusterDomain: string;
}

/** A request on its way, and what was found so far. */
export interface Asking<C extends Client = Client> {
  /** What several questions are answered from: its identity is that of an app at one moment. */
  readonly known: object;
  readonly app: AppModel;
  readonly mesh: MeshFacts;
  readonly client: C;
  readonly request: AskedRequest;
  /** The object that a construct makes under an id. */
  readonly objectAt: (construct: string, id: string) => ObjectRef | undefined;
  readonly hops: Hop[];
  readonly conditions: Condition[];
  readonly nearMisses: NearMiss[];
}

export function decision({ objectAt }: Asking, construct: string, id: string, rule: string): Decision {
  return { object: objectAt(construct, id), rule, construct };
}

/** The request as a proxy reads it that was reached by a scheme. */
export function readAs({ request }: Asking, scheme: 'http' | 'https', more: ConcreteRequest['headers'] = {}): ConcreteRequest {
  const { method, path, authority, headers } = request;
  return { method, path, authority, scheme, headers: { ...headers, ...more } };
}

/** How near patterns are to a host that they cover: less is nearer. */
export function distanceTo(host: string): (pattern: string) => number {
  const order = patternsOver(host);
  return pattern => (order.includes(pattern) ? order.indexOf(pattern) : order.length);
}

/** The nearest of what has hosts, one of which covers a host. */
export function nearestFirst<T>(all: readonly T[], host: string, hostsOf: (one: T) => readonly string[]): T[] {
  const distance = distanceTo(host);
  const rank = (one: T) => Math.min(...hostsOf(one).map(distance));
  return [...all].sort((a, b) => rank(a) - rank(b));
}

/** The host of a Host header, without a port. */
export function hostOf(authority: string): string {
  return authority.replace(/:\d*$/, '').toLowerCase();
}

/** The workload as everybody names it. */
export function nameOf(client: Extract<Client, { kind: 'workload' }>): string {
  return `${client.namespace}/${client.serviceAccount}`;
}
