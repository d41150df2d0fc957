import { Connection, Content, Layer } from './connection';
import { Done, Ending, Hop, UNCHANGED, Where, send, spread } from './done';
import { http } from './http';
import { Message, isType, known, notConsidered } from './message';
import { Proxy, Weighted, objectOf } from './proxy';
import { refusal } from './rbac';
import { Inspected, chainOf, holds } from './sieve';
import { Vault, verifier } from './upstream';

/** The side of a proxy from which a connection comes. */
export type Side = 'outbound' | 'inbound' | 'gateway';

/** What becomes of a connection at a proxy; several things, if chance decides. */
export function hopOf(where: Where, side: Side, connection: Connection, content: Content): Weighted<Done>[] {
  const { vault } = where;
  const listener = listenerOf(where.proxy, side, connection);
  const end = (hop: Partial<Hop>, ends: Ending): Weighted<Done>[] =>
    [{ share: 1, of: { hop: { objects: [], http: false, changes: UNCHANGED, ...hop }, ends } }];
  if (listener === undefined) return end({}, { flags: 'UF', details: `nothing listens on port ${connection.port}`, status: 0 });
  known('Listener', listener);
  const hop = { listener: listener.name };
  const seen = inspected(listener, connection, content);
  const chain = chainOf(listener, seen);
  if (chain === undefined) return end(hop, { flags: 'NR', details: 'filter_chain_not_found', status: 0 });
  known('FilterChain', chain);
  const objects = [objectOf(chain)].filter(object => object !== undefined);
  const taken = { ...hop, chain: chain.name, objects };
  const context = chain.transport_socket?.typed_config as Message | undefined;
  const isTerminated = isType(context, 'DownstreamTlsContext');
  if (context !== undefined && !isTerminated && !/raw_buffer/.test(chain.transport_socket.name)) notConsidered(`transport socket ${chain.transport_socket.name}`);
  const [outer, ...inner] = connection.layers;
  if (isTerminated) {
    const wrong = handshake(known('DownstreamTlsContext', context!), outer, vault);
    if (wrong !== undefined) return end(taken, { flags: 'NR', details: wrong, status: 0 });
  }
  const layers = isTerminated ? inner : connection.layers;
  const names = isTerminated && outer?.shows && asksForCertificates(context!) ? outer.shows.names : undefined;
  const judged = { ...seen, peer: connection.peer, remote: connection.peer, names };
  for (const filter of (chain.filters ?? []) as Message[]) {
    const config = filter.typed_config as Message;
    if (isType(config, 'RBAC')) {
      const why = refusal(config, judged);
      if (why !== undefined) return end(taken, { flags: 'UAEX', details: why, status: 0 });
    } else if (isType(config, 'TcpProxy')) {
      known('TcpProxy', config);
      const clusters: Message[] = config.weighted_clusters
        ? known('WeightedTcp', config.weighted_clusters).clusters.map((each: Message) => known('WeightedTcpCluster', each))
        : [{ name: config.cluster, weight: 1 }];
      return spread(clusters, ({ name }) =>
        send(where, { ...taken, cluster: name, http: false, changes: UNCHANGED }, name, connection, layers, content));
    } else if (isType(config, 'HttpConnectionManager')) {
      if (content === 'bytes' || layers.length > 0) return end(taken, { flags: 'DPE', details: 'no HTTP where HTTP is read', status: 0 });
      return http(where, known('HttpConnectionManager', config), { ...connection, layers }, content, { taken, isTerminated, seen, names });
    } else if (!HARMLESS.test(filter.name)) {notConsidered(`network filter ${filter.name}`);}
  }
  return end(taken, { flags: 'NR', details: 'no filter', status: 0 });
}

const HARMLESS = /^(istio\.stats|istio_stats|envoy\.filters\.network\.istio_stats)$/;

function listenerOf(proxy: Proxy, side: Side, { ip, port }: Connection): Message | undefined {
  if (side === 'inbound') return proxy.named('virtualInbound');
  return proxy.listener(ip, port) ?? proxy.listener('0.0.0.0', port) ?? (side === 'outbound' ? proxy.named('virtualOutbound') : undefined);
}

/** What a listener's own filters find out. */
function inspected(listener: Message, { ip, port, layers }: Connection, content: Content): Inspected {
  const isOn = (name: string) => (listener.listener_filters ?? []).some((filter: Message) => {
    if (!/tls_inspector|http_inspector|original_dst|original_src|proxy_protocol/.test(filter.name)) notConsidered(`listener filter ${filter.name}`);
    if (/proxy_protocol|original_src/.test(filter.name)) notConsidered(`listener filter ${filter.name}`);
    return filter.name.endsWith(name) && !(filter.filter_disabled && holds(filter.filter_disabled, port));
  });
  const [outer] = layers;
  if (outer !== undefined && isOn('tls_inspector')) return { ip, port, transport: 'tls', sni: outer.sni?.toLowerCase(), alpn: outer.alpn };
  const alpn = outer === undefined && content !== 'bytes' && isOn('http_inspector') ? [content.http2 ? 'h2c' : 'http/1.1'] : [];
  return { ip, port, transport: 'raw_buffer', alpn };
}

function asksForCertificates(context: Message): boolean {
  const common = context.common_tls_context ?? {};
  return context.require_client_certificate === true
    || ['combined_validation_context', 'validation_context', 'validation_context_sds_secret_config'].some(field => common[field] !== undefined);
}

/** What is wrong with a TLS that a proxy ends. */
function handshake(context: Message, outer: Layer | undefined, vault: Vault): string | undefined {
  if (outer === undefined) return 'clear text to a server that wants TLS';
  const common = known('CommonTlsContext', context.common_tls_context ?? {});
  const secrets: Message[] = common.tls_certificate_sds_secret_configs ?? [];
  const own = secrets.map(({ name }) => vault.identity(name)).filter(certificate => certificate !== undefined);
  // several certificates differ in their keys only
  const refused = own.length > 0 ? outer.refuses(own[0]) : undefined;
  if (refused !== undefined) return `the client refuses the certificate: ${refused}`;
  if (!asksForCertificates(context)) return undefined;
  if (outer.shows === undefined) return context.require_client_certificate ? 'no client certificate' : undefined;
  const against = verifier(common, vault)(outer.shows);
  return against && `the client's certificate: ${against}`;
}

