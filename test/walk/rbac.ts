import { Message, known, notConsidered } from './message';
import { inRange } from './sieve';
import { fits, headerFits } from './text';

/** What policies look at: a connection, and the request in it if the proxy reads it. */
export interface Judged {
  readonly ip: string;
  readonly port: number;
  readonly peer: string;
  /** The address of the client, which a proxy before may have told. */
  readonly remote: string;
  readonly sni?: string;
  /** The names in the client's certificate, if it was verified. */
  readonly names?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly path?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** Why a filter refuses, if it does. */
export function refusal(filter: Message, judged: Judged): string | undefined {
  const rules = known('RBAC', filter).rules;
  if (rules === undefined) return undefined;
  const policies: [string, Message][] = Object.entries(known('Rules', rules).policies ?? {});
  const action = rules.action ?? 'ALLOW';
  if (action === 'LOG') return undefined;
  const taken = policies.find(([, policy]) => known('Policy', policy).permissions.some((p: Message) => permits(p, judged)) && policy.principals.some((p: Message) => isPrincipal(p, judged)));
  if (action === 'DENY') return taken && `${titleOf(taken[0])} denies`;
  return taken ? undefined : `no rule of ${[...new Set(policies.map(([name]) => titleOf(name).replace(/ rule \d+$/, '')))].join(', ') || 'any policy'} allows`;
}

/** `ns[shop]-policy[api]-rule[0]` as people say it. */
function titleOf(name: string): string {
  return name.replace(/^ns\[(.*?)\]-policy\[(.*?)\]-rule\[(\d+)\]$/, 'AuthorizationPolicy $1/$2 rule $3');
}

function permits(p: Message, judged: Judged): boolean {
  const [[kind, value]] = Object.entries(p) as [string, any][];
  switch (kind) {
    case 'any': return true;
    case 'and_rules': return value.rules.every((rule: Message) => permits(rule, judged));
    case 'or_rules': return value.rules.some((rule: Message) => permits(rule, judged));
    case 'not_rule': return !permits(value, judged);
    case 'header': return judged.headers !== undefined && headerFits(value, judged.headers);
    case 'url_path': return judged.path !== undefined && fits(value.path, judged.path.split(/[?#]/)[0]);
    case 'destination_port': return value === judged.port;
    case 'destination_ip': return inRange(judged.ip, value);
    case 'requested_server_name': return fits(value, judged.sni ?? '');
    default: return notConsidered(`permission ${kind}`);
  }
}

function isPrincipal(p: Message, judged: Judged): boolean {
  const [[kind, value]] = Object.entries(p) as [string, any][];
  switch (kind) {
    case 'any': return true;
    case 'and_ids': return value.ids.every((id: Message) => isPrincipal(id, judged));
    case 'or_ids': return value.ids.some((id: Message) => isPrincipal(id, judged));
    case 'not_id': return !isPrincipal(value, judged);
    case 'authenticated': return judged.names !== undefined && (value.principal_name === undefined || judged.names.some(name => fits(value.principal_name, name)));
    case 'header': return judged.headers !== undefined && headerFits(value, judged.headers);
    case 'direct_remote_ip': return inRange(judged.peer, value);
    case 'remote_ip': return inRange(judged.remote, value);
    case 'source_ip': return inRange(judged.peer, value);
    case 'metadata': return isClaim(value, judged);
    default: return notConsidered(`principal ${kind}`);
  }
}

function isClaim({ filter, path, value, ...rest }: Message, judged: Judged): boolean {
  if (filter !== 'envoy.filters.http.jwt_authn' || path[0].key !== 'payload' || Object.keys(rest).length > 0) notConsidered(`metadata of ${filter}`);
  let claim: unknown = judged.claims;
  for (const { key } of path.slice(1)) claim = (claim as Record<string, unknown> | undefined)?.[key];
  return isValue(value, claim);
}

function isValue(matcher: Message, value: unknown): boolean {
  if (matcher.or_match) return matcher.or_match.value_matchers.some((one: Message) => isValue(one, value));
  if (matcher.list_match) return Array.isArray(value) && value.some(item => isValue(matcher.list_match.one_of, item));
  if (matcher.string_match) return typeof value === 'string' && fits(matcher.string_match, value);
  if (matcher.present_match) return value !== undefined;
  return notConsidered(`value ${JSON.stringify(matcher)}`);
}
