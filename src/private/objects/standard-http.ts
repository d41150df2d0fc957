import { isDeepStrictEqual } from 'node:util';
import { StandardPathChange, StandardRule } from './plans';
import { HeaderCondition, Match, NO_CONDITION, PathCondition, QueryParamCondition, trimSlash } from '../model/match';
import { Edits, Rule } from '../model/rule';
import { intersect } from '../requests/intersect';
import {
  isLiteralPath, ROUTE_LIMITS, STANDARD_METHODS, STANDARD_NAME, StandardMatch, standardMatches as matchesOf, standardOrder, StandardText,
} from '../requests/standard-match';

/*
 * Rules in the words of the Gateway API, where these mean the same. Whatever they cannot say, or the CRDs do not take, is undefined.
 */

/** One condition less than there may be, for a Host header that is added later. */
const LIMITS = { ...ROUTE_LIMITS, conditions: ROUTE_LIMITS.conditions - 1, name: 256, text: 1024, hours: 99_999 };

/** One match for each method. A path is compared as what it is: as an expression, it would come later. */
export function standardMatches(match: Match): StandardMatch[] | undefined {
  const { path, headers, queryParams, methods, authority, scheme } = match;
  const isStandard = (!path || isStandardPath(path)) && headers.every(isStandardHeader) && queryParams.every(isStandardParam)
    && Math.max(headers.length, queryParams.length) <= LIMITS.conditions
    && !authority && scheme === undefined && methods.every(method => STANDARD_METHODS.includes(method));
  if (!isStandard) return undefined;
  const matches = matchesOf(match);
  const fits = (texts: StandardText[] | undefined, limit: number) => (texts ?? []).every(({ value }) => value.length <= limit);
  return fits(matches[0].headers, LIMITS.headerValue) && fits(matches[0].queryParams, LIMITS.text) ? matches : undefined;
}

function isStandardPath({ kind, value, ignoreCase }: PathCondition): boolean {
  if (ignoreCase || kind === 'rawPrefix' || value.length > LIMITS.text) return false;
  return kind === 'regex' || isLiteralPath(value);
}

function isStandardHeader({ name, kind }: HeaderCondition): boolean {
  return name.length <= LIMITS.name && kind !== 'absent';
}

function isStandardParam({ name }: QueryParamCondition): boolean {
  return STANDARD_NAME.test(name);
}

/** A rule that leads to a destination of its own only where the caller says so; undefined if it needs words that the Gateway API does not have. */
export function standardRules(rule: Rule, backend: StandardRule['backends'][number], hostname: string | undefined, remove: string[]): StandardRule[] | undefined {
  const { action, fault, mirror, cors, retries, timeoutMs, rewrite, requestHeaders, responseHeaders } = rule;
  if (fault || mirror || cors || retries) return undefined;
  const matches = (rule.matches.length > 0 ? rule.matches : [NO_CONDITION]).map(standardMatches);
  if (!matches.every(Boolean)) return undefined;
  const all = (matches as StandardMatch[][]).flat();
  if (action?.kind === 'redirect') {
    const redirect = standardRedirect(action);
    return redirect && [{ matches: all, redirect, responseHeaders, backends: [] }];
  }
  if (action && action.kind !== 'forward') return undefined;
  const headers = { ...requestHeaders, remove: [...new Set([...remove, ...requestHeaders?.remove ?? []])] };
  if (![headers, responseHeaders ?? {}].every(areStandardEdits)) return undefined;
  if (timeoutMs !== undefined && timeoutMs >= (LIMITS.hours + 1) * 3_600_000) return undefined;
  const name = rewrite?.authority ?? hostname;
  if (name?.includes(':')) return undefined;
  const path = rewrite?.path && standardRewrite(rewrite.path, rule.matches);
  if (rewrite?.path && !path) return undefined;
  const whole: StandardRule = {
    matches: all,
    requestHeaders: headers.remove.length > 0 || requestHeaders ? headers : undefined,
    responseHeaders,
    rewrite: name === undefined && !path ? undefined : { hostname: name, path },
    backends: [backend],
    timeoutMs,
  };
  // the CRD lets a rule that replaces a prefix have one match
  return path && 'prefix' in path ? all.map(match => ({ ...whole, matches: [match] })) : [whole];
}

/** A status that the standard has had from the start, and a path without a query. */
function standardRedirect({ scheme, authority, uri, port, code }: Extract<NonNullable<Rule['action']>, { kind: 'redirect' }>): StandardRule['redirect'] {
  if (code > 302 || authority?.includes(':') || (uri !== undefined && !isReplacement(uri))) return undefined;
  return { scheme, hostname: authority, path: uri === undefined ? undefined : { full: uri }, port, code };
}

function standardRewrite({ kind, value }: NonNullable<NonNullable<Rule['rewrite']>['path']>, matches: Match[]): StandardPathChange | undefined {
  if (kind === 'regex' || !isReplacement(value)) return undefined;
  if (kind === 'full') return { full: value };
  const bySegments = matches.every(({ path }) => path?.kind === 'prefix' && !path.ignoreCase && trimSlash(path.value) !== '');
  return bySegments && (value === '/' || !value.endsWith('/')) ? { prefix: value } : undefined;
}

function isReplacement(path: string): boolean {
  return path.length <= LIMITS.text && !/[?#]/.test(path);
}

function areStandardEdits({ set = {}, add = {}, remove = [] }: Edits): boolean {
  const fits = (headers: NonNullable<Edits['set']>) => Object.keys(headers).length <= LIMITS.edits
    && Object.entries(headers).every(([name, value]) => name.length <= LIMITS.name && value.length > 0 && value.length <= LIMITS.headerValue);
  return fits(set) && fits(add) && remove.length <= LIMITS.edits && remove.every(name => name.length <= LIMITS.name);
}

/** Whether rules, in the order as written, decide every request as the Gateway API decides it: by the more specific match. */
export function isInStandardOrder(rules: Pick<Rule, 'matches'>[]): boolean {
  const all = rules.map(({ matches }) => (matches.length > 0 ? matches : [NO_CONDITION]).flatMap(match => (
    (standardMatches(match) ?? []).map(standard => ({ match: { ...match, methods: standard.method ? [standard.method] : [] }, standard }))
  )));
  return all.every((earlier, i) => all.slice(i + 1).every(later => later.every(b => earlier.every(a => (
    standardOrder(a.standard, b.standard) <= 0 || intersect(a.match, b.match) === 'never'
  )))));
}

/** Whether the CRD takes a list of rules. */
export function fitsStandardRoute(rules: StandardRule[]): boolean {
  const counts = rules.map(({ matches }) => matches.length);
  return rules.length <= LIMITS.rules && counts.every(count => count <= LIMITS.matches) && counts.reduce((a, b) => a + b, 0) <= LIMITS.allMatches;
}

/** Omits matches that occur in an earlier rule. */
export function distinctRules(rules: StandardRule[]): StandardRule[] {
  const seen: StandardMatch[] = [];
  return rules.map(rule => {
    const matches = rule.matches.filter(match => !seen.some(other => isDeepStrictEqual(other, match)));
    seen.push(...matches);
    return { ...rule, matches };
  }).filter(({ matches }) => matches.length > 0);
}
