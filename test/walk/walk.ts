import { Changes, Connection, Content, HttpRequest, Layer } from './connection';
import { Done, Ending, Hop, Passing } from './done';
import { Side, hopOf } from './hop';
import { notConsidered } from './message';
import { Weighted } from './proxy';
import { covers } from './upstream';
import { OUTSIDE, Place, Server, World, identityOf } from './world';
import type { RequestOptions, Workload } from '../mesh/mesh';

/** A request of the lab, or one like it. */
export interface Question extends RequestOptions {
  readonly url: string;
  /** What its token says, which is valid. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** The Gateway at which it knocks, for those who do not know the pod. */
  readonly gateway?: string;
}

/** What the client gets, and who serves it. */
export interface Outcome {
  /** How often this is so, of 1. */
  readonly share: number;
  /** Undefined if nothing answers by HTTP. */
  readonly status?: number;
  /** Where a proxy ends it, and why. */
  readonly ends?: { readonly at: string; readonly flags: string; readonly details: string };
  readonly location?: string;
  readonly served?: Served;
  readonly hops: readonly (Hop & { readonly at: string })[];
}

/** A request as its server sees it. */
export interface Served {
  readonly by: string;
  readonly port: number;
  /** Who connects. */
  readonly peer: string;
  /** What is around it, and not the client's own: `mesh` shows the certificate of a proxy. */
  readonly tls?: { readonly sni?: string; readonly shows?: readonly string[]; readonly isMesh: boolean };
  readonly request?: HttpRequest;
  readonly changes: Changes;
}

const LONGEST = 8;

/** Follows a request through the configuration of the proxies; chance may decide, so there may be several outcomes. */
export function walk(world: World, question: Question): Outcome[] {
  const { connection, content, client } = begin(world, question);
  const place = world.workload(question.from);
  const step = { world, isHttps: client !== undefined, hops: [] as Outcome['hops'] };
  if (connection === undefined) return [{ share: 1, hops: [], ends: { at: question.from, flags: '', details: 'no such host' } }];
  if (place === undefined || !hasProxy(place.workload!) || question.uid === 1337) {
    return arrive({ ...step, from: place?.workload?.name ?? question.from, workload: undefined }, connection, content);
  }
  return pass({ ...step, from: place.workload!.name, workload: place.workload! }, 'outbound', connection, content);
}

interface Step {
  readonly world: World;
  /** Whether the client's own TLS is around its HTTP. */
  readonly isHttps: boolean;
  readonly hops: Outcome['hops'];
  /** Who sends what is sent now. */
  readonly from: string;
  readonly workload?: Workload;
}

function hasProxy({ noProxy, ambient, waypoint, hostNetwork, annotations }: Workload): boolean {
  if (ambient || waypoint || hostNetwork || annotations) notConsidered('pods of other kinds');
  return noProxy !== true;
}

function begin(world: World, { from, url, method = 'GET', headers = {}, connect, sni, trustCA = 'public', insecure, cert, names, http2, claims, ...others }: Question) {
  const { uid: _, name: _name, timeoutS: _timeout, gateway: _gateway, ...unknown } = others;
  if (Object.keys(unknown).length > 0) notConsidered(`requests with ${Object.keys(unknown)[0]}`);
  const { protocol, hostname, port: given, host, pathname, search } = new URL(url.replace(/^(tcp|tls):/, 'http:'));
  const scheme = /^\w+/.exec(url)![0];
  if (!['http', 'https', 'tcp', 'tls'].includes(scheme)) notConsidered(`requests of the scheme ${scheme}`);
  const isTls = scheme === 'https' || scheme === 'tls';
  const [name, port] = connect?.split(':') ?? [hostname, given || (isTls || protocol === 'https:' ? '443' : '80')];
  const ip = (connect === undefined ? undefined : world.workload(name)?.ip) ?? world.lookUp(name);
  const asked = sni ?? hostname;
  const layer: Layer = {
    sni: /^[\d.]+$/.test(asked) ? undefined : asked,
    alpn: http2 ? ['h2', 'http/1.1'] : [],
    shows: cert && { authority: cert, names: names ?? ['caller.test'] },
    refuses: ({ authority, names: of }) => (insecure || authority === trustCA && of.some(one => covers(one, asked)) ? undefined : 'the client does not trust it'),
  };
  const { host: authority = host, ...sent } = Object.fromEntries(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value]));
  const raw = url.replace(/^\w+:\/\/[^/?#]*/, '').replace(/#.*$/, '') || '/';
  const path = raw.startsWith('/') ? raw : pathname + search;
  const request: HttpRequest = { method, path, authority, headers: sent, http2: http2 ?? false, claims };
  const peer = world.workload(from)?.ip ?? OUTSIDE;
  const connection: Connection | undefined = ip === undefined ? undefined : { ip, port: Number(port), peer, layers: isTls ? [layer] : [] };
  return { connection, content: scheme === 'http' || scheme === 'https' ? request : 'bytes' as const, client: isTls ? layer : undefined };
}

/** Through a proxy. */
function pass(step: Step, side: Side, connection: Connection, content: Content): Outcome[] {
  const { world, hops, workload } = step;
  const at = workload!.name;
  if (hops.length >= LONGEST) return [{ share: 1, hops, ends: { at, flags: '', details: 'a loop' } }];
  const done: Weighted<Done>[] = hopOf({ proxy: world.proxy(at), vault: world.vault(workload) }, side, connection, content);
  return done.flatMap(({ share, of }) => {
    const way = [...hops, { at, ...of.hop }];
    const outcomes = 'ends' in of
      ? [ended({ ...step, hops: way }, of.ends)]
      : side === 'inbound' ? own({ ...step, hops: way }, of.passes, connection)
        : onwards({ ...step, hops: way }, of.passes, connection);
    return outcomes.map(outcome => ({ ...outcome, share: outcome.share * share }));
  });
}

/** A proxy that read HTTP before answers where the way ends without an answer. */
function ended({ hops, from }: Step, { status, flags, details, location }: Ending): Outcome {
  const spoke = hops.slice(0, -1).some(({ http }) => http);
  return { share: 1, hops, status: status || (spoke ? 503 : undefined), location, ends: { at: from, flags, details } };
}

/** The address from which sidecars connect to their application. */
const FROM_SIDECAR = '127.0.0.6';

/** To the application beside a sidecar. */
function own(step: Step, passing: Passing, { port }: Connection): Outcome[] {
  const place = step.world.workload(step.from)!;
  return serve({ ...step, from: FROM_SIDECAR, workload: undefined }, place, passing.port || port,
    { ip: place.ip, port, peer: place.ip, layers: passing.layers }, passing.content);
}

function onwards(step: Step, { host, port, layers, content }: Passing, before: Connection): Outcome[] {
  const ip = step.world.lookUp(host);
  if (ip === undefined) return [ended(step, { status: step.hops.at(-1)!.http ? 503 : 0, flags: 'UH', details: `${host} has no address` })];
  const peer = step.world.workload(step.from)!.ip;
  return arrive(step, { ...before, ip, port, layers, peer }, content);
}

/** At whoever has the address. */
function arrive(step: Step, connection: Connection, content: Content): Outcome[] {
  const { place, port } = step.world.at(connection.ip, connection.port);
  if (place === undefined) return [unreached(step, `nobody has ${connection.ip}:${connection.port}`)];
  const { workload } = place;
  if (workload === undefined) {
    const sender = step.world.workload(step.from)?.workload;
    if (sender?.isolated) return [unreached(step, 'the network lets nothing out')];
    return serve(step, place, port, connection, content);
  }
  if (!hasProxy(workload)) return serve(step, place, port, connection, content);
  return pass({ ...step, from: workload.name, workload }, workload.gateway ? 'gateway' : 'inbound', { ...connection, ip: place.ip, port }, content);
}

function unreached({ hops, from }: Step, details: string): Outcome {
  return { share: 1, hops, status: hops.some(({ http }) => http) ? 503 : undefined, ends: { at: from, flags: 'UF', details } };
}

/** What a server does with what comes to it. */
function serve(step: Step, place: Place, port: number, { layers }: Connection, content: Content): Outcome[] {
  const { hops, isHttps } = step;
  const fails = (details: string) => [unreached(step, details)];
  const server = place.servers.find(each => each.port === port) ?? anyServer(place, port);
  if (server === undefined) return fails(`nothing listens at ${place.ip}:${port}`);
  const { protocol } = server;
  if (!['any', 'http', 'https', 'tcp', 'tls'].includes(protocol)) notConsidered(`servers of ${protocol}`);
  const [outer, ...inner] = layers;
  const isSecured = protocol === 'https' || protocol === 'tls' || protocol === 'any' && outer !== undefined;
  if (isSecured && outer === undefined) {
    // a server of HTTP tells that it wants TLS
    const details = 'clear text to a port that speaks TLS';
    return protocol === 'https' && content !== 'bytes' ? [{ share: 1, hops, status: 400, ends: { at: server.name, flags: '', details } }] : fails(details);
  }
  if (!isSecured && outer !== undefined) return fails('TLS to a port that speaks clear text');
  if (isSecured && protocol !== 'any') {
    const wrong = outer.refuses(server.certificate);
    if (wrong !== undefined) return fails(wrong);
    if (server.clientAuth && outer.shows?.authority !== 'client') return fails('the server wants a certificate of its client');
  }
  if (protocol !== 'any' && inner.length > 0) return fails('TLS within TLS');
  const isHttp = protocol === 'any' ? content !== 'bytes' : protocol === 'http' || protocol === 'https';
  if (isHttp !== (content !== 'bytes')) return isHttp ? fails('no HTTP to a server of HTTP') : fails('HTTP to a server of bytes');
  return [{ share: 1, hops, status: content === 'bytes' ? undefined : statusOf(server, content), served: seen(step, server, layers, content, isHttps) }];
}

function anyServer({ anyServer: name }: Place, port: number): Server | undefined {
  return name === undefined ? undefined : { name, port, protocol: 'any', certificate: { authority: 'public', names: [] }, clientAuth: false };
}

function statusOf({ protocol }: Server, { path, headers }: HttpRequest): number {
  if (protocol !== 'any' && /^\/(delay|flaky|status\/5..)\b/.test(path)) notConsidered('a server that is slow or fails');
  if (headers.upgrade !== undefined) notConsidered('upgrades');
  const [, asked] = protocol === 'any' ? [] : /^\/status\/(\d+)$/.exec(path) ?? [];
  return asked === undefined ? 200 : Number(asked);
}

function seen({ from, hops, workload }: Step, { name, port }: Server, layers: readonly Layer[], content: Content, isHttps: boolean): Served {
  const outer = layers[0];
  const isClients = isHttps && layers.length === 1 && !hops.some(({ http }) => http);
  const shows = isClients ? undefined : outer?.shows?.names;
  const isMesh = !isClients && workload !== undefined && shows?.[0] === identityOf(workload).names[0];
  const changes = hops.at(-1)?.changes ?? { removed: [], set: {}, mirrored: [] };
  return { by: name, port, peer: from, tls: outer && { sni: outer.sni, shows, isMesh }, request: content === 'bytes' ? undefined : content, changes };
}
