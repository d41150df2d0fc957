import { RE2JS } from 're2js';
import { Changes, Connection, HttpRequest } from './connection';
import { Done, Ending, Hop, UNCHANGED, Where, send, spread } from './done';
import { filtered } from './filters';
import { Message, known, notConsidered } from './message';
import { Weighted, objectOf } from './proxy';
import { headersOf, locationOf, normalized, rewritten, routeOf, virtualHostOf } from './routes';
import type { Inspected } from './sieve';

/** What is known of a connection before its HTTP is read. */
interface Read {
  /** The hop so far. */
  readonly taken: Pick<Hop, 'objects'> & Partial<Hop>;
  readonly isTerminated: boolean;
  readonly seen: Inspected;
  readonly names?: readonly string[];
}

/** What an HTTP connection manager does with a request. */
export function http(where: Where, manager: Message, connection: Connection, asked: HttpRequest,
  { taken, isTerminated, seen, names }: Read): Weighted<Done>[] {
  const forwardedProto = schemeOf(manager, isTerminated ? 'https' : 'http', asked.headers);
  const scheme = asked.http2 && asked.scheme !== undefined ? asked.scheme : forwardedProto;
  if (!/^[\w.-]+(:\w*)?$/.test(asked.authority)) notConsidered(`Host headers such as ${asked.authority}`);
  const request = { ...asked, path: normalized(manager, asked.path), headers: { ...forwarded(manager, asked.headers, names), 'x-forwarded-proto': forwardedProto }, scheme };
  const config = manager.route_config ?? where.proxy.route(manager.rds?.route_config_name);
  const virtualHost = config && virtualHostOf(config, request.authority);
  const isSecured = virtualHost?.require_tls === 'ALL' && forwardedProto !== 'https';
  if (virtualHost?.require_tls && virtualHost.require_tls !== 'ALL' && virtualHost.require_tls !== 'NONE') notConsidered(`require_tls ${virtualHost.require_tls}`);
  const route = virtualHost && !isSecured ? routeOf(virtualHost, request, scheme) : undefined;
  const objects = [...taken.objects, ...[objectOf(route)].filter(object => object !== undefined)];
  const hop: Hop = { ...taken, objects, http: true, route: route?.name, changes: UNCHANGED };
  const end = (ends: Ending): Weighted<Done>[] => [{ share: 1, of: { hop, ends } }];
  const judged = {
    ...seen,
    peer: connection.peer,
    names,
    remote: remoteOf(manager, connection.peer, asked.headers),
    headers: headersOf(request, scheme),
    path: request.path,
  };
  for (const filter of (manager.http_filters ?? []) as Message[]) {
    const stopped = filtered(filter, request, judged, { virtualHost, route });
    if (stopped !== undefined) return end(stopped);
  }
  if (isSecured) return end({ flags: '-', details: 'https_redirect', status: 301, location: `https://${request.authority.replace(/:80$/, '')}${request.path}` });
  if (route === undefined) return end({ flags: 'NR', details: 'route_not_found', status: 404 });
  if (route.direct_response) return end({ flags: '-', details: 'direct_response', status: known('DirectResponse', route.direct_response).status });
  if (route.redirect) {
    const status = REDIRECTS[route.redirect.response_code ?? 'MOVED_PERMANENTLY'];
    return end({ flags: '-', details: 'redirect', status, location: locationOf(route.redirect, route.match, request, scheme) });
  }
  const action = known('RouteAction', route.route);
  const clusters: Message[] = action.weighted_clusters
    ? known('WeightedClusters', action.weighted_clusters).clusters.map((each: Message) => known('WeightedCluster', each))
    : [{ name: action.cluster, weight: 1 }];
  return spread(clusters, cluster => {
    const [sent, changes] = changed(request, { action, route, virtualHost: virtualHost!, cluster });
    return send(where, { ...hop, cluster: cluster.name, changes }, cluster.name, connection, [], sent);
  });
}

const REDIRECTS: Readonly<Record<string, number>> = {
  MOVED_PERMANENTLY: 301,
  FOUND: 302,
  SEE_OTHER: 303,
  TEMPORARY_REDIRECT: 307,
  PERMANENT_REDIRECT: 308,
};

/** What a proxy tells of a client's certificate. */
function forwarded({ forward_client_cert_details: how }: Message, headers: HttpRequest['headers'], names: readonly string[] | undefined): HttpRequest['headers'] {
  const { 'x-forwarded-client-cert': told, ...others } = headers;
  if (how === 'FORWARD_ONLY' || how === 'ALWAYS_FORWARD_ONLY') return headers;
  if (names === undefined || how === undefined || how === 'SANITIZE') return others;
  const own = ['Hash=0a', 'Cert="x"', 'Subject=""', ...names.map(name => (name.includes('://') ? `URI=${name}` : `DNS=${name}`))].join(';');
  return { ...others, 'x-forwarded-client-cert': how === 'APPEND_FORWARD' && told ? `${told},${own}` : own };
}

/** What a proxy before has told of the scheme counts if it is trusted. */
function schemeOf({ use_remote_address: isEdge, xff_num_trusted_hops: hops = 0 }: Message, own: string, { 'x-forwarded-proto': told }: HttpRequest['headers']): string {
  return told === undefined || isEdge && hops === 0 ? own : told;
}

function remoteOf({ use_remote_address: isEdge, xff_num_trusted_hops: hops = 0 }: Message, peer: string, headers: HttpRequest['headers']): string {
  const told = headers['x-forwarded-for']?.split(',').map(part => part.trim()) ?? [];
  if (isEdge) return hops > 0 ? told[told.length - hops] ?? peer : peer;
  return told[told.length - 1 - hops] ?? peer;
}

/** What a route makes of a request before it is sent on. */
function changed(
  request: HttpRequest, { action, route, virtualHost, cluster }: Readonly<Record<'action' | 'route' | 'virtualHost' | 'cluster', Message>>,
): [HttpRequest, Changes] {
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
  if (prefix) return `${rewritten(bare, match, prefix)}${query}`;
  if (regex === undefined) return path;
  return RE2JS.compile(regex.pattern.regex).matcher(bare).replaceAll(regex.substitution.replace(/\$/g, '\\$').replace(/\\(\d)/g, '$$$1')) + query;
}
