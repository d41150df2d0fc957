import { labelOf } from '../basics/names';
import { DirectIntent } from '../model/egress-route';
import { isHttp } from '../model/external-service';
import { outboundRoutes } from '../objects/outbound-routes';
import { ObjectPlan } from '../objects/plans';

/** One object per host, because the routes of an object apply to all of its hosts. Ports that the proxy does not read need no route. */
export function planDirectRoute(intent: DirectIntent): ObjectPlan[] {
  const { namespace, service: { hosts, ports } } = intent;
  return hosts.map(host => ({
    kind: 'VirtualService',
    id: `${host}-virtual-service`,
    namespace,
    name: nameOf(intent, host),
    spec: {
      hosts: [host],
      gateways: ['mesh'],
      exportTo: ['.'],
      http: ports.filter(isHttp).flatMap(({ number: port }) => outboundRoutes(intent, { port }, { host, port }, {}, 'direct')),
      tls: [],
      tcp: [],
    },
  }));
}

/** Derived from the host, so that a second route of another app collides when it is applied, instead of one of the two being ignored. */
function nameOf({ name, service: { hosts } }: DirectIntent, host: string): string {
  if (name === undefined) return labelOf(host, 'direct');
  return hosts.length > 1 ? labelOf(name, host) : name;
}
