import { closedPaths } from './closed-paths';
import { escapeRegex } from '../basics/re2';
import { CALLER_HEADER } from '../model/leg-one';
import { GuardedRoute, PREFLIGHT_HEADERS } from '../objects/access';
import { ofSubjects } from '../objects/callers';
import { matchesAt } from '../objects/http';
import { noneOf } from '../objects/none-of';
import { HttpMatch, HttpRoute } from '../objects/plans';
import { deniedPath } from '../requests/denied-path';

/** The requests that a route answers itself, before its rules. */
export function guards({ access, hosts, served, cors }: Pick<GuardedRoute, 'access' | 'hosts' | 'served' | 'cors'>): HttpRoute[] {
  const policed = access.requirements.length > 0 || access.provider !== undefined;
  const at = served.map(({ port }) => ({ port }));
  const wildcards = policed ? hosts.filter(host => host.startsWith('*.')) : [];
  const denied = access.deny.map(match => ({ ...match, path: match.path && deniedPath(match.path) }));
  return [
    at.flatMap(({ port }) => wildcards.map(host => otherPort(host, port))),
    denied.length > 0 ? matchesAt(denied, at) : [],
    at.flatMap(({ port }) => access.subjectAltNames.flatMap(names => otherSubjects(names, access.openPaths, port, cors))),
  ].filter(matches => matches.length > 0)
    .map(matches => ({ matches, action: { kind: 'respond', status: 403, body: 'access denied' } }));
}

/** Hosts under a wildcard with a port that the policies do not spell out. */
function otherPort(wildcard: string, port: number): HttpMatch {
  return {
    port,
    authority: { regex: `(?i).*${escapeRegex(wildcard.slice(1))}:.*` },
    withoutHeaders: { ':authority': { regex: `.*:${port}` } },
  };
}

/** Clients without a certificate, or with a certificate that carries none of the names. */
function otherSubjects(names: string[], openPaths: string[], port: number, cors: boolean): HttpMatch[] {
  const strangers = noneOf(CALLER_HEADER, ofSubjects(names));
  const places = openPaths.length > 0 ? closedPaths(openPaths) : [{}];
  const kinds = cors ? [{ ':method': { exact: 'OPTIONS' } }, ...PREFLIGHT_HEADERS.map(name => ({ [name]: {} }))] : [{}];
  return places.flatMap(({ withoutHeaders: elsewhere, ...place }) => kinds.map(preflight => (
    { port, ...place, withoutHeaders: { ...strangers, ...elsewhere, ...preflight } }
  )));
}
