import { PeerAuthenticationSpec } from '../plans';
import { Wire } from './wire';
import type * as imported from '../../../../imports/security.istio.io';

export function peerAuthenticationSpec({ selector, mode, permissivePorts }: PeerAuthenticationSpec): object {
  return {
    selector: selector && { matchLabels: selector },
    mtls: mode && { mode },
    portLevelMtls: permissivePorts && Object.fromEntries(permissivePorts.map(port => [String(port), { mode: 'PERMISSIVE' as const }])),
  } satisfies Wire<imported.PeerAuthenticationSpec>;
}
