import { isHttp } from '../model/external-service';
import { LegOneIntent } from '../model/leg-one';
import { Leg, legsOf } from '../model/legs';
import { ObjectPlan, VirtualServiceSpec } from '../objects/plans';

/**
 * Another pod of the gateway is tried if one cannot be reached. Requests that were answered are never retried here: that is up to leg 2,
 * and the retries of both legs would multiply.
 */
const LEG_ONE_RETRIES = { attempts: 2, retryOn: ['connect-failure', 'refused-stream', 'reset-before-request'] };

/** Leg 1, as the callers' sidecars read it. */
export function meshLeg(legs: Leg[], gateway?: string): Pick<VirtualServiceSpec, 'http' | 'tls' | 'tcp'> {
  const http = new Map<number, Leg>();
  for (const leg of legs) if (isHttp(leg.port)) http.set(leg.port.number, leg);
  return {
    http: [...http.values()].map(leg => ({
      matches: [{ port: leg.port.number, gateway }],
      action: { kind: 'forward', to: [leg.entrance] },
      retries: LEG_ONE_RETRIES,
      requestHeaders: leg.mark && { set: leg.mark },
    })),
    tls: legs.filter(leg => leg.port.protocol === 'HTTPS' || leg.port.protocol === 'TLS')
      .map(leg => ({ port: leg.port.number, gateway, sniHosts: [leg.host], to: [leg.entrance] })),
    tcp: legs.filter(leg => leg.port.protocol === 'TCP').map(leg => ({ port: leg.port.number, gateway, to: [leg.entrance] })),
  };
}

/** Leg 1 alone, in the namespace of a caller, to a route of another repository. */
export function planEgressCaller(intent: LegOneIntent, namespace: string, name?: string): ObjectPlan {
  const spec = { hosts: intent.service.hosts, gateways: ['mesh'], exportTo: ['.'], ...meshLeg(legsOf(intent)) };
  return { kind: 'VirtualService', id: 'virtual-service', namespace, name, spec };
}
