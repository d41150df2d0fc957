import { Message, known } from './message';

/** What a listener knows of a connection before it takes a filter chain. */
export interface Inspected {
  readonly ip: string;
  readonly port: number;
  readonly transport: 'tls' | 'raw_buffer';
  readonly sni?: string;
  readonly alpn: readonly string[];
}

/** The filter chain that takes a connection. Envoy asks for one thing after the other, and never comes back. */
export function chainOf(listener: Message, seen: Inspected): Message | undefined {
  let chains: Message[] = listener.filter_chains ?? [];
  const sieve = <T>(field: string, score: (asked: T) => number) => {
    const scored = chains.map(chain => {
      const asked = known('FilterChainMatch', chain.filter_chain_match ?? {})[field];
      const isAsked = asked !== undefined && asked !== '' && (!Array.isArray(asked) || asked.length > 0);
      return { chain, isAsked, score: isAsked ? score(asked) : 0 };
    });
    const best = Math.max(0, ...scored.map(each => each.score));
    chains = scored.filter(each => (best > 0 ? each.score === best : !each.isAsked)).map(({ chain }) => chain);
  };
  sieve<number>('destination_port', port => Number(port === seen.port));
  sieve<Message[]>('prefix_ranges', ranges => Math.max(...ranges.map(range => (inRange(seen.ip, range) ? 1 + (range.prefix_len ?? 0) : 0))));
  sieve<string[]>('server_names', names => Math.max(...names.map(name => nameScore(name, seen.sni))));
  sieve<string>('transport_protocol', transport => Number(transport === seen.transport));
  sieve<string[]>('application_protocols', protocols => Number(protocols.some(protocol => seen.alpn.includes(protocol))));
  return chains[0] ?? listener.default_filter_chain;
}

function nameScore(name: string, sni: string | undefined): number {
  if (sni === undefined) return 0;
  if (name === sni) return 1000;
  return name.startsWith('*.') && sni.endsWith(name.slice(1)) ? name.length : 0;
}

export function inRange(ip: string, { address_prefix: prefix, prefix_len: length = 0 }: Message): boolean {
  if (prefix.includes(':') || ip.includes(':')) return false;
  const size = 2 ** (32 - length);
  return Math.floor(numberOf(ip) / size) === Math.floor(numberOf(prefix) / size);
}

function numberOf(ip: string): number {
  return ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** Whether a ListenerFilterChainMatchPredicate holds for a connection. */
export function holds(predicate: Message, port: number): boolean {
  if (predicate.or_match) return predicate.or_match.rules.some((rule: Message) => holds(rule, port));
  if (predicate.and_match) return predicate.and_match.rules.every((rule: Message) => holds(rule, port));
  if (predicate.not_match) return !holds(predicate.not_match, port);
  if (predicate.destination_port_range) return port >= predicate.destination_port_range.start && port < predicate.destination_port_range.end;
  return Boolean(predicate.any_match);
}
