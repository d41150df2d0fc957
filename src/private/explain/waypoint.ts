import { isIP } from 'node:net';
import { Asking, decision, hostOf, nameOf, nearestFirst, readAs } from './asking';
import { sendsOf } from './egress';
import { Ending, Hop } from './explanation';
import { isOneOf, leave, noCaller, Workload } from './outbound';
import { nearMiss, taken } from './outcome';
import { meshTls, wayOut } from './upstream';
import { ownerOf } from '../basics/cluster-names';
import { covers } from '../basics/hosts';
import { EVERY_NAMESPACE } from '../basics/names';
import { WaypointRouteModel } from '../model/app-model';
import { overlapOf } from '../model/at-waypoints';
import { OutboundRequests } from '../model/egress-route';
import { isHttp, Port } from '../model/external-service';
import { hasPart } from '../model/lock';
import { callersOf, lockedBy } from '../model/locked';
import { areInPolicy } from '../requests/sayable';

/** What becomes of a request of a workload of an ambient mesh. */
export function byZtunnel(ask: Asking<Workload>): Ending {
  const { app, request } = ask;
  // ztunnel knows nothing but the address that was called
  const host = request.host.toLowerCase();
  const routes = app.waypointRoutes.all().flatMap(model => model.route.service.hosts.filter(one => covers(one, host)).map(own => ({ model, own })));
  const [found] = nearestFirst(routes, host, ({ own }) => [own]);
  const port = found?.model.route.service.ports.find(({ number }) => number === request.port);
  if (!found || !port) {
    for (const { number } of found?.model.route.service.ports ?? []) {
      ask.nearMisses.push({ construct: found.model.path, rule: 'service.ports', field: 'port', wants: String(number), has: String(request.port) });
    }
    return straightOut(ask, `no route at a waypoint of the app leads to ${host}:${request.port}`);
  }
  return atWaypoint(ask, found.model, found.own, port, host);
}

/** Ztunnel lets everything pass that no ServiceEntry leads to a waypoint. What a lock lets pass inside the cluster, addresses decide. */
function straightOut(ask: Asking<Workload>, because: string): Ending {
  const { app, client: { namespace }, request } = ask;
  const at = nameOf(ask.client);
  const lock = app.egressLocks.all().filter(one => hasPart(one.lock, 'networkPolicy')).find(one => lockedBy(app, one).includes(namespace));
  const isInside = isIP(request.host) !== 0 || !request.host.includes('.') || ownerOf(request.host, ask.mesh.clusterDomain) !== undefined;
  if (!lock || isInside) return { kind: 'undecided', because: `${because}; ztunnel lets it leave directly, unless a NetworkPolicy holds it` };
  const decides = decision(ask, lock.path, `${namespace}.network-policy`, 'networkPolicy');
  ask.hops.push({ kind: 'ztunnel', at, namespace, port: request.port, host: request.host, passes: [], decides });
  return { kind: 'closed', at, because: `${because}, and ${lock.path} locks the namespace` };
}

function atWaypoint(ask: Asking<Workload>, model: WaypointRouteModel, own: string, port: Port, host: string): Ending {
  const { client, request } = ask;
  const { route, path, upstreams } = model;
  const { waypoint, service, grants } = route;
  const at = `${waypoint.namespace}/${waypoint.gateway}`;
  ask.hops.push({
    kind: 'ztunnel',
    at: nameOf(client),
    namespace: client.namespace,
    port: request.port,
    host: own,
    passes: [],
    decides: decision(ask, model.service, 'service-entry', 'waypoint'),
    sends: { host, port: request.port, tls: meshTls(at) },
  });
  const hop: Hop = { kind: 'waypoint', at, namespace: waypoint.namespace, port: port.number, host: own, passes: [] };
  const mismatched = isHttp(port) ? request.scheme !== 'http' : port.protocol !== 'TCP' && request.scheme !== 'https';
  if (mismatched) {
    ask.hops.push(hop);
    return { kind: 'closed', at, because: `port ${port.number} of ${own} is declared as ${port.protocol}, and the client sends ${request.scheme === 'https' ? 'TLS' : 'none'}` };
  }
  const lock = ask.app.egressLocks.all().find(one => one.gateway === model.gateway && hasPart(one.lock, 'gatewayNetworkPolicy'));
  if (lock && ![client.namespace, EVERY_NAMESPACE].some(name => callersOf(ask.app, lock).includes(name))) {
    ask.hops.push({ ...hop, decides: decision(ask, lock.path, 'gateway-network-policy', 'gatewayNetworkPolicy') });
    return { kind: 'closed', at: nameOf(client), because: `${lock.path} lets only namespaces of callers reach the pods of ${at}` };
  }
  const callers = grants.filter(grant => isOneOf(grant.callers, client));
  const asked = readAs(ask, 'http');
  const lists = callers.map(({ allow }) => (!isHttp(port) || !areInPolicy(allow) ? { takes: true, lacks: [] } : taken(allow, asked)));
  const policy = decision(ask, path, `${own}-callers`, 'callers');
  if (!lists.some(({ takes }) => takes)) {
    for (const { lacks } of lists) ask.nearMisses.push(...nearMiss({ construct: path, rule: 'allow' }, lacks));
    if (callers.length === 0) {
      ask.nearMisses.push(noCaller(ask, path, grants.flatMap(grant => grant.callers)));
    }
    ask.hops.push({ ...hop, decides: callers.length === 0 ? policy : { ...policy, rule: 'allow' } });
    const because = callers.length === 0 ? `${nameOf(client)} is no caller of ${path}` : `${path} does not allow the request`;
    return isHttp(port) ? { kind: 'answered', status: 403, at, because } : { kind: 'closed', at, because };
  }
  if (isHttp(port) && !isOwn(ask, model, own)) {
    ask.hops.push({ ...hop, decides: policy });
    return { kind: 'answered', status: 403, at, because: `the request asks for ${request.authority}, and the connection is one to ${own}` };
  }
  const passing = { ...hop, passes: [policy] };
  const wayOf = (authority?: string) => wayOut(service, port, own, host, authority, route.proxy);
  if (!isHttp(port)) {
    const way = wayOf();
    const ending: Ending = { kind: 'leaves', by: at, to: [way] };
    ask.hops.push({ ...passing, decides: decision(ask, model.service, 'service-entry', 'waypoint'), ...sendsOf(ending) });
    return ending;
  }
  const object = ask.objectAt(path, `${own}-${port.number}-http-route`) ? `${own}-${port.number}-http-route` : `${own}-virtual-service`;
  const place = { construct: path, object, at, identified: false, marks: [], upstreams };
  const { by, ending } = leave(ask, leftToRoutes(route), asked, place, { target: { host: own, port: port.number }, wayOf });
  ask.hops.push({ ...passing, decides: by, ...sendsOf(ending) });
  return ending;
}

/** Whether the Host header is for the host that was called: the address of one host leads to no other. */
function isOwn({ app, request }: Asking<Workload>, { route }: WaypointRouteModel, own: string): boolean {
  const host = hostOf(request.authority);
  return covers(own, host) && !overlapOf(app, route.waypoint, own).narrower.some(one => covers(one, host));
}

/** What a policy cannot say is left to the routes, and holds for all callers alike. */
function leftToRoutes({ rules, keepHeaders, grants }: OutboundRequests): OutboundRequests {
  return { rules, keepHeaders, grants: [{ callers: [], allow: grants.find(({ allow }) => !areInPolicy(allow))?.allow ?? [] }] };
}
