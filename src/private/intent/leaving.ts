import { IConstruct } from 'constructs';
import { ExternalIntent, isHttp } from './external';
import { Match, checkMatches } from './match';
import { Rule, checkRules } from './rule';
import { RouteMatch } from '../../http/route-match';
import { EgressRule } from '../../http/rule';
import { Refuse } from '../errors';
import { checkList } from '../kinds';
import { intersect } from '../plan/intersect';
import { MESH_HEADERS } from '../plan/leaving';

/** What a route says of requests that leave the mesh by it, checked. */
export interface Leaving {
  readonly allow?: Match[];
  /** Within `allow`: none of them widens it. */
  readonly rules: Rule[];
  readonly keepHeaders: string[];
}

export interface LeavingInput {
  readonly allow?: RouteMatch[];
  readonly rules?: EgressRule[];
  readonly keepHeaders?: string[];
}

/** `own` are the headers by which the route itself tells requests apart. */
export function checkLeaving(scope: IConstruct, input: LeavingInput, service: ExternalIntent, own: string[], refuse: Refuse): Leaving {
  checkReadable(input, service, refuse);
  const allow = input.allow && checkAllow(input.allow, refuse);
  const rules = checkRules(scope, input.rules ?? [], 'rules', refuse);
  checkOwnConditions(allow ?? [], own, 'allow', refuse);
  rules.forEach((rule, i) => checkOwnConditions(rule.matches, own, `rules[${i}].matches`, refuse));
  return {
    allow,
    rules: rules.map((rule, i) => (allow ? limitRule(rule, allow, `rules[${i}].matches`, refuse) : rule)),
    keepHeaders: checkKeptHeaders(input.keepHeaders ?? [], refuse),
  };
}

function checkReadable(input: LeavingInput, service: ExternalIntent, refuse: Refuse): void {
  const opaque = service.ports.find(p => !isHttp(p));
  if (input.allow && opaque) {
    refuse({ code: 'RulesOnOpaqueTraffic', prop: 'allow', got: `a service with port ${opaque.number} (${opaque.protocol})`, allowed: 'HTTP ports only, where a proxy reads requests', fix: 'use ExternalPort.httpToHttps() and let the application say http://' });
  }
  if (input.rules?.length && !service.ports.some(isHttp)) {
    refuse({ code: 'RulesOnOpaqueTraffic', prop: 'rules', got: `ports ${service.ports.map(p => `${p.number} (${p.protocol})`).join(', ')}`, allowed: 'a service with an HTTP port', fix: 'use ExternalPort.httpToHttps() and let the application say http://' });
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

/** Applications say `http://` wherever a proxy reads their requests. */
function checkOwnConditions(matches: Match[], own: string[], prop: string, refuse: Refuse): void {
  matches.forEach(({ headers, scheme }, i) => {
    const used = own.find(name => headers.has(name));
    if (used) {
      refuse({ code: 'HeaderInvalid', prop: `${prop}[${i}].headers`, got: used, allowed: `headers other than ${own.join(', ')}`, fix: 'say who may call with `callers`' });
    }
    if (scheme !== undefined) {
      refuse({ code: 'SchemeInvalid', prop: `${prop}[${i}].scheme`, got: scheme, allowed: 'no scheme at egress', fix: 'leave it out: applications say http:// where a proxy reads requests' });
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
