import { isWildcard } from '../basics/hosts';
import { labelOf } from '../basics/names';
import { CallerIdentity, Grant } from '../model/egress-route';
import { isHttp, Port } from '../model/external-service';
import { Match } from '../model/match';
import { entryName, WaypointRouteIntent } from '../model/waypoint';
import { headerConditions } from '../objects/access';
import { identitiesOf, reasonForAny } from '../objects/callers';
import { ObjectHead, AuthorizationPolicySpec, AuthorizationRule, Condition, Source } from '../objects/plans';
import { areInPolicy, authorities, hostsInPolicy, inPolicy } from '../requests/sayable';

export function callersPolicyHead(route: WaypointRouteIntent, host: string): ObjectHead<'AuthorizationPolicy'> {
  const { name, namespace } = route.waypoint;
  return { kind: 'AuthorizationPolicy', id: `${host}-callers`, namespace, name: labelOf(name, host, 'callers'), annotations: reasonForAny(route) };
}

/**
 * Who may send what to a host. It is bound to the ServiceEntry: a policy for the whole waypoint that named hosts could be walked around with another
 * Host header. Hosts and server names are stated all the same, because the address of one host could otherwise lead to another behind it.
 *
 * @param narrower hosts under a wildcard that have policies of their own, which the address of the wildcard must not lead around
 */
export function callersPolicy(route: WaypointRouteIntent, host: string, narrower: string[]): AuthorizationPolicySpec {
  const { service, waypoint, serviceName } = route;
  const [http, opaque] = [service.ports.filter(isHttp), service.ports.filter(port => !isHttp(port))];
  return {
    target: { kind: 'ServiceEntry', name: entryName(waypoint, service, host, serviceName) },
    action: 'ALLOW',
    rules: [
      ...http.length > 0 ? route.grants.flatMap(grant => requestRules(route, grant, host, http, narrower)) : [],
      ...connectionRules(route, host, opaque, narrower),
    ],
  };
}

/** A list that a policy cannot express is left to the routes of the host: only one that all callers without a list of their own share is such. */
function requestRules({ trustDomain }: WaypointRouteIntent, grant: Grant, host: string, http: Port[], narrower: string[]): AuthorizationRule[] {
  const ports = http.map(({ number }) => number);
  const from = sourcesOf(grant.callers, trustDomain);
  const notHosts = narrower.length > 0 ? narrower.flatMap(name => authorities(name, ports)) : undefined;
  const everything: AuthorizationRule = { from, to: [{ hosts: authorities(host, ports), notHosts, ports }] };
  if (grant.allow.length === 0 || !areInPolicy(grant.allow)) return [everything];
  return grant.allow.flatMap((match: Match) => {
    const hosts = hostsInPolicy(match.authority, host, ports);
    const { paths, methods, headers } = inPolicy(match)!;
    if (hosts.length === 0) return [];
    const when = headerConditions(headers);
    return [{ from, to: [{ hosts, notHosts, paths, methods, ports }], when: when.length > 0 ? when : undefined }];
  });
}

/** TLS has a server name, TCP nothing but its address. */
function connectionRules({ grants, trustDomain }: WaypointRouteIntent, host: string, opaque: Port[], narrower: string[]): AuthorizationRule[] {
  const from = sourcesOf(grants.flatMap(({ callers }) => callers), trustDomain);
  const sni: Condition = { key: 'connection.sni', values: [host], ...isWildcard(host) && narrower.length > 0 && { notValues: narrower } };
  const [tls, tcp] = [opaque.filter(({ protocol }) => protocol !== 'TCP'), opaque.filter(({ protocol }) => protocol === 'TCP')];
  const numbers = (ports: Port[]) => [{ ports: ports.map(({ number }) => number) }];
  return [
    ...tls.length > 0 ? [{ from, to: numbers(tls), when: [sni] }] : [],
    ...tcp.length > 0 ? [{ from, to: numbers(tcp) }] : [],
  ];
}

/** Each source of a policy is one more way to be let in. */
function sourcesOf(callers: CallerIdentity[], trustDomain: string): Source[] {
  const { namespaces, principals } = identitiesOf(callers, trustDomain);
  return [...namespaces ? [{ namespaces }] : [], ...principals ? [{ principals }] : []];
}
