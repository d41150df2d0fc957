import { ServiceEntrySpec } from '../plans';
import { Wire } from './wire';
import type * as imported from '../../../../imports/networking.istio.io';

export function serviceEntrySpec({ workloadSelector, ...same }: ServiceEntrySpec): object {
  return { ...same, workloadSelector: workloadSelector && { labels: workloadSelector } } satisfies Wire<imported.ServiceEntrySpec>;
}
