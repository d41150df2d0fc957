import { ObjectPlan, VirtualServiceSpec } from './objects';
import { Way, waysOf } from './way';
import { isHttp } from '../model/external-service';
import { WayIntent } from '../model/leg-one';

/**
 * Another pod of the gateway is tried where one cannot be reached. An answer is never asked for again here: that is leg 2's part,
 * and tries of both legs would multiply.
 */
const LEG_ONE_RETRIES = { attempts: 2, retryOn: ['connect-failure', 'refused-stream', 'reset-before-request'] };

/** Leg 1, as the callers' sidecars read it. */
export function meshLeg(ways: Way[], gateway?: string): Pick<VirtualServiceSpec, 'http' | 'tls' | 'tcp'> {
  const http = new Map<number, Way>();
  for (const way of ways) if (isHttp(way.port)) http.set(way.port.number, way);
  return {
    http: [...http.values()].map(way => ({
      matches: [{ port: way.port.number, gateway }],
      action: { kind: 'forward', to: [way.entrance] },
      retries: LEG_ONE_RETRIES,
      requestHeaders: way.mark && { set: way.mark },
    })),
    tls: ways.filter(way => way.port.protocol === 'HTTPS' || way.port.protocol === 'TLS')
      .map(way => ({ port: way.port.number, gateway, sniHosts: [way.host], to: [way.entrance] })),
    tcp: ways.filter(way => way.port.protocol === 'TCP').map(way => ({ port: way.port.number, gateway, to: [way.entrance] })),
  };
}

/** Leg 1 alone, in the namespace of a caller, towards a route of another repository. */
export function planEgressCaller(intent: WayIntent, namespace: string, name?: string): ObjectPlan {
  const spec = { hosts: intent.service.hosts, gateways: ['mesh'], exportTo: ['.'], ...meshLeg(waysOf(intent)) };
  return { kind: 'VirtualService', id: 'virtual-service', namespace, name, spec };
}
