import { Changes, Connection, Content, HttpRequest, Layer } from './connection';
import { filtered } from './filters';
import { Message, isType, known, notConsidered } from './message';
import { Proxy, Weighted, objectOf } from './proxy';
import { refusal } from './rbac';
import { headersOf, locationOf, normalized, rewritten, routeOf, virtualHostOf } from './routes';
import { Inspected, chainOf, holds } from './sieve';
import { Vault, onward, verifier } from './upstream';

/** The side of a proxy from which a connection comes. */
export type Side = 'outbound' | 'inbound' | 'gateway';

/** What a proxy does with a connection. */
export interface Hop {
  readonly listener?: string;
  readonly chain?: string;
  readonly route?: string;
  readonly cluster?: string;
  /** The objects that decided, as in `VirtualService shop/route`. */
  readonly objects: readonly string[];
  /** Whether it read HTTP, and so answers if the rest of the way fails. */
  readonly http: boolean;
  readonly changes: Changes;
}

export type Ending = { readonly flags: string; readonly details: string; readonly status: number; readonly location?: string };
export type Passing = { readonly host: string; readonly port: number; readonly layers: readonly Layer[]; readonly content: Content; readonly mutual: boolean };
export type Done = { readonly hop: Hop } & ({ readonly ends: Ending } | { readonly passes: Passing });

const UNCHANGED: Changes = { removed: [], set: {}, mirrored: [] };

/** What becomes of a connection at a proxy; several things, if chance decides. */
export function hopOf(proxy: Proxy, side: Side, connection: Connection, content: Content, vault: Vault): Weighted<Done>[] {
  const listener = listenerOf(proxy, side, connection);
  const end = (hop: Partial<Hop>, ends: Ending): Weighted<Done>[] => [{ share: 1, of: { hop: { objects: [], http: false, changes: UNCHANGED, ...hop }, ends } }];
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
      const clusters: Message[] = config.weighted_clusters ? known('WeightedTcp', config.weighted_clusters).clusters.map((each: Message) => known('WeightedTcpCluster', each)) : [{ name: config.cluster, weight: 1 }];
      return spread(clusters, ({ name }) => send(proxy, { ...taken, cluster: name, http: false, changes: UNCHANGED }, name, connection, layers, content, vault));
    } else if (isType(config, 'HttpConnectionManager')) {
      if (content === 'bytes' || layers.length > 0) return end(taken, { flags: 'DPE', details: 'no HTTP where HTTP is read', status: 0 });
      return http(proxy, known('HttpConnectionManager', config), taken, { ...connection, layers }, content, { isTerminated, seen, names }, vault);
    } else if (!HARMLESS.test(filter.name)) notConsidered(`network filter ${filter.name}`);
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
  if (outer !== undefined) return isOn('tls_inspector') ? { ip, port, transport: 'tls', sni: outer.sni, alpn: outer.alpn } : { ip, port, transport: 'raw_buffer', alpn: [] };
  const alpn = content !== 'bytes' && isOn('http_inspector') ? [content.http2 ? 'h2c' : 'http/1.1'] : [];
  return { ip, port, transport: 'raw_buffer', alpn };
}

function asksForCertificates(context: Message): boolean {
  const common = context.common_tls_context ?? {};
  return context.require_client_certificate === true || common.combined_validation_context !== undefined || common.validation_context !== undefined || common.validation_context_sds_secret_config !== undefined;
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

interface Read { readonly isTerminated: boolean; readonly seen: Inspected; readonly names?: readonly string[] }

function http(proxy: Proxy, manager: Message, taken: Pick<Hop, 'objects'> & Partial<Hop>, connection: Connection, asked: HttpRequest, { isTerminated, seen, names }: Read, vault: Vault): Weighted<Done>[] {
  const scheme = isTerminated ? 'https' : 'http';
  const request = { ...asked, path: normalized(manager, asked.path), headers: forwarded(manager, asked.headers, names) };
  const config = manager.route_config ?? proxy.route(manager.rds?.route_config_name);
  const virtualHost = config && virtualHostOf(config, request.authority);
  const isSecured = virtualHost?.require_tls === 'ALL' && !isTerminated;
  if (virtualHost?.require_tls && virtualHost.require_tls !== 'ALL' && virtualHost.require_tls !== 'NONE') notConsidered(`require_tls ${virtualHost.require_tls}`);
  const route = virtualHost && !isSecured ? routeOf(virtualHost, request, scheme) : undefined;
  const objects = [...taken.objects, ...[objectOf(route)].filter(object => object !== undefined)];
  const hop: Hop = { ...taken, objects, http: true, route: route?.name, changes: UNCHANGED };
  const end = (ends: Ending): Weighted<Done>[] => [{ share: 1, of: { hop, ends } }];
  const judged = {
    ...seen, peer: connection.peer, names, remote: remoteOf(manager, connection.peer, asked.headers), headers: headersOf(request, scheme), path: request.path,
  };
  for (const filter of (manager.http_filters ?? []) as Message[]) {
    const stopped = filtered(filter, request, judged, { virtualHost, route });
    if (stopped !== undefined) return end(stopped);
  }
  if (isSecured) return end({ flags: '-', details: 'https_redirect', status: 301, location: `https://${request.authority.replace(/:80$/, '')}${request.path}` });
  if (route === undefined) return end({ flags: 'NR', details: 'route_not_found', status: 404 });
  if (route.direct_response) return end({ flags: '-', details: 'direct_response', status: known('DirectResponse', route.direct_response).status });
  if (route.redirect) return end({ flags: '-', details: 'redirect', status: REDIRECTS[route.redirect.response_code ?? 'MOVED_PERMANENTLY'], location: locationOf(route.redirect, route.match, request, scheme) });
  const action = known('RouteAction', route.route);
  const clusters: Message[] = action.weighted_clusters ? known('WeightedClusters', action.weighted_clusters).clusters.map((each: Message) => known('WeightedCluster', each)) : [{ name: action.cluster, weight: 1 }];
  return spread(clusters, cluster => {
    const [sent, changes] = changed(request, action, route, virtualHost!, cluster);
    return send(proxy, { ...hop, cluster: cluster.name, changes }, cluster.name, connection, [], sent, vault);
  });
}

const REDIRECTS: Readonly<Record<string, number>> = { MOVED_PERMANENTLY: 301, FOUND: 302, SEE_OTHER: 303, TEMPORARY_REDIRECT: 307, PERMANENT_REDIRECT: 308 };

/** What a proxy tells of a client's certificate. */
function forwarded({ forward_client_cert_details: how }: Message, headers: HttpRequest['headers'], names: readonly string[] | undefined): HttpRequest['headers'] {
  const { 'x-forwarded-client-cert': told, ...others } = headers;
  if (how === 'FORWARD_ONLY' || how === 'ALWAYS_FORWARD_ONLY') return headers;
  if (names === undefined || how === undefined || how === 'SANITIZE') return others;
  return { ...others, 'x-forwarded-client-cert': `${how === 'APPEND_FORWARD' && told ? `${told},` : ''}By=x;Hash=0a;Subject="";URI=${names[0]}` };
}

function remoteOf({ use_remote_address: isEdge, xff_num_trusted_hops: hops = 0 }: Message, peer: string, headers: HttpRequest['headers']): string {
  const told = headers['x-forwarded-for']?.split(',').map(part => part.trim()) ?? [];
  if (isEdge) return hops > 0 ? told[told.length - hops] ?? peer : peer;
  return told[told.length - 1 - hops] ?? peer;
}

/** What a route makes of a request before it is sent on. */
function changed(request: HttpRequest, action: Message, route: Message, virtualHost: Message, cluster: Message): [HttpRequest, Changes] {
  const levels = [cluster, route, virtualHost];
  const removed: string[] = levels.flatMap(level => level.request_headers_to_remove ?? []).map((name: string) => name.toLowerCase());
  const set: Record<string, string> = {};
  let authority = request.authority;
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !removed.includes(name)));
  for (const option of levels.flatMap(level => (level.request_headers_to_add ?? []) as Message[])) {
    const { header: { key, value = '' }, append_action: how = 'APPEND_IF_EXISTS_OR_ADD' } = known('HeaderOption', option);
    const name = key.toLowerCase();
    if (name.startsWith(':') || name === 'host') {
      if (how !== 'OVERWRITE_IF_EXISTS_OR_ADD' || !/^(:authority|host)$/.test(name)) notConsidered(`header ${name} ${how}`);
      authority = value;
    } else {
      headers[name] = set[name] = how === 'APPEND_IF_EXISTS_OR_ADD' && headers[name] !== undefined ? `${headers[name]},${value}` : value;
    }
  }
  const host = cluster.host_rewrite_literal ?? action.host_rewrite_literal;
  if (action.auto_host_rewrite) notConsidered('auto_host_rewrite');
  const mirrored = (action.request_mirror_policies ?? []).map((mirror: Message) => known('Mirror', mirror).cluster);
  const sent = { ...request, headers, authority: host ?? authority, path: pathAfter(request.path, action, route.match) };
  return [sent, { removed, set, mirrored }];
}

function pathAfter(path: string, { prefix_rewrite: prefix, regex_rewrite: regex }: Message, match: Message): string {
  const [, bare, query] = /^([^?#]*)(.*)$/s.exec(path)!;
  if (prefix !== undefined) return `${rewritten(bare, match, prefix)}${query}`;
  if (regex === undefined) return path;
  return bare.replace(new RegExp(regex.pattern.regex, 'g'), (...found) => regex.substitution.replace(/\\(\d)/g, (_: string, n: string) => found[Number(n)] ?? '')) + query;
}

function spread(clusters: readonly Message[], each: (cluster: Message) => Weighted<Done>[]): Weighted<Done>[] {
  const total = clusters.reduce((sum, { weight = 0 }) => sum + weight, 0);
  return clusters.filter(({ weight = 0 }) => weight > 0).flatMap(cluster => each(cluster).map(({ share, of }) => ({ share: share * cluster.weight / total, of })));
}

function send(proxy: Proxy, hop: Hop, cluster: string, connection: Connection, layers: readonly Layer[], content: Content, vault: Vault): Weighted<Done>[] {
  const object = objectOf(proxy.cluster(cluster));
  const by = { ...hop, objects: object === undefined ? hop.objects : [...hop.objects, object] };
  return onward(cluster, proxy, connection, content, vault).map(({ share, of }) => {
    if ('flags' in of) return { share, of: { hop: by, ends: { ...of, status: hop.http ? 503 : 0 } } };
    const { host, port, adds, mutual, http2 } = of;
    const sent = content === 'bytes' || !hop.http || http2 === undefined ? content : { ...content, http2 };
    return { share, of: { hop: by, passes: { host, port, mutual, layers: adds ? [adds, ...layers] : layers, content: sent } } };
  });
}
