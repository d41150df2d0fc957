import { checkMatches } from './match';
import { Caller } from '../../egress/caller';
import { RouteMatch } from '../../http/route-match';
import { checkDnsName, checkLabel, checkReason } from '../basics/checks';
import { Refuse } from '../basics/errors';
import { CallerIdentity, Grant } from '../model/egress-route';
import { Match } from '../model/match';
import { Rule } from '../model/rule';
import { granted, within } from '../requests/grants';

export function checkCaller(caller: Caller, prop: string, refuse: Refuse): CallerIdentity {
  const { callerNamespace: namespace, _serviceAccount: serviceAccount, _anyNamespaceReason: reason } = caller;
  if (reason === undefined) checkLabel(namespace, prop, refuse);
  else checkReason(reason, prop, refuse);
  if (serviceAccount !== undefined) checkDnsName(serviceAccount, prop, 'service account', refuse);
  return { namespace, serviceAccount };
}

export function checkAllow(allow: RouteMatch[] | undefined, prop: string, own: string[], refuse: Refuse): Match[] {
  if (allow === undefined) return [];
  if (allow.length === 0) {
    refuse({ code: 'RulesEmpty', prop, got: allow, allowed: 'at least one match', fix: 'leave out `allow` to permit everything, or delete the route to permit nothing' });
  }
  const matches = checkMatches(allow, prop, refuse);
  checkOwnConditions(matches, own, prop, refuse);
  return matches;
}

/** Who may do what: callers without an `allow` of their own share a grant, and each of the others has its own. */
export function checkGrants(callers: Caller[], allow: Match[], own: string[], refuse: Refuse): Grant[] {
  const plain: CallerIdentity[] = [];
  const limited: Grant[] = [];
  callers.forEach((caller, i) => {
    const identity = checkCaller(caller, `callers[${i}]`, refuse);
    const list = checkAllow(caller._options.allow, `callers[${i}].allow`, own, refuse);
    if (list.length === 0) plain.push(identity);
    else limited.push({ callers: [identity], allow: narrow(list, [allow], `callers[${i}].allow`, refuse) });
  });
  return [...(plain.length > 0 ? [{ callers: plain, allow }] : []), ...limited];
}

export function anyNamespaceReason(callers: Caller[]): string | undefined {
  return callers.find(caller => caller._anyNamespaceReason !== undefined)?._anyNamespaceReason;
}

/** Whatever has no effect beside a caller that stands for every namespace is a mistake, and would read as if it limited something. */
export function checkCovered(callers: Caller[], refuse: Refuse): void {
  const any = callers.findIndex(caller => caller._anyNamespaceReason !== undefined);
  if (any < 0) return;
  callers.forEach(({ callerNamespace, _anyNamespaceReason: reason, _options: { ownLeg } }, i) => {
    if (i === any) return;
    const refuseFor = (prop: string, got: unknown, allowed: string, fix: string) => refuse({ code: 'CallerCovered', prop, got, allowed, fix });
    if (reason !== undefined) refuseFor(`callers[${i}]`, callerNamespace, 'Caller.anyNamespace once', 'put what both allow into one');
    if (callers[any]._options.allow === undefined) {
      refuseFor(`callers[${i}]`, callerNamespace, `no other caller: callers[${any}] lets every namespace send whatever the route allows`, `delete it, or limit callers[${any}] with an \`allow\` of its own`);
    }
    if (ownLeg) refuseFor(`callers[${i}].ownLeg`, ownLeg, `no leg of its own, because callers[${any}] has the leg of the route exported to every namespace`, 'leave it out, and delete the EgressCaller');
  });
}

/** A rule only refines what is allowed: it applies to requests that match both the rule and the allow list. */
export function checkRulesAllowed(rules: Rule[], grants: Grant[], refuse: Refuse): void {
  rules.forEach((rule, i) => narrow(rule.matches, grants.map(grant => grant.allow), `rules[${i}].matches`, refuse));
}

function narrow(matches: Match[], allowed: Match[][], prop: string, refuse: Refuse): Match[] {
  if (allowed.some(allow => within(matches, allow).includes('inexpressible'))) {
    refuse({ code: 'RulesCannotCombine', prop, got: 'a condition that overlaps with one of `allow`', allowed: 'conditions that can be combined with those of `allow`', fix: 'repeat the condition of `allow` here' });
  }
  const left = allowed.flatMap(allow => granted(matches, allow));
  if (left.length === 0) {
    refuse({ code: 'RuleNeverAllowed', prop, got: 'matches outside `allow`', allowed: 'requests that `allow` permits', fix: 'add them to `allow`, or delete the rule' });
  }
  return left;
}

/** Applications use `http://` wherever a proxy reads their requests. */
export function checkOwnConditions(matches: Match[], own: string[], prop: string, refuse: Refuse): void {
  matches.forEach(({ headers, scheme }, i) => {
    const used = own.find(name => headers.some(header => header.name === name));
    if (used) {
      refuse({ code: 'HeaderInvalid', prop: `${prop}[${i}].headers`, got: used, allowed: `headers other than ${own.join(', ')}`, fix: 'use `callers` to control who may call' });
    }
    if (scheme !== undefined) {
      refuse({ code: 'SchemeInvalid', prop: `${prop}[${i}].scheme`, got: scheme, allowed: 'no scheme at egress', fix: 'leave it out: applications use http:// where a proxy reads requests' });
    }
  });
}
