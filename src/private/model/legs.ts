import { isHttp, isHttp2, Port } from './external-service';
import { LEG_ONE, LegOne, legOneHost, legOneOf, ownLegOneHost, PORT_HEADER, LegOneIntent } from './leg-one';
import { Target } from './rule';
import { labelOf } from '../basics/names';

/** One host and port of a service, and how its traffic gets to the gateway. */
export interface Leg {
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
  /** The headers that leg 1 sets if the service has several HTTP ports: the gateway sees the Host header, but not the port that was called. */
  readonly mark?: { readonly [header: string]: string };
}

export function legsOf(intent: LegOneIntent): Leg[] {
  return intent.service.hosts.flatMap(host => intent.service.ports.map(port => legOf(intent, host, port)));
}

function legOf(intent: LegOneIntent, host: string, port: Port): Leg {
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
