import { backend } from './backend';
import { referenceGrants } from './grants';
import { BoundTo, parentsOf } from './section';
import { IngressIntent } from '../model/ingress-route';
import { ListenedHost, listenersOf } from '../model/listener';
import { ObjectPlan } from '../objects/plans';

/** A route, with what it needs to know about the gateway. */
export interface StandardIngress extends IngressIntent, BoundTo {
  readonly path: string;
  /** The name that the user chose. */
  readonly name?: string;
  /** All listeners of the gateway. */
  readonly listened: ListenedHost[];
}

/** A route for traffic that the gateway cannot read, and what lets it lead to other namespaces. */
export function opaqueRouteObjects(route: StandardIngress): ObjectPlan[] {
  const { path, name, namespace, hosts, listened, opaque } = route;
  const { tlsPorts, tcpPort, to } = opaque!;
  const kind = tcpPort === undefined ? 'TLSRoute' as const : 'TCPRoute' as const;
  const listeners = tcpPort === undefined
    ? hosts.flatMap(host => listenersOf(host, listened)).filter(l => l.protocol === 'TLS' && tlsPorts.includes(l.port))
    : listened.filter(l => l.protocol === 'TCP' && l.port === tcpPort);
  const spec = {
    parents: parentsOf(route, listeners),
    hostnames: tcpPort === undefined ? hosts : undefined,
    backends: to.map(target => backend(target, namespace)),
  };
  return [
    { kind, id: kind === 'TLSRoute' ? 'tls-route' : 'tcp-route', namespace, name, spec },
    ...referenceGrants({ path, namespace, kind, targets: to }),
  ];
}
