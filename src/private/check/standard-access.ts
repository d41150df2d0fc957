import { Access } from '../../ingress/access';
import { Refuse } from '../basics/errors';
import { AccessIntent } from '../model/access';

interface Guarded {
  readonly hosts: string[];
  readonly access?: Access[];
  readonly checked: AccessIntent;
}

/** What of `access` and `deny` needs rules that answer, which HTTPRoutes have not. Policies do the rest. */
export function checkStandardAccess({ hosts, access = [], checked }: Guarded, refuse: Refuse): void {
  const byCertificate = access.findIndex(({ _spec: { kind } }) => kind === 'mtls');
  if (byCertificate >= 0) {
    refuse({ code: 'GatewayApiUnsupported', prop: `access[${byCertificate}]`, got: 'mtls', allowed: 'Access.jwt, ipBlocks, remoteIpBlocks, extAuthz and anyOf', fix: 'let the Service check `x-forwarded-client-cert`, or trust only an authority that signs for these clients, with ClientCertificates.required' });
  }
  const wildcard = hosts.find(host => host.startsWith('*.'));
  if (wildcard !== undefined && (checked.requirements.length > 0 || checked.provider !== undefined)) {
    refuse({ code: 'GatewayApiUnsupported', prop: 'access', got: `set, for ${wildcard}`, allowed: 'full host names together with `access`: a policy for a wildcard could be walked around with a port in the Host header', fix: 'list the hosts' });
  }
  if (checked.deny.length > 0) {
    refuse({ code: 'GatewayApiUnsupported', prop: 'deny', got: 'set', allowed: 'routes without `deny`: there is no rule that answers 403, and policies compare paths letter by letter, so that other spellings would get in', fix: 'list what is allowed in `rules`: what no rule matches gets 404' });
  }
}
