import { PathMatch } from '../../http/path-match';
import { RouteMatch } from '../../http/route-match';
import { checkRegex, isHeaderName, isMethod } from '../basics/checks';
import { Refuse } from '../basics/errors';
import { checkWritable } from '../basics/take';
import { byName, HeaderCondition, Match, PathCondition, QueryParamCondition } from '../model/match';

/** Istio ignores matches of headers with these names; the Host header is matched by `authority`. */
const IGNORED = ['uri', 'scheme', 'method', 'authority', 'host'];

/** Envoy's limit. */
const MAX_PARAM_NAME = 1024;

export function checkMatches(matches: RouteMatch[], prop: string, refuse: Refuse): Match[] {
  return matches.map((match, i) => checkMatch(match, `${prop}[${i}]`, refuse));
}

function checkMatch(match: RouteMatch, prop: string, refuse: Refuse): Match {
  const { path, headers = [], queryParams = [], methods = [], authority, scheme } = match;
  if (!path && !authority && !scheme && headers.length + queryParams.length + methods.length === 0) {
    refuse({ code: 'MatchEmpty', prop, got: match, allowed: 'at least one condition', fix: 'leave out `matches` to match every request' });
  }
  if (authority) checkText(authority._kind, authority.text, `${prop}.authority`, refuse);
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') {
    refuse({ code: 'SchemeInvalid', prop: `${prop}.scheme`, got: scheme, allowed: 'http or https', fix: 'correct the scheme' });
  }
  const headerMap = new Map<string, HeaderCondition>();
  headers.forEach((header, i) => {
    const name = header.headerName.toLowerCase();
    if (!isHeaderName(name) || IGNORED.includes(name) || headerMap.has(name)) {
      refuse({ code: 'HeaderInvalid', prop: `${prop}.headers[${i}]`, got: header.headerName, allowed: `a header name other than ${IGNORED.join(', ')}, once per match`, fix: headerMap.has(name) ? 'combine the conditions on this header in one regex' : 'correct the name; use `authority` for the Host header' });
    }
    checkWritable(name, `${prop}.headers[${i}]`, refuse);
    checkText(header._kind, header._value, `${prop}.headers[${i}]`, refuse);
    if (header._kind === 'exact' || header._kind === 'prefix') checkHeaderText(header._value!, header._kind, `${prop}.headers[${i}]`, refuse);
    headerMap.set(name, { name, kind: header._kind, value: header._value });
  });
  const queryMap = new Map<string, QueryParamCondition>();
  queryParams.forEach((param, i) => {
    if (!param.paramName || queryMap.has(param.paramName)) {
      refuse({ code: 'MatchEmpty', prop: `${prop}.queryParams[${i}]`, got: param.paramName, allowed: 'the name of a parameter, once per match', fix: param.paramName ? 'combine the conditions on this parameter in one regex' : 'name the parameter' });
    }
    if (Buffer.byteLength(param.paramName) > MAX_PARAM_NAME) {
      refuse({ code: 'QueryParamInvalid', prop: `${prop}.queryParams[${i}]`, got: param.paramName, allowed: `a name of at most ${MAX_PARAM_NAME} bytes`, fix: 'use a shorter name: Envoy refuses all routes of the gateway because of this one' });
    }
    checkWritable(param.paramName, `${prop}.queryParams[${i}]`, refuse);
    checkText(param._kind, param._value, `${prop}.queryParams[${i}]`, refuse);
    queryMap.set(param.paramName, { name: param.paramName, kind: param._kind, value: param._value });
  });
  methods.forEach((method, i) => {
    if (!isMethod(method)) {
      refuse({ code: 'MethodInvalid', prop: `${prop}.methods[${i}]`, got: method, allowed: 'a method in capitals, such as GET', fix: 'write it in capitals: methods are case-sensitive' });
    }
  });
  return {
    path: path && checkPathMatch(path, `${prop}.path`, refuse),
    headers: byName(headerMap.values()),
    queryParams: byName(queryMap.values()),
    methods: [...new Set(methods)],
    authority: authority && { kind: authority._kind, value: authority.text },
    scheme,
  };
}

function checkPathMatch({ _kind: kind, path: value, _ignoreCase, _grpc }: PathMatch, prop: string, refuse: Refuse): PathCondition {
  if (_grpc) checkGrpcNames(_grpc, prop, refuse);
  checkPath(kind, value, prop, refuse);
  return _ignoreCase && /[a-z]/i.test(value) ? { kind, value: value.toLowerCase(), ignoreCase: true } : { kind, value };
}

function checkGrpcNames({ service, method }: { readonly service: string; readonly method?: string }, prop: string, refuse: Refuse): void {
  if (!/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(service)) {
    refuse({ code: 'GrpcNameInvalid', prop, got: service, allowed: 'a service name with its package, such as shop.v1.Orders', fix: 'write the name as in the .proto file, without slashes' });
  }
  if (method !== undefined && !/^[A-Za-z_]\w*$/.test(method)) {
    refuse({ code: 'GrpcNameInvalid', prop, got: method, allowed: 'a method name, such as PlaceOrder', fix: 'write the name as in the .proto file, without slashes' });
  }
}

export function checkPath(kind: PathCondition['kind'], value: string, prop: string, refuse: Refuse): void {
  if (kind === 'regex') return checkText(kind, value, prop, refuse);
  if (!value.startsWith('/') || /[?#\s\\]/.test(value)) {
    refuse({ code: 'PathInvalid', prop, got: value, allowed: 'a path that begins with / and has no query, fragment, space or backslash', fix: 'correct the path; match the query string with queryParams' });
  }
  if (kind === 'rawPrefix' ? !VISIBLE.test(value) : !isPathPart(value)) {
    refuse({ code: 'PathInvalid', prop, got: value, allowed: 'a path as sent in requests: in ASCII, with each % followed by two hexadecimal digits', fix: `write "${encoded(value)}"` });
  }
}

const VISIBLE = /^[!-~]*$/;

/** Whether a path can contain a text unencoded. */
export function isPathPart(text: string): boolean {
  return VISIBLE.test(text) && !/[#\\]|%(?![0-9a-f]{2})/i.test(text);
}

function encoded(path: string): string {
  return path.replace(/[^!-~]+/gu, text => encodeURI(text.replace(/[\ud800-\udfff]/gu, '?'))).replace(/%(?![0-9a-f]{2})/gi, '%25');
}

/** A value that no header can hold would never match. */
function checkHeaderText(value: string, kind: 'exact' | 'prefix', prop: string, refuse: Refuse): void {
  if (/[\x00-\x08\x0a-\x1f\x7f]|^[ \t]/.test(value) || kind === 'exact' && /[ \t]$/.test(value)) {
    refuse({ code: 'HeaderInvalid', prop, got: JSON.stringify(value), allowed: 'a string without control characters or surrounding spaces', fix: 'remove them: HTTP does not carry them' });
  }
}

function checkText(kind: string, value: string | undefined, prop: string, refuse: Refuse): void {
  if (kind === 'present' || kind === 'absent') return;
  if (value === undefined || value === '') {
    refuse({ code: 'MatchEmpty', prop, got: value, allowed: 'a string', fix: 'set the value to compare with; to check only that a header is present, use HeaderMatch.present' });
  }
  if (kind === 'regex') checkRegex(value, prop, refuse);
}
