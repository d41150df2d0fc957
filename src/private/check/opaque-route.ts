import { IConstruct } from 'constructs';
import { checkSplit } from './action';
import { coveringListeners } from './listeners-of-route';
import { Destination } from '../../http/destination';
import { Refuse } from '../basics/errors';
import { checkRouteHosts } from '../basics/hosts';
import { AppModel, IngressGatewayModel, IngressRouteModel } from '../model/app-model';
import { IngressIntent } from '../model/ingress-route';
import { ListenedHost, listenersOf } from '../model/listener';

interface OpaqueRouteInput {
  readonly hosts?: string[];
  readonly tcpPort?: number;
  readonly tlsPort?: number;
  readonly destinations?: Destination[];
  readonly rules?: unknown;
  readonly access?: unknown;
  readonly accessScope?: unknown;
  readonly openPaths?: unknown;
  readonly deny?: unknown;
}

/** Checks a route at TLS passthrough listeners, selected by its hosts, or at a TCP listener if it has none. */
export function checkOpaqueRoute(
  route: IConstruct, input: OpaqueRouteInput, gateway: IngressGatewayModel, app: AppModel, refuse: Refuse,
): Pick<IngressIntent, 'hosts' | 'listeners' | 'opaque'> {
  const { tcpPort, tlsPort, destinations } = input;
  const readable = (['rules', 'access', 'accessScope', 'openPaths', 'deny'] as const).find(option => input[option] !== undefined);
  if (!destinations || readable) {
    return refuse({ code: 'RulesOnOpaqueTraffic', prop: readable ?? 'destinations', got: readable && 'set', allowed: 'only `destinations`, for TLS passthrough and TCP', fix: 'set `destinations`, and create another route for HTTP' });
  }
  const to = checkSplit(route, destinations, 'destinations', refuse);
  const isTcp = gateway.listened.every(l => l.protocol === 'TCP');
  if (input.hosts && (tcpPort !== undefined || isTcp)) {
    refuse({ code: 'TcpHostsIgnored', prop: 'hosts', got: input.hosts, allowed: 'no hosts for a TCP listener', fix: 'remove them: TCP carries no host name' });
  }
  if (tlsPort !== undefined && !input.hosts) {
    refuse({ code: 'RuleOptionUnused', prop: 'tlsPort', got: tlsPort, allowed: '`tlsPort` together with `hosts`', fix: 'list the hosts; to set the port of a TCP listener, use `tcpPort`' });
  }
  if (!input.hosts) return { hosts: [], listeners: [], opaque: { tlsPorts: [], tcpPort: checkTcp(tcpPort, gateway, app, refuse), to } };
  const hosts = checkRouteHosts(input.hosts, refuse);
  const listeners = tlsPort === undefined ? coveringListeners(hosts, 'TLS', gateway, refuse) : listenersAt(tlsPort, hosts, gateway, refuse);
  const tlsPorts = listeners.map(l => l.port);
  hosts.forEach((host, i) => {
    const shared = (other: IngressRouteModel) => other.route.opaque?.tlsPorts.find(port => tlsPorts.includes(port));
    const other = app.ingressRoutes.with('tls', gateway.gatewayName, host).find(shared);
    if (other) {
      refuse({ code: 'HostAlreadyRouted', prop: `hosts[${i}]`, got: host, allowed: `hosts that ${other.path} does not use on port ${shared(other)}`, fix: `give each of the two a separate listener with \`tlsPort\`, or put the destinations in ${other.path}: Istio uses only the first of two routes` });
    }
  });
  return { hosts, listeners, opaque: { tlsPorts, to } };
}

/** The passthrough listeners for all of the hosts, on one port. */
function listenersAt(port: number, hosts: string[], { path, listened }: IngressGatewayModel, refuse: Refuse): ListenedHost[] {
  const through = (host: string) => listenersOf(host, listened).filter(l => l.protocol === 'TLS');
  const odd = hosts.find(host => !through(host).some(l => l.port === port));
  if (odd !== undefined) {
    refuse({ code: 'HostNotCovered', prop: 'tlsPort', got: port, allowed: `a port on which ${path} passes ${odd} through: ${through(odd).map(l => l.port).join(', ') || 'it has none'}`, fix: 'use such a port, or add IngressListener.tlsPassthrough(...) to the gateway' });
  }
  return through(hosts[0]).filter(l => l.port === port);
}

function checkTcp(tcpPort: number | undefined, gateway: IngressGatewayModel, app: AppModel, refuse: Refuse): number {
  const { path, gatewayName, listened } = gateway;
  const ports = listened.filter(l => l.protocol === 'TCP').map(l => l.port);
  const port = tcpPort ?? (ports.length === 1 ? ports[0] : undefined);
  if (port === undefined || !ports.includes(port)) {
    return refuse({ code: 'TcpListenerUnclear', prop: 'tcpPort', got: port, allowed: ports.length > 0 ? `a port of the TCP listeners of ${path}: ${ports.join(', ')}` : `hosts, because ${path} has no TCP listener`, fix: ports.length > 0 ? 'set the port, or list hosts for a TLS passthrough listener' : 'list hosts for a TLS passthrough listener, or add IngressListener.tcp(...) to the gateway' });
  }
  const [other] = app.ingressRoutes.with('tcp', gatewayName, port);
  if (other) {
    refuse({ code: 'TcpAlreadyRouted', prop: 'tcpPort', got: port, allowed: `a TCP listener that ${other.path} does not use`, fix: `put the destinations in ${other.path}: Istio uses only the first of two routes` });
  }
  return port;
}
