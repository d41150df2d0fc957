import { needVersion } from './standard-gateway';
import { IngressRule } from '../../http/rule';
import { GatewayApiChannel, MeshSettings } from '../../mesh-settings';
import { Refusal, Refuse } from '../basics/errors';
import { MAX_REGEX_BYTES } from '../basics/regex-limit';
import { ExternalServiceModel } from '../model/app-model';
import { IngressIntent } from '../model/ingress-route';
import { Match, PORT } from '../model/match';
import { MESH_HEADERS } from '../model/mesh-headers';
import { Action, CorsSpec, Edits, Rule, targetsOf, WeightedTarget } from '../model/rule';
import { ROUTE_LIMITS, STANDARD_METHODS, STANDARD_NAME, standardMatches } from '../requests/standard-match';

/** Where the rules of a route go. */
export interface StandardPlace {
  readonly settings: MeshSettings;
  /** The namespace of the route. */
  readonly namespace: string;
  /** The external services that rules lead to. */
  readonly outside: ExternalServiceModel[];
  /** The ports on which the route serves requests. */
  readonly ports: number[];
}

/** What all checks of one rule share. */
interface Question extends StandardPlace {
  readonly rule: Rule;
  /** The rule as the user wrote it. */
  readonly written: IngressRule;
  readonly prop: string;
  readonly refuse: Refuse;
}

type Said = Pick<Refusal, 'got' | 'allowed' | 'fix'>;

/** Whether HTTPRoutes can say what rules say. What they cannot is refused with the nearest thing that they can. */
export function checkStandardRules(written: IngressRule[], rules: Rule[], prop: string, place: StandardPlace, refuse: Refuse): void {
  rules.forEach((rule, i) => {
    const question = { ...place, rule, written: written[i], prop: `${prop}[${i}]`, refuse };
    rule.matches.forEach((match, j) => checkMatch(match, `${question.prop}.matches[${j}]`, refuse));
    checkAction(question);
    checkTargets(question);
    checkTimes(question);
    checkRewrite(question);
    checkHeaders(question);
    if (rule.fault) no('fault', { got: 'set', allowed: 'no faults', fix: 'leave it out, or forward to a Service that fails on purpose' }, question);
    if (rule.mirror && rule.mirror.percent !== 100) needVersion('1.3', 'a percentage', `${question.prop}.mirror.percent`, place.settings, refuse);
    if (rule.cors) checkCors(rule.cors, question);
  });
}

function no(option: string, said: Said, { prop, refuse }: Pick<Question, 'prop' | 'refuse'>): never {
  return refuse({ code: 'GatewayApiUnsupported', prop: option === '' ? prop : `${prop}.${option}`, ...said });
}

function checkMatch(match: Match, prop: string, refuse: Refuse): void {
  const at = { prop, refuse };
  const { authority, scheme, headers, queryParams, methods } = match;
  if (authority) no('authority', { got: authority.value, allowed: '`hosts` of the route, which decide for all of its rules', fix: 'create a route of its own for the host' }, at);
  if (scheme !== undefined) no('scheme', { got: scheme, allowed: 'rules for both schemes', fix: 'leave it out; PlainHttp.redirect or PlainHttp.closed keeps clear text away' }, at);
  headers.forEach(({ kind, name }, i) => {
    if (kind === 'absent') no(`headers[${i}]`, { got: `absent(${name})`, allowed: 'conditions on headers that are present', fix: 'leave it out, and take the other requests by a rule with HeaderMatch.present before this one' }, at);
  });
  queryParams.forEach(({ name }, i) => {
    if (!STANDARD_NAME.test(name)) no(`queryParams[${i}]`, { got: name, allowed: 'names of letters, digits and !#$%&\'*+-.^_`|~', fix: 'rename the parameter, or match by path or header' }, at);
  });
  methods.forEach((method, i) => {
    if (!STANDARD_METHODS.includes(method)) no(`methods[${i}]`, { got: method, allowed: STANDARD_METHODS.join(', '), fix: 'leave out `methods`, and let the Service refuse the others' }, at);
  });
  for (const [name, list] of Object.entries({ headers, queryParams })) {
    if (list.length > ROUTE_LIMITS.conditions) refuse({ code: 'ListTooLong', prop: `${prop}.${name}`, got: list.length, allowed: `up to ${ROUTE_LIMITS.conditions} in the Gateway API`, fix: 'use fewer conditions' });
  }
  const [standard] = standardMatches(match);
  checkLength(standard.path.value, MAX_REGEX_BYTES, `${prop}.path`, refuse);
  standard.headers?.forEach(({ value }, i) => checkLength(value, ROUTE_LIMITS.headerValue, `${prop}.headers[${i}]`, refuse));
  standard.queryParams?.forEach(({ value }, i) => checkLength(value, MAX_REGEX_BYTES, `${prop}.queryParams[${i}]`, refuse));
}

function checkLength(value: string, most: number, prop: string, refuse: Refuse): void {
  if (value.length > most) no('', { got: `${value.slice(0, 60)}... (${value.length} characters)`, allowed: `up to ${most} characters`, fix: 'shorten it' }, { prop, refuse });
}

function checkAction(question: Question): void {
  const { rule: { action } } = question;
  if (action!.kind === 'respond') {
    no('action', { got: `respond(${action!.status})`, allowed: 'RouteAction.forward, split and redirect', fix: action!.status === 404 ? 'leave out the rule: what no rule matches gets 404' : 'forward to a Service that answers so, or leave out the rule, so that requests get 404' }, question);
  }
  if (action!.kind === 'delegate') {
    no('action', { got: 'delegate', allowed: 'RouteAction.forward, split and redirect', fix: 'create an IngressRoute for the same host in the chart of the other team: rules of all routes are tried by how specific they are' }, question);
  }
  if (action!.kind === 'redirect') checkRedirect(action!, question);
}

function checkRedirect({ code, uri, authority, scheme, port }: Extract<Action, { kind: 'redirect' }>, question: Question): void {
  const { settings, ports, prop, refuse } = question;
  if (code !== 301 && code !== 302) needVersion('1.5', `a redirect with status ${code}`, `${prop}.action.status`, settings, refuse);
  if (uri !== undefined) checkLength(uri, MAX_REGEX_BYTES, `${prop}.action.path`, refuse);
  const odd = ports.find(number => number !== 80 && number !== 443);
  if (authority !== undefined && !PORT.test(authority) && scheme === undefined && port === undefined && odd !== undefined) {
    no('action.authority', { got: authority, allowed: `a host together with a scheme or a port: otherwise it would get port ${odd}, on which the gateway listens`, fix: 'set `scheme`' }, question);
  }
}

const MAX_BACKENDS = 16;
const MAX_WEIGHT = 1_000_000;

function checkTargets(question: Question): void {
  const { rule, outside, namespace, prop, refuse } = question;
  const to: WeightedTarget[] = rule.action!.kind === 'forward' ? rule.action!.to : [];
  checkBackends(to, `${prop}.action`, refuse);
  targetsOf(rule).forEach(({ subset }) => {
    if (subset !== undefined) no(rule.mirror?.to.subset === subset ? 'mirror.destination' : 'action', { got: `subset ${subset}`, allowed: 'Services', fix: 'create a Service for each version, and use Destination.service' }, question);
  });
  const external = to.filter(({ requestHeaders }) => requestHeaders);
  if (external.length === 0) return;
  if (to.length > 1) {
    no('action', { got: `several destinations, among them ${external[0].host}`, allowed: 'a host outside as the only destination, because a rule writes one host name into requests', fix: 'forward to it in a rule of its own' }, question);
  }
  const { host } = external[0];
  const [authority] = Object.values(external[0].requestHeaders!.set!);
  if (authority !== host) {
    no('action', { got: authority, allowed: 'a host outside on the default port of its scheme, because the Host header gets no port', fix: 'use a host that is served on port 443 or 80' }, question);
  }
  const service = outside.find(({ service: { hosts } }) => hosts.includes(host))!;
  if (service.namespace !== namespace) {
    no('action', { got: `${service.path}, in namespace ${service.namespace}`, allowed: `an external service of ${namespace}, the namespace of the route`, fix: `create the ExternalService in a chart with namespace ${namespace}` }, question);
  }
}

/** Whether a TLSRoute or TCPRoute can say where connections go. */
export function checkStandardOpaque({ hosts, opaque }: Pick<IngressIntent, 'hosts' | 'opaque'>, refuse: Refuse): void {
  if (hosts.includes('*')) {
    refuse({ code: 'GatewayApiUnsupported', prop: 'hosts', got: '*', allowed: 'names and wildcards such as *.example.com for TLS passthrough', fix: 'list the hosts' });
  }
  const { to } = opaque!;
  checkBackends(to, 'destinations', refuse);
  const subset = to.findIndex(target => target.subset !== undefined);
  if (subset >= 0) {
    refuse({ code: 'GatewayApiUnsupported', prop: `destinations[${subset}]`, got: `subset ${to[subset].subset}`, allowed: 'Services', fix: 'create a Service for each version, and use Destination.service' });
  }
  const outside = to.findIndex(({ requestHeaders }) => requestHeaders);
  if (outside >= 0) {
    refuse({ code: 'GatewayApiUnsupported', prop: `destinations[${outside}]`, got: to[outside].host, allowed: 'Services', fix: 'use Destination.service' });
  }
}

function checkBackends(to: WeightedTarget[], prop: string, refuse: Refuse): void {
  if (to.length > MAX_BACKENDS) refuse({ code: 'ListTooLong', prop, got: `${to.length} destinations`, allowed: `up to ${MAX_BACKENDS} in the Gateway API`, fix: 'use fewer destinations' });
  if (to.some(({ weight = 0 }) => weight > MAX_WEIGHT)) refuse({ code: 'WeightInvalid', prop, got: to.map(({ weight }) => weight), allowed: `weights of at most ${MAX_WEIGHT} in the Gateway API`, fix: 'use smaller numbers in the same proportion' });
}

/** What Istio retries for every HTTPRoute with retries, besides status codes. */
const ALWAYS_RETRIED = ['connect-failure', 'refused-stream', 'unavailable', 'cancelled'];

function checkTimes(question: Question): void {
  const { rule: { timeoutMs, retries }, written, settings, prop, refuse } = question;
  if (timeoutMs !== undefined) needVersion('1.2', 'set', `${prop}.timeout`, settings, refuse);
  if (!retries) return;
  if (settings.gatewayApiChannel !== GatewayApiChannel.EXPERIMENTAL) {
    refuse({ code: 'GatewayApiChannelMissing', prop: `${prop}.retries`, got: 'set', allowed: 'rules without retries, on the standard channel: Istio retries twice after connection failures', fix: 'leave it out, or, if the cluster has the CRDs of the experimental channel, say so with gatewayApiChannel in MeshSettings.of' });
  }
  needVersion('1.2', 'set', `${prop}.retries`, settings, refuse);
  if (retries.attempts === 0) no('retries.attempts', { got: 0, allowed: 'a whole number from 1', fix: 'leave out `retries`: Istio then retries twice, after connection failures only' }, question);
  written.retries!.retryOn?.forEach((condition, i) => {
    const known = condition === 'gateway-error' || condition === 'retriable-status-codes' || ALWAYS_RETRIED.includes(condition) || /^[45]\d\d$/.test(condition);
    if (!known) no(`retries.retryOn[${i}]`, { got: condition, allowed: `gateway-error, status codes from 400, and what is always retried: ${ALWAYS_RETRIED.join(', ')}`, fix: 'name the status codes to retry' }, question);
  });
  const { perTryTimeoutMs } = retries;
  if (perTryTimeoutMs !== undefined && timeoutMs !== undefined && perTryTimeoutMs > timeoutMs) {
    no('retries.perTryTimeout', { got: `${perTryTimeoutMs} ms`, allowed: `at most the timeout of the rule, ${timeoutMs} ms`, fix: 'shorten it, or leave it out' }, question);
  }
}

function checkRewrite(question: Question): void {
  const { rule: { rewrite, matches } } = question;
  if (rewrite?.authority !== undefined && PORT.test(rewrite.authority)) {
    no('rewrite.authority', { got: rewrite.authority, allowed: 'a host without a port', fix: 'leave out the port' }, question);
  }
  const path = rewrite?.path;
  if (path?.kind === 'regex') no('rewrite.path', { got: `regex(${path.regex})`, allowed: 'PathRewrite.prefix and PathRewrite.full', fix: 'match the prefix, and replace it; or rewrite in the Service' }, question);
  if (path) checkLength(path.value, MAX_REGEX_BYTES, `${question.prop}.rewrite.path`, question.refuse);
  if (path?.kind !== 'prefix') return;
  if (path.value !== '/' && path.value.endsWith('/')) {
    no('rewrite.path', { got: path.value, allowed: 'a prefix without a slash at the end, or / alone: Istio drops the slash', fix: 'leave out the slash; whole segments are replaced anyway' }, question);
  }
  const odd = matches.find(match => standardMatches(match)[0].path.kind !== 'PathPrefix');
  if (odd) {
    no('rewrite.path', { got: `prefix(${path.value}), for ${odd.path!.value}`, allowed: 'a rewrite of what PathMatch.prefix matches, in the case that it is written in', fix: 'match with PathMatch.prefix, without ignoreCase, or use PathRewrite.full' }, question);
  }
  const root = matches.find(match => standardMatches(match)[0].path.value === '/');
  if (root && path.value !== '/') {
    no('rewrite.path', { got: `prefix(${path.value}), for /`, allowed: 'a rewrite of a prefix that is longer than /: Istio would join the two without a slash', fix: 'match the first segments, in a rule for each' }, question);
  }
}

function checkHeaders({ rule, prop, refuse }: Question): void {
  const outside = rule.action!.kind === 'forward' && rule.action!.to.some(({ requestHeaders }) => requestHeaders);
  for (const option of ['requestHeaders', 'responseHeaders'] as const) {
    const edits: Edits | undefined = rule[option];
    const removed = new Set([...edits?.remove ?? [], ...outside && option === 'requestHeaders' ? MESH_HEADERS : []]);
    const sizes = { set: Object.keys(edits?.set ?? {}).length, add: Object.keys(edits?.add ?? {}).length, remove: removed.size };
    for (const [operation, size] of Object.entries(sizes)) {
      if (size > ROUTE_LIMITS.edits) refuse({ code: 'ListTooLong', prop: `${prop}.${option}.${operation}`, got: size, allowed: `up to ${ROUTE_LIMITS.edits} headers in the Gateway API${outside && operation === 'remove' ? `, with the ${MESH_HEADERS.length} of the mesh that are removed anyway` : ''}`, fix: 'change fewer headers' });
    }
    for (const [name, value] of Object.entries({ ...edits?.set, ...edits?.add })) checkLength(value, ROUTE_LIMITS.headerValue, `${prop}.${option}[${name}]`, refuse);
  }
}

const MAX_CORS = 64;
const MAX_ORIGIN = 253;

function checkCors({ allowOrigins, allowMethods, allowHeaders, exposeHeaders, allowCredentials: _ }: CorsSpec, question: Question): void {
  const { settings, prop, refuse } = question;
  needVersion('1.5', 'set', `${prop}.cors`, settings, refuse);
  allowOrigins.forEach((origin, i) => {
    const { exact } = origin;
    const at = { prop: `${prop}.cors.allowOrigins[${i}]`, refuse };
    if (exact === undefined) no('', { got: Object.values(origin)[0], allowed: 'origins that are written out, with StringMatch.exact', fix: 'list each origin' }, at);
    if (exact === 'null' || exact!.includes('[')) no('', { got: exact, allowed: 'origins with a host name, or *', fix: 'leave it out' }, at);
    if (exact === '*' && allowOrigins.length > 1) no('', { got: exact, allowed: '* alone', fix: 'leave out the other origins' }, at);
    checkLength(exact!, MAX_ORIGIN, at.prop, refuse);
  });
  allowMethods?.forEach((method, i) => {
    if (method !== '*' && !STANDARD_METHODS.includes(method)) no(`cors.allowMethods[${i}]`, { got: method, allowed: `${STANDARD_METHODS.join(', ')}, or *`, fix: 'leave it out' }, question);
  });
  for (const [name, list = []] of Object.entries({ allowOrigins, allowMethods, allowHeaders, exposeHeaders })) {
    if (list.length > MAX_CORS) refuse({ code: 'ListTooLong', prop: `${prop}.cors.${name}`, got: list.length, allowed: `up to ${MAX_CORS} in the Gateway API`, fix: 'list fewer' });
    if (name !== 'allowOrigins' && list.length > 1 && (list as string[]).includes('*')) no(`cors.${name}`, { got: list, allowed: '* alone', fix: 'leave out the others' }, question);
  }
}
