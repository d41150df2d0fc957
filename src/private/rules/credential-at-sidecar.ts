import { directsOf } from './directs';
import { Rule } from './rule';
import { originates, tlsOf } from '../manifests/destination-rule';
import { titleOf } from '../manifests/manifest';

export const CREDENTIAL_AT_SIDECAR: Rule = {
  code: 'CredentialAtSidecar',
  cause: 'A DestinationRule with `credentialName` counts for sidecars, which read Secrets only by a rule with a `workloadSelector`.',
  effect: 'Sidecars send clear text.',
  fix: 'Add a `workloadSelector`, or name the certificate as a file or `configmap://`.',
  * find(set) {
    for (const { known, port, reader } of directsOf(set)) {
      const found = set.rulesFor(known.host, reader);
      const tls = tlsOf(found, port.number, undefined);
      if (!found.isSure || !originates(tls) || tls.credentialName === undefined || tls.credentialName.startsWith('configmap://')) continue;
      yield { object: found.rules[0].object, field: `${tls.field}.credentialName`, message: `sidecars in ${reader} find it for ${known.host}, which ${titleOf(known.object)} shows them` };
    }
  },
};
