import { Wire } from './wire';
import type * as imported from '../../../imports/security.istio.io';
import { RequestAuthenticationSpec } from '../plan/objects';

export function requestAuthenticationSpec({ selector, jwtRules }: RequestAuthenticationSpec): object {
  return { selector: { matchLabels: selector }, jwtRules } satisfies Wire<imported.RequestAuthenticationSpec>;
}
