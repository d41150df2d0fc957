import { IConstruct } from 'constructs';
import { Cors } from '../../http/cors';
import { StringMatch } from '../../http/string-match';
import { MeshSettings } from '../../mesh-settings';
import { MAX_MS, checkRegex, isHeaderName, isMethod } from '../basics/checks';
import { Refuse } from '../basics/errors';
import { regexMatches } from '../basics/re2';
import { Match } from '../model/match';
import { CorsSpec } from '../model/rule';

export function checkCors(scope: IConstruct, cors: Cors, matches: Match[], prop: string, refuse: Refuse): CorsSpec {
  const settings = MeshSettings.of(scope);
  if (!settings._isAtLeast('1.23')) {
    refuse({ code: 'IstioVersionTooOld', prop, got: `set, with Istio ${settings.istioVersion}`, allowed: 'Istio 1.23 or later', fix: 'leave it out, or raise istioVersion in MeshSettings.of once the mesh is upgraded: older versions forward preflights from other origins to the destination' });
  }
  const credentials = cors.allowCredentials ?? false;
  if (cors.allowOrigins.length === 0) {
    refuse({ code: 'CorsOriginsEmpty', prop: `${prop}.allowOrigins`, got: cors.allowOrigins, allowed: 'at least one origin', fix: 'list the origins, for example StringMatch.exact(\'https://shop.example.com\')' });
  }
  cors.allowOrigins.forEach((origin, i) => checkOrigin(origin, credentials, `${prop}.allowOrigins[${i}]`, refuse));
  const lists = { allowMethods: cors.allowMethods ?? methodsOf(matches), allowHeaders: cors.allowHeaders, exposeHeaders: cors.exposeHeaders };
  for (const [list, names] of Object.entries(lists)) {
    names?.forEach((name, i) => checkName(list, name, credentials, `${prop}.${list}[${i}]`, refuse));
  }
  return {
    allowOrigins: cors.allowOrigins.map(origin => ({ [origin._kind]: origin.text })),
    allowMethods: present(lists.allowMethods),
    allowHeaders: present(lists.allowHeaders),
    exposeHeaders: present(lists.exposeHeaders),
    maxAgeMs: checkMaxAge(cors, `${prop}.maxAge`, refuse),
    allowCredentials: credentials,
  };
}

const ORIGIN = /^https?:\/\/(\[[0-9a-f:]+\]|[a-z0-9]([-a-z0-9.]*[a-z0-9])?)(:[1-9]\d{0,4})?$/;
const OWN_PORT = /^(http:.*:80|https:.*:443)$/;
const ANYBODY = ['https://stranger.invalid', 'http://stranger.invalid', 'null'];

function checkOrigin({ _kind: kind, text: value }: StringMatch, credentials: boolean, prop: string, refuse: Refuse): void {
  const invalid = (allowed: string, fix: string): never => refuse({ code: 'CorsOriginInvalid', prop, got: value, allowed, fix });
  const anybody = (): never => refuse({ code: 'CorsWildcardWithCredentials', prop, got: value, allowed: 'specific origins', fix: 'list the origins, or leave out allowCredentials: any web page could act on behalf of its visitors' });
  switch (kind) {
    case 'exact':
      if (value === '*' || value === 'null') return credentials ? anybody() : undefined;
      if (!ORIGIN.test(value) || OWN_PORT.test(value)) {
        invalid('*, or an origin in the form that browsers send, such as https://shop.example.com', 'write scheme and host in lower case, without path, trailing slash or the default port of the scheme');
      }
      return;
    case 'prefix':
      if (!value.endsWith(':') || !ORIGIN.test(value.slice(0, -1))) {
        invalid('a prefix that includes the whole host, such as https://shop.example.com:', 'use StringMatch.exact for one origin, or StringMatch.regex for the subdomains of a host: a shorter prefix also allows longer names that others own');
      }
      return;
    case 'regex':
      checkRegex(value, prop, refuse);
      if (/(^|[^\\])(\\\\)*\.(?![*+?{])/.test(value.replace(/\[[^\]]*\]/g, ''))) {
        invalid('a regular expression that writes each dot of a host as \\.', 'write \\. for a dot: an unescaped dot matches any character and allows hosts that others own');
      }
      if (credentials && ANYBODY.some(origin => regexMatches(value, origin))) anybody();
  }
}

function checkName(list: string, name: string, credentials: boolean, prop: string, refuse: Refuse): void {
  if (name === '*') {
    if (credentials) {
      refuse({ code: 'CorsWildcardWithCredentials', prop, got: name, allowed: 'names', fix: 'list each name, or leave out allowCredentials: with credentials, browsers treat * as a literal name' });
    }
    return;
  }
  if (list === 'allowMethods' && !isMethod(name)) {
    refuse({ code: 'MethodInvalid', prop, got: name, allowed: 'a method in capitals, such as GET, or *', fix: 'write it in capitals: methods are case-sensitive' });
  }
  if (list !== 'allowMethods' && !isHeaderName(name)) {
    refuse({ code: 'HeaderInvalid', prop, got: name, allowed: 'the name of a header, or *', fix: 'correct the name' });
  }
}

/** Envoy truncates fractions of a second. */
function checkMaxAge({ maxAge }: Cors, prop: string, refuse: Refuse): number | undefined {
  const ms = maxAge?.toMilliseconds({ integral: false });
  if (ms !== undefined && (ms < 1000 || ms % 1000 !== 0 || ms > MAX_MS)) {
    refuse({ code: 'CorsMaxAgeInvalid', prop, got: `${ms} ms`, allowed: 'whole seconds, from 1', fix: 'round it, or leave it out to use the default of the browser' });
  }
  return ms;
}

function methodsOf(matches: Match[]): string[] {
  return matches.some(m => m.methods.length === 0) ? [] : [...new Set(matches.flatMap(m => m.methods))];
}

function present<T>(list: T[] | undefined): T[] | undefined {
  return list && list.length > 0 ? list : undefined;
}
