import { Rule } from './rule';

export const CLEAR_TEXT_TO_STRICT: Rule = {
  code: 'ClearTextToStrict',
  cause: 'A DestinationRule turns TLS off for a Service whose namespace accepts only mutual TLS.',
  effect: 'The connection is closed: 503 `UC`.',
  fix: 'Leave `tls` out: Istio then uses mutual TLS by itself.',
  * find(set) {
    for (const rule of set.destinationRules) {
      const { tls } = rule.policy;
      const home = set.known(rule.host).find(({ entry }) => !entry)?.object.namespace ?? (rule.host.includes('.svc.') ? set.homeOf(rule.host, rule.object.namespace) : undefined);
      if (tls?.mode === 'DISABLE' && home !== undefined && set.mtlsModeOf(home) === 'STRICT') yield { object: rule.object, field: tls.field, message: `${home} accepts only mutual TLS` };
    }
  },
};
