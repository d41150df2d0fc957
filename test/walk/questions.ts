import type { PodSet } from './sets';
import type { Question } from './walk';
import { engine } from '../../src/private/basics/re2-engine';
import type { Draw } from '../generate/draw';
import { Manifest } from '../synth';

/** Requests that have to do with a set of objects: those that its rules take, those that nearly are, and some that have nothing to do with any. */
export function questionsOf(set: PodSet, count: number, draw: Draw): Question[] {
  const words = wordsOf(set.objects);
  const asking = [...egress(set), ...ingress(set)];
  if (asking.length === 0) return [];
  return Array.from({ length: count }, () => question(draw.pick(asking), words, draw)).filter(asked => asked !== undefined);
}

/** A place to ask at. */
interface Place {
  readonly from: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly scheme: 'http' | 'https' | 'tcp';
  readonly connect?: string;
  readonly gateway?: string;
  /** The matches of rules for the host. */
  readonly matches: readonly any[];
}

const PORTS = { http: 80, https: 443, tcp: 0 };

function question(place: Place, words: Words, draw: Draw): Question | undefined {
  const from = draw.pick(place.from);
  const authority = place.port === PORTS[place.scheme] ? place.host : `${place.host}:${place.port}`;
  const base = { from, connect: place.connect, gateway: place.gateway, insecure: true };
  if (place.scheme === 'tcp') return { ...base, url: `tcp://${authority}` };
  const asked = requestOf(place.matches.length > 0 && draw.chance(0.7) ? draw.pick(place.matches) : {}, words, draw);
  const outside = from === 'outside' && draw.chance(0.3) ? { claims: { iss: draw.pick(words.issuers), ...draw.chance(0.5) && { aud: 'shop', sub: 'a' } } } : {};
  return { ...base, ...outside, method: asked.method, headers: asked.headers, url: `${place.scheme}://${authority}${asked.path}` };
}

/** A request that a match takes, or nearly. */
function requestOf(match: any, words: Words, draw: Draw): { method: string; path: string; headers: Record<string, string> } {
  const text = (asked: any, others: readonly string[]): string => {
    if (asked?.exact !== undefined) return asked.exact;
    if (asked?.prefix !== undefined) return asked.prefix + draw.pick(['', '/x', 'x']);
    const fitting = others.filter(other => asked?.regex === undefined || engine.matches(asked.regex, other));
    return fitting.length > 0 ? draw.pick(fitting) : draw.pick(others);
  };
  const request = { method: match.method ? text(match.method, METHODS) : draw.pick(['GET', 'GET', 'GET', 'POST']), path: text(match.uri, words.paths), headers: {} as Record<string, string> };
  for (const [name, value] of Object.entries(match.headers ?? {})) if (!name.startsWith(':')) request.headers[name.toLowerCase()] = text(value, VALUES) || '1';
  const query = Object.entries(match.queryParams ?? {}).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(text(value, VALUES))}`);
  if (draw.chance(0.1)) query.push('a=1');
  if (draw.chance(0.2)) request.path = draw.pick(words.paths);
  if (draw.chance(0.15)) request.method = draw.pick(METHODS);
  if (draw.chance(0.15)) request.headers = {};
  if (draw.chance(0.15) && words.headers.length > 0) request.headers[draw.pick(words.headers)] = draw.pick(VALUES);
  const path = /^\/[\x21-\x7e]*$/.test(request.path) && !/[#?\\"<>^`{|}[\]]/.test(request.path) ? request.path : '/';
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name, value]) => /^[\x20-\x7e]+$/.test(value) && value.trim() === value && !/^(host|connection|authorization|te|content-length|transfer-encoding|upgrade)$/.test(name)));
  return { method: /^[A-Z]+$/.test(request.method) && request.method !== 'CONNECT' ? request.method : 'GET', headers, path: `${path}${query.length > 0 ? `?${query.join('&')}` : ''}` };
}

const METHODS = ['GET', 'POST', 'DELETE', 'HEAD', 'OPTIONS', 'PUT'];
const VALUES = ['1', 'a', 'yes', 'gzip, br', 'v1', '2'];

interface Words { readonly paths: readonly string[]; readonly headers: readonly string[]; readonly issuers: readonly string[] }

const PATHS = ['/', '/x', '/v1/x', '/v2/', '/login', '/LOGIN', '/items/12', '/a/x', '/a', '/c', '/abc', '/%61', '/a%2Fb'];

/** What rules and policies speak of. */
function wordsOf(objects: readonly Manifest[]): Words {
  const paths = new Set(PATHS);
  const headers = new Set<string>();
  for (const { kind, spec } of objects) {
    for (const match of kind === 'VirtualService' ? matchesOf(spec) : []) {
      for (const path of [match.uri?.exact, match.uri?.prefix]) if (path) for (const near of [path, `${path}/x`, `${path}x`]) paths.add(near);
      for (const name of Object.keys({ ...match.headers, ...match.withoutHeaders })) if (!name.startsWith(':')) headers.add(name.toLowerCase());
    }
    for (const { to = [] } of kind === 'AuthorizationPolicy' ? spec.rules ?? [] : []) {
      for (const { operation } of to) for (const path of [...operation.paths ?? [], ...operation.notPaths ?? []]) paths.add(path.replace(/[*{].*$/, 'x'));
    }
  }
  const issuers = objects.filter(({ kind }) => kind === 'RequestAuthentication').flatMap(({ spec }) => spec.jwtRules.map(({ issuer }: { issuer: string }) => issuer));
  return { paths: [...paths], headers: [...headers], issuers: [...issuers, ...issuers, 'https://stranger.example.com'] };
}

function matchesOf(spec: any): any[] {
  return (spec.http ?? []).flatMap((rule: any) => rule.match ?? []);
}

function egress({ objects, callers }: PodSet): Place[] {
  const from = callers.map(({ name }) => name);
  return objects.filter(({ kind, spec }) => kind === 'ServiceEntry' && spec.hosts.some((host: string) => !isInternal(host))).flatMap(({ spec }) => spec.hosts.flatMap((declared: string) => {
    const host = declared.replace('*', 'any');
    const matches = objects.filter(({ kind, spec: route }) => kind === 'VirtualService' && route.hosts?.includes(declared)).flatMap(({ spec: route }) => matchesOf(route));
    const address = (spec.addresses ?? []).find((each: string) => /^[\d.]+$/.test(each));
    return spec.ports.map(({ number, protocol }: { number: number; protocol: string }): Place => ({
      from, host, port: number, scheme: schemeOf(protocol), matches, connect: address && `${address}:${number}`,
    }));
  }));
}

/** Hosts that the library makes for itself. */
const isInternal = (host: string) => /\.internal$/.test(host);

function schemeOf(protocol: string): Place['scheme'] {
  return /^(HTTP|HTTP2|GRPC|GRPC-WEB)$/i.test(protocol) ? 'http' : /^(HTTPS|TLS)$/i.test(protocol) ? 'https' : 'tcp';
}

function ingress({ objects, workloads }: PodSet): Place[] {
  return objects.filter(({ kind }) => kind === 'Gateway').flatMap(({ metadata, spec }) => {
    const pod = workloads.find(({ gateway, labels }) => gateway && spec.selector
      && Object.entries(spec.selector).every(([name, value]) => labels?.[name] === value));
    const full = `${metadata.namespace}/${metadata.name}`;
    const routes = objects.filter(({ kind, spec: route }) => kind === 'VirtualService' && route.gateways?.includes(full) && !route.gateways.includes('mesh'));
    if (pod === undefined || spec.servers.some(({ tls }: any) => tls?.mode === 'ISTIO_MUTUAL')) return [];
    return spec.servers.flatMap(({ port, tls, hosts }: any) =>
      routes.flatMap(({ spec: route }) => route.hosts.filter((host: string) => !isInternal(host)).map((declared: string): Place => {
        const scheme = tls === undefined || tls.httpsRedirect ? port.protocol === 'TCP' ? 'tcp' : 'http' : 'https';
        const host = declared === '*' ? hosts[0].replace(/^.*\//, '').replace('*', 'any.example') : declared.replace('*', 'any');
        const outer = ({ 8080: 80, 8443: 443 } as Record<number, number>)[port.number] ?? port.number;
        return { from: ['outside'], host, port: outer, scheme, connect: `${pod.name}:${port.number}`, gateway: full, matches: matchesOf(route) };
      })));
  });
}
