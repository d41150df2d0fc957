import { IConstruct } from 'constructs';
import { ExternalIntent, isHttp } from './external';
import { Match, checkMatches } from './match';
import { Rule, checkRules } from './rule';
import { Caller } from '../../egress/caller';
import { RouteMatch } from '../../http/route-match';
import { EgressRule } from '../../http/rule';
import { checkDnsName, checkEnum, checkLabel, checkReason } from '../checks';
import { Refuse } from '../errors';
import { isWildcard } from '../hosts';
import { checkList, needKind } from '../kinds';
import { isDnsName } from '../names';
import { CALLER_HEADER } from '../plan/callers';
import { GatewayFacts, ownLegOneHost } from '../plan/egress-gateway';
import { PORT_HEADER, legOneOf } from '../plan/egress-route';
import { intersect } from '../plan/intersect';
import { MESH_HEADERS } from '../plan/leaving';

/** What an `EgressRoute` says, checked, with what it needs to know of the service and the gateway. */
export interface EgressIntent {
  /** The namespace of the chart, and the name of the mesh leg where the user gave one. */
  readonly namespace: string;
  readonly name?: string;
  readonly service: ExternalIntent;
  readonly gateway: GatewayFacts;
  readonly callers: { readonly namespace: string; readonly serviceAccount?: string }[];
  readonly callerNamespaces: string[];
  readonly appTls: 'WRAP' | 'PASSTHROUGH';
  readonly allow?: Match[];
  /** Within `allow`: none of them widens it. */
  readonly rules: Rule[];
  readonly keepHeaders: string[];
  readonly layout: 'SPLIT' | 'SINGLE';
  readonly plaintextReason?: string;
  readonly trustDomain: string;
}

export interface EgressInput {
  readonly callers?: Caller[];
  readonly appTls?: 'WRAP' | 'PASSTHROUGH';
  readonly allow?: RouteMatch[];
  readonly rules?: EgressRule[];
  readonly keepHeaders?: string[];
  readonly layout: 'SPLIT' | 'SINGLE';
  readonly plaintextLegOne?: string;
}

export interface EgressSurroundings {
  readonly namespace: string;
  readonly name?: string;
  readonly trustDomain: string;
  readonly service: ExternalIntent;
  readonly gateway: GatewayFacts;
}

export function checkEgressRoute(scope: IConstruct, input: EgressInput, around: EgressSurroundings, refuse: Refuse): EgressIntent {
  checkEnum(input.appTls, ['WRAP', 'PASSTHROUGH'], 'appTls', refuse);
  checkEnum(input.layout, ['SPLIT', 'SINGLE'], 'virtualServices', refuse);
  checkService(around, refuse);
  checkTraffic(input, around.service, refuse);
  const allow = input.allow && checkAllow(input.allow, refuse);
  const callers = (checkList(input.callers, 'callers', refuse) ?? [Caller.namespace(around.namespace)]).map((c, i) => checkCaller(c, `callers[${i}]`, refuse));
  const rules = checkRules(scope, input.rules ?? [], 'rules', refuse);
  checkOwnConditions(allow ?? [], 'allow', refuse);
  rules.forEach((rule, i) => checkOwnConditions(rule.matches, `rules[${i}].matches`, refuse));
  const intent: EgressIntent = {
    ...around,
    callers,
    callerNamespaces: [...new Set(callers.map(c => c.namespace))],
    appTls: input.appTls ?? 'WRAP',
    allow,
    rules: rules.map((rule, i) => (allow ? limitRule(rule, allow, `rules[${i}].matches`, refuse) : rule)),
    keepHeaders: checkKeptHeaders(input.keepHeaders ?? [], refuse),
    layout: input.layout,
    plaintextReason: input.plaintextLegOne === undefined ? undefined : checkReason(input.plaintextLegOne, 'plaintextLegOne', refuse),
  };
  checkCallers(input, intent, refuse);
  return intent;
}

function checkService({ service, gateway }: EgressSurroundings, refuse: Refuse): void {
  const wildcard = service.hosts.findIndex(isWildcard);
  if (wildcard >= 0 && service.endpoints.length === 0) {
    refuse({ code: 'WildcardThroughGateway', prop: `service.hosts[${wildcard}]`, got: service.hosts[wildcard], allowed: 'full names, or wildcards whose names are all served at known places', fix: 'name each host; or say which host serves them all, with Resolution.servedBy(host); or declare the service as direct with Resolution.dynamicDns(), past the gateway' });
  }
  if (service.resolution === 'NONE') {
    refuse({ code: 'ResolutionNoneBehindGateway', prop: 'service.resolution', got: 'NONE', allowed: 'DNS, DNS_ROUND_ROBIN, STATIC', fix: 'use Resolution.dns() or Resolution.endpoints()' });
  }
  service.ports.filter(p => !isHttp(p)).forEach(({ number: port }) => service.hosts.forEach((host, i) => {
    if (!isDnsName(ownLegOneHost(gateway, host, port))) {
      refuse({ code: 'HostInvalid', prop: `service.hosts[${i}]`, got: host, allowed: `a host that leaves room for the name of leg 1, ${ownLegOneHost(gateway, host, port)}`, fix: 'shorten the name of the gateway; a label of a name has 63 characters, a name 253' });
    }
  }));
  service.ports.forEach(({ tls }, i) => {
    if (tls?.secretNamespace !== undefined && tls.secretNamespace !== gateway.namespace) {
      refuse({ code: 'ClientCertificateNamespace', prop: `service.ports[${i}].tls.clientCertificate`, got: `${tls.secretNamespace}/${tls.secret}`, allowed: `a Secret in ${gateway.namespace}, where the pods of the gateway run`, fix: `make the Secret ${tls.secret} in ${gateway.namespace}` });
    }
  });
}

function checkTraffic(input: EgressInput, service: ExternalIntent, refuse: Refuse): void {
  const opaque = service.ports.find(p => !isHttp(p));
  if (input.allow && opaque) {
    refuse({ code: 'RulesOnOpaqueTraffic', prop: 'allow', got: `a service with port ${opaque.number} (${opaque.protocol})`, allowed: 'HTTP ports only, where the gateway reads requests', fix: 'use ExternalPort.httpToHttps() and let the application say http://' });
  }
  if (input.rules?.length && !service.ports.some(isHttp)) {
    refuse({ code: 'RulesOnOpaqueTraffic', prop: 'rules', got: `ports ${service.ports.map(p => `${p.number} (${p.protocol})`).join(', ')}`, allowed: 'a service with an HTTP port', fix: 'use ExternalPort.httpToHttps() and let the application say http://' });
  }
  if (input.plaintextLegOne !== undefined && opaque) {
    refuse({ code: 'PlaintextLegOneProtocol', prop: 'plaintextLegOne', got: `a service with port ${opaque.number} (${opaque.protocol})`, allowed: 'HTTP ports only', fix: 'leave out plaintextLegOne: the application\'s own TLS is no plaintext' });
  }
  if (input.appTls !== undefined && !service.ports.some(p => p.protocol === 'HTTPS' || p.protocol === 'TLS')) {
    refuse({ code: 'AppTlsWithoutTls', prop: 'appTls', got: input.appTls, allowed: 'a service with a port of ExternalPort.https() or tls()', fix: 'leave out appTls' });
  }
}

function checkAllow(allow: RouteMatch[], refuse: Refuse): Match[] {
  if (checkList(allow, 'allow', refuse).length === 0) {
    refuse({ code: 'RulesEmpty', prop: 'allow', got: allow, allowed: 'one match or more', fix: 'leave out `allow` to let everything pass, or delete the route to let nothing pass' });
  }
  return checkMatches(allow, 'allow', refuse);
}

/** A rule tunes what is allowed: it holds for requests that fit both one of its matches and one of the allowed ones. */
function limitRule(rule: Rule, allow: Match[], prop: string, refuse: Refuse): Rule {
  if (rule.matches.length === 0) return { ...rule, matches: allow };
  const matches = rule.matches.flatMap(m => allow.map(a => intersect(m, a)));
  if (matches.includes('inexpressible')) {
    refuse({ code: 'RulesCannotCombine', prop, got: 'a condition that overlaps with one of `allow`', allowed: 'conditions that can be joined with those of `allow`', fix: 'repeat the condition of `allow` in the rule' });
  }
  const left = matches.filter((m): m is Match => typeof m !== 'string');
  if (left.length === 0) {
    refuse({ code: 'RuleNeverAllowed', prop, got: 'matches outside `allow`', allowed: 'requests that `allow` lets through', fix: 'add them to `allow`, or delete the rule' });
  }
  return { ...rule, matches: left };
}

export function checkCaller(caller: Caller, prop: string, refuse: Refuse) {
  const { _namespace: namespace, _serviceAccount: serviceAccount } = needKind(caller, Caller, prop, refuse);
  checkLabel(namespace, prop, refuse);
  if (serviceAccount !== undefined) checkDnsName(serviceAccount, prop, 'service account', refuse);
  return { namespace, serviceAccount };
}

function checkCallers(input: EgressInput, intent: EgressIntent, refuse: Refuse): void {
  if (intent.callers.length === 0) {
    refuse({ code: 'CallersEmpty', prop: 'callers', got: input.callers, allowed: 'one caller or more', fix: 'leave it out for the namespace of the chart' });
  }
  const open = intent.service.ports.map(p => legOneOf(intent, p)).find(leg => leg === 'passthrough' || leg === 'plaintext');
  if (input.callers && open) {
    refuse({
      code: 'CallersNotEnforceable',
      prop: 'callers',
      got: intent.callers.map(c => (c.serviceAccount ? `${c.namespace}/${c.serviceAccount}` : c.namespace)),
      allowed: 'no callers where leg 1 is not mTLS',
      fix: open === 'passthrough' ? 'use AppTls.WRAP, or leave out callers' : 'leave out plaintextLegOne, or leave out callers',
    });
  }
}

/** Leg 1 and the gateway write some headers themselves, and leg 2 tells by them what may leave; leg 1 is TLS, whatever the application said. */
function checkOwnConditions(matches: Match[], prop: string, refuse: Refuse): void {
  const own = [CALLER_HEADER, PORT_HEADER];
  matches.forEach(({ headers, scheme }, i) => {
    const used = own.find(name => headers.has(name));
    if (used) {
      refuse({ code: 'HeaderInvalid', prop: `${prop}[${i}].headers`, got: used, allowed: `headers other than ${own.join(', ')}`, fix: 'say who may call with `callers`' });
    }
    if (scheme !== undefined) {
      refuse({ code: 'SchemeInvalid', prop: `${prop}[${i}].scheme`, got: scheme, allowed: 'no scheme at egress', fix: 'leave it out: applications say http:// where the gateway reads requests' });
    }
  });
}

function checkKeptHeaders(headers: string[], refuse: Refuse): string[] {
  return checkList(headers, 'keepHeaders', refuse).map((header, i) => {
    const lower = String(header).toLowerCase();
    if (!MESH_HEADERS.includes(lower)) {
      refuse({ code: 'HeaderInvalid', prop: `keepHeaders[${i}]`, got: header, allowed: MESH_HEADERS.join(', '), fix: 'leave it out: headers of the application always pass' });
    }
    return lower;
  });
}
