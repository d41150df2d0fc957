import { callersPolicy } from './callers-policy';
import { declaredTraffic, Mark } from './declared-traffic';
import { qualified } from './egress-gateway';
import { Entrance, ownEntrance, passthroughServer, plaintextServer } from './entrance';
import { meshLeg } from './mesh-leg';
import { isWildcard } from '../basics/hosts';
import { labelOf } from '../basics/names';
import { EgressIntent, meshRoute } from '../model/egress-route';
import { LegOne, legOneHost } from '../model/leg-one';
import { Leg, legsOf } from '../model/legs';
import { Target } from '../model/rule';
import { reasonForAny } from '../objects/callers';
import { outboundRoutes } from '../objects/outbound-routes';
import { ObjectPlan, VirtualServiceSpec } from '../objects/plans';
import { tunnelEntrance, tunnelRule } from '../objects/tunnel';
import { exportTo } from '../objects/visibility';

/** How an egress route is built, depending on how its traffic gets to the gateway. */
interface Recipe {
  /** The server by which traffic enters, unless it is the gateway's shared one, and the objects that lead there. */
  readonly entrance: Entrance;
  /** What tells its traffic from all other. */
  readonly mark: (route: EgressIntent, leg: Leg) => Mark;
  /** Whether a policy keeps strangers out: not where nobody is identified. */
  readonly guarded: (leg: Leg) => boolean;
  /** The name by which the gateway recognizes the destination. */
  readonly serverHost: (leg: Leg) => string;
  /** The protocol by which the gateway routes traffic. What a server of protocol TLS has decrypted is routed as `tcp` (R12). */
  readonly routedBy: 'http' | 'tls' | 'tcp';
}

/*
 * On the shared server, a policy for a wildcard would also apply to names below it that have routes of their own, with other callers; leg 2 checks
 * the caller in any case.
 */
const RECIPES = {
  shared: {
    entrance: () => [],
    mark: ({ gateway }) => ({ sni: legOneHost(gateway), requests: true }),
    guarded: ({ host }) => !isWildcard(host),
    serverHost: ({ host }) => host,
    routedBy: 'http',
  },
  own: {
    entrance: ownEntrance,
    mark: (_, { entrance }) => ({ sni: entrance.host, requests: false }),
    guarded: () => true,
    serverHost: ({ entrance }) => entrance.host,
    routedBy: 'tcp',
  },
  passthrough: {
    entrance: passthroughServer,
    mark: (_, { host }) => ({ sni: host, requests: false }),
    guarded: () => false,
    serverHost: ({ host }) => host,
    routedBy: 'tls',
  },
  plaintext: { entrance: plaintextServer, mark: () => ({ requests: true }), guarded: () => false, serverHost: ({ host }) => host, routedBy: 'http' },
} satisfies { readonly [K in LegOne]: Recipe };

/** Where each field of a route takes effect: a field that has no entry does not compile. */
export const HEEDED: { readonly [K in keyof Required<EgressIntent>]: 'entrance' | 'policy' | 'leg 1' | 'leg 2' | 'heads of objects' } = {
  gateway: 'entrance',
  gatewayPort: 'entrance',
  appTls: 'entrance',
  plaintextReason: 'entrance',
  callerNamespaces: 'entrance',
  callers: 'policy',
  trustDomain: 'policy',
  sharedLegNamespaces: 'leg 1',
  anyNamespaceReason: 'heads of objects',
  service: 'leg 2',
  proxy: 'leg 2',
  grants: 'leg 2',
  rules: 'leg 2',
  keepHeaders: 'leg 2',
  layout: 'heads of objects',
  namespace: 'heads of objects',
  name: 'heads of objects',
};

/**
 * Every object of a route, in the order in which they should be applied: callers are sent to the gateway only when everything else is in place.
 * A handwritten route that served them until then is replaced without a gap. The services declare how the gateway reaches their hosts.
 */
export function planEgressRoute(route: EgressIntent): ObjectPlan[] {
  const legs = legsOf(route);
  const entrances = [...new Map(legs.map(leg => [leg.gatewayName, leg])).values()];
  return [
    ...entrances.flatMap(leg => RECIPES[leg.legOne].entrance(route, leg)),
    ...legs.map(leg => declaredTraffic(route.gateway, leg, RECIPES[leg.legOne].mark(route, leg))),
    ...legs.filter(leg => RECIPES[leg.legOne].guarded(leg)).map(leg => guard(route, leg, legs)),
    ...tunnels(route),
    ...(route.layout === 'SINGLE' ? route.service.hosts.map(host => singleVirtualService(route, host, legs)) : splitVirtualServices(route, legs)),
  ];
}

function serverHost(leg: Leg): string {
  return RECIPES[leg.legOne].serverHost(leg);
}

/** A VirtualService with both legs serves all of its hosts on the shared server, so all of them are guarded there. */
function guard(route: EgressIntent, leg: Leg, legs: Leg[]): ObjectPlan {
  const mark = RECIPES[leg.legOne].mark(route, leg);
  const all = route.layout === 'SINGLE' ? new Set([leg.host, ...legs.filter(l => l.host === leg.host).map(serverHost)]) : [leg.host];
  return callersPolicy(route, leg, mark, [...all]);
}

/** The rules by which the gateway tunnels through a forward proxy; it then needs no knowledge of the hosts. */
function tunnels({ proxy, service, gateway }: EgressIntent): ObjectPlan[] {
  if (!proxy) return [];
  const { name, namespace, selector } = gateway;
  return service.hosts.map(host => tunnelRule(proxy, host, service.ports, { namespace, name: [name, host] }, selector));
}

/** Leg 2 for one host and port, as the gateway reads it. */
function legTwo(route: EgressIntent, leg: Leg, gateway?: string): Pick<VirtualServiceSpec, 'http' | 'tls' | 'tcp'> {
  const { host, port, serverPort, mark, legOne } = leg;
  const at = { port: serverPort, gateway };
  const to: Target = route.proxy ? tunnelEntrance(route.proxy, host, port) : { host, port: port.number };
  const nothing = { http: [], tls: [], tcp: [] };
  switch (RECIPES[legOne].routedBy) {
    case 'tls': return { ...nothing, tls: [{ ...at, sniHosts: [host], to: [to] }] };
    case 'tcp': return { ...nothing, tcp: [{ ...at, to: [to] }] };
    case 'http': {
      const signs = {
        mark: mark && Object.fromEntries(Object.entries(mark).map(([name, exact]) => [name, { exact }])),
        trustDomain: legOne === 'shared' ? route.trustDomain : undefined,
      };
      return { ...nothing, http: outboundRoutes(route, at, to, signs) };
    }
  }
}

/** One object per leg, visible only to the proxies that read it: callers then know nothing about leg 2. */
function splitVirtualServices(route: EgressIntent, legs: Leg[]): ObjectPlan[] {
  const { gateway } = route;
  const { namespace, viewers } = meshRoute(route);
  return [
    ...legs.map((leg): ObjectPlan => ({
      kind: 'VirtualService',
      id: `${leg.host}-${leg.port.number}-virtual-service`,
      namespace: gateway.namespace,
      name: labelOf(gateway.name, leg.host, leg.port.number, 'leg', 2),
      spec: { hosts: [serverHost(leg)], gateways: [qualified(gateway, leg.gatewayName)], exportTo: ['.'], ...legTwo(route, leg) },
    })),
    {
      kind: 'VirtualService',
      id: 'mesh-virtual-service',
      namespace,
      name: route.name,
      annotations: reasonForAny(route),
      spec: { hosts: route.service.hosts, gateways: ['mesh'], exportTo: exportTo(viewers, namespace), ...meshLeg(legs) },
    },
  ];
}

/**
 * One object with both legs, as in Istio's documentation; every match states which leg it belongs to.
 * Each host has its own object: the routes of leg 2 would otherwise apply to all hosts of the object.
 */
function singleVirtualService(route: EgressIntent, host: string, all: Leg[]): ObjectPlan {
  const { gateway } = route;
  const { namespace, viewers } = meshRoute(route);
  const legs = all.filter(leg => leg.host === host);
  const mesh = meshLeg(legs, 'mesh');
  const leaving = legs.map(leg => legTwo(route, leg, qualified(gateway, leg.gatewayName)));
  return {
    kind: 'VirtualService',
    id: `${host}-virtual-service`,
    namespace,
    name: nameOfSingle(route, host),
    annotations: reasonForAny(route),
    spec: {
      hosts: [...new Set([host, ...legs.map(serverHost)])],
      gateways: ['mesh', ...new Set(legs.map(leg => qualified(gateway, leg.gatewayName)))],
      exportTo: exportTo(viewers, namespace),
      http: [...mesh.http, ...leaving.flatMap(l => l.http)],
      tls: [...mesh.tls, ...leaving.flatMap(l => l.tls)],
      tcp: [...mesh.tcp, ...leaving.flatMap(l => l.tcp)],
    },
  };
}

function nameOfSingle({ name, service, gateway }: EgressIntent, host: string): string {
  if (name === undefined) return labelOf(gateway.name, host);
  return service.hosts.length > 1 ? labelOf(name, host) : name;
}
