import { Expression, Field, call, list, literal, struct, variable } from './expression';
import { misspelt, oddNumber, oddText, wrongType } from './junk';
import { Slot, Type, readPublicTypes } from './public-types';
import { HOLDERS, Place, SENSE, Sense, constructOf } from './sense';

export const TYPES = readPublicTypes();

/** How often an optional prop is said, where that is not one time in five. */
const OFTEN: Readonly<Record<string, number>> = {
  'DestinationPolicyProps.subsets': 0.95,
  'GatewayTelemetryProps.accessLogging': 0.9,
  'GatewayTelemetryProps.tracing': 0.3,
  'MeshSettingsOptions.istioVersion': 0.3,
  'MeshSettingsOptions.wildcardTlsAtWaypoints': 0.05,
  'GatewayApiOptions.ports': 0.05,
  'IngressGatewayProps.routeApi': 0.03,
  'IngressGatewayAttributes.routeApi': 0.03,
  'EgressLockProps.namespaces': 0.05,
  'EgressLockProps.omit': 0.2,
  'EgressLockProps.plaintextPorts': 0.05,
  'EgressLockProps.outsidePorts': 0.5,
  'EgressRouteProps.rules': 0.4,
  'EgressRouteProps.callers': 0.4,
  'EgressRouteProps.allow': 0.15,
  'EgressRouteProps.connectProxy': 0.02,
  'EgressRouteProps.legOne': 0.06,
  'EgressRouteProps.gatewayPort': 0.04,
  'EgressRouteProps.appTls': 0.1,
  'ExternalServiceProps.besideGateway': 0.1,
  'ExternalServiceProps.connectProxy': 0.03,
  'ExternalServiceProps.location': 0.06,
  'ExternalServiceProps.loadBalancer': 0.15,
  'ExternalServiceProps.addresses': 0.1,
  'ExternalServiceProps.resolution': 0.1,
  'ExternalServiceProps.subjectAltNames': 0.06,
  'ExternalServiceProps.workloadSelector': 0.03,
  'ExternalServiceProps.direct': 0.02,
  'ExternalServiceProps.exportTo': 0.08,
  'EgressGatewayProps.port': 0.1,
  'EgressGatewayProps.sidecarGateway': 0.02,
  'EgressGatewayAttributes.sidecarGateway': 0.02,
  'EgressCallerProps.gatewayPort': 0.05,
  'EgressCallerProps.appTls': 0.1,
  'IngressRouteProps.tcpPort': 0.02,
  'IngressRouteProps.tlsPort': 0.05,
  'IngressRouteProps.destinations': 0.02,
  'IngressRouteProps.access': 0.3,
  'IngressRouteProps.accessScope': 0.05,
  'IngressRouteProps.openPaths': 0.06,
  'HttpsListenerOptions.credentials': 0.04,
  'HttpsListenerOptions.clients': 0.1,
  'HttpsListenerOptions.cipherSuites': 0.06,
  'HttpsListenerOptions.minTlsVersion': 0.1,
  'HttpsListenerOptions.credentialName': 0.9,
  'EndpointOptions.serviceAccount': 0.15,
  'ExternalDestinationOptions.host': 0.3,
  'RouteMatch.path': 0.9,
  'RouteMatch.scheme': 0.04,
  'RouteMatch.authority': 0.07,
  'RouteRule.mirror': 0.1,
  'OutlierDetection.consecutiveServerErrors': 0.97,
  'LoadBalancerOptions.locality': 0.1,
  'LoadBalancerOptions.warmup': 0.1,
  'JwtOptions.audiences': 0.9,
  'JwtOptions.jwksUri': 0.02,
  'JwtOptions.jwks': 0.95,
  'HttpsListenerOptions.port': 0.05,
  'RedirectOptions.authority': 0.9,
  'SimpleTlsOptions.sni': 0.1,
  'ClientCertificatesOptions.ca': 0.5,
  'ConnectionPool.maxConnections': 0.97,
  'TcpKeepalive.probes': 0.95,
  'PathMatchOptions.ignoreCase': 0.2,
  'ConnectionPortOptions.tls': 0.15,
  'TcpPortOptions.tls': 0.15,
  'HttpToHttpsOptions.targetPort': 0.1,
  'FromServiceOptions.port': 0.3,
  'RouteAction.respond.body': 0.5,
};

/** How often a factory is used, where that is not as often as the others of its class. */
const FACTORIES: Readonly<Record<string, number>> = {
  'Destination.external': 0.1,
  'Destination.fromService': 0.1,
  'RouteAction.delegate': 0,
  'RouteAction.forward': 4,
  'Caller.anyNamespace': 0.15,
  'CaSource.system': 2,
  'Access.mtls': 0.2,
  'LoadBalancer.consistentHash': 1.5,
  'Resolution.dynamicDns': 0.1,
  'Resolution.none': 0.3,
  'UpstreamTls.mutual': 0.4,
  'UpstreamTls.insecure': 0.5,
  'Credential.fromSecret': 0.5,
  'PathRewrite.prefix': 1,
  'PathMatch.prefix': 2,
  'PathMatch.grpc': 0.3,
};

/** What makes sense for a slot; texts, numbers and maps need an entry, everything else is made of its parts. */
export function senseOf({ owner, name, type }: Slot): Sense | undefined {
  return SENSE[`${owner}.${name}`] ?? (isPlain(type) ? SENSE[`.${name}`] : undefined);
}

export function isPlain(type: Type): boolean {
  return 'of' in type ? isPlain(type.of) : type.kind === 'string' || type.kind === 'number';
}

/** A value for a prop or parameter; nothing where the program has none that could stand there. */
export function valueOf(slot: Slot, place: Place): Expression | undefined {
  const { draw, junk } = place;
  if (draw.chance(junk / 2)) return wrongType(draw);
  if (draw.chance(junk)) {
    if (slot.type.kind === 'string') return oddText(draw);
    if (slot.type.kind === 'number') return oddNumber(draw);
    if (slot.type.kind === 'list' && slot.type.of.kind === 'string') return list([oddText(draw)]);
    if (slot.type.kind === 'map') return struct([[draw.chance(0.5) ? 'x-a' : (oddText(draw) as { value: string }).value, slot.type.of.kind === 'number' ? oddNumber(draw) : oddText(draw)]]);
    if (slot.type.kind === 'named' && slot.type.name === 'Duration') return oddDuration(place);
  }
  const sense = senseOf(slot);
  return sense ? sense(place) : ofType(`${slot.owner}.${slot.name}`, slot.type, { ...place, depth: place.depth + 1 });
}

const ODD_DURATIONS = [
  ['millis', 0], ['millis', 0.5], ['millis', 1e15], ['seconds', 0], ['seconds', 0.0001], ['seconds', 1.5], ['days', 1e6], ['days', 400000000], ['minutes', 0.3],
] as const;

function oddDuration({ draw }: Place): Expression {
  const [unit, amount] = draw.pick(ODD_DURATIONS);
  return call(`Duration.${unit}`, literal(amount));
}

function ofType(path: string, type: Type, place: Place): Expression | undefined {
  const { draw } = place;
  switch (type.kind) {
    case 'boolean': return literal(draw.chance(0.6));
    case 'list': {
      const items = Array.from({ length: draw.pick([1, 1, 1, 2, 3]) }, () => ofType(path, type.of, place));
      return items.includes(undefined) ? undefined : list(distinct(items as Expression[]));
    }
    case 'named': return ofName(path, type.name, place);
    default: throw new Error(`say in sense.ts what makes sense for ${path}`);
  }
}

/** Two conditions on one header are mostly a mistake. */
function distinct(items: readonly Expression[]): Expression[] {
  const nameOf = (item: Expression) => (item.kind === 'call' && item.args[0]?.kind === 'literal' ? `${item.callee.split('.')[0]} ${String(item.args[0].value).toLowerCase()}` : item);
  return items.filter((item, i) => items.findIndex(other => nameOf(other) === nameOf(item)) === i);
}

function ofName(path: string, name: string, place: Place): Expression | undefined {
  const { draw } = place;
  if (name === 'Duration') return SENSE.Duration(place);
  if (HOLDERS[path]) return constructOf(place, HOLDERS[path]);
  if (TYPES.enums.has(name)) return variable(`${name}.${draw.pick(TYPES.enums.get(name)!)}`);
  if (TYPES.structs.has(name)) return structOf(name, place);
  if (TYPES.interfaces.has(name)) return constructOf(place, name);
  if (TYPES.factories.has(name)) return ofClass(name, place);
  throw new Error(`${path}: nothing makes a ${name}`);
}

function ofClass(name: string, place: Place): Expression | undefined {
  const { draw } = place;
  const policy = name === 'Destination' && draw.chance(0.1) ? constructOf(place, 'DestinationPolicy') : undefined;
  if (policy?.kind === 'name') return call(`${policy.name}.subset`, SENSE['DestinationPolicy.subset.name'](place));
  const all = TYPES.factories.get(name)!.map(factory => ({ factory, weight: place.never?.includes(`${name}.${factory.name}`) ? 0.02 : FACTORIES[`${name}.${factory.name}`] ?? 1 }));
  for (let left = all; left.length > 0;) {
    let at = draw.whole(0, 999) / 1000 * left.reduce((sum, { weight }) => sum + weight, 0);
    const chosen = left.find(({ weight }) => (at -= weight) < 0) ?? left[0];
    const args = argumentsOf(chosen.factory.parameters, place);
    if (args) return call(`${name}.${chosen.factory.name}`, ...args);
    left = left.filter(other => other !== chosen);
  }
  return undefined;
}

function argumentsOf(parameters: readonly Slot[], place: Place): Expression[] | undefined {
  const args: Expression[] = [];
  for (const parameter of parameters) {
    if (parameter.isOptional && !place.draw.chance(often(parameter, place) * 2)) break;
    const value = valueOf(parameter, place);
    if (value === undefined) return undefined;
    args.push(value);
  }
  return args;
}

function often({ owner, name }: Slot, { depth }: Place): number {
  return OFTEN[`${owner}.${name}`] ?? (depth > 4 ? 0.1 : 0.2);
}

export interface StructOptions {
  readonly given?: Readonly<Record<string, Expression | undefined>>;
  /** Props that are not said, unless the place is for junk. */
  readonly without?: readonly string[];
  /** How often to draw again where nothing is said. */
  readonly tries?: number;
}

/** A struct with what is given, all that it needs beyond, and some of the rest. */
export function structOf(name: string, place: Place, options: StructOptions = {}): Expression | undefined {
  const { given = {}, without = [] } = options;
  const { draw, junk } = place;
  const fields: Field[] = [];
  for (const slot of TYPES.structs.get(name)!) {
    const wanted = slot.name in given || !slot.isOptional || draw.chance(without.includes(slot.name) || place.never?.includes(`${slot.owner}.${slot.name}`) ? junk / 2 : often(slot, place));
    if (!wanted || draw.chance(junk / 8)) continue;
    const value = given[slot.name] ?? (slot.name in given ? undefined : valueOf(slot, place));
    if (value === undefined) {
      if (!slot.isOptional) return undefined;
      continue;
    }
    fields.push(draw.chance(junk / 8) ? misspelt(draw, [slot.name, value]) : [slot.name, value]);
  }
  // a match without conditions, a policy without settings
  const isIdle = fields.length === 0 && options.tries !== 0 && !/Options$|Metadata$/.test(name);
  return isIdle ? structOf(name, place, { ...options, tries: (options.tries ?? 3) - 1 }) : struct(fields);
}
