import { Rule } from './rule';
import { allTls, originates } from '../manifests/destination-rule';

export const SNI_WITHOUT_SUBJECT_ALT_NAMES: Rule = {
  code: 'SniWithoutSubjectAltNames',
  cause: 'A DestinationRule sets `sni` without `subjectAltNames`, and Istio then does not compare the name in the certificate.',
  effect: 'A certificate for any name is accepted.',
  fix: 'List the name as `subjectAltNames` too, or leave both out: Istio then takes and verifies the name of the host.',
  * find(set) {
    for (const rule of set.destinationRules) {
      const named = set.known(rule.host).some(({ entry }) => (entry?.subjectAltNames.length ?? 0) > 0);
      for (const tls of allTls(rule)) {
        if (!originates(tls) || tls.sni === undefined || tls.subjectAltNames.length > 0 || tls.isUnverified || named) continue;
        yield { object: rule.object, field: tls.field, message: `sni is "${tls.sni}", and no name is verified` };
      }
    }
  },
};
