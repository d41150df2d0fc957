import { Wire } from './wire';
import type * as imported from '../../../imports/networking.istio.io';
import { DestinationRuleSpec } from '../plan/objects';

export function destinationRuleSpec({ host, exportTo, workloadSelector, tls, portTls }: DestinationRuleSpec): object {
  return {
    host,
    exportTo,
    workloadSelector: workloadSelector && { matchLabels: workloadSelector },
    trafficPolicy: { tls, portLevelSettings: portTls?.map(p => ({ port: { number: p.port }, tls: p.tls })) },
  } satisfies Wire<imported.DestinationRuleSpec>;
}
