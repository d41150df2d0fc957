import { rendered, renderedLate } from './manifest/object';
import { AuthorizationPolicySpec, AuthorizationRule, Condition, JwtRule, Operation } from './plans';
import { patternsOver } from '../basics/host-index';
import { covers, isWildcard } from '../basics/hosts';
import { labelOf } from '../basics/names';
import { AccessIntent, Issuer, OptOut, Requirement, RoutedHosts } from '../model/access';
import { Labels } from '../model/labels';
import { ListenedHost } from '../model/listener';
import { Match } from '../model/match';
import { RenderedObject } from '../model/rendered-object';
import { PolicyHeader, inPolicy } from '../requests/sayable';
import { unfulfilled } from '../requests/unfulfilled';

/** A route, with what its policies need to know about its surroundings. */
export interface GuardedRoute {
  /** The id of the construct: several routes may share a host. */
  readonly path: string;
  readonly access: AccessIntent;
  readonly hosts: string[];
  /** `namespace/name` of the Gateway. */
  readonly gateway: string;
  /** The pods of the gateway. */
  readonly pods: { readonly namespace: string; readonly selector: Labels };
  /** The listeners that serve the route. */
  readonly served: ListenedHost[];
  /** All listeners of the gateway. */
  readonly listened: ListenedHost[];
  /** Listeners of other gateways on the same pods. */
  readonly beside: ListenedHost[];
  /** All routes of the app through the same pods. */
  readonly routed: () => RoutedHosts[];
  /** Whether the route answers preflights, which carry neither tokens nor cookies. */
  readonly cors: boolean;
  /** Whether it is a route of the Gateway API: it answers nothing itself, so that policies say all. */
  readonly standard: boolean;
}

/** What names the objects of a route, and says which of them there are. */
type Guarded = Pick<GuardedRoute, 'path' | 'access' | 'hosts' | 'gateway' | 'pods' | 'standard'>;

/**
 * The policies of a route, in the namespace of the gateway's pods: elsewhere they would have no effect.
 * They only deny, because a single ALLOW policy denies everything else on the same pods.
 *
 * @param surrounded the route among those that are declared by then
 */
export function accessObjects(guarded: Guarded, surrounded: () => GuardedRoute): RenderedObject[] {
  const { path, access: { issuers, provider, optOuts, deny }, hosts, gateway, pods: { namespace, selector }, standard } = guarded;
  const requirements = requirementsOf(guarded);
  const name = (what: string) => labelOf(hosts[0], what, ...gateway.split('/'), ...path.split('/'));
  const policy = (id: string, spec: (route: GuardedRoute) => Omit<AuthorizationPolicySpec, 'selector'>) => renderedLate(
    { kind: 'AuthorizationPolicy', id, namespace, name: name(id), annotations: reasonsOf(optOuts) }, () => ({ selector, ...spec(surrounded()) }),
  );
  return [
    ...(issuers.length > 0 ? [rendered({ kind: 'RequestAuthentication', id: 'jwt', namespace, name: name('jwt'), spec: { selector, jwtRules: jwtRules(issuers) } })] : []),
    ...(requirements.length > 0 ? [policy('access', route => ({ action: 'DENY', rules: requirements.flatMap(requirement => unfulfilled(requirement)!).flatMap(when => rulesFor(route, when)) }))] : []),
    ...(provider !== undefined ? [policy('ext-authz', route => ({ action: 'CUSTOM', provider, rules: rulesFor(route, []) }))] : []),
    ...(standard && deny.length > 0 ? [policy('deny', route => ({ action: 'DENY', rules: deny.flatMap(match => denials(route, match)) }))] : []),
  ];
}

/** What policies demand. They know a name of a client's certificate if it is a SPIFFE ID; routes of Istio's own API compare names themselves. */
function requirementsOf({ access: { requirements, subjectAltNames }, standard }: Guarded): Requirement[] {
  if (!standard) return requirements;
  return [...requirements, ...subjectAltNames.map((names): Requirement => [[{ key: 'source.principal', values: names.map(name => name.slice(SPIFFE.length)) }]])];
}

/** The scheme of the names that policies know. */
export const SPIFFE = 'spiffe://';

/** The rules for requests that are refused to everybody, one for each port. */
function denials(route: GuardedRoute, match: Match): AuthorizationRule[] {
  const { methods, headers } = inPolicy(match)!;
  return route.served.map(listener => {
    const conditions = [...serverNames(route, listener), ...headerConditions(headers)];
    return { to: [{ ...place(route, listener), methods }], ...(conditions.length > 0 && { when: conditions }) };
  });
}

/** The user's reasons, as annotations. */
function reasonsOf(optOuts: OptOut[]): Labels | undefined {
  const kept = { audience: 'cdk8s-istio/any-audience-reason', hosts: 'cdk8s-istio/every-host-reason' };
  const reasons = Object.entries(kept).flatMap(([from, annotation]) => {
    const given = new Set(optOuts.filter(optOut => optOut.from === from).map(({ reason }) => reason));
    return given.size > 0 ? [[annotation, [...given].join('; ')]] : [];
  });
  return reasons.length > 0 ? Object.fromEntries(reasons) : undefined;
}

/** Tokens are passed on, because other routes of the same pods may need them behind the gateway. */
function jwtRules(issuers: Issuer[]): JwtRule[] {
  const byIssuer = new Map<string, JwtRule>();
  for (const { issuer, jwks, jwksUri, header } of issuers) {
    const from = header === undefined ? { name: 'Authorization', prefix: 'Bearer ' } : { name: header };
    byIssuer.set(issuer, { issuer, jwks, jwksUri, fromHeaders: [...byIssuer.get(issuer)?.fromHeaders ?? [], from], forwardOriginalToken: true });
  }
  return [...byIssuer.values()];
}

/** The rules for requests to the hosts of the route that meet a condition, one for each port. */
function rulesFor(route: GuardedRoute, when: Condition[]): AuthorizationRule[] {
  return route.served.flatMap(listener => (route.cors ? NO_PREFLIGHT : [{}]).map(kind => {
    const conditions = [...serverNames(route, listener), ...kind.when ?? [], ...when];
    return { to: [{ ...operation(route, listener), ...kind.to }], ...(conditions.length > 0 && { when: conditions }) };
  }));
}

export const PREFLIGHT_HEADERS = ['origin', 'access-control-request-method'];

/** The alternatives by which a request is no preflight. */
const NO_PREFLIGHT: { readonly to?: Pick<Operation, 'notMethods'>; readonly when?: Condition[] }[] = [
  { to: { notMethods: ['OPTIONS'] } },
  ...PREFLIGHT_HEADERS.map(name => ({ when: [{ key: `request.headers[${name}]`, notValues: ['*'] }] })),
];

function operation(route: GuardedRoute, listener: ListenedHost): Operation {
  const { openPaths } = route.access;
  return { ...place(route, listener), ...(openPaths.length > 0 && { notPaths: openPaths }) };
}

function place(route: GuardedRoute, listener: ListenedHost): Operation {
  const { hosts, routed } = route;
  const { port, podPort } = listener;
  const [own, wide] = [new Set(hosts), new Set(hosts.filter(isWildcard))];
  const elsewhere = wide.size === 0 ? [] : routed().filter(other => other.podPorts.includes(podPort)).flatMap(other => other.hosts)
    .filter(host => !own.has(host) && patternsOver(host).some(pattern => wide.has(pattern)) && isServedBy(route, listener, host));
  return {
    ...(!isWhole(route, listener) && { hosts: hosts.flatMap(host => hostForms(host, port)) }),
    ...(elsewhere.length > 0 && { notHosts: [...new Set(elsewhere)].sort().flatMap(host => hostForms(host, port)) }),
    ports: [podPort],
  };
}

/**
 * Whether a listener of the Gateway API serves no host but those of the route and narrower ones: its server name then tells them, however a client
 * writes the Host header.
 */
export function isWhole({ hosts, standard }: Pick<GuardedRoute, 'hosts' | 'standard'>, { protocol, host }: ListenedHost): boolean {
  return standard && protocol === 'HTTPS' && host.startsWith('*.') && hosts.includes(host);
}

/**
 * Whether requests for a narrower host come to a listener at all. If another listens for it, a client that says the name of this one in TLS gets
 * what this one serves, whatever its Host header says: leaving out that host would let it walk around the policy.
 */
function isServedBy(route: GuardedRoute, listener: ListenedHost, host: string): boolean {
  return listener.protocol !== 'HTTPS' || !takenNames(route, listener).some(name => covers(name, host));
}

/**
 * Server names under the wildcards of a route that other listeners on the port take. In Istio's own API, listeners of one Gateway share their routes,
 * and only those of other Gateways take something away.
 */
function takenNames(route: GuardedRoute, listener: ListenedHost): string[] {
  const { hosts, listened, beside } = route;
  const names = (of: ListenedHost[]) => of.filter(one => one.podPort === listener.podPort && one.protocol !== 'HTTP').map(({ host }) => host);
  const taking = isWhole(route, listener) ? [...names(listened), ...names(beside)] : names(beside);
  return [...new Set(taking)].filter(name => hosts.some(host => host !== name && isWildcard(host) && covers(host, name)));
}

export function headerConditions(headers: PolicyHeader[]): Condition[] {
  return headers.map(({ name, ...values }) => ({ key: `request.headers[${name}]`, ...values }));
}

/** A client may write a port into the Host header. Istio allows one wildcard per host, so after `*.` the port has to be spelled out. */
function hostForms(host: string, port: number): string[] {
  return host === '*' ? [host] : [host, `${host}:${host.startsWith('*') ? port : '*'}`];
}

/**
 * A rule about hosts would deny all TCP on the same port, because TCP has no hosts. The server name of TLS distinguishes HTTP from it;
 * a server for any name also accepts clients without one.
 */
function serverNames(route: GuardedRoute, listener: ListenedHost): Condition[] {
  const { podPort, protocol } = listener;
  if (protocol !== 'HTTPS') return [];
  const { listened } = route;
  const taken = takenNames(route, listener);
  if (isWhole(route, listener)) return [{ key: 'connection.sni', values: [listener.host], ...(taken.length > 0 && { notValues: taken }) }];
  const beside = (kind: ListenedHost['protocol']) => listened.filter(l => l.podPort === podPort && l.protocol === kind).map(l => l.host);
  const names = beside('HTTPS');
  const wide = new Set(names);
  const passed = beside('TLS').filter(host => patternsOver(host).some(pattern => wide.has(pattern)));
  const others = [...new Set([...passed, ...taken])];
  if (names.includes('*') && others.length === 0) return [];
  return [{ key: 'connection.sni', ...(!names.includes('*') && { values: names }), ...(others.length > 0 && { notValues: others }) }];
}
