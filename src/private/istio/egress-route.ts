import { legOneEntry, legOneRule, qualified } from './egress-gateway';
import { upstreamRules } from './external';
import { leavingRoutes, Signs } from './leaving';
import { meshLeg } from './mesh-leg';
import { ObjectPlan, VirtualServiceSpec } from './objects';
import { tunnelEntrance, tunnelRule } from './tunnel';
import { exportTo } from './visibility';
import { Way, waysOf } from './way';
import { isWildcard } from '../basics/hosts';
import { labelOf } from '../basics/names';
import { EgressIntent } from '../model/egress-route';
import { ExternalIntent, isHttp } from '../model/external-service';
import { legOneHost } from '../model/leg-one';

const PLAINTEXT_REASON = 'cdk8s-istio/plaintext-leg-one-reason';

/**
 * Every object of a route, in the order in which they should come to be: callers learn of the way when the rest of it stands.
 * A route by hand that has carried them until then is left without a gap.
 *
 * @param upstreams the services whose hosts the gateway does not know how to reach yet
 */
export function planEgressRoute(intent: EgressIntent, upstreams: ExternalIntent[]): ObjectPlan[] {
  const { service } = intent;
  const ways = waysOf(intent);
  return [
    ...[...new Map(ways.map(way => [way.gatewayName, way])).values()].flatMap(way => entranceObjects(intent, way)),
    ...ways.filter(hasPolicy).map(way => callersPolicy(intent, way, ways)),
    ...upstreamObjects(intent, upstreams),
    ...(intent.layout === 'SINGLE' ? service.hosts.map(host => singleVirtualService(intent, host, ways)) : splitVirtualServices(intent, ways)),
  ];
}

/** Leg 2 of one way, as the gateway reads it. What a server of protocol TLS has decrypted is routed by `tcp` (R12). */
function leavingLeg(intent: EgressIntent, way: Way, gateway?: string): Pick<VirtualServiceSpec, 'http' | 'tls' | 'tcp'> {
  const at = { port: way.serverPort, gateway };
  const to = intent.proxy ? tunnelEntrance(intent.proxy, way.host, way.port) : { host: way.host, port: way.port.number };
  return {
    http: isHttp(way.port) ? leavingRoutes(intent, at, to, signsOf(intent, way)) : [],
    tls: way.legOne === 'passthrough' ? [{ ...at, sniHosts: [way.host], to: [to] }] : [],
    tcp: way.legOne === 'own' ? [{ ...at, to: [to] }] : [],
  };
}

function signsOf(intent: EgressIntent, way: Way): Signs {
  return {
    mark: way.mark && Object.fromEntries(Object.entries(way.mark).map(([name, exact]) => [name, { exact }])),
    trustDomain: way.legOne === 'shared' ? intent.trustDomain : undefined,
  };
}

/** An empty list would show the leg to the whole mesh; where nobody needs it, only those see it who know the gateway anyway. */
function meshExport({ guestNamespaces, namespace, gateway }: EgressIntent): string[] {
  return exportTo(guestNamespaces.length > 0 ? guestNamespaces : [gateway.namespace], namespace);
}

/** The host by which the gateway knows a way. */
function serverHost(way: Way): string {
  return way.legOne === 'own' ? way.entrance.host : way.host;
}

/** Two objects, each visible to the proxies that read it and to no others: callers then know nothing of leg 2. */
function splitVirtualServices(intent: EgressIntent, ways: Way[]): ObjectPlan[] {
  const { gateway } = intent;
  return [
    ...ways.map((way): ObjectPlan => ({
      kind: 'VirtualService',
      id: `${way.host}-${way.port.number}-virtual-service`,
      namespace: gateway.namespace,
      name: labelOf(gateway.name, way.host, way.port.number, 'leg', 2),
      spec: { hosts: [serverHost(way)], gateways: [qualified(gateway, way.gatewayName)], exportTo: ['.'], ...leavingLeg(intent, way) },
    })),
    {
      kind: 'VirtualService',
      id: 'mesh-virtual-service',
      namespace: intent.namespace,
      name: intent.name,
      spec: { hosts: intent.service.hosts, gateways: ['mesh'], exportTo: meshExport(intent), ...meshLeg(ways) },
    },
  ];
}

/**
 * One object with both legs, as Istio's documentation prints them; every match says which leg it is.
 * Each host has its own: the routes of leg 2 would otherwise answer for all hosts of the object.
 */
function singleVirtualService(intent: EgressIntent, host: string, all: Way[]): ObjectPlan {
  const { gateway } = intent;
  const ways = all.filter(way => way.host === host);
  const mesh = meshLeg(ways, 'mesh');
  const leaving = ways.map(way => leavingLeg(intent, way, qualified(gateway, way.gatewayName)));
  return {
    kind: 'VirtualService',
    id: `${host}-virtual-service`,
    namespace: gateway.namespace,
    name: nameOfSingle(intent, host),
    spec: {
      hosts: [...new Set([host, ...ways.map(serverHost)])],
      gateways: ['mesh', ...new Set(ways.map(way => qualified(gateway, way.gatewayName)))],
      exportTo: exportTo([gateway.namespace, ...intent.guestNamespaces], gateway.namespace),
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

/** What a way needs in order to enter the gateway by another server than the shared one. */
function entranceObjects(intent: EgressIntent, way: Way): ObjectPlan[] {
  const { gateway } = intent;
  const id = `${way.host}-${way.port.number}`;
  const server = (hosts: string[], protocol: 'HTTP' | 'TLS', mode?: 'ISTIO_MUTUAL' | 'PASSTHROUGH', reason?: string): ObjectPlan => ({
    kind: 'Gateway',
    id: `${id}-gateway`,
    namespace: gateway.namespace,
    name: way.gatewayName,
    annotations: reason === undefined ? undefined : { [PLAINTEXT_REASON]: reason },
    spec: {
      selector: gateway.selector,
      servers: [{ name: `${protocol.toLowerCase()}-${way.serverPort}`, number: way.serverPort, protocol, hosts, tls: mode && { mode } }],
    },
  });
  switch (way.legOne) {
    case 'shared': return [];
    // bare hosts on TLS servers that other namespaces may also name: `./host` from two namespaces breaks the whole port (R15)
    case 'passthrough': return [server([way.host], 'TLS', 'PASSTHROUGH')];
    case 'plaintext': return [server([`./${way.host}`], 'HTTP', undefined, intent.plaintextReason)];
    case 'own': return [
      server([`./${way.entrance.host}`], 'TLS', 'ISTIO_MUTUAL'),
      {
        kind: 'ServiceEntry',
        id: `${id}-leg-1`,
        namespace: gateway.namespace,
        name: labelOf(gateway.name, way.host, way.port.number, 'leg', 1),
        spec: legOneEntry(gateway, way.entrance.host, intent.callerNamespaces, [{ name: 'tls', number: way.serverPort, protocol: 'TLS', targetPort: way.podPort }]),
      },
      {
        kind: 'DestinationRule',
        id: `${id}-leg-1-mtls`,
        namespace: gateway.namespace,
        name: labelOf(gateway.name, way.host, way.port.number, 'leg', 1, 'mtls'),
        spec: legOneRule(gateway, way.entrance.host, intent.callerNamespaces),
      },
    ];
  }
}

/**
 * On the shared server a policy for a wildcard would hold for names under it that have routes of their own, with other callers;
 * leg 2 asks who calls in any case.
 */
function hasPolicy({ host, legOne }: Way): boolean {
  return legOne === 'own' || (legOne === 'shared' && !isWildcard(host));
}

/** Refuses everybody but the callers. Without the SNI it would also refuse what comes in by other servers of the gateway. */
function callersPolicy(intent: EgressIntent, way: Way, ways: Way[]): ObjectPlan {
  const { gateway } = intent;
  const namespaces = intent.callers.filter(c => !c.serviceAccount).map(c => c.namespace);
  const principals = intent.callers.filter(c => c.serviceAccount).map(c => `${intent.trustDomain}/ns/${c.namespace}/sa/${c.serviceAccount}`);
  return {
    kind: 'AuthorizationPolicy',
    id: `${way.host}-${way.port.number}-callers`,
    namespace: gateway.namespace,
    name: labelOf(gateway.name, way.host, way.port.number, 'callers'),
    spec: {
      selector: gateway.selector,
      action: 'DENY',
      rules: [{
        from: { ...(namespaces.length > 0 && { notNamespaces: namespaces }), ...(principals.length > 0 && { notPrincipals: principals }) },
        to: [{ hosts: way.legOne === 'own' ? undefined : policyHosts(intent, way, ways), ports: [way.podPort] }],
        when: [{ key: 'connection.sni', values: [way.legOne === 'own' ? way.entrance.host : legOneHost(gateway)] }],
      }],
    },
  };
}

/** A VirtualService with both legs answers to all of its hosts on the shared server, so all of them are guarded there. */
function policyHosts(intent: EgressIntent, way: Way, ways: Way[]): string[] {
  const hosts = intent.layout === 'SINGLE' ? new Set([way.host, ...ways.filter(w => w.host === way.host).map(serverHost)]) : [way.host];
  return [...hosts].flatMap(host => [host, `${host}:*`]);
}

/**
 * How the gateway goes to a host; of one that a forward proxy connects to it knows nothing. A selector keeps the rules from sidecars,
 * which would wrap TLS twice or, given a Secret, send clear text (R18, R19).
 */
function upstreamObjects({ service, gateway, proxy }: EgressIntent, upstreams: ExternalIntent[]): ObjectPlan[] {
  const head = (host: string) => ({ namespace: gateway.namespace, name: [gateway.name, host] });
  if (proxy) return service.hosts.map(host => tunnelRule(proxy, host, service.ports, head(host), gateway.selector));
  return upstreams.flatMap(upstream => upstream.hosts.flatMap(host => upstreamRules(host, upstream, head(host), gateway.selector)));
}
