import { SidecarSpec } from '../plans';
import { Wire } from './wire';
import type * as imported from '../../../../imports/networking.istio.io';

export function sidecarSpec({ hosts, policy }: SidecarSpec): object {
  return { outboundTrafficPolicy: policy && { mode: policy }, egress: [{ hosts }] } satisfies Wire<imported.SidecarSpec>;
}
