import { Client, Decision, Ending, ExplanationModel, Hop, ObjectRef, ShareOf, TlsTo, WayOut } from './explanation';

/** An explanation for people: what was asked, hop by hop, and what comes of it. */
export function toText(explanation: ExplanationModel): string {
  const { client, request, hops, ending, conditions, decidedUnless, nearMisses } = explanation;
  const asked = request.method === '' ? `${request.scheme}://${request.host}:${request.port}` : `${request.method} ${urlOf(request)}`;
  return [
    `${asked} from ${clientText(client)}`,
    `=> ${endingText(ending)}`,
    ...hops.flatMap((hop, i) => [`${i + 1}. ${hopHead(hop)}`, ...hopLines(hop).map(line => `   ${line}`)]),
    ...endingLines(ending),
    ...conditions.map(({ that, otherwise }) => `if ${that}; otherwise ${otherwise}`),
    ...decidedUnless.length > 0 ? ['decided unless one of these objects, which no construct of the library made, says otherwise:', ...decidedUnless.map(name => `   ${name}`)] : [],
    ...nearMisses.map(({ construct, rule, field, wants, has }) => `near: ${rule} of ${construct} asks for ${field} ${wants}; the request has ${has}`),
  ].join('\n');
}

function urlOf({ scheme, authority, path }: ExplanationModel['request']): string {
  return `${scheme}://${authority}${path}`;
}

export function clientText(client: Client): string {
  if (client.kind === 'workload') return `${client.namespace}/${client.serviceAccount}${client.ambient ? ' (ambient)' : ''}`;
  return client.gateway === undefined ? 'outside' : `outside, at ${client.gateway}`;
}

export function endingText(ending: Ending): string {
  switch (ending.kind) {
    case 'leaves': return `leaves the mesh by ${ending.by} to ${sharesText(ending.to)}`;
    case 'served': return `served by ${sharesText(ending.by)}`;
    case 'answered': return `${ending.status} from ${ending.at}: ${ending.because}${ending.location === undefined ? '' : `, to ${ending.location}`}`;
    case 'closed': return `connection closed by ${ending.at}: ${ending.because}`;
    case 'undecided': return `not decided by this app: ${ending.because}`;
  }
}

function sharesText(shares: readonly ShareOf[]): string {
  return shares.map(({ host, port, subset, percent }) => `${host}:${port}${subset === undefined ? '' : ` (${subset})`}${shares.length > 1 ? ` (${percent} %)` : ''}`).join(', ');
}

function hopHead({ kind, at, port, podPort, host }: Hop): string {
  return `${kind} ${at}, port ${port}${podPort === undefined ? '' : ` (${podPort} of the pods)`}${host === undefined ? '' : `, host ${host}`}`;
}

function hopLines({ passes, decides, sends }: Hop): string[] {
  return [
    ...passes.map(one => `passes ${decisionText(one)}`),
    ...decides ? [`decided by ${decisionText(decides)}`] : [],
    ...sends ? [`to ${sends.host}:${sends.port} ${tlsText(sends.tls)}`] : [],
  ];
}

export function decisionText({ object, rule, construct }: Decision): string {
  return `${object ? `${objectText(object)}: ` : ''}${rule} of ${construct}`;
}

export function objectText({ kind, namespace, name }: ObjectRef): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

export function tlsText({ mode, sni, verifies, presents }: TlsTo): string {
  if (mode === 'NONE') return 'as it is';
  if (mode === 'AUTO') return 'by mesh mTLS where its pods have proxies';
  if (mode === 'MESH') return `by mesh mTLS, SNI ${sni}`;
  const name = sni === undefined ? 'without SNI' : `SNI ${sni}`;
  const verified = verifies.length === 0 ? 'certificate not verified by name' : `certificate verified for ${verifies.join(' or ')}`;
  return `by TLS, ${name}, ${verified}${presents === undefined ? '' : `, presenting ${presents}`}`;
}

function endingLines(ending: Ending): string[] {
  if (ending.kind !== 'leaves' && ending.kind !== 'served') return [];
  const { request } = ending;
  return [
    ...ending.kind === 'leaves' ? ending.to.flatMap(wayLines) : [],
    ...request && request.removed.length > 0 ? [`removed: ${request.removed.join(', ')}`] : [],
    ...request && Object.keys(request.set).length > 0 ? [`set: ${Object.entries(request.set).map(([name, value]) => `${name}: ${value}`).join(', ')}`] : [],
    ...request?.mirrored.map(({ host, port, percent }) => `mirrored to ${host}:${port} (${percent} %)`) ?? [],
  ];
}

function wayLines({ host, port, tls, endpoints, proxy }: WayOut): string[] {
  return [
    `out to ${host}:${port} ${tlsText(tls)}${proxy ? `, through the forward proxy ${proxy.host}:${proxy.port}` : ''}`,
    ...endpoints.length > 0 ? [`connected to ${endpoints.join(', ')}`] : [],
  ];
}
