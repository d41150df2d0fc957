import { IConstruct } from 'constructs';
import { checkAllow, checkGrants, checkOwnConditions, checkRulesAllowed } from './callers';
import { checkRules } from './rule';
import { Caller } from '../../egress/caller';
import { RouteMatch } from '../../http/route-match';
import { EgressRule } from '../../http/rule';
import { Refuse } from '../basics/errors';
import { OutboundRequests } from '../model/egress-route';
import { ExternalIntent, isHttp } from '../model/external-service';
import { MESH_HEADERS } from '../model/mesh-headers';

export interface OutboundInput {
  readonly allow?: RouteMatch[];
  readonly rules?: EgressRule[];
  readonly keepHeaders?: string[];
}

/**
 * @param own the headers that the route itself uses to distinguish requests
 * @param callers undefined if callers are not distinguished
 */
export function checkOutbound(
  scope: IConstruct, input: OutboundInput, service: ExternalIntent, own: string[], callers: Caller[] | undefined, refuse: Refuse,
): OutboundRequests {
  checkReadable(input, service, refuse);
  const allow = checkAllow(input.allow, 'allow', own, refuse);
  const rules = checkRules(scope, input.rules ?? [], 'rules', refuse);
  const handsOver = rules.findIndex(rule => rule.action?.kind === 'delegate');
  if (handsOver >= 0) {
    refuse({ code: 'DelegateInvalid', prop: `rules[${handsOver}].action`, got: 'delegate', allowed: 'delegates of an IngressRoute', fix: 'set another action' });
  }
  rules.forEach((rule, i) => checkOwnConditions(rule.matches, own, `rules[${i}].matches`, refuse));
  const grants = callers ? checkGrants(callers, allow, own, refuse) : [{ callers: [], allow }];
  checkRulesAllowed(rules, grants, refuse);
  return { grants, rules, keepHeaders: checkKeptHeaders(input.keepHeaders ?? [], refuse) };
}

function checkReadable(input: OutboundInput, service: ExternalIntent, refuse: Refuse): void {
  const opaque = service.ports.find(p => !isHttp(p));
  if (input.allow && opaque) {
    refuse({ code: 'RulesOnOpaqueTraffic', prop: 'allow', got: `a service with port ${opaque.number} (${opaque.protocol})`, allowed: 'only HTTP ports, where a proxy reads requests', fix: 'use ExternalPort.httpToHttps() and have the application call http://' });
  }
  if (input.rules?.length && !service.ports.some(isHttp)) {
    refuse({ code: 'RulesOnOpaqueTraffic', prop: 'rules', got: `ports ${service.ports.map(p => `${p.number} (${p.protocol})`).join(', ')}`, allowed: 'a service with an HTTP port', fix: 'use ExternalPort.httpToHttps() and have the application call http://' });
  }
}

function checkKeptHeaders(headers: string[], refuse: Refuse): string[] {
  return headers.map((header, i) => {
    const lower = header.toLowerCase();
    if (!MESH_HEADERS.includes(lower)) {
      refuse({ code: 'HeaderInvalid', prop: `keepHeaders[${i}]`, got: header, allowed: MESH_HEADERS.join(', '), fix: 'leave it out: headers of the application always pass' });
    }
    return lower;
  });
}
