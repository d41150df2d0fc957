import { Inventory } from './inventory';
import { SecurityFact, SourceFact } from './security';
import { WayIn } from './ways-in';
import { CallerFact, HopFact, WayOut } from './ways-out';
import { DestinationFact, EVERY_REQUEST, RuleFact } from './words';
import { EVERY_NAMESPACE } from '../basics/names';

/** One fact about a way, in words. */
export interface Fact {
  readonly label: string;
  readonly text: string;
}

const facts = (label: string, texts: readonly (string | undefined | false)[]): Fact[] => (
  texts.flatMap(text => (text === undefined || text === false || text === '' ? [] : [{ label, text }]))
);

export function factsOut(way: WayOut): Fact[] {
  const { role, mode, protocol, declaredBy, service, callers, anyNamespaceBecause, through, forwardProxy, rules, keptHeaders } = way;
  return [
    ...facts('declared by', [declaredBy]),
    ...facts('service', [service !== declaredBy && service]),
    ...facts('called as', [
      role === 'HOST' ? `${mode}, port of protocol ${protocol}` : role === 'DESTINATION' ? `${mode}, destination of a rule` : `${mode}, forward proxy before other hosts`,
    ]),
    ...facts('from', callers.map(callerText)),
    ...facts('from any namespace, because', [anyNamespaceBecause]),
    ...facts('through', [...throughTexts(way), forwardProxy !== undefined && `forward proxy ${forwardProxy}`]),
    ...facts('leg 1 in clear text, because', through.map(hop => hop.clearTextBecause)),
    ...facts('leaves as', [leavesText(way)]),
    ...securityFacts(way.security),
    ...ruleFacts(rules),
    ...facts('headers of the mesh that leave', [keptHeaders.join(', ')]),
  ];
}

export function factsIn({ listener, host, port, protocol, gateway, certificate, redirect, declaredBy, access, rules, destinations }: WayIn): Fact[] {
  const { requires, tokensOf, authorizer, openPaths, refused, turnedOff } = access;
  return [
    ...facts('declared by', [declaredBy ?? `${gateway.declaredBy}; no route of this app serves it`]),
    ...facts('listener', [`${protocol} on port ${port}${listener === host ? '' : `, for ${listener}`}`]),
    ...facts('gateway', [`${gateway.namespace}/${gateway.name}, pods in ${gateway.podNamespace}${gateway.imported ? ', declared by another app' : ''}`]),
    ...facts('route API', [gateway.routeApi === 'ISTIO' ? 'Istio' : 'Gateway API']),
    ...facts('certificate', [certificate && (certificate.secrets.map(secret => `Secret ${gateway.podNamespace}/${secret}`).join(', ') || 'of the mesh')]),
    ...facts('TLS version', [certificate?.minVersion && `${certificate.minVersion} or later`]),
    ...facts('certificates of clients', [certificate && CLIENTS[certificate.clients], certificate?.clientAuthority && `authority in Secret ${certificate.clientAuthority}`]),
    ...facts('redirected', [
      redirect && `to HTTPS on port ${redirect.toPort}${redirect.trustsProxies ? ', unless a proxy in front received the request over HTTPS' : ''}`,
      ...redirect?.servedPaths.map(path => `but not ${path}`) ?? [],
    ]),
    ...facts('requires', [...requires, authorizer !== undefined && `consent of the authorizer ${authorizer}`]),
    ...facts('accepts tokens of', tokensOf),
    ...facts('open to everybody', openPaths),
    ...facts('refused to everybody', refused),
    ...turnedOff.map(({ check, because }) => ({ label: `no check of ${check}, because`, text: because })),
    ...ruleFacts(rules),
    ...facts('connections go to', destinations.map(destinationText)),
  ];
}

/** What concerns gateways and locks as a whole. */
export function factsOfApp({ egressGateways, locks }: Inventory): Fact[] {
  return [
    ...egressGateways.map(({ kind, namespace, name, declaredBy, imported, undeclaredAllowedBecause, otherCallers }) => ({
      label: kind === 'WAYPOINT' ? 'waypoint' : 'egress gateway',
      text: [
        `${namespace}/${name} (${declaredBy})`,
        ...imported ? ['declared by another app'] : [],
        ...undeclaredAllowedBecause === undefined ? [] : [`lets through what no route declares: ${undeclaredAllowedBecause}`],
        ...otherCallers.length > 0 ? [`other apps declare routes from ${otherCallers.join(', ')}`] : [],
      ].join('; '),
    })),
    ...locks.map(({ declaredBy, gateway, phase, namespaces }) => ({
      label: phase === 'ENFORCE' ? 'lock' : 'lock that only observes',
      text: `${declaredBy}: ${namespaces.join(', ') || 'no namespace'} may leave only by ${gateway}`,
    })),
  ];
}

const CLIENTS = { NOT_ASKED: undefined, OPTIONAL: 'asked, but not required', REQUIRED: 'required' };

export function callerName({ namespace, serviceAccount }: CallerFact): string {
  const from = namespace === EVERY_NAMESPACE ? 'any namespace' : namespace;
  return serviceAccount === undefined ? from : `${from}/${serviceAccount}`;
}

function callerText(caller: CallerFact): string {
  const { requests, decidedElsewhere, lock } = caller;
  const locked = lock ? `, ${lock.phase === 'ENFORCE' ? 'locked' : 'observed'} by ${lock.declaredBy}` : ', not locked';
  return `${callerName(caller)}: ${decidedElsewhere ? 'what another app allows' : requests.join('; ') || EVERY_REQUEST}${locked}`;
}

const KINDS = { SIDECAR_GATEWAY: 'gateway', WAYPOINT: 'waypoint', INGRESS_GATEWAY: 'ingress gateway' };

const LEGS = { MESH_MTLS: 'mesh mTLS', APPLICATION_TLS: 'the application\'s own TLS', CLEAR_TEXT: 'clear text' };

export function throughTexts({ through, direct }: WayOut): string[] {
  if (direct) return ['nothing: sidecars go there by themselves (direct)'];
  if (through.length === 0) return ['no route of this app leads there'];
  return through.map(hopText);
}

function hopText({ kind, namespace, name, legOne }: HopFact): string {
  return `${KINDS[kind]} ${namespace}/${name}${legOne ? `, reached by ${LEGS[legOne]}` : ''}`;
}

export function leavesText({ targetPort, security: { tlsBy, verified }, through }: WayOut): string {
  const port = `port ${targetPort}`;
  if (tlsBy === 'NOBODY') return `clear text to ${port}`;
  if (tlsBy === 'APPLICATION') return `TLS of the application to ${port}`;
  const by = tlsBy === 'SIDECAR' ? 'sidecar' : through[0]?.kind === 'WAYPOINT' ? 'waypoint' : 'gateway';
  return `TLS by the ${by} to ${port}${verified ? '' : ', NOT verified'}`;
}

function securityFacts(security: SecurityFact): Fact[] {
  const { tlsBy, verified, insecureBecause, sni, subjectAltNames, authority, revocationList, clientCertificate } = security;
  if (tlsBy === 'APPLICATION') return facts('verified', ['by the application itself']);
  if (!verified) return facts('not verified, because', [insecureBecause]);
  const ofRequest = 'the host of each request';
  return [
    ...facts('SNI', [sni ?? (subjectAltNames ? 'none' : ofRequest)]),
    ...facts('verified name', [subjectAltNames?.join(' or ') ?? ofRequest]),
    ...facts('verified by', [authority && sourceText(authority)]),
    ...facts('revoked certificates', [revocationList && `listed in file ${revocationList}`]),
    ...facts('client certificate', [clientCertificate && sourceText(clientCertificate)]),
  ];
}

function sourceText({ kind, name }: SourceFact): string {
  return { SYSTEM: 'the authorities of the system', SECRET: `Secret ${name}`, CONFIG_MAP: `ConfigMap ${name}`, FILE: `file ${name}` }[kind];
}

function ruleFacts(rules: RuleFact[]): Fact[] {
  return rules.map(({ requests, action, destinations, changes }, i) => ({
    label: `rule ${i + 1}`,
    text: [
      `${requests.join('; ') || EVERY_REQUEST}: ${action}${destinations.length > 0 ? ` to ${destinations.map(destinationText).join(', ')}` : ''}`, ...changes,
    ].join('; '),
  }));
}

function destinationText({ host, port, subset, weight, mirroredPercent }: DestinationFact): string {
  return [
    `${host}:${port}`,
    ...subset === undefined ? [] : [`subset ${subset}`],
    ...weight === undefined ? [] : [`weight ${weight}`],
    ...mirroredPercent === undefined ? [] : [`copies of ${mirroredPercent} %`],
  ].join(' ');
}
