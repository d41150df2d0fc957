import { HttpRequest } from './connection';
import { Message, known, notConsidered } from './message';
import { fits, headerFits, queryFits } from './text';
import { engine } from '../../src/private/basics/re2-engine';

/** The headers of a request as Envoy's matchers see them. */
export function headersOf({ authority, method, path, headers }: HttpRequest, scheme: string): Readonly<Record<string, string>> {
  return { ...headers, ':authority': authority, ':method': method, ':path': path, ':scheme': scheme };
}

/** The virtual host for a name: the exact one, then the longest suffix, then the longest prefix, then all. */
export function virtualHostOf(config: Message, authority: string): Message | undefined {
  known('RouteConfiguration', config);
  const host = config.ignore_port_in_host_matching ? authority.toLowerCase().replace(/:[^:\]]*$/, '') : authority.toLowerCase();
  const scored = ((config.virtual_hosts ?? []) as Message[]).flatMap(virtualHost => (virtualHost.domains as string[])
    .map(domain => ({ virtualHost, score: domainScore(domain.toLowerCase(), host) })));
  const best = Math.max(...scored.map(({ score }) => score));
  const found = best > 0 ? scored.find(({ score }) => score === best)?.virtualHost : undefined;
  return found && known('VirtualHost', found);
}

function domainScore(domain: string, host: string): number {
  if (domain === host) return 1e6;
  if (domain === '*') return 1;
  if (domain.startsWith('*')) return host.length > domain.length - 1 && host.endsWith(domain.slice(1)) ? 1e4 + domain.length : 0;
  return domain.endsWith('*') && host.length > domain.length - 1 && host.startsWith(domain.slice(0, -1)) ? 1e2 + domain.length : 0;
}

/** The first route that takes a request. */
export function routeOf(virtualHost: Message, request: HttpRequest, scheme: string): Message | undefined {
  const found = (virtualHost.routes as Message[] | undefined ?? []).find(({ match }) => takes(known('RouteMatch', match), request, scheme));
  return found && known('Route', found);
}

function takes(match: Message, request: HttpRequest, scheme: string): boolean {
  const headers = headersOf(request, scheme);
  return pathFits(match, request.path.split(/[?#]/)[0])
    && (match.headers ?? []).every((matcher: Message) => headerFits(matcher, headers))
    && (match.query_parameters ?? []).every((matcher: Message) => queryFits(matcher, request.path))
    && (match.grpc === undefined || /^application\/grpc(\+|$)/.test(request.headers['content-type'] ?? ''));
}

function pathFits(match: Message, path: string): boolean {
  const isFolded = match.case_sensitive === false;
  if (match.path !== undefined) return fits({ exact: match.path, ignore_case: isFolded }, path);
  if (match.safe_regex !== undefined) return engine.matches(match.safe_regex.regex, path);
  if (match.path_separated_prefix !== undefined) {
    return [{ exact: match.path_separated_prefix }, { prefix: `${match.path_separated_prefix}/` }].some(matcher => fits({ ...matcher, ignore_case: isFolded }, path));
  }
  return fits({ prefix: match.prefix ?? '', ignore_case: isFolded }, path);
}

/** A path as a proxy reads it before anything else, as far as it is told to. */
export function normalized({ normalize_path: isNormalized, merge_slashes: isMerged }: Message, path: string): string {
  if (!isNormalized) return path;
  const [, bare, query] = /^([^?#]*)(.*)$/s.exec(path)!;
  const decoded = bare.replace(/%([0-9a-f]{2})/gi, (code, hex) => (/[\w.~-]/.test(String.fromCharCode(parseInt(hex, 16))) ? String.fromCharCode(parseInt(hex, 16)) : code));
  const parts: string[] = [];
  for (const part of decoded.replace(/\\/g, '/').split('/').slice(1)) {
    if (/^\.{1,2};/.test(part)) notConsidered('parameters of dots in a path');
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  if (/\/\.{1,2}$/.test(decoded)) parts.push('');
  const joined = `/${parts.join('/')}`;
  return `${isMerged ? joined.replace(/\/{2,}/g, '/') : joined}${query}`;
}

/** Where a route of this kind sends the client. */
export function locationOf(redirect: Message, match: Message, request: HttpRequest, scheme: string): string {
  known('Redirect', redirect);
  const to = redirect.scheme_redirect ?? (redirect.https_redirect ? 'https' : scheme);
  const [, name, port] = /^(.*?)(?::(\d+))?$/.exec(request.authority)!;
  // the port of the old scheme goes with it
  const kept = port !== undefined && !(to !== scheme && port === (scheme === 'http' ? '80' : '443')) ? `:${port}` : '';
  const authority = `${redirect.host_redirect ?? name}${redirect.port_redirect ? `:${redirect.port_redirect}` : redirect.host_redirect ? '' : kept}`;
  const [, bare, query] = /^([^?#]*)(.*)$/s.exec(request.path)!;
  const path = redirect.path_redirect ? redirect.path_redirect + (redirect.path_redirect.includes('?') ? '' : query)
    : redirect.prefix_rewrite ? rewritten(bare, match, redirect.prefix_rewrite) + query : request.path;
  return `${to}://${authority}${path}`;
}

/** A path whose matched part is another. */
export function rewritten(path: string, match: Message, prefix: string): string {
  const matched = match.path ?? match.path_separated_prefix ?? match.prefix;
  return matched === undefined ? prefix : prefix + path.slice(matched.length);
}
