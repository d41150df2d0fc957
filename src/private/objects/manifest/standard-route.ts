import { StandardBackend, StandardCondition, StandardMatch, StandardPathChange, StandardRouteSpec, StandardRule } from '../plans';
import { standardDuration } from './duration';
import { GROUPS } from './groups';
import { Wire } from './wire';
import type * as imported from '../../../../imports/gateway.networking.k8s.io';
import { Edits } from '../../model/rule';

type Filter = Wire<imported.HttpRouteSpecRulesFilters>;

export function standardRouteSpec({ parents, hostnames, rules }: StandardRouteSpec): object {
  return {
    parentRefs: parents.map(parent => ({ group: GROUPS[parent.kind], ...parent })),
    hostnames,
    rules: rules.map(standardRule),
  } satisfies Wire<imported.HttpRouteSpec>;
}

function standardRule(rule: StandardRule): Wire<imported.HttpRouteSpecRules> {
  const { matches, backends, timeoutMs } = rule;
  const filters = filtersOf(rule);
  return {
    matches: matches.map(standardMatch),
    filters: filters.length > 0 ? filters : undefined,
    backendRefs: backends.length > 0 ? backends.map(backendRef) : undefined,
    timeouts: timeoutMs === undefined ? undefined : { request: standardDuration(timeoutMs) },
  };
}

function filtersOf({ requestHeaders, responseHeaders, rewrite, redirect }: StandardRule): Filter[] {
  return [
    ...requestHeaders ? [{ type: 'RequestHeaderModifier' as const, requestHeaderModifier: edits(requestHeaders) }] : [],
    ...responseHeaders ? [{ type: 'ResponseHeaderModifier' as const, responseHeaderModifier: edits(responseHeaders) }] : [],
    ...rewrite ? [{ type: 'URLRewrite' as const, urlRewrite: { hostname: rewrite.hostname, path: pathChange(rewrite.path) } }] : [],
    ...redirect ? [redirectFilter(redirect)] : [],
  ];
}

function redirectFilter({ scheme, hostname, path, port, code }: NonNullable<StandardRule['redirect']>): Filter {
  type Redirect = NonNullable<Filter['requestRedirect']>;
  return {
    type: 'RequestRedirect',
    requestRedirect: { scheme: scheme as Redirect['scheme'], hostname, path: pathChange(path), port, statusCode: code as unknown as Redirect['statusCode'] },
  };
}

function pathChange(change: StandardPathChange | undefined) {
  if (!change) return undefined;
  return 'full' in change
    ? { type: 'ReplaceFullPath' as const, replaceFullPath: change.full }
    : { type: 'ReplacePrefixMatch' as const, replacePrefixMatch: change.prefix };
}

function edits({ set, add, remove }: Edits) {
  const pairs = (headers: Edits['set']) => headers && Object.entries(headers).map(([name, value]) => ({ name, value }));
  return { set: pairs(set), add: pairs(add), remove };
}

function standardMatch({ path, method, headers, queryParams }: StandardMatch): Wire<imported.HttpRouteSpecRulesMatches> {
  return {
    path: { type: path.kind, value: path.value },
    method: method as Wire<imported.HttpRouteSpecRulesMatchesMethod> | undefined,
    headers: headers?.map(condition),
    queryParams: queryParams?.map(condition),
  };
}

function condition({ name, kind, value }: StandardCondition) {
  return { type: kind, name, value };
}

function backendRef({ kind, ...same }: StandardBackend) {
  return { group: GROUPS[kind], kind, ...same };
}
