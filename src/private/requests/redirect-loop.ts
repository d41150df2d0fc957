import { isDeepStrictEqual } from 'node:util';
import { intersect } from './intersect';
import { covers } from '../basics/hosts';
import { ListenedHost } from '../model/listener';
import { byName, Match, NO_CONDITION, orEverything, PORT } from '../model/match';
import { Action, Rule } from '../model/rule';

type Redirect = Extract<Action, { kind: 'redirect' }>;

/**
 * Whether a rule redirects requests to a place where it redirects them again. Earlier rules are those that decide before it;
 * if it is uncertain whether one of them matches the target, it is not reported as a loop.
 */
export function redirectsToItself(rule: Rule, earlier: (target: Match) => Rule[], hosts: string[], served: ListenedHost[]): boolean {
  const { action } = rule;
  if (action?.kind !== 'redirect') return false;
  const host = action.authority?.replace(PORT, '');
  if (host !== undefined && !hosts.some(own => covers(own, host))) return false;
  const matches = orEverything(rule.matches);
  return schemesAfter(action, served).some(scheme => matches.some(match => {
    const target = targetOf(match, action, scheme);
    return target !== undefined && !earlier(target).some(e => mayTake(e, target));
  }));
}

/** The schemes of the route's listeners at which redirected requests arrive. */
function schemesAfter(action: Redirect, served: ListenedHost[]): string[] {
  const own = ({ protocol }: ListenedHost) => (protocol === 'HTTPS' ? 'https' : 'http');
  return served.flatMap(from => {
    const scheme = action.scheme ?? own(from);
    const named = action.port ?? portOf(action.authority);
    const stays = action.scheme === undefined && action.authority === undefined;
    const port = named ?? (stays ? from.port : scheme === 'https' ? 443 : 80);
    return served.some(to => to.port === port && own(to) === scheme) ? [scheme] : [];
  });
}

function portOf(authority: string | undefined): number | undefined {
  const port = authority && PORT.exec(authority);
  return port ? Number(port[0].slice(1)) : undefined;
}

/** What a redirect turns a matching request into, if it still matches. */
function targetOf(match: Match, { uri, authority, code }: Redirect, scheme: string): Match | undefined {
  // browsers continue with GET after these
  if (code < 307 && match.methods.length > 0 && !match.methods.includes('GET')) return undefined;
  const [path, query] = uri?.split(/\?(.*)/, 2) ?? [];
  const changed: Match = {
    ...NO_CONDITION,
    scheme,
    path: path === undefined ? undefined : { kind: 'exact', value: path },
    authority: authority === undefined ? undefined : { kind: 'exact', value: authority },
    queryParams: query === undefined ? NO_CONDITION.queryParams : paramsOf(query),
  };
  const target = intersect(changed, match);
  if (typeof target === 'string' || (query !== undefined && !isDeepStrictEqual(target.queryParams, changed.queryParams))) return undefined;
  return (['path', 'authority'] as const).every(part => isDeepStrictEqual(target[part], changed[part] ?? match[part])) ? target : undefined;
}

/** The parameters of a query as Envoy compares them: not decoded, and only the first of each name. */
function paramsOf(query: string): Match['queryParams'] {
  const params = query.split('&').map(param => param.split(/=(.*)/, 2)).reverse();
  return byName(new Map(params.map(([name, value = '']) => [name, { name, kind: 'exact' as const, value }])).values());
}

function mayTake(rule: Rule, target: Match): boolean {
  return rule.matches.length === 0 || rule.matches.some(match => {
    const both = intersect(target, match);
    return both === 'inexpressible' || isDeepStrictEqual(both, target);
  });
}
