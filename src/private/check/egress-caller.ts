import { checkAppTls, checkGatewayPort, checkService, EgressSurroundings } from './egress-route';
import { Refuse } from '../basics/errors';
import { LegOneIntent } from '../model/leg-one';

export interface EgressCallerInput {
  readonly appTls?: 'WRAP' | 'PASSTHROUGH';
  readonly gatewayPort?: number;
}

type Around = Pick<EgressSurroundings, 'service' | 'gateway' | 'workload'>;

/** What a caller needs to know about a route to enter it. */
export function checkEgressCaller({ appTls, gatewayPort }: EgressCallerInput, around: Around, refuse: Refuse): LegOneIntent {
  checkService(around, refuse);
  return {
    ...around,
    appTls: checkAppTls(appTls, around.service, refuse),
    gatewayPort: gatewayPort === undefined ? undefined : checkGatewayPort(gatewayPort, around, refuse),
  };
}
