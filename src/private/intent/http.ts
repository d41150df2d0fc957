import { Chart } from 'cdk8s';
import { IConstruct } from 'constructs';
import { readService } from './service';
import { Destination } from '../../http/destination';
import { RouteAction, RedirectOptions, WeightedDestination } from '../../http/route-action';
import { RouteMatch } from '../../http/route-match';
import { RouteRule } from '../../http/rule';
import { MeshSettings } from '../../mesh-settings';
import { checkPort, checkRegex, checkTimeout } from '../checks';
import { Refuse } from '../errors';
import { isDnsLabel } from '../names';
import { Action, Target } from '../plan/objects';

/** A text condition that the user wrote, checked. */
export interface TextCondition { readonly kind: 'exact' | 'prefix' | 'regex'; readonly value: string }
export interface PathCondition { readonly kind: 'exact' | 'prefix' | 'rawPrefix' | 'regex'; readonly value: string }
export interface HeaderCondition { readonly kind: 'exact' | 'prefix' | 'regex' | 'present' | 'absent'; readonly value?: string }

/** The conditions of a `RouteMatch`, checked, with names in the form in which they are compared. */
export interface Match {
  readonly path?: PathCondition;
  readonly headers: ReadonlyMap<string, HeaderCondition>;
  readonly queryParams: ReadonlyMap<string, TextCondition>;
  readonly methods: string[];
  readonly authority?: TextCondition;
}

export interface Rule {
  /** Empty for every request. */
  readonly matches: Match[];
  readonly action?: Action;
  readonly timeoutMs?: number;
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const REDIRECTS = [301, 302, 303, 307, 308];

export function checkRules(scope: IConstruct, rules: (RouteRule & { readonly action?: RouteAction })[], prop: string, refuse: Refuse): Rule[] {
  return rules.map((rule, i) => ({
    matches: checkMatches(rule.matches ?? [], `${prop}[${i}].matches`, refuse),
    action: rule.action && checkAction(scope, rule.action, `${prop}[${i}].action`, refuse),
    timeoutMs: checkTimeout(rule.timeout, `${prop}[${i}].timeout`, refuse),
  }));
}

export function checkMatches(matches: RouteMatch[], prop: string, refuse: Refuse): Match[] {
  return matches.map((match, i) => checkMatch(match, `${prop}[${i}]`, refuse));
}

function checkMatch(match: RouteMatch, prop: string, refuse: Refuse): Match {
  const { path, headers = [], queryParams = [], methods = [], authority } = match;
  if (!path && !authority && headers.length + queryParams.length + methods.length === 0) {
    refuse({ code: 'MatchEmpty', prop, got: match, allowed: 'one condition or more', fix: 'leave out `matches` for a rule that fits every request' });
  }
  if (path) checkPath(path._kind, path._value, `${prop}.path`, refuse);
  if (authority) checkText(authority._kind, authority._value, `${prop}.authority`, refuse);
  const headerMap = new Map<string, HeaderCondition>();
  headers.forEach((header, i) => {
    const name = String(header._name).toLowerCase();
    if (!TOKEN.test(name) || headerMap.has(name)) {
      refuse({ code: 'HeaderInvalid', prop: `${prop}.headers[${i}]`, got: header._name, allowed: 'a header name, once in a match', fix: headerMap.has(name) ? 'join the conditions on this header in one regex' : 'correct the name; use `authority` for the Host header' });
    }
    checkText(header._kind, header._value, `${prop}.headers[${i}]`, refuse);
    headerMap.set(name, { kind: header._kind, value: header._value });
  });
  const queryMap = new Map<string, TextCondition>();
  queryParams.forEach((param, i) => {
    if (!param._name || queryMap.has(param._name)) {
      refuse({ code: 'MatchEmpty', prop: `${prop}.queryParams[${i}]`, got: param._name, allowed: 'the name of a parameter, once in a match', fix: param._name ? 'join the conditions on this parameter in one regex' : 'name the parameter' });
    }
    checkText(param._kind, param._value, `${prop}.queryParams[${i}]`, refuse);
    queryMap.set(param._name, { kind: param._kind, value: param._value });
  });
  methods.forEach((method, i) => {
    if (!/^[A-Z][A-Z-]*$/.test(method)) {
      refuse({ code: 'MethodInvalid', prop: `${prop}.methods[${i}]`, got: method, allowed: 'a method in capitals, such as GET', fix: 'write it in capitals: methods depend on case' });
    }
  });
  return {
    path: path && { kind: path._kind, value: path._value },
    headers: headerMap,
    queryParams: queryMap,
    methods: [...new Set(methods)],
    authority: authority && { kind: authority._kind, value: authority._value },
  };
}

function checkPath(kind: PathCondition['kind'], value: string, prop: string, refuse: Refuse): void {
  if (kind === 'regex') return checkText(kind, value, prop, refuse);
  if (typeof value !== 'string' || !value.startsWith('/') || /[?#\s]/.test(value)) {
    refuse({ code: 'PathInvalid', prop, got: value, allowed: 'a path that begins with / and has neither query nor fragment', fix: 'correct the path; match the query string with queryParams' });
  }
}

function checkText(kind: string, value: string | undefined, prop: string, refuse: Refuse): void {
  if (kind === 'present' || kind === 'absent') return;
  if (!value) {
    refuse({ code: 'MatchEmpty', prop, got: value, allowed: 'a text', fix: 'say what to compare with; to ask only whether a header is there, use HeaderMatch.present' });
  }
  if (kind === 'regex') checkRegex(value!, prop, refuse);
}

function checkAction(scope: IConstruct, action: RouteAction, prop: string, refuse: Refuse): Action {
  const { split, redirect, respond } = action._spec;
  if (redirect) return checkRedirect(redirect, prop, refuse);
  if (respond) {
    if (!Number.isInteger(respond.status) || respond.status < 200 || respond.status > 599) {
      refuse({ code: 'StatusInvalid', prop, got: respond.status, allowed: 'a whole number from 200 to 599', fix: 'correct the status' });
    }
    return { kind: 'respond', ...respond };
  }
  return { kind: 'forward', to: checkSplit(scope, split!, prop, refuse) };
}

function checkSplit(scope: IConstruct, split: WeightedDestination[], prop: string, refuse: Refuse) {
  const weights = split.map(s => s.weight);
  if (weights.some(w => !Number.isInteger(w) || w < 0) || !weights.some(w => w > 0)) {
    refuse({ code: 'WeightInvalid', prop: `${prop}.weight`, got: weights, allowed: 'whole numbers from 0, one of them at least above 0', fix: 'give the shares, for example 90 and 10' });
  }
  return split.map(({ destination, weight }) => ({
    ...checkDestination(scope, destination, `${prop}.destination`, refuse), weight: split.length > 1 ? weight : undefined,
  }));
}

function checkDestination(scope: IConstruct, destination: Destination, prop: string, refuse: Refuse): Target {
  const { construct, name, namespace, port } = destination._target;
  const domain = MeshSettings.of(scope).clusterDomain;
  if (construct) {
    const service = readService(construct, prop, refuse);
    const number = port ?? (service.ports.length === 1 ? service.ports[0].number : undefined);
    if (number === undefined || !service.ports.some(p => p.number === number)) {
      refuse({ code: 'ServiceUnreadable', prop: `${prop}.port`, got: number, allowed: `a port of Service ${service.name}: ${service.ports.map(p => p.number).join(', ')}`, fix: 'name the port' });
    }
    return { host: `${service.name}.${service.namespace}.svc.${domain}`, port: number! };
  }
  if (typeof name !== 'string' || !isDnsLabel(name)) {
    refuse({ code: 'ServiceNameInvalid', prop, got: name, allowed: 'the name of a Service, a DNS label', fix: 'write the name alone, and its namespace in `namespace`' });
  }
  return { host: `${name}.${namespace ?? Chart.of(scope).namespace}.svc.${domain}`, port: checkPort(port!, `${prop}.port`, refuse) };
}

function checkRedirect(options: RedirectOptions, prop: string, refuse: Refuse): Action {
  const { scheme, authority, path, port, status } = options;
  if (scheme === undefined && authority === undefined && path === undefined && port === undefined) {
    refuse({ code: 'RedirectEmpty', prop, got: options, allowed: 'one of scheme, authority, path, port', fix: 'say what changes: a redirect to the same URL never ends' });
  }
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') {
    refuse({ code: 'RedirectEmpty', prop: `${prop}.scheme`, got: scheme, allowed: 'http or https', fix: 'correct the scheme' });
  }
  if (path !== undefined) checkPath('exact', path, `${prop}.path`, refuse);
  if (scheme && port === (scheme === 'https' ? 443 : 80) && authority === undefined) {
    refuse({ code: 'RedirectPortIgnored', prop: `${prop}.port`, got: port, allowed: `another port than the one of ${scheme}, or \`authority\` beside it`, fix: 'set authority: only then is the port of the client left out' });
  }
  const code = status ?? 301;
  if (!REDIRECTS.includes(code)) {
    refuse({ code: 'StatusInvalid', prop: `${prop}.status`, got: status, allowed: REDIRECTS.join(', '), fix: 'use one of these' });
  }
  return { kind: 'redirect', scheme, authority, uri: path, port: port === undefined ? undefined : checkPort(port, `${prop}.port`, refuse), code };
}
