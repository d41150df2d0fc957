import { Asking, decision, nameOf } from './asking';
import { Client, Decision, Ending, NearMiss } from './explanation';
import { nearMiss, outcomeOf, RulePlace, taken } from './outcome';
import { OwnWay, sentTo } from './upstream';
import { EVERY_NAMESPACE } from '../basics/names';
import { Upstream } from '../model/app-model';
import { CallerIdentity, OutboundRequests } from '../model/egress-route';
import { MESH_HEADERS } from '../model/mesh-headers';
import { ConcreteRequest } from '../requests/concrete';

export type Workload = Extract<Client, { kind: 'workload' }>;

export function isOneOf(callers: readonly CallerIdentity[], { namespace, serviceAccount }: Workload): boolean {
  return callers.some(caller => (
    [namespace, EVERY_NAMESPACE].includes(caller.namespace) && [undefined, serviceAccount].includes(caller.serviceAccount)
  ));
}

/** Tells who may call, where the client may not. */
export function noCaller({ client }: Asking<Workload>, construct: string, callers: readonly CallerIdentity[]): NearMiss {
  const text = ({ namespace, serviceAccount = '*' }: CallerIdentity) => (namespace === EVERY_NAMESPACE ? 'any namespace' : `${namespace}/${serviceAccount}`);
  return { construct, rule: 'callers', field: 'caller', wants: callers.map(text).join(' or '), has: nameOf(client) };
}

/** The place of the routes by which requests leave, and the object that holds them. */
export interface OutboundPlace {
  readonly construct: string;
  readonly object: string;
  /** The proxy that reads them. */
  readonly at: string;
  /** Whether the proxy knows who calls. */
  readonly identified: boolean;
  /** Headers that leg 1 adds. */
  readonly marks: string[];
  readonly upstreams: readonly Upstream[];
}

/** The routes of one host and port by which requests leave: first what is allowed at all, then the first rule that takes the request, then the rest. */
export function leave(
  ask: Asking<Workload>, intent: OutboundRequests, request: ConcreteRequest, place: OutboundPlace, own: OwnWay,
): { readonly by: Decision; readonly ending: Ending } {
  const { construct, object, at, identified, marks, upstreams } = place;
  const grants = intent.grants.filter(({ callers }) => !identified || isOneOf(callers, ask.client));
  const lists = grants.map(({ allow }) => taken(allow, request));
  if (!lists.some(({ takes }) => takes)) {
    for (const { lacks } of lists) ask.nearMisses.push(...nearMiss({ construct, rule: 'allow' }, lacks));
    const rule = grants.length === 0 ? 'callers' : 'allow';
    const because = grants.length === 0 ? `${nameOf(ask.client)} is no caller of ${construct}` : `${construct} does not allow the request`;
    return { by: decision(ask, construct, object, rule), ending: { kind: 'answered', status: 403, at, because } };
  }
  const removed = [...MESH_HEADERS.filter(header => !intent.keepHeaders.includes(header)), ...marks];
  for (const [i, rule] of intent.rules.entries()) {
    const { takes, lacks } = taken(rule.matches, request);
    const found: RulePlace = { construct, rule: `rules[${i}]`, at };
    if (!takes) {
      ask.nearMisses.push(...nearMiss(found, lacks));
      continue;
    }
    const ending = outcomeOf(ask, rule, request, found, [own.target], removed, (targets, sent) => sentTo(ask, at, targets, sent, upstreams, own));
    return { by: decision(ask, construct, object, found.rule), ending };
  }
  const sent = { path: request.path, authority: request.authority, removed, set: {}, mirrored: [] };
  return { by: decision(ask, construct, object, 'everything allowed'), ending: sentTo(ask, at, [own.target], sent, upstreams, own) };
}
