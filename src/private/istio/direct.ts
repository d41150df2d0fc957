import { ObjectPlan } from './objects';
import { outboundRoutes } from './outbound-routes';
import { labelOf } from '../basics/names';
import { DirectIntent } from '../model/egress-route';
import { isHttp } from '../model/external-service';

/** One object a host: the routes of an object hold for all of its hosts. Ports whose bytes nobody reads need no route. */
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

/** From the host, so that a second route of another app for it is seen when it is applied, instead of one of the two being ignored. */
function nameOf({ name, service: { hosts } }: DirectIntent, host: string): string {
  if (name === undefined) return labelOf(host, 'direct');
  return hosts.length > 1 ? labelOf(name, host) : name;
}
