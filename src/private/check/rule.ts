import { STATUS_CODES } from 'node:http';
import { IConstruct } from 'constructs';
import { checkAction, checkDestination, checkUnweighted } from './action';
import { checkCors } from './cors';
import { checkDelegateAction, checkHandedOn } from './delegate-action';
import { externalDestinations } from './external-destination';
import { checkHeaderValue } from './header-value';
import { checkMatches, checkPath, isPathPart } from './match';
import { Cors } from '../../http/cors';
import { Fault } from '../../http/fault';
import { HeaderEdits } from '../../http/header-edits';
import { Retries } from '../../http/retries';
import { Rewrite } from '../../http/rewrite';
import { RouteAction } from '../../http/route-action';
import { RouteRule } from '../../http/rule';
import { checkHeaderName, checkPercent, checkRegex, checkStatus, checkTimeout } from '../basics/checks';
import { Refuse } from '../basics/errors';
import { checkAuthority } from '../basics/hosts';
import { groupsOf } from '../basics/re2';
import { Match, orEverything } from '../model/match';
import { Edits, FaultSpec, RetriesSpec, RewriteIntent, Rule } from '../model/rule';
import { EarlierRules } from '../requests/earlier-rules';

const RETRY_CONDITIONS = [
  '5xx', 'gateway-error', 'reset', 'reset-before-request', 'connect-failure', 'envoy-ratelimited', 'retriable-4xx', 'refused-stream',
  'cancelled', 'deadline-exceeded', 'internal', 'resource-exhausted', 'unavailable',
];

/** Enables the status codes listed beside it. Istio adds it to them automatically; alone, it has no effect. */
const BY_STATUS = 'retriable-status-codes';

/** The codes that Istio's webhook accepts: those for which Go has a status text. */
function isRetryStatus(condition: string): boolean {
  return Object.keys(STATUS_CODES).includes(condition) && condition !== '509';
}

type Input = RouteRule & { readonly action?: RouteAction; readonly cors?: Cors };

export function checkRules(scope: IConstruct, rules: Input[], prop: string, refuse: Refuse, before?: EarlierRules): Rule[] {
  if (rules.length === 0) return [];
  const checked = rules.map((rule, i) => checkRule(scope, rule, `${prop}[${i}]`, refuse));
  afterAll(checked, before, (rule, earlier, i) => checkReachable(rule, earlier, `${prop}[${i}].matches`, refuse));
  afterAll(checked, before, (rule, earlier, i) => checkPreflights(rule, earlier, `${prop}[${i}].cors`, refuse));
  return checked;
}

/** Checks each rule against those before it. */
function afterAll(rules: Rule[], before: EarlierRules | undefined, check: (rule: Rule, earlier: EarlierRules[], i: number) => void): void {
  const own = new EarlierRules();
  rules.forEach((rule, i) => {
    check(rule, before ? [before, own] : [own], i);
    own.add(rule);
  });
}

/** The first matching rule decides, so a rule after a wider one would have no effect. */
function checkReachable(rule: Rule, earlier: EarlierRules[], prop: string, refuse: Refuse): void {
  if (orEverything(rule.matches).every(match => earlier.some(rules => rules.takeAll(match)))) {
    refuse({ code: 'RuleUnreachable', prop, got: 'only requests that an earlier rule matches', allowed: 'requests that no earlier rule matches', fix: 'move the rule before the wider one, or delete it' });
  }
}

function checkPreflights(rule: Rule, earlier: EarlierRules[], prop: string, refuse: Refuse): void {
  if (earlier.some(rules => rules.answerFor(rule))) {
    refuse({ code: 'CorsAmbiguous', prop, got: rule.cors && 'a value different from that of an earlier rule', allowed: 'the cors of the earlier rule, which differs only in headers', fix: 'give both rules the same cors, or distinguish them by path: a preflight does not carry the headers of the actual request' });
  }
}

function checkRule(scope: IConstruct, rule: Input, prop: string, refuse: Refuse): Rule {
  const matches = checkMatches(rule.matches ?? [], `${prop}.matches`, refuse);
  const delegate = rule.action?._spec.delegate;
  const action = delegate ? checkDelegateAction(scope, delegate, matches, prop, refuse) : rule.action && checkAction(scope, rule.action, `${prop}.action`, refuse);
  if (delegate) {
    checkHandedOn(scope, rule, delegate, prop, refuse);
  } else if (action && action.kind !== 'forward') {
    const unused = (['timeout', 'retries', 'rewrite', 'requestHeaders', 'fault', 'mirror', 'cors'] as const).find(option => rule[option] !== undefined);
    if (unused) {
      refuse({ code: 'RuleOptionUnused', prop: `${prop}.${unused}`, got: 'set', allowed: 'a rule that forwards', fix: `leave it out, or make the rule forward: a ${action.kind} reaches no destination` });
    }
  }
  if (rule.mirror) checkUnweighted(rule.mirror.destination, `${prop}.mirror.destination`, refuse);
  const foreign = rule.rewrite?.authority !== undefined && externalDestinations([rule]).length > 0;
  if (foreign) {
    refuse({ code: 'RuleOptionUnused', prop: `${prop}.rewrite.authority`, got: rule.rewrite!.authority, allowed: 'only a rewrite of the path with Destination.external', fix: 'leave it out: each external host receives its own name' });
  }
  return {
    matches,
    action,
    timeoutMs: checkTimeout(rule.timeout, `${prop}.timeout`, refuse),
    retries: rule.retries && checkRetries(rule.retries, `${prop}.retries`, refuse),
    rewrite: isSet(rule.rewrite) ? checkRewrite(rule.rewrite, matches, `${prop}.rewrite`, refuse) : undefined,
    requestHeaders: checkEdits(rule.requestHeaders, `${prop}.requestHeaders`, refuse),
    responseHeaders: checkEdits(rule.responseHeaders, `${prop}.responseHeaders`, refuse),
    fault: isSet(rule.fault) ? checkFault(rule.fault, `${prop}.fault`, refuse) : undefined,
    cors: rule.cors && checkCors(scope, rule.cors, matches, `${prop}.cors`, refuse),
    mirror: rule.mirror && {
      to: checkDestination(scope, rule.mirror.destination, `${prop}.mirror.destination`, refuse),
      percent: checkPercent(rule.mirror.percent ?? 100, `${prop}.mirror.percent`, refuse),
    },
  };
}

/** Istio refuses options that are empty. */
function isSet<T extends object>(option: T | undefined): option is T {
  return option !== undefined && Object.values(option).some(value => value !== undefined);
}

function checkFault({ delay, abort }: Fault, prop: string, refuse: Refuse): FaultSpec {
  return {
    delay: delay && {
      percent: checkPercent(delay.percent, `${prop}.delay.percent`, refuse),
      ms: checkTimeout(delay.duration, `${prop}.delay.duration`, refuse)!,
    },
    abort: abort && {
      percent: checkPercent(abort.percent, `${prop}.abort.percent`, refuse),
      status: checkStatus(abort.status, `${prop}.abort.status`, refuse),
    },
  };
}

function checkRetries(retries: Retries, prop: string, refuse: Refuse): RetriesSpec {
  const { attempts, perTryTimeout, retryOn } = retries;
  if (!Number.isInteger(attempts) || attempts < 0 || attempts >= 2 ** 31) {
    refuse({ code: 'RetryConditionInvalid', prop: `${prop}.attempts`, got: attempts, allowed: `a whole number from 0${attempts >= 2 ** 31 ? ' to 2147483647' : ''}`, fix: 'correct the number' });
  }
  const useless = attempts === 0 ? (['perTryTimeout', 'retryOn'] as const).find(option => retries[option] !== undefined) : undefined;
  if (useless) {
    refuse({ code: 'RuleOptionUnused', prop: `${prop}.${useless}`, got: 'set', allowed: 'attempts above 0', fix: 'leave it out, or raise attempts' });
  }
  if (retryOn?.length === 0) {
    refuse({ code: 'RetryConditionInvalid', prop: `${prop}.retryOn`, got: retryOn, allowed: 'at least one condition', fix: 'leave it out, or set `attempts: 0` to disable retries' });
  }
  retryOn?.forEach((condition, i) => {
    const at = { code: 'RetryConditionInvalid', prop: `${prop}.retryOn[${i}]`, got: condition } as const;
    if (condition === BY_STATUS) {
      if (!retryOn!.some(isRetryStatus)) refuse({ ...at, allowed: `${BY_STATUS} together with status codes`, fix: 'add the status codes to retry, for example 503' });
    } else if (!RETRY_CONDITIONS.includes(condition) && !isRetryStatus(condition)) {
      refuse({ ...at, allowed: `${RETRY_CONDITIONS.join(', ')}, or a registered status code`, fix: 'use one of these' });
    }
  });
  return {
    attempts,
    perTryTimeoutMs: checkTimeout(perTryTimeout, `${prop}.perTryTimeout`, refuse),
    retryOn: attempts === 0 ? undefined : retryOn ?? ['gateway-error', 'reset', 'connect-failure', 'refused-stream'],
  };
}

function checkRewrite({ path, authority }: Rewrite, matches: Match[], prop: string, refuse: Refuse): RewriteIntent {
  if (path?._regex !== undefined) checkSubstitution(path._regex, path.replacement, `${prop}.path`, refuse);
  else if (path) checkPath('exact', path.replacement, `${prop}.path`, refuse);
  if (path?._kind === 'prefix' && (matches.length === 0 || matches.some(m => m.path?.kind !== 'prefix' && m.path?.kind !== 'rawPrefix'))) {
    refuse({ code: 'RewriteWithoutPrefix', prop: `${prop}.path`, got: path.replacement, allowed: 'a rule in which every match has a path prefix', fix: 'match with PathMatch.prefix, or use PathRewrite.full' });
  }
  const prefixes = path?._kind === 'prefix' ? matches.map(m => m.path!) : undefined;
  return {
    path: path && { kind: path._kind, value: path.replacement, regex: path._regex, prefixes },
    authority: authority === undefined ? undefined : checkAuthority(authority, `${prop}.authority`, refuse),
  };
}

function checkSubstitution(regex: string, substitution: string, prop: string, refuse: Refuse): void {
  checkRegex(regex, prop, refuse);
  const groups = groupsOf(regex);
  if (typeof substitution !== 'string' || !isPathPart(String(substitution).replace(/\\\d/g, '')) || substitution === '') {
    refuse({ code: 'PathInvalid', prop, got: substitution, allowed: 'part of a path, with groups written as \\1', fix: 'correct the substitution; PathRewrite.full replaces the whole path' });
  }
  const missing = (substitution.match(/(?<=\\)\d/g) ?? []).find(group => Number(group) > groups);
  if (missing !== undefined) {
    refuse({ code: 'PathInvalid', prop, got: substitution, allowed: `groups up to \\${groups}, the last one in the expression`, fix: 'correct the number: otherwise Envoy leaves the path unchanged' });
  }
}

/** The headers that delimit messages: connections break if they are changed. */
const FRAMING = ['content-length', 'transfer-encoding'];

function checkEditable(name: string, prop: string, refuse: Refuse): void {
  checkHeaderName(name, prop, refuse);
  if (FRAMING.includes(name.toLowerCase())) {
    refuse({ code: 'HeaderInvalid', prop, got: name, allowed: `headers other than ${FRAMING.join(', ')}`, fix: 'leave it out: proxies set it themselves' });
  }
}

function checkEdits(edits: HeaderEdits | undefined, prop: string, refuse: Refuse): Edits | undefined {
  if (!edits) return undefined;
  for (const operation of ['set', 'add', 'remove'] as const) {
    const at = `${prop}.${operation}`;
    if (operation === 'remove') {
      edits.remove?.forEach((name, i) => checkEditable(name, `${at}[${i}]`, refuse));
    } else {
      for (const [name, value] of Object.entries(edits[operation] ?? {})) {
        checkEditable(name, at, refuse);
        checkHeaderValue(value, `${at}[${name}]`, refuse);
      }
    }
  }
  return edits;
}
