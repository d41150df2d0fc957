import {
  DestinationRuleSpecTrafficPolicyPortLevelSettingsTlsMode, DestinationRuleSpecTrafficPolicyTlsMode, toJson_DestinationRuleSpec,
} from '../../../imports/networking.istio.io';
import { DestinationRuleSpec } from '../plan/objects';

const MODES = {
  ISTIO_MUTUAL: DestinationRuleSpecTrafficPolicyTlsMode.ISTIO_UNDERSCORE_MUTUAL,
  SIMPLE: DestinationRuleSpecTrafficPolicyTlsMode.SIMPLE,
  MUTUAL: DestinationRuleSpecTrafficPolicyTlsMode.MUTUAL,
};

const PORT_MODES = {
  ISTIO_MUTUAL: DestinationRuleSpecTrafficPolicyPortLevelSettingsTlsMode.ISTIO_UNDERSCORE_MUTUAL,
  SIMPLE: DestinationRuleSpecTrafficPolicyPortLevelSettingsTlsMode.SIMPLE,
  MUTUAL: DestinationRuleSpecTrafficPolicyPortLevelSettingsTlsMode.MUTUAL,
};

export function destinationRuleSpec({ host, exportTo, workloadSelector, tls, portTls }: DestinationRuleSpec): object {
  return toJson_DestinationRuleSpec({
    host,
    exportTo,
    workloadSelector: workloadSelector && { matchLabels: workloadSelector },
    trafficPolicy: {
      tls: tls && { ...tls, mode: MODES[tls.mode] },
      portLevelSettings: portTls?.map(p => ({ port: { number: p.port }, tls: { ...p.tls, mode: PORT_MODES[p.tls.mode] } })),
    },
  })!;
}
