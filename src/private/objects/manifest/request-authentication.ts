import { attachment } from './attachment';
import { RequestAuthenticationSpec } from '../plans';
import { Wire } from './wire';
import type * as imported from '../../../../imports/security.istio.io';

export function requestAuthenticationSpec({ selector, jwtRules }: RequestAuthenticationSpec): object {
  return { ...attachment({ selector }), jwtRules } satisfies Wire<imported.RequestAuthenticationSpec>;
}
