import { OpaqueRouteSpec, ReferenceGrantSpec, RouteParent, StandardBackend, StandardCors, StandardPathChange, StandardRouteSpec, StandardRule } from '../plans';
import { standardDuration } from './duration';
import { GROUPS } from './groups';
import { Wire } from './wire';
import type * as imported from '../../../../imports/gateway.networking.k8s.io';
import type * as experimental from '../../../../imports/gateway.networking.k8s.io.experimental';
import { Edits } from '../../model/rule';
import { StandardMatch, StandardText } from '../../requests/standard-match';

type Filter = Wire<imported.HttpRouteSpecRulesFilters>;

export function standardRouteSpec({ parents, hostnames, rules }: StandardRouteSpec): object {
  return {
    parentRefs: parents.map(parentRef),
    hostnames,
    rules: rules.map(standardRule),
  } satisfies Wire<imported.HttpRouteSpec>;
}

function parentRef(parent: RouteParent) {
  return { group: GROUPS[parent.kind], ...parent };
}

/** TLSRoute and TCPRoute differ in `hostnames` alone. */
export function opaqueRouteSpec({ parents, hostnames, backends }: OpaqueRouteSpec): object {
  return {
    parentRefs: parents.map(parentRef),
    ...hostnames && { hostnames },
    rules: [{ backendRefs: backends.map(weightedRef) }],
  } satisfies Wire<imported.TcpRouteSpec>;
}

export function referenceGrantSpec({ from, services }: ReferenceGrantSpec): object {
  return {
    from: [{ group: GROUPS.Gateway, ...from }],
    to: services.map(name => ({ group: GROUPS.Service, kind: 'Service', name })),
  } satisfies Wire<imported.ReferenceGrantSpec>;
}

function standardRule(rule: StandardRule): Wire<imported.HttpRouteSpecRules> {
  const { matches, backends } = rule;
  const filters = filtersOf(rule);
  return {
    matches: matches.map(standardMatch),
    filters: filters.length > 0 ? filters : undefined,
    backendRefs: backends.length > 0 ? backends.map(weightedRef) : undefined,
    timeouts: timeouts(rule),
    ...rule.retry && { retry: { attempts: rule.retry.attempts, codes: rule.retry.codes } },
  } satisfies Wire<experimental.HttpRouteSpecRules> as Wire<imported.HttpRouteSpecRules>;
}

function timeouts({ timeoutMs, retry }: StandardRule) {
  if (timeoutMs === undefined && retry?.perTryTimeoutMs === undefined) return undefined;
  const text = (ms: number | undefined) => (ms === undefined ? undefined : standardDuration(ms));
  return { request: text(timeoutMs), backendRequest: text(retry?.perTryTimeoutMs) };
}

function filtersOf({ requestHeaders, responseHeaders, rewrite, redirect, mirror, cors }: StandardRule): Filter[] {
  return [
    ...requestHeaders ? [{ type: 'RequestHeaderModifier' as const, requestHeaderModifier: edits(requestHeaders) }] : [],
    ...responseHeaders ? [{ type: 'ResponseHeaderModifier' as const, responseHeaderModifier: edits(responseHeaders) }] : [],
    ...rewrite ? [{ type: 'URLRewrite' as const, urlRewrite: { hostname: rewrite.hostname, path: pathChange(rewrite.path) } }] : [],
    ...redirect ? [redirectFilter(redirect)] : [],
    ...mirror ? [{ type: 'RequestMirror' as const, requestMirror: { backendRef: backendRef(mirror.to), ...share(mirror.percent) } }] : [],
    ...cors ? [{ type: 'CORS' as const, cors: corsFilter(cors) }] : [],
  ];
}

/** Whole percents, or a fraction of a million. */
function share(percent: number) {
  if (Number.isInteger(percent)) return { percent };
  return { fraction: { numerator: Math.round(percent * 10_000), denominator: 1_000_000 } };
}

function corsFilter({ maxAgeMs, allowCredentials, allowMethods, ...same }: StandardCors): NonNullable<Filter['cors']> {
  return {
    ...same,
    allowMethods: allowMethods as Wire<imported.HttpRouteSpecRulesFiltersCorsAllowMethods>[] | undefined,
    maxAge: maxAgeMs === undefined ? undefined : maxAgeMs / 1000,
    allowCredentials: allowCredentials || undefined,
  };
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

function condition({ name, kind, value }: StandardText) {
  return { type: kind, name, value };
}

function backendRef({ kind, ...same }: StandardBackend) {
  return { group: GROUPS[kind], kind, ...same };
}

/** The API server adds a weight where there is none, and `kubectl apply` would find a difference each time. */
function weightedRef(backend: StandardBackend) {
  return { ...backendRef(backend), weight: backend.weight ?? 1 };
}
