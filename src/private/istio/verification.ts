import { VERIFICATION_END, VERIFICATION_SCRIPT } from './verification-script';
import { isWildcard } from '../basics/hosts';
import { AppModel, EgressLockModel } from '../model/app-model';
import { isHttp2 } from '../model/external-service';
import { LegOneIntent } from '../model/leg-one';
import { legsOf } from '../model/legs';
import { hasPart, VerificationIntent } from '../model/lock';
import { callsFrom, directFrom } from '../model/locked';
import { RenderedObject } from '../model/rendered-object';
import { renderedLate, rendered } from '../objects/manifest/object';

/** What should hold an attempt. */
type Holder = 'sidecar' | 'network' | 'nothing';

const SCRIPT = 'verify.sh';
/** The routes may be many, and each attempt that the network holds takes seconds. */
const LIMIT_S = 1800;

/** The Job that tries the ways out of a namespace, and its script, which follows the routes of the app. */
export function planVerification(app: AppModel, lock: EgressLockModel, intent: VerificationIntent, name: string): RenderedObject[] {
  const { namespace, serviceAccount, image } = intent;
  return [
    renderedLate({ kind: 'ConfigMap', id: 'script', namespace, name }, () => ({ [SCRIPT]: scriptOf(app, lock, intent) })),
    rendered({ kind: 'Job', id: 'job', namespace, name, spec: { image, serviceAccount, configMap: name, script: SCRIPT, limitS: LIMIT_S } }),
  ];
}

function scriptOf(app: AppModel, { lock }: EgressLockModel, intent: VerificationIntent): string {
  const { namespace, host, address } = intent;
  const network: Holder = hasPart(lock, 'networkPolicy') ? 'network' : 'nothing';
  const captured: Holder = hasPart(lock, 'sidecar') && lock.phase === 'ENFORCE' ? 'sidecar' : network;
  const at = address.includes(':') ? `[${address}]` : address;
  const leave = (holder: Holder, what: string, ...args: string[]) => ['leave', holder, what, ...args].map(quoted).join(' ');
  return [
    `${VERIFICATION_SCRIPT}host=${quoted(host)} address=${quoted(at)}`,
    '',
    '# what routes declare',
    ...requests(app, intent),
    '',
    '# what nothing declares',
    leave(captured, `HTTP to an undeclared host, http://${host}/`, `http://${host}/`),
    leave(captured, `HTTPS to an undeclared host, https://${host}/`, `https://${host}/`),
    leave(captured, `HTTPS to an address, https://${at}/`, `https://${at}/`),
    leave(captured, `DNS over TLS to a resolver outside, ${at}:853`, `https://${at}:853/`),
    leave(captured, 'the metadata server of the cloud, http://169.254.169.254/', 'http://169.254.169.254/'),
    ...lock.kubeApi ? [] : [`leave ${captured} 'the Kubernetes API server' "https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT/"`],
    ...around(app, namespace).map(url => leave(captured, `a declared host on a port that no route declares, ${url}`, url)),
    `look_up ${network} ${quoted(`DNS over UDP to a resolver outside, ${at}`)} ${quoted(address)}`,
    `if curl --version | grep -q HTTP3; then ${leave(network, `QUIC to an address, https://${at}/`, '--http3-only', `https://${at}/`)}; fi`,
    '',
    '# what no lock closes for certain',
    `if timeout 5 nslookup ${quoted(host)} 2> /dev/null | grep -q '^Name:'; then say open ${quoted(`names outside, by the resolver of the cluster, ${host}`)}; fi`,
    `if ping -c 1 -W 2 ${quoted(address)} > /dev/null 2>&1; then say open ${quoted(`ICMP to ${address}`)}; fi`,
    VERIFICATION_END,
  ].join('\n');
}

/** One request for each host and port that the service account may call by the gateway. */
function requests(app: AppModel, { namespace, serviceAccount }: VerificationIntent): string[] {
  return callsFrom(app, namespace, serviceAccount).flatMap(requestsOf);
}

function requestsOf(leg: LegOneIntent): string[] {
  return legsOf(leg).filter(({ host }) => !isWildcard(host)).map(({ host, port, entrance }) => {
    const cluster = `outbound|${entrance.port}||${entrance.host}`;
    const [address] = leg.service.addresses.filter(one => !one.includes('/'));
    const scheme = { HTTP: 'http', HTTP2: 'http', GRPC: 'http', HTTPS: 'https', TLS: 'https', TCP: 'tcp' }[port.protocol];
    const at = scheme === 'tcp' && address !== undefined ? address : host;
    const url = scheme === 'tcp' ? `tcp://${at}:${port.number}` : urlOf(scheme, at, port.number);
    return ['reach', scheme, cluster, url, ...isHttp2(port) ? ['--http2-prior-knowledge'] : []].map(quoted).join(' ');
  });
}

/** Hosts with a route, on the other port of the web. */
function around(app: AppModel, namespace: string): string[] {
  const routed = callsFrom(app, namespace).map(({ service }) => service);
  const known = new Set([...routed, ...directFrom(app, namespace).map(({ service }) => service)]
    .flatMap(({ hosts, ports }) => hosts.flatMap(host => ports.map(({ number }) => `${host}:${number}`))));
  const hosts = [...new Set(routed.filter(({ ports }) => ports.some(({ protocol }) => protocol !== 'TCP')).flatMap(service => service.hosts))];
  return hosts.filter(host => !isWildcard(host)).flatMap(host => ([['http', 80], ['https', 443]] as const)
    .filter(([, number]) => !known.has(`${host}:${number}`)).map(([scheme, number]) => urlOf(scheme, host, number)));
}

function urlOf(scheme: string, host: string, port: number): string {
  return port === (scheme === 'https' ? 443 : 80) ? `${scheme}://${host}/` : `${scheme}://${host}:${port}/`;
}

/** As one word of a shell; most need no quotes. */
function quoted(word: string): string {
  return /^[\w./:@-]+$/.test(word) ? word : `'${word}'`;
}
