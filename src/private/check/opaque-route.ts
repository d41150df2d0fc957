import { IConstruct } from 'constructs';
import { checkSplit } from './action';
import { coveringListeners } from './listeners-of-route';
import { IngressRouteProps } from '../../ingress/ingress-route';
import { Refuse } from '../basics/errors';
import { checkRouteHosts } from '../basics/hosts';
import { OpaqueRoute } from '../model/opaque-route';
import { claim } from '../registry';

/** Checks a route to listeners of TLS passthrough, told by its hosts, or to a TCP listener if it has none. */
export function checkOpaqueRoute(route: IConstruct, props: IngressRouteProps, refuse: Refuse): OpaqueRoute {
  const { gateway, tcpPort } = props;
  const readable = (['rules', 'access', 'openPaths', 'deny'] as const).find(option => props[option] !== undefined);
  if (!props.destinations || readable) {
    refuse({ code: 'RulesOnOpaqueTraffic', prop: readable ?? 'destinations', got: readable && 'set', allowed: 'destinations alone, for TLS passthrough and TCP', fix: 'say with `destinations` where connections go, and make another route for HTTP' });
  }
  const to = checkSplit(route, props.destinations!, 'destinations', refuse);
  const isTcp = gateway._listened.every(l => l.protocol === 'TCP');
  if (props.hosts && (tcpPort !== undefined || isTcp)) {
    refuse({ code: 'TcpHostsIgnored', prop: 'hosts', got: props.hosts, allowed: 'no hosts for a TCP listener', fix: 'leave them out: TCP carries no host name' });
  }
  if (!props.hosts) return { hosts: ['*'], tlsPorts: [], tcpPort: claimTcp(route, props, refuse), to };
  const hosts = checkRouteHosts(props.hosts, refuse);
  const tlsPorts = coveringListeners(hosts, 'TLS', gateway, refuse).map(l => l.port);
  hosts.forEach((host, i) => {
    const other = claim(route, 'ingress tls', gateway.gatewayName, host);
    if (other) {
      refuse({ code: 'HostAlreadyRouted', prop: `hosts[${i}]`, got: host, allowed: `hosts that ${other.node.path} does not have`, fix: `put the destinations into ${other.node.path}: of two routes Istio takes the first` });
    }
  });
  return { hosts, tlsPorts, to };
}

function claimTcp(route: IConstruct, { gateway, tcpPort }: IngressRouteProps, refuse: Refuse): number {
  const ports = gateway._listened.filter(l => l.protocol === 'TCP').map(l => l.port);
  const port = tcpPort ?? (ports.length === 1 ? ports[0] : undefined);
  if (port === undefined || !ports.includes(port)) {
    return refuse({ code: 'TcpListenerUnclear', prop: 'tcpPort', got: port, allowed: ports.length > 0 ? `a port of the TCP listeners of ${gateway.node.path}: ${ports.join(', ')}` : `hosts, for ${gateway.node.path} has no TCP listener`, fix: ports.length > 0 ? 'name the port, or hosts for a listener of TLS passthrough' : 'name hosts for a listener of TLS passthrough, or add IngressListener.tcp(...) to the gateway' });
  }
  const other = claim(route, 'ingress tcp', gateway.gatewayName, port);
  if (other) {
    refuse({ code: 'TcpAlreadyRouted', prop: 'tcpPort', got: port, allowed: `a TCP listener that ${other.node.path} does not have`, fix: `put the destinations into ${other.node.path}: of two routes Istio takes the first` });
  }
  return port;
}
