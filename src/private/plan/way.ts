import { LEG_ONE, legOneHost, ownLegOneHost } from './egress-gateway';
import { Target } from './objects';
import { EgressIntent } from '../intent/egress-route';
import { Port, isHttp, isHttp2 } from '../intent/external';
import { labelOf } from '../names';

/** How the traffic of one port gets to the gateway. */
export type LegOne = 'shared' | 'own' | 'passthrough' | 'plaintext';

/** One host and port of the service, with everything about its way. */
export interface Way {
  readonly host: string;
  readonly port: Port;
  readonly legOne: LegOne;
  /** The Gateway object whose server receives leg 1, as a name. */
  readonly gatewayName: string;
  /** The name that callers' sidecars connect to, and its port. */
  readonly entrance: Target;
  /** The number of the server that receives leg 1. */
  readonly serverPort: number;
  /** The port of the gateway's pods behind it. */
  readonly podPort: number;
  /** What leg 1 writes into requests where the service has several HTTP ports: the gateway sees the Host header, but not the port that was called. */
  readonly mark?: { readonly [header: string]: string };
}

export const PORT_HEADER = 'x-egress-port';

export function legOneOf(intent: Pick<EgressIntent, 'plaintextReason' | 'appTls'>, port: Port): LegOne {
  if (intent.plaintextReason !== undefined) return 'plaintext';
  if (isHttp(port)) return 'shared';
  return port.protocol !== 'TCP' && intent.appTls === 'PASSTHROUGH' ? 'passthrough' : 'own';
}

/** What decides about ways: the same for a route and for a caller's leg of it in another repository. */
export type WayIntent = Pick<EgressIntent, 'service' | 'gateway' | 'appTls' | 'plaintextReason' | 'gatewayPort'>;

export function waysOf(intent: WayIntent): Way[] {
  return intent.service.hosts.flatMap(host => intent.service.ports.map(port => wayOf(intent, host, port)));
}

function wayOf(intent: WayIntent, host: string, port: Port): Way {
  const { gateway } = intent;
  const legOne = legOneOf(intent, port);
  const shared = legOne === 'shared';
  const { number: serverPort, targetPort: podPort } = serverOf();
  const gatewayName = shared ? gateway.name : labelOf(gateway.name, host, legOne === 'plaintext' ? serverPort : port.number);
  const marked = isHttp(port) && intent.service.ports.filter(isHttp).length > 1;
  const mark = marked ? { [PORT_HEADER]: String(port.number) } : undefined;
  return { host, port, legOne, serverPort, podPort, gatewayName, entrance: entranceOf(), mark };

  function serverOf(): { readonly number: number; readonly targetPort: number } {
    if (legOne === 'plaintext') return { number: 80, targetPort: 80 };
    return !shared && intent.gatewayPort ? intent.gatewayPort : { number: gateway.port, targetPort: gateway.targetPort };
  }

  function entranceOf(): Target {
    if (shared) return { host: legOneHost(gateway), port: isHttp2(port) ? LEG_ONE.grpc : LEG_ONE.http };
    return { host: legOne === 'own' ? ownLegOneHost(gateway, host, port.number) : gateway.serviceHost, port: serverPort };
  }
}
